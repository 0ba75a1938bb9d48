"""What decoding may take is judged by the header, before anything is decoded."""

import sys
from pathlib import Path

import numpy as np
import pillow_heif
import pillow_jxl  # noqa: F401  # registers the format that one case saves
import pytest
from PIL import Image

from indexer.errors import DearMediaError, UnreadableMediaError
from indexer.media.cost import refuse_dear
from indexer.media.jpeg import in_one_scan
from indexer.media.photo import read_photo
from indexer.media.probe import MediaFormat, MediaKind
from indexer.media.tone import Rgb8
from indexer.memory import told_mb
from indexer.workers import WorkerPool


def textured(width: int, height: int) -> Image.Image:
    coarse = np.random.default_rng(1).integers(30, 220, (12, 16, 3), np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


def read(path: Path, name: str, *, most_mb: float) -> Rgb8:
    fmt = MediaFormat(kind=MediaKind.PHOTO, name=name)
    return read_photo(path, fmt, exif_orientation=1, max_side_px=640, most_mb=most_mb)


def test_a_baseline_jpeg_costs_its_scaled_size(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    textured(6000, 4000).save(path)

    pixels = read(path, "jpeg", most_mb=5)

    assert pixels.shape == (427, 640, 3)


def test_a_progressive_jpeg_costs_all_of_its_coefficients(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    textured(6000, 4000).save(path, progressive=True)

    with pytest.raises(DearMediaError, match=r"6000 x 4000 px .* takes 7[0-9] MB") as caught:
        read(path, "jpeg", most_mb=50)

    assert "memory_limit_mb" in caught.value.remedy
    assert read(path, "jpeg", most_mb=100).shape == (427, 640, 3)


def test_scans_are_counted_by_the_first_ones_components(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    textured(64, 48).save(path)
    whole = path.read_bytes()
    at = whole.index(b"\xff\xda")

    assert in_one_scan(path, 3)
    assert not in_one_scan(path, 4)
    path.write_bytes(whole[: at + 4] + b"\x01" + whole[at + 5 :])
    assert not in_one_scan(path, 3)
    path.write_bytes(whole[:at])
    assert not in_one_scan(path, 3)


def test_heic_is_shrunk_from_the_decoders_memory_as_pillow_would(tmp_path: Path) -> None:
    path = tmp_path / "a.heic"
    pillow_heif.from_pillow(textured(1500, 1000)).save(path, quality=90)
    with pillow_heif.open_heif(path).to_pillow() as opened:
        theirs = np.asarray(opened.resize((640, 427), Image.Resampling.BOX), np.int16)

    pixels = read(path, "heic", most_mb=8)

    assert np.abs(pixels.astype(np.int16) - theirs).mean() < 2
    with pytest.raises(DearMediaError, match="takes 8 MB"):
        read(path, "heic", most_mb=7)


def test_a_jpeg_xl_of_a_few_bytes_is_thought_to_have_layers(tmp_path: Path) -> None:
    textured(1000, 800).save(tmp_path / "photo.jxl", quality=90, effort=1)
    Image.new("RGB", (1000, 800), (10, 20, 30)).save(tmp_path / "drawn.jxl", effort=1)

    pixels = read(tmp_path / "photo.jxl", "jxl", most_mb=20)

    assert pixels.shape == (512, 640, 3)
    with pytest.raises(DearMediaError, match="takes 56 MB"):
        read(tmp_path / "drawn.jxl", "jxl", most_mb=20)


@pytest.mark.skipif(sys.platform != "linux", reason="no such limit elsewhere")
def test_a_picture_for_which_memory_is_refused_is_dear_not_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (8000, 6000)).save(path)

    with (
        WorkerPool(1, task_limit_s=60) as pool,
        pytest.raises(DearMediaError, match="more memory than there is") as caught,
    ):
        pool.submit(read_within, path, 50).result()

    assert "memory_limit_mb" in caught.value.remedy


def read_within(path: Path, above_mb: int) -> None:
    """Read a PNG in a process that may ask for so much more than it has."""
    import resource

    most_bytes = int((told_mb("VmData") + above_mb) * 2**20)
    resource.setrlimit(resource.RLIMIT_DATA, (most_bytes, most_bytes))
    fmt = MediaFormat(kind=MediaKind.PHOTO, name="png")
    read_photo(path, fmt, exif_orientation=1, max_side_px=8000)


def test_a_picture_without_a_size_is_damaged_not_dear() -> None:
    with pytest.raises(UnreadableMediaError, match="0 x 10") as caught:
        refuse_dear(0, 10, 0)

    assert not isinstance(caught.value, DearMediaError)
