"""When a movie is due: the words of ``[schedule] when`` as triggers, and what was missed."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from tzlocal import reload_localzone

from memoriesd.when import CronFields

LOOK_BACK = timedelta(days=32)
"""How far back a missed time is looked for: beyond a month nobody waits for it any more."""


def triggers(fields: Sequence[CronFields]) -> tuple[CronTrigger, ...]:
    """Cron triggers in the zone of this machine.

    Raises
    ------
    ValueError
        If a field of cron text means nothing.
    """
    return tuple(CronTrigger(**asdict(each)) for each in fields)


def read_zone_again() -> None:
    """Take up the zone that this machine has now: a process keeps the one of its start."""
    if sys.platform != "win32":
        time.tzset()
    with contextlib.suppress(ZoneInfoNotFoundError):  # somebody is changing it just now
        reload_localzone()


def next_due(of: Sequence[CronTrigger], after: datetime) -> datetime | None:
    """The first time that is due after a moment."""
    # In UTC, since an hour that the clock goes through twice is lost in local arithmetic.
    step = after.astimezone(UTC) + timedelta(microseconds=1)
    found = [each.get_next_fire_time(None, step) for each in of]
    return min((moment for moment in found if moment is not None), default=None)


def last_due(of: Sequence[CronTrigger], before: datetime) -> datetime | None:
    """The last time that was due up to a moment, of those not too long ago.

    APScheduler only looks forward, so the span is halved until the step that crosses is found.
    """
    moment = next_due(of, before - LOOK_BACK)
    if moment is None or moment > before:
        return None
    low, high = before - LOOK_BACK, before
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        after_middle = next_due(of, middle)
        if after_middle is not None and after_middle <= before:
            low, moment = middle, after_middle
        else:
            high = middle
    return moment


@contextlib.contextmanager
def scheduled(
    of: Sequence[CronTrigger], due: Callable[[], None]
) -> Iterator[Callable[[Sequence[CronTrigger]], None]]:
    """Call `due` whenever a trigger fires, for the time of a ``with``.

    It is called in a thread of the scheduler. A time that the machine slept through fires once
    when it wakes. What it yields takes other triggers in the place of those.
    """
    scheduler = BackgroundScheduler()

    def schedule(these: Sequence[CronTrigger]) -> None:
        scheduler.remove_all_jobs()
        for each in these:
            scheduler.add_job(due, each, coalesce=True, misfire_grace_time=None)

    schedule(of)
    scheduler.start()
    try:
        yield schedule
    finally:
        scheduler.shutdown(wait=True)
