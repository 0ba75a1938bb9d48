"""Reading theme files."""

import difflib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from themes.colour import MIN_CONTRAST, contrast
from themes.theme import Palette, Theme, ThemeError

BUILTIN = ("chill", "gentle", "uplifting")

_UNKNOWN = frozenset({"unexpected_keyword_argument", "extra_forbidden"})
"""What pydantic calls a key that is not known."""

_REPLACED = {"transitions.chapter": "write day, place and year into [transitions.into] instead"}
"""Keys that theme files had, and what to write."""

_FOLDER = Path(__file__).parent / "builtin"

_ADAPTER: TypeAdapter[Theme] = TypeAdapter(Theme)


def load_theme(name_or_path: str | Path) -> Theme:
    """Read a built-in theme by its name, or a theme file.

    Raises
    ------
    ThemeError
        If there is no such theme or a value is not usable; names the file and the key.

    Examples
    --------
    >>> load_theme("uplifting").mood
    <Mood.UPLIFTING: 'uplifting'>
    """
    path = _path_of(name_or_path)
    table = _read(path)
    base_name = table.pop("extends", None)
    if base_name is not None:
        if base_name not in BUILTIN:
            raise ThemeError(
                f"{path}: extends: {base_name!r} is not a built-in theme",
                remedy=f"use one of: {', '.join(BUILTIN)}",
            )
        table = _merged(_read(_FOLDER / f"{base_name}.toml"), table)
    table.setdefault("name", path.stem)
    try:
        # As JSON, since strict checking takes a table for a dataclass only there.
        theme = _ADAPTER.validate_json(json.dumps(table, default=str))
    except ValidationError as error:
        raise _theme_error(path, error) from error
    _check_contrast(path, theme.palette)
    return theme


def _path_of(name_or_path: str | Path) -> Path:
    if name_or_path in BUILTIN:
        return _FOLDER / f"{name_or_path}.toml"
    path = Path(name_or_path)
    if path.suffix != ".toml":
        raise ThemeError(
            f"there is no theme {str(name_or_path)!r}",
            remedy=f"use one of {', '.join(BUILTIN)}, or the path of a .toml file",
        )
    return path


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError) as error:
        raise ThemeError(
            f"{path}: cannot be read ({error.strerror})",
            remedy=f"check its path, or use one of {', '.join(BUILTIN)}",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ThemeError(
            f"{path}: not valid TOML ({error})", remedy=f"correct {path}, and save it as UTF-8"
        ) from error


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Tables key by key; everything else, and the weights, replaced."""
    out = dict(base)
    for key, value in over.items():
        both_tables = isinstance(value, dict) and isinstance(out.get(key), dict)
        out[key] = _merged(out[key], value) if both_tables and key != "weights" else value
    return out


def _check_contrast(path: Path, palette: Palette) -> None:
    """Refuse colours that would make words hard to read."""
    black = (0, 0, 0)
    for key, words, ground in (
        ("ink", palette.ink, palette.ground),
        ("light", palette.light, black),
    ):
        measured = contrast(words, ground)
        # Words over pictures need room: the picture below is darkened, never to pure black.
        needed = MIN_CONTRAST * (3 if key == "light" else 1)
        if measured < needed:
            raise ThemeError(
                f"{path}: palette.{key}: contrast {measured:.1f} is below {needed:.1f}",
                remedy="choose a lighter or a darker colour",
            )


def _theme_error(path: Path, error: ValidationError) -> ThemeError:
    found = error.errors()
    # A mistyped key is first: the one that is missing follows from it.
    first = next((each for each in found if each["type"] in _UNKNOWN), found[0])
    key = ".".join(str(part) for part in first["loc"] if part != "[key]")
    if first["type"] in _UNKNOWN:
        near = difflib.get_close_matches(str(first["loc"][-1]), _known_keys(Theme), n=1)
        remedy = f"did you mean {near[0]!r}?" if near else "remove it"
        return ThemeError(f"{path}: {key}: there is no such key", remedy=_REPLACED.get(key, remedy))
    if first["type"] in {"missing", "missing_argument"}:
        return ThemeError(f"{path}: {key} is missing", remedy=f"write {key} into {path}")
    reason = first["msg"].removeprefix("Value error, ").replace("Input should", "should")
    reason = reason.replace("valid array", "list")
    return ThemeError(f"{path}: {key}: {reason}", remedy=f"correct {key} in {path}")


def _known_keys(kind: Any) -> list[str]:  # a dataclass type, or what annotates a field
    keys = []
    if is_dataclass(kind):
        for one in fields(kind):
            keys += [one.name, *_known_keys(one.type)]
    for inner in get_args(kind):
        keys += _known_keys(inner)
    return keys
