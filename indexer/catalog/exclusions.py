"""What is never shown, or less often."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from indexer.catalog.connection import Catalog, columns
from indexer.catalog.people import Person


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


def exclude_merged(catalog: Catalog, kept: Person, other: Person, added_at: str) -> None:
    """Let rules about somebody hold for the person that they were merged into.

    Their own rules stay, so that they still hold when the merge is undone.
    """
    for row in all_exclusions(catalog):
        rule = json.loads(row.rule)
        about = rule.get("person")
        named = isinstance(about, str) and about.casefold() == other.name.casefold()
        if row.kind == "person" and (about == other.id or named):
            fact = {**rule, "person": kept.id, "name": kept.name}
            add_exclusion(catalog, row.kind, fact, added_at)


def remove_exclusion(catalog: Catalog, exclusion_id: int) -> bool:
    """Remove a rule; False where there is none of that id."""
    cursor = catalog.execute("DELETE FROM exclusions WHERE id = ?", (exclusion_id,))
    return cursor.rowcount > 0
