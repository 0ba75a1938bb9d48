"""Names that other programs wrote beside regions of a picture, given to the faces found there."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from indexer.catalog.faces import NewFace
from indexer.media.metadata.model import NamedRegion
from indexer.media.metadata.read import read_metadata
from indexer.pixels import PixelTask

_REGION_REACH = 0.7
"""How far a named region's centre may lie from a face's, in units of the face's side."""


def named_regions(task: PixelTask) -> tuple[NamedRegion, ...]:
    """The regions that a file and its side files name."""
    metadata = read_metadata(
        task.path,
        task.format,
        mtime=task.mtime_ns / 1e9,
        container_tags={},
        siblings=_names_in(task.path.parent, task.path.parent.stat().st_mtime_ns),
    )
    return metadata.face_names


@lru_cache(maxsize=4)
def _names_in(folder: Path, _mtime_ns: int) -> frozenset[str]:
    return frozenset(path.name for path in folder.iterdir())


def with_names(
    faces: Sequence[NewFace], names: Iterable[NamedRegion], task: PixelTask
) -> list[NewFace]:
    """Give each name to the face in whose box its region's centre lies nearest the middle."""
    named = list(faces)
    for region in names:
        x = (region.x_norm + region.w_norm / 2) * task.width
        y = (region.y_norm + region.h_norm / 2) * task.height
        near = [(_off_centre(face.box, x, y), n) for n, face in enumerate(named)]
        distance, nearest = min(near, default=(1.0, -1))
        if distance < _REGION_REACH:
            named[nearest] = replace(named[nearest], imported_name=region.name)
    return named


def _off_centre(box: tuple[float, float, float, float], x: float, y: float) -> float:
    """Distance from a box's middle in units of its larger side."""
    left, top, width, height = box
    return float(np.hypot(left + width / 2 - x, top + height / 2 - y) / max(width, height))
