"""Search a picture for faces of every size: copies an octave apart, each for its own sizes.

A detector can be trusted with faces from about 16 pixels up to a few hundred, a picture holds faces
from 20 pixels to its own height. The largest copy has the smallest faces; each following copy is
half as large and takes over where the one before ends. A face near such a seam is searched in both.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import cv2
import numpy as np

from indexer.faces.detector import (
    Detection,
    FaceDetector,
    HintingDetector,
    Hints,
    Rgb8,
    suppress,
)
from indexer.faces.hints import WINDOW_PX, windows_around
from indexer.faces.tiles import TILE_LEAST_PX, Sheet, Tile, tiles_of
from indexer.models.session import NETWORK_ERRORS, is_refused_memory

NORMAL_PX = 1280
"""Long side of the largest copy in ordinary photographs."""


class Detail(StrEnum):
    """How closely photographs are searched, as ``[index] detail`` says it."""

    NORMAL = "normal"
    THOROUGH = "thorough"


THOROUGH_FACE_PX = 20.0
"""Smallest face, in the full-size picture, that a thorough search promises."""
SCALES_MAX = 5
"""From ``NORMAL_PX`` down; a larger search has those above it as well."""
SHORT_SHARE = 0.5
"""A panorama is searched larger, so that its short side keeps this share of the long one asked."""
MOST_PX = NORMAL_PX * NORMAL_PX
"""So many pixels are searched at once; larger copies are cut into tiles."""
TILE_FACE_SHARE = 0.14
"""Of a tile's side: larger faces are left to the next copy, so that tiles overlap little."""
TILE_CONTEXT = 1.5
"""Sides of the largest face that neighbouring tiles have in common: what is around it counts."""
SEAM = 1.25
"""Sizes up to this share beyond a copy's own count, ..."""
SEAM_BELOW = 0.6
"""... and so do sizes down to this share of where the copy before ends. Below that a smaller copy
shows dogs and shadows more often than people (SCRFD, made libraries)."""
CORE_SLACK_PX = 8.0
"""Neighbouring tiles may disagree by so much on where a face's middle is."""
OVERLAP_MAX = 0.4
NESTED_MAX = 0.57
"""Of the smaller box's area: no face lies within another, but the copies of two scales may both
answer for one, with boxes of which one is twice the other. As much as `OVERLAP_MAX` is of two boxes
of one size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Face sides that one copy answers for, in its own pixels."""

    low_px: float
    high_px: float
    overlap_px: int
    """What tiles have in common, so that each of these faces is wholly in one."""


