"""What curation works with: occasions, ideas for memories, and memories."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from composer.curate.exclude import Rule
from composer.curate.wording import Wording
from composer.library import LibraryView, ViewItem
from indexer.catalog.faces import PersonId
from indexer.catalog.items import ItemId


class MemoryKind(StrEnum):
    """The kinds of memories there are."""

    ON_THIS_DAY = "on_this_day"
    THIS_WEEK = "this_week"
    TRIP = "trip"
    OUTING = "outing"
    """Parties, too."""
    PERSON = "person"
    TOGETHER = "together"
    BEST_OF_MONTH = "best_of_month"
    BEST_OF_YEAR = "best_of_year"
    SEASON = "season"
    HOLIDAY = "holiday"
    BIRTHDAY = "birthday"
    WORD = "word"


@dataclass(frozen=True, slots=True, kw_only=True)
class CurationSettings:
    """What a person may decide about memories."""

    kinds: tuple[MemoryKind, ...] = tuple(MemoryKind)
    min_items: int = 6
    """A memory with fewer pictures is not worth a movie."""
    country: str = ""
    """Whose holidays are kept, as two letters; empty: the country of the home."""
    language: str = "en"
    vetoed: Mapping[str, frozenset[ItemId]] = field(default_factory=dict)
    """By kind: what a person did not want to see again in it."""
    rules: tuple[Rule, ...] = ()
    """Exclusions of the configuration; those of the catalog are added to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """When, where and in which words memories are looked for."""

    today: dt.date
    wording: Wording
    country: str | None
    """Two letters."""
    southern: bool = False
    """True where summer is in January."""
    min_items: int = 6
    less: frozenset[PersonId] = frozenset()
    """People who are shown less: no memory is about them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Idea:
    """A memory that could be: what it is about and all items that belong to it."""

    kind: MemoryKind
    key: str
    title: str
    subtitle: str
    told: Callable[[Sequence[ViewItem]], tuple[str, str]] | None = None
    """Title and subtitle of those items that are chosen, where they tell of places and days."""
    pool: tuple[ViewItem, ...]
    reason: str
    """Why there should be such a memory, for the report; in English."""
    weight: float
    """0 to 1: how much it matters beside ideas of other kinds."""
    subjects: tuple[str, ...] = ()
    """What cooldowns and tact count: ``person:3``, ``trip:17``, ``event:17``."""
    window: tuple[dt.date, dt.date] | None = None
    """First and last day on which it is fit to be shown; None: always."""
    focus: frozenset[PersonId] = frozenset()
    """Whom it is about."""
    through_years: bool = False
    """True where every year should have its part, rather than every stretch of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """An item of a memory."""

    item_id: ItemId
    reason: str
    rival: str
    """The nearest item that was left out, and why; empty where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """A chosen set of items with a title and a reason."""

    kind: MemoryKind
    key: str
    title: str
    subtitle: str
    items: tuple[Chosen, ...]
    """In the order of time."""
    reason: str
    score: float
    subjects: tuple[str, ...] = ()
    window: tuple[dt.date, dt.date] | None = None
    held: str | None = None
    """Why tact keeps it back."""
    quiet: frozenset[str] = field(default_factory=frozenset)
    """The subjects for which it is kept back: releasing the memory releases them for ever."""


Kind = Callable[[LibraryView, Occasion], Iterable[Idea]]
"""A kind of memory: everything of its kind that the library could give."""
