"""What a theme file says, checked value by value.

A theme is one TOML file. It has every table that `Theme` has, or it starts from a built-in one
with ``extends = "chill"`` and names only what differs; tables are merged key by key, apart from
``transitions.weights`` and ``effects``, which replace what they extend.
"""

import difflib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)

BUILTIN = ("chill", "gentle", "uplifting")

TRANSITIONS = (
    "cut",
    "dissolve",
    "dip_to_black",
    "dip_to_colour",
    "push",
    "soft_wipe",
    "zoom_through",
    "blur_dissolve",
)
"""What a theme may name; ``composer.render.transitions`` has a function for each."""

EFFECTS: dict[str, tuple[str, ...]] = {
    "BlackAndWhite": ("RGB", "preserve_luminosity"),
    "FadeIn": ("duration", "initial_color"),
    "FadeOut": ("duration", "final_color"),
    "GammaCorrection": ("gamma",),
    "InvertColors": (),
    "LumContrast": ("lum", "contrast", "contrast_threshold"),
    "MirrorX": (),
    "MirrorY": (),
    "MultiplyColor": ("factor",),
    "Painting": ("saturation", "black"),
}
"""Classes of ``moviepy.video.fx`` that keep a clip's size and length, with their parameters."""

MIN_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3: text against its ground."""

_FOLDER = Path(__file__).parent / "builtin"
_STRICT = ConfigDict(extra="forbid", strict=True)


class ThemeError(ValueError):
    """A theme file cannot be used; the message names the file and the key."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


Rgb = tuple[int, int, int]


def _colour(value: object) -> object:
    """Turn ``#RRGGBB`` into three levels."""
    text = value if isinstance(value, str) else ""
    if len(text) != 7 or text[0] != "#":
        raise ValueError(f"{value!r} is not a colour like '#1b2a38'")
    try:
        return tuple(bytes.fromhex(text[1:]))
    except ValueError as error:
        raise ValueError(f"{value!r} is not a colour like '#1b2a38'") from error


