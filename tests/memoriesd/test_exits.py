"""Which error ends with which code, and what is told of it."""

import errno
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from clustering.people.corrections import SeenTogetherError
from indexer.catalog.faces import PersonId
from indexer.errors import (
    CatalogBusyError,
    CatalogCorruptError,
    CatalogDiskError,
    CatalogTooNewError,
    MemoriesError,
    MissingResourceError,
    NotFoundError,
    NothingToDoError,
)
from memoriesd.exits import Exit, exit_of, explain

CATALOG = Path("/data/catalog.db")
RUN_WITH_LITTLE_ROOM = """
import resource, sys
from memoriesd.cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
main(["run"])
"""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoriesError("that does not go", remedy="do this"), Exit.NOTHING),
        (SeenTogetherError("Ada", PersonId(1), PersonId(2)), Exit.NOTHING),
        (NothingToDoError("nothing"), Exit.NOTHING),
        (NotFoundError("no"), Exit.NOT_FOUND),
        (MissingResourceError("full"), Exit.MISSING_RESOURCE),
        (CatalogCorruptError(CATALOG, "malformed"), Exit.CATALOG),
        (CatalogTooNewError(CATALOG, 9, 8), Exit.CATALOG),
        (CatalogBusyError(CATALOG), Exit.MISSING_RESOURCE),
        (CatalogDiskError(CATALOG, sqlite3.OperationalError("full")), Exit.MISSING_RESOURCE),
    ],
)
def test_error_that_a_person_can_act_on_has_a_code(error: MemoriesError, code: Exit) -> None:
    assert exit_of(error) == code
    assert explain(error) == (str(error), error.remedy)


def test_fault_of_the_program_has_none() -> None:
    assert exit_of(ZeroDivisionError("by nothing")) is None


def test_daemon_that_a_full_disk_ends_at_its_start_ends_with_a_code_that_starts_it_again(
    tmp_path: Path,
) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "config.toml").write_text('[library]\nroots = ["photos"]\n', encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-c", RUN_WITH_LITTLE_ROOM],
        capture_output=True,
        text=True,
        env=os.environ | {"MEMORIESD_HOME": str(tmp_path)},
        timeout=60,
    )

    assert done.returncode == Exit.MISSING_RESOURCE, done.stderr
    assert "catalog.db cannot be used" in done.stderr


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.EMFILE, "close other programs"),
        (errno.ENOSPC, "make room"),
        (errno.EIO, "check its disk"),
        (errno.ENOENT, "check that it exists"),
    ],
)
def test_refusal_of_the_system_is_told_with_what_helps(number: int, remedy: str) -> None:
    told, advice = explain(OSError(number, os.strerror(number), "/photos/a.jpg"))

    assert told == f"/photos/a.jpg: {os.strerror(number)}"
    assert remedy in advice


def test_page_that_is_read_wrongly_is_told_as_damage_or_a_failing_disk(tmp_path: Path) -> None:
    path = tmp_path / "made.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (a)")
    connection.commit()
    connection.close()
    path.write_bytes(path.read_bytes()[:4096] + bytes(4096))

    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.DatabaseError) as caught:
        connection.execute("SELECT * FROM t")
    connection.close()

    assert exit_of(caught.value) == Exit.CATALOG
    assert "or its disk failed to read, with: memoriesd doctor" in explain(caught.value)[1]
