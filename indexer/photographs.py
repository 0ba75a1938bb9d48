"""Look at a photograph: decode it, find its faces, label and measure it."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from indexer.chosen import Tools
from indexer.errors import DearMediaError
from indexer.face_names import named_regions, with_names
from indexer.faces.pyramid import Detail, thorough_px
from indexer.measuring import LOOK_PX, faces_in, labels_of, measured, new_face
from indexer.media.orientation import shrunk
from indexer.media.photo import read_photo, read_preview
from indexer.media.probe import MediaFormat, MediaKind
from indexer.memory import PeakMeter
from indexer.pixels import Pixels, PixelTask

Rgb8 = NDArray[np.uint8]  # [h, w, 3]

_BYTES_PER_DECODED_PX = 7
_BYTES_PER_LARGE_PX = 3
"""Of a picture that is searched large: as its decoder has it and as an array; its largest copy."""


def look_at_photo(task: PixelTask, tools: Tools, digest: bytes) -> Pixels:
    """What a photograph shows; `digest` is of its file.

    Raises
    ------
    UnreadableMediaError
        If the file holds no picture that can be read.
    DearMediaError
        If decoding or searching it needs more memory than there is while others are at work.
    """
    decode_mb = task.memory_mb - tools.choice.arena_mb
    side_px = _side_px(task, tools, decode_mb)
    meter = PeakMeter()
    with meter.stage("decoding"):
        image, lacks = _decoded(task, side_px, decode_mb)
    with meter.stage("faces"):
        found = faces_in(image, tools, (task.width, task.height), longest_px=side_px)
    faces = [new_face(f, tools, None) for f in found]
    names = named_regions(task) if found else ()
    image = shrunk(image, LOOK_PX)
    with meter.stage("labels and quality"):
        labels = labels_of(image, tools)
        pixels = measured(image, task, digest, with_names(faces, names, task), labels, ())
    return replace(pixels, peaks_mb=tuple(meter.peaks_mb.items()), lacks=lacks)


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
        preview = read_preview(task.path, fmt, exif_orientation=turn, max_side_px=side_px)
        if preview is None:
            raise
        return preview, f"only its embedded preview was looked at: {error}; {error.remedy}"


def _side_px(task: PixelTask, tools: Tools, decode_mb: int) -> int:
    """Long side at which a photograph is decoded.

    Raises
    ------
    DearMediaError
        If a thorough search needs more memory than there is while others are at work.
    """
    if tools.faces is None or tools.choice.detail is Detail.NORMAL:
        return LOOK_PX
    wanted_px = thorough_px(task.width, task.height, tools.faces.detector)
    scale = min(1.0, wanted_px / max(task.width, task.height, 1))
    bytes_a_px = _BYTES_PER_DECODED_PX + scale**2 * _BYTES_PER_LARGE_PX
    needed_mb = task.width * task.height * bytes_a_px / 1e6
    if needed_mb <= decode_mb or wanted_px == LOOK_PX:
        return wanted_px
    if not task.is_alone:
        raise DearMediaError(f"a thorough search takes {needed_mb:,.0f} MB")
    # JPEG decodes to halves, quarters and eighths; anything between would be decoded whole.
    halvings = math.ceil(math.log(needed_mb / decode_mb, 4))
    return max(LOOK_PX, max(task.width, task.height) >> halvings)
