"""The job that makes sense of what was indexed: local times, places, people, events."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from clustering.digest import digest_of_rows
from clustering.events.record import EventsReport, record_events
from clustering.local_times import write_times
from clustering.people.recognise import PeopleReport, recognise
from clustering.places import Cell, cells_of, name_places
from indexer.catalog import events as event_rows
from indexer.catalog import items as item_rows
from indexer.catalog.connection import Catalog
from indexer.catalog.events import Place
from indexer.catalog.items import Columns, ItemId
from indexer.catalog.rescue import take_over_journal
from indexer.catalog.settings import get_setting, put_setting

STEPS = ("local times", "places", "people", "events")
LANGUAGE = "en"
"""Of place names in the catalog; other languages are found when they are shown."""
NAMELESS = "nameless items"
"""The setting with digests of the items that no town lends its name, and of where they lie."""


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
    take_over_journal(catalog)
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

    The gazetteer is read for new spots alone: one with a name lends it to all that is taken there,
    and where there is no town, as at sea, is remembered.
    """
    without = item_rows.unnamed_spots(catalog)
    setting = get_setting(catalog, NAMELESS)
    nameless = frozenset(json.loads(setting or "[]"))
    new = [row for row in without if digest_of_rows([row]) not in nameless]
    changed: dict[ItemId, Columns] = {}
    if new:
        place_of = places_of_cells(
            catalog, [(latitude, longitude) for _, latitude, longitude in new]
        )
        cells = cells_of([(latitude, longitude) for _, latitude, longitude in new])
        changed = {
            item_id: {"place_id": place_of[cell]}
            for (item_id, *_), cell in zip(new, cells, strict=True)
            if cell in place_of
        }
    item_rows.update_items(catalog, changed, checkpoint)
    left = json.dumps([digest_of_rows([row]) for row in without if row[0] not in changed])
    if left != setting:
        put_setting(catalog, NAMELESS, left)


def places_of_cells(catalog: Catalog, spots: Sequence[tuple[float, float]]) -> dict[Cell, int]:
    """The places of all cells that have a name, with those of some spots."""
    rows = item_rows.named_spots(catalog)
    cells = cells_of([(latitude, longitude) for latitude, longitude, _ in rows])
    found = dict(zip(cells, (place_id for *_, place_id in rows), strict=True))
    strange = {
        cell: spot for cell, spot in zip(cells_of(spots), spots, strict=True) if cell not in found
    }
    points = np.array(list(strange.values()), np.float64).reshape(-1, 2)
    ids: dict[Place, int] = {}
    for cell, named in zip(strange, name_places(points, language=LANGUAGE), strict=True):
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
            found[cell] = ids[place]
    return found
