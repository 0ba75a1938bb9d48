from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.media.metadata.model import DateSource
from indexer.media.metadata.stamps import instant_claim, local_claim, parse_offset, parse_stamp


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2020:01:02 03:04:05", "2020-01-02T03:04:05"),
        ("2020-01-02T03:04:05Z", "2020-01-02T03:04:05"),
        ("2020/01/02 03:04:05", "2020-01-02T03:04:05"),
        ("2020-01-02T03:04:05.678+02:00", "2020-01-02T03:04:05"),
        ("2016-12-31 23:59:60", "2016-12-31T23:59:59"),
        ("2020:01:02 03:04", "2020-01-02T03:04:00"),
        ("2020:01:02", "2020-01-02T00:00:00"),
    ],
)
def test_dates_are_read_in_every_spelling(text: str, local: str) -> None:
    stamp = parse_stamp(text)

    assert stamp is not None
    assert stamp.local == datetime.fromisoformat(local)


@pytest.mark.parametrize(
    "text",
    [
        "0000:00:00 00:00:00",
        "    :  :     :  :  ",
        "2021:02:30 10:00:00",
        "2021:01:01 24:00:00",
        "200X:0X:0X 00:00:00",
        "2017:08:21 15:08:70",
        "2014",
        "2014-05",
        "",
        "yesterday",
    ],
)
def test_dates_that_no_calendar_has_are_none(text: str) -> None:
    assert parse_stamp(text) is None


def test_day_without_a_time_keeps_no_instant() -> None:
    stamp = parse_stamp("2020-01-02")
    assert stamp is not None

    claim = local_claim(stamp, DateSource.XMP, 0.75, offset=timedelta(hours=1))

    assert (claim.is_day_only, claim.utc, claim.offset) == (True, None, None)


@pytest.mark.parametrize("text", ["+15:00", "-99:99", "02:00", "", "UTC+1"])
def test_offsets_that_no_place_has_are_none(text: str) -> None:
    assert parse_offset(text) is None


@given(st.text(max_size=80))
def test_no_text_raises(text: str) -> None:
    stamp = parse_stamp(text)

    assert stamp is None or stamp.local.year <= 9999


@given(st.datetimes(), st.integers(-56, 56))
def test_instant_and_wall_clock_differ_by_the_offset(local: datetime, quarters: int) -> None:
    offset = timedelta(minutes=15 * quarters)
    stamp = parse_stamp(local.replace(microsecond=0).isoformat())
    assert stamp is not None

    claim = local_claim(stamp, DateSource.EXIF, 0.9, offset=offset)

    if claim.utc is not None:  # it is None on the calendar's first and last day
        assert claim.utc.replace(tzinfo=None) + offset == stamp.local


def test_unix_time_beyond_the_calendar_is_no_claim() -> None:
    assert instant_claim(99999999999999, DateSource.TAKEOUT, 0.85) is None
