"""Titles, dates and lists in plain words of the user's language."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_skeleton
from babel.lists import format_list

from composer.curate.phrases import LANGUAGES
from composer.curate.phrases.keys import Phrase

LONGEST_TITLE = 48
"""Characters; a longer one does not fit on two lines of a title card."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How things are said in one language.

    Parameters
    ----------
    language : str
        A language (``de``), or a locale (``pt_BR``) for the form of its dates. One without
        phrases is English.

    Examples
    --------
    >>> Wording("de").say(Phrase.SEASON, season="Sommer", year="2023")
    'Sommer 2023'
    >>> Wording("fr").days(dt.date(2024, 5, 4), dt.date(2024, 5, 11))
    '4–11 mai 2024'
    """

    language: str

    @property
    def code(self) -> str:
        """The language whose phrases are used."""
        short = self.language.replace("-", "_").split("_")[0].lower()
        return short if short in LANGUAGES else "en"

    @property
    def locale(self) -> Locale:
        """Babel's locale for dates and lists."""
        try:
            wanted = Locale.parse(self.language.replace("-", "_"))
        except (ValueError, UnknownLocaleError):
            return Locale(self.code)
        return wanted if wanted.language == self.code else Locale(self.code)

    def say(self, phrase: Phrase, **parts: str) -> str:
        """A phrase with its parts put in."""
        return LANGUAGES[self.code][phrase].format(**parts)

    def day(self, day: dt.date) -> str:
        """A day with its year."""
        return format_date(day, format="long", locale=self.locale)

    def day_of_year(self, day: dt.date) -> str:
        """A day without a year."""
        return format_skeleton("MMMMd", day, locale=self.locale)

    def month(self, day: dt.date) -> str:
        """A month with its year, as a title."""
        return _capital(format_skeleton("yMMMM", day, locale=self.locale))

    def days(self, first: dt.date, last: dt.date) -> str:
        """From a day to a day, with the year."""
        if first == last:
            return self.day(first)
        return _plain(format_interval(first, last, "yMMMd", locale=self.locale))

    def days_of_year(self, first: dt.date, last: dt.date) -> str:
        """From a day to a day, without a year."""
        return _plain(format_interval(first, last, "MMMd", locale=self.locale))

    def months(self, first: dt.date, last: dt.date) -> str:
        """From a month to a month, with the year."""
        if (first.year, first.month) == (last.year, last.month):
            return self.month(first)
        return _capital(_plain(format_interval(first, last, "yMMMM", locale=self.locale)))

    def country(self, code: str) -> str:
        """A country's name, empty where the language has none for it."""
        return str(self.locale.territories.get(code.upper(), ""))

    def listed(self, names: Sequence[str]) -> str:
        """Names with commas and an "and"."""
        return str(format_list(list(names), locale=self.locale))


def years(found: Iterable[int]) -> str:
    """Years as a range or a list.

    Examples
    --------
    >>> years([2019, 2021, 2020])
    '2019–2021'
    >>> years([2015, 2019])
    '2015, 2019'
    """
    sorted_years = sorted(set(found))
    if len(sorted_years) <= 2:
        return ", ".join(str(year) for year in sorted_years)
    return f"{sorted_years[0]}–{sorted_years[-1]}"


def joined(*parts: str) -> str:
    """Parts of a subtitle, without the empty ones and without what makes it too long."""
    text = ""
    for part in parts:
        longer = f"{text} · {part}" if text and part else text or part
        text = longer if len(longer) <= LONGEST_TITLE or not text else text
    return text


def shortened(title: str) -> str:
    """A title that fits on its card, cut at a word where it is too long."""
    if len(title) <= LONGEST_TITLE:
        return title
    words = title[: LONGEST_TITLE - 1].rsplit(maxsplit=1)
    return words[0].rstrip(" ,·–") + "…"


def _plain(text: str) -> str:
    """Thin spaces as plain ones, which fonts of titles have; days without a leading zero."""
    return re.sub(r"\b0(?=\d\b)", "", " ".join(text.split()))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
