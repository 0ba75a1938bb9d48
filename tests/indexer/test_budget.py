"""The limit is shared out so that it is kept whatever the machine."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from indexer.budget import (
    LOADED_MB,
    OWN_MB,
    WORKER_LEAST_MB,
    MemorySeen,
    most_px_within,
    share_out,
)
from indexer.models.registry import load_faces
from memoriesd.status import memory_lines


@given(st.integers(256, 1_000_000), st.integers(1, 256))
def test_all_processes_together_stay_within_the_limit(limit_mb: int, n_cores: int) -> None:
    budget = share_out(limit_mb, n_cores)

    at_work_mb = OWN_MB + budget.n_workers * (LOADED_MB + budget.worker_mb)
    alone_mb = OWN_MB + LOADED_MB + budget.heavy_mb
    least_mb = OWN_MB + LOADED_MB + WORKER_LEAST_MB
    assert 1 <= budget.n_workers <= n_cores
    assert at_work_mb <= max(limit_mb, least_mb)
    assert alone_mb <= max(limit_mb, least_mb)
    assert WORKER_LEAST_MB <= budget.worker_mb <= budget.heavy_mb
    assert 0 < budget.arena_mb < budget.worker_mb


def test_more_memory_never_means_fewer_workers_or_smaller_pictures() -> None:
    budgets = [share_out(limit_mb, 8) for limit_mb in range(256, 4096, 64)]

    assert [b.n_workers for b in budgets] == sorted(b.n_workers for b in budgets)
    assert [b.heavy_mb for b in budgets] == sorted(b.heavy_mb for b in budgets)


def test_one_core_reads_as_large_a_picture_as_two() -> None:
    one, two = (share_out(512, n_cores) for n_cores in (1, 2))

    assert one.heavy_mb - one.arena_mb >= two.heavy_mb - two.arena_mb - 5


def test_a_smaller_arena_means_smaller_tiles() -> None:
    pack = load_faces("builtin", None)

    sizes = [most_px_within(pack, arena_mb) for arena_mb in (8, 24, 48, 96)]

    assert sizes == sorted(sizes)
    assert sizes[0] < 400 * 400 < sizes[1]
    assert sizes[2] > 640 * 640


def test_a_detector_that_cannot_be_planned_is_given_small_tiles(tmp_path: Path) -> None:
    pack = load_faces("builtin", None)
    path = tmp_path / "odd.onnx"
    operator = b'"\x04'  # field and length of a node's operator
    whole = pack.files[0].read_bytes()
    path.write_bytes(whole.replace(operator + b"Conv", operator + b"Conx"))
    odd = replace(pack, files=(path, *pack.files[1:]))

    assert 400 * 400 < most_px_within(odd, 40) < most_px_within(pack, 40)


def test_the_peaks_and_the_largest_picture_are_remembered() -> None:
    seen = MemorySeen()

    seen.note_picture(Path("/a/small.jpg"), 400, 300)
    seen.note_picture(Path("/a/caf\udce9.jpg"), 4000, 3000)
    seen.note_picture(Path("/a/other.jpg"), 40, 30)
    seen.note_peaks([("decoding", 150.2), ("faces", 180.0)])
    seen.note_peaks([("decoding", 170.4)])
    told = seen.told(share_out(512, 2))

    assert told["peak_mb_by_stage"] == {"decoding": 170, "faces": 180}
    assert told["largest_picture"] == {"path": "/a/caf�.jpg", "width": 4000, "height": 3000}
    limit, peaks, largest = memory_lines(told)
    assert "512 MB" in limit
    assert "decoding 170 MB, faces 180 MB" in peaks
    assert "4,000 x 3,000 px" in largest


def test_what_a_second_run_saw_is_told_with_what_the_first_did() -> None:
    first, second = MemorySeen(), MemorySeen()
    first.note_picture(Path("/a/large.jpg"), 4000, 3000)
    first.note_peaks([("decoding", 170.0), ("faces", 150.0)])
    second.note_picture(Path("/a/small.jpg"), 400, 300)
    second.note_peaks([("decoding", 110.0), ("faces", 180.0)])
    budget = share_out(512, 2)

    told = second.told(budget, first.told(budget))

    assert told["peak_mb_by_stage"] == {"decoding": 170, "faces": 180}
    assert told["largest_picture"]["path"] == "/a/large.jpg"
    assert first.told(budget, second.told(budget)) == told


def test_peaks_under_another_limit_are_not_told() -> None:
    first, second = MemorySeen(), MemorySeen()
    first.note_picture(Path("/a/large.jpg"), 4000, 3000)
    first.note_peaks([("decoding", 400.0)])
    second.note_peaks([("decoding", 200.0)])

    told = second.told(share_out(512, 2), first.told(share_out(1024, 2)))

    assert told["peak_mb_by_stage"] == {"decoding": 200}
    assert told["largest_picture"]["path"] == "/a/large.jpg"


def test_a_library_that_was_not_indexed_has_no_memory_to_tell() -> None:
    assert memory_lines(None) == []


def test_the_indexing_processes_load_nothing_large_that_they_do_not_need() -> None:
    code = (
        "import sys, memoriesd.tasks.index;"
        "print([name for name in ('sklearn', 'scipy', 'torch', 'onnx') if name in sys.modules])"
    )

    told = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout

    assert told.strip() == "[]"
