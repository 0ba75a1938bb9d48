"""What a theme file says, checked value by value.

A theme is one TOML file. It has every table that `Theme` has, or it starts from a built-in one
with ``extends = "chill"`` and names only what differs; tables are merged key by key, apart from
``transitions.weights`` and ``effects``, which replace what they extend.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from themes.colour import Colour

TRANSITIONS = (
    "cut",
    "dissolve",
    "dip_to_black",
    "dip_to_colour",
    "push",
    "soft_wipe",
    "zoom_through",
    "blur_dissolve",
    "light_leak",
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

_STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class ThemeError(ValueError):
    """A theme file cannot be used; the message names the file and the key."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


def _pair(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _span(least: float, most: float) -> AfterValidator:
    """Two numbers, the smaller one first, within limits."""

    def check(span: tuple[float, float]) -> tuple[float, float]:
        if not least <= span[0] <= span[1] <= most:
            raise ValueError(
                f"{list(span)} is not a span from a smaller to a larger number, {least:g} to"
                f" {most:g}"
            )
        return span

    return AfterValidator(check)


def _known_transition(name: str) -> str:
    if name not in TRANSITIONS:
        raise ValueError(f"{name!r} is not one of {', '.join(TRANSITIONS)}")
    return name


def _some_weight(weights: dict[str, float]) -> dict[str, float]:
    if sum(weights.values()) <= 0:
        raise ValueError("at least one transition needs a weight above 0")
    return weights


ShotSpanS = Annotated[tuple[float, float], BeforeValidator(_pair), _span(0.5, 30.0)]
JoinSpanS = Annotated[tuple[float, float], BeforeValidator(_pair), _span(0.0, 3.0)]
Weight = Annotated[float, Field(ge=0, le=1000)]
Beats = Annotated[int, Field(ge=1, le=64)]
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
    """Of words that are read from right to left: at the right."""


class Entrance(StrEnum):
    """How words come in; they leave by fading."""

    FADE = "fade"
    RISE = "rise"
    """From a little below, while fading in."""
    SLIDE = "slide"
    """From where reading begins, quickly, out of a growing bar of the accent colour."""


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

    photo_s: ShotSpanS
    video_s: ShotSpanS
    beats_per_photo: Annotated[tuple[Beats, ...], BeforeValidator(_pair), Field(min_length=1)]
    """Lengths of a photograph in beats, the most usual first."""
    title_s: Annotated[float, Field(ge=2.0, le=8.0)]
    end_s: Annotated[float, Field(ge=2.0, le=8.0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Into:
    """Which transition tells what; one that has no weight tells nothing else."""

    __pydantic_config__ = _STRICT

    day: TransitionName
    place: TransitionName
    year: TransitionName


@dataclass(frozen=True, slots=True, kw_only=True)
class Transitions:
    """Which transitions, how often, how long."""

    __pydantic_config__ = _STRICT

    weights: Annotated[dict[TransitionName, Weight], AfterValidator(_some_weight)]
    """Of those between pictures of one day and place."""
    seconds: JoinSpanS
    into: Into


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
