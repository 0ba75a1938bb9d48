"""``people``: who is who."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from clustering.people import corrections
from clustering.people.facts import Told
from indexer.catalog.connection import Catalog
from indexer.catalog.faces import FaceId, faces_of_person
from indexer.catalog.items import get_item, main_files_of
from indexer.catalog.people import Correction, Person, all_people, face_counts
from memoriesd.cli.options import Session, echo_json, echo_path, json_option, session_command
from memoriesd.clock import utc_now
from memoriesd.sheet import LEAST_FACES, SHEET_NAME, write_sheet

EXAMPLES = 3


@click.group("people", short_help="List, name and correct people.")
def people_command() -> None:
    """List, name and correct people. PERSON is a name or a number."""


@people_command.command("list")
@json_option
@session_command
def list_people(session: Session, *, as_json: bool) -> None:
    """List people, those seen most first."""
    with session.catalog() as catalog:
        counts = face_counts(catalog)
        people = sorted(all_people(catalog), key=lambda p: (-counts.get(p.id, 0), p.id))
    if as_json:
        echo_json({"people": [_short(person, counts.get(person.id, 0)) for person in people]})
        return
    for person in people:
        marks = ", ".join(
            word
            for word, true in (
                ("hidden", person.hidden),
                ("shown less", person.less),
                (f"born {person.birthday}", person.birthday),
                (f"died {person.died}", person.died),
            )
            if true
        )
        count = counts.get(person.id, 0)
        click.echo(f"{person.id:5}  {count:6,} faces  {person.name or '-'}  {marks}".rstrip())
    if not people:
        click.echo("nobody was found yet; people are found by: memoriesd cluster", err=True)
    elif not all(person.name for person in people):
        click.echo("see who has no name (-) with: memoriesd people sheet", err=True)


def _short(person: Person, count: int) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "faces": count,
        "hidden": bool(person.hidden),
        "less": bool(person.less),
        "birthday": person.birthday,
        "died": person.died,
    }


@people_command.command("show")
@click.argument("person")
@json_option
@session_command
def show_person(session: Session, person: str, *, as_json: bool) -> None:
    """Show what is known of PERSON, and where they are seen."""
    with session.catalog() as catalog:
        found = corrections.person_called(catalog, person)
        faces = faces_of_person(catalog, found.id)
        files = main_files_of(catalog, [face.item_id for face in faces])
        document = _short(found, len(faces)) | {
            "assigned": dict(sorted(Counter(face.assigned or "" for face in faces).items())),
            "items": [
                {
                    "face": face.id,
                    "path": str(files[face.item_id].full_path),
                    "assigned": face.assigned,
                }
                for face in faces
                if face.item_id in files
            ],
        }
    if as_json:
        echo_json(document)
        return
    click.echo(f"{found.id}  {found.name or 'no name yet'}, {len(faces):,} faces")
    for item in document["items"]:
        click.echo(f"  face {item['face']}  {item['assigned']:9}  {echo_path(item['path'])}")


@people_command.command("name")
@click.argument("person", required=False)
@click.argument("name", required=False)
@session_command
def name_person(session: Session, person: str | None, name: str | None) -> None:
    """Call PERSON by NAME; without both, go through those who have no name yet."""
    if (person is None) != (name is None):
        raise click.UsageError("give a person and a name, or neither to go through the unnamed")
    with session.catalog() as catalog:
        if person is not None and name is not None:
            _name(catalog, corrections.person_called(catalog, person), name)
        else:
            _walk(catalog, session.folders.data / SHEET_NAME)


def _name(catalog: Catalog, person: Person, name: str) -> None:
    kept = corrections.name_person(catalog, person.id, name, utc_now())
    if kept == person.id:
        click.echo(f"person {person.id} is {name}")
    else:
        click.echo(f"person {person.id} is {name}, too: both are person {kept} from here on")


def _walk(catalog: Catalog, sheet: Path) -> None:
    """Ask for the names of the unnamed, those seen most first."""
    write_sheet(catalog, sheet)
    click.echo(f"faces to look at: {echo_path(sheet)}")
    click.echo("a name and Enter; Enter alone skips, u takes the last one back, q ends")
    counts = face_counts(catalog)
    unnamed = [p for p in all_people(catalog) if not p.name and counts.get(p.id, 0) >= LEAST_FACES]
    unnamed.sort(key=lambda p: (-counts[p.id], p.id))
    done: list[int] = []
    at = 0
    while at < len(unnamed):
        answer = _ask(catalog, unnamed[at], counts[unnamed[at].id])
        if answer == "q":
            return
        if answer == "u" and done:
            undone = corrections.undo_correction(catalog, utc_now())
            click.echo(f"took back: {told_of(catalog, undone)}")
            at = done.pop()
            continue
        if answer == "u":
            click.echo("nothing to take back")
            continue
        if answer:
            _name(catalog, unnamed[at], answer)
            done.append(at)
        at += 1
    click.echo("that was everybody")


def _ask(catalog: Catalog, person: Person, count: int) -> str:
    click.echo(f"\nperson {person.id}, {count:,} faces, for instance in")
    examples = faces_of_person(catalog, person.id)[:EXAMPLES]
    files = main_files_of(catalog, [face.item_id for face in examples])
    for face in examples:
        item = get_item(catalog, face.item_id)
        when = f" ({item.taken_at[:10]})" if item and item.taken_at else ""
        click.echo(f"  {echo_path(files[face.item_id].full_path)}{when}")
    answer: str = click.prompt("who is it", default="", show_default=False)
    return answer.strip()


@people_command.command("merge")
@click.argument("person")
@click.argument("other")
@session_command
def merge_people(session: Session, person: str, other: str) -> None:
    """Say that PERSON and OTHER are one; PERSON's number and name stay."""
    with session.catalog() as catalog:
        kept = corrections.person_called(catalog, person)
        gone = corrections.person_called(catalog, other)
        corrections.merge_people(catalog, kept.id, gone.id, utc_now())
    click.echo(f"{gone.name or gone.id} is {kept.name or kept.id}")


