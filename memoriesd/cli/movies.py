"""``movies``."""

import json
import os
from pathlib import Path
from typing import Any

import click

from composer.feedback import heed_moves, take_back, veto_movie, veto_shot
from indexer.catalog.connection import Catalog
from indexer.catalog.memories import all_memories
from indexer.catalog.movies import Movie, all_movies, get_storyboard, set_movie_state
from indexer.catalog.vetoes import Veto, all_vetoes
from indexer.errors import MissingResourceError, NotFoundError, NothingToDoError
from memoriesd.cli.options import Session, echo_json, echo_path, json_option, session_command
from memoriesd.clock import stamp, utc_now


@click.group("movies", short_help="List, open, keep and veto movies.")
def movies_command() -> None:
    """List, open, keep and veto movies."""


@movies_command.command("list")
@json_option
@session_command
def list_movies(session: Session, *, as_json: bool) -> None:
    """List movies, oldest first."""
    with session.catalog() as catalog:
        heed_moves(catalog, stamp(utc_now()))
        titles = {memory.id: memory.title for memory in all_memories(catalog)}
        vetoes = all_vetoes(catalog)
        documents = [
            _document(catalog, movie, titles[movie.memory_id], vetoes)
            for movie in all_movies(catalog)
        ]
    if as_json:
        echo_json({"movies": documents})
        return
    for movie in documents:
        gone = "" if movie["exists"] else " (the file is gone)"
        click.echo(
            f"{movie['id']:5}  {movie['title']}, {movie['theme']} {movie['length']},"
            f" {movie['duration_s']:.0f} s, {_state(movie)}{gone}"
        )
        click.echo(f"       {echo_path(movie['path'])}")


def _state(movie: dict[str, Any]) -> str:
    state = "a draft" if movie["draft"] and movie["state"] == "made" else movie["state"]
    shots = ", ".join(str(number) for number in movie["vetoed_shots"])
    return f"{state}, without shot {shots}" if shots else str(state)


def _document(catalog: Catalog, movie: Movie, title: str, vetoes: list[Veto]) -> dict[str, Any]:
    stored = get_storyboard(catalog, movie.storyboard_id)
    items = {veto.item_id for veto in vetoes if veto.movie_id == movie.id} - {None}
    shots = json.loads(stored.board)["shots"] if stored and items else []
    return {
        "id": movie.id,
        "path": os.fspath(movie.file),
        "title": title,
        "memory": movie.memory_id,
        "theme": stored.theme if stored else None,
        "length": stored.length if stored else None,
        "duration_s": round(movie.duration_s, 3),
        "made_at": movie.made_at,
        "state": movie.state,
        "draft": bool(movie.draft),
        "vetoed_shots": [
            n
            for n, shot in enumerate(shots, 1)
            if items & {panel["item_id"] for panel in shot["panels"]}
        ],
        "exists": movie.file.exists(),
    }


def find_movie(catalog: Catalog, told: str) -> Movie:
    """A movie by its id, its path or its file's name."""
    for movie in all_movies(catalog):
        if told in (str(movie.id), os.fspath(movie.file), movie.file.name):
            return movie
        if Path(told).absolute() == movie.file:
            return movie
    raise NotFoundError(
        f"there is no movie {echo_path(told)}", remedy="see them with: memoriesd movies list"
    )


@movies_command.command("open")
@click.argument("movie")
@session_command
def open_movie(session: Session, movie: str) -> None:
    """Show MOVIE (id, path or file name) with the system's player."""
    with session.catalog() as catalog:
        path = find_movie(catalog, movie).file
    if not path.exists():
        raise NotFoundError(f"{echo_path(path)} is gone", remedy="make it again: memoriesd compose")
    if click.launch(str(path)) != 0:
        raise MissingResourceError(
            f"nothing here can show {echo_path(path)}", remedy="open it with a player of yours"
        )


