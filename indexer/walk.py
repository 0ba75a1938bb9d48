"""Walking a root: which files are there, by names, sizes and times; nothing is opened."""

import errno
import fnmatch
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from stat import S_IFDIR, S_IFLNK, S_IFMT, S_IFREG

from indexer.catalog.files import Seen
from indexer.media.metadata.read import sidecars_of
from indexer.media.suffixes import SIDECAR_SUFFIXES

log = logging.getLogger(__name__)

IGNORED_FOLDERS = frozenset(
    name.encode()
    for name in (
        "@eaDir",
        "#recycle",
        "#snapshot",
        "$RECYCLE.BIN",
        "System Volume Information",
        "Thumbs",
        "lost+found",
        "__MACOSX",
        "node_modules",
        "Recently Deleted",
    )
)
"""Trash, snapshots and derivatives of other programs. Hidden folders are left out by their dot."""

PACKAGES = tuple(
    suffix.encode()
    for suffix in (".photoslibrary", ".photolibrary", ".aplibrary", ".lrdata", ".lrlibrary")
)
"""Folders that are another program's database; a root may be the originals inside of one."""

_SIDECAR_ENDS = tuple(f".{suffix}".encode() for suffix in sorted(SIDECAR_SUFFIXES))
_RECALL_ON_ACCESS = 0x0040_0000 | 0x1000
"""Windows: FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS and FILE_ATTRIBUTE_OFFLINE."""
_DATALESS = 0x4000_0000
"""macOS: SF_DATALESS, a file whose bytes are in the cloud."""
_TELLS_OF_CLOUDS = hasattr(os.stat_result, "st_file_attributes") or hasattr(
    os.stat_result, "st_flags"
)
Entry = tuple[bytes, os.stat_result, str]
"""Path below the root, what it is, and a digest of its sidecars."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRules:
    """What a walk leaves out."""

    ignore: tuple[str, ...] = ()
    """Patterns as in a shell, matched with the name and with the path below the root."""
    follow_symlinks: bool = False
    """Links are followed only to places inside the same root."""
    leave_out: tuple[Path, ...] = ()
    """Folders of our own: the output and data folders."""
    silent: tuple[Path, ...] = ()
    """Roots whose drives do not answer: they count as away, and are not asked."""


def walk(root: Path, rules: ScanRules) -> Iterator[Seen]:
    """Every regular file below a root that the rules do not leave out, in the order of names."""
    return (seen_of(*entry) for folder in walk_folders(root, rules) for entry in folder)


def seen_of(path: bytes, status: os.stat_result, sidecars: str) -> Seen:
    """What the catalog keeps of a file that was met."""
    return Seen(
        path=path,
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        inode=status.st_ino,
        sidecars=sidecars,
    )


def walk_folders(root: Path, rules: ScanRules) -> Iterator[list[Entry]]:
    """The files of one folder after the other."""
    if root in rules.silent:
        raise TimeoutError(errno.ETIMEDOUT, "its drive does not answer")
    top = os.fsencode(root)
    left_out = {_identity(folder) for folder in rules.leave_out if folder.exists()}
    known = {_identity(root)}
    waiting = [b""]
    while waiting:
        below = waiting.pop()
        try:
            with os.scandir(os.path.join(top, below)) as listing:  # noqa: PTH118 - bytes
                entries = sorted(listing, key=attrgetter("name"))
        except OSError as error:
            if not below:
                raise
            log.warning("folder left out: %s: %s", os.fsdecode(below), error)
            continue
        folders, found = _sort_out(top, below, entries, rules)
        yield found
        for folder in reversed(folders):
            try:
                identity = _identity(Path(os.fsdecode(os.path.join(top, folder))))  # noqa: PTH118
            except OSError as error:
                log.warning("folder left out: %s: %s", os.fsdecode(folder), error)
                continue
            if identity not in known and identity not in left_out:
                known.add(identity)
                waiting.append(folder)


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _sort_out(
    top: bytes, below: bytes, entries: Sequence[os.DirEntry[bytes]], rules: ScanRules
) -> tuple[list[bytes], list[Entry]]:
    """Folders and files of a folder; of a hundred thousand files each line here is felt."""
    folders: list[bytes] = []
    found: list[Entry] = []
    sidecars: dict[str, str] = {}
    before = below + b"/" if below else b""
    patterns, may_be_afar = rules.ignore, _TELLS_OF_CLOUDS
    for entry in entries:
        name = entry.name
        if name.startswith(b".") or (patterns and _ignored(before + name, name, patterns)):
            if name == b".nomedia":
                return [], []
            continue
        try:
            status = entry.stat(follow_symlinks=False)
            kind = S_IFMT(status.st_mode)
            if kind == S_IFLNK:
                status = _target(top, entry, rules) or status
                kind = S_IFMT(status.st_mode)
        except OSError:
            continue  # a link to nowhere, or a file that went while we looked
        if kind == S_IFREG:
            if name.lower().endswith(_SIDECAR_ENDS):
                sidecars[os.fsdecode(name)] = f"{status.st_size} {status.st_mtime_ns}"
            elif not (may_be_afar and _in_the_cloud(status)):
                found.append((before + name, status, ""))
        elif kind == S_IFDIR and _is_looked_into(name):
            folders.append(before + name)
    return folders, _beside(found, sidecars) if sidecars else found


def _beside(found: Sequence[Entry], sidecars: Mapping[str, str]) -> list[Entry]:
    """The files with a digest of the sidecars that tell of each."""
    names = frozenset(sidecars)
    return [
        (path, status, " ".join(sidecars[n] for n in sidecars_of(_name(path), names)))
        for path, status, _ in found
    ]


def _name(path: bytes) -> str:
    return os.fsdecode(os.path.basename(path))  # noqa: PTH119 - bytes


def _is_looked_into(folder: bytes) -> bool:
    return folder not in IGNORED_FOLDERS and not folder.endswith(PACKAGES)


def _ignored(path: bytes, name: bytes, patterns: Sequence[str]) -> bool:
    if not patterns:
        return False
    texts = os.fsdecode(path), os.fsdecode(name)
    return any(fnmatch.fnmatch(text, pattern) for text in texts for pattern in patterns)


def _target(top: bytes, entry: os.DirEntry[bytes], rules: ScanRules) -> os.stat_result | None:
    """What a link leads to; None for a link that may not be followed."""
    if not rules.follow_symlinks:
        return None
    target = os.path.realpath(entry.path)
    inside = os.path.realpath(top)
    return entry.stat() if os.path.commonpath([target, inside]) == inside else None


def _in_the_cloud(status: os.stat_result) -> bool:
    attributes = getattr(status, "st_file_attributes", 0)
    return bool(attributes & _RECALL_ON_ACCESS or getattr(status, "st_flags", 0) & _DATALESS)
