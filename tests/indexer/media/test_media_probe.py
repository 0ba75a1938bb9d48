import io
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pillow_heif
import pillow_jxl  # noqa: F401  # registers the format that one case saves
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from indexer.errors import UnreadableMediaError
from indexer.media.boxes import brands
from indexer.media.probe import MediaKind, recognise, recognise_file

SAVED = ["jpeg", "png", "gif", "tiff", "bmp", "webp", "avif", "jxl", "heic", "mpo"]


def _encoded(image: Image.Image, name: str) -> bytes:
    buffer = io.BytesIO()
    if name == "heic":
        pillow_heif.from_pillow(image).save(buffer)
    elif name == "mpo":
        image.save(buffer, "MPO", save_all=True, append_images=[image])
    else:
        image.save(buffer, name.upper())
    return buffer.getvalue()


@pytest.fixture
def picture() -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8))


@pytest.mark.parametrize("name", SAVED)
def test_pictures_are_recognised_whatever_their_name(
    name: str, picture: Image.Image, tmp_path: Path
) -> None:
    path = tmp_path / "lies.txt"
    path.write_bytes(_encoded(picture, name))

    found = recognise(path)

    assert found is not None
    assert (found.kind, found.name) == (MediaKind.PHOTO, name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.mp4", "mp4"), ("a.mov", "mov"), ("a.mkv", "mkv"), ("a.avi", "avi"), ("a.ts", "ts"),
     ("a.flv", "flv"), ("a.wmv", "wmv"), ("a.mpg", "mpg")],
)  # fmt: skip
def test_videos_are_recognised(
    name: str, expected: str, make_clip: Callable[..., Path], quarters: object, tmp_path: Path
) -> None:
    codec = "libx264" if name[2:] in {"mp4", "mov", "mkv", "ts"} else "mpeg2video"
    codec = {"flv": "flv1", "wmv": "wmv2", "avi": "mpeg4"}.get(name[2:], codec)
    clip = make_clip([quarters] * 3, name, codec=codec, fps=25)
    renamed = clip.rename(tmp_path / "photo.jpg")

    found = recognise(renamed)

    assert found is not None
    assert (found.kind, found.name) == (MediaKind.VIDEO, expected)


@pytest.mark.parametrize(
    "content",
    [b"", b"plain text", b"#EXTM3U\n/etc/passwd\n", b"ffconcat version 1.0\nfile x\n",
     b"%!PS-Adobe-3.0 EPSF-3.0", b"%PDF-1.4", b"<svg xmlns='http://www.w3.org/2000/svg'/>",
     b"\0\0\0\x14ftypM4A \0\0\0\0isom", b"OggS" + bytes(40), b"BM is a car maker in Munich"],
)  # fmt: skip
def test_scripts_sound_and_text_are_no_media(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "holiday.mp4"
    path.write_bytes(content)

    assert recognise(path) is None


@pytest.mark.parametrize("order", ["<", ">"])
def test_tiff_with_a_dng_version_is_camera_raw(order: str) -> None:
    mark = b"II" if order == "<" else b"MM"
    entry = struct.pack(order + "HHI4s", 0xC612, 1, 4, b"\1\4\0\0")
    data = mark + struct.pack(order + "HIH", 42, 8, 1) + entry + struct.pack(order + "I", 0)

    found = recognise_file(io.BytesIO(data))

    assert found is not None
    assert found.name == "raw"


def test_tiff_directory_that_points_at_itself_is_read_once() -> None:
    data = b"II" + struct.pack("<HIH", 42, 8, 0) + struct.pack("<I", 8)

    found = recognise_file(io.BytesIO(data))

    assert found is not None
    assert found.name == "tiff"


def test_missing_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMediaError, match="cannot be read \\(No such file"):
        recognise(tmp_path / "gone.jpg")


@given(
    st.sampled_from([b"", b"II*\0", b"\xff\xd8\xff\xe2", b"\0\0\0\x18ftyp", b"RIFF\0\0\0\0"]),
    st.binary(max_size=300),
)
def test_no_content_makes_recognition_fail(start: bytes, rest: bytes) -> None:
    found = recognise_file(io.BytesIO(start + rest))

    assert found is None or found.name


def test_brands_end_with_their_box() -> None:
    head = b"\0\0\0\x14ftypavif\0\0\0\0mif1" + b"\0\0\0\x08free"

    assert brands(head) == ("avif", "mif1")
