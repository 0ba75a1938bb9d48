"""What rendering costs beside encoding alone, and beside the programs one would write with moviepy.

    python benchmarks/rendering.py [--seconds 30] [--json]

Twelve photographs of 12 megapixels (made of those of ../shared), 1920x1080 at 30 frames a second, a
slow zoom, dissolves of 0.6 s, a title, music. Each part runs in a process of its own, whose CPU
seconds and peak memory (PSS of the tree) are taken:

- render: ours, from photographs to the finished movie; music: its sound alone;
- encode: the same frames, composed before and read from a file, encoded with the same settings;
  read: no more than reading them;
- everything, music_everything, encode_everything: the same of a film with a map, captions, blurred
  grounds and lively transitions, in the theme uplifting;
- moviepy: ImageClips, made small first, resized by a function of time and crossfaded, with the same
  encoder settings; moviepy_full: the same with photographs as they are, for 5 s of two of them.

Encoding alone is encode less read, so without what it takes to start. A whole render is held to
it, with start and music, and is what is judged; so is a render less music, without both. Beside
moviepy both sides make the same music with our code. Ends with 1 where a target is missed.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import av
import moviepy
import numpy as np
from films import (
    FADE_S,
    FPS,
    HEIGHT,
    N_PICTURES,
    WIDTH,
    ZOOM,
    film_with_everything,
    pictures_of,
    plain_film,
)
from indexing import TWELVE_MP, expect_success, make_pictures, need_shared
from moviepy import vfx
from PIL import Image, ImageOps
from skimage.metrics import structural_similarity

from composer.movies import movie_sound, render_movie
from composer.render.encode import MovieFormat, Segment, write_segments
from composer.render.frames import Frames
from composer.render.kept import forget_segments, is_kept
from composer.render.planes import Planes, Rgb8
from composer.render.sources import files
from composer.storyboard.model import Storyboard
from memoriesd.measured import run_measured
from music.track import RATE_HZ
from themes.load import load_theme

DAY = date(2024, 1, 15)
FULL_SIZE_S, FULL_SIZE_PICTURES = 5, 2
"""Enough of what takes ten CPU seconds a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A figure and what it is allowed to be."""

    value: float
    limit: float
    is_least: bool = False

    @property
    def is_met(self) -> bool:
        """Whether the figure is on the right side of its limit."""
        return self.value >= self.limit if self.is_least else self.value <= self.limit


def main() -> int:
    """Make the pictures, run each part, tell; 1 where a target is missed."""
    args = arguments()
    if args.part:
        PARTS[args.part](args.folder, args.seconds)
        return 0
    need_shared()
    parts = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        make_pictures(folder / "pictures", N_PICTURES, size_px=TWELVE_MP)
        for name in PARTS:
            parts[name] = measured(name, folder, args.seconds)
            print(name, parts[name], file=sys.stderr, flush=True)
            if name == "compose":
                parts["render"]["ssim"] = quality(folder)
    targets = judged(parts)
    if args.json:
        told = {name: [one.value, one.limit, one.is_met] for name, one in targets.items()}
        print(json.dumps({"seconds": args.seconds, "parts": parts, "targets": told}))
    else:
        show(parts, targets)
    return 0 if all(target.is_met for target in targets.values()) else 1


def arguments() -> argparse.Namespace:
    """The command line; `--part` is for this script's own children."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def measured(part: str, folder: Path, seconds: int) -> dict[str, float]:
    """Cost of one part in a process of its own."""
    words = ["--part", part, "--folder", str(folder), "--seconds", str(seconds)]
    cost = run_measured([sys.executable, __file__, *words], os.environ)
    expect_success(cost)
    shown_s = FULL_SIZE_S if part == "moviepy_full" else seconds
    return {
        "cpu_s": cost.cpu_s,
        "cpu_s_a_second": round(cost.cpu_s / shown_s, 3),
        "peak_mb": cost.peak_mb,
        "wall_s": cost.wall_s,
    }


def judged(parts: Mapping[str, Mapping[str, float]]) -> dict[str, Target]:
    """What was measured beside what is wanted."""
    rate = {name: part["cpu_s_a_second"] for name, part in parts.items()}
    alone = rate["encode"] - rate["read"]
    alone_of_all = rate["encode_everything"] - rate["read"]

    def times(one: str, other: str) -> float:
        return round(rate[one] / rate[other], 3)

    return {
        "render to encoding alone": Target(value=round(rate["render"] / alone, 3), limit=1.22),
        "the same without start and music": Target(
            value=round((rate["render"] - rate["music"]) / alone, 3), limit=1.22
        ),
        "everything to encoding alone": Target(
            value=round(rate["everything"] / alone_of_all, 3), limit=1.6
        ),
        "everything without start and music": Target(
            value=round((rate["everything"] - rate["music_everything"]) / alone_of_all, 3),
            limit=1.6,
        ),
        "moviepy to render": Target(value=times("moviepy", "render"), limit=5, is_least=True),
        "moviepy with full-size photographs to render": Target(
            value=times("moviepy_full", "render"), limit=8, is_least=True
        ),
        "peak MB": Target(
            value=max(parts[name]["peak_mb"] for name in ("render", "everything")), limit=600
        ),
        "SSIM of Y to what was composed": Target(
            value=parts["render"]["ssim"], limit=0.97, is_least=True
        ),
    }


def rendered(board: Storyboard, folder: Path) -> None:
    """A whole render, from photographs to the finished movie."""
    out, segments = folder / "render.mp4", folder / "segments"
    render_movie(board, out, theme=load_theme(board.theme), made_on=DAY, segments=segments)
    forget_segments(segments)


def sounded(board: Storyboard) -> None:
    """The sound of a film."""
    movie_sound(board)


