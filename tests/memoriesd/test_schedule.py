import contextlib
import threading
import time as clock
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.jobs import due_done, note_due
from indexer.catalog.movies import all_movies
from memoriesd.clock import local_now, stamp
from memoriesd.config import Schedule
from memoriesd.due import DueMovie, key_of, let_go, unserved
from memoriesd.hours import is_quiet, parse_quiet_hours
from memoriesd.schedule import last_due, next_due, read_zone_again, scheduled, triggers
from memoriesd.when import CronFields, parse_when

NOW = datetime(2026, 6, 3, 12, 0, tzinfo=UTC)
"""A Wednesday."""
NINE = triggers(parse_when("daily 09:00"))


@pytest.fixture
def catalog() -> Catalog:
    """A catalog whose schedule has begun a month ago."""
    opened = open_catalog(":memory:")
    note_due(opened, "schedule:begin", stamp(NOW), stamp(NOW - timedelta(days=30)), None)
    return opened


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[ZoneInfo]:
    """This machine stands in a zone whose clocks change."""
    with monkeypatch.context() as there:
        there.setenv("TZ", "Europe/Berlin")
        clock.tzset()
        yield ZoneInfo("Europe/Berlin")
    clock.tzset()


@pytest.mark.parametrize(
    ("text", "hour", "minute", "days"),
    [
        ("daily 09:00", "9", "0", "*"),
        ("Weekdays 18:30", "18", "30", "mon-fri"),
        ("weekends 7:05", "7", "5", "sat,sun"),
        ("mon,thu 09:00", "9", "0", "mon,thu"),
        ("Sunday 10:00", "10", "0", "sun"),
        ("mon, tue, wed, thu 09:00", "9", "0", "mon,tue,wed,thu"),
        ("mon-fri 09:00", "9", "0", "mon-fri"),
        ("0 9 * * 1-5", "9", "0", "mon,tue,wed,thu,fri"),
        ("15 */2 * * 0", "*/2", "15", "sun"),
        ("0 9 * * 7", "9", "0", "sun"),
        ("0 9 * * 5-7", "9", "0", "fri,sat,sun"),
        ("0 9 * * sun-tue", "9", "0", "mon,tue,sun"),
        ("0 9 * * */2", "9", "0", "tue,thu,sat,sun"),
    ],
)
def test_words_become_cron_fields(text: str, hour: str, minute: str, days: str) -> None:
    assert parse_when(text) == (CronFields(hour=hour, minute=minute, day_of_week=days),)


def test_several_times_and_never() -> None:
    assert len(parse_when("mon 09:00; thu 18:00")) == 2
    assert len(parse_when("daily 09:00; sat, sun 18:00")) == 2
    assert parse_when("never") == ()


@given(
    fields=st.lists(
        st.from_regex(r"(\*|\d{1,2}|\d{1,2}-\d{1,2}|jan)(/\d{0,2})?(,\d)?", fullmatch=True),
        min_size=4,
        max_size=4,
    )
)
@example(fields=["0", "9", "1/", "*"])
@example(fields=["59/1", "9", "*", "*"])
def test_cron_text_that_is_taken_makes_a_trigger(fields: list[str]) -> None:
    taken: tuple[CronFields, ...] = ()
    with contextlib.suppress(ValueError):
        taken = parse_when(" ".join([*fields, "*"]))

    assert len(triggers(taken)) == len(taken)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "daily 25:00", "daily", "99 9 * * *", "0 9 * * 8", "0 9 1/ * *", "mon- 09:00"],
)
def test_words_that_mean_nothing_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write it as|there is no|not between|no day"):
        parse_when(text)


def test_cron_text_and_words_fire_at_the_same_time() -> None:
    by_words, by_cron = (triggers(parse_when(t)) for t in ("weekdays 09:00", "0 9 * * 1-5"))

    assert next_due(by_words, NOW) == next_due(by_cron, NOW)


@given(hours=st.integers(0, 24 * 31))
def test_last_due_is_the_latest_that_is_not_later(hours: int) -> None:
    now = NOW + timedelta(hours=hours)

    found = last_due(NINE, now)

    assert found is not None
    assert found <= now
    following = next_due(NINE, found)
    assert following is not None
    assert following > now


def test_night_when_the_clock_is_set_back_has_one_due_time() -> None:
    berlin = CronTrigger(hour=2, minute=30, timezone=ZoneInfo("Europe/Berlin"))
    moment = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)
    found = []
    for _ in range(4):
        due = next_due((berlin,), moment)
        assert due is not None
        found.append(key_of(due))
        moment = due

    assert sorted(set(found)) == [f"schedule:2026-10-{day}T02:30" for day in (25, 26, 27)]


def test_missed_time_is_made_up_for_once(catalog: Catalog) -> None:
    first = unserved(catalog, Schedule(), NINE, NOW)
    assert first is not None
    let_go(catalog, first, NOW)

    assert first.hour == 9
    assert unserved(catalog, Schedule(), NINE, NOW) is None


