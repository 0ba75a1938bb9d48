"""``exclude``: what is never shown."""

import json
import os
from collections.abc import Sequence

import click

from clustering.people.corrections import did_you_mean
from composer.curate.exclude import (
    ExclusionError,
    ExclusionKind,
    Rule,
    is_in_folder,
    n_matched,
    parse_rule,
)
from composer.library import read_library
from indexer.catalog.connection import Catalog
from indexer.catalog.exclusions import Exclusion, add_exclusion, all_exclusions, remove_exclusion
from indexer.catalog.files import FileState, all_roots, files_of_root
from indexer.catalog.people import Person, all_people
from indexer.errors import NotFoundError
from memoriesd.cli.options import Session, echo_json, json_option, session_command
from memoriesd.clock import stamp, utc_now


@click.group("exclude", short_help="Say what is never shown.")
def exclude_command() -> None:
    """Say what is never shown; applied when pictures are chosen and just before a movie is made."""


@exclude_command.command("add", context_settings={"ignore_unknown_options": True})
@click.argument("kind", type=click.Choice([str(kind) for kind in ExclusionKind]))
@click.argument("words", nargs=-1, required=True)
@click.option(
    "--level",
    type=click.Choice(["never", "less"]),
    default="never",
    help="A person: not at all, or less often.",
)
@click.option("--radius-km", type=click.FloatRange(min=0.01), help="A place: how far around.")
@click.option("--yearly", is_flag=True, help="Dates: every year.")
@session_command
def add_rule(
    session: Session,
    kind: str,
    words: tuple[str, ...],
    level: str,
    radius_km: float | None,
    *,
    yearly: bool,
) -> None:
    """Add a rule.

    \b
    person NAME or #ID        [--level less]
    dates 2020-03-01 [2020-03-14], or 12-30 01-02 --yearly
    place NAME, or LATITUDE LONGITUDE [--radius-km 5]
    label WORD
    folder NAME or PATH
    """  # noqa: D301 - click keeps lines after a real backspace as they are
    text = _rule_text(kind, words, level=level, radius_km=radius_km, yearly=yearly)
    try:
        rule = parse_rule(kind, text)
    except ExclusionError as error:
        raise click.UsageError(f"{error}; {error.remedy}") from error
    with session.catalog() as catalog:
        fact = rule.fact
        if kind == ExclusionKind.PERSON:
            # By number, since names change; the name is for reading.
            person = _person(fact["person"], all_people(catalog))
            named = {"name": person.name} if person.name else {}
            fact = {**fact, "person": person.id, **named}
        number = add_exclusion(catalog, rule.kind, fact, stamp(utc_now()))
        n_items = n_matched(Rule(kind=rule.kind, fact=fact), read_library(catalog))
        n_files = _n_files_in(catalog, text) if kind == ExclusionKind.FOLDER else 0
    if n_items:
        matched = f"{n_items:,} items match it"
    elif n_files:
        files = "file" if n_files == 1 else "files"
        matched = f"{n_files:,} {files} in it, none that a movie would show (such as copies)"
    else:
        matched = "nothing matches it: is it spelt right?"
    click.echo(f"rule {number}: {kind} {text}; as the library is now, {matched}")
    if kind == ExclusionKind.LABEL:
        click.echo(
            f'a small network guesses labels: "memoriesd search {text}" shows what has this one;'
            ' "items hide" and "exclude add folder" hide what it misses'
        )


def _n_files_in(catalog: Catalog, folder: str) -> int:
    """How many files a folder has, copies of other items included."""
    paths = (
        os.fsdecode(root.path) + "/" + os.fsdecode(file.path)
        for root in all_roots(catalog)
        for file in files_of_root(catalog, root.id)
        if file.state != FileState.MISSING
    )
    return sum(is_in_folder(path, folder) for path in paths)


def _rule_text(
    kind: str, words: tuple[str, ...], *, level: str, radius_km: float | None, yearly: bool
) -> str:
    """The words of the command in the form that the configuration has, too."""
    match kind:
        case ExclusionKind.PERSON:
            return f"{level} {' '.join(words)}" if level == "less" else " ".join(words)
        case ExclusionKind.DATES:
            return ("yearly " if yearly else "") + "..".join(words)
        case ExclusionKind.PLACE if all(_is_number(word) for word in words):
            radius = f",{radius_km}km" if radius_km else ""
            return ",".join(words) + radius
        case _:
            return " ".join(words)


def _is_number(word: str) -> bool:
    return word.replace(".", "", 1).removeprefix("-").isdigit()


def _person(who: str | int, people: Sequence[Person]) -> Person:
    found = [
        person
        for person in people
        if (
            person.id == who
            if isinstance(who, int)
            else person.name.casefold() == who.casefold() != ""
        )
    ]
    if len(found) != 1:
        what = "is no person" if not found else f"are {len(found)} people called"
        near = did_you_mean(people, who) if isinstance(who, str) and not found else ""
        raise NotFoundError(
            f"there {what} {who!r}{near}", remedy="name one as #ID; see: memoriesd people list"
        )
    return found[0]


@exclude_command.command("list")
@json_option
@session_command
def list_rules(session: Session, *, as_json: bool) -> None:
    """List the rules that were added by command; those of the configuration stand there."""
    with session.catalog() as catalog:
        rules = all_exclusions(catalog)
    if as_json:
        echo_json(
            {
                "exclusions": [
                    {"id": rule.id, "kind": rule.kind, "rule": json.loads(rule.rule)}
                    for rule in rules
                ]
            }
        )
        return
    for rule in rules:
        click.echo(f"{rule.id:5}  {rule.kind:7}  {told_of_rule(rule)}")
    if not rules:
        click.echo("no rule was added by command; see: memoriesd exclude add --help", err=True)


def told_of_rule(rule: Exclusion) -> str:
    """What a rule hides, in words."""
    fact = json.loads(rule.rule)
    match ExclusionKind(rule.kind):
        case ExclusionKind.PERSON:
            number = f"person {fact['person']}"
            who = f"{fact['name']} ({number})" if fact.get("name") else number
            return f"{who}, {'less often' if fact.get('how') == 'less' else 'never shown'}"
        case ExclusionKind.DATES:
            first, last = fact["first"], fact["last"]
            days = first if first == last else f"{first} to {last}"
            return f"{days}, every year" if fact.get("yearly") else days
        case ExclusionKind.PLACE if "name" not in fact:
            point = f"{fact['latitude']}, {fact['longitude']}"
            return f"within {fact['radius_km']:g} km of {point}"
        case ExclusionKind.PLACE:
            return str(fact["name"])
        case ExclusionKind.LABEL:
            return str(fact["label"])
        case ExclusionKind.FOLDER:
            return str(fact["folder"])


@exclude_command.command("remove")
@click.argument("rule", type=int)
@session_command
def remove_rule(session: Session, rule: int) -> None:
    """Remove RULE by its number."""
    with session.catalog() as catalog:
        if not remove_exclusion(catalog, rule):
            raise NotFoundError(
                f"there is no rule {rule}", remedy="see them with: memoriesd exclude list"
            )
    click.echo(f"rule {rule} is removed")
