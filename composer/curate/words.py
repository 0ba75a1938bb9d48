"""Words of one's own: what somebody taught is something they want to see."""

from collections.abc import Iterator

from composer.curate.model import Idea, MemoryKind, Occasion
from composer.curate.person import full_years, separate_days, span_words
from composer.library import LibraryView, ViewItem

SURE = 0.5
"""From this chance on a picture shows the word; below, it is found but not shown."""
LEAST_ITEMS = 8
LEAST_DAYS = 2


def words(view: LibraryView, occasion: Occasion) -> Iterator[Idea]:
    """An idea for every word that was taught and that enough pictures of some days show."""
    for word in sorted(view.own_words):
        pool = [item for item in view.items if item.taken_at is not None and _shows(item, word)]
        least = max(LEAST_ITEMS, occasion.min_items)
        if len(pool) >= least and separate_days(pool) >= LEAST_DAYS:
            yield _idea(word, tuple(pool), occasion)


def _shows(item: ViewItem, word: str) -> bool:
    return any(one == word and chance >= SURE for one, chance in item.labels)


def _idea(word: str, pool: tuple[ViewItem, ...], occasion: Occasion) -> Idea:
    return Idea(
        kind=MemoryKind.WORD,
        key=f"word:{word}:{occasion.today.year}",
        title=word[:1].upper() + word[1:],
        subtitle=span_words(pool, occasion.wording),
        pool=pool,
        reason=f"{len(pool)} pictures show {word!r}, a word of your own",
        weight=0.6,
        subjects=(f"topic:word {word}",),
        through_years=full_years(pool) > 1,
    )
