from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clustering.clocks import (
    HOME_CONFIDENCE,
    NEAR_CONFIDENCE,
    ResolvedTime,
    ToldTime,
    days_by_zone,
    home_zone_name,
    resolve_clocks,
    zone_name_at,
)
from indexer.media.metadata.model import TRUSTED_DAY_CONFIDENCE

BERLIN = ZoneInfo("Europe/Berlin")
PARIS = (48.8584, 2.2945)
TOKYO = (35.68, 139.76)
NEW_YORK = (40.758, -73.9855)


def told(
    item_id: int = 1,
    *,
    local: str | None = None,
    utc: str | None = None,
    offset_h: float | None = None,
    at: tuple[float, float] | None = None,
    confidence: float = 0.85,
) -> ToldTime:
    return ToldTime(
        item_id=item_id,
        local=None if local is None else datetime.fromisoformat(local),
        utc=None if utc is None else datetime.fromisoformat(utc).replace(tzinfo=UTC),
        offset=None if offset_h is None else timedelta(hours=offset_h),
        latitude=None if at is None else at[0],
        longitude=None if at is None else at[1],
        confidence=confidence,
    )


def resolve(*items: ToldTime) -> dict[int, ResolvedTime]:
    return {r.item_id: r for r in resolve_clocks(items, home_zone=BERLIN)}


def local_of(resolved: ResolvedTime) -> str:
    assert resolved.local is not None
    return resolved.local.isoformat()


@pytest.mark.parametrize(
    ("utc", "at", "local"),
    [
        ("2023-07-14T22:30:00", PARIS, "2023-07-15T00:30:00"),
        ("2023-01-14T22:30:00", PARIS, "2023-01-14T23:30:00"),
        ("2023-03-26T00:59:59", PARIS, "2023-03-26T01:59:59"),
        ("2023-03-26T01:00:00", PARIS, "2023-03-26T03:00:00"),
        ("2023-10-29T00:30:00", PARIS, "2023-10-29T02:30:00"),
        ("2023-10-29T01:30:00", PARIS, "2023-10-29T02:30:00"),
        ("2023-07-14T22:30:00", TOKYO, "2023-07-15T07:30:00"),
        ("2023-07-14T02:30:00", NEW_YORK, "2023-07-13T22:30:00"),
        ("2023-07-14T02:30:00", (27.7, 85.3), "2023-07-14T08:15:00"),
        ("2023-07-14T02:30:00", (30.0, -40.0), "2023-07-13T23:30:00"),
    ],
)
def test_what_is_told_in_utc_gets_the_local_time_of_its_place(
    utc: str, at: tuple[float, float], local: str
) -> None:
    resolved = resolve(told(utc=utc, at=at))[1]

    assert local_of(resolved) == local
    assert resolved.confidence == 0.85


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2023-07-15T00:30:00", "2023-07-14T22:30:00"),
        ("2023-01-15T00:30:00", "2023-01-14T23:30:00"),
    ],
)
def test_local_time_gets_its_utc_from_the_place(local: str, utc: str) -> None:
    resolved = resolve(told(local=local, at=PARIS))[1]

    assert resolved.utc == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert local_of(resolved) == local


def test_offset_that_the_file_tells_stands() -> None:
    item = told(local="2023-07-15T00:30:00", utc="2023-07-14T17:30:00", offset_h=7, at=PARIS)

    resolved = resolve(item)[1]

    assert (local_of(resolved), resolved.offset) == ("2023-07-15T00:30:00", timedelta(hours=7))


def test_neighbours_on_a_journey_lend_their_zone() -> None:
    journey = [
        told(1, utc="2023-07-14T01:00:00", at=TOKYO),
        told(2, utc="2023-07-14T16:30:00"),
        told(3, local="2023-07-16T09:00:00", offset_h=9),
    ]

    resolved = resolve(*journey)

    assert local_of(resolved[2]) == "2023-07-15T01:30:00"
    assert resolved[2].confidence >= TRUSTED_DAY_CONFIDENCE


def test_wall_clock_on_a_journey_gets_utc_from_its_neighbours() -> None:
    resolved = resolve(
        told(1, local="2023-07-14T10:00:00", at=TOKYO), told(2, local="2023-07-14T11:00:00")
    )

    assert resolved[2].utc == datetime(2023, 7, 14, 2, tzinfo=UTC)
    assert resolved[2].confidence == 0.85


