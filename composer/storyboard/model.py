"""The storyboard: shots on a timeline of whole frames, and where every pixel of them comes from.

Shots tile the timeline: each begins where the one before ends. A transition is centred on the cut
into its shot, so it takes ``n_frames / 2`` from the end of the shot before and from the beginning
of its own; pictures move on underneath while it runs.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from composer.storyboard.canvas import Canvas

SCHEMA = 1

MOST_SIDE_PX = 8192
MOST_FPS = 120
MOST_ID = 2**63 - 1
"""Of ids and seeds: what SQLite keeps."""

MOST_GAIN_DB = 60.0
"""Louder or softer, of a clip's own sound."""

MOST_BESIDE_S = 10.0
"""So long before or after its picture a clip may be heard."""

MOVES = ("hold", "push_in", "pull_out", "pan_left", "pan_right", "pan_up", "pan_down")
"""What a shot's motion is called."""

_ROUNDING = 1e-6
"""So far may fractions lie outside of 0 to 1."""


class ShotKind(StrEnum):
    """What a shot is made of."""

    PICTURE = "picture"
    """Photographs or video clips, one panel each."""
    TITLE = "title"
    """The opening: text over the first panel's picture, or over a map without a panel."""
    END = "end"
    """The closing card: text on the theme's ground, without a panel."""


class Ground(StrEnum):
    """What lies behind panels that do not fill the frame."""

    NONE = "none"
    BLUR = "blur"
    """The first panel's picture, enlarged and blurred."""
    COLOUR = "colour"
    """The theme's ground colour."""
    MAP = "map"
    """Where the shot's route leads, in the theme's colours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rect:
    """A rectangle in fractions of the width and height of what it lies in (0 to 1)."""

    x_norm: float
    y_norm: float
    w_norm: float
    h_norm: float

    @property
    def is_inside(self) -> bool:
        """Whether all of it lies in there; a face may lie outside of what is seen."""
        left, top = self.x_norm, self.y_norm
        right, bottom = left + self.w_norm, top + self.h_norm
        return min(left, top) >= -_ROUNDING and max(right, bottom) <= 1 + _ROUNDING


WHOLE = Rect(x_norm=0.0, y_norm=0.0, w_norm=1.0, h_norm=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One picture or clip inside a shot."""

    item_id: int
    path: str
    """Absolute; bytes that are not UTF-8 as surrogateescape."""
    is_video: bool
    width: int
    """Upright size of the media in px."""
    height: int
    frame: Rect = WHOLE
    """Where the panel lies on the movie's frame."""
    view_start: Rect
    """The window on the upright media when the shot becomes visible; the shape of the panel."""
    view_end: Rect
    """The window when it stops being visible."""
    orientation: int = 1
    """EXIF orientation of a photograph's file, which its decoder needs."""
    clip_start_s: float | None = None
    """Videos: the time in the file that is shown when the shot becomes visible."""
    exposure_ev: float = 0.0
    """How much brighter it is shown than it is, so that neighbours are of one light."""
    enters_frame: int = 0
    """When it begins to come in, in frames since the shot is seen; 0: it is there from then on."""
    faces: tuple[Rect, ...] = ()
    """Faces that must stay in sight, in fractions of the upright media."""

    def __post_init__(self) -> None:
        for key in ("frame", "view_start", "view_end"):
            what = getattr(self, key)
            told = f"{key} of item {self.item_id}"
            if what.w_norm <= 0 or what.h_norm <= 0:
                raise ValueError(f"{told} is empty: w_norm and h_norm must be more than 0")
            if not what.is_inside:
                raise ValueError(f"{told} does not lie within 0 to 1")
        if self.width < 1 or self.height < 1:
            raise ValueError(f"item {self.item_id} cannot be {self.width} x {self.height} px")
        if not 0 <= self.item_id <= MOST_ID:
            raise ValueError(f"no item has the number {self.item_id}")
        if self.orientation not in range(1, 9):
            raise ValueError(f"orientation is {self.orientation}: EXIF has 1 to 8")
        if self.enters_frame < 0:
            raise ValueError(f"enters_frame is {self.enters_frame}: must be 0 at least")
        if (self.clip_start_s or 0.0) < 0:
            raise ValueError(f"clip_start_s is {self.clip_start_s}: must be 0 at least")


