from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.media.metadata.model import (
    TRUSTED_DAY_CONFIDENCE,
    DateRank,
    DateSource,
    Facts,
    Metadata,
)
from indexer.media.metadata.xmp import xmp_facts

MakeJpeg = Callable[..., Path]
ReadFile = Callable[..., Metadata]

PACKET = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
 xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"
 xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#"
 xmlns:MP="http://ns.microsoft.com/photo/1.2/"
 xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#"
 xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#"
 {attributes}>{elements}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""

MWG_FACE = """<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:AppliedToDimensions
 stDim:w="{w}" stDim:h="{h}" stDim:unit="pixel"/><mwg-rs:RegionList><rdf:Bag>
 <rdf:li><rdf:Description mwg-rs:Name="Ada" mwg-rs:Type="Face"><mwg-rs:Area stArea:x="0.3"
 stArea:y="0.4" stArea:w="0.2" stArea:h="0.4" stArea:unit="normalized"/></rdf:Description></rdf:li>
 <rdf:li rdf:parseType="Resource"><mwg-rs:Type>Pet</mwg-rs:Type><mwg-rs:Name>Rex</mwg-rs:Name>
 <mwg-rs:Area stArea:x="0.3" stArea:y="0.4" stArea:w="0.2" stArea:h="0.4"/></rdf:li>
 </rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>"""

MICROSOFT_FACE = """<MP:RegionInfo rdf:parseType="Resource"><MPRI:Regions><rdf:Bag>
 <rdf:li MPReg:PersonDisplayName="Ada" MPReg:Rectangle="0.2, 0.2, 0.2, 0.4"/>
 <rdf:li MPReg:Rectangle="0.5, 0.5, 0.1, 0.1"/></rdf:Bag></MPRI:Regions></MP:RegionInfo>"""


def packet(attributes: str = "", elements: str = "") -> str:
    return PACKET.format(attributes=attributes, elements=elements)


