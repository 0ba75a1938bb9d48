"""Rendering one movie to its file, and keeping it in the catalog."""

import datetime as dt
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import av

from composer.brightness import brightness_of
from composer.critique.critique import criticise
from composer.critique.findings import Critique
from composer.critique.replan import replanned
from composer.library import ViewItem
from composer.movies import MovieFile, render_movie
from composer.naming import free_path, movie_name
from composer.render.encoders import choose_encoder
from composer.request import Due, MovieMade, Run
from composer.storyboard.codec import to_json
from composer.storyboard.light import relit
from composer.storyboard.model import Storyboard
from composer.storyboard.neighbours import Likeness
from composer.unfinished import note_finished, note_unfinished
from indexer.catalog.connection import Catalog
from indexer.catalog.jobs import note_due
from indexer.catalog.memories import Memory, MemoryState, set_memory_state
from indexer.catalog.movies import add_movie, find_storyboard, put_report, put_storyboard
from indexer.errors import MemoriesError
from music.errors import MusicError
from themes.load import load_theme

DRAFT_SHORT_SIDE_PX = 360

_GONE_WRONG = (MemoriesError, MusicError, av.FFmpegError)
"""What may befall looking at a movie and mending it; a hardware encoder's errors are FFmpeg's."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A finished movie, and what was found out about it."""

    file: MovieFile
    board: Storyboard
    """What it shows."""
    critique: Critique | None = None
    notes: tuple[str, ...] = ()


def render(run: Run, board: Storyboard) -> MovieFile:
    """Render a storyboard to a free name in the folder for movies."""
    name = movie_name(run.request.today, board.title, board.subtitle, load_theme(board.theme).name)
    if run.request.draft:
        name, board = f"{name} draft", drafted(board)
    path = free_path(run.request.out, name, Path.exists)
    note_unfinished(run.catalog, path)
    return _render_to(run, board, path)


def _render_to(run: Run, board: Storyboard, path: Path) -> MovieFile:
    encoder = choose_encoder(run.request.codec, board.canvas, hardware=run.request.hardware)
    return render_movie(
        board,
        path,
        theme=load_theme(board.theme),
        made_on=run.request.today,
        segments=segments_folder(run.catalog),
        encoder=encoder,
        checkpoint=run.checkpoint,
        progress=run.progress,
    )


def render_well(
    run: Run, board: Storyboard, items: Sequence[ViewItem], likeness: Likeness
) -> Rendered:
    """Render, look at the movie, and render its faulty shots once more; a draft is not looked at.

    A movie that is finished stays, whatever goes wrong with looking at it or mending it.

    Parameters
    ----------
    items : sequence of ViewItem
        What may take the place of a picture; none: nothing is planned again.
    likeness : Likeness
        Of these items.
    """
    first = Rendered(file=render(run, board), board=board)
    if run.request.draft:
        return first
    first = _criticised(first)
    if not items or first.critique is None:
        return first
    motion = load_theme(board.theme).motion
    better, mended = replanned(board, first.critique, items, likeness, motion)
    if not mended:
        return first
    better = relit(better, better.item_ids - board.item_ids, items, brightness_of)
    try:
        # It takes the place of the first one when it is complete.
        file = _render_to(run, better, first.file.path)
    except _GONE_WRONG as error:
        return replace(first, notes=(f"not mended ({'; '.join(mended)}): {error}",))
    second = _criticised(Rendered(file=file, board=better))
    if second.critique is None:
        return second
    return replace(second, critique=replace(second.critique, mended=mended))


def _criticised(movie: Rendered) -> Rendered:
    try:
        critique = criticise(movie.file.path, movie.board, load_theme(movie.board.theme))
    except _GONE_WRONG as error:
        return replace(movie, notes=(f"it could not be measured: {error}",))
    return replace(movie, critique=critique)


def keep(
    run: Run,
    memory: Memory,
    movie: Rendered,
    *,
    due: Due | None,
    notes: tuple[str, ...],
) -> MovieMade:
    """Write storyboard, movie, the memory's state and the due record, all or nothing."""
    made_at = run.now.astimezone(dt.UTC).isoformat(timespec="seconds")
    catalog, file, board = run.catalog, movie.file, movie.board
    with catalog.transaction():
        kept = _apart(catalog, memory, board)
        storyboard_id = put_storyboard(
            catalog, memory.id, kept.theme, kept.length, kept.seed, to_json(kept)
        )
        if movie.critique is not None:
            put_report(catalog, storyboard_id, movie.critique.to_json())
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
        notes=(*notes, *movie.notes),
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
