import struct
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL.TiffImagePlugin import IFDRational

from indexer.media.metadata.exif import exif_facts
from indexer.media.metadata.model import TRUSTED_DAY_CONFIDENCE, DateSource, Metadata
from indexer.media.metadata.tiff import read_apple_note, read_tiff

MakeJpeg = Callable[..., Path]
ReadFile = Callable[..., Metadata]

MAKE, MODEL, ORIENTATION, SOFTWARE, MODIFIED = 0x010F, 0x0110, 0x0112, 0x0131, 0x0132
TAKEN, DIGITISED, OFFSET, OFFSET_TAKEN, FILE_SOURCE = 0x9003, 0x9004, 0x9010, 0x9011, 0xA300
NORTH_EAST = {1: "N", 2: (48.0, 51.0, 30.24), 3: "E", 4: (2.0, 17.0, 40.2)}


def test_date_taken_comes_with_the_cameras_offset(make_jpeg: MakeJpeg, read: ReadFile) -> None:
    path = make_jpeg(
        image={MODEL: "Pixel 6", MODIFIED: "2024:02:02 10:00:00"},
        exif={TAKEN: "2023:10:06 08:30:00", OFFSET_TAKEN: "+02:00"},
    )

    date = read(path).date

    assert date.source is DateSource.EXIF
    assert date.local == datetime.fromisoformat("2023-10-06T08:30:00")
    assert date.utc == datetime.fromisoformat("2023-10-06T06:30:00+00:00")
    assert date.offset == timedelta(hours=2)


@pytest.mark.parametrize(
    ("modified", "offset_h"), [("2023:10:06 08:30:00", 9), ("2023:10:20 08:30:00", None)]
)
def test_offset_of_editing_is_not_the_offset_of_taking(
    modified: str, offset_h: int | None, make_jpeg: MakeJpeg, read: ReadFile
) -> None:
    path = make_jpeg(
        image={MODEL: "Pixel 6", MODIFIED: modified},
        exif={TAKEN: "2023:10:06 08:30:00", OFFSET: "+09:00"},
    )

    assert read(path).date.offset == (None if offset_h is None else timedelta(hours=offset_h))


@pytest.mark.parametrize(
    ("gps", "place"),
    [
        (NORTH_EAST, (48.8584, 2.2945)),
        ({**NORTH_EAST, 1: "S", 3: "W"}, (-48.8584, -2.2945)),
        ({2: (48.8584, 0.0, 0.0), 4: (2.2945, 0.0, 0.0)}, (48.8584, 2.2945)),
        ({1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)}, (None, None)),
        ({1: "N", 2: (999.0, 0.0, 0.0), 3: "E", 4: (999.0, 0.0, 0.0)}, (None, None)),
        ({3: "E", 4: (2.0, 17.0, 40.2)}, (None, None)),
        ({**NORTH_EAST, 2: (IFDRational(1, 0),) * 3}, (None, None)),
    ],
)
def test_place_is_read_or_left_empty(
    gps: dict[int, object],
    place: tuple[float | None, float | None],
    make_jpeg: MakeJpeg,
    read: ReadFile,
) -> None:
    path = make_jpeg(gps=gps)

    found = read(path)

    assert (found.latitude, found.longitude) == pytest.approx(place, abs=1e-5)


@pytest.mark.parametrize(
    ("image", "exif"),
    [
        ({MODEL: "Perfection V600"}, {TAKEN: "2020:05:05 10:00:00"}),
        ({MAKE: "NORITSU KOKI", MODEL: "QSS"}, {TAKEN: "2004:05:05 10:00:00"}),
        ({SOFTWARE: "VueScan 9"}, {DIGITISED: "2020:05:05 10:00:00"}),
        ({MODEL: "X"}, {TAKEN: "2020:05:05 10:00:00", FILE_SOURCE: b"\1"}),
        ({SOFTWARE: "Adobe Photoshop", MODIFIED: "2020:05:05 10:00:00"}, {}),
    ],
)
def test_day_of_scanning_or_editing_cannot_be_trusted(
    image: dict[int, object], exif: dict[int, object], make_jpeg: MakeJpeg, read: ReadFile
) -> None:
    path = make_jpeg(image=image, exif=exif)

    date = read(path).date

    assert date.local is not None
    assert date.confidence < TRUSTED_DAY_CONFIDENCE


