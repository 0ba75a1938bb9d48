"""``forget`` and ``undo``."""

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from clustering.people.corrections import person_called, undo_correction
from clustering.people.facts import standing
from composer.naming import remove_movie
from indexer.catalog.connection import Catalog
from indexer.catalog.exclusions import all_exclusions
from indexer.catalog.forgetting import empty_log, files_below
from indexer.catalog.movies import all_movies
from indexer.catalog.people import all_corrections
from indexer.errors import NotFoundError, NothingToDoError
from memoriesd.cli.exclude import told_of_rule
from memoriesd.cli.options import Session, echo_path, session_command
from memoriesd.cli.people import told_of
from memoriesd.cli.running import run_job
from memoriesd.clock import local_today, told_time, utc_now
from memoriesd.locks import alone
from memoriesd.own_files import knowing_files

REMOVED = {
    "items": ("item", "items"),
    "faces": ("face", "faces"),
    "previews": ("preview", "previews"),
    "examples": ("example of a word of yours", "examples of words of yours"),
    "memories": ("memory", "memories"),
    "movies": ("movie", "movies"),
}
"""What is counted in the job's report, in words: one, and more."""


@click.command("forget", short_help="Remove what is known of a person, a path, or all.")
@click.argument("what", required=False)
@click.option("--all", "everything", is_flag=True, help="Everything: catalog, corrections, movies.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@session_command
def forget_command(session: Session, what: str | None, *, everything: bool, yes: bool) -> None:
    """Remove what is known of a person (name or number) or a PATH, with the movies that show it.

    Of a person go the faces and the small pictures that show them, also among the examples of
    words that you taught; the pictures themselves stay, with whoever else they show. Copies of the
    catalog go, too; the next index makes a new one. Movies that were copied elsewhere, storyboards
    that you exported, the system's journal and a --log-file of yours are out of reach; what we log
    names no person, but may name a path. Your photos and videos are not touched; what stays in a
    watched folder comes back with the next index.
    """
    if everything == (what is not None):
        raise click.UsageError("name a person or a path, or say --all")
    if everything:
        _forget_all(session, yes=yes)
        return
    told, args, name = _meant(session, str(what))
    if not yes:
        _agreed(f"forget {told}, with each movie that shows it?")
    report = run_job(session, session.config(), "forget", args, local_today())
    counts = [f"{count:,} {REMOVED[what][count > 1]}" for what, count in report.items() if count]
    click.echo(f"forgot {told}" + (f": {', '.join(counts)}" if counts else ""))
    if "person" in args:
        click.echo(
            "their pictures stay, and a face comes back without a name where one is read again;"
            " to leave a picture out of movies: memoriesd items hide"
        )
    for line in _lines_with(name, session.folders.config_file) if name else ():
        click.echo(f"their name is still written in {line}: take it out there", err=True)


def _lines_with(name: str, config_file: Path) -> Iterator[str]:
    """Where the configuration, or the one before it, has a name: it is written by hand."""
    wanted = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
    for path in (config_file, config_file.with_name(config_file.name + ".old")):
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        for number, line in enumerate(text.splitlines(), 1):
            if wanted.search(line):
                yield f"{echo_path(path)}, line {number}"


def _meant(session: Session, what: str) -> tuple[str, dict[str, Any], str]:
    """What is to be forgotten, in words and as the job's arguments, and the name of a person."""
    with session.catalog() as catalog, contextlib.suppress(NotFoundError):
        person = person_called(catalog, what)
        name = f" ({person.name})" if person.name else ""
        return f"person {person.id}{name}", {"person": person.id}, person.name
    path = Path(os.path.normpath(Path(what).absolute()))
    with session.catalog() as catalog:
        if not files_below(catalog, path):
            empty_log(catalog)  # what the last forgetting could not, since somebody read
            raise NotFoundError(
                f"nobody is called {what!r}, and nothing of {echo_path(path)} is known",
                remedy="see memoriesd people list, or memoriesd items list",
            )
    return echo_path(path), {"path": str(path)}, ""


def _agreed(question: str) -> None:
    """Go on after a yes; a no is an answer, too, and ends the command without an error."""
    if not click.confirm(question, err=True):
        click.echo("nothing was forgotten", err=True)
        raise click.exceptions.Exit(0)


def _forget_all(session: Session, *, yes: bool) -> None:
    with alone(session.folders):
        # the renderer behind them costs a second
        from composer.unfinished import remove_unfinished
        from memoriesd.forget import drop_copies

        with session.catalog() as catalog:
            movies = [movie.file for movie in all_movies(catalog)]
        question = f"forget everything: {echo_path(session.folders.catalog)}, {len(movies)} movies?"
        if not yes:
            _agreed(question)
        for movie in movies:
            remove_movie(movie)
        with session.catalog() as catalog:
            remove_unfinished(catalog)
            drop_copies(catalog)
        for path in knowing_files(session.folders):
            path.unlink(missing_ok=True)
    click.echo("everything is forgotten; the configuration and your photos are as they were")


@click.command("undo", short_help="Take the last correction of people back.")
@click.option("--people", is_flag=True, help="Also where a rule of exclude was added later.")
@session_command
def undo_command(session: Session, *, people: bool) -> None:
    """Take the last correction of people back (names, merges, splits ...); again, the one before.

    Rules go by `exclude remove`, marks of items by `items favourite --not` and `items hide --not`.
    """
    with session.catalog() as catalog:
        if not people:
            _refuse_before_newer_rule(catalog)
        undone = undo_correction(catalog, utc_now())
        told = told_of(catalog, undone)
    click.echo(f"took back the last correction of people: {told}, of {told_time(undone.made_at)}")


def _refuse_before_newer_rule(catalog: Catalog) -> None:
    """Ask which is meant where the newest thing told is a rule, which undo does not take back."""
    left = standing(all_corrections(catalog))
    rule = max(all_exclusions(catalog), key=lambda each: each.added_at, default=None)
    if rule is not None and left and rule.added_at > left[-1].made_at:
        raise NothingToDoError(
            f"the newest is exclusion {rule.id} ({rule.kind}: {told_of_rule(rule)}),"
            " which is no correction of people; nothing was taken back",
            remedy=f"take it back with: memoriesd exclude remove {rule.id};"
            " the last correction of people with: memoriesd undo --people",
        )
