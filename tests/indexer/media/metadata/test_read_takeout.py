import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.media.metadata.model import TRUSTED_DAY_CONFIDENCE, DateSource, Metadata
from indexer.media.metadata.takeout import sidecar_name, takeout_facts

MakeJpeg = Callable[..., Path]
ReadFile = Callable[..., Metadata]

TOLD = {
    "title": "../../etc/passwd",
    "creationTime": {"timestamp": "1697872351"},
    "photoTakenTime": {"timestamp": "1696573800"},
    "geoData": {"latitude": 48.85, "longitude": 2.29},
    "favorited": True,
}


@pytest.mark.parametrize(
    ("name", "sidecar"),
    [
        ("IMG_1.jpg", "IMG_1.jpg.json"),
        ("IMG_1.jpg", "IMG_1.jpg.supplemental-metadata.json"),
        ("PXL_20231006_063029647.jpg", "PXL_20231006_063029647.jpg.supplemental-metada.json"),
        ("PXL_20231006_063029647.MP.jpg", "PXL_20231006_063029647.MP.jpg.supplemental-met.json"),
        ("IMG_1.jpg", "IMG_1.jpg.suppl.json"),
        ("IMG_1(1).jpg", "IMG_1.jpg(1).json"),
        ("IMG_1(12).jpg", "IMG_1.jpg.supplemental-metadata(12).json"),
        ("IMG_1-edited.jpg", "IMG_1.jpg.json"),
        ("IMG_1-bearbeitet.jpg", "IMG_1.jpg.supplemental-metadata.json"),
        ("IMG_1-edited(1).jpg", "IMG_1.jpg(1).json"),
        ("IMG_1.MP4", "IMG_1.HEIC.json"),
        ("x" * 50 + ".jpg", "x" * 46 + ".json"),
    ],
)
def test_every_form_of_the_name_is_found(name: str, sidecar: str) -> None:
    siblings = frozenset({name, sidecar, "metadata.json", "other.jpg.json"})

    assert sidecar_name(name, siblings) == sidecar


@pytest.mark.parametrize(
    ("name", "siblings"),
    [
        ("IMG_1.jpg", {"IMG_1.jpg(1).json", "metadata.json", "IMG_10.jpg.json"}),
        ("IMG_1(1).jpg", {"IMG_1.jpg.json"}),
        ("IMG_1.jpg", {"IMG_1.json"}),
    ],
)
def test_sidecars_of_others_are_not_taken(name: str, siblings: set[str]) -> None:
    assert sidecar_name(name, frozenset(siblings)) is None


def test_sidecar_tells_instant_place_and_favourite(make_jpeg: MakeJpeg, read: ReadFile) -> None:
    path = make_jpeg()
    path.with_name("a.jpg.supplemental-metadata.json").write_text(json.dumps(TOLD))

    found = read(path)

    assert found.date.source is DateSource.TAKEOUT
    assert (found.date.local, found.date.offset) == (None, None)
    assert found.date.utc == datetime.fromisoformat("2023-10-06T06:30:00+00:00")
    assert (found.latitude, found.longitude, found.favourite) == (48.85, 2.29, True)


def test_moment_of_the_upload_is_not_a_day_to_celebrate() -> None:
    told = {**TOLD, "creationTime": TOLD["photoTakenTime"]}

    ((_, claim),) = takeout_facts(json.dumps(told).encode()).dates

    assert claim.confidence < TRUSTED_DAY_CONFIDENCE


@pytest.mark.parametrize(
    "text",
    [
        '{"photoTakenTime": {"timestamp": "99999999999999999999"}}',
        '{"photoTakenTime": {"timestamp": "99999999999999"}}',
        '{"photoTakenTime": {"timestamp": "0"}}',
        '{"photoTakenTime": [1, 2], "geoData": "here"}',
        '{"geoData": {"latitude": NaN, "longitude": 1e999}}',
        '{"geoData": {"latitude": ' + "9" * 400 + ', "longitude": 1}}',
        '{"geoData": {"latitude": ' + "9" * 5000 + ', "longitude": 1}}',
        '{"geoData": {"latitude": 0.0, "longitude": 0.0}}',
        '{"photoTakenTime": {"timestamp": "16965',
        "[" * 100_000,
        "[1, 2]",
        "",
    ],
)
def test_odd_sidecars_tell_nothing(text: str) -> None:
    facts = takeout_facts(text.encode())

    assert (facts.dates, facts.place) == ((), None)


@given(st.binary(max_size=100))
def test_no_bytes_raise(text: bytes) -> None:
    assert takeout_facts(text).dates == ()
