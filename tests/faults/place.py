"""A library on disk whose jobs are done in a process that can be killed."""

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

KINDS = ("migration", "index", "cluster", "memories", "compose")
N_PICTURES = 24
NOTHING: Mapping[str, int] = MappingProxyType({})
Table = list[tuple[Any, ...]]


def damage_of(path: Path) -> list[Any]:
    """What SQLite finds wrong with a catalog's file."""
    connection = sqlite3.connect(path)
    try:
        told = connection.execute("PRAGMA integrity_check").fetchall()
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    finally:
        connection.close()
    return [row for row in told if row != ("ok",)] + broken


def is_served(path: Path) -> bool:
    """Whether the record of a movie's time is kept; the schedule does not ask for it again then."""
    connection = sqlite3.connect(path)
    try:
        return bool(connection.execute("SELECT count(*) FROM due").fetchone()[0])
    finally:
        connection.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A library on disk, with what its catalog was before each kind of job, and after it."""

    home: Path
    process: "subprocess.Popen[str]"
    before: dict[str, bytes] = field(default_factory=dict)
    after: dict[str, dict[str, Table]] = field(default_factory=dict)
    read: Table = field(default_factory=list)
    """What was read of each file."""
    movies: list[str] = field(default_factory=list)
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The answers of the uninterrupted jobs."""

    @property
    def catalog(self) -> Path:
        return self.home / "catalog.db"

    def do(
        self,
        kind: str,
        *,
        kill_at: int = 0,
        kill_after_s: float = 0.0,
        limits: Mapping[str, int] = NOTHING,
        strace: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Do a job, or begin it; returns its answer."""
        told = {"kind": kind, "home": str(self.home), "limits": dict(limits), "strace": strace}
        line = json.dumps(told | {"kill_at": kill_at, "kill_after_s": kill_after_s})
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def restore(self, kind: str) -> None:
        """Make everything as it was before a job of a kind."""
        for path in self.home.glob("catalog.db*"):
            path.unlink()
        for name in ("movies", "segments"):
            shutil.rmtree(self.home / name, ignore_errors=True)
        if kind != "migration":
            self.catalog.write_bytes(self.before[kind])

    def in_movies(self) -> list[str]:
        folder = self.home / "movies"
        return sorted(path.name for path in folder.glob("*"))


def tables(path: Path) -> dict[str, Table]:
    """All rows of a catalog, without those of jobs and what memory was taken."""
    connection = sqlite3.connect(path)
    try:
        found = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_*'"
            " AND name NOT IN ('jobs', 'sqlite_sequence')"
        ).fetchall()
        rows = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in found}
    finally:
        connection.close()
    rows["settings"] = [row for row in rows["settings"] if row[0] != "index_memory"]
    return {name: sorted(each, key=repr) for name, each in rows.items()}


def readings(path: Path) -> Table:
    """What was read of each file, whatever the numbers of the rows are."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(
            "SELECT f.path, f.content_hash, f.state, f.reason, f.tries, i.taken_at, i.width,"
            " i.score, (SELECT total(score) FROM faces WHERE item_id = i.id),"
            " (SELECT total(probability) FROM labels WHERE item_id = i.id)"
            " FROM files f JOIN item_files ON file_id = f.id JOIN items i ON i.id = item_id"
            " ORDER BY f.path"
        ).fetchall()
    finally:
        connection.close()
