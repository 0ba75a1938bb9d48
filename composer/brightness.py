"""How bright a photograph is, so that its neighbours in a movie can be of one light."""

from pathlib import Path

import cv2
import numpy as np
from cv2.typing import MatLike

from composer.library import ViewItem
from indexer.errors import UnreadableMediaError
from indexer.media.photo import read_photo
from indexer.media.probe import recognise

_LONG_SIDE_PX = 160
_DARKEST = 4 / 255


def brightness_of(item: ViewItem) -> float | None:
    """Median brightness in f-stops below white; None for clips and what cannot be read."""
    if item.is_video:
        return None
    try:
        found = recognise(Path(item.path))
        if found is None:
            return None
        rgb = read_photo(Path(item.path), found, exif_orientation=1, max_side_px=_LONG_SIDE_PX)
    except (UnreadableMediaError, OSError):
        # Rendering tells what cannot be read, and plans again without it.
        return None
    return _in_stops(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))


def brightness_at(item: ViewItem, preview: bytes | None) -> float | None:
    """The same by what the catalog keeps of a photograph, whose file may be damaged by now.

    Parameters
    ----------
    preview : bytes or None
        A small JPEG of it; the file is read where there is none.
    """
    if item.is_video or preview is None:
        return brightness_of(item)
    coded = np.frombuffer(preview, np.uint8)
    return _in_stops(np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE)))


def _in_stops(grey: MatLike) -> float:
    level = float(np.median(grey)) / 255
    # Values of a picture are light to the power of about 1 / 2.2.
    return 2.2 * float(np.log2(max(level, _DARKEST)))
