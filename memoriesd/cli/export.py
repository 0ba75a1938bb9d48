"""``export``: what the catalog knows, as JSON."""

import json
import sys
from pathlib import Path

import click

from memoriesd.cli.options import Session, session_command
from memoriesd.export import export_catalog


@click.command("export", short_help="Write what the catalog knows as JSON.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, which is the only form there is.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="A file instead of the output."
)
@session_command
def export_command(session: Session, out: Path | None, *, as_json: bool) -> None:  # noqa: ARG001 - the flag says what is done anyway
    """Write what the catalog knows as JSON: items, people, events, memories, movies."""
    with session.catalog() as catalog:
        text = json.dumps(export_catalog(catalog), indent=1) + "\n"
    if out is None:
        sys.stdout.write(text)
    else:
        out.touch(mode=0o600)
        out.write_text(text, encoding="ascii")
