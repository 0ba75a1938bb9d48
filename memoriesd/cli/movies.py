"""``movies`` and ``storyboard``."""

import json
import os
from pathlib import Path
from typing import Any

import click

from indexer.catalog.connection import Catalog
from indexer.catalog.memories import all_memories
from indexer.catalog.movies import Movie, all_movies, get_storyboard, set_movie_state
from indexer.errors import MissingResourceError, NotFoundError
from memoriesd.cli.options import Session, echo_json, echo_path, json_option, session_command


@click.group("movies", short_help="List, open and keep movies.")
def movies_command() -> None:
    """List, open and keep movies."""


@movies_command.command("list")
@json_option
@session_command
def list_movies(session: Session, *, as_json: bool) -> None:
    """List movies, oldest first."""
    with session.catalog() as catalog:
        titles = {memory.id: memory.title for memory in all_memories(catalog)}
        documents = [
            _document(catalog, movie, titles[movie.memory_id]) for movie in all_movies(catalog)
        ]
    if as_json:
        echo_json({"movies": documents})
        return
    for movie in documents:
        gone = "" if movie["exists"] else " (the file is gone)"
        click.echo(
            f"{movie['id']:5}  {movie['title']}, {movie['theme']} {movie['length']},"
            f" {movie['duration_s']:.0f} s, {movie['state']}{gone}"
        )
        click.echo(f"       {echo_path(movie['path'])}")


def _document(catalog: Catalog, movie: Movie, title: str) -> dict[str, Any]:
    stored = get_storyboard(catalog, movie.storyboard_id)
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
@session_command
def keep_movie(session: Session, movie: str) -> None:
    """Keep MOVIE (id, path or file name) for ever."""
    with session.catalog() as catalog:
        found = find_movie(catalog, movie)
        set_movie_state(catalog, found.id, "kept")
    click.echo(f"{echo_path(found.file)} is kept")


@click.group("storyboard", short_help="Show how a movie is made up.")
def storyboard_command() -> None:
    """Show how a movie is made up."""


@storyboard_command.command("show")
@click.argument("movie")
@json_option
@session_command
def show_storyboard(session: Session, movie: str, *, as_json: bool) -> None:
    """Show the shots of MOVIE (id, path or file name) with their reasons."""
    with session.catalog() as catalog:
        stored = get_storyboard(catalog, find_movie(catalog, movie).storyboard_id)
    board = json.loads(stored.board) if stored else {}
    if as_json:
        echo_json(board)
        return
    click.echo(f"{board['title']} · {board['subtitle']}")
    click.echo(
        f"{board['theme']}, {board['length']}, seed {board['seed']},"
        f" {board['n_frames'] / board['fps']:.2f} s, music: {board['music_file'] or board['mood']}"
    )
    for shot in board["shots"]:
        click.echo(_shot_line(shot, board["fps"]))


def _shot_line(shot: dict[str, Any], fps: int) -> str:
    names = ", ".join(Path(panel["path"]).name for panel in shot["panels"]) or shot["kind"]
    transition = shot["transition"]
    return (
        f"{shot['start_frame'] / fps:7.2f} s  {shot['n_frames'] / fps:5.2f} s"
        f"  {transition['name']:10}  {shot['motion']:12}  {echo_path(names)}: {shot['reason']}"
    )
