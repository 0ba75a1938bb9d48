"""Small pictures beside the picture are found where formats keep them."""

import io
import struct
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from indexer.media.photo import read_preview
from indexer.media.probe import MediaFormat, MediaKind
from indexer.media.tone import Rgb8

_PRIMARY, _LARGE_THUMBNAIL = 0x030000, 0x010001


def halves(width: int, height: int) -> Image.Image:
    """Red on the left, blue on the right."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2, 0] = 220
    pixels[:, width // 2 :, 2] = 220
    return Image.fromarray(pixels)


def barred(width: int, height: int, bar: int) -> Image.Image:
    """The same with black bars above and below."""
    picture = Image.new("RGB", (width, height))
    picture.paste(halves(width, height - 2 * bar), (0, bar))
    return picture


def exif_with(thumbnail: Image.Image) -> bytes:
    """An EXIF block whose second directory has a thumbnail."""
    coded = io.BytesIO()
    thumbnail.save(coded, "JPEG", quality=95)
    content = coded.getvalue()
    first = struct.pack("<HI", 0, 14)
    second = struct.pack("<H", 2) + struct.pack("<HHII", 0x0201, 4, 1, 44)
    second += struct.pack("<HHII", 0x0202, 4, 1, len(content)) + struct.pack("<I", 0)
    return b"Exif\0\0II*\0\x08\0\0\0" + first + second + content


def preview(path: Path, name: str, *, orientation: int = 1) -> Rgb8 | None:
    fmt = MediaFormat(kind=MediaKind.PHOTO, name=name)
    return read_preview(path, fmt, exif_orientation=orientation, max_side_px=1280)


def is_red_then_blue(pixels: Rgb8) -> bool:
    left, right = pixels[:, : pixels.shape[1] // 3], pixels[:, 2 * pixels.shape[1] // 3 :]
    return bool(left[..., 0].min() > 140 and right[..., 2].min() > 140)


def test_the_thumbnail_of_exif_is_found_without_its_bars(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    halves(600, 400).save(path, exif=exif_with(barred(160, 120, 6)))

    found = preview(path, "jpeg")

    assert found is not None
    assert found.shape == (107, 160, 3)
    assert is_red_then_blue(found)


def test_a_preview_is_turned_as_its_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    halves(600, 400).save(path, exif=exif_with(halves(160, 107)))

    found = preview(path, "png", orientation=8)

    assert found is not None
    assert found.shape[:2] == (160, 107)
    assert found[-20:, :, 0].min() > 180  # what was left is below


@pytest.mark.parametrize(("kind", "width"), [(_LARGE_THUMBNAIL, 300), (0, 160)])
def test_of_a_list_of_pictures_only_a_preview_is_taken(
    kind: int, width: int, tmp_path: Path
) -> None:
    path = tmp_path / "a.jpg"
    halves(900, 600).save(
        path,
        "MPO",
        save_all=True,
        append_images=[halves(300, 200)],
        exif=exif_with(halves(160, 107)),
    )
    data = bytearray(path.read_bytes())
    directory = data.index(b"MPF\0") + 14
    at = data.index(struct.pack("<I", _PRIMARY), directory) + 16
    data[at : at + 4] = struct.pack("<I", kind)
    path.write_bytes(data)

    found = preview(path, "jpeg")

    assert found is not None
    assert found.shape[1] == width


def test_the_thumbnail_of_heic_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.heic"
    picture = pillow_heif.from_pillow(halves(900, 600))
    picture.info["thumbnails"] = [192]
    picture.save(path, quality=60)

    found = preview(path, "heic")

    assert found is not None
    assert found.shape == (128, 192, 3)
    assert is_red_then_blue(found)


def test_a_damaged_preview_counts_as_none(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    damaged = exif_with(halves(160, 107)).replace(b"\xff\xd8\xff", b"\0\0\0")
    halves(600, 400).save(path, exif=damaged)

    assert preview(path, "jpeg") is None


def test_a_picture_without_a_preview_has_none(tmp_path: Path) -> None:
    halves(600, 400).save(tmp_path / "a.webp")
    halves(600, 400).save(tmp_path / "a.tif")

    assert preview(tmp_path / "a.webp", "webp") is None
    assert preview(tmp_path / "a.tif", "tiff") is None
