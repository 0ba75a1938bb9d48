"""From a storyboard to finished files: the movie and its poster, whole or not at all."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import cv2
import numpy as np

from composer.render.encode import MovieFormat, Segment, write_segments
from composer.render.frames import Frames, poster_frame
from composer.render.join import join_movie
from composer.render.kept import is_kept, keep_newest, segment_path
from composer.render.mix import ClipSound, mix_into
from composer.render.planes import Planes, to_rgb
from composer.render.sources import check_sources, files
from composer.render.space import check_space
from composer.render.stretches import Stretch, stretches
from composer.render.timeline import spans
from composer.render.writing import finish, part_of, remove_stale_parts, writing_to
from composer.soundtrack import score_for
from composer.storyboard.model import Storyboard
from music.audio import read_audio
from music.errors import MusicError
from music.fit import fit_into
from music.perform import perform_into
from music.tape import Sound, Tape
from music.track import RATE_HZ, Stereo
from themes.theme import Theme

_POSTER_QUALITY = 90

EDGE_S = 0.25
"""Where a clip's sound and its picture do not begin or end together, it fades within this time: in
a breath."""

Progress = Callable[[int, int, str], None]
"""Told how many of how many, and of what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieFile:
    """A finished movie."""

    path: Path
    poster: Path
    duration_s: float
    n_frames: int
    n_rendered: int
    """Frames that were not there from a render before."""
    size_bytes: int


def render_movie(
    storyboard: Storyboard,
    out: Path,
    *,
    theme: Theme,
    made_on: date,
    segments: Path,
    encoder: str = "libx264",
    checkpoint: Callable[[], None] = lambda: None,
    progress: Progress = lambda _done, _total, _what: None,
) -> MovieFile:
    """Render a storyboard to ``out`` (``NAME.mp4``) and its poster beside it (``NAME.jpg``).

    Files appear under their names only when they are complete; what an earlier, killed render has
    left in the folders is removed first.

    Parameters
    ----------
    segments : Path
        The folder of segments; what lies there already is not rendered again.
    encoder : str
        As `composer.render.encoders.choose_encoder` has given it.
    checkpoint : callable
        Called before every frame that is rendered; may wait, or raise in order to stop.

    Raises
    ------
    UnusableSourceError
        If a picture or clip cannot be read; segments before it are kept.
    MissingResourceError
        If there is not enough space, or a folder cannot be written to.
    MusicError
        If the user's music file cannot be read.
    """
    check_sources(storyboard)
    _make_ready(out.parent, segments)
    form = _form(storyboard, made_on, encoder)
    planned = _planned(storyboard, theme, form, segments)
    wanted = [path for _, path in planned]
    with writing_to(segments):
        # Before: renders that fail leave segments, too.
        keep_newest(segments, wanted)
    missing = [(one, path) for one, path in planned if not is_kept(path, one.n_frames)]
    n_missing = sum(stretch.n_frames for stretch, _ in missing)
    check_space(storyboard, n_missing, movie=out.parent, segments=segments)
    poster = out.with_suffix(".jpg")
    with (
        _tape(storyboard, segments) as sound,
        part_of(out) as movie_part,
        part_of(poster) as poster_part,
    ):
        with writing_to(segments), _tape(storyboard, segments) as raw:
            _make_sound(storyboard, raw, sound)
        with _one_thread(), Frames(storyboard, theme, files()) as frames:
            made = _segments(frames, missing, storyboard.n_frames, storyboard.fps, progress)
            write_segments(made, form, checkpoint=checkpoint)
            _write_poster(frames.frame(poster_frame(storyboard)), poster_part)
        _join(movie_part, wanted, sound, form, storyboard.n_frames)
        _show(poster_part, poster, movie_part, out)
    return _finished(out, storyboard, n_missing)


def _make_ready(movies: Path, segments: Path) -> None:
    with writing_to(segments):
        segments.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in (movies, segments):
        remove_stale_parts(folder)


def _form(storyboard: Storyboard, made_on: date, encoder: str) -> MovieFormat:
    return MovieFormat(
        width=storyboard.width,
        height=storyboard.height,
        fps=storyboard.fps,
        title=storyboard.title,
        made_on=made_on,
        encoder=encoder,
    )


def _planned(
    storyboard: Storyboard, theme: Theme, form: MovieFormat, segments: Path
) -> list[tuple[Stretch, Path]]:
    """All stretches in order, each with the file of its segment."""
    return [
        (stretch, segment_path(segments, stretch.key))
        for stretch in stretches(storyboard, theme, form)
    ]


