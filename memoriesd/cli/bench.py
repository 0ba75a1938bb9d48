"""``bench``: how fast, how large and how well on this machine."""

import dataclasses
import tempfile
from pathlib import Path
from typing import Any

import click

from memoriesd.bench import bench
from memoriesd.cli.options import Session, echo_json, json_option, session_command


@click.command("bench", short_help="Measure speed, memory and quality on a drawn library.")
@json_option
@session_command
def bench_command(session: Session, *, as_json: bool) -> None:
    """Measure speed, memory and quality of this machine with the configured models.

    Draws 48 pictures of 12 megapixels into a temporary folder and indexes them. The library of
    yours is not touched. Faces are drawn, too: quality on photographs is told by models evaluate.
    """
    config = session.config()
    models = dataclasses.replace(config.models, folder=session.packs_folder())
    with tempfile.TemporaryDirectory(prefix="memoriesd-bench-") as scratch:
        result = bench(
            dataclasses.replace(config, models=models),
            Path(scratch),
            say=lambda what: click.echo(f"bench: {what}", err=True),
        )
    if as_json:
        echo_json(result)
        return
    for line in lines(result):
        click.echo(line)


def lines(result: dict[str, Any]) -> list[str]:
    """The report for people."""
    host, faces = result["machine"], result["drawn_faces"]
    return [
        f"memoriesd {result['memoriesd']} on {host['system']}, {host['processor']},"
        f" {host['cores']} cores; {result['models']['pack']}, device {result['models']['device']}",
        f"{result['pictures']} pictures of {result['megapixels']} megapixels:"
        f" {result['pictures_a_second']} a second, {result['cpu_s_a_picture']} CPU s each"
        " (start-up included)",
        f"memory at most {result['peak_mb']} MB; the limit is {result['memory_limit_mb']} MB",
        f"drawn faces: recall {faces['recall']}, precision {faces['precision']},"
        f" people F {faces['people_f']}",
        f"events F {result['event_f']}",
    ]
