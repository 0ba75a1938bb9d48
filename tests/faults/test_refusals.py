"""A disk that is full or fails, too many open files: a clear message, and nothing is lost.

Either the system grants less than a job needs, or `strace` answers its n-th call in the kernel's
place, in every process of the job alike, and tells that it did.
"""

import re
import shutil
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from memoriesd.exits import Exit
from tests.faults.place import Place, damage_of, is_served, readings, tables

LIMITS = [
    ("migration", {"file_bytes": 0}),
    ("migration", {"file_bytes": 20_000}),
    ("migration", {"file_bytes": 100_000}),
    ("migration", {"files": 4}),
    ("migration", {"files": 5}),
    ("memories", {"file_bytes": 0}),
    ("memories", {"file_bytes": 20_000}),
    ("memories", {"files": 4}),
    ("memories", {"files": 5}),
    ("memories", {"files": 6}),
    ("index", {"files": 6}),
]
"""Each is less than what was measured to suffice."""

MORE_LIMITS = [
    ("cluster", {"file_bytes": 0}),
    ("cluster", {"file_bytes": 20_000}),
    ("cluster", {"file_bytes": 100_000}),
    *(("cluster", {"files": n}) for n in (4, 5, 6)),
    ("index", {"file_bytes": 20_000}),
    *(("index", {"file_bytes": n * 200_000}) for n in (1, 2, 3, 4)),
    *(("index", {"files": n}) for n in (4, 5, 8, 10, 12)),
    ("compose", {"file_bytes": 20_000}),
    ("compose", {"file_bytes": 100_000}),
    ("compose", {"file_bytes": 1_000_000}),
    *(("compose", {"files": n}) for n in range(4, 10)),
]


@pytest.mark.parametrize(("kind", "limit"), LIMITS, ids=str)
def test_job_that_the_system_refuses_says_so_and_goes_well_afterwards(
    place: Place, kind: str, limit: dict[str, int]
) -> None:
    check_refused(place, kind, limit)


@pytest.mark.long
@pytest.mark.parametrize(("kind", "limit"), MORE_LIMITS, ids=str)
def test_long_job_that_the_system_refuses_says_so_and_goes_well_afterwards(
    place: Place, kind: str, limit: dict[str, int]
) -> None:
    check_refused(place, kind, limit)


def check_refused(place: Place, kind: str, limit: dict[str, int]) -> None:
    place.restore(kind)

    answer = place.do(kind, limits=limit)

    assert "error" in answer, answer
    check_told(answer)
    check_mended(place, kind)


def test_full_catalog_says_that_there_is_no_room(place: Place) -> None:
    place.restore("cluster")
    n_pages = place.catalog.stat().st_size // 4096

    answer = place.do("cluster", limits={"pages": n_pages})

    assert answer["code"] == Exit.MISSING_RESOURCE
    assert "full" in answer["error"]
    assert "make room" in answer["remedy"]
    check_mended(place, "cluster")


def check_told(answer: dict[str, Any]) -> None:
    """A refusal is told as what it is, with what to do."""
    assert answer["code"] in (Exit.CATALOG, Exit.MISSING_RESOURCE), answer
    assert "damaged" not in answer["error"]
    assert answer["remedy"]
    assert "--repair" not in answer["remedy"]


def check_mended(place: Place, kind: str, *, but: Collection[str] = ()) -> None:
    """Without the limit the job ends as if there had never been one, but for some tables."""
    mend(place, kind)

    after = tables(place.catalog)
    assert {name: after[name] for name in after.keys() - but} == {
        name: place.after[kind][name] for name in place.after[kind].keys() - but
    }
    assert place.in_movies() == (place.movies if kind == "compose" else [])


def mend(place: Place, kind: str) -> None:
    """Do a job that was refused, unless it went well nevertheless."""
    damage = damage_of(place.catalog) if place.catalog.exists() else []
    if not (kind == "compose" and is_served(place.catalog)):
        place.do(kind)

    assert damage == []


needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")

_CALLER = re.compile(r"^(\d+) +\w+\(", re.MULTILINE)
"""The process of a call in a trace."""

CATALOG_CALLS = [
    ("pwrite64", "EIO"),
    ("pwrite64", "ENOSPC"),
    ("fdatasync", "EIO"),
    ("pread64", "EIO"),
    ("openat", "EMFILE"),
]
"""For the catalog, its write-ahead log and the index of that."""