def test_date_that_a_person_gave_a_scan_is_trusted(make_jpeg: MakeJpeg, read: ReadFile) -> None:
    path = make_jpeg(
        image={MODEL: "CanoScan 9000F"},
        exif={TAKEN: "1987:06:12 12:00:00", DIGITISED: "2020:05:05 10:00:00"},
    )

    date = read(path).date

    assert date.local == datetime.fromisoformat("1987-06-12T12:00:00")
    assert date.confidence >= TRUSTED_DAY_CONFIDENCE


def test_cameras_own_modify_date_is_trusted(make_jpeg: MakeJpeg, read: ReadFile) -> None:
    path = make_jpeg(image={MODEL: "QV-10", SOFTWARE: "1.0", MODIFIED: "2001:05:05 10:00:00"})

    date = read(path).date

    assert date.confidence >= TRUSTED_DAY_CONFIDENCE


def test_camera_name_cannot_carry_control_codes(make_jpeg: MakeJpeg, read: ReadFile) -> None:
    path = make_jpeg(image={MODEL: " EOS \x1b[31m  5D\x07 "})

    assert read(path).camera == "EOS [31m 5D"


@pytest.mark.parametrize(("told", "used"), [(6, 6), (8, 8), (0, 1), (9, 1), (None, 1)])
def test_orientation_that_does_not_exist_is_upright(
    told: int | None, used: int, make_jpeg: MakeJpeg, read: ReadFile
) -> None:
    path = make_jpeg(image={} if told is None else {ORIENTATION: told})

    assert read(path).orientation == used


def test_live_photo_identifier_is_in_apples_note() -> None:
    identifier = b"E905E6C6-C747-4805-942F-9904A0281F02\0"
    note = b"Apple iOS\0\0\1MM" + struct.pack(">HHHII", 1, 0x11, 2, len(identifier), 28)

    tags = read_apple_note(note + identifier)

    assert tags == {0x11: identifier}


@pytest.mark.parametrize(
    "note", [b"", b"Apple iOS\0", b"Nikon\0\2\x10\0\0MM\0*", b"Apple iOS\0\0\1XX"]
)
def test_other_makers_notes_are_left_alone(note: bytes) -> None:
    assert read_apple_note(note) == {}


@pytest.mark.parametrize("order", ["<", ">"])
def test_big_tiff_is_read(order: str) -> None:
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HHHQ", 43, 8, 0, 16)
    entry = struct.pack(order + "HHQ", ORIENTATION, 3, 1) + struct.pack(order + "H", 6).ljust(
        8, b"\0"
    )

    tags = read_tiff(BytesIO(head + struct.pack(order + "Q", 1) + entry))

    assert tags == {ORIENTATION: (6,)}


def test_wild_counts_and_loops_cost_only_their_own_tags() -> None:
    entries = [
        struct.pack("<HHII", MODEL, 2, 0xFFFFFFFF, 8),
        struct.pack("<HHIHH", ORIENTATION, 3, 1, 6, 0),
        struct.pack("<HHII", 0x8769, 4, 1, 8),
        struct.pack("<HHII", 0x8825, 4, 1, 8),
    ]
    body = b"II*\0" + struct.pack("<IH", 8, 65535) + b"".join(entries)

    tags = read_tiff(BytesIO(body))

    assert tags is not None
    assert tags[ORIENTATION] == (6,)
    assert len(exif_facts(tags).camera or "") <= 200


@given(st.binary(max_size=300))
def test_no_bytes_behind_a_tiff_header_raise(body: bytes) -> None:
    for head in (b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"II+\0\x08\0\0\0"):
        tags = read_tiff(BytesIO(head + body))

        assert exif_facts(tags or {}).orientation in {None, *range(1, 9)}