@people_command.command("split")
@click.argument("person")
@click.argument("faces", nargs=-1, required=True, type=int)
@session_command
def split_person(session: Session, person: str, faces: tuple[int, ...]) -> None:
    """Say that FACES (numbers on the sheet) of PERSON are somebody else."""
    with session.catalog() as catalog:
        found = corrections.person_called(catalog, person)
        other = corrections.split_person(catalog, found.id, _face_ids(faces), utc_now())
    click.echo(f"these are person {other} now; name them: memoriesd people name {other} NAME")


@people_command.command("confirm")
@click.argument("person")
@click.argument("faces", nargs=-1, required=True, type=int)
@session_command
def confirm_faces(session: Session, person: str, faces: tuple[int, ...]) -> None:
    """Say that FACES (numbers on the sheet) are PERSON."""
    with session.catalog() as catalog:
        found = corrections.person_called(catalog, person)
        corrections.confirm_faces(catalog, found.id, _face_ids(faces), utc_now())
    click.echo(f"{len(faces)} faces are {found.name or found.id} for sure")


@people_command.command("reject")
@click.argument("person")
@click.argument("faces", nargs=-1, required=True, type=int)
@session_command
def reject_faces(session: Session, person: str, faces: tuple[int, ...]) -> None:
    """Say that FACES (numbers on the sheet) are not PERSON."""
    with session.catalog() as catalog:
        found = corrections.person_called(catalog, person)
        corrections.reject_faces(catalog, found.id, _face_ids(faces), utc_now())
    click.echo(f"{len(faces)} faces are not {found.name or found.id}")


def _face_ids(numbers: Sequence[int]) -> list[FaceId]:
    return [FaceId(number) for number in numbers]


