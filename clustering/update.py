"""The job that makes sense of what was indexed: local times, places, people, events."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from clustering.events.record import EventsReport, record_events
from clustering.local_times import write_times
from clustering.people.recognise import PeopleReport, recognise
from clustering.places import name_places
from indexer.catalog import events as event_rows
from indexer.catalog import items as item_rows
from indexer.catalog.connection import Catalog
from indexer.catalog.events import Place
from indexer.catalog.items import Columns, ItemId
from indexer.catalog.people import restore_corrections
from indexer.catalog.settings import get_setting, put_setting

STEPS = ("local times", "places", "people", "events")
LANGUAGE = "en"
"""Of place names in the catalog; other languages are found when they are shown."""
NAMELESS = "nameless spots"
"""The setting with a digest of the items that no town lends its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterReport:
    """What was found."""

    n_items: int
    n_dated: int
    """Items with a local time."""
    n_placed: int
    """Items with a place that has a name."""
    people: PeopleReport
    events: EventsReport


def update(
    catalog: Catalog,
    *,
    checkpoint: Callable[[], None],
    progress: Callable[[int, int, str], None],
) -> ClusterReport:
    """Bring times, places, people and events up to date; twice in a row changes nothing.

    Parameters
    ----------
    catalog : Catalog
        Read and written, in short transactions.
    checkpoint : callable
        Called between the steps and between batches.
    progress : callable
        Told (steps done, steps in all, what is being done).
    """
    restore_corrections(catalog)
    progress(0, len(STEPS), STEPS[0])
    write_times(catalog, checkpoint)
    progress(1, len(STEPS), STEPS[1])
    write_places(catalog, checkpoint)
    progress(2, len(STEPS), STEPS[2])
    people = recognise(catalog, checkpoint)
    checkpoint()
    progress(3, len(STEPS), STEPS[3])
    events = record_events(catalog)
    progress(4, len(STEPS), STEPS[3])
    n_items, n_dated, n_placed = item_rows.count_known(catalog)
    return ClusterReport(
        n_items=n_items,
        n_dated=n_dated,
        n_placed=n_placed,
        people=people,
        events=events,
    )


def write_places(catalog: Catalog, checkpoint: Callable[[], None]) -> None:
    """Name the place of every item that has none yet; the catalog takes it from one that moves.

    Where there is no town, as at sea, is remembered: the gazetteer is not read for it again.
    """
    without = item_rows.unnamed_spots(catalog)
    if get_setting(catalog, NAMELESS) == digest_of(without):
        return
    points = np.array([spot for _, *spot in without], np.float64).reshape(-1, 2)
    ids: dict[Place, int] = {}
    changed: dict[ItemId, Columns] = {}
    for (item_id, *_), named in zip(without, name_places(points, language=LANGUAGE), strict=True):
        if named is not None:
            place = Place(
                id=0,
                name=named.city,
                region=named.region,
                country_code=named.country_code,
                country=named.country,
            )
            if place not in ids:
                ids[place] = event_rows.put_place(catalog, place)
            changed[item_id] = {"place_id": ids[place]}
    item_rows.update_items(catalog, changed, checkpoint)
    put_setting(catalog, NAMELESS, digest_of(item_rows.unnamed_spots(catalog)))


def digest_of(spots: Sequence[tuple[ItemId, float, float]]) -> str:
    """Changes when any of the items or where it was taken does."""
    return hashlib.blake2b(repr(spots).encode(), digest_size=16).hexdigest()
