"""A day in the life, as hardened as the service: what is opened, written and told.

What the systemd unit asks of the kernel is done here without systemd, as far as that goes; `strace`
tells what was tried.
"""

import os
import re
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

import av
import pytest

from tests.demo_library import make_library
from tests.faults.ward import Ward
from tests.system.installed import COMMAND, TODAY, Library

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace"),
]

NAME = "Zdravomila"
DAY = ("--today", TODAY.isoformat())
WORDS = (
    ("index", *DAY),
    ("cluster",),
    ("people", "name", "1", NAME),
    ("memories", *DAY),
    ("compose", *DAY),
    ("run", "--once"),
)
_CHANGES = re.compile(
    r"\b(?:rename|renameat|renameat2|unlink|unlinkat|mkdir|mkdirat|rmdir|link|linkat|symlink"
    r"|symlinkat|chmod|fchmodat|chown|lchown|fchownat|truncate|utimensat|utime|utimes|mknod|mknodat"
    r"|setxattr|lsetxattr|removexattr|creat)\("
)
_WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND")
_DATA_OF_A_MOVIE = {"title", "date", "comment", "encoder", "major_brand", "minor_version"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What was left of it."""

    library: Library
    codes: tuple[int, ...]
    touched: tuple[str, ...]
    """Calls of the kernel that would change something below a root."""
    said: str
    """All that was logged; what is printed for the person may name people."""
    before: dict[Path, tuple[bytes, int, int, int]]


def state_of(root: Path) -> dict[Path, tuple[bytes, int, int, int]]:
    """Bytes, time, inode and mode of everything below a folder."""
    found = {}
    for path in sorted(root.rglob("*")):
        status = path.stat()
        data = path.read_bytes() if path.is_file() else b""
        found[path] = data, status.st_mtime_ns, status.st_ino, status.st_mode
    return found


@pytest.fixture(scope="module")
def day(ward: Ward) -> Day:
    library = ward.library
    make_library(library.roots, TODAY, size_px=300)
    before = state_of(library.roots)
    codes, touched, said = [], [], ""
    for words in WORDS:
        trace = ward.seen / "trace"
        strace = ("strace", "-f", "--seccomp-bpf", "-e", "trace=%file", "-o", str(trace))
        done = ward.run(COMMAND, *words, watched_by=strace)
        codes.append(done.returncode)
        said += done.stderr
        touched += changes(trace, library.roots)
    said += (library.home / "job.log").read_text(encoding="utf-8", errors="replace")
    return Day(
        library=library, codes=tuple(codes), touched=tuple(touched), said=said, before=before
    )


def changes(trace: Path, root: Path) -> list[str]:
    with trace.open(encoding="utf-8", errors="replace") as lines:
        return [
            line.strip()
            for line in lines
            if os.fspath(root) in line and (_CHANGES.search(line) or _WRITES.search(line))
        ]


def test_whole_job_goes_well_without_any_network(day: Day) -> None:
    assert day.codes == (0,) * len(WORDS), day.said[-2000:]
    assert len(day.library.movies()) >= 1


def test_nothing_below_a_root_is_opened_for_writing_or_changed(day: Day) -> None:
    assert day.touched == ()
    assert state_of(day.library.roots) == day.before


def test_files_of_ours_are_for_their_owner_alone(day: Day) -> None:
    home = day.library.home
    open_to_others = {path.name for path in home.rglob("*") if path.stat().st_mode & 0o077}

    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert open_to_others <= {"config.toml"}


def test_nothing_that_is_logged_names_a_person(day: Day) -> None:
    assert [line for line in day.said.splitlines() if NAME in line] == []


def test_movie_tells_of_nothing_but_its_title_and_its_date(day: Day) -> None:
    for path in day.library.movies():
        with av.open(os.fspath(path)) as movie:
            keys = {key.lower() for key in movie.metadata}
        assert keys <= _DATA_OF_A_MOVIE | {"compatible_brands", "creation_time"}


def test_forgotten_person_leaves_no_trace_in_any_file(day: Day) -> None:
    done = day.library.call("forget", NAME, "--yes")

    files = [path for path in day.library.home.rglob("*") if path.is_file()]
    assert done.returncode == 0, done.stderr
    assert [path for path in files if NAME.encode() in path.read_bytes()] == []
