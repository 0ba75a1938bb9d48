"""A catalog in memory."""

from collections.abc import Iterator

import pytest

from indexer.catalog.connection import Catalog, open_catalog


@pytest.fixture
def catalog() -> Iterator[Catalog]:
    with open_catalog(":memory:") as opened:
        yield opened
