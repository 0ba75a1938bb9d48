"""What direction works from: a memory's items, a theme, a length, a frame, a soundtrack."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum

from composer.curate.wording import Wording
from composer.library import Vector, ViewItem
from composer.storyboard.canvas import Canvas
from composer.storyboard.model import Stop
from indexer.catalog.faces import PersonId
from indexer.catalog.items import ItemId
from themes.theme import Theme


class Length(StrEnum):
    """How long a movie is."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


RANGES_S: Mapping[Length, tuple[float, float]] = {
    Length.SHORT: (15.0, 20.0),
    Length.MEDIUM: (40.0, 50.0),
    Length.LONG: (80.0, 100.0),
}
"""Shortest and longest movie of each length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """Somebody's eyes on an item, in fractions of the upright picture."""

    x_norm: float
    y_norm: float
    """Of the middle between them."""
    apart_norm: float
    """In fractions of the picture's width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """Where one photograph's content lies on another one of the same place.

    All in fractions: what is at ``x`` on the first is at ``x_scale * x + x_shift`` on the second.
    """

    x_scale: float
    y_scale: float
    x_shift: float
    y_shift: float


Aligner = Callable[[ViewItem, ViewItem], Alignment | None]
"""Looks at two photographs; None where they do not show the same."""


def not_aligned(_first: ViewItem, _second: ViewItem) -> None:
    """Of pictures that are not looked at."""


Listener = Callable[[ViewItem], ViewItem]
"""The same clip with what is said and heard in it."""


def not_heard(clip: ViewItem) -> ViewItem:
    """Of clips that are not listened to."""
    return clip


Light = Callable[[ViewItem], float | None]
"""Median brightness of a photograph in f-stops; None where it counts for nothing."""


def not_measured(_item: ViewItem) -> float | None:
    """Of pictures that are not looked at."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """Everything that decides what a movie will be like."""

    memory_id: int
    memory_key: str
    title: str
    subtitle: str
    items: tuple[ViewItem, ...]
    """In the order of time."""
    reasons: Mapping[ItemId, str] = field(default_factory=dict)
    vectors: Mapping[ItemId, tuple[str, Vector]] = field(default_factory=dict)
    same_view: AbstractSet[tuple[ItemId, ItemId]] = frozenset()
    """Pairs with one background, each in both orders."""
    eyes: Mapping[tuple[ItemId, PersonId], Eyes] = field(default_factory=dict)
    """Of the photographs' known people, as far as they are known."""
    aligned: Aligner = not_aligned
    """Asked for photographs of one place that follow one another."""
    light_of: Light = not_measured
    """Asked for the photographs that are shown."""
    listened: Listener = not_heard
    """Asked for the clips that are shown."""
    route: tuple[Stop, ...] = ()
    """Of a trip: a map opens its movie."""
    theme: Theme
    theme_name: str
    """As the theme is found again: a built-in name or a path."""
    length: Length
    canvas: Canvas
    wording: Wording
    seed: int
    music_seed: int
    music_file: str | None = None


class TooFewItemsError(ValueError):
    """A memory has too few items for a movie of any length."""
