"""``models``: which packs are here, and how others are had."""

import dataclasses
import sys
from pathlib import Path
from typing import Any

import click

from indexer.errors import NothingToDoError
from indexer.models.packs import (
    BUILTIN,
    INSIGHTFACE,
    WEIGHTS,
    KnownPack,
    known_packs,
    published,
    recognised,
)
from indexer.models.pull import pull
from memoriesd.cli.evaluation import evaluate_command
from memoriesd.cli.options import Session, echo_json, echo_path, json_option, session_command
from memoriesd.cli.plan import plan_command
from memoriesd.cli.training import train_command
from memoriesd.config import Models
from memoriesd.folders import make_private
from memoriesd.locks import LockedError, hold


@click.group("models", short_help="List, get and measure the model packs.")
def models_command() -> None:
    """List, get and measure the model packs."""


models_command.add_command(plan_command)
models_command.add_command(evaluate_command)
models_command.add_command(train_command)


@models_command.command("list")
@json_option
@session_command
def list_models(session: Session, *, as_json: bool) -> None:
    """List the packs that are here and those that can be had, with licence, size and figures."""
    models = session.config().models
    folder = session.packs_folder()
    packs = [_row(known, models) for known in known_packs() if known.pack == BUILTIN]
    packs += [_folder_row(path, models) for path in _pack_folders(folder)]
    here = {pack["pack"] for pack in packs}
    packs += [
        _row(known, models)
        for known in known_packs()
        if known.archive is not None and known.pack not in here
    ]
    scenes = None if models.scenes is None else str(models.scenes)
    if as_json:
        echo_json({"packs": packs, "configured": models.pack, "scenes": scenes})
        return
    _tell_packs(packs)
    if not any(pack["used"] for pack in packs):
        click.echo(f"{models.pack} is configured and not here: faces are off")
    click.echo(f"scenes: {echo_path(scenes) if scenes else 'built-in'}")


def _row(known: KnownPack, models: Models) -> dict[str, Any]:
    """What is known of a pack that lies in no folder of the configuration."""
    here = known.pack == BUILTIN
    size_mb = _size_mb(WEIGHTS) if here else None
    if known.archive is not None:
        size_mb = known.archive.size_bytes / 1e6
    return {
        "pack": known.pack,
        "here": here,
        "used": here and models.pack == known.pack,
        "size_mb": None if size_mb is None else round(size_mb, 1),
        "licence": known.licence,
        "what": known.what,
        "figures": _figures(known),
    }


def _folder_row(folder: Path, models: Models) -> dict[str, Any]:
    from indexer.models.registry import licence_of

    known = recognised(folder)
    pack = f"{INSIGHTFACE}{folder.name}"
    return {
        "pack": pack,
        "here": True,
        "used": models.pack == pack,
        "size_mb": round(_size_mb(folder), 1),
        "licence": licence_of(folder) if known is None else known.licence,
        "what": "" if known is None else known.what,
        "figures": None if known is None else _figures(known),
    }


def _figures(known: KnownPack) -> dict[str, Any] | None:
    return None if known.figures is None else dataclasses.asdict(known.figures)


def _tell_packs(packs: list[dict[str, Any]]) -> None:
    click.echo(f"{'':6}{'pack':36}{'MB':>7}  {'people %':>8}{'faces %':>9}{'ms':>11}  licence")
    for pack in packs:
        mark = "used" if pack["used"] else "" if pack["here"] else "pull"
        told = pack["figures"] or {}
        times = [told.get(name) for name in ("detector_ms", "embedder_ms")]
        shown = " + ".join("" if t is None else f"{t:.1f}" for t in times) if any(times) else ""
        click.echo(
            f"{mark:6}{pack['pack']:36}{pack['size_mb']:7.1f}  {_percent(told, 'accuracy'):>8}"
            f"{_percent(told, 'recall'):>9}{shown:>11}  {pack['licence']}"
        )
    sources = {p["figures"]["source"]: p["pack"] for p in reversed(packs) if p["figures"]}
    for source, first in reversed(sources.items()):
        click.echo(f"figures of {first} and the like: {source}")
    if any(not pack["here"] for pack in packs):
        click.echo("those marked pull can be had with: memoriesd models pull NAME")


def _percent(figures: dict[str, Any], name: str) -> str:
    value = figures.get(name)
    return "" if value is None else f"{100 * value:.2f}"


@models_command.command("pull")
@click.argument("name")
@click.option(
    "--agree-to-licence",
    "agreed",
    is_flag=True,
    help="You have read the pack's terms and agree to them; nothing is asked.",
)
@json_option
@session_command
def pull_pack(session: Session, name: str, *, agreed: bool, as_json: bool) -> None:
    """Download the pack NAME from its makers, after you agreed to its licence.

    Nothing but this command ever opens a connection to another machine.
    """
    known = published(name)
    assert known.archive is not None
    folder = session.packs_folder()
    if not agreed:
        _ask(known)
    there = _pull_alone(session, known, known.archive.size_bytes, folder)
    if as_json:
        echo_json({"pack": known.pack, "folder": str(there), "licence": known.licence})
        return
    click.echo(f"{known.pack} is in {echo_path(there)}")
    click.echo("to use it, write into the configuration:")
    click.echo(f'[models]\npack = "{known.pack}"')


def _pull_alone(session: Session, known: KnownPack, size_bytes: int, folder: Path) -> Path:
    """Download with a bar on the terminal; two at once would write into one file.

    Raises
    ------
    NothingToDoError
        If another process does.
    """
    make_private(session.folders.data)
    try:
        with (
            hold(session.folders.data / "pull.lock"),
            click.progressbar(length=size_bytes, label=known.name, file=sys.stderr) as bar,
        ):
            return pull(known, folder, lambda done, _: bar.update(done - bar.pos))
    except LockedError as error:
        raise NothingToDoError(
            f"a pack is being pulled already (process {error})", remedy="wait until it is there"
        ) from error


def _ask(known: KnownPack) -> None:
    """Show a pack's terms and let a person agree to them.

    Raises
    ------
    NothingToDoError
        If nobody did.
    """
    assert known.archive is not None
    click.echo(f"{known.pack}: {known.what}", err=True)
    click.echo(f"{known.archive.size_bytes / 1e6:,.0f} MB from {known.archive.address}", err=True)
    click.echo(f"\nLicence: {known.licence}\n{known.terms}\n", err=True)
    is_person = sys.stdin.isatty()
    if not (is_person and click.confirm("Do you agree to these terms?", err=True)):
        raise NothingToDoError(
            f"the licence of {known.pack} was not agreed to; nothing was downloaded",
            remedy="agree when you are asked, or in a script with --agree-to-licence",
        )


def _pack_folders(folder: Path) -> list[Path]:
    if not (folder / "models").is_dir():
        return []
    found = (path for path in (folder / "models").iterdir() if not path.name.startswith("."))
    return sorted(path for path in found if any(path.glob("*.onnx")))


def _size_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.glob("*.onnx")) / 1e6
