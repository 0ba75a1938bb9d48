"""Making movies: which memory, in which theme, checked once more, planned, rendered, kept."""

import datetime as dt
import logging
import os
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from composer.choose import released_subjects, shown_now, unwanted_people
from composer.cooldown import Shown, rank
from composer.curate.model import CurationSettings
from composer.curate.wording import Wording
from composer.history import items_of_memories, past_movies
from composer.library import LibraryView
from composer.mood import Mood, choose_theme
from composer.movies import MovieFile, render_movie
from composer.naming import free_path, movie_name
from composer.render.sources import UnusableSourceError
from composer.render.writing import writing_to
from composer.soundtrack import file_for, sound_for, sound_of_file
from composer.storyboard.brief import Brief, Canvas, Length, SoundFor, TooFewItemsError
from composer.storyboard.codec import from_json, to_json
from composer.storyboard.direct import direct
from composer.storyboard.model import Storyboard
from composer.unfinished import note_finished, note_unfinished, remove_unfinished
from indexer.catalog.connection import Catalog
from indexer.catalog.items import ItemId
from indexer.catalog.jobs import note_due
from indexer.catalog.memories import (
    Memory,
    MemoryId,
    MemoryState,
    all_memories,
    get_memory,
    items_of_memory,
    set_memory_state,
)
from indexer.catalog.movies import MovieId, add_movie, put_storyboard
from indexer.errors import NotFoundError, NothingToDoError
from themes.theme import Theme, load_theme

log = logging.getLogger(__name__)

AUTO = "auto"

FULL_HD = Canvas(width=1920, height=1080, fps=30)

SOLEMN_SHARE = 0.2
"""A memory is never lively where so much of it touches a loss."""

MOST_REPLANS = 8
"""So many files may prove unreadable before a memory is given up."""

Checkpoint = Callable[[], None]
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A time of the schedule that a movie is made for."""

    key: str
    due_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeRequest:
    """Which movies to make, and what they should be like."""

    out: Path
    """The folder for movies; made if it is not there."""
    today: dt.date
    settings: CurationSettings = field(default_factory=CurationSettings)
    """The configuration's exclusions and language; checked again before every render."""
    memory_id: MemoryId | None = None
    """None: the best that may be made today."""
    count: int = 1
    """How many, where no memory is named."""
    theme: str = AUTO
    """``auto``, a built-in theme's name, or the path of a theme file."""
    length: Length = Length.MEDIUM
    seed: int | None = None
    """None: from the memory, and another one each time it is made."""
    canvas: Canvas = FULL_HD
    music: Path | None = None
    """A folder of the user's music; None: our own."""
    due: Due | None = None
    """What the first movie is made for; kept in the same transaction as the movie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieMade:
    """A finished movie."""

    movie_id: MovieId
    memory_id: MemoryId
    path: Path
    poster: Path
    title: str
    theme: str
    length: str
    duration_s: float
    seed: int
    notes: tuple[str, ...]
    """What a person should know: why this theme, what was left out, another length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What every step of one call is given."""

    catalog: Catalog
    request: ComposeRequest
    now: dt.datetime
    checkpoint: Checkpoint
    progress: Progress
    history: tuple[Shown, ...] = ()
    """The movies that were made before."""


class _MemoryGoneError(Exception):
    """A memory cannot be made; the next one may be."""


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
    NotFoundError
        If there is no memory of that id.
    NothingToDoError
        If no memory may be made, or too little of the named one can be shown.
    MissingResourceError
        If the disk is full or the folder cannot be written to.
    """
    run = _Run(catalog=catalog, request=request, now=now, checkpoint=checkpoint, progress=progress)
    with writing_to(request.out):
        request.out.mkdir(parents=True, exist_ok=True)
    remove_unfinished(catalog)
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


def _make_named(run: _Run, memory_id: MemoryId) -> MovieMade:
    memory = _named(run.catalog, memory_id)
    try:
        return _make(run, memory, run.request.due)
    except _MemoryGoneError as error:
        raise NothingToDoError(
            f"memory {memory.id}: {error}", remedy="run: memoriesd index, then memories"
        ) from error


