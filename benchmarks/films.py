"""Films whose rendering is measured: twelve photographs, plain or with everything that we have."""

from dataclasses import replace
from datetime import date
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from composer.render.encode import MovieFormat, Segment, write_segments
from composer.render.join import join_movie
from composer.render.planes import Planes
from composer.storyboard.model import (
    WHOLE,
    Ground,
    Panel,
    Rect,
    Shot,
    ShotKind,
    Stop,
    Storyboard,
    Text,
    Transition,
)
from music.arrange import arrange
from music.track import RATE_HZ

N_PICTURES = 12
PICTURE_PX = (4000, 3000)
"""As photographs of 12 megapixels are."""
WIDTH, HEIGHT, FPS = 1920, 1080, 30
FADE_S = 0.6
ZOOM = 1.08
PLAIN, EVERYTHING = "gentle", "uplifting"
"""Themes, which are moods as well."""
SEED = 1
CLIP_SIZE, CLIP_EVERY = (640, 360), 5

_GREY = np.full((CLIP_SIZE[1] // 2, CLIP_SIZE[0]), 128, np.uint8)
_CROPPED = Rect(x_norm=0.0, y_norm=0.125, w_norm=1.0, h_norm=0.75)
"""A 4:3 picture as 16:9 shows it."""
_PORTRAIT = Rect(x_norm=0.25, y_norm=0.05, w_norm=0.45, h_norm=0.8)
_HUNG = Rect(x_norm=0.31, y_norm=0.05, w_norm=0.38, h_norm=0.9)
"""Part of a 4:3 picture in the shape of 3:4, and where it hangs in the frame."""
_ROUTE = (
    Stop(name="Lisbon", latitude=38.7, longitude=-9.1),
    Stop(name="Seville", latitude=37.4, longitude=-6.0),
    Stop(name="Granada", latitude=37.2, longitude=-3.6),
)
_LIVELY = ("push", "zoom_through", "soft_wipe", "dissolve", "light_leak", "blur_dissolve")


def pictures_of(folder: Path) -> list[Path]:
    """The photographs that films are made of."""
    return sorted((folder / "pictures").iterdir())


def plain_film(folder: Path, seconds: int, n_shots: int = N_PICTURES) -> Storyboard:
    """Photographs shown equally long, coming slowly nearer, round and round; first a title."""
    starts = [round(n * seconds * FPS / n_shots) for n in range(n_shots + 1)]
    title = Text(lines=("Benchmark", "Twelve photographs"), style="title")
    shots = [
        Shot(
            kind=ShotKind.PICTURE if n else ShotKind.TITLE,
            start_frame=starts[n],
            n_frames=starts[n + 1] - starts[n],
            panels=(_panel(path, n, _CROPPED, WHOLE),),
            motion="zoom_in",
            transition=_transition("dissolve" if n else "cut", FADE_S),
            text=None if n else title,
            seed=n,
            reason="benchmark",
        )
        for n, path in enumerate(islice(cycle(pictures_of(folder)), n_shots))
    ]
    return _storyboard(PLAIN, seconds, shots)


def long_film(folder: Path, seconds: int, n_shots: int) -> Storyboard:
    """The same with a clip and its sound in place of every fifth photograph."""
    board = plain_film(folder, seconds, n_shots)
    clip = Panel(
        item_id=N_PICTURES + 1,
        path=str(clip_of(folder)),
        is_video=True,
        width=CLIP_SIZE[0],
        height=CLIP_SIZE[1],
        view_start=WHOLE,
        view_end=WHOLE,
        clip_start_s=0.0,
    )
    shots = (
        replace(shot, panels=(clip,), sound_gain_db=0.0) if n % CLIP_EVERY == 0 else shot
        for n, shot in enumerate(board.shots, 1)
    )
    return replace(board, shots=tuple(shots))


def clip_of(folder: Path) -> Path:
    """The clip that long films are made of."""
    return folder / "clip.mp4"


def write_clip(folder: Path, seconds: int) -> None:
    """Noise that moves along, with a tone."""
    wide = np.random.default_rng(SEED).integers(0, 256, (CLIP_SIZE[1], 4096), np.uint8)
    n_frames = seconds * FPS
    frames = (Planes(np.vstack([wide[:, n : n + CLIP_SIZE[0]], _GREY])) for n in range(n_frames))
    form = MovieFormat(
        width=CLIP_SIZE[0], height=CLIP_SIZE[1], fps=FPS, title="Clip", made_on=date(2024, 1, 15)
    )
    pictures = folder / "clip_pictures.mp4"
    write_segments([Segment(path=pictures, frames=frames)], form)
    tone = 0.1 * np.sin(2 * np.pi * 440 * np.arange(seconds * RATE_HZ) / RATE_HZ)
    join_movie(
        clip_of(folder), [pictures], np.tile(tone[:, np.newaxis], 2).astype(np.float32), form
    )


def film_with_everything(folder: Path, seconds: int) -> Storyboard:
    """A map, captions, every second picture on a blurred ground, the liveliest transitions."""
    n_shots = N_PICTURES + 1
    starts = [round(n * seconds * FPS / n_shots) for n in range(n_shots + 1)]
    opening = Shot(
        kind=ShotKind.TITLE,
        start_frame=0,
        n_frames=starts[1],
        panels=(),
        ground=Ground.MAP,
        route=_ROUTE,
        transition=_transition("cut", 0),
        text=Text(lines=("Andalusia", "Spring"), style="title"),
        seed=0,
        reason="benchmark",
    )
    shots = [
        Shot(
            kind=ShotKind.PICTURE,
            start_frame=starts[n],
            n_frames=starts[n + 1] - starts[n],
            panels=(_panel(path, n, *((_CROPPED, WHOLE) if n % 2 else (_PORTRAIT, _HUNG))),),
            ground=Ground.NONE if n % 2 else Ground.BLUR,
            motion="zoom_in",
            transition=_transition(_LIVELY[n % len(_LIVELY)], FADE_S),
            text=Text(lines=(f"Granada, {n} May 2024",), style="caption"),
            seed=n,
            reason="benchmark",
        )
        for n, path in enumerate(pictures_of(folder), 1)
    ]
    return _storyboard(EVERYTHING, seconds, [opening, *shots])


def _storyboard(theme: str, seconds: int, shots: list[Shot]) -> Storyboard:
    return Storyboard(
        memory_id=1,
        memory_key="benchmark",
        title="Benchmark",
        subtitle="",
        theme=theme,
        length="short",
        seed=SEED,
        width=WIDTH,
        height=HEIGHT,
        fps=FPS,
        mood=theme,
        music_seed=SEED,
        n_frames=seconds * FPS,
        beats_s=arrange(theme, float(seconds), SEED).beats_s,
        shots=tuple(shots),
    )


def _transition(name: str, fade_s: float) -> Transition:
    return Transition(name=name, n_frames=0 if name == "cut" else round(fade_s * FPS) // 2 * 2)


def _panel(path: Path, number: int, view: Rect, frame: Rect) -> Panel:
    """A photograph from a view of it to the middle of that view."""
    near_w, near_h = view.w_norm / ZOOM, view.h_norm / ZOOM
    return Panel(
        item_id=number + 1,
        path=str(path),
        is_video=False,
        width=PICTURE_PX[0],
        height=PICTURE_PX[1],
        view_start=view,
        view_end=Rect(
            x_norm=view.x_norm + (view.w_norm - near_w) / 2,
            y_norm=view.y_norm + (view.h_norm - near_h) / 2,
            w_norm=near_w,
            h_norm=near_h,
        ),
        frame=frame,
    )
