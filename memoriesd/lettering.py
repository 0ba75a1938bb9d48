"""Which characters of a library's own words no installed font can draw, and what would."""

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
    """Characters that one package would bring."""

    characters: str
    """Each once, in the order of their code points."""
    example: str
    """A name or title that has one of them."""
    package: str | None
    """None where we know none."""

    @property
    def remedy(self) -> str:
        """What to install."""
        if self.package is None:
            return "install a font that has them; fonts of the system are used"
        return f"pip install {self.package}"


def missing_characters(catalog: Catalog, face: Face) -> tuple[Missing, ...]:
    """What would be left out of movies, by package; `face` is tried first, then every font."""
    example: dict[str, str] = {}
    for word in _words(catalog):
        for character in word:
            example.setdefault(character, word)
    by_package: dict[str | None, list[str]] = {}
    for found in uncovered(face, "".join(sorted(example))):
        by_package.setdefault(found.package, []).append(found.character)
    return tuple(
        Missing(characters="".join(found), example=example[found[0]], package=package)
        for package, found in by_package.items()
    )


def _words(catalog: Catalog) -> Iterator[str]:
    memories, places = all_memories(catalog), all_places(catalog).values()
    return chain(
        (person.name for person in all_people(catalog)),
        (text for place in places for text in (place.name, place.region, place.country)),
        (text for memory in memories for text in (memory.title, memory.subtitle)),
    )