def _make_best(run: _Run) -> tuple[MovieMade, ...]:
    made: list[MovieMade] = []
    gone: set[MemoryId] = set()
    while len(made) < run.request.count:
        best = _best(run, gone)
        if best is None:
            break
        gone.add(best.id)
        try:
            made.append(_make(run, best, None if made else run.request.due))
        except _MemoryGoneError as error:
            log.info("memory %s is left out: %s", best.key, error)
        else:
            run = replace(run, history=past_movies(run.catalog, run.now.tzinfo or dt.UTC))
    return tuple(made)


def render_storyboard(
    catalog: Catalog,
    request: ComposeRequest,
    text: str,
    now: dt.datetime,
    *,
    checkpoint: Checkpoint,
    progress: Progress,
) -> MovieMade:
    """Make the movie of a storyboard as it is written, if all of it may be shown.

    Raises
    ------
    StoryboardError
        If the text is no storyboard.
    NotFoundError
        If its memory is not in the catalog.
    NothingToDoError
        If its memory is held or rejected, or it shows what is excluded, mundane, hidden or gone,
        or a file that is not the item's.
    """
    board = from_json(text)
    memory = _named(catalog, MemoryId(board.memory_id))
    _check_panels(board, shown_now(catalog, request.settings, _items_of(board)))
    with writing_to(request.out):
        request.out.mkdir(parents=True, exist_ok=True)
    remove_unfinished(catalog)
    run = _Run(catalog=catalog, request=request, now=now, checkpoint=checkpoint, progress=progress)
    return _keep(run, memory, board, _render(run, board), due=request.due, notes=())


def _named(catalog: Catalog, memory_id: MemoryId) -> Memory:
    memory = get_memory(catalog, memory_id)
    if memory is None:
        raise NotFoundError(
            f"there is no memory {memory_id}", remedy="see them with: memoriesd memories"
        )
    if memory.state in {MemoryState.HELD, MemoryState.REJECTED}:
        raise NothingToDoError(
            f"memory {memory_id} is {memory.state}: {memory.reason}",
            remedy=f"if it may be shown, run: memoriesd memories release {memory_id}",
        )
    return memory


def _best(run: _Run, gone: set[MemoryId]) -> Memory | None:
    """The memory that comes next, of those that were not tried."""
    memories = all_memories(run.catalog)
    items_of = items_of_memories(run.catalog, memories)
    ranked = rank(memories, items_of, run.history, run.request.today)
    found = next((one for one in ranked if one.memory.id not in gone), None)
    if found is None:
        return None
    log.info("memory %s comes next: %s", found.memory.key, found.reason)
    return found.memory


def _make(run: _Run, memory: Memory, due: Due | None) -> MovieMade:
    """Plan and render a memory, again without each file that proves unreadable."""
    chosen = {one.item_id: one.reason for one in items_of_memory(run.catalog, memory.id)}
    unreadable: dict[ItemId, str] = {}
    for _ in range(MOST_REPLANS):
        run.checkpoint()
        if people := unwanted_people(run.catalog, run.request.settings, memory):
            raise _MemoryGoneError(f"it is about person {people[0]}, who is shown less or never")
        view = shown_now(run.catalog, run.request.settings, chosen.keys() - unreadable.keys())
        if len(view.items) < run.request.settings.min_items:
            raise _MemoryGoneError(f"{len(view.items)} of its {len(chosen)} items can be shown")
        mood = _mood(run, memory, view)
        brief = _brief(run, memory, view, chosen, mood.theme)
        try:
            directed = direct(brief, _sound(brief))
        except TooFewItemsError as error:
            raise _MemoryGoneError(str(error)) from error
        try:
            file = _render(run, directed.storyboard)
        except UnusableSourceError as error:
            log.warning("%s; the movie is planned again", error)
            unreadable[ItemId(error.item_id)] = str(error)
            continue
        left_out = len(chosen) - len(view.items) - len(unreadable)
        notes = (
            *directed.notes,
            f"theme {brief.theme.name}: {mood.reason}",
            *([f"{left_out} items are excluded, hidden or away"] if left_out else ()),
            *unreadable.values(),
        )
        return _keep(run, memory, directed.storyboard, file, due=due, notes=notes)
    raise _MemoryGoneError(f"{MOST_REPLANS} of its files cannot be read")


def _mood(run: _Run, memory: Memory, view: LibraryView) -> Mood:
    """The theme, as wanted or as fits."""
    if run.request.theme != AUTO:
        return Mood(theme=run.request.theme, reason="as wanted")
    return choose_theme(
        memory.kind,
        view.items,
        solemn=_is_solemn(run.catalog, view),
        last_theme=run.history[-1].theme if run.history else None,
    )


