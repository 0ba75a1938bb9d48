"""What was shown before: the movies that were made, as cooldowns count them."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence

from composer.cooldown import Shown
from indexer.catalog.connection import Catalog
from indexer.catalog.items import ItemId
from indexer.catalog.memories import Memory, all_memories, items_of_memory
from indexer.catalog.movies import all_movies, get_storyboard


def past_movies(catalog: Catalog, zone: dt.tzinfo) -> tuple[Shown, ...]:
    """Every movie that was made, oldest first, whatever became of its file; drafts do not count.

    Parameters
    ----------
    catalog : Catalog
        It keeps times in UTC.
    zone : tzinfo
        Whose days count.
    """
    memories = {memory.id: memory for memory in all_memories(catalog)}
    found = []
    for movie in (movie for movie in all_movies(catalog) if not movie.draft):
        memory, stored = memories[movie.memory_id], get_storyboard(catalog, movie.storyboard_id)
        shots = [] if stored is None else json.loads(stored.board)["shots"]
        found.append(
            Shown(
                memory_id=movie.memory_id,
                day=dt.datetime.fromisoformat(movie.made_at).astimezone(zone).date(),
                kind=memory.kind,
                theme="" if stored is None else stored.theme,
                length="" if stored is None else stored.length,
                subjects=frozenset(json.loads(memory.subjects)),
                items=frozenset(ItemId(p["item_id"]) for shot in shots for p in shot["panels"]),
            )
        )
    return tuple(found)


def items_of_memories(
    catalog: Catalog, memories: Sequence[Memory]
) -> Mapping[int, frozenset[ItemId]]:
    """The items of each memory by its id."""
    return {
        memory.id: frozenset(one.item_id for one in items_of_memory(catalog, memory.id))
        for memory in memories
    }
