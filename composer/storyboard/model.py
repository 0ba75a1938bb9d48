"""The storyboard: shots on a timeline of whole frames, and where every pixel of them comes from.

Shots tile the timeline: each begins where the one before ends. A transition is centred on the cut
into its shot, so it takes ``n_frames / 2`` from the end of the shot before and from the beginning
of its own; pictures move on underneath while it runs.
"""

from dataclasses import dataclass, field
from enum import StrEnum

SCHEMA = 1


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
    start_byte: int = 0
    """Videos: where in the file the video begins; in a motion photo it follows the picture."""
    exposure_ev: float = 0.0
    """How much brighter it is shown than it is, so that neighbours are of one light."""
    faces: tuple[Rect, ...] = ()
    """Faces that must stay in sight, in fractions of the upright media."""

    def __post_init__(self) -> None:
        for what in (self.frame, self.view_start, self.view_end):
            if what.w_norm <= 0 or what.h_norm <= 0:
                raise ValueError(f"a panel of item {self.item_id} is empty: {what}")
        if self.width < 1 or self.height < 1:
            raise ValueError(f"item {self.item_id} cannot be {self.width} x {self.height} px")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Words on a shot."""

    lines: tuple[str, ...]
    """A title and its subtitle, or a caption."""
    style: str
    """``title``, ``caption`` or ``end``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A place on a route."""

    name: str
    """Empty where it is not known."""
    latitude: float
    longitude: float


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
        if min(self.width, self.height) < 2 or self.width % 2 or self.height % 2:
            raise ValueError(f"width and height are {self.width} x {self.height} px: must be even")
        if self.fps < 1:
            raise ValueError(f"fps is {self.fps}: must be at least 1")
        at = 0
        for shot in self.shots:
            if shot.start_frame != at or shot.n_frames <= 0:
                raise ValueError(f"shots must tile the timeline: frame {shot.start_frame} != {at}")
            at += shot.n_frames
        if at != self.n_frames:
            raise ValueError(f"shots end at frame {at}, the movie at {self.n_frames}")
        lengths = [0, *(shot.transition.n_frames for shot in self.shots[1:]), 0]
        for n, shot in enumerate(self.shots):
            if lengths[n] + lengths[n + 1] > 2 * shot.n_frames:
                raise ValueError(f"transitions of shot {n} do not fit into {shot.n_frames} frames")

    @property
    def duration_s(self) -> float:
        """Length of the movie."""
        return self.n_frames / self.fps
