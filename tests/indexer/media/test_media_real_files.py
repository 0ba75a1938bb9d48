"""Every file of the shared collections: real ones must be right, damaged ones must do no harm."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

LOOK = Path(__file__).with_name("look.py")
SECONDS_A_FILE = 20
CPU_S_A_FILE = 8.0
PEAK_MB = 1000.0
# Sizes of RAW files differ by some dozen pixels from program to program.
RAW_TOLERANCE = 0.03
# The container has no rotation box: both answers are right.
EITHER_WAY = {"heic/iphone_7.heic"}


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    return [row for row in found if not row["file"].endswith((".json", ".xmp", ".AAE"))]


def look_at(files: list[Path], *, timeout_s: float) -> list[dict[str, Any]]:
    """What a process of its own says about files; fewer answers than files if it died."""
    done = subprocess.run(
        [sys.executable, str(LOOK), *map(str, files)],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(files), f"died at {files[len(answers)]}: {done.stderr[-500:]}"
    return answers


def is_allowed(acceptable: str, outcome: str) -> bool:
    if outcome == "indexed":
        return acceptable in {"indexed", "either"}
    is_told = outcome == "no media" or outcome.startswith("failed: ")
    return is_told and acceptable in {"failed", "either"}


def test_every_real_file_has_its_upright_size_and_pixels(shared_data: Path) -> None:
    folder = shared_data / "library"
    table = rows(folder)

    answers = look_at([folder / row["file"] for row in table], timeout_s=300)

    wrong = [
        (row["file"], answer["outcome"], answer["size"])
        for row, answer in zip(table, answers, strict=True)
        if answer["outcome"] != "indexed" or not has_size(row, answer["size"])
    ]
    assert wrong == []


def has_size(row: dict[str, str], size: tuple[int, int]) -> bool:
    wanted = int(row["width"]), int(row["height"])
    tolerance = RAW_TOLERANCE if row["file"].startswith("raw/") else 0.0
    fits = all(abs(a - b) <= tolerance * b for a, b in zip(size, wanted, strict=True))
    return fits or (row["file"] in EITHER_WAY and tuple(size) == wanted[::-1])


def test_every_damaged_file_ends_as_it_may(shared_data: Path) -> None:
    folder = shared_data / "broken"
    table = rows(folder)

    answers = look_at([folder / row["file"] for row in table], timeout_s=300)

    wrong = [
        (row["file"], row["acceptable"], answer["outcome"])
        for row, answer in zip(table, answers, strict=True)
        if not is_allowed(row["acceptable"], answer["outcome"])
    ]
    assert wrong == []
    assert max(answer["peak_mb"] for answer in answers) < PEAK_MB
    assert max(answer["cpu_s"] for answer in answers) < CPU_S_A_FILE


@pytest.mark.long
def test_no_damaged_file_takes_much_alone(shared_data: Path) -> None:
    folder = shared_data / "broken"
    worst: list[tuple[str, float, float]] = []
    for row in rows(folder):
        (answer,) = look_at([folder / row["file"]], timeout_s=SECONDS_A_FILE)
        assert is_allowed(row["acceptable"], answer["outcome"]), (row["file"], answer)
        worst.append((row["file"], answer["cpu_s"], answer["peak_mb"]))

    assert max(cpu_s for _, cpu_s, _ in worst) < CPU_S_A_FILE
    assert max(peak_mb for _, _, peak_mb in worst) < PEAK_MB
