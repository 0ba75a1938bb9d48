"""The due record of the schedule: each due time is served once, whatever happens in between."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta

from apscheduler.triggers.cron import CronTrigger

from indexer.catalog import jobs as rows
from indexer.catalog.connection import Catalog
from indexer.catalog.settings import get_setting, put_setting
from memoriesd.clock import local_now, stamp
from memoriesd.config import Schedule
from memoriesd.schedule import last_due, read_zone_again, triggers
from memoriesd.when import parse_when

log = logging.getLogger(__name__)

PUNCTUAL = timedelta(minutes=2)
"""A due time that is heard of later than this was missed."""

FIRST_START = "schedule:begin"
"""The record of the first start of the service."""

CRASHES_SETTING = "crashes"
"""In the catalog: which due time's job crashed last, and how often."""

MOST_CRASHES = 3
"""So often a due movie whose job crashes is tried; what ends a process thus rarely passes."""


def key_of(moment: datetime) -> str:
    """What a due time is called in the catalog.

    Without the offset: half past two comes twice in the night when clocks are set back, and is
    served once.
    """
    return f"schedule:{moment:%Y-%m-%dT%H:%M}"


def unserved(
    catalog: Catalog,
    schedule: Schedule,
    triggers: Sequence[CronTrigger],
    now: datetime,
    *,
    heard_at: datetime | None = None,
) -> datetime | None:
    """The latest due time, if it still wants a movie.

    Times before the first start of the service do not count; nor do missed ones where
    ``catch_up`` is off, nor more than ``max_movies_per_day``.

    Parameters
    ----------
    now : datetime
        In the zone of this machine.
    heard_at : datetime, optional
        When the schedule last fired. A due time that was heard in time was not missed, however
        long other work or quiet hours put it off.
    """
    moment = last_due(triggers, now)
    first_start = not rows.any_due(catalog)
    if first_start:
        # Kept even where nothing was due yet: the first time of a rare schedule counts.
        rows.note_due(catalog, FIRST_START, stamp(now), stamp(now), None)
    if moment is None or rows.due_done(catalog, key_of(moment)):
        return None
    known_at = heard_at if heard_at is not None and heard_at >= moment else now
    too_late = not schedule.catch_up and known_at - moment > PUNCTUAL
    # Not by replace(), which keeps the offset of now: midnight has another one where clocks change.
    midnight = datetime.combine(now.date(), time()).astimezone()
    # Up to now: what was made while the clock ran ahead must not hold up all until then.
    made_today = rows.count_due_movies(catalog, stamp(midnight), stamp(now))
    if first_start or too_late or made_today >= schedule.max_movies_per_day:
        let_go(catalog, moment, now)
        return None
    return moment


def record_of(moment: datetime) -> dict[str, str]:
    """What a movie that is made for a due time keeps along with its row."""
    return {"key": key_of(moment), "due_at": stamp(moment)}


def let_go(catalog: Catalog, moment: datetime, now: datetime) -> None:
    """Keep that there was no movie to make for a due time."""
    rows.note_due(catalog, key_of(moment), stamp(moment), stamp(now), None)


class DueMovie:
    """The due time that wants a movie now, from when it is heard of until it is served."""

    def __init__(self, catalog: Catalog, schedule: Schedule) -> None:
        self.moment: datetime | None = None
        """None where no movie is due."""
        self._catalog = catalog
        self._schedule = schedule
        self._heard_at: datetime | None = None
        self.triggers = triggers(parse_when(schedule.when))
        self.reschedule: Callable[[Sequence[CronTrigger]], None] = _nobody_waits
        """Told the triggers that count from now on."""

    def read_zone_again(self) -> None:
        """Take up the zone of this machine, which travels: nine o'clock is elsewhere now."""
        read_zone_again()
        self.triggers = triggers(parse_when(self._schedule.when))
        self.reschedule(self.triggers)

    def hear(self) -> None:
        """The schedule fires; called in its thread."""
        self._heard_at = local_now()

    def look(self) -> None:
        """Find out what is due by now."""
        self.moment = unserved(
            self._catalog, self._schedule, self.triggers, local_now(), heard_at=self._heard_at
        )

    def end(self, *, made: bool) -> None:
        """It has its movie, or there was none to make."""
        if self.moment is not None and not made:
            let_go(self._catalog, self.moment, local_now())
        self.moment = None

    def crash(self) -> None:
        """Its job crashed: one that does each time is given up.

        One that lacks room or models has not crashed.
        """
        if self.moment is None:
            return
        # In the catalog: what ends its job may end us, too; the next start counts on.
        key = key_of(self.moment)
        of, _, count = (get_setting(self._catalog, CRASHES_SETTING) or "").partition(" ")
        n_crashes = int(count) + 1 if of == key else 1
        put_setting(self._catalog, CRASHES_SETTING, f"{key} {n_crashes}")
        if n_crashes >= MOST_CRASHES:
            log.warning("the movie of %s is given up", key)
            let_go(self._catalog, self.moment, local_now())


def _nobody_waits(_: Sequence[CronTrigger]) -> None:
    """A single round is not told when a movie is due."""