def _brief(
    run: _Run, memory: Memory, view: LibraryView, reasons: Mapping[ItemId, str], theme: str
) -> Brief:
    seed = run.request.seed
    if seed is None:
        times = sum(one.memory_id == memory.id for one in run.history)
        seed = zlib.crc32(f"{memory.key}:{times}".encode())
    return Brief(
        memory_id=memory.id,
        memory_key=memory.key,
        title=memory.title,
        subtitle=memory.subtitle,
        items=view.items,
        reasons=reasons,
        vectors=view.vectors_of(reasons),
        theme=load_theme(theme),
        theme_name=theme,
        length=run.request.length,
        canvas=run.request.canvas,
        wording=Wording(run.request.settings.language),
        seed=seed,
        music_seed=seed,
        music_file=_music_file(run, load_theme(theme), seed),
    )


def _music_file(run: _Run, theme: Theme, seed: int) -> str | None:
    folder = run.request.music
    return None if folder is None else os.fspath(file_for(folder, theme.mood, seed))


def _sound(brief: Brief) -> SoundFor:
    if brief.music_file is None:
        return sound_for(brief.theme.mood, brief.music_seed)
    return sound_of_file(Path(brief.music_file))


def _is_solemn(catalog: Catalog, view: LibraryView) -> bool:
    """Whether a memory touches a loss: somebody died, or a person had to release it."""
    released = released_subjects(catalog)
    died = {person.id for person in view.people.values() if person.died}
    touching = sum(
        bool(item.people & died)
        or f"event:{item.event}" in released
        or any(f"person:{person}" in released for person in item.people)
        for item in view.items
    )
    return touching >= SOLEMN_SHARE * len(view.items)


def _render(run: _Run, board: Storyboard) -> MovieFile:
    theme = load_theme(board.theme)
    name = movie_name(run.request.today, board.title, board.subtitle, theme.name)
    path = free_path(run.request.out, name, Path.exists)
    note_unfinished(run.catalog, path)
    return render_movie(
        board,
        path,
        theme=theme,
        made_on=run.request.today,
        checkpoint=run.checkpoint,
        progress=run.progress,
    )


def _keep(
    run: _Run,
    memory: Memory,
    board: Storyboard,
    file: MovieFile,
    *,
    due: Due | None,
    notes: tuple[str, ...],
) -> MovieMade:
    """Write storyboard, movie, the memory's state and the due record, all or nothing."""
    made_at = run.now.astimezone(dt.UTC).isoformat(timespec="seconds")
    catalog = run.catalog
    with catalog.transaction():
        storyboard_id = put_storyboard(
            catalog, memory.id, board.theme, board.length, board.seed, to_json(board)
        )
        movie_id = add_movie(catalog, memory.id, storyboard_id, file.path, file.duration_s, made_at)
        note_finished(catalog)
        set_memory_state(catalog, memory.id, MemoryState.MADE)
        if due is not None:
            note_due(catalog, due.key, due.due_at, made_at, movie_id)
    return MovieMade(
        movie_id=movie_id,
        memory_id=memory.id,
        path=file.path,
        poster=file.poster,
        title=board.title,
        theme=board.theme,
        length=board.length,
        duration_s=file.duration_s,
        seed=board.seed,
        notes=notes,
    )


def _check_panels(board: Storyboard, view: LibraryView) -> None:
    """Refuse a storyboard with a picture that may not be shown, or by another path."""
    paths = {item.id: item.path for item in view.items}
    left_out = _items_of(board) - paths.keys()
    if left_out:
        raise NothingToDoError(
            f"the storyboard shows items that may not be shown: {sorted(left_out)}",
            remedy="take them out of it, or see: memoriesd exclude list",
        )
    for panel in (panel for shot in board.shots for panel in shot.panels):
        if panel.path != paths[ItemId(panel.item_id)]:
            raise NothingToDoError(
                f"the storyboard shows {panel.path!r}, which is not the file of item"
                f" {panel.item_id}",
                remedy=f"write its path: {paths[ItemId(panel.item_id)]!r}",
            )


def _items_of(board: Storyboard) -> set[ItemId]:
    return {ItemId(panel.item_id) for shot in board.shots for panel in shot.panels}
