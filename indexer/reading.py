"""What one file tells: the worker's side of the pipeline. Nothing here knows the catalog.

Pass one asks for the header (format, size, metadata), pass two for the pixels (faces, scene,
quality). Both are called in worker processes with paths and plain values.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.errors import UnreadableMediaError, refusal
from indexer.media.metadata.model import Metadata
from indexer.media.metadata.read import read_metadata
from indexer.media.photo import upright_size
from indexer.media.probe import MediaFormat, MediaKind, recognise
from indexer.media.suffixes import MEDIA_SUFFIXES
from indexer.media.video import probe_video

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderTask:
    """A file whose header is to be read."""

    path: Path
    mtime_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a file tells without its pixels."""

    format: MediaFormat
    width: int
    """Upright, px."""
    height: int
    duration_s: float | None
    metadata: Metadata


Answered = Header | UnreadableMediaError | None
"""A header, why there is none, or None for a file that is not media."""


def read_headers(tasks: Sequence[HeaderTask]) -> list[Answered]:
    """Read the headers of some files, each answered for itself."""
    folders: dict[Path, frozenset[str]] = {}
    answers: list[Answered] = []
    for task in tasks:
        try:
            siblings = folders.get(task.path.parent)
            if siblings is None:
                siblings = folders[task.path.parent] = frozenset(
                    p.name for p in task.path.parent.iterdir()
                )
            answers.append(_read_header(task, siblings))
        except UnreadableMediaError as error:
            answers.append(error)
        except OSError as error:
            answers.append(refusal(error))
        except Exception as error:
            # One odd file must not end a run over ten years of them.
            log.exception("a reader failed on %s", task.path)
            reason = f"its reader failed ({type(error).__name__}: {error})"
            answers.append(UnreadableMediaError(reason))
    return answers


def _read_header(task: HeaderTask, siblings: frozenset[str]) -> Header | None:
    found = recognise(task.path)
    if found is None:
        if task.path.suffix.lower().removeprefix(".") in MEDIA_SUFFIXES:
            raise UnreadableMediaError("its content is neither a picture nor a video")
        return None
    info = probe_video(task.path) if found.kind is MediaKind.VIDEO else None
    metadata = read_metadata(
        task.path,
        found.name,
        # A time of the future was set by hand; the time of that is the system's own.
        mtime=min(task.mtime_ns / 1e9, task.path.stat().st_ctime),
        container_tags=info.container_tags if info else {},
        siblings=siblings,
    )
    if info is None:
        width, height = upright_size(task.path, found, metadata.orientation)
    else:
        width, height = info.width, info.height
    return Header(
        format=found,
        width=width,
        height=height,
        duration_s=info.duration_s if info else None,
        metadata=metadata,
    )
