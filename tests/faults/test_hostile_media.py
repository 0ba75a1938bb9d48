"""Damaged, lying and malicious files: every one is accounted for, none costs more than itself."""

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from indexer.catalog import files
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.files import FileId, FileState
from indexer.chosen import ModelChoice
from indexer.pipeline import IndexReport, IndexSettings, index
from indexer.walk import ScanRules, walk
from tests.faults.place import Place, damage_of

SHARED = Path(__file__).resolve().parents[3] / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared beside the project")
NO_MODELS = ModelChoice(pack="", folder=None, scenes=Path("absent.onnx"))
FEW, MANY = 60, 5000


def run(catalog: Catalog, root: Path) -> IndexReport:
    settings = IndexSettings(
        rules=ScanRules(),
        models=NO_MODELS,
        memory_limit_mb=400,
        video_sample_s=1.0,
        today=date(2026, 6, 15),
        now="2026-06-15T09:00:00+00:00",
    )
    return index(catalog, [root], settings, checkpoint=lambda: None, progress=lambda *_: None)


def check_accounted_for(root: Path, home: Path) -> dict[str, int]:
    """Index a folder twice; each file is indexed, no media, or failed with a reason; none hangs."""
    with open_catalog(home / "catalog.db") as catalog:
        run(catalog, root)
        again = run(catalog, root)
        states = files.count_by_state(catalog)
        reasons = [reason for _, reason in files.failed_files(catalog)]

    assert damage_of(home / "catalog.db") == []
    assert states.keys() <= {FileState.INDEXED, FileState.FAILED, FileState.OTHER}
    assert sum(states.values()) == len(list(walk(root, ScanRules())))
    assert all(reasons)
    assert [reason for reason in reasons if "longer than" in reason] == []
    assert (again.new, again.indexed) == (0, 0)
    return states


def mutants(of: Path, to: Path, count: int) -> Path:
    """Damaged copies of good files, the same ones for the same count."""
    tool = SHARED / "tools" / "mutate_media.py"
    command = [sys.executable, str(tool), str(of), str(to), "--count", str(count), "--seed", "13"]
    subprocess.run(command, check=True, capture_output=True)
    return to


@needs_shared
def test_damaged_copies_of_pictures_are_accounted_for(place: Place, tmp_path: Path) -> None:
    root = mutants(place.home / "photos", tmp_path / "mutants", FEW)

    states = check_accounted_for(root, tmp_path)

    assert states[FileState.INDEXED] >= FEW // 4
    assert states[FileState.FAILED] >= FEW // 8


@needs_shared
@pytest.mark.long
def test_every_file_of_the_broken_collection_is_accounted_for(tmp_path: Path) -> None:
    root = tmp_path / "broken"
    shutil.copytree(SHARED / "data" / "broken", root)

    check_accounted_for(root, tmp_path)


@needs_shared
@pytest.mark.long
def test_five_thousand_damaged_files_are_accounted_for(tmp_path: Path) -> None:
    root = mutants(SHARED / "data" / "library", tmp_path / "mutants", MANY)

    check_accounted_for(root, tmp_path)


def test_file_that_costs_its_reader_is_tried_twice_and_then_left_alone() -> None:
    with open_catalog(":memory:") as catalog:
        file_id = add_bomb(catalog)

        states = [lose_reader(catalog, file_id) for _ in range(2)]

    assert states == [FileState.NEW, FileState.FAILED]


def test_file_that_was_read_in_between_is_tried_twice_again() -> None:
    with open_catalog(":memory:") as catalog:
        file_id = add_bomb(catalog)
        lose_reader(catalog, file_id)
        files.set_file_state(catalog, [file_id], FileState.INDEXED)

        states = [lose_reader(catalog, file_id) for _ in range(2)]

    assert states == [FileState.INDEXED, FileState.FAILED]


def add_bomb(catalog: Catalog) -> FileId:
    root = files.add_root(catalog, Path("/photos"))
    seen = files.Seen(path=b"bomb.png", size=1, mtime_ns=0, inode=1, sidecars="")
    files.add_files(catalog, root, [seen])
    return files.files_of_root(catalog, root)[0].id


def lose_reader(catalog: Catalog, file_id: FileId) -> str:
    files.note_lost(catalog, file_id, "its reader died (SIGSEGV)")
    return str(catalog.scalar("SELECT state FROM files WHERE id = ?", (file_id,)))
