"""Whatever happens to the files of two roots, a scan ends with a catalog that tells the truth."""

import itertools
import os
import shutil
import socket
import tempfile
from collections import Counter
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from indexer.catalog import files
from indexer.catalog.connection import open_catalog
from indexer.catalog.files import FileId
from indexer.identity import content_hash
from indexer.scan import scan
from indexer.walk import ScanRules

NAMES = ("a.jpg", "b.jpg", "new\nline.jpg", "\U0001f389.png", "caf\udce9.jpg", "C.MP4")
FOLDERS = ("", "2024", "2024/juin \U0001f3d6", "caf\udce9")
places = st.tuples(st.sampled_from("xy"), st.sampled_from(FOLDERS), st.sampled_from(NAMES))
picks = st.integers(0, 99)
Place = tuple[str, str, str]


class Disk(RuleBasedStateMachine):
    """Two roots, the catalog, and what both should agree on."""

    compared: ClassVar = Counter[str]()
    """How often both were compared; files in all, and those whose row was known before."""

    def __init__(self) -> None:
        super().__init__()
        self.top = Path(tempfile.mkdtemp(prefix="memoriesd-test-"))
        self.catalog = open_catalog(":memory:")
        self.truth: dict[Place, int] = {}
        """What lies where, by the number of its content."""
        self.rows: dict[int, FileId] = {}
        """The row that each content had at the last scan."""
        self.before: dict[Place, int] = {}
        """The truth at the last scan."""
        self.numbers = itertools.count(1)

    @initialize()
    def make_roots(self) -> None:
        for root in "xy":
            (self.top / root).mkdir()
            for folder in FOLDERS:
                self.write((root, folder, NAMES[0]))
        self.scan_and_compare()

    def teardown(self) -> None:
        try:
            if self.before != self.truth:
                self.scan_and_compare()
        finally:
            self.catalog.close()
            shutil.rmtree(self.top, ignore_errors=True)

    def path(self, place: Place) -> Path:
        path = self.top.joinpath(*place)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def picked(self, pick: int) -> Place | None:
        """One of the files that are there."""
        there = sorted(self.truth)
        return there[pick % len(there)] if there else None

    @rule(place=places)
    def write(self, place: Place) -> None:
        """A new file, or another one in its place."""
        number = next(self.numbers)
        path = self.path(place)
        path.write_bytes(b"%8d" % number)  # all of a size, and none of a time
        os.utime(path, ns=(number, number))
        self.truth[place] = number

    @rule(pick=picks)
    def rewrite(self, pick: int) -> None:
        """Other bytes in a file that is there."""
        if place := self.picked(pick):
            self.write(place)

    @rule(pick=picks, to=places)
    def rename(self, pick: int, to: Place) -> None:
        place = self.picked(pick)
        if place and place != to:
            self.path(place).replace(self.path(to))
            self.truth[to] = self.truth.pop(place)

    @rule(pick=picks, to=places)
    def move_to_another_disk(self, pick: int, to: Place) -> None:
        """The same bytes and times in another inode."""
        place = self.picked(pick)
        if place and place != to:
            shutil.copy2(self.path(place), self.path(to))
            self.path(place).unlink()
            self.truth[to] = self.truth.pop(place)

    @rule(pick=picks)
    def delete(self, pick: int) -> None:
        if place := self.picked(pick):
            self.path(place).unlink()
            del self.truth[place]

    @rule(name=st.sampled_from(["loop", "out", "pipe", "socket"]), folder=st.sampled_from(FOLDERS))
    def litter(self, name: str, folder: str) -> None:
        """What is no file: a link in a circle, one that leads out, a pipe, a socket."""
        path = self.path(("x", folder, name))
        if path.is_symlink() or path.exists():
            return
        match name:
            case "pipe":
                os.mkfifo(path)
            case "socket":
                with socket.socket(socket.AF_UNIX) as made:
                    made.bind(os.fsencode(path))
            case _:
                path.symlink_to(path.parent if name == "loop" else "/etc")

    @rule()
    def unplug_and_scan(self) -> None:
        """A root is away while a scan runs: nothing is forgotten, nothing is found anew."""
        away = self.top / "y.away"
        (self.top / "y").rename(away)
        self.scan()
        away.rename(self.top / "y")
        self.scan_and_compare()

    @rule()
    @precondition(lambda self: self.before != self.truth)
    def scan_and_compare(self) -> None:
        self.scan()
        found = self.found()
        assert {place: number for place, (number, _) in found.items()} == self.truth
        for number, row in found.values():
            assert row == self.rows.get(number, row)
        self.compared["scans"] += 1
        self.compared["files"] += len(found)
        self.compared["rows"] += len(self.rows.keys() & {number for number, _ in found.values()})
        self.rows = dict(found.values())
        self.before = dict(self.truth)

    def scan(self) -> None:
        scan(
            self.catalog,
            [self.top / "x", self.top / "y"],
            ScanRules(follow_symlinks=True),
            content_hash=content_hash,
            model="m",
            now="2026-06-01T08:00:00+00:00",
            checkpoint=lambda: None,
        )

    def found(self) -> dict[Place, tuple[int, FileId]]:
        """What the catalog says lies where. All bytes are hashed, as indexing does."""
        found = {}
        for root in files.all_roots(self.catalog):
            for row in files.files_of_root(self.catalog, root.id):
                if row.state in ("missing", "away"):
                    continue
                path = root.folder / os.fsdecode(row.path)
                files.set_content(self.catalog, row.id, content_hash(path))
                folder, _, name = os.fsdecode(row.path).rpartition("/")
                number = int(path.read_bytes())
                found[root.folder.name, folder, name] = number, row.id
        return found

    @invariant()
    def no_row_is_ever_lost(self) -> None:
        n_rows = self.catalog.scalar("SELECT count(*) FROM files")
        assert n_rows >= len(self.rows)


@pytest.mark.parametrize(
    ("runs", "steps"), [(12, 30), pytest.param(200, 50, marks=pytest.mark.long)]
)
def test_scan_ends_with_the_truth(runs: int, steps: int) -> None:
    Disk.compared.clear()

    run_state_machine_as_test(
        Disk,
        settings=settings(max_examples=runs, stateful_step_count=steps, deadline=None),
    )

    assert Disk.compared["scans"] >= 4 * runs
    assert Disk.compared["files"] >= 40 * runs
    assert Disk.compared["rows"] >= 30 * runs
