"""``[schedule] when``: from the words of the configuration to fields of a cron trigger.

Taken are ``daily 09:00``, ``weekdays 18:30``, ``weekends 10:00``, days with a time
(``mon,thu 09:00``, ``mon-fri 09:00``), several of these with ``;`` between them,
``never``, and cron text of five fields (``0 9 * * 1-5``; 0 and 7 are Sunday).
"""

import re
from dataclasses import dataclass

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_GROUPS = {"daily": "*", "weekdays": "mon-fri", "weekends": "sat,sun"}
_CRON_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM = "write it as daily 09:00, weekdays 18:30, mon,thu 09:00 or cron text such as 0 9 * * 1-5"
_CRON_PART = re.compile(r"^(?:\*|(\d+)(?:-(\d+))?)(?:/(\d+))?$")
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class CronFields:
    """When something is due, as fields of a cron trigger; days of the week by name."""

    minute: str
    hour: str
    day: str = "*"
    month: str = "*"
    day_of_week: str = "*"


def parse_when(text: str) -> tuple[CronFields, ...]:
    """What the words of a schedule mean; empty for ``never``.

    Raises
    ------
    ValueError
        If they cannot be understood; the message shows the forms that can.

    Examples
    --------
    >>> parse_when("mon,thu 09:05")[0].day_of_week
    'mon,thu'
    >>> parse_when("0 9 * * 1-5")[0].day_of_week
    'mon,tue,wed,thu,fri'
    """
    text = text.strip().lower()
    if text == "never":
        return ()
    if ":" not in text and len(text.split()) == 5:
        return (_cron(text.split()),)
    return tuple(_day_and_time(part.strip()) for part in text.split(";"))


def check_when(text: str) -> str:
    """The text itself if :func:`parse_when` takes it."""
    parse_when(text)
    return text


def _day_and_time(text: str) -> CronFields:
    found = re.match(r"^([a-z, -]+?)\s+(\d\d?):(\d\d)$", text)
    if found is None:
        raise ValueError(_FORM)
    days, hour, minute = found.groups()
    if int(hour) > 23 or int(minute) > 59:
        raise ValueError(f"there is no {hour}:{minute} o'clock")
    return CronFields(minute=str(int(minute)), hour=str(int(hour)), day_of_week=_weekdays(days))


def _weekdays(text: str) -> str:
    if text in _GROUPS:
        return _GROUPS[text]
    return ",".join(_day_or_span(part) for part in text.split(","))


def _day_or_span(text: str) -> str:
    names = [name.strip()[:3] for name in text.split("-")]
    if len(names) > 2 or any(name not in DAYS for name in names):
        raise ValueError(_FORM)
    if [DAYS.index(name) for name in names] != sorted(DAYS.index(name) for name in names):
        raise ValueError(f"{text}: the week begins on Monday; write the days with commas")
    return "-".join(names)


def _cron(parts: list[str]) -> CronFields:
    minute, hour, day, month, days = parts
    for number, name in enumerate(_MONTHS, start=1):
        month = month.replace(name, str(number))
    for field, (low, high) in zip((minute, hour, day, month), _RANGES, strict=True):
        for part in field.split(","):
            _check_cron_part(part, low, high)
    return CronFields(
        minute=minute, hour=hour, day=day, month=month, day_of_week=_cron_weekdays(days)
    )


def _check_cron_part(text: str, low: int, high: int) -> None:
    """Take only what a cron trigger takes, which is too costly to import for every command."""
    found = _CRON_PART.match(text)
    if found is None:
        raise ValueError(_FORM)
    first, last, step = (None if told is None else int(told) for told in found.groups())
    begin = low if first is None else first
    is_open = first is None or (last is None and step is not None)
    end = high if is_open else begin if last is None else last
    if not low <= begin <= end <= high:
        raise ValueError(f"{text!r}: not between {low} and {high}")
    if step is not None and not 1 <= step <= end - begin:
        raise ValueError(f"{text!r}: no step from {begin} to {end}")


def _cron_weekdays(text: str) -> str:
    """Cron's numbers as names: APScheduler counts from Monday, cron from Sunday."""
    if text == "*":
        return text
    names = [name for part in text.split(",") for name in _cron_weekday_range(part)]
    return ",".join(sorted(set(names), key=DAYS.index))


def _cron_weekday_range(text: str) -> tuple[str, ...]:
    span, _, step = text.partition("/")
    first, dash, last = ("0", "-", "6") if span == "*" else span.partition("-")
    begin, end = _cron_weekday(first), _cron_weekday(last if dash else first)
    end += 7 if end < begin else 0
    if step and not step.isdigit():
        raise ValueError(_FORM)
    return tuple(_CRON_DAYS[n % 7] for n in range(begin, end + 1, int(step or 1) or 1))


def _cron_weekday(text: str) -> int:
    if text.isdigit() and int(text) <= 7:
        return int(text)
    if text in _CRON_DAYS:
        return _CRON_DAYS.index(text)
    raise ValueError(f"{text!r} is no day of the week")
