"""Quiet hours: the part of the day in which nothing runs by itself."""

import re
from datetime import time

_SPAN = re.compile(r"^(\d\d):(\d\d)\s*-\s*(\d\d):(\d\d)$")


def parse_quiet_hours(text: str) -> tuple[time, time] | None:
    """Begin and end of the quiet hours; None where there are none.

    Raises
    ------
    ValueError
        If it is no span such as ``22:00-07:00``.

    Examples
    --------
    >>> parse_quiet_hours("22:00-07:00")
    (datetime.time(22, 0), datetime.time(7, 0))
    """
    if not text.strip():
        return None
    found = _SPAN.match(text.strip())
    if found is None:
        raise ValueError("write quiet hours as 22:00-07:00")
    begin_h, begin_min, end_h, end_min = (int(part) for part in found.groups())
    return time(begin_h, begin_min), time(end_h, end_min)


def check_quiet_hours(text: str) -> str:
    """The text itself if :func:`parse_quiet_hours` takes it."""
    parse_quiet_hours(text)
    return text


def is_quiet(span: tuple[time, time] | None, local: time) -> bool:
    """Whether a time of the day lies in the quiet hours, which may go past midnight."""
    if span is None:
        return False
    begin, end = span
    if begin <= end:
        return begin <= local < end
    return local >= begin or local < end
