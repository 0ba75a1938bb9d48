"""How what lies in the roots differs from what the catalog knows.

Nothing is opened. A root that is away deletes nothing.
"""

import logging
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import itemgetter
from pathlib import Path

from indexer.catalog import files
from indexer.catalog.connection import Catalog
from indexer.catalog.files import File, FileId, FileState, RootId, Seen
from indexer.walk import ScanRules, seen_of, walk_folders

log = logging.getLogger(__name__)

_GONE_SHARE = 0.2
_GONE_LEAST = 3
_GONE_FOR_GOOD = timedelta(days=1)
"""Files of a root that is there, and that are gone for so long, were deleted."""
_GONE_SINCE = "gone since "
"""Begins the reason of a file that is away while its root is there; a UTC ISO time follows."""

_NO_STAMP: files.Stamp = (b"", -1, 0, "", 0, FileId(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReport:
    """What a scan of every root found."""

    seen: int
    new: int
    """New files and files whose bytes or sidecars changed."""
    moved: int
    gone: int
    away: tuple[str, ...]
    """A sentence for each root that is away."""
    restless: int
    """New and changed files that were left for the next scan, as they may still be written."""
    is_unchanged: bool
    """Whether all that is known of files is as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Difference:
    root: Path
    root_id: RootId
    seen: int
    present: int
    """How many files were there at the last scan."""
    waiting: tuple[File, ...]
    """Files that an earlier scan found away, and that are not back."""
    deleted: tuple[FileId, ...] = ()
    """Those of them that are gone for good."""
    new: tuple[Seen, ...] = ()
    back: tuple[FileId, ...] = ()
    gone: tuple[File, ...]
    changed: tuple[File, ...] = ()
    """Files in whose places lie other bytes; where theirs lie is not known yet."""
    unreadable: str = ""
    restless: int

    @property
    def is_there(self) -> bool:
        """Whether at least some of the root can be reached."""
        return self.seen > 0 and not self.unreadable

    @property
    def away(self) -> str:
        """Why the root counts as away; empty if it does not."""
        if self.unreadable:
            return self.unreadable
        known = self.present + len(self.waiting)
        if known and not self.seen:
            return f"{self.root} is empty"
        n_gone = len(self.gone) + len(self.waiting)
        if n_gone >= _GONE_LEAST and n_gone > _GONE_SHARE * known:
            return (
                f"{n_gone} of {known} files of {self.root} are gone;"
                " after a day they count as deleted"
            )
        return ""


@dataclass(frozen=True, slots=True)
class _Move:
    """A known file that lies elsewhere now."""

    file: File
    root_id: RootId
    seen: Seen


def is_never_restless(_: int) -> bool:
    """Whatever is there is read, however new it is."""
    return False


def scan(
    catalog: Catalog,
    roots: Sequence[Path],
    rules: ScanRules,
    *,
    watched: Sequence[Path] = (),
    is_restless: Callable[[int], bool] = is_never_restless,
    content_hash: Callable[[Path], bytes],
    model: str,
    now: str,
    checkpoint: Callable[[], None],
) -> ScanReport:
    """Bring the rows of `files` in line with what lies below the roots.

    Parameters
    ----------
    watched : sequence of Path
        All roots that there are to scan: one that is left out today has not gone for that.
    is_restless : callable
        Told the mtime (ns) of a new or changed file, whether it may still be written; it is then
        left for the next scan.
    content_hash : callable
        Hashes a file's bytes; asked only of new files as large as one that is gone, to tell a
        move from a new file.
    model : str
        The model of the ``pixels`` stage, see :func:`indexer.catalog.files.restore_files`.
    now : str
        UTC ISO time of the scan.
    """
    before = catalog.n_changes
    _note_left_behind(catalog, {*roots, *watched}, now)
    differences = []
    for root in roots:
        checkpoint()
        differences.append(_compare(catalog, root, rules, is_restless))
    moves = _find_moves(catalog, roots, differences, content_hash, checkpoint)
    differences = [_settled(d, moves, now) for d in differences]
    with catalog.transaction():
        if moves:
            files.move_files(catalog, {m.file.id: (m.root_id, m.seen) for m in moves})
        for difference in differences:
            _record(catalog, difference, model, now)
        is_unchanged = catalog.n_changes == before
        for difference in differences:
            state = "away" if difference.away else "present"
            files.set_root_state(catalog, difference.root_id, state, difference.away, now)
    return ScanReport(
        is_unchanged=is_unchanged,
        seen=sum(d.seen for d in differences),
        new=sum(len(d.new) for d in differences),
        moved=len(moves),
        gone=sum(len(d.gone) for d in differences),
        away=tuple(d.away for d in differences if d.away),
        restless=sum(d.restless for d in differences),
    )


def _note_left_behind(catalog: Catalog, roots: Collection[Path], now: str) -> None:
    """Files of a root that is none of these and not there are away: its drive may be elsewhere."""
    wanted = {os.fsencode(root) for root in roots}
    for root in files.all_roots(catalog):
        if root.path in wanted or os.path.isdir(root.path):  # noqa: PTH112 - bytes
            continue
        known = files.files_of_root(catalog, root.id)
        left = [f.id for f in known if f.state not in (FileState.MISSING, FileState.AWAY)]
        if left:
            reason = f"{root.folder} is not there"
            with catalog.transaction():
                files.set_file_state(catalog, left, FileState.AWAY)
                files.set_root_state(catalog, root.id, "away", reason, now)


def _compare(
    catalog: Catalog, root: Path, rules: ScanRules, is_restless: Callable[[int], bool]
) -> _Difference:
    root_id = files.add_root(catalog, root)
    stamps = files.stamps_of_root(catalog, root_id)
    n_present = sum(map(itemgetter(4), stamps.values()))
    n_seen = n_restless = 0
    new: list[Seen] = []
    back: list[FileId] = []
    changed: list[bytes] = []
    unreadable = ""
    try:
        for folder in walk_folders(root, rules):
            n_seen += len(folder)
            for path, status, sidecars in folder:
                _, size, mtime_ns, beside, is_present, file_id = stamps.pop(path, _NO_STAMP)
                if size != status.st_size or mtime_ns != status.st_mtime_ns or beside != sidecars:
                    if is_restless(status.st_mtime_ns):
                        n_restless += 1
                        continue
                    new.append(seen_of(path, status, sidecars))
                    if file_id and (size, mtime_ns) != (status.st_size, status.st_mtime_ns):
                        changed.append(path)
                elif not is_present:
                    back.append(file_id)
    except OSError as error:
        unreadable = f"{root} cannot be read: {error.strerror}"
    gone = [path for path, (*_, is_present, _) in stamps.items() if is_present]
    waiting = files.files_in_state(catalog, FileState.AWAY) if len(gone) < len(stamps) else []
    return _Difference(
        root=root,
        root_id=root_id,
        seen=n_seen,
        present=n_present,
        waiting=tuple(f for f in waiting if f.root_id == root_id and f.path in stamps),
        new=tuple(new),
        back=tuple(back),
        gone=tuple(files.files_at(catalog, root_id, gone)),
        changed=tuple(files.files_at(catalog, root_id, changed)),
        unreadable=unreadable,
        restless=n_restless,
    )


def _find_moves(
    catalog: Catalog,
    roots: Sequence[Path],
    differences: Sequence[_Difference],
    content_hash: Callable[[Path], bytes],
    checkpoint: Callable[[], None],
) -> list[_Move]:
    """New files of the same content as one that is gone, or in whose place lies another now."""
    gone = {f.id: f for d in differences for f in (*d.changed, *d.gone)}
    for state in (FileState.MISSING, FileState.AWAY):
        gone |= {f.id: f for f in files.files_in_state(catalog, state)}
    for difference in differences:
        for file_id in difference.back:
            gone.pop(file_id, None)
    by_size: dict[int, list[File]] = {}
    for file in gone.values():
        by_size.setdefault(file.size, []).append(file)
    moves: list[_Move] = []
    if not by_size:
        return moves
    for root, difference in zip(roots, differences, strict=True):
        known = files.stamps_of_root(catalog, difference.root_id)
        for seen in difference.new:
            candidates = by_size.get(seen.size, [])
            _, size, mtime_ns, *_ = known.get(seen.path, _NO_STAMP)
            if not candidates or (size, mtime_ns) == (seen.size, seen.mtime_ns):
                continue
            checkpoint()
            match = _same_file(candidates, seen, root, content_hash)
            if match is not None:
                candidates.remove(match)
                moves.append(_Move(match, difference.root_id, seen))
    return moves


def _settled(difference: _Difference, moves: Sequence[_Move], now: str) -> _Difference:
    """A difference without what only moved: the files are back, neither new nor gone.

    What has been gone for long is told from what is away, if the root is there.
    """
    moved = {move.file.id for move in moves}
    arrived = {move.seen.path for move in moves if move.root_id == difference.root_id}
    here = [move.file.id for move in moves if move.root_id == difference.root_id]
    waiting = [f for f in difference.waiting if f.id not in moved]
    deleted = {f.id for f in waiting if difference.is_there and _is_long_gone(f, now)}
    return replace(
        difference,
        waiting=tuple(f for f in waiting if f.id not in deleted),
        deleted=tuple(deleted),
        new=tuple(s for s in difference.new if s.path not in arrived),
        back=(*difference.back, *here),
        gone=tuple(f for f in difference.gone if f.id not in moved),
    )


def _is_long_gone(file: File, now: str) -> bool:
    if not file.reason.startswith(_GONE_SINCE):
        return False
    since = datetime.fromisoformat(file.reason.removeprefix(_GONE_SINCE))
    return datetime.fromisoformat(now) - since >= _GONE_FOR_GOOD


def _same_file(
    candidates: Sequence[File],
    seen: Seen,
    root: Path,
    content_hash: Callable[[Path], bytes],
) -> File | None:
    for file in candidates:
        if (file.inode, file.mtime_ns) == (seen.inode, seen.mtime_ns):
            return file
    if all(file.content_hash is None for file in candidates):
        return None
    try:
        digest = content_hash(root / os.fsdecode(seen.path))
    except OSError:
        return None  # it went while we looked; the next scan settles it
    alike = [file for file in candidates if file.content_hash == digest]
    return next((file for file in alike if file.path == seen.path), alike[0] if alike else None)


def _record(catalog: Catalog, difference: _Difference, model: str, now: str) -> None:
    state = FileState.AWAY if difference.away else FileState.MISSING
    since = _GONE_SINCE + now if difference.is_there and difference.away else ""
    lost = [
        f.id
        for f in (*difference.gone, *difference.waiting)
        if not (difference.away and f.reason.startswith(_GONE_SINCE))
    ]
    files.set_file_state(catalog, lost, state, since)
    files.set_file_state(catalog, difference.deleted, FileState.MISSING)
    files.restore_files(catalog, difference.back, model)
    files.add_files(catalog, difference.root_id, difference.new)