def search(
    image: Rgb8, detector: FaceDetector, *, longest_px: int = NORMAL_PX, most_px: int = MOST_PX
) -> list[Detection]:
    """Find the faces of a picture at all sizes that it has.

    Parameters
    ----------
    image : uint8[h, w, 3]
        Upright sRGB. Not modified.
    detector : FaceDetector
        Looks at one copy, or tile, at a time.
    longest_px : int
        Long side of the largest copy; a smaller picture is searched as it is.
    most_px : int
        So many pixels are given to the detector at once.

    Returns
    -------
    list of Detection
        Best first, in pixels of the picture, each face once.
    """
    try:
        return search_once(image, detector, longest_px, most_px)
    except NETWORK_ERRORS as error:
        if not is_refused_memory(error):
            raise
        if most_px <= TILE_LEAST_PX * TILE_LEAST_PX:
            raise MemoryError("finding faces needs more memory than a worker may take") from error
    return search(image, detector, longest_px=longest_px, most_px=most_px // 2)


def search_once(
    image: Rgb8, detector: FaceDetector, longest_px: int, most_px: int
) -> list[Detection]:
    """Find the faces of a picture, or fail where the detector is refused memory."""
    height, width = image.shape[:2]
    first = first_scale(width, height, longest_px)
    n_scales = min(
        scales_most(max(width, height) * first),
        count_scales(min(width, height) * first, detector.band_px),
    )
    views = copies(image, first, n_scales)
    bands = bands_of([view.shape[:2] for view in views], detector.band_px, most_px)
    found: list[Detection] = []
    hints: Hints | None = None
    # The second copy tells where the largest is worth searching, so that one comes last.
    for n in (*range(1, n_scales), 0):
        sheets = sheets_of(views[n], bands[n], most_px, hints if n == 0 else None)
        faces, seen = search_sheets(views[n], sheets, detector, bands[n])
        scale = first / (1 << n)
        found += [scaled(face, 1 / scale) for face in faces]
        if n == 1 and seen is not None:
            hints = seen * np.array([2, 2, 1], np.float32)
    return each_once(suppress(found, overlap_max=OVERLAP_MAX))


def bands_of(
    sizes: Sequence[tuple[int, int]], band_px: tuple[float, float], most_px: int
) -> list[Band]:
    """The sides that each copy answers for, the largest copy first.

    Parameters
    ----------
    sizes : sequence of tuple of int
        Height and width of each copy.
    band_px : tuple of float
        Sides that the detector surely finds.
    most_px : int
        A copy with more pixels is cut into tiles, and leaves faces large for them to the next one.
    """
    bands = []
    low_px = band_px[0]
    for n, (height, width) in enumerate(sizes, start=1):
        end_px = band_px[1]
        if width * height > most_px:
            end_px = min(end_px, math.sqrt(most_px) * TILE_FACE_SHARE)
        high_px = math.inf if n == len(sizes) else end_px * SEAM
        overlap_px = math.ceil(end_px * SEAM * TILE_CONTEXT)
        bands.append(Band(low_px=low_px, high_px=high_px, overlap_px=overlap_px))
        low_px = end_px * SEAM_BELOW / 2
    return bands


def each_once(ranked: Sequence[Detection]) -> list[Detection]:
    """Faces without those whose box lies in a better one's, or around it.

    Parameters
    ----------
    ranked : sequence of Detection
        Best first.
    """
    kept: list[Detection] = []
    for face in ranked:
        if all(nested_share(face, better) <= NESTED_MAX for better in kept):
            kept.append(face)
    return kept


def nested_share(one: Detection, other: Detection) -> float:
    """Share of the smaller box that lies in the other one."""
    (x, y, w, h), (x_2, y_2, w_2, h_2) = one.box, other.box
    width = max(0.0, min(x + w, x_2 + w_2) - max(x, x_2))
    height = max(0.0, min(y + h, y_2 + h_2) - max(y, y_2))
    return width * height / max(min(w * h, w_2 * h_2), 1e-9)


def thorough_px(width: int, height: int, least_face_px: float) -> int:
    """Long side of the largest copy that shows a detector every face of ``THOROUGH_FACE_PX``.

    The picture's own or a half, a quarter of it: other shares cost more than they save. The
    detector surely finds faces from `least_face_px` on.
    """
    halvings = max(0, int(math.log2(THOROUGH_FACE_PX / least_face_px)))
    return max(NORMAL_PX, max(width, height) >> halvings)


def sheets_of(view: Rgb8, band: Band, most_px: int, hints: Hints | None) -> list[Sheet]:
    """The tiles of a copy, those together that are shown to the detector side by side."""
    height, width = view.shape[:2]
    windows = None if hints is None else windows_around(hints, width, height)
    if windows is None:
        return [(tile,) for tile in tiles_of(width, height, most_px, band.overlap_px)]
    at_once = max(1, most_px // WINDOW_PX**2)
    return [tuple(windows[at : at + at_once]) for at in range(0, len(windows), at_once)]


def first_scale(width: int, height: int, longest_px: int) -> float:
    """Scale of the largest copy, never above 1."""
    long_px, short_px = max(width, height), min(width, height)
    return min(1.0, max(longest_px / long_px, longest_px * SHORT_SHARE / short_px))


def count_scales(short_px: float, band_px: tuple[float, float]) -> int:
    """How many copies are needed until a face that fills the last one is within the band.

    Examples
    --------
    >>> count_scales(960, (10, 64)), count_scales(480, (20, 320)), count_scales(100, (20, 320))
    (5, 2, 1)
    """
    return 1 + math.ceil(math.log2(max(1.0, short_px / band_px[1])))


def scales_most(long_px: float) -> int:
    """How many copies there may be, by the largest one's long side: smaller ones show nothing.

    Examples
    --------
    >>> scales_most(640), scales_most(1280), scales_most(6000)
    (5, 5, 8)
    """
    return SCALES_MAX + max(0, math.ceil(math.log2(long_px / NORMAL_PX)))


def copies(image: Rgb8, first: float, n_scales: int) -> list[Rgb8]:
    """Copies of a picture, the largest first, each half of the one before."""
    view = image
    if first < 1.0:
        size = first_size(image.shape[1], image.shape[0], first)
        view = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    views = [view]
    while len(views) < n_scales:
        views.append(halved(views[-1]))
    return views


def halved(view: Rgb8) -> Rgb8:
    """Averages of 2 x 2 pixels; where a line is left over, the last one is repeated instead.

    So a half is one exactly, which other scales take ten times as long for.
    """
    height, width = view.shape[:2]
    even = view[: max(2, height // 2 * 2), : max(2, width // 2 * 2)]
    size = max(1, width // 2), max(1, height // 2)
    half = cv2.resize(even, size, interpolation=cv2.INTER_AREA)
    below, beside = (height + 1) // 2 - size[1], (width + 1) // 2 - size[0]
    if below or beside:
        half = cv2.copyMakeBorder(half, 0, below, 0, beside, cv2.BORDER_REPLICATE)
    return np.asarray(half, np.uint8)


def first_size(width: int, height: int, first: float) -> tuple[int, int]:
    """Width and height of the largest copy, before any line is repeated."""
    return max(1, round(width * first)), max(1, round(height * first))


def copy_sizes(width: int, height: int, *, longest_px: int, n_scales: int) -> list[tuple[int, int]]:
    """Widths and heights of the copies of a picture of this size, the largest first."""
    size = first_size(width, height, first_scale(width, height, longest_px))
    return [(-(-size[0] // (1 << n)), -(-size[1] // (1 << n))) for n in range(n_scales)]


def search_sheets(
    view: Rgb8, sheets: Sequence[Sheet], detector: FaceDetector, band: Band
) -> tuple[list[Detection], Hints | None]:
    """Faces of a copy that it answers for, in its pixels, and where smaller ones may be.

    The hints are None where the detector gives none.
    """
    faces: list[Detection] = []
    hints: list[Hints] = []
    for sheet in sheets:
        parts = [view[t.top : t.top + t.height, t.left : t.left + t.width] for t in sheet]
        pixels = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
        if isinstance(detector, HintingDetector):
            found, seen = detector.detect_hinting(pixels)
            hints.append(seen + np.array([sheet[0].left, sheet[0].top, 0], np.float32))
        else:
            found = detector.detect(pixels)
        faces += of_sheet(found, sheet, band)
    return faces, np.concatenate(hints) if hints else None


def of_sheet(found: Sequence[Detection], sheet: Sheet, band: Band) -> Iterator[Detection]:
    """Those of a sheet's faces that their tile answers for, in pixels of the copy."""
    tile_width = sheet[0].width
    for face in found:
        if band.low_px <= side(face) <= band.high_px:
            n = min(max(0, int((face.box[0] + face.box[2] / 2) // tile_width)), len(sheet) - 1)
            moved = shifted(face, sheet[n].left - n * tile_width, sheet[n].top)
            if in_core(moved, sheet[n]):
                yield moved


def in_core(face: Detection, tile: Tile) -> bool:
    """Whether a face's middle lies in the tile's core, or hardly beside it."""
    x, y, w, h = face.box
    left, top, right, bottom = tile.core
    across = left - CORE_SLACK_PX <= x + w / 2 <= right + CORE_SLACK_PX
    return across and top - CORE_SLACK_PX <= y + h / 2 <= bottom + CORE_SLACK_PX


def side(detection: Detection) -> float:
    """Root of the area of a detection's box."""
    return math.sqrt(max(0.0, detection.box[2] * detection.box[3]))


def shifted(detection: Detection, x: int, y: int) -> Detection:
    """The detection with its picture's corner elsewhere."""
    left, top, w, h = detection.box
    landmarks = (detection.landmarks + np.array([x, y])).astype(np.float32)
    return replace(detection, box=(left + x, top + y, w, h), landmarks=landmarks)


def scaled(detection: Detection, factor: float) -> Detection:
    """The detection in pixels of a copy that is so much larger."""
    x, y, w, h = (value * factor for value in detection.box)
    landmarks = (detection.landmarks * factor).astype(np.float32)
    return replace(detection, box=(x, y, w, h), landmarks=landmarks)
