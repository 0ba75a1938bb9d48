from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clustering.events.home import find_homes, home_at
from clustering.events.segments import cut, ending_gap_s
from clustering.events.snaps import Snap, Spot, distance_km, middle
from clustering.events.trips import EventKind, Happening, find_events

MUNICH: Spot = (48.137, 11.575)
LAKE: Spot = (47.95, 11.30)
ROME: Spot = (41.90, 12.50)
NAPLES: Spot = (40.85, 14.27)
HAMBURG: Spot = (53.55, 10.0)
START = datetime(2024, 1, 1)  # noqa: DTZ001 - wall clock


def make_snap(
    day: float,
    hour: float,
    spot: Spot | None = MUNICH,
    *,
    whole_day: bool = False,
    passive: bool = False,
    n_faces: int = 0,
    camera: str | None = None,
) -> Snap:
    local = START + timedelta(days=day, hours=hour)
    return Snap(
        item_id=round((local - START).total_seconds()) * 2 + int(passive or whole_day),
        at_s=local.replace(tzinfo=UTC).timestamp(),
        local=local,
        whole_day=whole_day,
        spot=spot,
        camera=camera,
        n_faces=n_faces,
        passive=passive,
    )


def at_home(days: Sequence[float], spot: Spot = MUNICH) -> list[Snap]:
    return [make_snap(day, 10 + n / 10, spot) for day in days for n in range(3)]


def event_with(found: Sequence[Happening], snap: Snap) -> Happening:
    return next(event for event in found if snap.item_id in event.item_ids)


def test_home_is_where_most_days_are_not_most_pictures() -> None:
    home = at_home(range(0, 100, 5))
    journey = [make_snap(50 + n / 40, 0, ROME) for n in range(400)]

    homes = find_homes(home + journey)

    assert len(homes) == 1
    assert distance_km(homes[0].spot, MUNICH) < 1


def test_who_moves_house_has_two_homes() -> None:
    before, after = at_home(range(0, 400, 4)), at_home(range(400, 800, 4), HAMBURG)

    homes = find_homes(before + after)

    assert [round(distance_km(home.spot, MUNICH) / 100) for home in homes] == [0, 6]
    assert abs((homes[1].since - (START + timedelta(days=400)).date()).days) <= 7
    assert home_at(homes, date(2020, 1, 1)) == homes[0].spot


def test_a_summer_elsewhere_is_no_new_home() -> None:
    summer = at_home(range(160, 210), ROME)

    homes = find_homes(at_home([*range(0, 160, 4), *range(210, 360, 4)]) + summer)

    assert len(homes) == 1


def test_a_journey_is_one_event_with_days_without_pictures_and_two_places() -> None:
    first = [make_snap(30 + day, 9 + 3 * n, ROME) for day in (0, 1, 3) for n in range(4)]
    second = [make_snap(30 + day, 9 + 3 * n, NAPLES) for day in (4, 6) for n in range(4)]
    without_place = make_snap(36, 22, None)

    found = find_events(
        at_home([*range(0, 30, 3), *range(40, 60, 3)]) + first + second + [without_place]
    )

    trips = [event for event in found if event.kind is EventKind.TRIP]
    assert [len(trip.item_ids) for trip in trips] == [21]
    assert (trips[0].last - trips[0].first).days == 6


def test_the_evening_before_a_journey_is_at_home() -> None:
    evening = make_snap(29, 20, None)
    journey = [make_snap(30 + day, 9 + n, ROME) for day in range(3) for n in range(5)]

    found = find_events([*at_home(range(0, 28, 3)), evening, *journey])

    assert event_with(found, evening).kind is not EventKind.TRIP


def test_two_journeys_with_a_return_between_are_two() -> None:
    first = [make_snap(30 + day, 9 + n, ROME) for day in range(2) for n in range(5)]
    second = [make_snap(34 + day, 9 + n, ROME) for day in range(2) for n in range(5)]

    found = find_events(at_home([*range(0, 28, 3), 32]) + first + second)

    assert Counter(event.kind for event in found)[EventKind.TRIP] == 2


