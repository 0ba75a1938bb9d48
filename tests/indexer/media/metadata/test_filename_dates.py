from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.media.metadata.filename import filename_facts
from indexer.media.metadata.model import TRUSTED_DAY_CONFIDENCE, DateClaim


def claim_of(name: str) -> DateClaim | None:
    dates = filename_facts(name).dates
    return dates[0][1] if dates else None


@pytest.mark.parametrize(
    ("name", "local"),
    [
        ("IMG_20200102_030405.jpg", "2020-01-02T03:04:05"),
        ("VID_20200102_030405.mp4", "2020-01-02T03:04:05"),
        ("IMG_20200102_030405_BURST001.jpg", "2020-01-02T03:04:05"),
        ("IMG_20200102_030405678.jpg", "2020-01-02T03:04:05"),
        ("20200102_030405.jpg", "2020-01-02T03:04:05"),
        ("20200102_030405(1).jpg", "2020-01-02T03:04:05"),
        ("20200102030405.jpg", "2020-01-02T03:04:05"),
        ("Screenshot_20200102-030405.png", "2020-01-02T03:04:05"),
        ("Screenshot_20200102-030405_Chrome.jpg", "2020-01-02T03:04:05"),
        ("Screenshot_2024-05-17-12-00-00.jpg", "2024-05-17T12:00:00"),
        ("Screenshot 2019-05-21 at 10.45.52.png", "2019-05-21T10:45:52"),
        ("Screen Shot 2019-05-21 at 1.45.52 PM.png", "2019-05-21T13:45:52"),
        ("Screen Shot 2019-05-21 at 12.05.52 AM.png", "2019-05-21T00:05:52"),
        ("2020-01-02 03.04.05.jpg", "2020-01-02T03:04:05"),
        ("2020-01-02 03.04.05-1.jpg", "2020-01-02T03:04:05"),
        ("photo_2020-01-30_09-57-18.jpg", "2020-01-30T09:57:18"),
        ("signal-2020-01-02-030405.jpg", "2020-01-02T03:04:05"),
        ("signal-2020-01-02-03-04-05-678.jpg", "2020-01-02T03:04:05"),
        ("WhatsApp Image 2020-01-02 at 03.04.05.jpeg", "2020-01-02T03:04:05"),
        ("WP_20140102_03_04_05_Pro.jpg", "2014-01-02T03:04:05"),
        ("C360_2013-01-02-03-04-05-678.jpg", "2013-01-02T03:04:05"),
    ],
)
def test_time_in_the_name_is_local_time(name: str, local: str) -> None:
    claim = claim_of(name)

    assert claim is not None
    assert (claim.local, claim.utc) == (datetime.fromisoformat(local), None)
    assert not claim.is_day_only


@pytest.mark.parametrize(
    "name",
    [
        "IMG-20200102-WA0001.jpg",
        "VID-20200102-WA0001.mp4",
        "WP_20200102_001.jpg",
        "2020-01-02 Oma.jpg",
        "20200102.jpg",
        "IMG_20200102_999999.jpg",
    ],
)
def test_day_in_the_name_is_a_day_that_can_be_trusted(name: str) -> None:
    claim = claim_of(name)

    assert claim is not None
    assert (claim.local, claim.is_day_only) == (datetime.fromisoformat("2020-01-02"), True)
    assert claim.confidence >= TRUSTED_DAY_CONFIDENCE


@pytest.mark.parametrize(
    ("name", "utc"),
    [
        ("PXL_20231006_063000139.jpg", "2023-10-06T06:30:00+00:00"),
        ("PXL_20231006_063000139.MP.jpg", "2023-10-06T06:30:00+00:00"),
        ("1715961600000.jpg", "2024-05-17T16:00:00+00:00"),
        ("FB_IMG_1577934245000.jpg", "2020-01-02T03:04:05+00:00"),
    ],
)
def test_names_that_count_in_utc_tell_an_instant(name: str, utc: str) -> None:
    claim = claim_of(name)

    assert claim is not None
    assert (claim.local, claim.utc) == (None, datetime.fromisoformat(utc))


@pytest.mark.parametrize(
    "name",
    [
        "DSC01234.JPG",
        "IMG_4120 (1).JPG",
        "P1000123.MP4",
        "received_10153912345678901.jpeg",
        "PinClipart.com_gopher-clipart_4000224.jpg",
        "20201332.jpg",
        "2021-02-30.jpg",
        "9999999999999.jpg",
        "",
    ],
)
def test_counters_are_not_dates(name: str) -> None:
    assert claim_of(name) is None


@given(st.text(max_size=60))
def test_no_name_raises(name: str) -> None:
    claim = claim_of(name)

    assert claim is None or claim.confidence >= TRUSTED_DAY_CONFIDENCE


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)))  # noqa: DTZ001  # wall clocks
def test_names_of_a_camera_round_trip(when: datetime) -> None:
    claim = claim_of(f"IMG_{when:%Y%m%d_%H%M%S}.jpg")

    assert claim is not None
    assert claim.local == when.replace(microsecond=0)
