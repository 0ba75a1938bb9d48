"""Ordinary JPEGs are read as the reader of every format reads them, or left to it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from composer.render.jpeg import quick_jpeg
from indexer.media.photo import read_photo
from indexer.media.probe import recognise


def written(path: Path, mode: str = "RGB", **options: Any) -> Path:
    """A picture of soft colours, 301 x 200 px."""
    x, y = np.meshgrid(np.linspace(0, 1, 301), np.linspace(0, 1, 200))
    levels = np.stack([255 * x, 255 * y, 127 * (1 + np.sin(3 * x))], axis=-1)
    Image.fromarray(levels.astype(np.uint8)).convert(mode).save(path, quality=95, **options)
    return path


@pytest.mark.parametrize("subsampling", ["4:2:0", "4:2:2", "4:4:4"])
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("max_side_px", [100, 170, 4000])
def test_a_jpeg_has_the_pixels_of_the_usual_reader(
    tmp_path: Path, subsampling: str, progressive: bool, orientation: int, max_side_px: int
) -> None:
    path = written(tmp_path / "a%d.jpg", subsampling=subsampling, progressive=progressive)
    fmt = recognise(path)
    assert fmt is not None

    quick = quick_jpeg(path, exif_orientation=orientation, max_side_px=max_side_px)

    usual = read_photo(path, fmt, exif_orientation=orientation, max_side_px=max_side_px)
    assert quick is not None
    assert quick.shape == usual.shape
    assert np.abs(quick.astype(int) - usual).mean() < 1.2


def test_what_is_not_ordinary_is_left_to_the_usual_reader(tmp_path: Path) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    ordinary = written(tmp_path / "ordinary.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(ordinary[: len(ordinary) // 2])
    left = [
        written(tmp_path / "grey.jpg", "L"),
        written(tmp_path / "cmyk.jpg", "CMYK"),
        written(tmp_path / "profile.jpg", icc_profile=srgb),
        written(tmp_path / "rgb.jpg", keep_rgb=True),
        tmp_path / "cut.jpg",
    ]

    assert [quick_jpeg(path, exif_orientation=1, max_side_px=100) for path in left] == [None] * 5
    assert quick_jpeg(tmp_path / "ordinary.jpg", exif_orientation=1, max_side_px=100) is not None
