"""From the library to the memories that could be made today."""

import datetime as dt
import math
from collections.abc import Callable, Iterable, Iterator

from composer.curate import KINDS
from composer.curate.exclude import Exclusions, resolve, without_excluded
from composer.curate.model import CurationSettings, Idea, Memory, Occasion
from composer.curate.score import interest
from composer.curate.tact import Tact, held_for, tact_of, without_sad
from composer.curate.variety import Candidates, choose_items
from composer.curate.wording import Wording, shortened
from composer.library import LibraryView
from indexer.catalog.items import ItemId

FULL_ITEMS = 20
"""From so many items on, a memory is not worth more for having more."""


def curate(
    view: LibraryView,
    settings: CurationSettings,
    today: dt.date,
    *,
    released: frozenset[str] = frozenset(),
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Memory, ...]:
    """Find every memory that the library gives, the best first.

    Parameters
    ----------
    view : LibraryView
        The whole library; exclusions are applied here.
    settings : CurationSettings
        Which kinds, how many items, whose holidays, which language, which rules.
    today : date
        The local day.
    released : frozenset of str
        Subjects that a person released: tact never holds them again.
    progress : callable
        Called with the kind that is looked for; may raise to stop.
    """
    exclusions = resolve(settings.rules, view)
    shown = without_excluded(view, exclusions)
    tact = tact_of(shown, released)
    occasion = _occasion(shown, settings, today, exclusions)
    found: list[Memory] = []
    for kind, ideas in KINDS.items():
        if kind in settings.kinds:
            progress(kind)
            wanted = _wanted(shown, settings.vetoed.get(kind, frozenset()))
            found += _memories(wanted, ideas(wanted, occasion), occasion, tact)
    return tuple(sorted(found, key=lambda memory: (-memory.score, memory.key)))


def _wanted(view: LibraryView, vetoed: frozenset[ItemId]) -> LibraryView:
    """The library without what a person did not want to see again in memories of a kind."""
    return view.keep(lambda item: item.id not in vetoed) if vetoed else view


def _occasion(
    view: LibraryView, settings: CurationSettings, today: dt.date, exclusions: Exclusions
) -> Occasion:
    home = view.home()
    return Occasion(
        today=today,
        wording=Wording(settings.language),
        country=settings.country or (home[0].upper() if home else None),
        southern=home is not None and home[1] < 0,
        min_items=settings.min_items,
        less=exclusions.less,
    )


def _memories(
    view: LibraryView, ideas: Iterable[Idea], occasion: Occasion, tact: Tact
) -> Iterator[Memory]:
    for idea in ideas:
        memory = _memory(view, idea, occasion, tact)
        if memory is not None:
            yield memory


def _memory(view: LibraryView, idea: Idea, occasion: Occasion, tact: Tact) -> Memory | None:
    """Choose the items of an idea; None where too few are left."""
    pool = without_sad(idea, tact)
    interests = tuple(
        interest(item, people=view.people, focus=idea.focus, less=occasion.less) for item in pool
    )
    candidates = Candidates(items=pool, interests=interests, through_years=idea.through_years)
    chosen = choose_items(candidates, view.vectors_of)
    if len(chosen) < occasion.min_items:
        return None
    by_id = {item.id: item for item in pool}
    items = tuple(by_id[one.item_id] for one in chosen)
    held = held_for(idea, items, tact)
    title, subtitle = idea.told(items) if idea.told else (idea.title, idea.subtitle)
    mean = sum(item.score for item in items) / len(items)
    fill = math.sqrt(min(1.0, len(items) / FULL_ITEMS))
    return Memory(
        kind=idea.kind,
        key=idea.key,
        title=shortened(title),
        subtitle=shortened(subtitle),
        items=chosen,
        reason=f"{idea.reason}; {len(chosen)} chosen",
        score=round(idea.weight * (0.5 + 0.3 * mean + 0.2 * fill), 4),
        subjects=idea.subjects,
        window=idea.window,
        held="; ".join(held.values()) or None,
        quiet=frozenset(held),
    )