def _join(
    movie: Path, segments: Sequence[Path], sound: Sound, form: MovieFormat, n_frames: int
) -> None:
    n_joined = join_movie(movie, segments, sound, form)
    if n_joined != n_frames:
        raise RuntimeError(f"{n_joined} of {n_frames} frames were written")


def _show(poster_part: Path, poster: Path, movie_part: Path, movie: Path) -> None:
    """Give both their names; the poster first, as a movie is never seen without it."""
    with writing_to(movie.parent):
        finish(poster_part, poster)
        finish(movie_part, movie)


def _finished(out: Path, storyboard: Storyboard, n_rendered: int) -> MovieFile:
    return MovieFile(
        path=out,
        poster=out.with_suffix(".jpg"),
        duration_s=storyboard.duration_s,
        n_frames=storyboard.n_frames,
        n_rendered=n_rendered,
        size_bytes=out.stat().st_size,
    )


def _segments(
    frames: Frames,
    missing: Sequence[tuple[Stretch, Path]],
    total: int,
    fps: int,
    progress: Progress,
) -> Iterator[Segment]:
    """The segments to be rendered; tells every second of how much there is by now."""
    done = total - sum(stretch.n_frames for stretch, _ in missing)
    progress(done, total, "frames")

    def shown(stretch: Stretch) -> Iterator[Planes]:
        nonlocal done
        for number in range(stretch.first_frame, stretch.first_frame + stretch.n_frames):
            yield frames.frame(number)
            done += 1
            if done % fps == 0:
                progress(done, total, "frames")

    for stretch, path in missing:
        yield Segment(path=path, frames=shown(stretch))
    progress(total, total, "frames")


def movie_sound(storyboard: Storyboard) -> Stereo:
    """Sound of a whole movie, mastered; exactly as long as its frames."""
    raw, sound = (np.zeros((_n_samples(storyboard), 2), np.float32) for _ in range(2))
    _make_sound(storyboard, raw, sound)
    return sound


def _n_samples(storyboard: Storyboard) -> int:
    return round(storyboard.n_frames * RATE_HZ / storyboard.fps)


def _tape(storyboard: Storyboard, folder: Path) -> Tape:
    with writing_to(folder):
        return Tape(folder, _n_samples(storyboard))


def _make_sound(storyboard: Storyboard, raw: Sound, sound: Sound) -> None:
    """Play the music, then mix and master; both are as long as the movie, and silent at first.

    Raises
    ------
    MusicError
        If the storyboard names a file of the user's that cannot be read.
    """
    if storyboard.music_file is not None:
        fit_into(Path(storyboard.music_file), sound)
    else:
        perform_into(score_for(storyboard), sound)
    mix_into(sound, _clip_sounds(storyboard), raw, sound)


def _clip_sounds(storyboard: Storyboard) -> Iterator[ClipSound]:
    fps = storyboard.fps
    for shot, span in zip(storyboard.shots, spans(storyboard), strict=True):
        clip = next((panel for panel in shot.panels if panel.is_video), None)
        if clip is None or shot.sound_gain_db is None:
            continue
        begins_s = clip.clip_start_s or 0.0
        lead_s = min(shot.sound_lead_s, begins_s)
        heard_s = max(0.0, lead_s + span.n_visible / fps + shot.sound_trail_s)
        try:
            samples = read_audio(Path(clip.path), start_s=begins_s - lead_s, duration_s=heard_s)
        except MusicError:  # a clip without sound is shown all the same
            continue
        yield ClipSound(
            samples=samples,
            start_s=span.first_frame / fps - lead_s,
            gain_db=shot.sound_gain_db,
            fade_in_s=_fade_s(lead_s, span.n_fade_in / fps),
            fade_out_s=_fade_s(shot.sound_trail_s, span.n_fade_out / fps),
        )


def _fade_s(beside_s: float, transition_s: float) -> float:
    """Sound that is heard beside its picture has faded in by the time that the picture comes."""
    if beside_s < 0:
        return EDGE_S
    return min(beside_s / 2, EDGE_S) if beside_s else transition_s


def _write_poster(frame: Planes, path: Path) -> None:
    bgr = cv2.cvtColor(to_rgb(frame), cv2.COLOR_RGB2BGR)
    _, coded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _POSTER_QUALITY])
    with writing_to(path.parent):
        path.write_bytes(coded.tobytes())


@contextmanager
def _one_thread() -> Iterator[None]:
    """OpenCV's threads gain nothing beside the encoder's and cost a third more CPU."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
