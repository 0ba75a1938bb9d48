"""``index``, ``cluster`` and ``compose``: the jobs."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from indexer.catalog.counts import count_items
from indexer.catalog.memories import MemoryId
from indexer.errors import NotFoundError
from memoriesd.cli.options import (
    Session,
    echo_json,
    echo_path,
    json_option,
    session_command,
    today_option,
)
from memoriesd.cli.running import run_job
from memoriesd.clock import local_today
from memoriesd.config import Config
from memoriesd.exits import ConfigError, Exit
from memoriesd.folders import make_private

FAILED_SHOWN = 20


@click.command("index", short_help="Scan the folders and index what is new.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="End with 1 if a file could not be read.")
@today_option
@json_option
@session_command
def index_command(
    session: Session, paths: tuple[Path, ...], today: date, *, strict: bool, as_json: bool
) -> int:
    """Scan the folders of the configuration, or PATHs, and index what is new or changed."""
    config = session.config() if paths else session.written_config()
    roots = _roots(session, config, paths)
    make_private(session.folders.data)
    report = run_job(session, config, "index", {"roots": [str(root) for root in roots]}, today)
    if as_json:
        echo_json(report)
    else:
        with session.catalog() as catalog:
            n_items = count_items(catalog)
        _tell_index(report, n_items)
    return Exit.NOTHING if strict and report["failed"] else Exit.DONE


def _roots(session: Session, config: Config, paths: Sequence[Path]) -> list[Path]:
    """The roots to scan: those of the configuration that a path lies in, or the path itself."""
    if not paths:
        if not config.library.roots:
            raise ConfigError(
                session.folders.config_file,
                "[library] roots is empty",
                remedy="write your folders there, or name them: memoriesd index FOLDER",
            )
        return list(config.library.roots)
    roots: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise NotFoundError(f"{echo_path(path)} is not there", remedy="check the path")
        folder = path.absolute() if path.is_dir() else path.absolute().parent
        inside = [root for root in config.library.roots if folder.is_relative_to(root)]
        roots[inside[0] if inside else folder] = None
    return list(roots)


def _tell_index(report: dict[str, Any], n_items: int) -> None:
    click.echo(
        f"files: {report['seen']:,} seen, {report['new']:,} new, {report['moved']:,} moved,"
        f" {report['gone']:,} gone, {len(report['failed']):,} failed"
    )
    click.echo(
        f"items (photos and videos): {report['indexed']:,} looked at, {n_items:,} known in all;"
        " exact copies need no look"
    )
    for path, reason in report["failed"][:FAILED_SHOWN]:
        click.echo(f"  not read: {echo_path(path)}: {reason}", err=True)
    if len(report["failed"]) > FAILED_SHOWN:
        more = len(report["failed"]) - FAILED_SHOWN
        click.echo(f"  and {more:,} more: memoriesd items list --failed", err=True)
    for sentence in (*report["away"], *report["notes"]):
        click.echo(f"note: {sentence}", err=True)


@click.command("cluster", short_help="Find people, events and trips.")
@json_option
@session_command
def cluster_command(session: Session, *, as_json: bool) -> None:
    """Find people, events and trips; places and local times."""
    with session.catalog():
        pass
    report = run_job(session, session.config(), "cluster", {}, local_today())
    if as_json:
        echo_json(report)
        return
    people, found = report["people"], report["events"]
    click.echo(
        f"{report['n_items']:,} items, {report['n_dated']:,} with a date, {report['n_placed']:,}"
        " with a place\n"
        f"{people['n_people']:,} people, {people['n_named']:,} named; {people['n_faces']:,} faces,"
        f" {people['n_open']:,} of nobody\n"
        f"{found['n_events']:,} events, {found['n_trips']:,} of them trips"
    )


@click.command("compose", short_help="Make a movie.")
@click.argument("memory", type=int, required=False)
@click.option("--theme", metavar="T", help="A theme's name or file; by default as configured.")
@click.option("--length", type=click.Choice(["short", "medium", "long"]), help="How long.")
@click.option("--seed", type=click.IntRange(min=0), help="The same seed gives the same movie.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for the movie."
)
@click.option("--all", "count", type=click.IntRange(min=1), help="Make the N best.")
@click.option(
    "--storyboard",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Render this storyboard.",
)
@click.option("--draft", is_flag=True, help="Make it small, in seconds, to be looked at.")
@today_option
@json_option
@session_command
def compose_command(  # noqa: PLR0913, RUF100 - one argument for each option of the command
    session: Session,
    memory: int | None,
    theme: str | None,
    length: str | None,
    seed: int | None,
    out: Path | None,
    count: int | None,
    storyboard: Path | None,
    today: date,
    *,
    draft: bool,
    as_json: bool,
) -> None:
    """Make a movie of MEMORY, or of the best ready one."""
    if sum(each is not None for each in (memory, count, storyboard)) > 1:
        raise click.UsageError("give one of MEMORY, --all and --storyboard")
    _check_told(session, memory, theme)
    args = {
        "memory": memory,
        # The daemon works in another folder.
        "theme": str(Path(theme).absolute()) if theme and theme.endswith(".toml") else theme,
        "length": length,
        "seed": seed,
        "out": None if out is None else str(out.absolute()),
        "count": count,
        "storyboard": None if storyboard is None else str(storyboard.absolute()),
        "draft": draft or None,
    }
    told = {name: value for name, value in args.items() if value is not None}
    config = session.config()
    if memory is None and storyboard is None:
        # What is best depends on the day, and on what was excluded since the last choosing.
        run_job(session, config, "memories", {}, today)
    report = run_job(session, config, "compose", told, today)
    if as_json:
        echo_json(report)
        return
    for movie in report["movies"]:
        click.echo(echo_path(movie["path"]))
        for note in movie["notes"]:
            click.echo(f"note: {note}", err=True)


def _check_told(session: Session, memory: int | None, theme: str | None) -> None:
    """Refuse what is mistyped before a job waits for its turn."""
    from composer.named import named_memory
    from composer.request import AUTO
    from themes.load import load_theme

    with session.catalog() as catalog:
        if memory is not None:
            named_memory(catalog, MemoryId(memory))
    if theme not in (None, AUTO):
        load_theme(theme)
