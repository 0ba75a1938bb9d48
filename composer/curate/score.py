"""How much an item is worth showing, and why, in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from composer.library import ViewItem
from indexer.catalog.faces import PersonId
from indexer.catalog.people import Person

PICTURE = 0.55
FAVOURITE = 0.15
FACES = 0.06
KNOWN = 0.05
NAMED = 0.05
FOCUS = 0.15
HIGHLIGHT = 0.08
LESS = -0.25
"""Weights of the parts. The picture itself counts most; Ente adds named faces to its score, too,
and a person who is shown less weighs more than any one bonus."""

CROWD = 6
"""With more faces than this a picture is of a group, not of somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """What an item is worth."""

    value: float
    words: tuple[str, ...]
    """What speaks for it, the strongest first."""


def interest(
    item: ViewItem,
    *,
    people: Mapping[PersonId, Person],
    focus: frozenset[PersonId] = frozenset(),
    less: frozenset[PersonId] = frozenset(),
) -> Interest:
    """Score an item from its parts; 0 to about 1."""
    parts = [
        (PICTURE * item.score, f"picture score {item.score:.2f}"),
        (FAVOURITE * item.favourite, "a favourite"),
        (FOCUS * _presence(item, focus), "shows whom the memory is about"),
        (FACES * bool(item.faces), _faces_word(len(item.faces))),
        (KNOWN * bool(item.people), "somebody who is on other pictures, too"),
        (NAMED * any(people[p].name for p in item.people if p in people), "somebody named"),
        (HIGHLIGHT * _best_highlight(item), "a video with a good moment"),
        (LESS * bool(item.people & less), "shows somebody who is shown less"),
    ]
    told = sorted((part for part in parts if part[0] != 0), key=lambda part: -abs(part[0]))
    return Interest(
        value=sum(value for value, _ in parts), words=tuple(words for _, words in told[:3])
    )


def _presence(item: ViewItem, focus: frozenset[PersonId]) -> float:
    """1 where everybody in focus is seen and few others; less in a crowd."""
    if not focus:
        return 0.0
    seen = len(focus & item.people) / len(focus)
    return seen * (1.0 if len(item.faces) <= CROWD else 0.5)


def _faces_word(count: int) -> str:
    return "a face" if count == 1 else f"{count} faces"


def _best_highlight(item: ViewItem) -> float:
    if not item.is_video:
        return 0.0
    return min(1.0, max((span.score for span in item.highlights), default=0.0))
