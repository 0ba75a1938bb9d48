"""A movie of six seconds in small, from files that are made for it."""

import os
from datetime import date
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from composer.movies import MovieFile, render_movie
from composer.storyboard.model import (
    WHOLE,
    Ground,
    Panel,
    Rect,
    ShotKind,
    Storyboard,
    Text,
    Transition,
)
from music.track import RATE_HZ
from tests.made import storyboard, write_photo
from themes.load import load_theme

FPS = 24
DAY = date(2024, 7, 18)
CLOSER = Rect(x_norm=0.1, y_norm=0.1, w_norm=0.8, h_norm=0.8)


def write_clip(path: Path, seconds: float) -> Path:
    """Grey that gets lighter, with a tone of 880 Hz."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        audio = container.add_stream("aac", rate=RATE_HZ, layout="stereo")
        for index in range(round(seconds * FPS)):
            grey = np.full((180, 320, 3), 40 + index, np.uint8)
            container.mux(video.encode(VideoFrame.from_ndarray(grey, format="rgb24")))
        time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
        tone = np.tile(0.3 * np.sin(2 * np.pi * 880 * time_s), (2, 1)).astype(np.float32)
        for start in range(0, tone.shape[1], 1024):
            part = np.ascontiguousarray(tone[:, start : start + 1024])
            frame = AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = RATE_HZ, start
            container.mux(audio.encode(frame))
        container.mux(audio.encode(None))
        container.mux(video.encode(None))
    return path


def make_panel(path: Path, item_id: int, **changes: object) -> Panel:
    """A photograph that is slowly neared."""
    values: dict[str, object] = {
        "is_video": False,
        "width": 640,
        "height": 360,
        "view_start": WHOLE,
        "view_end": CLOSER,
    }
    return Panel(item_id=item_id, path=os.fspath(path), **(values | changes))  # type: ignore[arg-type]  # a factory of one's own


def make_board(folder: Path) -> Storyboard:
    """Title, clip, photograph and end card: six seconds."""
    one, two = (write_photo(folder / f"{name}.jpg", ord(name), 640, 360) for name in "ab")
    clip = write_clip(folder / "c.mp4", 4.0)
    fade = Transition(name="dissolve", n_frames=8)
    shots: list[dict[str, object]] = [
        {
            "kind": ShotKind.TITLE,
            "panels": (make_panel(one, 1),),
            "text": Text(lines=("Søgne", "2024"), style="title"),
        },
        {
            "panels": (make_panel(clip, 3, is_video=True, view_end=WHOLE, clip_start_s=0.5),),
            "transition": fade,
            "sound_gain_db": 0.0,
        },
        {"panels": (make_panel(two, 2),), "transition": fade},
        {
            "kind": ShotKind.END,
            "ground": Ground.COLOUR,
            "text": Text(lines=("The end",), style="end"),
            "transition": fade,
        },
    ]
    each: dict[str, object] = {"n_frames": 36}
    return storyboard([each | shot for shot in shots], title="Søgne", subtitle="2024", fps=FPS)


def made(folder: Path) -> Path:
    """The folder, which is there now."""
    folder.mkdir()
    return folder


def render(board: Storyboard, out: Path, **options: object) -> MovieFile:
    """Render into a folder beside that of the segments."""
    values: dict[str, object] = {
        "theme": load_theme("gentle"),
        "made_on": DAY,
        "segments": out.parent.parent / "segments",
    }
    return render_movie(board, out, **(values | options))  # type: ignore[arg-type]  # a shorthand