def test_those_who_stay_at_home_do_not_cut_the_journey_of_the_others() -> None:
    journey = [make_snap(30 + day, 9 + n, ROME) for day in range(4) for n in range(5)]
    meanwhile = [make_snap(30 + day, 12.5) for day in range(4)]

    found = find_events(at_home(range(0, 28, 3)) + journey + meanwhile)

    assert event_with(found, journey[0]) == event_with(found, journey[-1])
    assert event_with(found, meanwhile[1]).kind is EventKind.DAY


def test_an_outing_and_the_party_after_it_are_two() -> None:
    outing = [make_snap(10, 10 + n / 3, LAKE) for n in range(8)]
    party = [make_snap(10, 18 + n / 4, n_faces=3) for n in range(12)]

    found = find_events(at_home(range(0, 9, 2)) + outing + party)

    assert event_with(found, outing[0]).kind is EventKind.OUTING
    assert event_with(found, party[0]).kind is EventKind.PARTY


def test_a_day_far_away_without_a_night_is_an_outing() -> None:
    day = [make_snap(12, 9 + n, (47.26, 11.39)) for n in range(8)]

    found = find_events(at_home(range(0, 10, 2)) + day)

    assert event_with(found, day[0]).kind is EventKind.OUTING


def test_pictures_of_a_known_day_join_what_happened_on_it() -> None:
    journey = [make_snap(30 + day, 9 + n, ROME) for day in (0, 2) for n in range(5)]
    received = make_snap(31, 0, None, whole_day=True)
    alone = make_snap(50, 0, None, whole_day=True)

    found = find_events(at_home(range(0, 28, 3)) + journey + [received, alone])

    assert event_with(found, received).kind is EventKind.TRIP
    assert event_with(found, alone).item_ids == (alone.item_id,)


def test_a_screenshot_is_in_the_event_around_it_but_makes_none() -> None:
    during, later = make_snap(3, 10.15, None, passive=True), make_snap(3, 22, None, passive=True)

    found = find_events([*at_home([3]), during, later])

    assert [during.item_id in event.item_ids for event in found] == [True]
    assert all(later.item_id not in event.item_ids for event in found)


@pytest.mark.parametrize(("between_min", "longest_h"), [(1, 4), (100, 9)])
def test_the_pause_that_ends_an_event_follows_the_photographer(
    between_min: float, longest_h: float
) -> None:
    snaps = [make_snap(day, 9 + n * between_min / 60) for day in range(0, 60, 2) for n in range(6)]

    gap_s = ending_gap_s(snaps)

    assert between_min * 60 * 1.3 < gap_s <= longest_h * 3600
    assert len(cut(snaps, gap_s)) == 30


def test_the_middle_is_not_moved_by_a_stray_reading_nor_by_the_date_line() -> None:
    fiji = [(-17.0, 179.9), (-17.1, -179.9), (-17.2, -179.8)]

    assert middle([(48.0, 11.0), (48.1, 11.1), (0.0, 0.0)]) == pytest.approx((48.0, 11.0))
    assert middle(fiji) == pytest.approx((-17.1, -179.9))
    assert middle([]) is None


@st.composite
def lives(draw: st.DrawFn) -> list[Snap]:
    times = draw(st.sets(st.integers(0, 24 * 60), max_size=60))
    return [
        make_snap(
            time // 24,
            time % 24,
            draw(st.sampled_from([None, MUNICH, LAKE, ROME, HAMBURG])),
            whole_day=draw(st.sampled_from([False, False, False, True])),
            passive=draw(st.sampled_from([False, False, False, True])),
        )
        for time in sorted(times)
    ]


@settings(max_examples=100, deadline=None)
@given(lives(), st.randoms(use_true_random=False))
def test_every_item_is_in_one_event_whatever_the_order(snaps: list[Snap], shuffled: object) -> None:
    mixed = list(snaps)
    shuffled.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis hides Random's type

    found = find_events(snaps)

    counts = Counter(item for event in found for item in event.item_ids)
    active = {snap.item_id for snap in snaps if not snap.passive}
    assert set(counts.values()) <= {1}
    assert active <= set(counts) <= {snap.item_id for snap in snaps}
    assert found == find_events(mixed)
