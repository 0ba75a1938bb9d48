"""From a storyboard to finished files: the movie and its poster, whole or not at all."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import cv2

from composer.render.encode import MovieFormat, write_movie
from composer.render.frames import Frames, poster_frame
from composer.render.mix import ClipSound, mixed_sound
from composer.render.planes import Planes, to_rgb
from composer.render.sources import check_sources, files
from composer.render.timeline import spans
from composer.render.writing import writing_to
from composer.storyboard.model import Shot, Storyboard
from indexer.errors import MissingResourceError
from music.arrange import arrange
from music.audio import read_audio
from music.errors import MusicError
from music.fit import fit_file
from music.perform import perform
from music.track import RATE_HZ, Stereo
from themes.theme import Theme

PART_SUFFIX = ".memoriesd-part"
"""Ends the hidden names of files that are not finished."""

_BITS_PER_PIXEL = 0.2
"""Of a large movie; ordinary ones take half."""
_POSTER_QUALITY = 90

Progress = Callable[[int, int, str], None]
"""Told how many of how many, and of what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieFile:
    """A finished movie."""

    path: Path
    poster: Path
    duration_s: float
    n_frames: int
    size_bytes: int


def render_movie(
    storyboard: Storyboard,
    out: Path,
    *,
    theme: Theme,
    made_on: date,
    checkpoint: Callable[[], None] = lambda: None,
    progress: Progress = lambda _done, _total, _what: None,
) -> MovieFile:
    """Render a storyboard to ``out`` (``NAME.mp4``) and its poster beside it (``NAME.jpg``).

    Files appear under their names only when they are complete; what an earlier, killed render has
    left in the folder is removed first.

    Parameters
    ----------
    checkpoint : callable
        Called before every frame; may wait, or raise in order to stop.

    Raises
    ------
    UnusableSourceError
        If a picture or clip cannot be read; nothing has been written.
    MissingResourceError
        If there is not enough space, or the folder cannot be written to.
    MusicError
        If the user's music file cannot be read.
    """
    check_sources(storyboard)
    remove_stale_parts(out.parent)
    _check_space(storyboard, out.parent)
    progress(0, storyboard.n_frames, "frames")
    samples = movie_sound(storyboard)
    form = MovieFormat(
        width=storyboard.width,
        height=storyboard.height,
        fps=storyboard.fps,
        title=storyboard.title,
        made_on=made_on,
    )
    poster = out.with_suffix(".jpg")
    with _part(out) as movie_part, _part(poster) as poster_part, _one_thread():
        frames = _told(storyboard, theme, poster_part, progress)
        n_frames = write_movie(movie_part, frames, samples, form, checkpoint=checkpoint)
        if n_frames != storyboard.n_frames:
            raise RuntimeError(f"{n_frames} of {storyboard.n_frames} frames were written")
        with writing_to(out.parent):
            # The poster first: a movie is never seen without it.
            _finish(poster_part, poster)
            _finish(movie_part, out)
    return MovieFile(
        path=out,
        poster=poster,
        duration_s=storyboard.duration_s,
        n_frames=n_frames,
        size_bytes=out.stat().st_size,
    )


def movie_sound(storyboard: Storyboard) -> Stereo:
    """Sound of a whole movie, mastered; exactly as long as its frames."""
    n_samples = round(storyboard.n_frames * RATE_HZ / storyboard.fps)
    return mixed_sound(soundtrack(storyboard), _clip_sounds(storyboard), n_samples=n_samples)


def soundtrack(storyboard: Storyboard) -> Stereo:
    """Music that a storyboard names, for its length.

    Raises
    ------
    MusicError
        If it names a file of the user's that cannot be read.
    """
    if storyboard.music_file is not None:
        return fit_file(Path(storyboard.music_file), storyboard.duration_s).samples
    arrangement = arrange(storyboard.mood, storyboard.duration_s, storyboard.music_seed)
    return perform(arrangement).samples


def remove_stale_parts(folder: Path) -> None:
    """Remove what killed renders have left; only one render runs at a time (the job lock)."""
    for path in sorted(folder.glob(f".*{PART_SUFFIX}")):
        path.unlink(missing_ok=True)


def _told(
    storyboard: Storyboard, theme: Theme, poster_part: Path, progress: Progress
) -> Iterator[Planes]:
    """Frames of the movie; writes the poster on the way and reports every second."""
    chosen = poster_frame(storyboard)
    with Frames(storyboard, theme, files()) as frames:
        for number, frame in enumerate(frames):
            if number == chosen:
                _write_poster(frame, poster_part)
            yield frame
            if (number + 1) % storyboard.fps == 0:
                progress(number + 1, storyboard.n_frames, "frames")
    progress(storyboard.n_frames, storyboard.n_frames, "frames")


def _clip_sounds(storyboard: Storyboard) -> Iterator[ClipSound]:
    for shot, span in zip(storyboard.shots, spans(storyboard), strict=True):
        start_s, duration_s = span.first_frame / storyboard.fps, span.n_visible / storyboard.fps
        samples = _own_sound(shot, duration_s)
        if samples is not None and shot.sound_gain_db is not None:
            yield ClipSound(
                samples=samples,
                start_s=start_s,
                gain_db=shot.sound_gain_db,
                fade_in_s=span.n_fade_in / storyboard.fps,
                fade_out_s=span.n_fade_out / storyboard.fps,
            )


def _own_sound(shot: Shot, duration_s: float) -> Stereo | None:
    """Sound of a shot's first clip; None where there is none to be heard."""
    clips = [panel for panel in shot.panels if panel.is_video and not panel.start_byte]
    if not clips or shot.sound_gain_db is None:
        return None
    try:
        return read_audio(
            Path(clips[0].path), start_s=clips[0].clip_start_s or 0.0, duration_s=duration_s
        )
    except MusicError:  # a clip without sound is shown all the same
        return None


def _check_space(storyboard: Storyboard, folder: Path) -> None:
    pixels = storyboard.width * storyboard.height * storyboard.n_frames
    needed = round(pixels * _BITS_PER_PIXEL / 8)
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise MissingResourceError(
            f"the output folder {folder} cannot be used: {error.strerror}",
            remedy="make it, or set [output] folder to another one",
        ) from error
    if free < needed:
        raise MissingResourceError(
            f"{folder} has {free / 1e6:.0f} MB free, the movie may need {needed / 1e6:.0f} MB",
            remedy="free some space, or set [output] folder to another disk",
        )


def _write_poster(frame: Planes, path: Path) -> None:
    bgr = cv2.cvtColor(to_rgb(frame), cv2.COLOR_RGB2BGR)
    _, coded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _POSTER_QUALITY])
    with writing_to(path.parent):
        path.write_bytes(coded.tobytes())


@contextmanager
def _part(final: Path) -> Iterator[Path]:
    """Give a hidden name beside the final one, gone at the end whatever happens."""
    part = final.with_name(f".{final.name}{PART_SUFFIX}")
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _finish(part: Path, final: Path) -> None:
    """Make a complete file appear under its name."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(final)
    if os.name == "posix":
        folder = os.open(final.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def _one_thread() -> Iterator[None]:
    """OpenCV's threads gain nothing beside the encoder's and cost a third more CPU."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
