"""A disk that is full or fails, too many open files: a clear message, and nothing is lost."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from memoriesd.exits import Exit
from tests.faults.place import Place, damage_of, tables

LIMITS = [
    {"file_bytes": 0},
    {"file_bytes": 20_000},
    {"file_bytes": 100_000},
    {"files": 4},
    {"files": 5},
    {"files": 6},
]


@pytest.mark.parametrize("limit", LIMITS, ids=str)
@pytest.mark.parametrize("kind", ["migration", "cluster"])
def test_job_that_the_system_refuses_says_so_and_goes_well_afterwards(
    place: Place, kind: str, limit: dict[str, int]
) -> None:
    check_refused(place, kind, limit)


def test_index_that_cannot_start_a_reader_says_so_and_blames_no_file(place: Place) -> None:
    place.restore("index")

    answer = place.do("index", files=6)

    assert answer["code"] == Exit.MISSING_RESOURCE, answer
    check_mended(place, "index")


def test_full_catalog_says_that_there_is_no_room(place: Place) -> None:
    place.restore("cluster")
    n_pages = place.catalog.stat().st_size // 4096

    answer = place.do("cluster", pages=n_pages)

    assert answer["code"] == Exit.CATALOG
    assert "full" in answer["error"]
    assert "make room" in answer["remedy"]
    check_mended(place, "cluster")


@pytest.mark.long
@pytest.mark.parametrize("n", range(1, 41))
@pytest.mark.parametrize("kind", ["cluster", "compose"])
def test_job_refused_at_the_nth_file_or_byte(place: Place, kind: str, n: int) -> None:
    check_refused(place, kind, {"files": 3 + n} if n % 2 else {"file_bytes": 4096 * n * n})


def check_refused(place: Place, kind: str, limit: dict[str, int]) -> None:
    place.restore(kind)

    answer = place.do(kind, **limit)

    if "error" in answer:
        assert answer["code"] in (Exit.CATALOG, Exit.MISSING_RESOURCE), answer
        assert "damaged" not in answer["error"]
        assert answer["remedy"]
    check_mended(place, kind)


def check_mended(place: Place, kind: str) -> None:
    """Without the limit the job ends as if there had never been one."""
    damage = damage_of(place.catalog) if place.catalog.exists() else []
    place.do(kind)

    assert damage == []
    assert tables(place.catalog) == place.after[kind]
    assert place.in_movies() == (place.movies if kind == "compose" else [])


CLUSTER = """
import sys
from pathlib import Path
from clustering.update import update
from indexer.catalog.connection import open_catalog
with open_catalog(Path(sys.argv[1])) as catalog:
    update(catalog, checkpoint=int, progress=print)
"""

CALLS = [
    ("pwrite64", "EIO"),
    ("pwrite64", "ENOSPC"),
    ("fdatasync,fsync", "EIO"),
    ("openat", "EMFILE"),
    ("pread64", "EIO"),
]


@pytest.mark.long
@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 13, 21, 34])
@pytest.mark.parametrize(("calls", "error"), CALLS)
def test_catalog_outlives_the_nth_call_that_fails(
    place: Place, tmp_path: Path, calls: str, error: str, n: int
) -> None:
    place.restore("cluster")
    files = [f"{place.catalog}{end}" for end in ("", "-wal", "-shm")]
    told = subprocess.run(
        [
            *("strace", "-f", "-o", os.devnull, "-e", f"trace={calls}"),
            *(word for path in files for word in ("-P", path)),
            *("-e", f"inject={calls}:error={error}:when={n}"),
            *(sys.executable, "-c", CLUSTER, str(place.catalog)),
        ],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )

    assert told.returncode in (0, 1), told.stderr
    assert "CatalogCorruptError" not in told.stderr
    check_mended(place, "cluster")
