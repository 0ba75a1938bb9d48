"""Finding items by words: each word must fit something that is known of an item."""

import calendar
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence

from indexer.catalog.connection import Catalog
from indexer.catalog.events import all_events, all_places, event_of_items
from indexer.catalog.faces import all_face_boxes
from indexer.catalog.items import Item, ItemId, all_items, main_files, present_items
from indexer.catalog.labels import all_labels
from indexer.catalog.people import all_people

LEAST_PROBABILITY = 0.2
"""A scene word less probable than this does not say what an item shows."""

_MONTHS = tuple(name.casefold() for name in calendar.month_name[1:])


def find_by_words(catalog: Catalog, words: Sequence[str]) -> list[Item]:
    """Items that fit all words, oldest first; copies, hidden and missing ones are left out.

    A word fits where it is the beginning of one that is known of the item: people, place, region,
    country, event, labels, year, month, camera, kind, folders and file name.
    """
    wanted = [word.casefold() for text in words for word in text.split()]
    known = _known_words(catalog)
    return [
        item
        for item in sorted(present_items(catalog), key=lambda item: (item.taken_at or "", item.id))
        if not (item.duplicate_of or item.hidden)
        and all(_fits(word, known[item.id]) for word in wanted)
    ]


def _fits(word: str, known: Iterable[str]) -> bool:
    return any(each.startswith(word) for each in known)


def _known_words(catalog: Catalog) -> dict[ItemId, set[str]]:
    known: dict[ItemId, set[str]] = defaultdict(set)
    names = {person.id: person.name for person in all_people(catalog) if person.name}
    for face in all_face_boxes(catalog):
        if face.person_id in names:
            known[face.item_id].update(_split(names[face.person_id]))
    for label in all_labels(catalog):
        if label.probability >= LEAST_PROBABILITY:
            known[label.item_id].update(_split(label.word))
    titles = {event.id: f"{event.kind} {event.title}" for event in all_events(catalog)}
    for item_id, event_id in event_of_items(catalog).items():
        known[item_id].update(_split(titles[event_id]))
    for item_id, file in main_files(catalog).items():
        known[item_id].update(_split(os.fsdecode(file.path)))
    places = all_places(catalog)
    for item in all_items(catalog):
        place = places.get(item.place_id or 0)
        if place is not None:
            known[item.id].update(_split(f"{place.name} {place.region} {place.country}"))
        known[item.id].update(_split(f"{item.kind} {item.camera or ''}"))
        if item.taken_at:
            known[item.id].update((item.taken_at[:4], _MONTHS[int(item.taken_at[5:7]) - 1]))
    return known


def _split(text: str) -> list[str]:
    for separator in "/\\._-,()":
        text = text.replace(separator, " ")
    return text.casefold().split()
