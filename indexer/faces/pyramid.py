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

from indexer.faces.detector import Detection, FaceDetector, Rgb8, suppress
from indexer.faces.tiles import TILE_LEAST_PX, Tile, tiles_of
from indexer.models.session import RUN_ERRORS

NORMAL_PX = 1280
"""Long side of the largest copy in ordinary photographs."""


class Detail(StrEnum):
    """How closely photographs are searched, as ``[index] detail`` says it."""

    NORMAL = "normal"
    THOROUGH = "thorough"


THOROUGH_FACE_PX = 20.0
"""Smallest face, in the full-size picture, that a thorough search promises."""
SCALES_MAX = 5
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
    height, width = image.shape[:2]
    first = first_scale(width, height, longest_px)
    n_scales = count_scales(min(width, height) * first, detector.band_px)
    found: list[Detection] = []
    low_px = detector.band_px[0]
    for view, scale, is_last in copies(image, first, n_scales):
        faces, end_px = search_copy(view, detector, low_px, most_px, is_last=is_last)
        found += [scaled(face, 1 / scale) for face in faces]
        low_px = end_px * SEAM_BELOW / 2
    return each_once(suppress(found, overlap_max=OVERLAP_MAX))


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


def thorough_px(width: int, height: int, detector: FaceDetector) -> int:
    """Long side of the largest copy that shows a detector every face of ``THOROUGH_FACE_PX``."""
    scale = min(1.0, detector.band_px[0] / THOROUGH_FACE_PX)
    return max(NORMAL_PX, round(max(width, height) * scale))


def search_copy(
    view: Rgb8, detector: FaceDetector, low_px: float, most_px: int, *, is_last: bool
) -> tuple[list[Detection], float]:
    """Faces of one copy from a side on, and the side at which the next copy takes over.

    Where the detector is refused the memory for a tile, smaller ones are taken.

    Raises
    ------
    MemoryError
        If it is refused the memory for the smallest tile.
    """
    height, width = view.shape[:2]
    end_px = detector.band_px[1]
    if width * height > most_px:
        end_px = min(end_px, math.sqrt(most_px) * TILE_FACE_SHARE)
    tiles = tiles_of(width, height, most_px, math.ceil(end_px * SEAM * TILE_CONTEXT))
    band = Band(low_px=low_px, high_px=math.inf if is_last else end_px * SEAM)
    try:
        return list(search_tiles(view, tiles, detector, band)), end_px
    except RUN_ERRORS as error:
        tile_area_px = tiles[0].width * tiles[0].height
        if tile_area_px <= TILE_LEAST_PX * TILE_LEAST_PX:
            raise MemoryError("finding faces needs more memory than a worker may take") from error
    return search_copy(view, detector, low_px, tile_area_px // 2, is_last=is_last)


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
    halvings = math.ceil(math.log2(max(1.0, short_px / band_px[1])))
    return min(SCALES_MAX, 1 + halvings)


def copies(image: Rgb8, first: float, n_scales: int) -> Iterator[tuple[Rgb8, float, bool]]:
    """The copies with their scale and whether they are the last, the largest first.

    Each is made from the one before by averages of 2 x 2 pixels; for that the largest gets a few
    repeated lines at its right and lower edge rather than another aspect.
    """
    view = image
    if first < 1.0:
        size = first_size(image.shape[1], image.shape[0], first)
        view = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    view = lengthened(view, 1 << (n_scales - 1))
    for n in range(n_scales):
        yield view, first / (1 << n), n == n_scales - 1
        if n < n_scales - 1:
            half = view.shape[1] // 2, view.shape[0] // 2
            view = np.asarray(cv2.resize(view, half, interpolation=cv2.INTER_AREA), np.uint8)


def first_size(width: int, height: int, first: float) -> tuple[int, int]:
    """Width and height of the largest copy, before any line is repeated."""
    return max(1, round(width * first)), max(1, round(height * first))


def copy_sizes(width: int, height: int, *, longest_px: int, n_scales: int) -> list[tuple[int, int]]:
    """Widths and heights of the copies of a picture of this size, the largest first."""
    size = first_size(width, height, first_scale(width, height, longest_px))
    return [(-(-size[0] // (1 << n)), -(-size[1] // (1 << n))) for n in range(n_scales)]


def lengthened(view: Rgb8, multiple: int) -> Rgb8:
    """The picture with its last lines repeated up to a multiple."""
    bottom, right = -view.shape[0] % multiple, -view.shape[1] % multiple
    if not bottom and not right:
        return view
    return np.asarray(cv2.copyMakeBorder(view, 0, bottom, 0, right, cv2.BORDER_REPLICATE), np.uint8)


def search_tiles(
    view: Rgb8, tiles: list[Tile], detector: FaceDetector, band: Band
) -> Iterator[Detection]:
    """Faces of a copy that it answers for, in its pixels."""
    for tile in tiles:
        part = view[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width]
        for detection in detector.detect(part):
            face = shifted(detection, tile.left, tile.top)
            if band.low_px <= side(face) <= band.high_px and in_core(face, tile):
                yield face


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
