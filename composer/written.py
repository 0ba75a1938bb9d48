"""Making the movie of a storyboard that a person has written."""

import datetime as dt
from collections.abc import Sequence, Set
from dataclasses import replace
from pathlib import Path

from composer.brightness import brightness_of
from composer.choose import shown_now
from composer.feedback import vetoed_items
from composer.keeping import Rendered, keep, render_well
from composer.library import LibraryView, ViewItem
from composer.mending import without_items
from composer.named import named_memory
from composer.render.sources import UnusableSourceError
from composer.render.writing import writing_to
from composer.request import Checkpoint, ComposeRequest, MovieMade, Progress, Run
from composer.scenery import same_views
from composer.soundtrack import sound_for, sound_of_file
from composer.speech import listened
from composer.storyboard.codec import from_json
from composer.storyboard.edit import (
    EditError,
    numbered,
    retime,
    shots_showing,
    swap,
    swap_panel,
)
from composer.storyboard.framing import main_faces
from composer.storyboard.light import relit
from composer.storyboard.model import Panel, Storyboard
from composer.storyboard.neighbours import Likeness, likeness_of
from composer.unfinished import remove_unfinished
from composer.usable import usable_theme
from indexer.catalog.connection import Catalog
from indexer.catalog.items import ItemId, get_item
from indexer.catalog.labels import preview_of
from indexer.catalog.memories import Memory, MemoryId, all_memories, items_of_memory
from indexer.catalog.movies import storyboards_of
from indexer.errors import NotFoundError, NothingToDoError
from themes.load import load_theme
from themes.theme import Motion

PANELS_TOLD = 5
"""Of the pictures that may not be shown, so many are named."""


def render_storyboard(
    catalog: Catalog,
    request: ComposeRequest,
    board: Storyboard,
    now: dt.datetime,
    *,
    checkpoint: Checkpoint,
    progress: Progress,
) -> MovieMade:
    """Make the movie of a storyboard as it is written, if all of it may be shown.

    Raises
    ------
    ThemeError
        If its theme cannot be used here.
    NotFoundError
        If its memory, or a picture of it, is not in the catalog.
    NothingToDoError
        If its memory is held or rejected, or it shows what is excluded, mundane, hidden or gone,
        or a file that is not the item's.
    UnusableSourceError
        If a file cannot be read and nothing may take its place, or its shot is locked.
    """
    usable_theme(board.theme)
    memory = named_memory(catalog, _memory_of(catalog, board))
    board = replace(board, memory_id=memory.id)
    view = shown_now(catalog, request.settings, map(ItemId, board.item_ids))
    board = _swapped(board, _planned(catalog, board), view)
    written, board = board, on_beats(board)
    _check_known(catalog, board)
    _check_panels(board, view)
    with writing_to(request.out):
        request.out.mkdir(parents=True, exist_ok=True)
    remove_unfinished(catalog)
    run = Run(catalog=catalog, request=request, now=now, checkpoint=checkpoint, progress=progress)
    movie, notes = _rendered(run, memory, board)
    vetoed = vetoed_items(catalog).get(memory.kind, frozenset())
    notes = (*_off_beat(written, board), *_odd_pictures(board, vetoed), *notes)
    return keep(run, memory, movie, due=request.due, notes=notes)


def _rendered(run: Run, memory: Memory, board: Storyboard) -> tuple[Rendered, tuple[str, ...]]:
    """The movie, with another picture of its memory for each that cannot be read, which is told."""
    bad: dict[ItemId, str] = {}
    vetoed = vetoed_items(run.catalog).get(memory.kind, frozenset())
    chosen = {one.item_id for one in items_of_memory(run.catalog, memory.id)} - vetoed
    while True:
        try:
            return render_well(run, board, (), likeness_of((), {})), tuple(bad.values())
        except UnusableSourceError as error:
            bad |= {ItemId(one.item_id): str(one) for one in (error, *error.others)}
            # What is excluded by now is in no picture's place.
            view = shown_now(run.catalog, run.request.settings, chosen - bad.keys())
            spare, likeness = view.items, _likeness(run.catalog, view)
            mended = without_items(board, bad, spare, likeness, load_theme(board.theme).motion)
            if mended is None:
                raise
            board = relit(mended, mended.item_ids - board.item_ids, spare, brightness_of)


def _likeness(catalog: Catalog, view: LibraryView) -> Likeness:
    ids = [item.id for item in view.items]
    same_view = same_views({item_id: preview_of(catalog, item_id) for item_id in ids})
    return likeness_of(view.items, view.vectors_of(ids), same_view)


def _memory_of(catalog: Catalog, board: Storyboard) -> MemoryId:
    """The memory of a storyboard by its key: another catalog numbers its memories otherwise."""
    found = (one.id for one in all_memories(catalog) if one.key == board.memory_key)
    memory_id = next(found, None)
    if memory_id is None:
        raise NotFoundError(
            f"the storyboard is of the memory {board.title!r} ({board.memory_key}), which is not in"
            " this catalog",
            remedy="look for it with: memoriesd memories, or export a storyboard of another movie",
        )
    return memory_id


def _check_known(catalog: Catalog, board: Storyboard) -> None:
    """Refuse a storyboard with a number that no picture has."""
    for n, shot in enumerate(board.shots, 1):
        for panel in shot.panels:
            if get_item(catalog, ItemId(panel.item_id)) is None:
                raise NotFoundError(
                    f"shot {n} shows {Path(panel.path).name!r} with item_id {panel.item_id}, and no"
                    " picture of the library has that number",
                    remedy="write the item_id that it has in: memoriesd items list --json",
                )