def _pair(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _rising(span: tuple[float, float]) -> tuple[float, float]:
    if not 0 <= span[0] <= span[1]:
        raise ValueError(f"{list(span)} is not a span from a smaller to a larger number")
    return span


def _known_transition(name: str) -> str:
    if name not in TRANSITIONS:
        raise ValueError(f"{name!r} is not one of {', '.join(TRANSITIONS)}")
    return name


def _some_weight(weights: dict[str, float]) -> dict[str, float]:
    if sum(weights.values()) <= 0:
        raise ValueError("at least one transition needs a weight above 0")
    return weights


Colour = Annotated[Rgb, BeforeValidator(_colour)]
SpanS = Annotated[tuple[float, float], BeforeValidator(_pair), AfterValidator(_rising)]
TransitionName = Annotated[str, AfterValidator(_known_transition)]


class Mood(StrEnum):
    """The kinds of music there are."""

    CHILL = "chill"
    GENTLE = "gentle"
    UPLIFTING = "uplifting"


class Placement(StrEnum):
    """Where a title stands."""

    CENTRE = "centre"
    LOWER_LEFT = "lower_left"


class Entrance(StrEnum):
    """How words come in; they leave by fading."""

    FADE = "fade"
    RISE = "rise"
    """From a little below, while fading in."""
    SLIDE = "slide"
    """From the left, quickly, out of a growing bar of the accent colour."""


def _word(kind: type[StrEnum]) -> BeforeValidator:
    def parse(value: object) -> object:
        if isinstance(value, str) and value in set(kind):
            return kind(value)
        raise ValueError(f"{value!r} is not one of {', '.join(kind)}")

    return BeforeValidator(parse)


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Colours, sRGB 8 bit."""

    __pydantic_config__ = _STRICT

    ground: Colour
    """Behind panels and the end card, and what a dip to colour dips into."""
    ink: Colour
    """Words on the ground; contrast of `MIN_CONTRAST` at least."""
    accent: Colour
    """Rules and bars beside words."""
    veil: Colour
    """Over the blurred picture that lies behind panels."""
    light: Colour
    """Words over pictures, which are darkened beneath them as far as needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One way to set words."""

    __pydantic_config__ = _STRICT

    family: str
    """As in ``fontpkg-NAME``: "Playfair Display" is the package ``fontpkg-playfair-display``."""
    weight: Annotated[int, Field(ge=100, le=1000)]
    italic: bool
    size: Annotated[float, Field(ge=0.01, le=0.2)]
    """Height of the em in fractions of the frame's short side."""
    tracking_em: Annotated[float, Field(ge=-0.1, le=0.5)]
    """Extra space between letters of scripts that do not join."""
    uppercase: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """Typography of titles, their subtitles and captions."""

    __pydantic_config__ = _STRICT

    title: Face
    subtitle: Face
    caption: Face
    placement: Annotated[Placement, _word(Placement)]
    entrance: Annotated[Entrance, _word(Entrance)]
    entrance_s: Annotated[float, Field(ge=0.1, le=2.0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long things stay."""

    __pydantic_config__ = _STRICT

    photo_s: SpanS
    video_s: SpanS
    beats_per_photo: Annotated[tuple[int, ...], BeforeValidator(_pair), Field(min_length=1)]
    """Lengths of a photograph in beats, the most usual first."""
    title_s: Annotated[float, Field(ge=2.0, le=8.0)]
    end_s: Annotated[float, Field(ge=2.0, le=8.0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transitions:
    """Which transitions, how often, how long."""

    __pydantic_config__ = _STRICT

    weights: Annotated[
        dict[TransitionName, Annotated[float, Field(ge=0)]], AfterValidator(_some_weight)
    ]
    seconds: SpanS
    chapter: TransitionName
    """Into a new day or place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """How fast pictures move at most, in fractions per second."""

    __pydantic_config__ = _STRICT

    zoom_max_per_s: Annotated[float, Field(ge=0, le=0.1)]
    pan_max_per_s: Annotated[float, Field(ge=0, le=0.14)]
    """Of the frame's width. 14 % a second judders (red.com, panning speed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """The look; neutral is all zero and ``contrast = saturation = 1``."""

    __pydantic_config__ = _STRICT

    exposure_ev: Annotated[float, Field(ge=-1, le=1)]
    contrast: Annotated[float, Field(ge=0.5, le=1.6)]
    saturation: Annotated[float, Field(ge=0, le=1.8)]
    warmth: Annotated[float, Field(ge=-1, le=1)]
    """Red up and blue down by up to a tenth."""
    fade: Annotated[float, Field(ge=0, le=0.2)]
    """How far black is lifted."""
    shadows: Colour
    """Colour that dark tones lean to, by `tint`."""
    highlights: Colour
    tint: Annotated[float, Field(ge=0, le=0.3)]
    vignette: Annotated[float, Field(ge=0, le=0.6)]
    """How much darker the corners are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One of moviepy's effects, applied to every shot with a picture."""

    __pydantic_config__ = _STRICT

    name: str
    """A key of `EFFECTS`."""
    params: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.name not in EFFECTS:
            raise ValueError(f"{self.name!r} is not one of {', '.join(EFFECTS)}")
        for key in self.params:
            if key not in EFFECTS[self.name]:
                known = ", ".join(EFFECTS[self.name]) or "no parameters"
                raise ValueError(f"{self.name} has no {key!r}, it takes {known}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Everything that makes one movie look and move unlike another."""

    __pydantic_config__ = _STRICT

    name: str
    mood: Annotated[Mood, _word(Mood)]
    palette: Palette
    type: Type
    pace: Pace
    transitions: Transitions
    motion: Motion
    grade: Grade
    effects: Annotated[tuple[Effect, ...], BeforeValidator(_pair)] = ()


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


def contrast(first: Rgb, second: Rgb) -> float:
    """Contrast of two sRGB colours, 1 to 21, as WCAG 2.2 defines it.

    Examples
    --------
    >>> round(contrast((0, 0, 0), (255, 255, 255)), 3)
    21.0
    """
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    linear = [
        level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4
        for level in (channel / 255 for channel in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


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
    except OSError as error:
        raise ThemeError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ThemeError(f"{path}: not valid TOML ({error})") from error


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
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"] if part != "[key]")
    if first["type"] in {"unexpected_keyword_argument", "extra_forbidden"}:
        near = difflib.get_close_matches(str(first["loc"][-1]), _known_keys(Theme), n=1)
        return ThemeError(
            f"{path}: {key}: there is no such key",
            remedy=f"did you mean {near[0]!r}?" if near else "remove it",
        )
    reason = first["msg"].removeprefix("Value error, ")
    return ThemeError(f"{path}: {key}: {reason}", remedy=f"correct {key} in {path}")


def _known_keys(kind: Any) -> list[str]:  # a dataclass type, or what annotates a field
    keys = []
    if is_dataclass(kind):
        for one in fields(kind):
            keys += [one.name, *_known_keys(one.type)]
    for inner in get_args(kind):
        keys += _known_keys(inner)
    return keys
