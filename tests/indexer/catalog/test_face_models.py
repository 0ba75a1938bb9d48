from pathlib import Path

from indexer.catalog.connection import open_catalog
from indexer.catalog.face_models import Strangers, all_strangers, put_strangers


def test_what_models_say_of_strangers_is_kept_for_each(tmp_path: Path) -> None:
    first, second = Strangers(mean=0.64, spread=0.1), Strangers(mean=0.1, spread=0.2)
    with open_catalog(tmp_path / "catalog.db") as catalog:
        put_strangers(catalog, "m1", Strangers(mean=0.5, spread=0.1))

        put_strangers(catalog, "m1", first)
        put_strangers(catalog, "m2", second)

        assert all_strangers(catalog) == {"m1": first, "m2": second}


def test_a_catalog_that_was_never_filled_knows_of_no_strangers(tmp_path: Path) -> None:
    with open_catalog(tmp_path / "catalog.db") as catalog:
        assert all_strangers(catalog) == {}
