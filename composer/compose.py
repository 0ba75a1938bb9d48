"""Making movies: which memory, checked once more, planned, rendered, kept."""

import datetime as dt
import logging
from collections.abc import Mapping, Set
from dataclasses import replace

from composer.briefing import brief_for, mood_for, renewed, sound_of
from composer.choose import choose, shown_now, unwanted_people
from composer.cooldown import rank
from composer.feedback import heed_moves, vetoed_items
from composer.history import items_of_memories, past_movies
from composer.keeping import keep, render_well
from composer.library import LibraryView, read_items
from composer.mending import without_items
from composer.mood import Mood
from composer.named import named_memory
from composer.render.sources import UnusableSourceError
from composer.render.writing import writing_to
from composer.request import AUTO, Checkpoint, ComposeRequest, Due, MovieMade, Progress, Run
from composer.storyboard.brief import Brief, Length, TooFewItemsError
from composer.storyboard.direct import Directed, direct
from composer.storyboard.light import relit
from composer.storyboard.neighbours import likeness_of
from composer.unfinished import remove_unfinished
from composer.usable import usable_theme
from indexer.catalog.connection import Catalog
from indexer.catalog.items import ItemId
from indexer.catalog.memories import (
    Memory,
    MemoryId,
    MemoryState,
    all_memories,
    get_memory,
    items_of_memory,
)
from indexer.errors import NothingToDoError

log = logging.getLogger(__name__)

MOST_REPLANS = 8
"""So often files may prove unreadable before a memory is given up."""


class _MemoryGoneError(Exception):
    """A memory cannot be made; the next one may be."""

    def __init__(self, message: str, remedy: str = "run: memoriesd index, then memories") -> None:
        super().__init__(message)
        self.remedy = remedy


def compose(
    catalog: Catalog,
    request: ComposeRequest,
    now: dt.datetime,
    *,
    checkpoint: Checkpoint,
    progress: Progress,
) -> tuple[MovieMade, ...]:
    """Make movies.

    What is excluded at this moment is left out, whatever was chosen before; a file that cannot be
    read is left out and the movie planned again.

    Parameters
    ----------
    catalog : Catalog
        Its memories are those of the last choosing.
    request : ComposeRequest
        What to make.
    now : datetime
        When the movies are made, in the zone whose days count for what was shown before.

    Raises
    ------
    ThemeError
        If the theme cannot be used here.
    NotFoundError
        If there is no memory of that id.
    NothingToDoError
        If no memory may be made, or too little of the named one can be shown.
    MissingResourceError
        If the disk is full or the folder cannot be written to.
    """
    run = Run(catalog=catalog, request=request, now=now, checkpoint=checkpoint, progress=progress)
    if request.theme != AUTO:
        usable_theme(request.theme)
    with writing_to(request.out):
        request.out.mkdir(parents=True, exist_ok=True)
    remove_unfinished(catalog)
    heed_moves(catalog, now.astimezone(dt.UTC).isoformat(timespec="seconds"))
    run = replace(run, history=past_movies(catalog, now.tzinfo or dt.UTC))
    if request.memory_id is not None:
        return (_make_named(run, request.memory_id),)
    made = _make_best(run)
    if not made:
        raise NothingToDoError(
            "no memory is ready to be made",
            remedy="see what there is with: memoriesd memories (and --held)",
        )
    return made


def _make_named(run: Run, memory_id: MemoryId) -> MovieMade:
    memory = named_memory(run.catalog, memory_id)
    try:
        return _make(run, _as_shown_now(run, memory), run.request.due)
    except _MemoryGoneError as error:
        raise NothingToDoError(f"memory {memory.id}: {error}", remedy=error.remedy) from error


def _make_best(run: Run) -> tuple[MovieMade, ...]:
    made: list[MovieMade] = []
    gone: set[MemoryId] = set()
    while len(made) < run.request.count:
        best = _best(run, gone)
        if best is None:
            break
        gone.add(best.id)
        try:
            due = None if made else run.request.due
            made.append(_make(run, _as_shown_now(run, best), due))
        except _MemoryGoneError as error:
            log.info("memory %s is left out: %s", best.key, error)
        else:
            run = replace(run, history=past_movies(run.catalog, run.now.tzinfo or dt.UTC))
    return tuple(made)


def _best(run: Run, gone: set[MemoryId]) -> Memory | None:
    """The memory that comes next, of those that were not tried."""
    memories = all_memories(run.catalog)
    items_of = items_of_memories(run.catalog, memories)
    ranked = rank(memories, items_of, run.history, run.request.today)
    found = next((one for one in ranked if one.memory.id not in gone), None)
    if found is None:
        return None
    log.info("memory %s comes next: %s", found.memory.key, found.reason)
    return found.memory


