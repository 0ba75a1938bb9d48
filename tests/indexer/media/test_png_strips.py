"""A PNG that is read in strips comes out as one that is read whole."""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from indexer.errors import DearMediaError, UnreadableMediaError
from indexer.media import png
from indexer.media.colour import srgb_pixels
from indexer.media.photo import read_photo
from indexer.media.png import can_be_stripped, cost_in_strips, load_png
from indexer.media.probe import MediaFormat, MediaKind
from indexer.media.tone import Rgb8

PNG = MediaFormat(kind=MediaKind.PHOTO, name="png")
WIDTH, HEIGHT = 301, 203
INTERLACE_BYTE = 28


def colours() -> NDArray[np.uint8]:
    coarse = np.random.default_rng(1).integers(0, 256, (7, 9, 3), np.uint8)
    smooth = np.asarray(Image.fromarray(coarse).resize((WIDTH, HEIGHT)))
    rough = np.random.default_rng(2).integers(0, 4, smooth.shape, np.uint8)
    return np.asarray(smooth ^ rough, np.uint8)


def grey() -> NDArray[np.uint8]:
    return np.ascontiguousarray(colours()[..., 0])


def saved(path: Path, kind: str) -> None:
    """A PNG of one of the kinds that the format knows, most of its rows with filters."""
    rgb = Image.fromarray(colours())
    alpha = Image.fromarray(grey())
    deep = colours().astype(np.uint16) * 251
    match kind:
        case "16 bits":
            cv2.imwrite(str(path), deep)
        case "16 bits and alpha":
            cv2.imwrite(str(path), np.dstack([deep, deep[..., :1]]))
        case "grey of 16 bits":
            Image.fromarray(np.ascontiguousarray(deep[..., 1])).save(path)
        case "grey and alpha":
            Image.merge("LA", (rgb.convert("L"), alpha)).save(path)
        case "alpha":
            Image.merge("RGBA", (*rgb.split(), alpha)).save(path)
        case "palette":
            rgb.quantize(200).save(path)
        case "palette of 4 bits":
            rgb.quantize(13).save(path)
        case "palette with holes":
            rgb.quantize(90).save(path, transparency=bytes(range(90)))
        case "one clear colour":
            rgb.save(path, transparency=rgb.getpixel((5, 5)))
        case mode:
            rgb.convert(mode).save(path)


@pytest.mark.parametrize("side_px", [150, 64, 20])
@pytest.mark.parametrize(
    "kind",
    [
        *("RGB", "L", "1", "16 bits", "16 bits and alpha", "grey of 16 bits", "grey and alpha"),
        *("alpha", "palette", "palette of 4 bits", "palette with holes", "one clear colour"),
    ],
)
def test_strips_give_the_pixels_of_the_whole(
    kind: str, side_px: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(png, "STRIP_BYTES", 20_000)  # several strips in a small picture
    path = tmp_path / "a.png"
    saved(path, kind)
    with PngImageFile(str(path)) as whole:
        whole.load()
        expected = srgb_pixels(whole, side_px)

    with PngImageFile(str(path)) as opened:
        assert can_be_stripped(opened, side_px)
        found = srgb_pixels(load_png(path, opened, side_px), side_px)

    assert np.array_equal(found, expected)


def read(path: Path, *, most_mb: float = 700) -> Rgb8:
    return read_photo(path, PNG, exif_orientation=6, max_side_px=640, most_mb=most_mb)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A picture of 6 megapixels: 24 MB in a decoder."""
    path = tmp_path / "large.png"
    Image.fromarray(colours()).resize((3000, 2000)).save(path, compress_level=1)
    return path


def test_strips_are_read_where_the_whole_does_not_fit(large: Path) -> None:
    with PngImageFile(str(large)) as opened:
        cost_mb = cost_in_strips(opened, 640) / 1e6

    assert 4 < cost_mb < 12
    assert np.array_equal(read(large, most_mb=cost_mb + 0.1), read(large))
    with pytest.raises(DearMediaError, match="3000 x 2000 px"):
        read(large, most_mb=cost_mb - 0.1)


def test_a_file_that_was_cut_off_tells_how_many_rows_are_missing(large: Path) -> None:
    whole = large.read_bytes()
    large.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(UnreadableMediaError, match=r"\d+ rows are missing"):
        read(large, most_mb=20)


def test_a_filter_that_does_not_exist_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    saved(path, "RGB")
    with PngImageFile(str(path)) as opened, pytest.MonkeyPatch.context() as patch:
        blocks = [b"\x09" + bytes(3 * WIDTH)] * HEIGHT
        patch.setattr(png, "_blocks", lambda *_: blocks)
        with pytest.raises(OSError, match="filter that does not exist"):
            load_png(path, opened, 100)


def test_interlaced_pictures_are_read_whole(large: Path) -> None:
    data = bytearray(large.read_bytes())
    data[INTERLACE_BYTE] = 1
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    large.write_bytes(data)

    with PngImageFile(str(large)) as opened:
        assert not can_be_stripped(opened, 640)
