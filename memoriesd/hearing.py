"""Which events below a root are worth a look: those that could change what a scan finds."""

import fnmatch
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler

from indexer.media.suffixes import MEDIA_SUFFIXES, SIDECAR_SUFFIXES

_HARMLESS = frozenset(["opened", "closed_no_write"])
"""Reading a file changes nothing; indexing itself causes these events."""

_HEARD_SUFFIXES = frozenset(f".{suffix}" for suffix in MEDIA_SUFFIXES | SIDECAR_SUFFIXES)


class Handler(FileSystemEventHandler):
    """Tells of every event below one root that could change what lies there.

    Databases of other programs and unfinished downloads are not heard: they would have us look
    all day. A picture without a picture's name waits for the look at all folders.
    """

    def __init__(
        self,
        root: Path,
        changed: Callable[[Path], None],
        *,
        leave_out: Sequence[Path] = (),
        ignore: Sequence[str] = (),
    ) -> None:
        self._root = root
        self._changed = changed
        self._real = root.resolve()
        """Events tell the real paths, also where the root is a link."""
        self._left_out = tuple(
            folder.resolve().relative_to(self._real)
            for folder in leave_out
            if folder.resolve().is_relative_to(self._real)
        )
        self._ignore = tuple(ignore)

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Tell of the root where an event is about something that a scan would look at."""
        # A folder is modified by what lies in it, of which there is an event of its own.
        if event.event_type in _HARMLESS or (event.is_directory and event.event_type == "modified"):
            return
        paths = [Path(os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path]
        if any(self._is_of_library(path, is_folder=event.is_directory) for path in paths):
            self._changed(self._root)

    def _is_of_library(self, path: Path, *, is_folder: bool) -> bool:
        """Whether a scan would look at a path: else our own writing would have us scan for ever."""
        if not path.is_relative_to(self._real):
            return True  # spelt in another way, as on disks that do not tell a from A
        # A folder that is gone counts as a file on Windows; it rarely has a suffix.
        if not is_folder and path.suffix and path.suffix.lower() not in _HEARD_SUFFIXES:
            return False
        below = path.relative_to(self._real)
        return not (
            any(part.startswith(".") for part in below.parts)
            or any(_is_inside(below, folder) for folder in self._left_out)
            or any(
                fnmatch.fnmatch(text, pattern)
                for each in (below, *below.parents)
                for text in (str(each), each.name)
                for pattern in self._ignore
            )
        )


def _is_inside(below: Path, folder: Path) -> bool:
    """Whether a path lies in a folder of ours; of a whole root only its top is ours."""
    top = Path()
    return below.parent == top if folder == top else below.is_relative_to(folder)