PICTURE_CALLS = [("openat", "EIO"), ("openat", "EMFILE"), ("read", "EIO")]

CALLS = [
    ("cluster", "openat", "EMFILE"),
    ("index", "pipe2", "EMFILE"),
    ("compose", "openat", "EMFILE"),
    ("compose", "write", "ENOSPC"),
    ("compose", "write", "EIO"),
    ("compose", "fsync", "EIO"),
    ("compose", "rename", "EIO"),
]
"""For whatever it is."""

FILM = frozenset(["storyboards"])
"""A picture that cannot be read while its movie is made is replaced by another one, and told."""


@needs_strace
@pytest.mark.parametrize(("call", "error"), CATALOG_CALLS)
def test_short_job_outlives_the_nth_call_for_the_catalog_that_fails(
    place: Place, tmp_path: Path, call: str, error: str
) -> None:
    for _ in refused(place, "memories", call, error, tmp_path, catalog_files(place), first=1):
        check_mended(place, "memories")


@needs_strace
@pytest.mark.long
@pytest.mark.parametrize(("call", "error"), CATALOG_CALLS)
@pytest.mark.parametrize("kind", ["index", "cluster", "compose"])
def test_job_outlives_the_nth_call_for_the_catalog_that_fails(
    place: Place, tmp_path: Path, kind: str, call: str, error: str
) -> None:
    for _ in refused(place, kind, call, error, tmp_path, catalog_files(place)):
        check_mended(place, kind)


@needs_strace
@pytest.mark.long
@pytest.mark.parametrize(("call", "error"), PICTURE_CALLS)
def test_picture_that_the_disk_does_not_give_at_the_nth_call_is_read_by_the_next_index(
    place: Place, tmp_path: Path, call: str, error: str
) -> None:
    for _ in refused(place, "index", call, error, tmp_path, picture_files(place)):
        mend(place, "index")

        assert readings(place.catalog) == place.read


@needs_strace
@pytest.mark.long
@pytest.mark.parametrize(("call", "error"), PICTURE_CALLS)
def test_picture_that_the_disk_does_not_give_at_the_nth_call_costs_no_movie(
    place: Place, tmp_path: Path, call: str, error: str
) -> None:
    for _ in refused(place, "compose", call, error, tmp_path, picture_files(place)):
        check_mended(place, "compose", but=FILM)


@needs_strace
@pytest.mark.long
@pytest.mark.parametrize(("kind", "call", "error"), CALLS)
def test_job_outlives_the_nth_call_that_fails(
    place: Place, tmp_path: Path, kind: str, call: str, error: str
) -> None:
    for _ in refused(place, kind, call, error, tmp_path):
        check_mended(place, kind, but=FILM)


def catalog_files(place: Place) -> list[Path]:
    return [Path(f"{place.catalog}{end}") for end in ("", "-wal", "-shm")]


def picture_files(place: Place) -> list[Path]:
    return sorted((place.home / "photos").iterdir())


def refused(
    place: Place,
    kind: str,
    call: str,
    error: str,
    folder: Path,
    files: Iterable[Path] = (),
    *,
    first: int = 3,
) -> Iterator[int]:
    """Have the first calls, one between and the last one fail, each in a run of its own.

    Some may be overcome, as a page that is read again; what is told of the others is checked here.
    """
    trace = folder / "trace"
    watched = ["-o", str(trace), "-e", f"trace={call}"]
    watched += [word for path in files for word in ("-P", str(path))]
    place.restore(kind)
    place.do(kind, strace=watched)
    count = most_of_a_process(trace)
    for n in sorted({*range(1, min(first, count) + 1), (count + 1) // 2, count}):
        place.restore(kind)

        answer = place.do(kind, strace=[*watched, "-e", f"inject={call}:error={error}:when={n}"])

        assert "(INJECTED)" in trace.read_text(encoding="utf-8", errors="replace"), (n, count)
        if "error" in answer:
            check_told(answer)
        yield n


def most_of_a_process(trace: Path) -> int:
    """How many calls that process made which made most; each counts its own."""
    callers = _CALLER.findall(trace.read_text(encoding="utf-8", errors="replace"))
    return max(callers.count(caller) for caller in callers)
