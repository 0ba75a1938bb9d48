"""The largest pictures that are not refused, each in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

LOOK = Path(__file__).with_name("look.py")
PEAK_MB = 1000.0
CPU_S = 8.0


@pytest.mark.long
@pytest.mark.parametrize(
    ("mode", "side_px", "name"),
    [
        ("RGB", 13_200, "a.png"),
        ("RGBA", 7_600, "a.png"),
        ("P", 11_800, "a.png"),
        ("1", 18_700, "a.png"),
        ("L", 26_000, "a.png"),
        ("I;16", 8_300, "a.png"),
        ("RGB", 10_700, "a.jpg"),
        ("RGB", 6_600, "a.webp"),
        ("RGB", 10_700, "a.tif"),
        ("RGB", 13_200, "a.bmp"),
        ("P", 11_000, "a.gif"),
    ],
)
def test_largest_allowed_pictures_take_less_than_a_gigabyte(
    mode: str, side_px: int, name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    # Formats pass over the options of others.
    Image.new(mode, (side_px, side_px), 1).save(
        path, compress_level=1, progressive=True, subsampling=0, compression="tiff_deflate"
    )

    done = subprocess.run(
        [sys.executable, str(LOOK), str(path)], capture_output=True, text=True, check=True
    )

    answer = json.loads(done.stdout)
    assert answer["outcome"] == "indexed"
    assert answer["peak_mb"] < PEAK_MB
    assert answer["cpu_s"] < CPU_S
