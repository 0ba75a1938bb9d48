"""What commands share: options, the session behind them, JSON output."""

import contextlib
import functools
import json
import logging
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import click

from indexer.catalog.beside import is_lost
from indexer.catalog.connection import Catalog, open_catalog
from indexer.errors import NothingToDoError
from memoriesd.clock import local_today
from memoriesd.config import Config, load_config
from memoriesd.folders import Folders, find_folders, packs_folder

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The library that a command works on."""

    folders: Folders
    config_told: bool
    """Whether ``--config`` or the environment named the configuration file."""
    debug: bool

    def config(self) -> Config:
        """The configuration; the defaults where no file was written yet."""
        if self.config_told or self.folders.config_file.exists():
            return load_config(self.folders.config_file)
        return Config()

    def written_config(self) -> Config:
        """The configuration, which must have been written."""
        return load_config(self.folders.config_file)

    def packs_folder(self) -> Path:
        """Where model packs lie."""
        return packs_folder(self.config().models.folder, self.folders.data)

    @contextlib.contextmanager
    def catalog(self) -> Iterator[Catalog]:
        """The catalog, which must have been made by an index; what is written outlives the power.

        Most that commands write is what a person told.
        """
        path = self.folders.catalog
        if not path.exists() and not is_lost(path):
            raise NothingToDoError("nothing is indexed yet", remedy="run: memoriesd index")
        with open_catalog(path, synced=True) as catalog:
            yield catalog


def session_command(function: Callable[Concatenate[Session, P], T]) -> Callable[P, T]:
    """Add ``--config`` and ``--debug`` to a command and give it its session."""

    @click.option(
        "--config",
        "config_file",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Configuration file.",
    )
    @click.option("--debug", is_flag=True, help="Tell more; tracebacks of errors.")
    def command(*args: Any, config_file: Path | None, debug: bool, **kwargs: Any) -> T:
        level = logging.INFO if debug else logging.WARNING
        logging.basicConfig(level=level, format="%(message)s", stream=sys.stderr)
        session = Session(
            folders=find_folders(os.environ, config_file),
            config_told=bool(config_file or os.environ.get("MEMORIESD_CONFIG")),
            debug=debug,
        )
        return function(session, *args, **kwargs)

    functools.update_wrapper(command, function)
    return cast("Callable[P, T]", command)


def _to_date(_: click.Context, __: click.Parameter, value: datetime | None) -> date:
    return value.date() if value else local_today()


today_option = click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=_to_date,
    metavar="DATE",
    help="The day to work for, YYYY-MM-DD; by default the day it is.",
)

json_option = click.option("--json", "as_json", is_flag=True, help="Report as JSON.")


def echo_json(document: object) -> None:
    """Print a document as JSON in ASCII, so that paths that are not UTF-8 survive any locale."""
    click.echo(json.dumps(document, indent=1, sort_keys=False))


def quoted(path: Path | str) -> str:
    """A path as a shell takes it, for commands that a person may copy."""
    return shlex.quote(echo_path(path))


def echo_path(path: Path | str) -> str:
    """A path for a person's eyes: what the terminal cannot show is escaped."""
    return os.fsencode(path).decode(errors="backslashreplace")