def composed(board: Storyboard, folder: Path) -> None:
    """Frames for `encoded`, written to a file."""
    with (
        Frames(board, load_theme(board.theme), files()) as frames,
        frame_file(folder).open("wb") as out,
    ):
        for frame in frames:
            out.write(frame.i420.tobytes())


def encoded(board: Storyboard, folder: Path) -> None:
    """Frames that are there, encoded."""
    form = MovieFormat(width=WIDTH, height=HEIGHT, fps=FPS, title="Benchmark", made_on=DAY)
    path = folder / "encoded.mp4"
    write_segments([Segment(path=path, frames=stored_frames(folder))], form)
    if not is_kept(path, board.n_frames):
        raise SystemExit(f"{path} has not {board.n_frames} frames")


def read(folder: Path, _seconds: int) -> None:
    """Part: frames as `encoded` gets them, and nothing done with them."""
    for _ in stored_frames(folder):
        pass


def frame_file(folder: Path) -> Path:
    """Where composed frames are kept, one behind the other."""
    return folder / "frames.i420"


def stored_frames(folder: Path) -> Iterator[Planes]:
    """The composed frames, one by one."""
    rows = HEIGHT * 3 // 2
    with frame_file(folder).open("rb") as file:
        while data := file.read(rows * WIDTH):
            yield Planes(np.frombuffer(data, np.uint8).reshape(rows, WIDTH))


def quality(folder: Path) -> float:
    """Mean SSIM of Y between what was composed and what was rendered, of one frame a second."""
    found = []
    with av.open(str(folder / "render.mp4")) as container:
        pairs = zip(stored_frames(folder), container.decode(video=0), strict=True)
        for number, (given, coded) in enumerate(pairs):
            if number % FPS == FPS // 2:
                y = coded.to_ndarray(format="yuv420p")[:HEIGHT]
                found.append(structural_similarity(given.y, y, data_range=219))  # type: ignore[no-untyped-call]  # skimage has none
    return round(float(np.mean(found)), 4)


def with_moviepy(folder: Path, seconds: int) -> None:
    """Part: the program that moviepy's documentation leads to."""
    pictures = []
    for path in pictures_of(folder):
        with Image.open(path) as picture:
            pictures.append(np.asarray(ImageOps.fit(picture.convert("RGB"), (WIDTH, HEIGHT))))
    moviepy_film(folder, pictures, seconds)


def with_moviepy_at_full_size(folder: Path, _seconds: int) -> None:
    """Part: the same without making the photographs small first."""
    pictures = []
    for path in pictures_of(folder)[:FULL_SIZE_PICTURES]:
        with Image.open(path) as picture:
            pictures.append(np.asarray(picture.convert("RGB")))
    moviepy_film(folder, pictures, FULL_SIZE_S)


def moviepy_film(folder: Path, pictures: list[Rgb8], seconds: int) -> None:
    """Photographs resized by a function of time, crossfaded, a title, music."""
    each_s = (seconds - FADE_S) / len(pictures) + FADE_S
    clips = []
    for number, pixels in enumerate(pictures):
        fit = WIDTH / pixels.shape[1]
        clip = moviepy.ImageClip(pixels, duration=each_s)
        clip = clip.resized(lambda t, fit=fit: fit * (1 + (ZOOM - 1) * t / each_s))
        clip = clip.with_position("center").with_start(number * (each_s - FADE_S))
        clips.append(clip.with_effects([vfx.CrossFadeIn(FADE_S)] if number else []))
    title = moviepy.TextClip(text="Benchmark", font_size=100, color="white", duration=each_s)
    layers = [*clips, title.with_position("center")]
    sound = moviepy.AudioArrayClip(movie_sound(plain_film(folder, max(seconds, 10))), fps=RATE_HZ)
    movie = moviepy.CompositeVideoClip(layers, size=(WIDTH, HEIGHT)).with_duration(seconds)
    movie.with_audio(sound.with_duration(seconds)).write_videofile(
        str(folder / "moviepy.mp4"),
        fps=FPS,
        codec="libx264",
        preset="veryfast",
        ffmpeg_params=["-crf", "20"],
        threads=2,
        audio_codec="aac",
        temp_audiofile_path=str(folder),
        logger=None,
    )


PARTS: Mapping[str, Callable[[Path, int], None]] = {
    "music": lambda folder, seconds: sounded(plain_film(folder, seconds)),
    "music_everything": lambda folder, s: sounded(film_with_everything(folder, s)),
    "render": lambda folder, seconds: rendered(plain_film(folder, seconds), folder),
    "compose": lambda folder, seconds: composed(plain_film(folder, seconds), folder),
    "read": read,
    "encode": lambda folder, seconds: encoded(plain_film(folder, seconds), folder),
    "everything": lambda folder, s: rendered(film_with_everything(folder, s), folder),
    "compose_everything": lambda folder, s: composed(film_with_everything(folder, s), folder),
    "encode_everything": lambda folder, s: encoded(film_with_everything(folder, s), folder),
    "moviepy": with_moviepy,
    "moviepy_full": with_moviepy_at_full_size,
}
"""In the order in which they run: encoding takes the frames that were composed before it."""


def show(parts: Mapping[str, Mapping[str, Any]], targets: Mapping[str, Target]) -> None:
    """The table for people."""
    for name, figures in parts.items():
        print(f"{name:<19}" + "  ".join(f"{key} {value}" for key, value in figures.items()))
    for name, target in targets.items():
        word = "at least" if target.is_least else "at most"
        missed = "" if target.is_met else ": missed"
        print(f"{name}: {target.value}, {word} {target.limit}{missed}")


if __name__ == "__main__":
    sys.exit(main())