def _odd_pictures(board: Storyboard, vetoed: Set[ItemId]) -> tuple[str, ...]:
    """What to tell of pictures that a person may not have meant to show, or not so often."""
    notes = []
    for item_id in sorted(board.item_ids):
        shots = shots_showing(board, item_id)
        name, told = _name(board, item_id), numbered(shots)
        if len(shots) > 1:
            notes.append(f"{name} is shown more than once, in {told}")
        if item_id in vetoed:
            notes.append(f"{name} was vetoed and is shown all the same, in {told}")
    return tuple(notes)


def _name(board: Storyboard, item_id: int) -> str:
    panels = (panel for shot in board.shots for panel in shot.panels)
    return repr(next(Path(panel.path).name for panel in panels if panel.item_id == item_id))


def _check_panels(board: Storyboard, view: LibraryView) -> None:
    """Refuse a storyboard with a picture that may not be shown, or by another path."""
    paths = {item.id: item.path for item in view.items}
    left_out = board.item_ids - paths.keys()
    if left_out:
        found = [
            f"shot {n} ({Path(panel.path).name!r})"
            for n, shot in enumerate(board.shots, 1)
            for panel in shot.panels
            if panel.item_id in left_out
        ]
        more = f" and {len(found) - PANELS_TOLD} more" if len(found) > PANELS_TOLD else ""
        told = ", ".join(found[:PANELS_TOLD]) + more
        raise NothingToDoError(
            f"the storyboard shows what may not be shown: {told}",
            remedy="storyboard drop or swap these shots, or see: memoriesd exclude list",
        )
    for panel in (panel for shot in board.shots for panel in shot.panels):
        if panel.path != paths[ItemId(panel.item_id)]:
            raise NothingToDoError(
                f"the storyboard shows {panel.path!r}, which is not the file of item"
                f" {panel.item_id}",
                remedy=f"write its path: {paths[ItemId(panel.item_id)]!r}",
            )


def _planned(catalog: Catalog, board: Storyboard) -> tuple[Panel, ...]:
    """The panels of all storyboards of the memory that were kept.

    A person may have changed the theme, the length or the seed of the one that they wrote in.
    """
    kept = storyboards_of(catalog, MemoryId(board.memory_id))
    shots = (shot for stored in kept for shot in from_json(stored.board).shots)
    return tuple(panel for shot in shots for panel in shot.panels)


def _swapped(board: Storyboard, planned: Sequence[Panel], view: LibraryView) -> Storyboard:
    """Lay out anew each panel in which a person wrote another item."""
    by_id = view.by_id()
    motion = load_theme(board.theme).motion
    new: set[int] = set()
    for n, shot in enumerate(board.shots):
        for at, panel in enumerate(shot.panels):
            item = by_id.get(ItemId(panel.item_id))
            if item is None or not _is_other(panel, item, planned):
                continue
            new.add(panel.item_id)
            beside = _beside_others(board, n, at, item, motion)
            if beside is None:
                board = swap(board, n, listened(item), motion)
                break
            board = beside
    return relit(board, new, view.items, brightness_of)


def _beside_others(
    board: Storyboard, n: int, at: int, item: ViewItem, motion: Motion
) -> Storyboard | None:
    """The movie with the item among others of its shot; None where it must stand alone."""
    if len(board.shots[n].panels) == 1:
        return None
    try:
        return swap_panel(board, n, at, item, motion)
    except EditError:
        return None


def _is_other(panel: Panel, item: ViewItem, planned: Sequence[Panel]) -> bool:
    """Whether a panel was laid out for another item than the one whose number it bears."""
    if item.path != panel.path:
        # A path that no storyboard had is not of our making: it is refused.
        return any(one.path == panel.path and one.item_id != item.id for one in planned)
    turned = 1 if item.is_video else item.orientation
    laid_for = panel.is_video, panel.width, panel.height, panel.orientation
    if laid_for != (item.is_video, item.width, item.height, turned):
        return True
    faces = {main_faces(item), *(one.faces for one in planned if one.item_id == item.id)}
    return not item.is_video and panel.faces not in faces


def on_beats(board: Storyboard) -> Storyboard:
    """A storyboard of another length than it was planned with cuts on the beats of its music.

    What was on a beat goes to the nearest one, unless a shot beside it is locked, a clip that would
    have to be longer, or too short.
    """
    if board.beats_s or not any(shot.on_beat for shot in board.shots):
        return board
    if board.music_file is None:
        sound = sound_for(board.mood, board.music_seed)(board.duration_s)
    else:
        sound = sound_of_file(Path(board.music_file))(board.duration_s)
    beats_s = sound.beats_s if sound.has_pulse else ()
    frames = {round(beat * board.fps) for beat in beats_s}
    wanted = [n for n, shot in enumerate(board.shots) if n and shot.on_beat]
    shots = tuple(replace(shot, on_beat=shot.start_frame in frames) for shot in board.shots)
    board = replace(board, beats_s=beats_s, shots=shots)
    for n in wanted:
        if beats_s and not board.shots[n].on_beat:
            board = _cut_on_beat(board, n)
    return board


def _cut_on_beat(board: Storyboard, n: int) -> Storyboard:
    try:
        return retime(board, n - 1, board.shots[n - 1].n_frames / board.fps)
    except EditError:
        return board


def _off_beat(written: Storyboard, board: Storyboard) -> tuple[str, ...]:
    """What to tell of the cuts that were on a beat and are on none."""
    pairs = zip(written.shots, board.shots, strict=True)
    n_off = sum(was.on_beat and not shot.on_beat for was, shot in pairs)
    if not n_off:
        return ()
    return (f"cuts off the beat: {n_off}; memoriesd storyboard drop and retime keep them on it",)
