"""JPEG: decoding at a smaller scale, its cost, and files that lack their last bytes."""

import io
from pathlib import Path

import numpy as np
from PIL.JpegImagePlugin import JpegImageFile

_END_OF_IMAGE = b"\xff\xd9"
_MARKER, _START_OF_SCAN = 0xFF, 0xDA
# Nobody sees that a fiftieth of a picture's height is grey; some cameras forget the last two bytes.
_LITTLE_MISSING = 0.02


def coefficient_bytes_per_px(path: Path, image: JpegImageFile) -> float:
    """What a decoder keeps at full size whatever the scale: of pictures in several scans, all."""
    if "progressive" not in image.info and in_one_scan(path, len(image.layer)):
        return 0.0
    shares = [across * down for _, across, down, _ in image.layer]
    return 2 * sum(shares) / max(1, *shares)


def in_one_scan(path: Path, n_components: int) -> bool:
    """Whether the first scan of a JPEG has all components (ISO/IEC 10918-1, B.2.3)."""
    with path.open("rb") as file:
        file.seek(2)
        while len(head := file.read(4)) == 4 and head[0] == _MARKER:
            length = int.from_bytes(head[2:])
            if head[1] == _START_OF_SCAN:
                return file.read(1) == bytes([n_components])
            if head[1] == _MARKER:  # filling
                file.seek(-3, 1)
            else:
                file.seek(max(0, length - 2), 1)
    return False


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
