"""Look at a photograph: decode it, find its faces, label and measure it."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from indexer.chosen import Models, Tools
from indexer.errors import DearMediaError
from indexer.face_names import named_regions, with_names
from indexer.faces.pyramid import Detail, first_scale, halved, thorough_px
from indexer.identity import content_hash
from indexer.measuring import LOOK_PX, faces_in, labels_of, measured, new_face
from indexer.media.cost import remedy_for
from indexer.media.jpeg import WHOLE_BYTES_PER_PX
from indexer.media.orientation import shrunk
from indexer.media.photo import read_photo, read_preview
from indexer.media.probe import MediaFormat, MediaKind
from indexer.memory import PeakMeter
from indexer.pixels import Pixels, PixelTask

Rgb8 = NDArray[np.uint8]  # [h, w, 3]

_JPEG = frozenset({"jpeg", "mpo"})
_BYTES_PER_PX = 7.0
_BYTES_PER_WHOLE_PX = 10.1
"""Of a picture that nobody shrinks: Pillow's four bytes, and three twice on the way to an array.
The copies that are searched take one, and come later."""
_BYTES_PER_WHOLE_JPEG_PX = WHOLE_BYTES_PER_PX + 0.4
"""With the file of a phone."""


def look_at_photo(task: PixelTask, tools: Tools) -> Pixels:
    """What a photograph shows.

    Raises
    ------
    UnreadableMediaError
        If the file holds no picture that can be read.
    DearMediaError
        If decoding or searching it needs more memory than there is while others are at work.
    """
    decode_mb = task.memory_mb - tools.choice.arena_mb
    side_px, lacks = _side_px(task, tools, decode_mb)
    digest = content_hash(task.path)
    meter = PeakMeter()
    with meter.stage("decoding"):
        image, lacks_all = _decoded(task, side_px, decode_mb)
    with meter.stage("faces"):
        is_thorough = tools.choice.detail is Detail.THOROUGH
        longest_px = side_px if is_thorough else None
        found = faces_in(image, tools, (task.width, task.height), longest_px=longest_px)
    faces = [new_face(f, tools, None) for f in found]
    names = named_regions(task) if found else ()
    image = as_decoded_small(image)
    with meter.stage("labels and quality"):
        labels = labels_of(image, tools)
        pixels = measured(image, task, digest, with_names(faces, names, task), labels, ())
    return replace(pixels, peaks_mb=tuple(meter.peaks_mb.items()), lacks=lacks_all or lacks)


def as_decoded_small(image: Rgb8) -> Rgb8:
    """A photograph at `LOOK_PX` as if it had been decoded for that: by halves, then to the size.

    Means over other shares, of all that a thorough search wants, take ten times as long.
    """
    while max(image.shape) >= 2 * LOOK_PX:
        image = halved(image)
    return shrunk(image, LOOK_PX)


def _decoded(task: PixelTask, side_px: int, decode_mb: int) -> tuple[Rgb8, str]:
    """A photograph's pixels; or its preview's, and why, where no more memory is to be had."""
    fmt = MediaFormat(kind=MediaKind.PHOTO, name=task.format)
    turn = task.orientation
    try:
        return read_photo(
            task.path, fmt, exif_orientation=turn, max_side_px=side_px, most_mb=decode_mb
        ), ""
    except DearMediaError as error:
        if not task.is_alone:
            raise
        if side_px > LOOK_PX:
            smaller, lacks = _decoded(task, max(LOOK_PX, side_px // 2), decode_mb)
            return smaller, lacks or f"searched up to {max(smaller.shape)} px only: {error}"
        preview = read_preview(task.path, fmt, exif_orientation=turn, max_side_px=side_px)
        if preview is None:
            raise
        return preview, f"only its embedded preview was looked at: {error}; {error.remedy}"


def _side_px(task: PixelTask, tools: Tools, decode_mb: int) -> tuple[int, str]:
    """Long side at which a photograph is decoded; and why it is less than asked, where it is.

    Raises
    ------
    DearMediaError
        If searching it needs more memory than there is while others are at work.
    """
    wanted_px, needed_mb = searched_px(task, tools.models, tools.choice.detail)
    if needed_mb <= decode_mb:
        return wanted_px, ""
    reason = f"searching all of it takes {needed_mb:,.0f} MB"
    if not task.is_alone:
        raise DearMediaError(reason)
    # JPEG decodes to halves, quarters and eighths; anything between would be decoded whole.
    halvings = math.ceil(math.log(needed_mb / decode_mb, 4))
    side_px = max(LOOK_PX, min(wanted_px, max(task.width, task.height)) >> halvings)
    lacks = f"searched up to {side_px} px only: {reason}; {remedy_for(needed_mb - decode_mb)}"
    return side_px, lacks


def searched_px(task: PixelTask, models: Models, detail: Detail) -> tuple[int, float]:
    """Long side at which a photograph is to be decoded, and what that takes, MB.

    The usual size, which takes next to nothing, is 0. What the header does not tell (grey, several
    scans) the reader of the format finds when it opens the file.
    """
    long_px, short_px = max(task.width, task.height), min(task.width, task.height)
    if not models.least_face_px or short_px < 1:
        return LOOK_PX, 0.0
    wanted_px = max(LOOK_PX, round(long_px * first_scale(task.width, task.height, LOOK_PX)))
    bytes_a_px = _BYTES_PER_PX
    if detail is Detail.THOROUGH:
        wanted_px = max(wanted_px, thorough_px(task.width, task.height, models.least_face_px))
        is_jpeg = task.format in _JPEG and wanted_px >= long_px
        bytes_a_px = _BYTES_PER_WHOLE_JPEG_PX if is_jpeg else _BYTES_PER_WHOLE_PX
    if wanted_px == LOOK_PX:
        return LOOK_PX, 0.0
    scale = min(1.0, wanted_px / long_px)
    return wanted_px, long_px * short_px * scale**2 * bytes_a_px / 1e6
