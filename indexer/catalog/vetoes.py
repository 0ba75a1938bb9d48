"""What a person did not want to see again: whole movies, and single pictures of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from indexer.catalog.connection import Catalog, columns
from indexer.catalog.items import ItemId
from indexer.catalog.movies import MovieId


@dataclass(frozen=True, slots=True, kw_only=True)
class Veto:
    """One thing that is not wanted."""

    id: int
    movie_id: MovieId | None
    """None where the movie is forgotten; what it taught stays."""
    kind: str
    """Of the memory."""
    theme: str
    item_id: ItemId | None
    """None: the whole movie."""
    made_at: str


def add_veto(
    catalog: Catalog,
    movie_id: MovieId,
    kind: str,
    theme: str,
    item_id: ItemId | None,
    made_at: str,
) -> None:
    """Keep a veto."""
    catalog.execute(
        "INSERT INTO vetoes (movie_id, kind, theme, item_id, made_at) VALUES (?, ?, ?, ?, ?)",
        (movie_id, kind, theme, item_id, made_at),
    )


def all_vetoes(catalog: Catalog) -> list[Veto]:
    """Every veto, oldest first."""
    return catalog.select(Veto, f"SELECT {columns(Veto)} FROM vetoes ORDER BY id")


def remove_vetoes(catalog: Catalog, veto_ids: Iterable[int]) -> None:
    """Take vetoes back."""
    catalog.execute_many("DELETE FROM vetoes WHERE id = ?", [(one,) for one in veto_ids])
