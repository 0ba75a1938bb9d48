"""The parts of `rendering.py`, each in a process that imports no more than a render needs.

python benchmarks/render_parts.py PART FOLDER SECONDS
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

import moviepy
import numpy as np
from films import FADE_S, FPS, HEIGHT, WIDTH, ZOOM, film_with_everything, pictures_of, plain_film
from moviepy import vfx
from PIL import Image, ImageOps

from composer.movies import movie_sound, render_movie
from composer.render.encode import MovieFormat, Segment, write_segments
from composer.render.frames import Frames
from composer.render.kept import forget_segments, is_kept
from composer.render.planes import Planes, Rgb8
from composer.render.sources import files
from composer.storyboard.model import Storyboard
from music.track import RATE_HZ
from themes.load import load_theme

DAY = date(2024, 1, 15)
FULL_SIZE_S, FULL_SIZE_PICTURES = 5, 2
"""Enough of what takes ten CPU seconds a second."""


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


if __name__ == "__main__":
    PARTS[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
