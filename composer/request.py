"""What is asked of making movies, what comes of it, and what every step of one call is given."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from composer.cooldown import Shown
from composer.curate.model import CurationSettings
from composer.storyboard.brief import Length
from composer.storyboard.canvas import Canvas, Codec
from indexer.catalog.connection import Catalog
from indexer.catalog.memories import MemoryId
from indexer.catalog.movies import MovieId

AUTO = "auto"

FULL_HD = Canvas(width=1920, height=1080, fps=30)

Checkpoint = Callable[[], None]
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A time of the schedule that a movie is made for."""

    key: str
    due_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeRequest:
    """Which movies to make, and what they should be like."""

    out: Path
    """The folder for movies; made if it is not there."""
    today: dt.date
    settings: CurationSettings = field(default_factory=CurationSettings)
    """The configuration's exclusions and language; checked again before every render."""
    memory_id: MemoryId | None = None
    """None: the best that may be made today."""
    count: int = 1
    """How many, where no memory is named."""
    theme: str = AUTO
    """``auto``, a built-in theme's name, or the path of a theme file."""
    theme_is_told: bool = True
    """False where it is the usual one of the configuration: nothing sad is lively then."""
    length: Length = Length.MEDIUM
    seed: int | None = None
    """None: from the memory, and another one each time it is made."""
    canvas: Canvas = FULL_HD
    codec: Codec = Codec.H264
    hardware: bool = False
    """Whether an encoder of hardware is wanted; it is tried at each movie's own size."""
    music: Path | None = None
    """A folder of the user's music; None: our own."""
    draft: bool = False
    """Small, to be looked at: it does not count as shown, and its memory may still be made."""
    due: Due | None = None
    """What the first movie is made for; kept in the same transaction as the movie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieMade:
    """A finished movie."""

    movie_id: MovieId
    memory_id: MemoryId
    path: Path
    poster: Path
    title: str
    theme: str
    length: str
    duration_s: float
    seed: int
    notes: tuple[str, ...]
    """What a person should know: why this theme, what was left out, another length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What every step of one call is given."""

    catalog: Catalog
    request: ComposeRequest
    now: dt.datetime
    checkpoint: Checkpoint
    progress: Progress
    history: tuple[Shown, ...] = ()
    """The movies that were made before."""