def test_missed_time_is_let_go_without_catch_up(catalog: Catalog) -> None:
    assert unserved(catalog, Schedule(catch_up=False), NINE, NOW) is None
    due = last_due(NINE, NOW)
    assert due is not None
    assert due_done(catalog, key_of(due))


def test_punctual_time_counts_without_catch_up(catalog: Catalog) -> None:
    due = last_due(NINE, NOW)
    assert due is not None

    assert unserved(catalog, Schedule(catch_up=False), NINE, due + timedelta(seconds=5)) == due


def test_time_that_was_heard_counts_without_catch_up_however_long_it_waits(
    catalog: Catalog,
) -> None:
    due = last_due(NINE, NOW)
    assert due is not None
    never = Schedule(catch_up=False)

    heard_then = unserved(catalog, never, NINE, NOW, heard_at=due + timedelta(seconds=1))
    heard_before = unserved(catalog, never, NINE, NOW, heard_at=due - timedelta(days=1))

    assert heard_then == due
    assert heard_before is None


def test_first_time_of_a_rare_schedule_counts() -> None:
    catalog = open_catalog(":memory:")
    yearly = (CronTrigger(month=8, day=1, hour=9, timezone=UTC),)

    before = unserved(catalog, Schedule(), yearly, NOW)
    after = unserved(catalog, Schedule(), yearly, datetime(2026, 8, 1, 9, 0, tzinfo=UTC))

    assert before is None
    assert after is not None


def test_times_before_the_first_start_do_not_count() -> None:
    catalog = open_catalog(":memory:")

    assert unserved(catalog, Schedule(), NINE, NOW) is None
    tomorrow = unserved(catalog, Schedule(), NINE, NOW + timedelta(days=1))
    assert tomorrow is not None
    assert tomorrow.day == 4


@pytest.mark.parametrize(
    ("movie_at", "now", "is_due"),
    [
        ("2026-03-28T22:31:00+00:00", "2026-03-29T23:30:00+02:00", True),
        ("2026-10-24T22:16:00+00:00", "2026-10-25T23:30:00+01:00", False),
    ],
    ids=["spring: made the evening before", "autumn: made after midnight"],
)
def test_day_on_which_clocks_change_begins_at_its_own_midnight(
    filled: Catalog, in_berlin: ZoneInfo, movie_at: str, now: str, *, is_due: bool
) -> None:
    note_due(filled, "schedule:before", movie_at, movie_at, all_movies(filled)[0].id)
    late = (CronTrigger(hour=23, minute=30, timezone=in_berlin),)

    found = unserved(filled, Schedule(), late, datetime.fromisoformat(now))

    assert (found is not None) is is_due


def test_movie_that_was_made_while_the_clock_ran_ahead_holds_up_none(filled: Catalog) -> None:
    note_due(filled, "schedule:begin", stamp(NOW), stamp(NOW - timedelta(days=30)), None)
    ahead = stamp(NOW.replace(year=2030))
    note_due(filled, "schedule:ahead", ahead, ahead, all_movies(filled)[0].id)

    assert unserved(filled, Schedule(), NINE, NOW) is not None


def test_no_movies_a_day_means_none(catalog: Catalog) -> None:
    assert unserved(catalog, Schedule(max_movies_per_day=0), NINE, NOW) is None


@pytest.mark.parametrize(
    ("span", "at", "quiet"),
    [
        ("22:00-07:00", time(23), True),
        ("22:00-07:00", time(6, 59), True),
        ("22:00-07:00", time(7), False),
        ("12:00-13:00", time(12, 30), True),
        ("12:00-13:00", time(22), False),
        ("", time(3), False),
    ],
)
def test_quiet_hours_may_go_past_midnight(span: str, at: time, quiet: bool) -> None:
    assert is_quiet(parse_quiet_hours(span), at) is quiet


def test_machine_that_travels_has_its_movies_by_the_clock_that_it_shows(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = list[Sequence[CronTrigger]]()
    with monkeypatch.context() as there:
        there.setenv("TZ", "Europe/Berlin")
        read_zone_again()
        due = DueMovie(catalog, Schedule(when="daily 09:00"))
        due.reschedule = told.append
        at_home = next_due(due.triggers, NOW)
        there.setenv("TZ", "America/New_York")
        due.read_zone_again()
        shown = local_now().tzname()
    read_zone_again()

    assert at_home == datetime(2026, 6, 4, 7, 0, tzinfo=UTC)
    assert next_due(due.triggers, NOW) == datetime(2026, 6, 3, 13, 0, tzinfo=UTC)
    assert told == [due.triggers]
    assert shown in ("EST", "EDT")


def test_schedule_that_is_changed_fires_by_the_new_triggers_alone() -> None:
    fired = threading.Event()
    never = triggers(parse_when("0 0 1 1 *"))
    each_second = (CronTrigger(second="*"),)

    with scheduled(never, fired.set) as reschedule:
        reschedule(each_second)
        fires = fired.wait(5.0)
        reschedule(never)
        fired.clear()
        still = fired.wait(1.5)

    assert (fires, still) == (True, False)
