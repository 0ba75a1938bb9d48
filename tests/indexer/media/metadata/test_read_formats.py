import struct
import zlib
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pillow_heif
import pillow_jxl  # noqa: F401  # registers the format
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from indexer.errors import UnreadableMediaError
from indexer.media.metadata.blocks import find_blocks
from indexer.media.metadata.model import Metadata

MakeJpeg = Callable[..., Path]
ReadFile = Callable[..., Metadata]

XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Model="In XMP" tiff:Orientation="3"/>'
    b"</rdf:RDF></x:xmpmeta>"
)


def exif() -> Image.Exif:
    tags = Image.Exif()
    tags[0x0110] = "Test 1"
    tags.get_ifd(0x8769)[0x9003] = "2020:01:02 03:04:05"
    return tags


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF", "JXL"])
def test_exif_is_found_in_every_format(name: str, tmp_path: Path, read: ReadFile) -> None:
    path = tmp_path / "a.bin"
    picture = Image.new("RGB", (16, 16), "teal")
    if name == "HEIF":
        pillow_heif.from_pillow(picture).save(path, exif=exif().tobytes())
    else:
        picture.save(path, name, exif=exif().tobytes())

    found = read(path, name.lower())

    assert found.camera == "Test 1"
    assert found.date.local == datetime.fromisoformat("2020-01-02T03:04:05")


@pytest.mark.parametrize("is_packed", [False, True])
def test_xmp_of_png_is_read_packed_or_not(is_packed: bool, tmp_path: Path, read: ReadFile) -> None:
    buffer = BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "PNG")
    flags = b"\1\0\0\0" if is_packed else b"\0\0\0\0"
    body = b"XML:com.adobe.xmp\0" + flags + (zlib.compress(XMP) if is_packed else XMP)
    chunk = (
        struct.pack(">I4s", len(body), b"iTXt")
        + body
        + struct.pack(">I", zlib.crc32(b"iTXt" + body))
    )
    raw = buffer.getvalue()
    path = tmp_path / "a.png"
    path.write_bytes(raw[:-12] + chunk + raw[-12:])

    found = read(path, "png")

    assert (found.camera, found.orientation) == ("In XMP", 3)


def test_packed_text_cannot_swell(tmp_path: Path) -> None:
    packed = zlib.compress(b" " * (64 << 20))
    body = b"XML:com.adobe.xmp\0\1\0\0\0" + packed
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", len(body), b"iTXt") + body)

    with path.open("rb") as file:
        blocks = find_blocks(file)

    assert blocks.xmp is not None
    assert len(blocks.xmp) <= 4 << 20


def test_xmp_orientation_of_a_jpeg_is_not_followed(make_jpeg: MakeJpeg, read: ReadFile) -> None:
    path = make_jpeg(xmp=XMP.decode())

    found = read(path)

    assert (found.camera, found.orientation) == ("In XMP", 1)


def test_canon_cr3_has_its_directories_in_the_movie_box(tmp_path: Path, read: ReadFile) -> None:
    image = Image.Exif()
    image[0x0110] = "EOS R5"
    details = struct.pack("<HHHII", 1, 0x9003, 2, 20, 26) + b"\0" * 4 + b"2020:01:02 03:04:05\0"
    uuid = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
    canon = box(b"CMT1", image.tobytes()[6:]) + box(b"CMT2", b"II*\0\x08\0\0\0" + details)
    path = tmp_path / "a.cr3"
    path.write_bytes(box(b"ftyp", b"crx \0\0\0\1") + box(b"moov", box(b"uuid", uuid + canon)))

    found = read(path, "raw")

    assert found.camera == "EOS R5"
    assert found.date.local == datetime.fromisoformat("2020-01-02T03:04:05")


@pytest.mark.parametrize("magic", [b"IIU\0", b"IIRO", b"IIRS"])
def test_tiff_variants_of_camera_makers_are_read(
    magic: bytes, tmp_path: Path, read: ReadFile
) -> None:
    path = tmp_path / "a.raw"
    path.write_bytes(magic + struct.pack("<IHHHIHH", 8, 1, 0x0112, 3, 1, 8, 0))

    assert read(path, "raw").orientation == 8


def test_fujifilm_raw_points_to_a_jpeg(make_jpeg: MakeJpeg, tmp_path: Path, read: ReadFile) -> None:
    jpeg = make_jpeg(image={0x0110: "X100"}).read_bytes()
    path = tmp_path / "a.raf"
    head = b"FUJIFILMCCD-RAW 0201".ljust(84, b"\0") + struct.pack(">II", 160, len(jpeg))
    path.write_bytes(head.ljust(160, b"\0") + jpeg)

    assert read(path, "raw").camera == "X100"


def test_file_that_is_gone_is_unreadable(tmp_path: Path, read: ReadFile) -> None:
    with pytest.raises(UnreadableMediaError, match="No such file"):
        read(tmp_path / "gone.jpg")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_damage_raises(data: st.DataObject, tmp_path: Path, read: ReadFile) -> None:
    buffer = BytesIO()
    kind = data.draw(st.sampled_from(["JPEG", "PNG", "WEBP", "TIFF", "AVIF"]))
    Image.new("RGB", (4, 4)).save(buffer, kind, exif=exif().tobytes())
    raw = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "a.bin"
    path.write_bytes(raw[: data.draw(st.integers(0, len(raw)))])

    found = read(path, kind.lower())

    assert found.orientation in range(1, 9)


@pytest.mark.parametrize(
    "content",
    [
        b"II+\0\x08\0\0\0" + struct.pack("<Q", 1 << 62),
        b"\x1a\x45\xdf\xa3\x80" + b"\x53\xab\x01" + b"\xff" * 6 + b"\xfe",
        box(b"ftyp", b"isom") + struct.pack(">I4sQ", 1, b"mdat", (1 << 63) - 1) + b"x" * 32,
        b"FUJIFILMCCD-RAW".ljust(84, b"\0") + b"\xff" * 8,
    ],
)
def test_places_that_no_file_reaches_are_not_sought(
    content: bytes, tmp_path: Path, read: ReadFile
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(content)

    assert read(path).camera is None
