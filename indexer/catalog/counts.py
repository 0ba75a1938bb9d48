"""How much of everything there is, without reading it."""

from indexer.catalog.connection import Catalog
from indexer.catalog.labels import SHOWN_PROBABILITY

_PRESENT = (
    "SELECT item_id FROM item_files JOIN files ON files.id = file_id"
    " WHERE role = 'main' AND state NOT IN ('missing', 'failed')"
)


def count_items(catalog: Catalog) -> int:
    """How many items there are whose file is there and could be read."""
    return int(catalog.scalar(f"SELECT count(*) FROM ({_PRESENT})"))


def count_people(catalog: Catalog) -> tuple[int, int]:
    """How many people have a name, and how many have none."""
    named = int(catalog.scalar("SELECT count(*) FROM people WHERE name != ''"))
    return named, int(catalog.scalar("SELECT count(*) FROM people")) - named


def count_memories(catalog: Catalog) -> dict[str, int]:
    """How many memories are in each state."""
    return dict(catalog.execute("SELECT state, count(*) FROM memories GROUP BY state").fetchall())


def count_words(catalog: Catalog) -> list[tuple[str, int]]:
    """Every scene word with the number of items that show it, the most frequent first.

    As in a search, copies, hidden and missing items do not count.
    """
    sql = (
        f"SELECT word, count(*) AS n FROM labels WHERE probability >= {SHOWN_PROBABILITY}"
        f" AND item_id IN ({_PRESENT}) AND item_id IN"
        " (SELECT id FROM items WHERE duplicate_of IS NULL AND hidden = 0)"
        " GROUP BY word ORDER BY n DESC, word"
    )
    return [(word, n) for word, n in catalog.execute(sql)]
