"""HEIC: shrunk from the decoder's own memory."""

from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image
from pillow_heif.as_plugin import HeifImageFile

from indexer.media.orientation import shrunk


def load_heif(path: Path, image: HeifImageFile, max_side_px: int) -> Image.Image:
    """Pixels of a picture that was opened, near the size that is wanted.

    Pillow would copy the whole picture once more: three bytes a pixel, half as much again.

    Parameters
    ----------
    image : HeifImageFile
        Grey or RGB; with transparency, colours would have to be weighed.

    Returns
    -------
    Image
        In the same colours and with the same profile.
    """
    decoded = pillow_heif.open_heif(path, convert_hdr_to_8bit=True)
    pixels = np.asarray(decoded)[:, : decoded.size[0]]
    small = Image.fromarray(np.ascontiguousarray(shrunk(pixels, max_side_px)))
    small.info = dict(image.info)
    return small
