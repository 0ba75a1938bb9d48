"""Making the movie of a storyboard that a person has written."""

import datetime as dt

from composer.choose import shown_now
from composer.keeping import keep, render
from composer.library import LibraryView
from composer.named import named_memory
from composer.render.writing import writing_to
from composer.request import Checkpoint, ComposeRequest, MovieMade, Progress, Run
from composer.storyboard.codec import from_json
from composer.storyboard.model import Storyboard
from composer.unfinished import remove_unfinished
from indexer.catalog.connection import Catalog
from indexer.catalog.items import ItemId
from indexer.catalog.memories import MemoryId
from indexer.errors import NothingToDoError


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
    memory = named_memory(catalog, MemoryId(board.memory_id))
    _check_panels(board, shown_now(catalog, request.settings, _items_of(board)))
    with writing_to(request.out):
        request.out.mkdir(parents=True, exist_ok=True)
    remove_unfinished(catalog)
    run = Run(catalog=catalog, request=request, now=now, checkpoint=checkpoint, progress=progress)
    return keep(run, memory, board, render(run, board), due=request.due, notes=())


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
