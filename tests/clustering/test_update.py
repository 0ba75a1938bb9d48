from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from clustering.clocks import HOME_CONFIDENCE
from clustering.places import load_gazetteer
from clustering.update import update
from indexer.catalog import files as file_rows
from indexer.catalog import items as item_rows
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.events import all_events, all_places, event_of_items
from indexer.catalog.files import FileState, Seen
from indexer.catalog.items import ItemId
from indexer.catalog.people import add_correction, add_person, all_people
from tests import made

MUNICH = (48.137, 11.575)
ROME = (41.90, 12.50)
AT_SEA = (0.0, -30.0)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with open_catalog(tmp_path / "catalog.db") as opened:
        yield opened


def add_photo(
    catalog: Catalog,
    local: str | None,
    spot: tuple[float, float] | None = MUNICH,
    *,
    utc: str | None = None,
    day_only: bool = False,
    confidence: float = 0.9,
    mundane: str | None = None,
) -> ItemId:
    root = file_rows.add_root(catalog, Path("/photos"))
    number = len(file_rows.files_of_root(catalog, root))
    path = f"{number:05d}.jpg".encode()
    file_rows.add_files(
        catalog, root, [Seen(path=path, size=1, mtime_ns=0, inode=number, sidecars="")]
    )
    file = next(f for f in file_rows.files_of_root(catalog, root) if f.path == path)
    file_rows.set_file_state(catalog, [file.id], FileState.INDEXED)
    row = made.item(
        told_local=local,
        told_utc=utc,
        date_confidence=confidence,
        latitude=spot and spot[0],
        longitude=spot and spot[1],
        mundane=mundane,
        day_only=int(day_only),
    )
    return item_rows.add_item(catalog, row, file.id)


def run(catalog: Catalog) -> None:
    update(catalog, checkpoint=lambda: None, progress=lambda *_: None)


def a_year(catalog: Catalog) -> None:
    """A spring at home, with a journey in it."""
    for day in range(0, 60, 3):
        for minute in range(3):
            when = datetime(2024, 3, 1, 10, minute) + timedelta(days=day)  # noqa: DTZ001 - wall clock
            add_photo(catalog, when.isoformat())
    for day in range(5):
        for hour in (9, 12, 18):
            when = datetime(2024, 5, 10, hour) + timedelta(days=day)  # noqa: DTZ001 - wall clock
            add_photo(catalog, when.isoformat(), ROME)


def test_times_places_and_events_are_written(catalog: Catalog) -> None:
    a_year(catalog)
    told_in_utc = add_photo(catalog, None, None, utc="2024-05-12T10:00:00+00:00")

    run(catalog)

    item = item_rows.get_item(catalog, told_in_utc)
    trip = next(event for event in all_events(catalog) if event.kind == "trip")
    assert item is not None
    assert (item.taken_at, item.utc_offset) == ("2024-05-12T12:00:00", "+02:00")
    assert event_of_items(catalog)[told_in_utc] == trip.id
    assert (trip.start_at, trip.end_at) == ("2024-05-10T09:00:00", "2024-05-14T18:00:00")
    assert trip.place == "Rome"
    assert {place.country_code for place in all_places(catalog).values()} == {"DE", "IT"}


def test_twice_in_a_row_changes_nothing(catalog: Catalog) -> None:
    a_year(catalog)
    run(catalog)
    before = list(catalog.connection.iterdump())

    run(catalog)

    assert list(catalog.connection.iterdump()) == before


def test_day_that_was_guessed_from_utc_is_believed_less_and_never_more_again(
    catalog: Catalog,
) -> None:
    a_year(catalog)
    far = add_photo(catalog, None, None, utc="2020-05-12T10:00:00+00:00", confidence=0.9)
    doubtful = add_photo(catalog, None, None, utc="2020-05-12T11:00:00+00:00", confidence=0.2)
    run(catalog)
    add_photo(catalog, "2020-05-12T12:30:00", ROME)

    run(catalog)

    believed = {item.id: item.date_confidence for item in item_rows.all_items(catalog)}
    assert (believed[far], believed[doubtful]) == (HOME_CONFIDENCE, 0.2)


