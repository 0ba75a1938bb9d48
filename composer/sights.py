"""Where on a panorama there is most to see: a movie shows a part of it at a time."""

import cv2
import numpy as np

SHOWN = 1 / 3
"""Of a panorama at a time, about: a frame shows a quarter of it to almost all."""

OFF_MIDDLE = 0.2
"""What a part at an end loses beside one in the middle, towards which whoever made it looked."""


def most_to_see(preview: bytes) -> tuple[float, float]:
    """Middle of the part with most edges, in fractions of a panorama's sides.

    Parameters
    ----------
    preview : bytes
        A small JPEG of it.
    """
    coded = np.frombuffer(preview, np.uint8)
    grey = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.float32)
    lying = grey.shape[1] > grey.shape[0]
    edges = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    along = edges.sum(axis=0 if lying else 1)
    n_shown = max(1, round(SHOWN * len(along)))
    parts = np.convolve(along, np.hanning(n_shown), "valid")
    liked = parts * (1 - OFF_MIDDLE * np.abs(np.linspace(-1, 1, len(parts))))
    at = (int(np.argmax(liked)) + n_shown / 2) / len(along)
    return (at, 0.5) if lying else (0.5, at)
