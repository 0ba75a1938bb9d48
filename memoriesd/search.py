"""Finding items by words: each word must fit something that is known of an item."""

import calendar
import difflib
import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from indexer.catalog import finding
from indexer.catalog.connection import Catalog
from indexer.catalog.events import all_places
from indexer.catalog.finding import Few, Listed
from indexer.catalog.items import ItemId

YEAR_DIGITS = 4
FEW_ITEMS = 4000
"""Of so many each is looked up; of more, all items are looked through."""
NEAR = 0.75
"""How alike two words are of which one is mistyped: two letters in eight changed places."""
NEWEST_ITEMS = 1000
"""So many are asked first: of what nearly everything fits (``img``, ``2``) they show enough."""

Key = TypeVar("Key", int, str)

_MONTHS = tuple(name.casefold() for name in calendar.month_name[1:])
_KINDS = ("photo", "video", "live", "motion")
_EVENT_KINDS = ("trip", "outing", "party", "day")
_SEPARATOR = r"[/\\._\-,()\s]"


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
    each = {word for text in words for word in _split(text)}
    if last is not None:
        among = _fitting_all(catalog, known, each, finding.newest(catalog, NEWEST_ITEMS))
        found = finding.list_items(catalog, among=among, last=last, hidden=False)
        if len(found) == last:
            return found
    among = _fitting_all(catalog, known, each, None)
    return finding.list_items(catalog, among=among, last=last, hidden=False)


def unknown_words(catalog: Catalog, words: Sequence[str]) -> dict[str, str]:
    """The words that fit no item, each with the nearest one that fits some; or empty.

    File names are no candidates: there are too many to compare them all.
    """
    known = _known(catalog)
    names = (*known.people, *known.places, *known.events, *known.labels, *known.cameras)
    candidates = {part for _, name in names for part in _split(name)} | {*_MONTHS, *_KINDS}

    def fits(word: str) -> bool:
        return bool(_fitting(catalog, known, word, None))

    def nearest(word: str) -> str:
        near = difflib.get_close_matches(word, sorted(candidates), cutoff=NEAR)
        return next(filter(fits, near), "")

    asked = sorted({part for text in words for part in _split(text)})
    return {word: nearest(word) for word in asked if not fits(word)}


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


def _fitting_all(catalog: Catalog, known: _Known, words: Collection[str], few: Few) -> set[ItemId]:
    """The items that all words fit, of some or of all; none without a word."""
    among: set[ItemId] | None = None
    # Long words first: they fit few items, and only those are asked for the others.
    for word in sorted(words, key=len, reverse=True):
        found = _fitting(catalog, known, word, few)
        among = found if among is None else among & found
        if len(among) <= FEW_ITEMS:
            few = among
    return among or set()


def _fitting(catalog: Catalog, known: _Known, word: str, few: Few) -> set[ItemId]:
    """The items that a word fits, of some or of all."""
    months = [number for number, name in enumerate(_MONTHS, 1) if name.startswith(word)]
    is_year = word.isdecimal() and len(word) <= YEAR_DIGITS
    return set().union(
        finding.of_people(catalog, _called(known.people, word), few),
        finding.of_words(catalog, _called(known.labels, word), few),
        finding.of_places(catalog, _called(known.places, word), few),
        finding.of_cameras(catalog, _called(known.cameras, word), few),
        finding.of_events(catalog, _called(known.events, word), few),
        finding.of_months(catalog, months, few),
        finding.of_years(catalog, word, few) if is_year else (),
        finding.of_kinds(catalog, _starting(word, _KINDS), few),
        finding.of_event_kinds(catalog, _starting(word, _EVENT_KINDS), few),
        _with_path(catalog, word, few),
    )


def _called(named: Iterable[tuple[Key, str]], word: str) -> list[Key]:
    return [key for key, name in named if _begins(word, name)]


def _plain(word: str) -> str:
    """The longest part of a word that has an ASCII letter for each of its own."""
    return max(re.findall("[ -~]+", word), key=len, default="")


def _with_path(catalog: Catalog, word: str, few: Few) -> Iterator[ItemId]:
    """The items with a folder or a file name that a word fits."""
    paths = (
        finding.paths_with(catalog, _plain(word)) if few is None else finding.paths_of(catalog, few)
    )
    fits = re.compile(f"(?:^|{_SEPARATOR}){re.escape(word)}")
    return (item for item, path in paths if fits.search(os.fsdecode(path).casefold()))


def _starting(word: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(word)]


def _begins(word: str, text: str) -> bool:
    return any(each.startswith(word) for each in _split(text))


def _split(text: str) -> list[str]:
    return [part for part in re.split(_SEPARATOR, text.casefold()) if part]
