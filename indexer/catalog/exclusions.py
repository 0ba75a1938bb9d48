"""What is never shown, or less often."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from indexer.catalog.connection import Catalog, columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """One rule about what is never shown."""

    id: int
    kind: str
    """``person``, ``place``, ``dates``, ``label`` or ``folder``."""
    rule: str
    """JSON; its keys depend on the kind."""
    added_at: str


def all_exclusions(catalog: Catalog) -> list[Exclusion]:
    """Every rule, oldest first."""
    sql = f"SELECT {columns(Exclusion)} FROM exclusions ORDER BY id"
    return catalog.select(Exclusion, sql)


def add_exclusion(catalog: Catalog, kind: str, rule: Mapping[str, Any], added_at: str) -> int:
    """Add a rule; the id of the one that is there already where it is the same."""
    text = json.dumps(rule, sort_keys=True)
    catalog.execute(
        "INSERT OR IGNORE INTO exclusions (kind, rule, added_at) VALUES (?, ?, ?)",
        (kind, text, added_at),
    )
    sql = "SELECT id FROM exclusions WHERE kind = ? AND rule = ?"
    return int(catalog.scalar(sql, (kind, text)))


def remove_exclusion(catalog: Catalog, exclusion_id: int) -> bool:
    """Remove a rule; False where there is none of that id."""
    cursor = catalog.execute("DELETE FROM exclusions WHERE id = ?", (exclusion_id,))
    return cursor.rowcount > 0
