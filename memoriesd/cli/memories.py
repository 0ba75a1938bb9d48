"""``memories``: what could be made and why; holding, releasing, rejecting."""

import json
from collections import Counter
from datetime import date
from typing import Any

import click

from composer.choose import release
from indexer.catalog.connection import Catalog
from indexer.catalog.items import main_files_of
from indexer.catalog.memories import (
    Memory,
    MemoryId,
    MemoryState,
    all_memories,
    get_memory,
    items_of_memory,
    set_memory_state,
)
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


@click.group(
    "memories",
    short_help="Choose anew, and show what could be made and why.",
    invoke_without_command=True,
)
@click.option("--held", is_flag=True, help="Show those that are held back out of tact.")
@click.option("--items", is_flag=True, help="Show each picture with its reason.")
@today_option
@json_option
@click.pass_context
@session_command
def memories_command(
    session: Session,
    context: click.Context,
    today: date,
    *,
    held: bool,
    items: bool,
    as_json: bool,
) -> None:
    """Choose anew, store and show what could be made, and why."""
    if context.invoked_subcommand is not None:
        return
    with session.catalog():
        pass
    run_job(session, session.config(), "memories", {}, today)
    _list(session, today, held=held, items=items, as_json=as_json)


@memories_command.command("list")
@click.option("--held", is_flag=True, help="Show those that are held back out of tact.")
@click.option("--items", is_flag=True, help="Show each picture with its reason.")
@today_option
@json_option
@session_command
def list_memories(session: Session, today: date, *, held: bool, items: bool, as_json: bool) -> None:
    """Show what could be made as it was chosen last, without choosing anew."""
    _list(session, today, held=held, items=items, as_json=as_json)


def _list(session: Session, today: date, *, held: bool, items: bool, as_json: bool) -> None:
    wanted = (
        {MemoryState.HELD} if held else {MemoryState.READY, MemoryState.RELEASED, MemoryState.MADE}
    )
    with session.catalog() as catalog:
        # One without a title was forgotten, and stays so that it is not made again.
        found = [m for m in all_memories(catalog) if m.state in wanted and m.current and m.title]
        # What can be made today comes first; each part stays in the order of its score.
        found.sort(key=lambda memory: not is_due(memory, today))
        if as_json:
            echo_json({"memories": [_document(catalog, memory) for memory in found]})
            return
        alike = Counter((memory.title, memory.subtitle) for memory in found)
        for memory in found:
            is_alike = alike[memory.title, memory.subtitle] > 1
            _show(catalog, memory, about=subjects_of(memory) if is_alike else "", items=items)
    if not found:
        click.echo("nothing is held" if held else "there is nothing to make yet", err=True)


def _document(catalog: Catalog, memory: Memory) -> dict[str, Any]:
    chosen = items_of_memory(catalog, memory.id)
    files = main_files_of(catalog, [one.item_id for one in chosen])
    return {
        "id": memory.id,
        "kind": memory.kind,
        "state": memory.state,
        "title": memory.title,
        "subtitle": memory.subtitle,
        "window": [memory.window_start, memory.window_end],
        "score": memory.score,
        "reason": memory.reason,
        "items": [
            {
                "path": str(files[one.item_id].full_path),
                "reason": one.reason,
                "rival": one.rival,
            }
            for one in chosen
            if one.item_id in files
        ],
    }


def subjects_of(memory: Memory) -> str:
    """What tells a memory from others of the same title: whom, or which event, it is about."""
    subjects = [str(each).replace(":", " ") for each in json.loads(memory.subjects)]
    return f" ({', '.join(subjects)})" if subjects else ""


def _show(catalog: Catalog, memory: Memory, *, about: str, items: bool) -> None:
    chosen = items_of_memory(catalog, memory.id)
    click.echo(f"{memory.id:5}  {memory.title} · {memory.subtitle}{about}")
    state = f"{memory.state}{days_of(memory)}"
    click.echo(f"       {memory.kind}, {state}, {len(chosen)} pictures: {memory.reason}")
    if items:
        files = main_files_of(catalog, [one.item_id for one in chosen])
        for one in chosen:
            if one.item_id in files:
                click.echo(f"         {echo_path(files[one.item_id].full_path)}: {one.reason}")
            if one.rival:
                click.echo(f"           left out: {one.rival}")


def days_of(memory: Memory) -> str:
    """The days on which a memory is fit to be shown, behind its state; nothing where all are."""
    if memory.window_start == memory.window_end:
        return f" on {memory.window_start}" if memory.window_start else ""
    return f" from {memory.window_start} to {memory.window_end}"


def is_due(memory: Memory, today: date) -> bool:
    """Whether a memory is ready, and fit to be shown on a day."""
    day = today.isoformat()
    first, last = memory.window_start or day, memory.window_end or day
    return memory.state != MemoryState.MADE and first <= day <= last


@memories_command.command("release")
@click.argument("memory_id", metavar="ID", type=int)
@session_command
def release_memory(session: Session, memory_id: int) -> None:
    """Let a memory that is held or rejected be made, for ever."""
    with session.catalog() as catalog:
        release(catalog, MemoryId(memory_id))
    click.echo(f"memory {memory_id} may be made: memoriesd compose {memory_id}")


@memories_command.command("reject")
@click.argument("memory_id", metavar="ID", type=int)
@session_command
def reject_memory(session: Session, memory_id: int) -> None:
    """Never make a memory."""
    with session.catalog() as catalog:
        if get_memory(catalog, MemoryId(memory_id)) is None:
            raise NotFoundError(
                f"there is no memory {memory_id}", remedy="see them with: memoriesd memories"
            )
        set_memory_state(catalog, MemoryId(memory_id), MemoryState.REJECTED)
    click.echo(
        f"memory {memory_id} is never made; take that back with:"
        f" memoriesd memories release {memory_id}"
    )
