"""The exported document of a small catalog, compared with a golden file."""

import json
import os
from pathlib import Path

from indexer.catalog.connection import Catalog, open_catalog
from memoriesd.export import export_catalog

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
