"""What a command takes: wall time, CPU, and the memory of its whole process tree over time."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

SAMPLE_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a command took."""

    wall_s: float
    cpu_s: float
    """Of the whole process tree."""
    memory: tuple[tuple[float, float], ...]
    """Seconds since the start and MB in use by the process tree then."""
    exit_code: int
    output: str
    errors: str
    """What it wrote to standard output and to standard error."""

    @property
    def peak_mb(self) -> float:
        """The largest of the samples."""
        return max((mb for _, mb in self.memory), default=0.0)


def run_measured(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """Run a command to its end and tell what its process tree took."""
    before, began = os.times(), time.perf_counter()
    memory: list[tuple[float, float]] = []
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        with subprocess.Popen(
            command, env=dict(environment), stdout=output, stderr=errors
        ) as process:
            while process.poll() is None:
                at_s = round(time.perf_counter() - began, 2)
                memory.append((at_s, round(tree_mb(process.pid), 1)))
                time.sleep(SAMPLE_S)
        wall_s = time.perf_counter() - began
        told = [_read(stream) for stream in (output, errors)]
    after = os.times()
    return Cost(
        wall_s=round(wall_s, 2),
        cpu_s=round(sum(after[2:4]) - sum(before[2:4]), 2),
        memory=tuple(memory),
        exit_code=process.returncode,
        output=told[0],
        errors=told[1],
    )


def _read(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode(errors="replace")


def tree_mb(pid: int) -> float:
    """Memory of a process and all below it; what ends meanwhile counts nothing."""
    try:
        parent = psutil.Process(pid)
        tree = [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return 0.0
    return sum(memory_bytes(process.pid) for process in tree) / 2**20


def memory_bytes(pid: int) -> int:
    """A process's share of what it uses: shared pages divided by those that share them.

    Where the system does not tell that (it is Linux's proportional set size), what is the process's
    alone. 0 for one that is gone.
    """
    try:
        if sys.platform == "linux":
            text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
            return next((int(x.split()[1]) << 10 for x in text.splitlines() if x[:4] == "Pss:"), 0)
        return int(psutil.Process(pid).memory_full_info().uss)
    except (OSError, psutil.Error):
        return 0
