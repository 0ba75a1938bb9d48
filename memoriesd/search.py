"""Finding items by words: each word must fit something that is known of an item."""

import calendar
import os
import re
from collections.abc import Iterable, Sequence

from indexer.catalog import finding
from indexer.catalog.connection import Catalog
from indexer.catalog.events import all_places
from indexer.catalog.finding import Listed
from indexer.catalog.items import ItemId
from indexer.catalog.people import all_people

LEAST_PROBABILITY = 0.2
"""A scene word less probable than this does not say what an item shows."""
YEAR_DIGITS = 4

_MONTHS = tuple(name.casefold() for name in calendar.month_name[1:])
_KINDS = ("photo", "video", "live", "motion")
_EVENT_KINDS = ("trip", "outing", "party", "day")
_SEPARATORS = re.compile(r"[/\\._\-,()\s]+")


def find_by_words(catalog: Catalog, words: Sequence[str], last: int | None = None) -> list[Listed]:
    """Items that fit all words, oldest first; copies, hidden and missing ones are left out.

    A word fits where it is the beginning of one that is known of the item: people, place, region,
    country, event, labels, year, month, camera, kind, folders and file name.

    Parameters
    ----------
    words : sequence of str
        Each may have several words in it.
    last : int, optional
        Only the newest so many.
    """
    fitting = [_fitting(catalog, word) for text in words for word in _split(text)]
    among = set.intersection(*fitting) if fitting else set()
    return finding.list_items(catalog, among=among, last=last, hidden=False)


def _fitting(catalog: Catalog, word: str) -> set[ItemId]:
    """The items that a word fits."""
    people = [p.id for p in all_people(catalog) if _begins(word, p.name)]
    labels = [label for label in finding.words_seen(catalog) if _begins(word, label)]
    places = [
        place.id
        for place in all_places(catalog).values()
        if _begins(word, f"{place.name} {place.region} {place.country}")
    ]
    cameras = [camera for camera in finding.cameras(catalog) if _begins(word, camera)]
    events = [number for number, title in finding.event_titles(catalog) if _begins(word, title)]
    months = [number for number, name in enumerate(_MONTHS, 1) if name.startswith(word)]
    is_year = word.isdecimal() and len(word) <= YEAR_DIGITS
    return set().union(
        finding.of_people(catalog, people),
        finding.of_words(catalog, labels, LEAST_PROBABILITY),
        finding.of_places(catalog, places),
        finding.of_cameras(catalog, cameras),
        finding.of_events(catalog, events),
        finding.of_months(catalog, months),
        finding.of_years(catalog, word) if is_year else (),
        finding.of_kinds(catalog, _starting(word, _KINDS)),
        finding.of_event_kinds(catalog, _starting(word, _EVENT_KINDS)),
        _with_path(catalog, word),
    )


def _with_path(catalog: Catalog, word: str) -> Iterable[ItemId]:
    """Items with a folder or a file name that a word fits."""
    plain = max(re.findall("[ -~]+", word), key=len, default="")
    fits = re.compile(f"(?:^|{_SEPARATORS.pattern}){re.escape(word)}")
    return (
        item
        for item, path in finding.paths_with(catalog, plain)
        if fits.search(os.fsdecode(path).casefold())
    )


def _starting(word: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(word)]


def _begins(word: str, text: str) -> bool:
    return any(each.startswith(word) for each in _split(text))


def _split(text: str) -> list[str]:
    return [part for part in _SEPARATORS.split(text.casefold()) if part]
