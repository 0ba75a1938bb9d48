"""JPEG: decoding at a smaller scale, its cost, and files that lack their last bytes."""

import io
from pathlib import Path

import numpy as np
from PIL.JpegImagePlugin import JpegImageFile

_END_OF_IMAGE = b"\xff\xd9"
# Nobody sees that a fiftieth of a picture's height is grey; some cameras forget the last two bytes.
_LITTLE_MISSING = 0.02


def coefficient_bytes_per_px(image: JpegImageFile) -> float:
    """What a decoder keeps of a progressive JPEG, at full size whatever the scale."""
    shares = [across * down for _, across, down, _ in image.layer]
    return 2 * sum(shares) / max(1, *shares)


def load_jpeg(path: Path, image: JpegImageFile) -> JpegImageFile:
    """Decode a picture that was opened and told its scale.

    Returns
    -------
    JpegImageFile
        The same; or, where only the last bytes of the file are missing, another.

    Raises
    ------
    OSError
        If more than a fiftieth of the picture is missing.
    """
    scaled = image.size
    try:
        image.load()
    except OSError:
        if "progressive" in image.info:
            raise  # all of it would be there, blurred
        ended = JpegImageFile(io.BytesIO(path.read_bytes() + _END_OF_IMAGE))
        ended.draft(None, scaled)
        ended.load()
        if _missing_share(ended) > _LITTLE_MISSING:
            raise
        return ended
    return image


def _missing_share(image: JpegImageFile) -> float:
    """Part of the height, from below, where all is one colour, as decoders fill what lacks."""
    rows = np.asarray(image).reshape(image.height, image.width, -1).astype(np.int16)
    is_flat = np.ptp(rows, axis=1).max(axis=1) <= 1
    filled = np.flatnonzero(~is_flat)
    return 1.0 if not len(filled) else 1 - (int(filled[-1]) + 1) / image.height