def test_nearer_neighbour_counts_between_two_zones() -> None:
    resolved = resolve(
        told(1, utc="2023-07-14T01:00:00", at=TOKYO),
        told(2, utc="2023-07-14T03:00:00"),
        told(3, utc="2023-07-15T01:00:00", at=PARIS),
    )

    assert local_of(resolved[2]) == "2023-07-14T12:00:00"
    assert resolved[2].confidence == NEAR_CONFIDENCE


def test_far_from_any_neighbour_it_is_home() -> None:
    resolved = resolve(
        told(1, utc="2023-07-14T01:00:00", at=TOKYO, confidence=0.95),
        told(2, utc="2023-09-14T23:00:00", confidence=0.95),
    )

    assert local_of(resolved[2]) == "2023-09-15T01:00:00"
    assert resolved[2].confidence == HOME_CONFIDENCE


def test_neighbours_at_home_lend_summer_time_and_not_a_bare_offset() -> None:
    resolved = resolve(
        told(1, local="2023-03-25T20:00:00", offset_h=1), told(2, utc="2023-03-26T06:00:00")
    )

    assert local_of(resolved[2]) == "2023-03-26T08:00:00"


def test_clock_that_was_never_set_lends_nothing() -> None:
    resolved = resolve(
        told(1, utc="2023-07-14T02:00:00", at=TOKYO, confidence=0.1),
        told(2, utc="2023-07-14T03:00:00"),
    )

    assert local_of(resolved[2]) == "2023-07-14T05:00:00"


def test_item_without_any_time_stays_without() -> None:
    resolved = resolve(told(confidence=0.0))[1]

    assert (resolved.local, resolved.utc, resolved.offset) == (None, None, None)


@pytest.mark.parametrize("day", ["0001-01-01T00:00:00", "9999-12-31T23:59:59"])
def test_ends_of_the_calendar_do_not_raise(day: str) -> None:
    resolved = resolve(
        told(1, local=day, at=PARIS), told(2, utc=day, at=NEW_YORK), told(3, utc=day)
    )

    assert len(resolved) == 3


def test_home_is_where_most_days_are() -> None:
    at_home = [told(i, utc=f"2023-05-0{i}T10:00:00", at=PARIS) for i in range(1, 4)]
    away = [told(i, utc=f"2023-07-01T{i}:00:00", at=TOKYO) for i in range(10, 20)]

    assert home_zone_name([days_by_zone([*away, *at_home])]) == "Europe/Paris"
    assert home_zone_name([days_by_zone([told(utc="2023-05-01T10:00:00")])]) is None


def test_zone_of_the_open_sea_goes_by_longitude() -> None:
    assert zone_name_at(30.0, -40.0) == "Etc/GMT+3"


MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1))  # noqa: DTZ001  # made aware below
ITEMS = st.lists(
    st.builds(
        lambda when, kind, at: told(
            local=when.isoformat() if kind != "utc" else None,
            utc=when.isoformat() if kind == "utc" else None,
            offset_h=5.5 if kind == "offset" else None,
            at=at,
        ),
        MOMENTS,
        st.sampled_from(["local", "utc", "offset"]),
        st.sampled_from([None, PARIS, TOKYO, NEW_YORK]),
    ),
    max_size=12,
)


@given(ITEMS)
def test_both_times_always_agree_with_the_offset(items: list[ToldTime]) -> None:
    resolved = resolve_clocks(items, home_zone=BERLIN)

    for item, done in zip(items, resolved, strict=True):
        assert done.local is not None
        assert done.utc is not None
        assert done.offset is not None
        assert done.utc.replace(tzinfo=None) + done.offset == done.local
        assert item.local in {None, done.local}
        assert item.utc in {None, done.utc}
        assert done.confidence <= item.confidence


@given(ITEMS)
def test_order_of_the_items_does_not_matter(items: list[ToldTime]) -> None:
    numbered = [replace(item, item_id=i) for i, item in enumerate(items)]

    forward = resolve_clocks(numbered, home_zone=BERLIN)
    backward = resolve_clocks(numbered[::-1], home_zone=BERLIN)

    assert sorted(forward, key=lambda r: r.item_id) == sorted(backward, key=lambda r: r.item_id)