def test_event_ids_and_titles_stay_when_pictures_come(catalog: Catalog) -> None:
    a_year(catalog)
    run(catalog)
    before = {event.id: event for event in all_events(catalog)}
    trip = next(event for event in before.values() if event.kind == "trip")
    catalog.execute("UPDATE events SET title = 'Rome!' WHERE id = ?", (trip.id,))
    late = add_photo(catalog, "2024-05-15T09:00:00", ROME)
    early = add_photo(catalog, "2024-01-15T09:00:00")

    run(catalog)

    after = {event.id: event for event in all_events(catalog)}
    assert set(before) < set(after)
    assert event_of_items(catalog)[late] == trip.id
    assert event_of_items(catalog)[early] not in before
    assert after[trip.id].title == "Rome!"


def test_items_without_a_time_of_their_own_are_in_no_event(catalog: Catalog) -> None:
    a_year(catalog)
    by_file_time = add_photo(catalog, "2024-05-12T10:00:00", None, confidence=0.1)
    undated = add_photo(catalog, None, None, confidence=0.0)
    lost = add_photo(catalog, "2024-05-12T11:00:00", ROME)
    (file,) = item_rows.files_of_item(catalog, lost)
    file_rows.set_file_state(catalog, [file.file_id], FileState.MISSING)

    run(catalog)

    assert not {by_file_time, undated, lost} & set(event_of_items(catalog))


def test_copies_go_with_the_item_that_is_kept(catalog: Catalog) -> None:
    a_year(catalog)
    kept = add_photo(catalog, "2024-05-12T10:00:00", ROME)
    copy = add_photo(catalog, "2024-05-20T10:00:00", None, day_only=True)
    item_rows.set_duplicates(catalog, {copy: kept})

    run(catalog)

    assert event_of_items(catalog)[copy] == event_of_items(catalog)[kept]


def test_copy_that_was_sent_later_makes_no_trip_longer(catalog: Catalog) -> None:
    a_year(catalog)
    kept = add_photo(catalog, "2024-05-12T15:00:00", ROME)
    sent = add_photo(catalog, "2024-07-01T20:15:00", ROME)
    item_rows.set_duplicates(catalog, {sent: kept})

    run(catalog)

    (trip,) = (event for event in all_events(catalog) if event.kind == "trip")
    assert event_of_items(catalog)[sent] == trip.id
    assert trip.end_at == "2024-05-14T18:00:00"


def test_an_empty_catalog_gives_an_empty_report(catalog: Catalog) -> None:
    report = update(catalog, checkpoint=lambda: None, progress=lambda *_: None)

    assert (report.n_items, report.events.n_events, report.people.n_people) == (0, 0, 0)


def test_a_stop_between_steps_leaves_a_catalog_that_the_next_run_finishes(
    catalog: Catalog,
) -> None:
    a_year(catalog)
    calls = iter(range(2))

    def stop() -> None:
        if next(calls, None) is None:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        update(catalog, checkpoint=stop, progress=lambda *_: None)
    run(catalog)

    assert any(event.kind == "trip" for event in all_events(catalog))


def test_spot_with_a_name_lends_it_and_one_without_is_remembered(catalog: Catalog) -> None:
    first = add_photo(catalog, "2024-05-10T09:00:00", ROME)
    at_sea = add_photo(catalog, "2024-06-10T09:00:00", AT_SEA)
    run(catalog)
    load_gazetteer.cache_clear()
    second = add_photo(catalog, "2024-07-10T09:00:00", ROME)

    run(catalog)

    assert load_gazetteer.cache_info().misses == 0
    assert place_of(catalog, second) == place_of(catalog, first) is not None
    assert place_of(catalog, at_sea) is None


def test_item_that_moves_from_the_sea_to_a_town_is_named(catalog: Catalog) -> None:
    item = add_photo(catalog, "2024-06-10T09:00:00", AT_SEA)
    run(catalog)
    item_rows.update_item(catalog, item, latitude=ROME[0], longitude=ROME[1])

    run(catalog)

    assert place_of(catalog, item) is not None


def place_of(catalog: Catalog, item_id: ItemId) -> int | None:
    item = item_rows.get_item(catalog, item_id)
    assert item is not None
    return item.place_id


def test_correction_that_a_power_cut_took_from_the_catalog_comes_back(catalog: Catalog) -> None:
    ana, ben = add_person(catalog), add_person(catalog)
    for person, name in ((ana, "Ana"), (ben, "Ben")):
        add_correction(catalog, "2026-06-01", "name", {"person": person, "name": name, "core": []})
    catalog.execute("DELETE FROM corrections WHERE id = 2")

    update(catalog, checkpoint=lambda: None, progress=lambda *_: None)

    assert [person.name for person in all_people(catalog)] == ["Ana", "Ben"]
