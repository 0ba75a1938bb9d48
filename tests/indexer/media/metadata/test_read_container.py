import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexer.media.metadata.container import container_facts
from indexer.media.metadata.model import DateSource, Metadata

ReadFile = Callable[..., Metadata]
APPLE = "com.apple.quicktime."


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def test_date_with_offset_is_taken_before_utc(tmp_path: Path, read: ReadFile) -> None:
    path = tmp_path / "a.mov"
    path.write_bytes(box(b"ftyp", b"qt  "))

    date = read(
        path,
        "mov",
        creation_time="2021-04-10T10:44:00.000000Z",
        **{APPLE + "creationdate": "2021-04-10T11:43:59+0100"},
    ).date

    assert date.local == datetime.fromisoformat("2021-04-10T11:43:59")
    assert (date.offset, date.source) == (timedelta(hours=1), DateSource.CONTAINER)


def test_creation_time_is_an_instant(tmp_path: Path, read: ReadFile) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(box(b"ftyp", b"isom"))

    date = read(path, "mp4", creation_time="2016-05-31T17:01:35.000000Z").date

    assert date.utc == datetime(2016, 5, 31, 17, 1, 35, tzinfo=UTC)
    assert (date.local, date.offset) == (None, None)


@pytest.mark.parametrize(
    "text", ["1904-01-01T00:00:00.000000Z", "1970-01-01T00:00:00.000000Z", "0000-00-00", ""]
)
def test_epochs_are_no_date(text: str) -> None:
    assert container_facts({"creation_time": text}).dates == ()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("+52.2097-000.8955+103.640/", (52.2097, -0.8955)),
        ("+40.680-074.500/", (40.68, -74.5)),
        ("+4845.5-00212.6/", (48 + 45.5 / 60, -(2 + 12.6 / 60))),
        ("+484530-0021236/", (48 + 45 / 60 + 30 / 3600, -(2 + 12 / 60 + 36 / 3600))),
        ("-33.8599+151.2090+010.0CRSWGS_84/", (-33.8599, 151.209)),
    ],
)
def test_place_is_read_in_every_form_of_iso_6709(text: str, place: tuple[float, float]) -> None:
    found = container_facts({"LOCATION": text}).place

    assert found is not None
    assert (found.latitude, found.longitude) == pytest.approx(place)


@pytest.mark.parametrize("text", ["+00.0000+000.0000/", "+99.0-200.0/", "home", "+48/", ""])
def test_places_that_are_none_stay_empty(text: str) -> None:
    assert container_facts({"location": text}).place is None


def test_model_and_live_photo_identifier() -> None:
    facts = container_facts({APPLE + "model": "iPhone 6s", APPLE + "content.identifier": "E905-AB"})

    assert (facts.camera, facts.pair_id) == ("iPhone 6s", "E905-AB")


def test_three_gpp_date_that_ffmpeg_hides_is_read(tmp_path: Path, read: ReadFile) -> None:
    path = tmp_path / "a.3gp"
    date_box = box(b"udta", box(b"date", b"2018-02-07T10:15:08-0500"))
    path.write_bytes(box(b"ftyp", b"3gp5") + box(b"moov", box(b"mvhd", b"\0" * 100) + date_box))

    date = read(path, "mp4", creation_time="2018-02-07T15:15:30.000000Z").date

    assert date.local == datetime.fromisoformat("2018-02-07T10:15:08")


def test_matroska_date_counts_from_2001(tmp_path: Path, read: ReadFile) -> None:
    path = tmp_path / "a.mkv"
    date = bytes.fromhex("446188") + struct.pack(">q", 86_400 * 10**9)
    info = bytes.fromhex("1549a966") + bytes([0x80 | len(date)]) + date
    path.write_bytes(
        bytes.fromhex("1a45dfa3") + b"\x84test" + bytes.fromhex("18538067") + b"\xff" + info
    )

    found = read(path, "mkv", CREATION_TIME="2016-05-31 17:01:35").date

    assert found.utc == datetime(2001, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tags", "is_ours"),
    [
        ({"comment": "made by memoriesd 0.1"}, True),
        ({"encoder": "memoriesd"}, True),
        ({"title": "memoriesd"}, False),
        ({"comment": "notmemoriesdeither"}, False),
    ],
)
def test_movies_of_ours_are_known_by_their_tags(
    tags: dict[str, str], is_ours: bool, tmp_path: Path, read: ReadFile
) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(box(b"ftyp", b"isom"))

    assert read(path, "mp4", **tags).is_ours is is_ours


@pytest.mark.parametrize("name", ["GOPR0001.MP4", "GH010123.MP4", "GX020123.MP4"])
def test_gopros_clock_knows_no_zone(name: str) -> None:
    facts = container_facts({"creation_time": "2020-07-01T23:30:00.000000Z"}, name=name)

    ((_, claim),) = facts.dates
    assert (claim.local, claim.utc) == (datetime.fromisoformat("2020-07-01T23:30:00"), None)
