import io
import math
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pillow_heif
import pillow_jxl  # noqa: F401  # registers the format that one case saves
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageCms

from indexer.errors import UNREACHED, UnreadableMediaError
from indexer.media.colour import as_srgb
from indexer.media.cost import refuse_dear
from indexer.media.orientation import fitted_size, turned, turned_size
from indexer.media.photo import read_photo, upright_size
from indexer.media.probe import MediaFormat, MediaKind, recognise

Picture = NDArray[np.uint8]
Corners = Callable[[Picture], list[str]]
# What has to be done to an upright picture so that it lies as each orientation says.
INVERSE = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}


def told(path: Path) -> MediaFormat:
    found = recognise(path)
    assert found is not None
    return found


def read(path: Path, *, orientation: int = 1, max_side_px: int = 1000) -> Picture:
    return read_photo(path, told(path), exif_orientation=orientation, max_side_px=max_side_px)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.bmp"])
def test_all_eight_orientations_come_out_upright(
    orientation: int, name: str, quarters: Picture, corners: Corners, tmp_path: Path
) -> None:
    path = tmp_path / name
    Image.fromarray(turned(quarters, INVERSE[orientation])).save(path)

    pixels = read(path, orientation=orientation)

    assert corners(pixels) == ["R", "G", "B", "W"]
    assert upright_size(path, told(path), orientation) == (96, 64)


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_tiff_is_turned_once(
    orientation: int, quarters: Picture, corners: Corners, tmp_path: Path
) -> None:
    path = tmp_path / "a.tif"
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(turned(quarters, INVERSE[orientation])).save(path, exif=exif)

    pixels = read(path, orientation=orientation)

    assert corners(pixels) == ["R", "G", "B", "W"]
    assert upright_size(path, told(path), orientation) == (96, 64)


@pytest.mark.parametrize("name", ["a.heic", "a.avif"])
def test_own_rotation_box_and_exif_are_not_both_applied(
    name: str, quarters: Picture, corners: Corners, tmp_path: Path
) -> None:
    pillow_heif.register_heif_opener()
    path = tmp_path / name
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(turned(quarters, INVERSE[6])).save(path, exif=exif, quality=95)

    pixels = read(path, orientation=6)

    assert corners(pixels) == ["R", "G", "B", "W"]
    assert upright_size(path, told(path), 6) == (96, 64)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.avif", "a.jp2", "a.jxl", "a.tif"])
