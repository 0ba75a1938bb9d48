"""What a command takes: wall time, CPU, and the memory of its whole process tree over time."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

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
    """What it wrote, both streams."""

    @property
    def peak_mb(self) -> float:
        """The largest of the samples."""
        return max((mb for _, mb in self.memory), default=0.0)


def run_measured(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """Run a command to its end and tell what its process tree took."""
    before, began = os.times(), time.perf_counter()
    memory: list[tuple[float, float]] = []
    with tempfile.TemporaryFile() as output:
        with subprocess.Popen(
            command, env=dict(environment), stdout=output, stderr=subprocess.STDOUT
        ) as process:
            while process.poll() is None:
                memory.append((time.perf_counter() - began, tree_mb(process.pid)))
                time.sleep(SAMPLE_S)
        output.seek(0)
        told = output.read().decode(errors="replace")
    after = os.times()
    return Cost(
        wall_s=time.perf_counter() - began,
        cpu_s=sum(after[2:4]) - sum(before[2:4]),
        memory=tuple(memory),
        exit_code=process.returncode,
        output=told,
    )


def tree_mb(pid: int) -> float:
    """Memory of a process and all below it; what ends meanwhile counts nothing."""
    try:
        parent = psutil.Process(pid)
        tree = [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return 0.0
    return sum(memory_bytes(process) for process in tree) / 2**20


def memory_bytes(process: psutil.Process) -> int:
    """A process's share of what it uses: shared pages divided by those that share them.

    Where the system does not tell that (it is Linux's proportional set size), what is the process's
    alone.
    """
    try:
        if sys.platform == "linux":
            text = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
            return next((int(x.split()[1]) << 10 for x in text.splitlines() if x[:4] == "Pss:"), 0)
        return int(process.memory_full_info().uss)
    except (OSError, psutil.Error):
        return 0
