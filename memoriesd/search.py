"""Finding items by words: each word must fit something that is known of an item."""

import calendar
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from indexer.catalog import finding
from indexer.catalog.connection import Catalog
from indexer.catalog.events import all_places
from indexer.catalog.finding import Listed
from indexer.catalog.items import ItemId

LEAST_PROBABILITY = 0.2
"""A scene word less probable than this does not say what an item shows."""
YEAR_DIGITS = 4
FEW_ITEMS = 1000
"""Of so many the paths are looked up one by one; of more, all paths are looked through."""

Key = TypeVar("Key", int, str)

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
    known = _known(catalog)
    among: set[ItemId] | None = None
    for word in sorted({w for text in words for w in _split(text)}, key=len, reverse=True):
        # Long words first: they fit few items, and of few each path is looked at for the others.
        found = _fitting(catalog, known, word)
        if among is None or len(among) > FEW_ITEMS:
            found |= _with_path(finding.paths_with(catalog, _plain(word)), word)
        else:
            found |= _with_path(finding.paths_of(catalog, among), word)
        among = found if among is None else among & found
    return finding.list_items(catalog, among=among or set(), last=last, hidden=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What may be called by a word, each with its name."""

    people: Sequence[tuple[int, str]]
    places: Sequence[tuple[int, str]]
    events: Sequence[tuple[int, str]]
    labels: Sequence[tuple[str, str]]
    cameras: Sequence[tuple[str, str]]


def _known(catalog: Catalog) -> _Known:
    return _Known(
        people=finding.people_names(catalog),
        places=[
            (place.id, f"{place.name} {place.region} {place.country}")
            for place in all_places(catalog).values()
        ],
        events=finding.event_titles(catalog),
        labels=[(word, word) for word in finding.words_seen(catalog)],
        cameras=[(camera, camera) for camera in finding.cameras(catalog)],
    )


def _fitting(catalog: Catalog, known: _Known, word: str) -> set[ItemId]:
    """The items that a word fits by anything but their paths."""
    months = [number for number, name in enumerate(_MONTHS, 1) if name.startswith(word)]
    is_year = word.isdecimal() and len(word) <= YEAR_DIGITS
    return set().union(
        finding.of_people(catalog, _called(known.people, word)),
        finding.of_words(catalog, _called(known.labels, word), LEAST_PROBABILITY),
        finding.of_places(catalog, _called(known.places, word)),
        finding.of_cameras(catalog, _called(known.cameras, word)),
        finding.of_events(catalog, _called(known.events, word)),
        finding.of_months(catalog, months),
        finding.of_years(catalog, word) if is_year else (),
        finding.of_kinds(catalog, _starting(word, _KINDS)),
        finding.of_event_kinds(catalog, _starting(word, _EVENT_KINDS)),
    )


def _called(named: Iterable[tuple[Key, str]], word: str) -> list[Key]:
    return [key for key, name in named if _begins(word, name)]


def _plain(word: str) -> str:
    """The longest part of a word that has an ASCII letter for each of its own."""
    return max(re.findall("[ -~]+", word), key=len, default="")


def _with_path(paths: Iterable[tuple[ItemId, bytes]], word: str) -> set[ItemId]:
    """Those items with a folder or a file name that a word fits."""
    fits = re.compile(f"(?:^|{_SEPARATORS.pattern}){re.escape(word)}")
    return {item for item, path in paths if fits.search(os.fsdecode(path).casefold())}


def _starting(word: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(word)]


def _begins(word: str, text: str) -> bool:
    return any(each.startswith(word) for each in _split(text))


def _split(text: str) -> list[str]:
    return [part for part in _SEPARATORS.split(text.casefold()) if part]