@people_command.command("hide")
@click.argument("person")
@click.option("--not", "undo", is_flag=True, help="Show them again.")
@session_command
def hide_person(session: Session, person: str, *, undo: bool) -> None:
    """Never show PERSON."""
    with session.catalog() as catalog:
        found = corrections.person_called(catalog, person)
        corrections.hide_person(catalog, found.id, utc_now(), hidden=not undo)
    click.echo(f"{found.name or found.id} is {'shown again' if undo else 'never shown'}")


@people_command.command("less")
@click.argument("person")
@click.option("--not", "undo", is_flag=True, help="As often as anybody.")
@session_command
def less_person(session: Session, person: str, *, undo: bool) -> None:
    """Show PERSON less: make no memory about them."""
    with session.catalog() as catalog:
        found = corrections.person_called(catalog, person)
        corrections.less_of_person(catalog, found.id, utc_now(), less=not undo)
    click.echo(f"{found.name or found.id} is shown {'as others' if undo else 'less'}")


@people_command.command("birthday")
@click.argument("person")
@click.argument("day", required=False)
@session_command
def set_birthday(session: Session, person: str, day: str | None) -> None:
    """Keep PERSON's birthday, DAY as 1951-03-14 or 03-14; without DAY it is removed."""
    birthday = None if day is None else _birthday(day)
    with session.catalog() as catalog:
        found = corrections.person_called(catalog, person)
        corrections.set_birthday(catalog, found.id, birthday, utc_now())
    click.echo(f"{found.name or found.id}: birthday {day or 'unknown'}")


def _birthday(day: str) -> str:
    """An ISO date; of the year 0000 where no year was given."""
    told = f"0000-{day}" if len(day) == len("03-14") else day
    _day(told.replace("0000-", "2000-", 1))
    return told


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").astimezone()
    except ValueError as error:
        raise click.UsageError(f"{text!r} is no date; write it as 1951-03-14") from error


@people_command.command("died")
@click.argument("person")
@click.argument("day", required=False)
@session_command
def set_died(session: Session, person: str, day: str | None) -> None:
    """Keep that PERSON died on DAY (2021-03-14); without DAY that is taken back."""
    died = None if day is None else _day(day).date()
    with session.catalog() as catalog:
        found = corrections.person_called(catalog, person)
        corrections.set_died(catalog, found.id, died, utc_now())
    click.echo(f"{found.name or found.id}: {'died ' + day if day else 'alive'}")


@people_command.command("sheet")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to be written."
)
@session_command
def write_people_sheet(session: Session, out: Path | None) -> None:
    """Write a page with everybody's faces, numbered, for a browser."""
    path = out or session.folders.data / SHEET_NAME
    with session.catalog() as catalog:
        count = write_sheet(catalog, path)
    click.echo(f"{count} people: {echo_path(path)}")


def told_of(catalog: Catalog, correction: Correction) -> str:
    """What a correction said of whom, in words."""
    fact = json.loads(correction.fact)
    names = {int(person.id): person.name for person in all_people(catalog)}
    who, other = (
        names.get(fact.get(key)) or f"person {fact.get(key)}" for key in ("person", "other")
    )
    faces = f"{len(fact.get('faces', ()))} faces"
    value = fact.get("value")
    match Told(correction.kind):
        case Told.NAME:
            return f"the name {fact['name']} of person {fact['person']}"
        case Told.MERGE:
            return f"that {who} and {other} are one"
        case Told.SPLIT:
            return f"that {faces} of {who} are somebody else"
        case Told.CONFIRM:
            return f"that {faces} are {who}"
        case Told.REJECT:
            return f"that {faces} are not {who}"
        case Told.HIDE:
            return f"that {who} is {'never shown' if value else 'shown again'}"
        case Told.LESS:
            return f"that {who} is shown {'less' if value else 'as others'}"
        case told:
            return f"{told} of {who}: {value or 'unknown'}"
