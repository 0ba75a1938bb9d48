"""The one clock of the program; everything below the top floor is told the time."""

from datetime import UTC, date, datetime


def utc_now() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def local_now() -> datetime:
    """Now, in the zone of this machine."""
    return datetime.now().astimezone()


def local_today() -> date:
    """The day it is here."""
    return local_now().date()


def told_time(stamped: str) -> str:
    """A moment of :func:`stamp` for people: minutes, in the zone of this machine."""
    return f"{datetime.fromisoformat(stamped).astimezone():%Y-%m-%d %H:%M}"


def stamp(moment: datetime) -> str:
    """A moment of our own doings as the catalog keeps it: UTC ISO, whole seconds."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()
