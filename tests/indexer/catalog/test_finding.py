"""Lists of items, and finding an item by its path."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.catalog import files, finding, items
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.counts import count_items
from indexer.catalog.files import FileState, Seen
from indexer.catalog.items import ItemId
from tests import made

ROOT = Path("/photos")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with open_catalog(tmp_path / "catalog.db") as opened:
        yield opened


def add(catalog: Catalog, path: str, taken_at: str | None = None) -> ItemId:
    root_id = files.add_root(catalog, ROOT)
    seen = Seen(path=path.encode(), size=1, mtime_ns=0, inode=0, sidecars="")
    files.add_files(catalog, root_id, [seen])
    (file,) = files.files_at(catalog, root_id, [path.encode()])
    return items.add_item(catalog, made.item(taken_at=taken_at), file.id)


def test_the_newest_are_told_oldest_first_and_undated_ones_before_all(catalog: Catalog) -> None:
    late = add(catalog, "a.jpg", "2020-01-02T00:00:00")
    early = add(catalog, "b.jpg", "2020-01-01T00:00:00")
    undated = add(catalog, "c.jpg")

    listed = [item.id for item in finding.list_items(catalog)]
    newest = [item.id for item in finding.list_items(catalog, last=2)]

    assert listed == [undated, early, late]
    assert newest == [early, late]


def test_missing_files_hidden_items_and_copies_are_left_out_where_asked(catalog: Catalog) -> None:
    kept, copy, hidden, gone = (add(catalog, f"{name}.jpg") for name in "abcd")
    items.update_item(catalog, copy, duplicate_of=kept)
    items.update_item(catalog, hidden, hidden=1)
    (file,) = files.files_at(catalog, files.add_root(catalog, ROOT), [b"d.jpg"])
    files.set_file_state(catalog, [file.id], FileState.MISSING)

    everything = {item.id for item in finding.list_items(catalog)}
    found = {
        item.id for item in finding.list_items(catalog, among=[kept, copy, gone], hidden=False)
    }

    assert everything == {kept, copy, hidden}
    assert found == {kept}


def test_what_failed_is_told_as_failed_alone(catalog: Catalog) -> None:
    read, broken = add(catalog, "a.jpg"), add(catalog, "b.jpg")
    (file,) = files.files_at(catalog, files.add_root(catalog, ROOT), [b"b.jpg"])
    files.note_failure(catalog, file.id, "cut short")

    listed = [item.id for item in finding.list_items(catalog)]

    assert (listed, count_items(catalog)) == ([read], 1)
    assert files.failed_files(catalog) == [("b.jpg", "cut short")]
    assert items.get_item(catalog, broken)


def test_every_scene_word_and_camera_is_told_once(catalog: Catalog) -> None:
    for name in "ab":
        items.update_item(catalog, add(catalog, f"{name}.jpg"), camera=f"Camera {name}")

    assert finding.cameras(catalog) == ["Camera a", "Camera b"]
    assert finding.words_seen(catalog) == []


@pytest.mark.parametrize("path", ["/photos/trip/a.jpg", "trip/a.jpg"])
def test_an_item_is_found_by_its_path_on_this_machine_or_below_its_root(
    catalog: Catalog, path: str
) -> None:
    wanted = add(catalog, "trip/a.jpg")
    add(catalog, "a.jpg")

    assert items.find_item(catalog, Path(path)) == wanted
    assert items.find_item(catalog, Path("/elsewhere/a.jpg")) is None


def test_an_item_that_turns_out_to_be_elsewhere_loses_its_place_name(catalog: Catalog) -> None:
    item_id = add(catalog, "a.jpg")
    catalog.execute("INSERT INTO places VALUES (1, 'Rome', '', 'IT', 'Italy')")
    items.update_item(catalog, item_id, place_id=1)

    items.update_item(catalog, item_id, latitude=48.1, longitude=11.6)

    moved = items.get_item(catalog, item_id)
    assert moved is not None
    assert moved.place_id is None
