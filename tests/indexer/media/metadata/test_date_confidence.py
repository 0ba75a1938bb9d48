from datetime import UTC, datetime, timedelta

import pytest

from indexer.media.metadata import confidence
from indexer.media.metadata.model import (
    NO_DATE,
    TRUSTED_DAY_CONFIDENCE,
    DateClaim,
    DateRank,
    DateSource,
)
from indexer.media.metadata.ranking import best_date
from indexer.media.metadata.stamps import instant_claim, local_claim, parse_stamp

MTIME = datetime(2024, 5, 1, tzinfo=UTC).timestamp()


def claim(
    text: str, source: DateSource = DateSource.EXIF, weight: float = confidence.CAMERA
) -> DateClaim:
    stamp = parse_stamp(text)
    assert stamp is not None
    return local_claim(stamp, source, weight)


def instant(text: str, source: DateSource, weight: float = 0.85) -> DateClaim:
    made = instant_claim(datetime.fromisoformat(text).timestamp(), source, weight)
    assert made is not None
    return made


@pytest.mark.parametrize(
    "text",
    [
        "1825:12:31 10:00:00",
        "2099:06:05 10:00:00",
        "2024:05:02 00:00:01",
        "1970:01:01 00:00:00",
        "1980:01:01 13:37:00",
        "2005:01:01 00:00:00",
        "2007:01:01 12:00:00",
    ],
)
def test_impossible_and_unset_dates_cannot_be_trusted(text: str) -> None:
    judged = confidence.judged(claim(text), mtime=MTIME)

    assert judged.confidence < TRUSTED_DAY_CONFIDENCE
    assert judged.local == claim(text).local


@pytest.mark.parametrize(
    "text", ["2024:05:01 23:59:59", "1919:05:04 05:59:26", "2020:01:01 00:07:12", "2001:01:01"]
)
def test_rare_but_possible_dates_are_trusted(text: str) -> None:
    judged = confidence.judged(claim(text), mtime=MTIME)

    assert judged.confidence >= TRUSTED_DAY_CONFIDENCE


@pytest.mark.parametrize("mtime", [0.0, -1e18, 1e30, float("nan")])
def test_file_time_that_was_never_set_proves_nothing(mtime: float) -> None:
    judged = confidence.judged(claim("2023:05:01 10:00:00"), mtime=mtime)

    assert judged.confidence == confidence.CAMERA


def test_lowest_rank_wins() -> None:
    taken, modified = claim("2020:01:05 10:00:00"), claim("2021:01:05 10:00:00")

    best = best_date([(DateRank.MODIFIED, modified), (DateRank.TAKEN, taken)], mtime=MTIME)

    assert best.local == taken.local


def test_date_that_cannot_be_trusted_yields_to_another_source() -> None:
    unset = claim("1980:01:01 00:00:00")
    named = claim("2020-01-02 03:04:05", DateSource.FILENAME, confidence.NAME_TIME)

    best = best_date([(DateRank.TAKEN, unset), (DateRank.NAME, named)], mtime=MTIME)

    assert best == named


def test_second_date_of_a_wrong_clock_is_not_heard() -> None:
    future, modified = claim("2031:01:05 10:00:00"), claim("2008:07:31 17:32:06")

    best = best_date([(DateRank.TAKEN, future), (DateRank.MODIFIED, modified)], mtime=MTIME)

    assert best.local == future.local
    assert best.confidence < TRUSTED_DAY_CONFIDENCE


def test_takeout_instant_gives_the_cameras_wall_clock_its_offset() -> None:
    taken = claim("2023:10:06 08:30:00")
    told = instant("2023-10-06T06:30:00+00:00", DateSource.TAKEOUT)

    best = best_date([(DateRank.TAKEN, taken), (DateRank.TAKEOUT, told)], mtime=MTIME)

    assert best.offset == timedelta(hours=2)
    assert best.utc == told.utc


def test_wall_clock_taken_for_utc_gives_no_offset() -> None:
    taken = claim("2023:10:06 08:30:00")
    told = instant("2023-10-06T08:30:00+00:00", DateSource.TAKEOUT)

    best = best_date([(DateRank.TAKEN, taken), (DateRank.TAKEOUT, told)], mtime=MTIME)

    assert best.offset is None


def test_name_of_a_clip_gives_its_container_the_local_time() -> None:
    container = instant("2020-01-02T02:05:10+00:00", DateSource.CONTAINER)
    named = claim("2020-01-02 03:04:05", DateSource.FILENAME, confidence.NAME_TIME)

    best = best_date([(DateRank.DIGITISED, container), (DateRank.NAME, named)], mtime=MTIME)

    assert best.source is DateSource.CONTAINER
    assert (best.local, best.offset) == (
        datetime.fromisoformat("2020-01-02T03:05:10"),
        timedelta(hours=1),
    )


def test_without_any_date_the_files_own_time_is_told_with_little_confidence() -> None:
    best = best_date([], mtime=MTIME)

    assert (best.source, best.local) == (DateSource.MTIME, None)
    assert best.confidence < TRUSTED_DAY_CONFIDENCE


@pytest.mark.parametrize("mtime", [0.0, -1e18, 1e30])
def test_file_time_that_was_never_set_is_no_date(mtime: float) -> None:
    assert best_date([], mtime=mtime) == NO_DATE