@movies_command.command("keep")
@click.argument("movie")
@click.option("--undo", is_flag=True, help="Take it back.")
@session_command
def keep_movie(session: Session, movie: str, *, undo: bool) -> None:
    """Keep MOVIE (id, path or file name) for ever."""
    with session.catalog() as catalog:
        heed_moves(catalog, stamp(utc_now()))
        found = find_movie(catalog, movie)
        if undo and found.state != "kept":
            raise NothingToDoError(
                f"{echo_path(found.file.name)} is not kept", remedy="see: memoriesd movies list"
            )
        if found.state == "vetoed":
            raise NothingToDoError(
                f"{echo_path(found.file.name)} is vetoed",
                remedy=f"take that back first: memoriesd movies veto {found.id} --undo",
            )
        if found.state == "retired":
            raise NothingToDoError(
                f"{echo_path(found.file.name)} was removed when it was [output] keep_days old",
                remedy=f"make it again: memoriesd compose {found.memory_id}",
            )
        set_movie_state(catalog, found.id, "made" if undo else "kept")
    told = "goes when it is [output] keep_days old" if undo else "is kept"
    click.echo(f"{echo_path(found.file)} {told}")


@movies_command.command("veto")
@click.argument("movie")
@click.option("--shot", type=click.IntRange(min=1), help="Only the pictures of this shot.")
@click.option("--undo", is_flag=True, help="Take it back.")
@session_command
def veto_command(session: Session, movie: str, *, shot: int | None, undo: bool) -> None:
    """Never make MOVIE (id, path or file name) again, and choose its look less often.

    It is put into "rejected" beside the other movies; moving it there does the same. A draft counts
    as nothing: it is put there, and its memory may still be made.
    """
    with session.catalog() as catalog:
        heed_moves(catalog, stamp(utc_now()))
        found = find_movie(catalog, movie)
        what = echo_path(found.file.name) if shot is None else f"shot {shot}"
        if undo:
            take_back(catalog, found, shot)
            click.echo(f"{what} is wanted again")
        elif shot is None:
            path = veto_movie(catalog, found, stamp(utc_now()))
            told = "a draft: its memory may still be made" if found.draft else "not made again"
            click.echo(f"{told}; it lies in {echo_path(path)}")
        else:
            items = veto_shot(catalog, found, shot, stamp(utc_now()))
            told = " and ".join(str(item) for item in items)
            click.echo(f"item {told} of shot {shot} is not shown in such memories again")


@movies_command.command("sheet")
@click.argument("movie")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The PNG; by default beside the movie.",
)
@session_command
def sheet_command(session: Session, movie: str, *, out: Path | None) -> None:
    """Write a contact sheet of MOVIE (id, path or file name): each shot and the cut into it."""
    from composer.critique.sheet import write_sheet
    from composer.storyboard.codec import from_json

    with session.catalog() as catalog:
        found = find_movie(catalog, movie)
        stored = get_storyboard(catalog, found.storyboard_id)
    if not found.file.exists() or stored is None:
        raise NotFoundError(
            f"{echo_path(found.file)} is gone", remedy="make it again: memoriesd compose"
        )
    path = out or found.file.with_name(f"{found.file.stem} sheet.png")
    board = from_json(stored.board)
    write_sheet(found.file, board, path)
    click.echo(echo_path(path))


@movies_command.command("report")
@click.argument("movie")
@json_option
@session_command
def report_command(session: Session, movie: str, *, as_json: bool) -> None:
    """Show what MOVIE (id, path or file name) was found to be like, measured on its file."""
    from composer.critique.findings import text_of

    with session.catalog() as catalog:
        found = find_movie(catalog, movie)
        stored = get_storyboard(catalog, found.storyboard_id)
    if stored is None or not stored.report:
        raise NothingToDoError(
            f"{echo_path(found.file.name)} was not measured",
            remedy="drafts are not; make it: memoriesd compose",
        )
    report = json.loads(stored.report)
    if as_json:
        echo_json(report)
    else:
        click.echo(text_of(report))
