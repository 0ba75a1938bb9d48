"""Which feasts a country keeps, when they were in a year, and what they are called.

The calendars are those of the package ``holidays``; days of mourning are left out. Christmas, New
Year and Easter are more than one day and have names of their own in every language of ours.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import holidays

from composer.curate.phrases.keys import Phrase
from composer.curate.wording import Wording

HALLOWEEN_COUNTRIES = frozenset({"US", "CA", "GB", "IE", "AU", "NZ"})

_SOLEMN = re.compile(
    r"memorial|remembrance|mourning|funeral|martyr|genocide|armistice|victim|all saints|all souls"
    r"|prayer|election|census|holocaust|ashura|arafah|observed|in lieu|substitute|bridge",
    re.IGNORECASE,
)
"""Not for movies that are made unasked: days of mourning, and days off that are no feast."""

_ONE_FEAST = dt.timedelta(days=3)
"""Days this near that have one name are one feast: from Good Friday to Easter Sunday."""

_LAST_LATIN = 0x24F

_CHRISTMAS = re.compile(r"christmas|boxing day|saint stephen|st\.? stephen", re.IGNORECASE)
_NEW_YEAR = re.compile(r"^new year|universal fraternization", re.IGNORECASE)
_EASTER = re.compile(r"easter|good friday|maundy thursday|holy saturday", re.IGNORECASE)

_OWN_NAMES = {
    "christmas": Phrase.CHRISTMAS,
    "new_year": Phrase.NEW_YEAR,
    "easter": Phrase.EASTER,
    "halloween": Phrase.HALLOWEEN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Feast:
    """A feast in one year."""

    key: str
    """The same in every year and language, such as ``christmas``."""
    name: str
    year: int
    first: dt.date
    last: dt.date


def feasts(country: str, years: Iterable[int], wording: Wording) -> tuple[Feast, ...]:
    """The feasts of a country in some years, by their first day; none for unknown countries."""
    wanted = sorted(set(years))
    if country not in holidays.list_supported_countries():
        return ()
    english = _calendar(country, wanted, ("en_US", "en_GB"))
    local = _calendar(country, wanted, (wording.code, *_variants(country, wording.code)))
    found: dict[tuple[str, int], Feast] = {}
    for day in sorted(english):
        feast = _feast(day, english[day], local.get(day, english[day]), wording)
        if feast is not None:
            known = found.setdefault((feast.key, feast.year), feast)
            if feast.first - known.last <= _ONE_FEAST:
                # Days of one feast; Ukraine's second Christmas of a year is another.
                found[feast.key, feast.year] = replace(known, last=max(known.last, feast.last))
    if country in HALLOWEEN_COUNTRIES:
        for year in wanted:
            found["halloween", year] = _halloween(year, wording)
    return tuple(sorted(found.values(), key=lambda feast: (feast.first, feast.key)))


def easter_sunday(year: int) -> dt.date:
    """Easter Sunday of the Gregorian calendar.

    References
    ----------
    The anonymous algorithm in Meeus, "Astronomical Algorithms", chapter 8.

    Examples
    --------
    >>> easter_sunday(2024)
    datetime.date(2024, 3, 31)
    """
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (a + 11 * h) // 319
    n = (2 * e + 2 * i - k - h + m + 32) % 7
    month = (h - m + n + 90) // 25
    return dt.date(year, month, (h - m + n + month + 19) % 32)


def _variants(country: str, code: str) -> tuple[str, ...]:
    """Forms of a language that calendars are written in, that of the country first."""
    return (f"{code}_{country}", *(f"{code}_{region}" for region in ("US", "GB", "PT", "BR", "IT")))


def _calendar(country: str, years: list[int], languages: tuple[str, ...]) -> dict[dt.date, str]:
    """Names of a country's holidays in the first language that there is, else in its own."""
    plain = holidays.country_holidays(country)
    supported = plain.supported_languages
    language = next((one for one in languages if one in supported), plain.default_language)
    return dict(holidays.country_holidays(country, years=years, language=language))


def _feast(day: dt.date, english: str, local: str, wording: Wording) -> Feast | None:
    """The feast that a holiday stands for; None where it is none."""
    # Two holidays on one day are told as "one; other".
    names = [name.strip() for name in english.split(";")]
    cheerful = [n for n, name in enumerate(names) if not _SOLEMN.search(name)]
    if not cheerful:
        return None
    name = names[cheerful[0]]
    one_day = dt.timedelta(days=1)
    if _CHRISTMAS.search(name):
        first = dt.date(day.year, 12, 24) if day.month == 12 else day - one_day
        last = dt.date(day.year, 12, 26) if day.month == 12 else day
        return _own("christmas", day.year, first, last, wording)
    if _NEW_YEAR.search(name):
        year = day.year + (day.month == 12)
        return _own("new_year", year, dt.date(year - 1, 12, 31), dt.date(year, 1, 1), wording)
    if _EASTER.search(name):
        sunday = easter_sunday(day.year)
        orthodox = abs((day - sunday).days) > 4
        first, last = (day, day) if orthodox else (sunday - 2 * one_day, sunday + one_day)
        return _own("easter", day.year, first, last, wording)
    locals_ = [part.strip() for part in local.split(";")]
    shown = locals_[cheerful[0]] if len(locals_) == len(names) else locals_[0]
    if any(ord(letter) > _LAST_LATIN for letter in shown):
        # All languages of ours are written in Latin letters.
        shown = name
    first, last = _long_weekend(day)
    return Feast(key=_slug(name), name=shown, year=day.year, first=first, last=last)


def _own(key: str, year: int, first: dt.date, last: dt.date, wording: Wording) -> Feast:
    return Feast(key=key, name=wording.say(_OWN_NAMES[key]), year=year, first=first, last=last)


def _halloween(year: int, wording: Wording) -> Feast:
    day = dt.date(year, 10, 31)
    return _own("halloween", year, day, day, wording)


def _long_weekend(day: dt.date) -> tuple[dt.date, dt.date]:
    """A Monday or a Friday with the weekend beside it; another day alone."""
    before = 2 if day.weekday() == 0 else 0
    after = 2 if day.weekday() == 4 else 0
    return day - dt.timedelta(days=before), day + dt.timedelta(days=after)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
