"""Rendering one movie to its file, and keeping it in the catalog."""

import datetime as dt
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from composer.critique.critique import criticise
from composer.critique.findings import Critique
from composer.critique.replan import replanned
from composer.library import ViewItem
from composer.movies import MovieFile, render_movie
from composer.naming import free_path, movie_name, remove_movie
from composer.request import Due, MovieMade, Run
from composer.storyboard.codec import to_json
from composer.storyboard.model import Storyboard
from composer.unfinished import note_finished, note_unfinished
from indexer.catalog.connection import Catalog
from indexer.catalog.jobs import note_due
from indexer.catalog.memories import Memory, MemoryState, set_memory_state
from indexer.catalog.movies import add_movie, find_storyboard, put_report, put_storyboard
from themes.load import load_theme

DRAFT_SHORT_SIDE_PX = 360


def drafted(board: Storyboard) -> Storyboard:
    """The same movie, small: the same shots at the same frames."""
    scale = DRAFT_SHORT_SIDE_PX / min(board.width, board.height)
    if scale >= 1:
        return board
    return replace(
        board, width=2 * round(board.width * scale / 2), height=2 * round(board.height * scale / 2)
    )


def segments_folder(catalog: Catalog) -> Path:
    """Where rendered segments of a catalog's movies are kept."""
    return catalog.path.parent / "segments"


def render(run: Run, board: Storyboard) -> MovieFile:
    """Render a storyboard to a free name in the folder for movies."""
    theme = load_theme(board.theme)
    name = movie_name(run.request.today, board.title, board.subtitle, theme.name)
    if run.request.draft:
        name, board = f"{name} draft", drafted(board)
    path = free_path(run.request.out, name, Path.exists)
    note_unfinished(run.catalog, path)
    return render_movie(
        board,
        path,
        theme=theme,
        made_on=run.request.today,
        segments=segments_folder(run.catalog),
        encoder=run.request.encoder,
        checkpoint=run.checkpoint,
        progress=run.progress,
    )


def render_well(
    run: Run, board: Storyboard, items: Sequence[ViewItem]
) -> tuple[MovieFile, Storyboard, Critique | None]:
    """Render, look at the movie, and render its faulty shots once more; a draft is not looked at.

    Parameters
    ----------
    items : sequence of ViewItem
        What may take the place of a picture; none: nothing is planned again.
    """
    file = render(run, board)
    if run.request.draft:
        return file, board, None
    theme = load_theme(board.theme)
    critique = criticise(file.path, board, theme)
    better, mended = replanned(board, critique, items, theme.motion) if items else (board, ())
    if not mended:
        return file, board, critique
    remove_movie(file.path)
    file = render(run, better)
    return file, better, replace(criticise(file.path, better, theme), mended=mended)


def keep(
    run: Run,
    memory: Memory,
    board: Storyboard,
    file: MovieFile,
    *,
    due: Due | None,
    notes: tuple[str, ...],
    critique: Critique | None = None,
) -> MovieMade:
    """Write storyboard, movie, the memory's state and the due record, all or nothing."""
    made_at = run.now.astimezone(dt.UTC).isoformat(timespec="seconds")
    catalog = run.catalog
    with catalog.transaction():
        kept = _apart(catalog, memory, board)
        storyboard_id = put_storyboard(
            catalog, memory.id, kept.theme, kept.length, kept.seed, to_json(kept)
        )
        if critique is not None:
            put_report(catalog, storyboard_id, critique.to_json())
        movie_id = add_movie(
            catalog,
            memory.id,
            storyboard_id,
            file.path,
            file.duration_s,
            made_at,
            draft=run.request.draft,
        )
        note_finished(catalog)
        if not run.request.draft:
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


def _apart(catalog: Catalog, memory: Memory, board: Storyboard) -> Storyboard:
    """The storyboard under a seed of its own, where an earlier movie was made otherwise.

    What a person or a critique has changed must not take the place of what that movie shows.
    """
    earlier = find_storyboard(catalog, memory.id, board.theme, board.length, board.seed)
    text = to_json(board)
    if earlier is None or earlier.board == text:
        return board
    return replace(board, seed=zlib.crc32(text.encode()))
