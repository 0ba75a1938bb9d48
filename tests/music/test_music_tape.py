"""Sound that memory does not hold."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.arrange import arrange
from music.loudness import master_into, true_peak_dbtp
from music.perform import perform, perform_into
from music.tape import Tape, blocks
from music.track import RATE_HZ

MOST_MB_A_MINUTE = 3.0
"""What stays of each minute: notes, powers for the compressor, peaks for the limiter. The samples
themselves are 22 MB."""

_MASTERED = """
import resource, sys
from pathlib import Path
import numpy as np
from music.loudness import master_into
from music.tape import BLOCK, Tape, blocks
folder, n = Path(sys.argv[1]), int(sys.argv[2]) * 48_000
noise = np.random.default_rng(1).normal(0, 0.1, (BLOCK, 2)).astype(np.float32)
with Tape(folder, n) as raw, Tape(folder, n) as out:
    for start, end in blocks(n):
        raw[start:end] = noise[: end - start]
    master_into(raw, out, 48_000)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def test_tape_is_silent_at_first_and_gives_what_was_written(tmp_path: Path) -> None:
    written = np.random.default_rng(0).normal(0, 0.1, (500, 2)).astype(np.float32)

    with Tape(tmp_path, 1000) as tape:
        tape[300:800] = written
        found = tape[0:2000]

    assert len(tape) == len(found) == 1000
    assert not found[:300].any()
    assert not found[800:].any()
    np.testing.assert_array_equal(found[300:800], written)
    assert not list(tmp_path.iterdir())


def test_what_does_not_fit_a_tape_is_refused(tmp_path: Path) -> None:
    with Tape(tmp_path, 10) as tape, pytest.raises(ValueError, match="do not fit"):
        tape[5:15] = np.zeros((10, 2), np.float32)


@given(st.integers(0, 1000), st.integers(1, 300))
def test_blocks_tile_all_samples(n: int, size: int) -> None:
    numbers = [number for start, end in blocks(n, size) for number in range(start, end)]

    assert numbers == list(range(n))


def test_a_piece_on_tape_has_the_samples_of_one_in_memory(tmp_path: Path) -> None:
    piece = arrange("chill", 40.0, 1)

    with Tape(tmp_path, 40 * RATE_HZ) as raw, Tape(tmp_path, 40 * RATE_HZ) as out:
        perform_into(piece, raw)
        master_into(raw, out, RATE_HZ)
        on_tape = out[:]

    np.testing.assert_array_equal(on_tape, perform(piece).samples)


def test_limiter_turns_down_smoothly_where_blocks_meet() -> None:
    n = 15 * RATE_HZ
    samples = np.random.default_rng(0).choice(np.array([-0.02, 0.02], np.float32), (n, 2))
    for _, end in blocks(n):
        samples[end : end + 80] *= 60
    out = np.empty_like(samples)

    master_into(samples, out, RATE_HZ)

    steps = np.diff((out / samples)[:, 0])
    assert np.abs(steps).max() < 0.05 * (out / samples).max()
    assert true_peak_dbtp(out, RATE_HZ) <= -1.0


def test_memory_hardly_grows_with_the_length(tmp_path: Path) -> None:
    peaks_mb = []
    for seconds in (60, 600):
        command = [sys.executable, "-c", _MASTERED, str(tmp_path), str(seconds)]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        peaks_mb.append(float(told.stdout))

    assert peaks_mb[1] - peaks_mb[0] < 9 * MOST_MB_A_MINUTE