DIRECTIONS = ("left", "right", "up", "down")
"""Of pushes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """How a shot comes in, centred on its first frame."""

    name: str
    """A key of ``composer.render.transitions.TRANSITIONS``; ``cut`` has no frames."""
    n_frames: int
    """Even."""
    params: dict[str, float | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.n_frames < 0 or self.n_frames % 2:
            raise ValueError(f"a transition has {self.n_frames} n_frames, which must be even")
        direction = self.params.get("direction", DIRECTIONS[0])
        if direction not in DIRECTIONS:
            raise ValueError(f"direction is {direction!r}, not one of {', '.join(DIRECTIONS)}")
        angle_deg = self.params.get("angle_deg", 0.0)
        if type(angle_deg) is str:
            raise ValueError(f"angle_deg is {angle_deg!r}, not a number")
        colour = self.params.get("colour", "#ffffff")
        if not re.fullmatch("#[0-9a-fA-F]{6}", str(colour)):
            raise ValueError(f"colour is {colour!r}, not one like '#1b2a38'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Words on a shot."""

    lines: tuple[str, ...]
    """A title and its subtitle, or a caption."""
    style: str
    """``title``, ``caption`` or ``end``."""

    def __post_init__(self) -> None:
        if self.style not in {"title", "caption", "end"}:
            raise ValueError(f"style is {self.style!r}, not one of title, caption, end")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A place on a route."""

    name: str
    """Empty where it is not known."""
    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if abs(self.latitude) > 90 or abs(self.longitude) > 180:
            raise ValueError(f"{self.latitude}, {self.longitude} is no place on the earth")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One continuous stretch on screen."""

    kind: ShotKind
    start_frame: int
    n_frames: int
    panels: tuple[Panel, ...]
    ground: Ground = Ground.NONE
    route: tuple[Stop, ...] = ()
    """What a map shows."""
    motion: str = "hold"
    """The move's name, for the report; the views say where it goes."""
    transition: Transition
    text: Text | None = None
    sound_gain_db: float | None = None
    """How loud the clip's own sound is in the mix; None: not heard."""
    sound_lead_s: float = 0.0
    """The clip is heard so long before it is first seen: a J cut; below 0, so long after."""
    sound_trail_s: float = 0.0
    """The clip is heard so long after it was last seen: an L cut; below 0, it ends before."""
    on_beat: bool = False
    """True where the cut into this shot lies on a beat of the soundtrack."""
    chapter: bool = False
    """True where a chapter of the story begins: the music's harmony changes here."""
    locked: bool = False
    """True where a person wants it as it is: nothing is changed by itself."""
    seed: int
    reason: str

    def __post_init__(self) -> None:
        if (self.ground is Ground.MAP) != bool(self.route):
            raise ValueError("a map has a route, and what has a route is a map")
        if not self.panels and (self.kind is ShotKind.PICTURE or self.ground is Ground.BLUR):
            raise ValueError(f"a {self.kind} on {self.ground} has no panel")
        if self.n_frames < 1:
            told = f"n_frames is {self.n_frames}"
            raise ValueError(f"{told}: must be 1 at least, as shots tile the timeline")
        if any(panel.enters_frame >= self.n_frames for panel in self.panels):
            raise ValueError(f"a panel enters after the shot's {self.n_frames} frames")
        if not 0 <= self.seed <= MOST_ID:
            raise ValueError(f"seed is {self.seed}: must be from 0 to {MOST_ID}")
        if abs(self.sound_gain_db or 0.0) > MOST_GAIN_DB:
            raise ValueError(f"sound_gain_db is {self.sound_gain_db}: at most {MOST_GAIN_DB}")
        for name in ("sound_lead_s", "sound_trail_s"):
            if not abs(getattr(self, name)) <= MOST_BESIDE_S:
                told = f"{name} is {getattr(self, name)}"
                raise ValueError(f"{told}: at most {MOST_BESIDE_S:.0f}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Storyboard:
    """A movie before it is rendered. The same storyboard gives the same frames and samples."""

    memory_id: int
    memory_key: str
    title: str
    subtitle: str
    theme: str
    """A built-in theme's name or the path of a theme file."""
    length: str
    seed: int
    width: int
    height: int
    fps: int
    mood: str
    music_seed: int
    music_file: str | None = None
    """A file of the user's instead of our own score."""
    n_frames: int
    beats_s: tuple[float, ...]
    shots: tuple[Shot, ...]
    schema: int = SCHEMA

    def __post_init__(self) -> None:
        for side_px in (self.width, self.height):
            if not 2 <= side_px <= MOST_SIDE_PX or side_px % 2:
                raise ValueError(
                    f"width and height are {self.width} x {self.height} px:"
                    f" must be even, and {MOST_SIDE_PX} at most"
                )
        if not 1 <= self.fps <= MOST_FPS:
            raise ValueError(f"fps is {self.fps}: must be from 1 to {MOST_FPS}")
        if not all(0 <= seed <= MOST_ID for seed in (self.seed, self.music_seed)):
            raise ValueError(f"seed and music_seed must be from 0 to {MOST_ID}")
        if not self.shots:
            raise ValueError("shots is empty: a movie has one at least")
        self._check_timeline()

    def _check_timeline(self) -> None:
        at = 0
        for shot in self.shots:
            if shot.start_frame != at:
                raise ValueError(f"shots must tile the timeline: frame {shot.start_frame} != {at}")
            at += shot.n_frames
        if at != self.n_frames:
            raise ValueError(f"shots end at frame {at}, the movie at {self.n_frames}")
        lengths = [0, *(shot.transition.n_frames for shot in self.shots[1:]), 0]
        for n, shot in enumerate(self.shots):
            if lengths[n] + lengths[n + 1] > 2 * shot.n_frames:
                raise ValueError(
                    f"shots[{n}].n_frames is {shot.n_frames}: its transition of {lengths[n]} frames"
                    f" and the next of {lengths[n + 1]} do not fit, half of each lies in it"
                )

    @property
    def duration_s(self) -> float:
        """Length of the movie."""
        return self.n_frames / self.fps

    @property
    def canvas(self) -> Canvas:
        """The movie's frame."""
        return Canvas(width=self.width, height=self.height, fps=self.fps)

    @property
    def item_ids(self) -> frozenset[int]:
        """What it shows."""
        return frozenset(panel.item_id for shot in self.shots for panel in shot.panels)
