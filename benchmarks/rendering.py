"""What rendering costs beside encoding alone, and beside the program one would write with moviepy.

    python benchmarks/rendering.py [--seconds 30] [--json]

Twelve photographs of 12 megapixels (made of those of ../shared), 1920x1080 at 30 frames a second, a
slow zoom, dissolves of half a second. Each part runs in a process of its own, whose CPU seconds and
peak memory (PSS of the tree) are taken: our render; the same frames and samples, composed before
and read from a file, encoded with the same settings; moviepy's ImageClips, made small first,
resized by a function of time and crossfaded, without sound, with the same encoder settings.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import av
import moviepy
import numpy as np
from indexing import TWELVE_MP, expect_success, make_pictures, need_shared
from moviepy import vfx
from PIL import Image, ImageOps
from skimage.metrics import structural_similarity

from composer.movies import movie_sound, render_movie
from composer.render.encode import MovieFormat, Segment, write_segments
from composer.render.frames import Frames
from composer.render.join import join_movie
from composer.render.kept import forget_segments
from composer.render.planes import Planes
from composer.render.sources import files
from composer.storyboard.model import WHOLE, Panel, Rect, Shot, ShotKind, Storyboard, Transition
from memoriesd.measured import run_measured
from music.arrange import arrange
from themes.load import load_theme

N_PICTURES = 12
WIDTH, HEIGHT, FPS = 1920, 1080, 30
FADE_S = 0.5
ZOOM = 1.08
THEME, MOOD, SEED = "gentle", "gentle", 1
DAY = date(2024, 1, 15)
CROPPED = Rect(x_norm=0.0, y_norm=0.125, w_norm=1.0, h_norm=0.75)
"""A 4:3 picture as 16:9 shows it."""


def main() -> int:
    """Make the pictures, run each part, tell."""
    args = arguments()
    if args.part:
        PARTS[args.part](args.folder, args.seconds)
        return 0
    need_shared()
    with tempfile.TemporaryDirectory() as scratch:
        make_pictures(Path(scratch) / "pictures", N_PICTURES, size_px=TWELVE_MP)
        parts = {}
        for name in PARTS:
            parts[name] = measured(name, Path(scratch), args.seconds)
            print(name, parts[name], file=sys.stderr)
        ssim = quality(Path(scratch))
    del parts["compose"]
    ratio = round(parts["render"]["cpu_s"] / parts["encode"]["cpu_s"], 3)
    result = {"seconds": args.seconds, "parts": parts, "render_to_encode": ratio, "ssim": ssim}
    if args.json:
        print(json.dumps(result))
    else:
        show(result)
    return 0


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
    return {
        "cpu_s": cost.cpu_s,
        "cpu_s_a_second": round(cost.cpu_s / seconds, 3),
        "peak_mb": cost.peak_mb,
        "wall_s": cost.wall_s,
    }


def pictures_of(folder: Path) -> list[Path]:
    """The photographs that the movie is made of."""
    return sorted((folder / "pictures").iterdir())


def storyboard_of(
    folder: Path, seconds: int, n_shots: int = N_PICTURES, fade_s: float = FADE_S
) -> Storyboard:
    """A movie that shows photographs equally long, coming slowly nearer, round and round."""
    starts = [round(n * seconds * FPS / n_shots) for n in range(n_shots + 1)]
    arrangement = arrange(MOOD, float(seconds), SEED)
    shots = [
        shot_of(path, number, starts[number], starts[number + 1], fade_s)
        for number, path in enumerate(islice(cycle(pictures_of(folder)), n_shots))
    ]
    return Storyboard(
        memory_id=1,
        memory_key="benchmark",
        title="Benchmark",
        subtitle="",
        theme=THEME,
        length="short",
        seed=SEED,
        width=WIDTH,
        height=HEIGHT,
        fps=FPS,
        mood=MOOD,
        music_seed=SEED,
        n_frames=seconds * FPS,
        beats_s=arrangement.beats_s,
        shots=tuple(shots),
    )


def shot_of(path: Path, number: int, start: int, end: int, fade_s: float) -> Shot:
    """One photograph from a frame to another."""
    near = 1 / ZOOM
    panel = Panel(
        item_id=number + 1,
        path=str(path),
        is_video=False,
        width=TWELVE_MP[0],
        height=TWELVE_MP[1],
        view_start=CROPPED,
        view_end=Rect(
            x_norm=(1 - near) / 2,
            y_norm=(1 - near * CROPPED.h_norm) / 2,
            w_norm=near,
            h_norm=near * CROPPED.h_norm,
        ),
        frame=WHOLE,
    )
    dissolve = Transition(name="dissolve", n_frames=round(fade_s * FPS) // 2 * 2)
    return Shot(
        kind=ShotKind.PICTURE,
        start_frame=start,
        n_frames=end - start,
        panels=(panel,),
        motion="zoom_in",
        transition=dissolve if number else Transition(name="cut", n_frames=0),
        seed=number,
        reason="benchmark",
    )


def start(_folder: Path, _seconds: int) -> None:
    """Part: nothing; what every other part holds before it begins."""


def render(folder: Path, seconds: int) -> None:
    """Part: our render, from photographs to the finished movie."""
    board = storyboard_of(folder, seconds)
    out = folder / "render.mp4"
    segments = folder / "segments"
    render_movie(board, out, theme=load_theme(THEME), made_on=DAY, segments=segments)
    forget_segments(segments)


def compose(folder: Path, seconds: int) -> None:
    """Part: write the frames and samples for `encode` to files; its cost is not told."""
    board = storyboard_of(folder, seconds)
    np.save(folder / "samples.npy", movie_sound(board))
    with Frames(board, load_theme(THEME), files()) as frames, frame_file(folder).open("wb") as out:
        for frame in frames:
            out.write(frame.i420.tobytes())


def encode(folder: Path, seconds: int) -> None:
    """Part: encode frames and samples that are there."""
    form = MovieFormat(width=WIDTH, height=HEIGHT, fps=FPS, title="Benchmark", made_on=DAY)
    samples = np.load(folder / "samples.npy")
    segment = Segment(path=folder / "encoded.mp4", frames=stored_frames(folder))
    write_segments([segment], form)
    n_frames = join_movie(folder / "encode.mp4", [segment.path], samples, form)
    if n_frames != seconds * FPS:
        raise SystemExit(f"{n_frames} frames were encoded instead of {seconds * FPS}")


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
    """Mean SSIM of Y between what was composed and what was encoded, of one frame a second."""
    found = []
    with av.open(str(folder / "encoded.mp4")) as container:
        pairs = zip(stored_frames(folder), container.decode(video=0), strict=True)
        for number, (given, coded) in enumerate(pairs):
            if number % FPS == FPS // 2:
                y = coded.to_ndarray(format="yuv420p")[:HEIGHT]
                found.append(structural_similarity(given.y, y, data_range=219))  # type: ignore[no-untyped-call]  # skimage has none
    return round(float(np.mean(found)), 4)


def with_moviepy(folder: Path, seconds: int) -> None:
    """Part: the program that moviepy's documentation leads to."""
    each_s = (seconds - FADE_S) / N_PICTURES + FADE_S
    clips = []
    for number, path in enumerate(pictures_of(folder)):
        with Image.open(path) as picture:
            small = np.asarray(ImageOps.fit(picture.convert("RGB"), (WIDTH, HEIGHT)))
        clip = moviepy.ImageClip(small, duration=each_s)
        clip = clip.resized(lambda t: 1 + (ZOOM - 1) * t / each_s).with_position("center")
        clip = clip.with_start(number * (each_s - FADE_S))
        clips.append(clip.with_effects([vfx.CrossFadeIn(FADE_S)] if number else []))
    movie = moviepy.CompositeVideoClip(clips, size=(WIDTH, HEIGHT)).with_duration(seconds)
    movie.write_videofile(
        str(folder / "moviepy.mp4"),
        fps=FPS,
        codec="libx264",
        preset="veryfast",
        ffmpeg_params=["-crf", "20"],
        threads=2,
        audio=False,
        logger=None,
    )


PARTS: Mapping[str, Callable[[Path, int], None]] = {
    "start": start,
    "render": render,
    "compose": compose,
    "encode": encode,
    "moviepy": with_moviepy,
}


def show(result: Mapping[str, Any]) -> None:
    """The table for people."""
    for name, figures in result["parts"].items():
        print(f"{name:<9}" + "  ".join(f"{key} {value}" for key, value in figures.items()))
    print(f"rendering takes {result['render_to_encode']} times the CPU of encoding alone")
    print(f"SSIM to what was composed: {result['ssim']}")


if __name__ == "__main__":
    sys.exit(main())
