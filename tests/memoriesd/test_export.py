"""The exported document of a small catalog, compared with a golden file."""

import json
import os
from pathlib import Path

from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.counts import count_items, count_words
from indexer.catalog.files import FileState, RootId, files_of_root, set_file_state
from memoriesd.export import export_catalog
from memoriesd.search import find_by_words

GOLDEN = Path(__file__).parent / "golden" / "export.json"


def test_export_is_the_golden_document(filled: Catalog) -> None:
    text = json.dumps(export_catalog(filled), indent=1) + "\n"

    if os.environ.get("MEMORIESD_GOLDEN") == "write":
        GOLDEN.write_text(text, encoding="ascii")
    assert text == GOLDEN.read_text(encoding="ascii")


def test_name_that_is_not_utf8_survives_the_way_through_json(filled: Catalog) -> None:
    document = json.loads(json.dumps(export_catalog(filled)))

    paths = [os.fsencode(item["path"]) for item in document["items"]]
    assert b"2021/caf\xe9.jpg" in paths


def test_empty_catalog_exports_empty_lists() -> None:
    document = export_catalog(open_catalog(":memory:"))

    assert document == {
        "schema": 1,
        "items": [],
        "failed": [],
        "people": [],
        "events": [],
        "memories": [],
        "movies": [],
    }


def test_item_is_left_out_when_its_file_is_missing_but_not_when_it_is_away(
    filled: Catalog,
) -> None:
    by_path = {row.path: row.id for row in files_of_root(filled, RootId(1))}
    set_file_state(filled, [by_path[b"clip.mp4"]], FileState.MISSING)
    set_file_state(filled, [by_path[b"2021/copy.jpg"]], FileState.AWAY)

    document = export_catalog(filled)

    assert [item["path"] for item in document["items"]] == ["2021/caf\udce9.jpg", "2021/copy.jpg"]
    assert [item.kind for item in find_by_words(filled, ["video"])] == []
    assert count_items(filled) == 2
    assert count_words(filled) == [("beach", 1)]


def test_item_whose_file_failed_is_told_among_the_failed_alone(filled: Catalog) -> None:
    by_path = {row.path: row.id for row in files_of_root(filled, RootId(1))}
    set_file_state(filled, [by_path[b"clip.mp4"]], FileState.FAILED)

    document = export_catalog(filled)

    assert "clip.mp4" not in [item["path"] for item in document["items"]]
    assert "clip.mp4" in [failed["path"] for failed in document["failed"]]


def test_words_are_counted_as_searches_find_them(filled: Catalog) -> None:
    assert count_words(filled) == [("beach", len(find_by_words(filled, ["beach"])))]
    assert find_by_words(filled, ["dog"]) == []  # hardly probable
