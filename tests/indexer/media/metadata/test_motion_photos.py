import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.media.metadata.model import Metadata

MakeJpeg = Callable[..., Path]
ReadFile = Callable[..., Metadata]

CLIP = struct.pack(">I4s", 16, b"ftyp") + b"isom\0\0\0\0" + b"m" * 84
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    'xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" '
    'xmlns:Container="http://ns.google.com/photos/1.0/container/" '
    'xmlns:Item="http://ns.google.com/photos/1.0/container/item/" {}</rdf:Description></rdf:RDF>'
)
ITEM = (
    '<rdf:li rdf:parseType="Resource">'
    '<Container:Item Item:Semantic="{}" Item:Length="{}"/></rdf:li>'
)


def directory(*items: tuple[str, int]) -> str:
    listed = "".join(ITEM.format(*item) for item in items)
    return RDF.format(f"><Container:Directory><rdf:Seq>{listed}</rdf:Seq></Container:Directory>")


@pytest.mark.parametrize(
    ("xmp", "behind"),
    [
        (RDF.format('GCamera:MicroVideo="1" GCamera:MicroVideoOffset="100">'), b""),
        (directory(("Primary", 0), ("MotionPhoto", 100)), b""),
        (directory(("Primary", 0), ("MotionPhoto", 100), ("GainMap", 7)), b"gainmap"),
    ],
)
def test_clip_that_xmp_promises_is_found(
    xmp: str, behind: bytes, make_jpeg: MakeJpeg, read: ReadFile
) -> None:
    path = make_jpeg(xmp=xmp, behind=CLIP + behind)

    offset = read(path).motion_offset

    assert offset is not None
    assert path.read_bytes()[offset:].startswith(CLIP)


def test_promise_that_an_editor_left_behind_is_no_clip(make_jpeg: MakeJpeg, read: ReadFile) -> None:
    path = make_jpeg(xmp=directory(("Primary", 0), ("MotionPhoto", 100)), behind=b"x" * 120)

    assert read(path).motion_offset is None


def test_samsung_trailer_leads_to_the_clip(make_jpeg: MakeJpeg, read: ReadFile) -> None:
    block = struct.pack("<HHI", 0, 0x0A30, 16) + b"MotionPhoto_Data" + CLIP
    entry = struct.pack("<HHII", 0, 0x0A30, len(block), len(block))
    listed = b"SEFH" + struct.pack("<II", 106, 1) + entry
    path = make_jpeg(behind=block + listed + struct.pack("<I", len(listed)) + b"SEFT")

    offset = read(path).motion_offset

    assert offset is not None
    assert path.read_bytes()[offset:].startswith(CLIP)


@pytest.mark.parametrize("tail", [b"SEFT", b"\xff\xff\xff\xffSEFT", b"SEFH\0\0\0\0\x08\0\0\0SEFT"])
def test_broken_trailer_is_no_clip(tail: bytes, make_jpeg: MakeJpeg, read: ReadFile) -> None:
    path = make_jpeg(behind=tail)

    assert read(path).motion_offset is None
