"""Words that find items."""

from pathlib import Path

import pytest

from indexer.catalog import files, items
from indexer.catalog.connection import open_catalog
from indexer.catalog.files import Seen
from indexer.catalog.items import Item
from memoriesd.search import find_by_words

PATHS = ("Straße/Über uns.jpg", "trips/IMG_0012.jpg", "trips/IMG_0012 (1).jpg")


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["STRASSE"], [0]),
        (["über"], [0]),
        (["img_0012"], [1, 2]),
        (["IMG_0012.JPG"], [1, 2]),
        (["trips", "1"], [2]),
        (["traße"], []),
        (["mg"], []),
        (["canon", "2019"], [0, 1, 2]),
        (["aug photo"], [0, 1, 2]),
        (["201999"], []),
        (["."], []),
    ],
)
def test_words_are_beginnings_in_any_case_and_spelling(
    tmp_path: Path, words: list[str], numbers: list[int]
) -> None:
    row = dict.fromkeys(Item.__slots__) | {
        "kind": "photo", "width": 1, "height": 1, "orientation": 1, "date_source": "none",
        "date_confidence": 0.0, "mundane_score": 0.0, "favourite": 0, "hidden": 0, "day_only": 0,
        "camera": "Canon EOS", "taken_at": "2019-08-03T10:00:00",
    }  # fmt: skip
    with open_catalog(tmp_path / "catalog.db") as catalog:
        root_id = files.add_root(catalog, Path("/photos"))
        ids = []
        for path in PATHS:
            seen = Seen(path=path.encode(), size=1, mtime_ns=0, inode=0, sidecars="")
            files.add_files(catalog, root_id, [seen])
            (file,) = files.files_at(catalog, root_id, [path.encode()])
            ids.append(items.add_item(catalog, Item(**row), file.id))  # type: ignore[arg-type]  # columns by name

        found = [item.id for item in find_by_words(catalog, words)]

    assert found == [ids[number] for number in numbers]
