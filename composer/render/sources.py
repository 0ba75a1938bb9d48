"""The files that a storyboard names, opened for rendering."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av

from composer.render.jpeg import quick_jpeg
from composer.render.panels import Media
from composer.render.planes import Rgb8
from composer.storyboard.model import Panel, Storyboard
from indexer.errors import MemoriesError, UnreadableMediaError
from indexer.media.photo import read_photo
from indexer.media.probe import MediaFormat, recognise
from indexer.media.video import probe_video, read_clip


class UnusableSourceError(MemoriesError):
    """A file of a storyboard cannot be shown; plan the movie again without it."""

    def __init__(self, panel: Panel, reason: str) -> None:
        super().__init__(
            f"{panel.path} cannot be shown: {reason}",
            remedy="plan the movie again; memoriesd rescan notices files that have changed",
        )
        self.item_id = panel.item_id
        self.path = panel.path
        self.others: tuple[UnusableSourceError, ...] = ()
        """Further files that are known to be so."""


def files() -> Media:
    """Read photographs and clips from their files."""
    return Media(photo=_photo, clip=_clip)


def check_sources(storyboard: Storyboard) -> None:
    """Open every file of a storyboard, so that a missing one is known before the first frame.

    Raises
    ------
    UnusableSourceError
        For the first that cannot be opened; it has all others.
    """
    panels = {panel.item_id: panel for shot in storyboard.shots for panel in shot.panels}
    bad = [error for panel in panels.values() if (error := _unusable(panel)) is not None]
    if bad:
        bad[0].others = tuple(bad[1:])
        raise bad[0]


def _unusable(panel: Panel) -> UnusableSourceError | None:
    try:
        with _named(panel):
            _format_of(panel)
            if panel.is_video:
                probe_video(Path(panel.path))
    except UnusableSourceError as error:
        return error
    return None


def _photo(panel: Panel, max_side_px: int) -> Rgb8:
    path, turn = Path(panel.path), panel.orientation
    with _named(panel):
        fmt = _format_of(panel)
        if fmt.name == "jpeg":
            quick = quick_jpeg(path, exif_orientation=turn, max_side_px=max_side_px)
            if quick is not None:
                return quick
        return read_photo(path, fmt, exif_orientation=turn, max_side_px=max_side_px)


def _clip(panel: Panel, duration_s: float, fps: int, max_side_px: int) -> Iterator[Rgb8]:
    with _named(panel):
        yield from read_clip(
            Path(panel.path),
            start_s=panel.clip_start_s or 0.0,
            duration_s=duration_s,
            fps=fps,
            max_side_px=max_side_px,
        )


def _format_of(panel: Panel) -> MediaFormat:
    found = recognise(Path(panel.path))
    if found is None:
        raise UnreadableMediaError("it is neither a photo nor a video any more")
    return found


@contextmanager
def _named(panel: Panel) -> Iterator[None]:
    """Say which file of the storyboard it was."""
    try:
        yield
    except (UnreadableMediaError, av.FFmpegError, OSError) as error:
        raise UnusableSourceError(panel, str(error)) from error
