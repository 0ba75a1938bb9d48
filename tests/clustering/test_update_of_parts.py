"""What is found around changes is what is found when all is looked at anew."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from clustering import local_times
from clustering.events import record
from clustering.update import update
from indexer.catalog import files as file_rows
from indexer.catalog import items as item_rows
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.files import Seen
from indexer.catalog.items import Item, ItemId
from indexer.catalog.settings import drop_setting

SPOTS = (None, None, (40.758, -73.9855), (35.68, 139.76))
NOTHING = Item(
    id=ItemId(0), kind="photo", width=1, height=1, duration_s=None, orientation=1,
    motion_offset=None, pair_id=None, told_local=None, told_utc=None, told_offset=None,
    date_source="exif", date_confidence=0.9, taken_at=None, taken_at_utc=None, utc_offset=None,
    latitude=None, longitude=None, place_id=None, camera=None, mundane=None, mundane_score=0.0,
    sharpness=None, exposure=None, score=None, phash=None, duplicate_of=None, favourite=0, hidden=0,
)  # fmt: skip

FIRST = datetime(2021, 1, 25)  # noqa: DTZ001 - of wall clocks and of UTC
HOURS = 24 * 45
"""Around the short month: thirty days may span three."""
AT_HOME = [
    replace(NOTHING, told_local=f"2018-06-{day:02d}T12:00:00", latitude=48.137, longitude=11.575)
    for day in range(1, 21)
]
"""So many days that no other zone is the home."""


@st.composite
def photos(draw: st.DrawFn) -> Item:
    told = (FIRST + timedelta(hours=draw(st.integers(0, HOURS)))).isoformat()
    in_utc = draw(st.booleans())
    latitude, longitude = draw(st.sampled_from(SPOTS)) or (None, None)
    return replace(
        NOTHING,
        told_local=None if in_utc else told,
        told_utc=f"{told}+00:00" if in_utc else None,
        latitude=latitude,
        longitude=longitude,
    )


@given(
    before=st.lists(photos(), min_size=4, max_size=12),
    gone=st.sets(st.integers(0, 11)),
    moved=st.dictionaries(st.integers(0, 11), photos(), max_size=2),
    after=st.lists(photos(), max_size=3),
)
@settings(max_examples=40, deadline=None)
def test_what_changed_is_found_as_if_all_were_found_anew(
    before: list[Item], gone: set[int], moved: dict[int, Item], after: list[Item]
) -> None:
    with open_catalog(":memory:") as catalog:
        ids = [add(catalog, photo, number) for number, photo in enumerate([*before, *AT_HOME])]
        run(catalog)
        for number, photo in moved.items():
            if number < len(ids):
                told = ("told_local", "told_utc", "latitude", "longitude", "date_confidence")
                item_rows.update_item(
                    catalog, ids[number], **{name: getattr(photo, name) for name in told}
                )
        item_rows.delete_items(catalog, [i for n, i in enumerate(ids) if n in gone])
        for number, photo in enumerate(after, len(ids)):
            add(catalog, photo, number)

        run(catalog)

        found = known(catalog)
        for setting in (local_times.SETTING, record.SETTING):
            drop_setting(catalog, setting)
        run(catalog)
        assert found == known(catalog)


def test_events_that_went_missing_are_found_again() -> None:
    with open_catalog(":memory:") as catalog:
        add(catalog, replace(NOTHING, told_local="2020-05-05T10:00:00"), 0)
        run(catalog)
        events = len(catalog.execute("SELECT * FROM event_items").fetchall())
        catalog.execute("DELETE FROM event_items")

        run(catalog)

        assert len(catalog.execute("SELECT * FROM event_items").fetchall()) == events == 1


def add(catalog: Catalog, photo: Item, number: int) -> ItemId:
    root = file_rows.add_root(catalog, Path("/photos"))
    path = f"{number:05d}.jpg".encode()
    seen = Seen(path=path, size=1, mtime_ns=0, inode=number, sidecars="")
    file_rows.add_files(catalog, root, [seen])
    (file,) = file_rows.files_at(catalog, root, [path])
    return item_rows.add_item(catalog, photo, file.id)


def run(catalog: Catalog) -> None:
    update(catalog, checkpoint=lambda: None, progress=lambda *_: None)


def known(catalog: Catalog) -> list[object]:
    return [
        catalog.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
        for table in ("items", "events", "event_items")
    ]
