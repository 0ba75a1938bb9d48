"""Which characters of a library's own words no installed font can draw."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from composer.render.fonts import uncovered
from indexer.catalog.connection import Catalog
from indexer.catalog.events import all_places
from indexer.catalog.memories import all_memories
from indexer.catalog.people import all_people
from themes.theme import Face


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Characters that would be left out of movies."""

    characters: str
    """Each once, in the order of their code points."""
    example: str
    """A name or title that has the first of them."""


def missing_characters(catalog: Catalog, face: Face) -> Missing | None:
    """What would be left out of movies, if anything; `face` is tried first, then every font."""
    example: dict[str, str] = {}
    for word in _words(catalog):
        for character in word:
            example.setdefault(character, word)
    found = uncovered(face, "".join(sorted(example)))
    return Missing(characters="".join(found), example=example[found[0]]) if found else None


def _words(catalog: Catalog) -> Iterator[str]:
    memories, places = all_memories(catalog), all_places(catalog).values()
    return chain(
        (person.name for person in all_people(catalog)),
        (text for place in places for text in (place.name, place.region, place.country)),
        (text for memory in memories for text in (memory.title, memory.subtitle)),
    )
