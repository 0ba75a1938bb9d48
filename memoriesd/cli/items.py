"""``items`` and ``search``."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from indexer.catalog import finding
from indexer.catalog.connection import Catalog
from indexer.catalog.events import all_places
from indexer.catalog.faces import faces_of_item
from indexer.catalog.files import failed_files
from indexer.catalog.finding import Listed
from indexer.catalog.items import (
    Item,
    ItemId,
    files_of_item,
    find_item,
    get_item,
    update_item,
)
from indexer.catalog.labels import labels_of_item
from indexer.catalog.people import all_people
from indexer.errors import NotFoundError
from memoriesd.cli.item_text import item_lines
from memoriesd.cli.options import Session, echo_json, echo_path, json_option, session_command
from memoriesd.search import find_by_words, unknown_words


@click.group("items", short_help="List photos and videos; favourites, hidden ones.")
def items_command() -> None:
    """List photos and videos; favourites, hidden ones."""


@items_command.command("list")
@click.option("--failed", is_flag=True, help="Files that could not be read, and why.")
@click.option("--favourite", is_flag=True, help="Favourites alone.")
@click.option("--hidden", is_flag=True, help="Hidden ones alone.")
@click.option("--last", type=click.IntRange(min=1), help="The newest so many.")
@json_option
@session_command
def list_items(
    session: Session,
    last: int | None,
    *,
    failed: bool,
    favourite: bool,
    hidden: bool,
    as_json: bool,
) -> None:
    """List photos and videos by the time they were taken."""
    with session.catalog() as catalog:
        if failed:
            _list_failed(catalog, as_json=as_json)
            return
        found = finding.list_items(
            catalog, last=last, favourite=favourite, hidden=True if hidden else None
        )
    _show_items(found, as_json=as_json)


def _list_failed(catalog: Catalog, *, as_json: bool) -> None:
    rows = failed_files(catalog)
    if as_json:
        echo_json({"failed": [{"path": path, "reason": reason} for path, reason in rows]})
        return
    for path, reason in rows:
        click.echo(f"{echo_path(path)}: {reason}")


def _show_items(items: Sequence[Listed], *, as_json: bool) -> None:
    if as_json:
        echo_json({"items": [_short(item, item.full_path) for item in items]})
        return
    lines = []
    for item in items:
        marks = "".join(
            mark
            for mark, true in (("*", item.favourite), ("-", item.hidden), ("=", item.duplicate_of))
            if true
        )
        when = item.taken_at or "no date"
        path = echo_path(item.full_path)
        lines.append(f"{item.id:7}  {when:19}  {item.kind:6} {marks:2} {path}")
    if lines:
        click.echo("\n".join(lines))


def _short(item: Item | Listed, path: Path) -> dict[str, Any]:
    return {
        "id": item.id,
        "path": os.fspath(path),
        "kind": item.kind,
        "taken_at": item.taken_at,
        "score": item.score,
        "mundane": item.mundane,
        "favourite": bool(item.favourite),
        "hidden": bool(item.hidden),
    }


@items_command.command("show")
@click.argument("item")
@json_option
@session_command
def show_item(session: Session, item: str, *, as_json: bool) -> None:
    """Show all that is known of ITEM: its id or its path."""
    with session.catalog() as catalog:
        document = _document(catalog, told_item(catalog, item))
    if as_json:
        echo_json(document)
        return
    for line in item_lines(document):
        click.echo(echo_path(line))


def _document(catalog: Catalog, item: Item) -> dict[str, Any]:
    names = {person.id: person.name or f"#{person.id}" for person in all_people(catalog)}
    place = all_places(catalog).get(item.place_id or 0)
    faces = faces_of_item(catalog, item.id)
    return {
        **_short(item, files_of_item(catalog, item.id)[0].full_path),
        "files": [os.fspath(file.full_path) for file in files_of_item(catalog, item.id)],
        "size": f"{item.width} x {item.height}",
        "duration_s": item.duration_s,
        "date_source": item.date_source,
        "date_confidence": item.date_confidence,
        "offset": item.utc_offset,
        "place": place.name if place else None,
        "latitude": item.latitude,
        "longitude": item.longitude,
        "camera": item.camera,
        "sharpness": item.sharpness,
        "exposure": item.exposure,
        "duplicate_of": item.duplicate_of,
        "labels": [
            f"{label.word} {label.probability:.2f}" for label in labels_of_item(catalog, item.id)
        ],
        "faces": len(faces),
        "people": sorted({names[face.person_id] for face in faces if face.person_id in names}),
    }


def told_item(catalog: Catalog, told: str) -> Item:
    """An item by its id or its path."""
    item_id = ItemId(int(told)) if told.isdecimal() else find_item(catalog, Path(told).absolute())
    if item_id is None and not told.isdecimal():
        item_id = find_item(catalog, Path(told))
    item = None if item_id is None else get_item(catalog, item_id)
    if item is None:
        raise NotFoundError(
            f"there is no item {echo_path(told)}", remedy="see them with: memoriesd items list"
        )
    return item


@items_command.command("favourite")
@click.argument("item")
@click.option("--not", "undo", is_flag=True, help="It is none any more.")
@session_command
def favour_item(session: Session, item: str, *, undo: bool) -> None:
    """Mark ITEM (id or path) as a favourite."""
    _mark(session, item, "favourite", on=not undo)


@items_command.command("hide")
@click.argument("item")
@click.option("--not", "undo", is_flag=True, help="Show it again.")
@session_command
def hide_item(session: Session, item: str, *, undo: bool) -> None:
    """Never show ITEM (id or path) in a movie."""
    _mark(session, item, "hidden", on=not undo)


def _mark(session: Session, told: str, column: str, *, on: bool) -> None:
    with session.catalog() as catalog:
        item = told_item(catalog, told)
        path = files_of_item(catalog, item.id)[0].full_path
        update_item(catalog, item.id, **{column: int(on)})
    click.echo(f"{echo_path(path)}: {'' if on else 'not '}{column}")


@click.command("search", short_help="Find photos and videos by words.")
@click.argument("words", nargs=-1, required=True)
@click.option("--last", type=click.IntRange(min=1), help="The newest so many.")
@json_option
@session_command
def search_command(
    session: Session, words: tuple[str, ...], last: int | None, *, as_json: bool
) -> None:
    """Find photos and videos by WORDS.

    People, places, what is seen, years, months, cameras and file names; all words must fit.
    """
    with session.catalog() as catalog:
        found = find_by_words(catalog, words, last)
        unknown = {} if found else unknown_words(catalog, words)
    _show_items(found, as_json=as_json)
    if not found and not as_json:
        click.echo(_why_nothing(unknown), err=True)


def _why_nothing(unknown: dict[str, str]) -> str:
    """Which words nothing fits, and what may be meant."""
    if not unknown:
        return "each of these words fits something, but nothing fits all of them"
    told = [
        f"nothing fits {word!r}" + (f", did you mean {near!r}?" if near else "")
        for word, near in unknown.items()
    ]
    hint = "" if any(unknown.values()) else "; what pictures show: memoriesd labels list"
    return "; ".join(told) + hint
