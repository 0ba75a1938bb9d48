"""Words that find items."""

from pathlib import Path

import pytest

from indexer.catalog import files, items
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.files import Seen
from indexer.catalog.items import ItemId
from memoriesd.search import NEWEST_ITEMS, find_by_words, unknown_words
from tests import made

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
    with open_catalog(tmp_path / "catalog.db") as catalog:
        ids = [add_item(catalog, path, "2019-08-03T10:00:00") for path in PATHS]

        found = [item.id for item in find_by_words(catalog, words)]

    assert found == [ids[number] for number in numbers]


@pytest.mark.parametrize(
    ("words", "unknown"),
    [
        (["canno"], {"canno": "canon"}),
        (["Agust", "2019"], {"agust": "august"}),
        (["zebra"], {"zebra": ""}),
        (["canon", "phtoo"], {"phtoo": "photo"}),
        (["canon", "february"], {"february": ""}),
        (["canon"], {}),
    ],
)
def test_word_that_fits_nothing_is_told_with_the_nearest_one(
    tmp_path: Path, words: list[str], unknown: dict[str, str]
) -> None:
    with open_catalog(tmp_path / "catalog.db") as catalog:
        add_item(catalog, "a.jpg", "2019-08-03T10:00:00")

        assert unknown_words(catalog, words) == unknown


def test_the_newest_that_fit_are_the_last_of_all_that_fit(tmp_path: Path) -> None:
    searches = ["img", "2", "photo", "img 2", "9", "old", "1", "canon 201", "."]
    with open_catalog(tmp_path / "catalog.db") as catalog, catalog.transaction():
        for number in range(NEWEST_ITEMS + 50):
            folder = "old" if number < 40 else "new"
            taken_at = f"20{10 + number // 100}-08-03T10:00:00"
            item = add_item(catalog, f"{folder}/IMG_{number}.jpg", taken_at)
            items.update_item(catalog, item, hidden=int(number % 7 == 0))

        newest = [find_by_words(catalog, [words], last=30) for words in searches]

        assert newest == [find_by_words(catalog, [words])[-30:] for words in searches]
        assert [len(found) for found in newest] == [30, 30, 30, 30, 30, 30, 30, 30, 0]


def add_item(catalog: Catalog, path: str, taken_at: str) -> ItemId:
    row = made.item(camera="Canon EOS", taken_at=taken_at)
    root_id = files.add_root(catalog, Path("/photos"))
    seen = Seen(path=path.encode(), size=1, mtime_ns=0, inode=0, sidecars="")
    files.add_files(catalog, root_id, [seen])
    (file,) = files.files_at(catalog, root_id, [path.encode()])
    return items.add_item(catalog, row, file.id)
