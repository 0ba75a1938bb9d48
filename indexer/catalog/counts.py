"""How much of everything there is, without reading it."""

from indexer.catalog.connection import Catalog


def count_items(catalog: Catalog) -> int:
    """How many items there are."""
    return int(catalog.scalar("SELECT count(*) FROM items"))


def count_people(catalog: Catalog) -> tuple[int, int]:
    """How many people have a name, and how many have none."""
    named = int(catalog.scalar("SELECT count(*) FROM people WHERE name != ''"))
    return named, int(catalog.scalar("SELECT count(*) FROM people")) - named


def count_memories(catalog: Catalog) -> dict[str, int]:
    """How many memories are in each state."""
    return dict(catalog.execute("SELECT state, count(*) FROM memories GROUP BY state").fetchall())


def count_words(catalog: Catalog) -> list[tuple[str, int]]:
    """Every scene word with the number of items that show it, the most frequent first."""
    sql = "SELECT word, count(*) AS n FROM labels GROUP BY word ORDER BY n DESC, word"
    return [(word, n) for word, n in catalog.execute(sql)]
