"""People together: two who are often seen side by side."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations

from composer.curate.model import Idea, MemoryKind, Occasion
from composer.curate.person import full_years, name_of, separate_days, span_words
from composer.curate.phrases.keys import Phrase
from composer.library import LibraryView, ViewItem
from indexer.catalog.faces import PersonId

LEAST_ITEMS = 6
LEAST_DAYS = 3
MOST_PAIRS = 8
MOST_PER_PERSON = 2
"""Nobody is in more pairs than that, so that one couple's children do not fill the list."""

Pair = tuple[PersonId, PersonId]


def together(view: LibraryView, occasion: Occasion) -> Iterator[Idea]:
    """An idea for each of the pairs who are seen most."""
    pools: dict[Pair, list[ViewItem]] = defaultdict(list)
    for item in view.items:
        shown = sorted(item.people - occasion.less)
        if item.taken_at is not None:
            for first, second in combinations(shown, 2):
                pools[first, second].append(item)
    least = max(LEAST_ITEMS, occasion.min_items)
    wanted = [
        pair
        for pair, pool in pools.items()
        if len(pool) >= least and separate_days(pool) >= LEAST_DAYS
    ]
    wanted.sort(key=lambda pair: (_unnamed(view, pair), -len(pools[pair]), pair))
    used: Counter[PersonId] = Counter()
    count = 0
    for pair in wanted:
        if count < MOST_PAIRS and all(used[one] < MOST_PER_PERSON for one in pair):
            used.update(pair)
            count += 1
            yield _idea(view, pair, tuple(pools[pair]), occasion)


def _unnamed(view: LibraryView, pair: Pair) -> int:
    return sum(not name_of(view, one) for one in pair)


def _idea(view: LibraryView, pair: Pair, pool: tuple[ViewItem, ...], occasion: Occasion) -> Idea:
    names = [name_of(view, one) for one in pair]
    wording = occasion.wording
    return Idea(
        kind=MemoryKind.TOGETHER,
        key=f"together:{pair[0]}+{pair[1]}:{occasion.today.year}",
        title=wording.listed(names) if all(names) else wording.say(Phrase.TOGETHER),
        subtitle=span_words(pool, wording),
        pool=pool,
        reason=f"persons {pair[0]} and {pair[1]} are together on {len(pool)} pictures",
        weight=0.6 if all(names) else 0.5,
        subjects=tuple(f"person:{one}" for one in pair),
        focus=frozenset(pair),
        through_years=full_years(pool) > 1,
    )