def _as_shown_now(run: Run, memory: Memory) -> Memory:
    """The memory; chosen anew where some of it is excluded by now, as its title tells of all."""
    request = run.request
    items = {one.item_id for one in items_of_memory(run.catalog, memory.id)}
    n_shown = len(shown_now(run.catalog, request.settings, items).items)
    n_excluded = _n_excluded(run.catalog, items, n_shown)
    unwanted = unwanted_people(run.catalog, request.settings, memory)
    if not n_excluded or n_shown < request.settings.min_items or unwanted:
        return memory
    log.info("memories are chosen anew: %d items of %s are excluded", n_excluded, memory.key)
    checkpoint, progress = run.checkpoint, run.progress
    choose(run.catalog, request.settings, request.today, checkpoint=checkpoint, progress=progress)
    found = get_memory(run.catalog, memory.id)
    if found is None or not found.current or found.state == MemoryState.HELD:
        raise _MemoryGoneError(
            f"{n_excluded} of its {len(items)} items are excluded, the rest is no such memory",
            remedy="see why with: memoriesd exclude list",
        )
    return found


def _make(run: Run, memory: Memory, due: Due | None) -> MovieMade:
    """Plan and render a memory, again without each file that proves unreadable."""
    vetoed = vetoed_items(run.catalog).get(memory.kind, frozenset())
    chosen = {
        one.item_id: one.reason
        for one in items_of_memory(run.catalog, memory.id)
        if one.item_id not in vetoed
    }
    unreadable: dict[ItemId, str] = {}
    planned: tuple[Directed, Brief, Mood] | None = None
    for _ in range(MOST_REPLANS):
        run.checkpoint()
        if people := unwanted_people(run.catalog, run.request.settings, memory):
            raise _MemoryGoneError(
                f"it is about person {people[0]}, who is shown less or never",
                f"see: memoriesd exclude list, or people show {people[0]}",
            )
        view = shown_now(run.catalog, run.request.settings, chosen.keys() - unreadable.keys())
        if len(view.items) < run.request.settings.min_items:
            raise _too_few(run.catalog, view, len(chosen), chosen.keys() - unreadable.keys())
        directed, brief, mood = planned or _planned(run, memory, view, chosen)
        likeness = likeness_of(view.items, brief.vectors, brief.same_view)
        try:
            movie = render_well(run, directed.storyboard, view.items, likeness)
        except UnusableSourceError as error:
            log.warning("%s; another picture takes its place", error)
            bad = {ItemId(one.item_id): str(one) for one in (error, *error.others)}
            unreadable |= bad
            items = [item for item in view.items if item.id not in unreadable]
            mended = without_items(directed.storyboard, bad, items, likeness, brief.theme.motion)
            planned = None
            if mended is not None:
                new = mended.item_ids - directed.storyboard.item_ids
                mended = relit(mended, new, items, brief.light_of)
                planned = replace(directed, storyboard=mended), brief, mood
            continue
        left_out = len(chosen) - len(view.items) - len(unreadable)
        notes = (
            *directed.notes,
            *([f"theme {brief.theme.name}: {mood.reason}"] if mood.reason else ()),
            *([f"{left_out} items are excluded, hidden or away"] if left_out else ()),
            *unreadable.values(),
        )
        return keep(run, memory, movie, due=due, notes=notes)
    raise _MemoryGoneError(f"{len(unreadable)} of its files cannot be read")


def _too_few(
    catalog: Catalog, view: LibraryView, n_chosen: int, readable: Set[ItemId]
) -> _MemoryGoneError:
    told = f"{len(view.items)} of its {n_chosen} items can be shown"
    n_excluded = _n_excluded(catalog, readable, len(view.items))
    if not n_excluded:
        return _MemoryGoneError(told)
    return _MemoryGoneError(
        f"{told}, {n_excluded} are excluded", remedy="see why with: memoriesd exclude list"
    )


def _n_excluded(catalog: Catalog, items: Set[ItemId], n_shown: int) -> int:
    """How many items that are there and usable may not be shown."""
    return len(read_items(catalog, items).items) - n_shown


def _planned(
    run: Run, memory: Memory, view: LibraryView, reasons: Mapping[ItemId, str]
) -> tuple[Directed, Brief, Mood]:
    mood = mood_for(run, memory, view)
    brief = brief_for(run, memory, view, reasons, mood.theme)
    try:
        directed = direct(brief, sound_of(brief))
        again = renewed(run, memory, brief, Length(directed.storyboard.length))
        if again.seed != brief.seed:
            brief, directed = again, direct(again, sound_of(again))
    except TooFewItemsError as error:
        raise _MemoryGoneError(str(error)) from error
    return directed, brief, mood
