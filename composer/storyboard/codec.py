"""A storyboard as JSON text: the same storyboard gives the same bytes."""

import dataclasses
import itertools
import json
import math
import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from composer.storyboard.brief import Length
from composer.storyboard.model import MOST_ID, MOVES, SCHEMA, ShotKind, Storyboard
from themes.theme import TRANSITIONS, Mood

_ADDED = frozenset(
    {"locked", "route", "chapter", "exposure_ev", "start_byte", "sound_lead_s", "sound_trail_s"}
    | {"enters_frame"}
)
"""Keys that older storyboards do not have, or that only they have."""


class StoryboardError(ValueError):
    """A text is no storyboard that can be used; the message names what is wrong with it."""

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def to_json(storyboard: Storyboard) -> str:
    """Write a storyboard as indented JSON with sorted keys, in ASCII.

    Paths with bytes that are not UTF-8 survive: their surrogates are escaped.
    """
    return json.dumps(dataclasses.asdict(storyboard), sort_keys=True, indent=1) + "\n"


def read_storyboard(file: Path) -> Storyboard:
    """Read a storyboard's file.

    Raises
    ------
    StoryboardError
        If it is no text, or as `from_json` does; names the file.
    """
    try:
        return from_json(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise StoryboardError(
            f"{file} is not UTF-8 (byte {error.start})", remedy="save it as UTF-8"
        ) from error
    except StoryboardError as error:
        raise StoryboardError(f"{file}: {error}", remedy=error.remedy) from error


def from_json(text: str) -> Storyboard:
    """Read a storyboard.

    Raises
    ------
    StoryboardError
        If the text is not JSON, has another schema, or misses, adds or mistypes a key.
    """
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _error(f"not JSON ({error})") from error
    if not isinstance(table, dict) or table.get("schema") != SCHEMA:
        raise _error(f"its schema is not {SCHEMA}")
    try:
        board: Storyboard = _read(_tiled(table), Storyboard, "")
        _check_words(board)
        _check_end(board)
    except ValueError as error:
        raise _error(_numbered(str(error))) from error
    return board


def _numbered(detail: str) -> str:
    """With the number that commands give a shot, which lists of JSON count from 0."""
    found = re.match(r"shots\[(\d+)\]", detail)
    return f"shot {int(found[1]) + 1}: {detail}" if found else detail


def _tiled(table: dict[str, Any]) -> dict[str, Any]:
    """The same with shots that follow one another.

    Whoever takes one out, or changes how long it is, need not count frames.
    """
    shots = table.get("shots")
    if not isinstance(shots, list) or not all(_has_length(shot) for shot in shots):
        return table
    starts = list(itertools.accumulate((shot["n_frames"] for shot in shots), initial=0))
    if [shot.get("start_frame") for shot in shots] == starts[:-1]:
        return table
    tiled = [shot | {"start_frame": at} for shot, at in zip(shots, starts, strict=False)]
    # What was on a beat of another length of music is on none of this one's.
    return table | {"shots": tiled, "n_frames": starts[-1], "beats_s": []}


def _has_length(shot: object) -> bool:
    return isinstance(shot, dict) and type(shot.get("n_frames")) is int


def _error(detail: str) -> StoryboardError:
    return StoryboardError(
        f"the storyboard cannot be used: {detail}",
        remedy="put it right, or write a good one with: memoriesd storyboard export MOVIE",
    )


def _read(value: Any, wanted: Any, where: str) -> Any:
    """A value of JSON as a type of the storyboard's.

    Not pydantic's: it refuses text with surrogates, which paths need.
    """
    if dataclasses.is_dataclass(wanted):
        return _read_fields(value, wanted, where)
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        return wanted(_one_of(_of_type(value, (str,), where), tuple(wanted), where))
    arguments = get_args(wanted)
    origin = get_origin(wanted)
    if origin is UnionType:
        if (value is None and NoneType in arguments) or (type(value) is str and str in arguments):
            return value
        return _read(value, arguments[0], where)
    if origin is tuple:
        values = enumerate(_of_type(value, (list,), where))
        return tuple(_read(one, arguments[0], f"{where}[{n}]") for n, one in values)
    if origin is dict:
        values = _of_type(value, (dict,), where).items()
        return {key: _read(one, arguments[1], f"{where}.{key}") for key, one in values}
    if wanted is float:
        return float(_of_type(value, (float, int), where))
    return _of_type(value, (wanted,), where)


def _read_fields(value: Any, wanted: Any, where: str) -> Any:
    table = _of_type(value, (dict,), where)
    hints = get_type_hints(wanted)
    inside = f"{where}." if where else ""
    if odd := sorted((table.keys() ^ hints.keys()) - _ADDED):
        what = "is missing" if odd[0] in hints else "is no key"
        raise ValueError(f"{inside}{odd[0]} {what}")
    found = {
        key: _read(table[key], hint, inside + key) for key, hint in hints.items() if key in table
    }
    try:
        return wanted(**found)
    except ValueError as error:
        raise ValueError(f"{where}: {error}" if where else str(error)) from error


def _of_type(value: Any, kinds: tuple[type, ...], where: str) -> Any:
    """The value itself; a truth value is no number, and a number is finite."""
    odd = isinstance(value, float) and not math.isfinite(value)
    odd |= type(value) is int and abs(value) > MOST_ID
    odd |= type(value) is str and "\0" in value
    if odd or type(value) not in kinds:
        raise ValueError(f"{where} is {value!r}, not {kinds[0].__name__}")
    return value


def _one_of(word: str, known: Sequence[str], where: str) -> str:
    if word not in known:
        raise ValueError(f"{where} is {word!r}, not one of {', '.join(known)}")
    return word


def _check_words(board: Storyboard) -> None:
    """Words that name something of other packages."""
    _one_of(board.length, tuple(Length), "length")
    _one_of(board.mood, tuple(Mood), "mood")
    for n, shot in enumerate(board.shots):
        _one_of(shot.transition.name, TRANSITIONS, f"shots[{n}].transition.name")
        _one_of(shot.motion, MOVES, f"shots[{n}].motion")


def _check_end(board: Storyboard) -> None:
    for n, shot in enumerate(board.shots[:-1]):
        if shot.kind is ShotKind.END:
            raise ValueError(f"shots[{n}].kind is 'end', which is the last shot's: move it there")
