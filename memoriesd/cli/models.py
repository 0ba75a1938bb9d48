"""``models`` and ``labels``: what is there."""

from pathlib import Path

import click

from indexer.catalog.counts import count_words
from indexer.models.registry import licence_of
from memoriesd.cli.options import Session, echo_json, echo_path, json_option, session_command
from memoriesd.cli.plan import plan_command


@click.group("models", short_help="List the model packs.")
def models_command() -> None:
    """List the model packs."""


models_command.add_command(plan_command)


@models_command.command("list")
@json_option
@session_command
def list_models(session: Session, *, as_json: bool) -> None:
    """List the packs in [models] folder, with size and licence, and which one is used."""
    models = session.config().models
    packs = [
        {
            "pack": f"insightface:{folder.name}",
            "used": models.pack == f"insightface:{folder.name}",
            "size_mb": round(_size_mb(folder), 1),
            "licence": licence_of(folder),
        }
        for folder in _pack_folders(models.folder)
    ]
    scenes = None if models.scenes is None else str(models.scenes)
    if as_json:
        echo_json({"packs": packs, "configured": models.pack, "scenes": scenes})
        return
    for pack in packs:
        used = "used" if pack["used"] else ""
        click.echo(f"{used:5} {pack['pack']}, {pack['size_mb']} MB; {pack['licence']}")
    if not any(pack["used"] for pack in packs):
        click.echo(f"{models.pack} is configured and not among these: faces are off")
    click.echo(f"scenes: {echo_path(scenes) if scenes else 'off; set [models] scenes'}")


def _pack_folders(folder: Path | None) -> list[Path]:
    if folder is None or not (folder / "models").is_dir():
        return []
    return sorted(path for path in (folder / "models").iterdir() if any(path.glob("*.onnx")))


def _size_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.glob("*.onnx")) / 1e6


@click.group("labels", short_help="List the words that scenes are labelled with.")
def labels_command() -> None:
    """List the words that scenes are labelled with."""


@labels_command.command("list")
@json_option
@session_command
def list_labels(session: Session, *, as_json: bool) -> None:
    """List the words that the library's pictures were labelled with, the most frequent first."""
    with session.catalog() as catalog:
        counts = count_words(catalog)
    if as_json:
        echo_json({"labels": [{"label": word, "items": n} for word, n in counts]})
        return
    for word, n in counts:
        click.echo(f"{n:7,}  {word}")
