"""``storyboard``."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer.catalog.connection import Catalog
from indexer.catalog.items import Item, ItemId, get_item, items_named
from indexer.catalog.memories import all_memories, items_of_memory
from indexer.catalog.movies import get_storyboard
from indexer.errors import NotFoundError, NothingToDoError
from memoriesd.cli.items import told_item
from memoriesd.cli.movies import find_movie
from memoriesd.cli.options import (
    Session,
    echo_json,
    echo_path,
    json_option,
    quoted,
    session_command,
)

if TYPE_CHECKING:
    from composer.storyboard.model import Storyboard


_TOLD = 5
"""So many items of one name are named."""


@click.group("storyboard", short_help="Show and change how a movie is made up.")
def storyboard_command() -> None:
    """Show and change how a movie is made up."""


@storyboard_command.command("show")
@click.argument("what")
@json_option
@session_command
def show_storyboard(session: Session, what: str, *, as_json: bool) -> None:
    """Show the shots of WHAT, a movie (id, path or file name) or a storyboard FILE."""
    board = _board(session, what)
    if as_json:
        echo_json(board)
        return
    click.echo(f"{board['title']} · {board['subtitle']}")
    click.echo(
        f"{board['theme']}, {board['length']}, seed {board['seed']},"
        f" {board['n_frames'] / board['fps']:.2f} s, music: {board['music_file'] or board['mood']}"
    )
    for n, shot in enumerate(board["shots"], 1):
        click.echo(f"{n:3}  {_shot_line(shot, board['fps'])}")


def _board(session: Session, what: str) -> dict[str, Any]:
    """The storyboard of a movie, or the one that lies in a file."""
    file = Path(what)
    if file.suffix == ".json" and file.is_file():
        return asdict(_read(file))
    with session.catalog() as catalog:
        stored = get_storyboard(catalog, find_movie(catalog, what).storyboard_id)
    board: dict[str, Any] = json.loads(stored.board) if stored else {}
    return board


def _shot_line(shot: dict[str, Any], fps: int) -> str:
    names = ", ".join(
        f"{Path(panel['path']).name} (item {panel['item_id']})" for panel in shot["panels"]
    )
    name = shot["transition"]["name"]
    return (
        f"{shot['start_frame'] / fps:7.2f} s  {shot['n_frames'] / fps:5.2f} s"
        f"  {name:13}  {shot['motion']:9}  {echo_path(names or shot['kind'])}: {shot['reason']}"
    )


_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_SHOT = click.argument("shot", type=click.IntRange(min=1))


@storyboard_command.command("export")
@click.argument("movie")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["json", "otio"]),
    default="json",
    show_default=True,
    help="To be changed and rendered here, or to go on in an editor (OpenTimelineIO).",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file; by default beside the movie.",
)
@session_command
def export_storyboard(session: Session, movie: str, *, kind: str, out: Path | None) -> None:
    """Write the storyboard of MOVIE (id, path or file name) to a file."""
    from composer.storyboard.codec import from_json
    from composer.storyboard.otio import to_otio

    with session.catalog() as catalog:
        found = find_movie(catalog, movie)
        stored = get_storyboard(catalog, found.storyboard_id)
    text = stored.board if stored else ""
    path = out or found.file.with_suffix(f".{kind}")
    if kind == "otio":
        text = to_otio(from_json(text), found.file)
    if path.exists() and path.read_bytes() != text.encode():
        raise NothingToDoError(
            f"{echo_path(path)} is there already, with another text",
            remedy="name another file with --out, or remove it first",
        )
    _save(path, text)
    click.echo(echo_path(path))


@storyboard_command.command("swap")
@_FILE
@_SHOT
@click.argument("item")
@click.option("--panel", type=click.IntRange(min=1), help="Of a collage or pair, this one alone.")
@session_command
def swap_shot(session: Session, file: Path, shot: int, item: str, *, panel: int | None) -> None:
    """Show ITEM (id, path or file name) in SHOT of a storyboard FILE."""
    from composer.brightness import brightness_of
    from composer.library import read_items
    from composer.speech import listened
    from composer.storyboard.edit import numbered, shot_of, shots_showing, swap, swap_panel
    from composer.storyboard.light import relit
    from themes.load import load_theme

    board = _read(file)
    shot_of(board, shot - 1)
    with session.catalog() as catalog:
        told = _meant_item(catalog, item, board)
        why_not = _why_not(catalog, told)
        items = read_items(catalog, map(ItemId, {told.id, *board.item_ids})).by_id()
    found = items.get(told.id)
    if found is None:
        raise NothingToDoError(
            f"item {echo_path(item)} cannot be shown: {why_not}",
            remedy=f"see it with: memoriesd items show {told.id}",
        )
    motion, name = load_theme(board.theme).motion, echo_path(Path(found.path).name)
    if panel is None:
        board = swap(board, shot - 1, listened(found), motion)
        what = f"shot {shot}"
    else:
        board = swap_panel(board, shot - 1, panel - 1, found, motion)
        what = f"panel {panel} of shot {shot}"
    _write(file, relit(board, {told.id}, items.values(), brightness_of), f"{what} shows {name}")
    if len(shots := shots_showing(board, told.id)) > 1:
        click.echo(f"note: {name} is shown more than once, in {numbered(shots)}")


def _meant_item(catalog: Catalog, told: str, board: "Storyboard") -> Item:
    """An item by its id, its path, or its file name: in the memory first, then in the library."""
    try:
        return told_item(catalog, told)
    except NotFoundError:
        files = items_named(catalog, told)
    of_memory = {
        one.item_id
        for memory in all_memories(catalog)
        if memory.key == board.memory_key
        for one in items_of_memory(catalog, memory.id)
    }
    files = [file for file in files if file.item_id in of_memory] or files
    if len(files) > 1:
        some = ", ".join(f"{file.item_id} ({echo_path(file.full_path)})" for file in files[:_TOLD])
        more = f" and {len(files) - _TOLD} more" if len(files) > _TOLD else ""
        raise NotFoundError(
            f"{len(files)} items are called {echo_path(told)}: {some}{more}",
            remedy="say which by its number",
        )
    return told_item(catalog, str(files[0].item_id) if files else told)


def _why_not(catalog: Catalog, item: Item) -> str:
    if item.hidden:
        return "it is hidden"
    if item.duplicate_of is not None:
        kept = get_item(catalog, ItemId(item.duplicate_of))
        if kept is not None and kept.taken_at != item.taken_at:
            return f"it is of the same moment as item {kept.id}, which is better"
        return f"it is a copy of item {item.duplicate_of}"
    if item.mundane is not None and not item.favourite:
        return f"mundane: {item.mundane}"
    return "its file is gone or was not read"


@storyboard_command.command("lock")
@_FILE
@_SHOT
@click.option("--off", is_flag=True, help="Let go of it.")
@session_command
def lock_shot(_: Session, file: Path, shot: int, *, off: bool) -> None:
    """Keep SHOT of a storyboard FILE as it is."""
    from composer.storyboard.edit import lock

    board = lock(_read(file), shot - 1, locked=not off)
    _write(file, board, f"shot {shot} is {'free' if off else 'locked'}")


@storyboard_command.command("drop")
@_FILE
@_SHOT
@session_command
def drop_shot(_: Session, file: Path, shot: int) -> None:
    """Take SHOT out of a storyboard FILE; the shots beside it share its time."""
    from composer.storyboard.edit import drop

    _write(file, drop(_read(file), shot - 1), f"shot {shot} is out")


@storyboard_command.command("retime")
@_FILE
@_SHOT
@click.argument("seconds", type=click.FloatRange(min=0.1))
@session_command
def retime_shot(_: Session, file: Path, shot: int, seconds: float) -> None:
    """Let SHOT of a storyboard FILE last about SECONDS, to the nearest beat."""
    from composer.storyboard.edit import retime

    board = retime(_read(file), shot - 1, seconds)
    lasts_s = board.shots[shot - 1].n_frames / board.fps
    _write(file, board, f"shot {shot} lasts {lasts_s:.1f} s")


def _read(file: Path) -> "Storyboard":
    from composer.storyboard.codec import read_storyboard

    return read_storyboard(file)


def _write(file: Path, board: "Storyboard", change: str) -> None:
    from composer.storyboard.codec import to_json

    _save(file, to_json(board))
    click.echo(f"{change}; {len(board.shots)} shots, {board.duration_s:.1f} s")
    click.echo(f"render it with: memoriesd compose --storyboard {quoted(file)}")


def _save(file: Path, text: str) -> None:
    """Write a file whole or not at all: it may hold an evening's changes."""
    from composer.render.writing import finish, part_of, writing_to

    final = file.resolve()
    with part_of(final) as part, writing_to(final.parent):
        part.write_text(text, encoding="utf-8")
        if final.exists():
            shutil.copymode(final, part)
        finish(part, final)
