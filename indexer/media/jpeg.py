"""JPEG: decoding at a smaller scale, its cost, and files that lack their last bytes."""

import io
from pathlib import Path

import cv2
import numpy as np
from PIL.JpegImagePlugin import JpegImageFile

from indexer.media.tone import Rgb8

_END_OF_IMAGE = b"\xff\xd9"
_MARKER, _START_OF_SCAN = 0xFF, 0xDA
# Nobody sees that a fiftieth of a picture's height is grey; some cameras forget the last two bytes.
_LITTLE_MISSING = 0.02
WHOLE_BYTES_PER_PX = 6.2
"""Peak of :func:`decoded_whole` beside the file itself, measured at 24 megapixels."""


def coefficient_bytes_per_px(path: Path, image: JpegImageFile) -> float:
    """What a decoder keeps at full size whatever the scale: of pictures in several scans, all."""
    if "progressive" not in image.info and in_one_scan(path, len(image.layer)):
        return 0.0
    shares = [across * down for _, across, down, _ in image.layer]
    return 2 * sum(shares) / max(1, *shares)


def in_one_scan(path: Path, n_components: int) -> bool:
    """Whether the first scan of a JPEG has all components."""
    return first_scan(path)[1] == n_components


def first_scan(path: Path) -> tuple[int, int]:
    """Where in a file the first scan of a JPEG begins, and how many components it has.

    None, at 0, where there is none (ISO/IEC 10918-1, B.2.3).
    """
    with path.open("rb") as file:
        file.seek(2)
        while len(head := file.read(4)) == 4 and head[0] == _MARKER:
            length = int.from_bytes(head[2:])
            if head[1] == _START_OF_SCAN:
                return file.tell(), int.from_bytes(file.read(1))
            if head[1] == _MARKER:  # filling
                file.seek(-3, 1)
            else:
                file.seek(max(0, length - 2), 1)
    return 0, 0


def decoded_whole(path: Path) -> Rgb8 | None:
    """All pixels of a baseline JPEG in colour, as Pillow's but in half its time and memory.

    None where Pillow has to say what is wrong: OpenCV takes a file that was cut off for whole.
    """
    content = path.read_bytes()
    start, _ = first_scan(path)
    if content.find(_END_OF_IMAGE, start) < 0:
        return None
    how = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), how)
    except cv2.error:
        return None
    return None if pixels is None else np.asarray(pixels, np.uint8)


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
