"""Small facts about the catalog as a whole, as text under a key."""

from indexer.catalog.connection import Catalog

INDEX_MEMORY = "index_memory"
"""What the last indexing that read pixels was allowed, and the most that was taken, as JSON."""
INDEX_LIMIT_MB = "index_limit_mb"
"""What the last indexing was allowed, whether or not it read pixels."""
INDEX_GROUPED = "index_grouped"
"""The version of the program that told pairs and copies; empty where files may have changed."""


def get_setting(catalog: Catalog, key: str) -> str | None:
    """A setting's value."""
    found = catalog.scalar("SELECT value FROM settings WHERE key = ?", (key,))
    return None if found is None else str(found)


def drop_setting(catalog: Catalog, key: str) -> None:
    """Remove a setting, if it is there."""
    catalog.execute("DELETE FROM settings WHERE key = ?", (key,))


def put_setting(catalog: Catalog, key: str, value: str) -> None:
    """Keep a setting's value."""
    catalog.execute("INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)", (key, value))
