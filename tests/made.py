"""Rows, storyboards and pictures that several tests need, with defaults."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from composer.storyboard.model import Shot, ShotKind, Storyboard, Transition
from indexer.catalog.items import Item, ItemId
from indexer.catalog.memories import Memory, MemoryId
from indexer.pixels import PixelTask

TRIP_MEMORY = Memory(
    id=MemoryId(0),
    kind="trip",
    key="trip:1",
    title="Lisbon",
    subtitle="",
    window_start=None,
    window_end=None,
    state="ready",
    reason="",
    score=1.0,
    subjects="[]",
    current=1,
)
"""Not in the catalog yet; to be changed by ``dataclasses.replace``."""

CUT = Transition(name="cut", n_frames=0)


def item(**told: Any) -> Item:
    """A row of a photograph that nothing is known of but what is told."""
    values: dict[str, Any] = dict.fromkeys(Item.__slots__)
    values |= {
        "id": ItemId(0),
        "kind": "photo",
        "width": 160,
        "height": 120,
        "orientation": 1,
        "day_only": 0,
        "date_source": "exif",
        "date_confidence": 1.0,
        "mundane_score": 0.0,
        "favourite": 0,
        "hidden": 0,
    }
    return Item(**(values | told))


def picture_task(path: Path, width: int, height: int) -> PixelTask:
    """A photograph in JPEG, of a camera, upright, with all the memory there is."""
    return PixelTask(
        path=path,
        format="jpeg",
        is_video=False,
        orientation=1,
        width=width,
        height=height,
        mtime_ns=0,
        has_camera=True,
        video_sample_s=1.0,
    )


def write_photo(path: Path, seed: int, width: int = 640, height: int = 480, **saved: Any) -> Path:
    """A photograph of soft colours by chance, in a folder that is made for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    coarse = np.random.default_rng(seed).integers(30, 220, (12, 16, 3), np.uint8)
    picture = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    picture.save(path, quality=90, **saved)
    return path


def storyboard(shots: Iterable[Mapping[str, Any]], **changes: Any) -> Storyboard:
    """A small movie without beats; each shot is a picture of 30 frames unless it says otherwise.

    The shots follow each other, so none says where it begins.
    """
    made: list[Shot] = []
    n_frames = 0
    for told in shots:
        values = {"kind": ShotKind.PICTURE, "n_frames": 30, "panels": (), "transition": CUT}
        values |= {"start_frame": n_frames, "seed": 1, "reason": "test"}
        made.append(Shot(**{**values, **told}))
        n_frames += made[-1].n_frames
    told = {
        "memory_id": 1,
        "memory_key": "trip:1",
        "title": "Lisbon",
        "subtitle": "May 2024",
        "theme": "gentle",
        "length": "short",
        "seed": 1,
        "width": 320,
        "height": 180,
        "fps": 30,
        "mood": "gentle",
        "music_seed": 7,
        "beats_s": (),
    }
    return Storyboard(shots=tuple(made), n_frames=n_frames, **{**told, **changes})