def test_large_pictures_are_shrunk_and_keep_their_aspect(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    rows = np.linspace(0, 255, 300, dtype=np.uint8)[:, None, None]
    Image.fromarray(np.broadcast_to(rows, (300, 400, 3)).copy()).save(path)

    pixels = read(path, max_side_px=100)

    assert pixels.shape == (75, 100, 3)
    assert abs(int(pixels[0].mean()) - 1) < 6
    assert abs(int(pixels[-1].mean()) - 254) < 6
    assert abs(float(pixels.mean()) - 127.5) < 4


def test_small_pictures_are_not_enlarged(quarters: Picture, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(quarters).save(path)

    assert np.array_equal(read(path, max_side_px=5000), quarters)


def profile(name: str) -> bytes:
    """A display profile with Adobe RGB's or Display P3's primaries, made by littlecms."""
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    data = bytearray(icc.tobytes())
    return bytes(data) if name == "srgb" else _with_swapped_primaries(data)


def _with_swapped_primaries(data: bytearray) -> bytes:
    """Exchange the red and the green colorant, so that the profile turns red into green."""
    red, green = data.find(b"rXYZ"), data.find(b"gXYZ")
    data[red : red + 4], data[green : green + 4] = b"gXYZ", b"rXYZ"
    at = data.find("sRGB".encode("utf-16-be"))
    data[at : at + 8] = "test".encode("utf-16-be")
    return bytes(data)


def test_profiles_other_than_srgb_are_applied(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    red = Image.new("RGB", (20, 10), (255, 0, 0))
    red.save(path, icc_profile=profile("swapped"))

    pixels = read(path)

    assert pixels[0, 0].tolist() == pytest.approx([0, 255, 0], abs=2)


def test_srgb_profile_changes_nothing(quarters: Picture, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(quarters).save(path, icc_profile=profile("srgb"))

    assert np.array_equal(read(path), quarters)


def test_display_p3_agrees_with_colour_management(shared_data: Path, tmp_path: Path) -> None:
    with Image.open(shared_data / "library" / "colour" / "Iceland-P3.jpg") as photo:
        p3 = photo.info["icc_profile"]
    noise = np.random.default_rng(3).integers(0, 256, (60, 60, 3), np.uint8)
    path = tmp_path / "a.png"
    Image.fromarray(noise).save(path, icc_profile=p3)
    srgb = ImageCms.createProfile("sRGB")
    oracle = ImageCms.profileToProfile(Image.fromarray(noise), io.BytesIO(p3), srgb)
    assert oracle is not None

    difference = read(path).astype(int) - np.asarray(oracle).astype(int)

    assert np.abs(difference).max() <= 1


def test_broken_profile_is_ignored(quarters: Picture, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(quarters).save(path, icc_profile=b"nonsense" * 40)

    assert np.array_equal(read(path), quarters)


def test_transparent_parts_are_white(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    pixels = np.zeros((40, 40, 4), np.uint8)
    pixels[:, :20] = (200, 0, 0, 255)
    pixels[:, 20:] = (0, 0, 200, 0)
    Image.fromarray(pixels).save(path)

    shown = read(path, max_side_px=20)

    assert shown[10, 4].tolist() == [200, 0, 0]
    assert shown[10, 15].tolist() == [255, 255, 255]


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("L", 128, (128, 128, 128)),
        ("1", 1, (255, 255, 255)),
        ("LA", (100, 255), (100, 100, 100)),
        ("I;16", 32768, (127, 127, 127)),
        ("P", 0, (0, 0, 0)),
    ],
)
def test_other_modes_become_rgb(
    mode: str, colour: int, expected: tuple[int, int, int], tmp_path: Path
) -> None:
    path = tmp_path / "a.png"
    Image.new(mode, (16, 8), colour).save(path)

    assert read(path)[0, 0].tolist() == pytest.approx(list(expected), abs=1)


def test_cmyk_jpeg_is_not_inverted(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(path, quality=95)

    red, green, blue = (int(v) for v in read(path)[8, 8])

    assert red > 200
    assert max(green, blue) < 80


def test_animation_gives_its_first_frame(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    first, second = Image.new("RGB", (20, 20), "red"), Image.new("RGB", (20, 20), "blue")
    first.save(path, save_all=True, append_images=[second], duration=100)

    assert read(path)[10, 10].tolist() == [255, 0, 0]


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif", "a.avif"])
def test_picture_that_was_cut_off_is_refused(name: str, tmp_path: Path, quarters: Picture) -> None:
    path = tmp_path / name
    noise = np.random.default_rng(2).integers(0, 255, (200, 200, 3), np.uint8)
    Image.fromarray(noise).save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(UnreadableMediaError, match="damaged picture"):
        read(path)


@pytest.mark.parametrize("n_missing", [2, 60])
def test_jpeg_that_lacks_its_last_bytes_is_read(n_missing: int, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    noise = np.random.default_rng(2).integers(0, 255, (400, 400, 3), np.uint8)
    Image.fromarray(noise).save(path)
    whole = read(path)
    path.write_bytes(path.read_bytes()[:-n_missing])

    pixels = read(path)

    assert pixels.shape == whole.shape
    assert np.array_equal(pixels[:380], whole[:380])


def test_hdr_picture_is_tone_mapped(tmp_path: Path) -> None:
    pillow_heif.register_heif_opener()
    path = tmp_path / "a.heic"
    grey = Image.new("RGB", (64, 64), (191, 191, 191))
    grey.save(path, quality=-1, chroma=444, color_primaries=9, transfer_characteristics=18,
              matrix_coefficients=9)  # fmt: skip

    pixels = read(path)

    # 75 % of HLG is diffuse white, which leaves room for highlights.
    assert pixels[30, 30].tolist() == pytest.approx([215, 215, 215], abs=10)


def test_png_that_claims_to_be_huge_is_refused_by_its_header(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    body = struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body + struct.pack(">I", 0) + b"IDAT" + bytes(4))

    with pytest.raises(UnreadableMediaError, match="30000 x 30000 px is too large"):
        read(path)


def test_webp_that_claims_to_be_huge_is_refused_by_its_header(tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    side = (16_000 - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + side + side
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)

    with pytest.raises(UnreadableMediaError, match="16000 x 16000 px is too large"):
        read(path)


def test_size_of_a_webp_is_told_without_its_reader(tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    width, height = (16_382).to_bytes(3, "little"), (99).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + width + height
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)

    assert upright_size(path, told(path), 6) == (100, 16_383)


def test_large_jpeg_is_read_at_a_small_scale(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.new("L", (12_000, 9_000), 90).save(path)

    pixels = read(path, max_side_px=800)

    assert pixels.shape == (600, 800, 3)
    assert abs(int(pixels.mean()) - 90) <= 1


@pytest.mark.parametrize("size", [(8, 8), (13, 1), (640, 480), (1, 300), (256, 256), (777, 1234)])
@pytest.mark.parametrize("name", ["a.jxl", "a.webp"])
def test_size_is_read_from_the_first_bytes(
    size: tuple[int, int], name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    Image.new("RGB", size, "green").save(path)

    assert upright_size(path, told(path), 1) == size
    assert read(path, max_side_px=5000).shape[1::-1] == size


@given(st.integers(1, 20_000), st.integers(1, 20_000), st.integers(1, 4000))
def test_fitted_size_never_enlarges_and_keeps_the_aspect(
    width: int, height: int, max_side_px: int
) -> None:
    new_width, new_height = fitted_size(width, height, max_side_px)

    assert 1 <= new_width <= min(width, max(1, max_side_px))
    assert 1 <= new_height <= min(height, max(1, max_side_px))
    if min(new_width, new_height) > 20:
        assert math.isclose(new_width / new_height, width / height, rel_tol=0.06)


@given(st.integers(1, 8), st.integers(1, 9), st.integers(1, 9))
def test_turned_back_is_as_before(orientation: int, width: int, height: int) -> None:
    stored = np.arange(width * height * 3, dtype=np.uint8).reshape(height, width, 3)

    upright = turned(stored, orientation)

    assert upright.shape[1::-1] == turned_size(width, height, orientation)
    assert np.array_equal(turned(upright, INVERSE[orientation]), stored)


@given(st.integers(1, 60_000), st.integers(1, 60_000))
def test_cost_decides_by_size_alone(width: int, height: int) -> None:
    is_dear = width * height * 4 > 700e6

    if is_dear:
        with pytest.raises(UnreadableMediaError, match="too large"):
            refuse_dear(width, height, width * height * 4)
    else:
        refuse_dear(width, height, width * height * 4)


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
def test_a_whole_jpeg_has_the_pixels_that_pillow_decodes(tmp_path: Path, subsampling: str) -> None:
    path = tmp_path / "a.jpg"
    noise = np.random.default_rng(3).integers(0, 255, (101, 67, 3), np.uint8)
    Image.fromarray(noise).resize((301, 203)).save(path, subsampling=subsampling, quality=80)

    pixels = read(path)

    assert np.array_equal(pixels, np.asarray(Image.open(path)))


def test_colours_of_a_whole_jpeg_are_computed_strip_by_strip() -> None:
    shades = np.random.default_rng(4).integers(0, 255, (600, 40, 3), np.uint8)
    starts = range(0, 600, 100)

    whole = as_srgb(shades, profile("swapped"))

    parts = [as_srgb(shades[top : top + 100], profile("swapped")) for top in starts]
    assert not np.array_equal(whole, shades)
    assert np.array_equal(whole, np.concatenate(parts))


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file whose reading fails (EIO)")
def test_picture_that_the_disk_does_not_give_is_not_called_damaged() -> None:
    unreadable = Path("/proc/self/mem")

    with pytest.raises(UnreadableMediaError, match=f"{UNREACHED} .Input/output error"):
        upright_size(unreadable, MediaFormat(kind=MediaKind.PHOTO, name="jpeg"), 1)