def facts_of(text: str | bytes) -> Facts:
    raw = text.encode() if isinstance(text, str) else text
    return xmp_facts(raw, rank=DateRank.SIDECAR_XMP, tells_orientation=True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_packet_is_read_in_every_encoding(encoding: str) -> None:
    text = packet('exif:DateTimeOriginal="2000-09-27T14:35:33+02:00" tiff:Model="Müller 1"')

    facts = facts_of(text.encode(encoding))

    assert facts.camera == "Müller 1"
    assert facts.dates[0][1].offset == timedelta(hours=2)


def test_elements_and_attributes_tell_alike() -> None:
    written = facts_of(
        packet(
            elements="<exif:GPSLatitude>40,14.5S</exif:GPSLatitude>"
            "<exif:GPSLongitude>76,17,30W</exif:GPSLongitude>"
        )
    )
    attributes = facts_of(packet('exif:GPSLatitude="40,14.5S" exif:GPSLongitude="76,17,30W"'))

    assert written.place is not None
    assert written.place == attributes.place
    assert written.place.latitude == pytest.approx(-(40 + 14.5 / 60))
    assert written.place.longitude == pytest.approx(-(76 + 17.5 / 60))


def test_time_is_taken_before_a_mere_day() -> None:
    facts = facts_of(
        packet('photoshop:DateCreated="2003-08-30" xmp:CreateDate="2003-09-05T16:30:00"')
    )

    assert [claim.is_day_only for _, claim in facts.dates] == [False, True]


def test_creation_by_a_program_is_not_a_day_to_celebrate() -> None:
    edited = facts_of(packet('xmp:CreateDate="2014-09-18T14:29:04+03:00"')).dates[0][1]
    by_camera = facts_of(
        packet('xmp:CreateDate="2014-09-18T14:29:04+03:00" tiff:Model="D5"')
    ).dates[0][1]

    assert edited.confidence < TRUSTED_DAY_CONFIDENCE <= by_camera.confidence


@pytest.mark.parametrize(("rating", "is_favourite"), [("5", True), ("4", False), ("-1", False)])
def test_five_stars_are_a_favourite(rating: str, is_favourite: bool) -> None:
    assert facts_of(packet(f'xmp:Rating="{rating}"')).is_favourite is is_favourite


def test_keywords_keep_their_order_once() -> None:
    words = "".join(f"<rdf:li>{word}</rdf:li>" for word in ("sea", " sun ", "sea", ""))

    facts = facts_of(packet(elements=f"<dc:subject><rdf:Bag>{words}</rdf:Bag></dc:subject>"))

    assert facts.keywords == ("sea", "sun")


@pytest.mark.parametrize("face", [MWG_FACE.format(w=80, h=60), MICROSOFT_FACE])
def test_named_faces_of_both_schemes(face: str) -> None:
    regions = facts_of(packet(elements=face)).regions

    assert regions is not None
    (found,) = regions.faces
    assert found.name == "Ada"
    box = (found.x_norm, found.y_norm, found.w_norm, found.h_norm)
    assert box == pytest.approx((0.2, 0.2, 0.2, 0.4))


@pytest.mark.parametrize(
    ("orientation", "drawn_on", "box"),
    [
        (1, (80, 60), (0.2, 0.2, 0.2, 0.4)),
        (3, (80, 60), (0.6, 0.4, 0.2, 0.4)),
        (6, (80, 60), (0.4, 0.2, 0.4, 0.2)),
        (8, (80, 60), (0.2, 0.6, 0.4, 0.2)),
        (6, (60, 80), (0.2, 0.2, 0.2, 0.4)),
    ],
)
def test_faces_are_turned_upright_once(
    orientation: int,
    drawn_on: tuple[int, int],
    box: tuple[float, ...],
    make_jpeg: MakeJpeg,
    read: ReadFile,
) -> None:
    face = MWG_FACE.format(w=drawn_on[0], h=drawn_on[1])
    path = make_jpeg(image={0x0112: orientation}, xmp=packet(elements=face), size=(80, 60))

    (found,) = read(path).face_names

    assert (found.x_norm, found.y_norm, found.w_norm, found.h_norm) == pytest.approx(box)


@pytest.mark.parametrize("name", ["a.jpg.xmp", "a.xmp", "a.XMP"])
def test_sidecar_tells_what_the_picture_does_not(
    name: str, make_jpeg: MakeJpeg, read: ReadFile
) -> None:
    path = make_jpeg()
    text = packet('exif:DateTimeOriginal="2018-10-04T19:21:55-04:00" tiff:Model="NIKON D5"')
    path.with_name(name).write_text(text)

    found = read(path)

    assert (found.date.source, found.camera) == (DateSource.XMP, "NIKON D5")
    assert found.date.local == datetime.fromisoformat("2018-10-04T19:21:55")


def test_picture_is_heard_before_its_sidecar(make_jpeg: MakeJpeg, read: ReadFile) -> None:
    path = make_jpeg(exif={0x9003: "2011:07:10 19:34:28"})
    path.with_name("a.xmp").write_text(packet('exif:DateTimeOriginal="2012-01-02T00:00:01"'))

    assert read(path).date.source is DateSource.EXIF


def test_entities_are_refused_unread(make_jpeg: MakeJpeg, read: ReadFile, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    path = make_jpeg()
    doctype = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    path.with_name("a.xmp").write_text(doctype + packet('tiff:Model="&e;"'))

    assert read(path).camera is None


@pytest.mark.parametrize(
    "elements",
    [
        "<a>" * 40_000 + "</a>" * 40_000,
        "<a/>" * 500_000,
        "<mwg-rs:RegionList>" + "<rdf:li>" * 20_000 + "</rdf:li>" * 20_000 + "</mwg-rs:RegionList>",
    ],
)
def test_nested_and_endless_packets_take_no_time(elements: str) -> None:
    facts = facts_of(packet('tiff:Model="X"', elements))

    assert facts.camera in {"X", None}
    assert facts.regions is None


def test_sidecar_that_would_block_or_swell_is_left_alone(
    make_jpeg: MakeJpeg, read: ReadFile, tmp_path: Path
) -> None:
    path = make_jpeg()
    path.with_name("a.jpg.xmp").symlink_to(tmp_path / "a.jpg.xmp")
    (tmp_path / "a.jpg.json").mkdir()

    assert read(path).camera is None


@given(st.binary(max_size=200), st.integers(0, len(PACKET)))
def test_no_bytes_raise(noise: bytes, cut: int) -> None:
    text = packet('exif:DateTimeOriginal="2018-10-04T19:21:55"').encode()

    facts = facts_of(text[:cut] + noise + text[cut:])

    assert len(facts.dates) <= 1
