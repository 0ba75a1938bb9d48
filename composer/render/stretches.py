"""The stretches in which a movie is rendered: what each of them shows, and what makes it stale.

A shot without its transitions is one stretch, a transition is another: where one shot changes, its
own stretch and those of the two transitions beside it are rendered again, and nothing else.
"""

import dataclasses
import functools
import hashlib
import importlib.metadata
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import indexer.media
from composer.render.encode import MovieFormat
from composer.render.fonts import system_fonts
from composer.render.land import LAND_FILE
from composer.render.timeline import Span, spans
from composer.storyboard import agreed
from composer.storyboard.model import Shot, Storyboard
from themes import colour
from themes.theme import Theme

LIBRARIES = (
    *("memoriesd", "av", "moviepy", "numpy", "opencv-python-headless", "pillow", "pillow-heif"),
    *("pillow-jxl-plugin", "python-bidi", "rawpy", "scipy", "uharfbuzz", "fontpkg"),
    *("fontpkg-fraunces", "fontpkg-inter", "fontpkg-noto-sans", "fontpkg-nunito"),
    *("fontpkg-playfair-display", "manimgx-fonts", "manimgx-fonts-cjk"),
)
"""Packages whose versions pixels depend on."""

_EDGE_S = 2
"""Nearer to the movie's ends than this, its opening and closing fades count."""

_UNSEEN = frozenset(
    {"start_frame", "n_frames", "motion", "transition", "sound_gain_db", "on_beat", "locked"}
    | {"chapter", "seed", "reason", "sound_lead_s", "sound_trail_s"}
)
"""What of a shot does not change its pixels, or is told in another way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Some frames of a movie that belong together."""

    first_frame: int
    n_frames: int
    shots: tuple[int, ...]
    """The shot, or the two that a transition joins."""
    key: str
    """The same for the same pixels; another one as soon as anything differs that they come from."""


def stretches(storyboard: Storyboard, theme: Theme, form: MovieFormat) -> tuple[Stretch, ...]:
    """All stretches of a movie, which tile its frames."""
    all_spans = spans(storyboard)
    common: dict[str, Any] = {
        "renderer": _renderer(),
        "theme": dataclasses.asdict(theme),
        "form": [form.width, form.height, form.fps, form.encoder],
    }
    return tuple(
        Stretch(
            first_frame=first,
            n_frames=n_frames,
            shots=shots,
            key=_hash(common | _shown(storyboard, all_spans, first, n_frames, shots)),
        )
        for first, n_frames, shots in _places(all_spans)
    )


def _places(all_spans: tuple[Span, ...]) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """First frame, length and shots of each stretch."""
    for n, span in enumerate(all_spans):
        if span.n_fade_in:
            yield span.first_frame, span.n_fade_in, (n - 1, n)
        n_frames = span.n_visible - span.n_fade_in - span.n_fade_out
        if n_frames:
            yield span.first_frame + span.n_fade_in, n_frames, (n,)


def _shown(
    storyboard: Storyboard,
    all_spans: tuple[Span, ...],
    first: int,
    n_frames: int,
    shots: tuple[int, ...],
) -> dict[str, Any]:
    """Everything but theme and format that the pixels of a stretch come from."""
    total, edge = storyboard.n_frames, _EDGE_S * storyboard.fps
    after = total - first - n_frames
    return {
        "n_frames": n_frames,
        "shots": [_shot(storyboard.shots[n], all_spans[n], first) for n in shots],
        "transition": dataclasses.asdict(storyboard.shots[shots[1]].transition)
        if len(shots) == 2
        else None,
        "opens": [first, min(total, 4 * edge)] if first < edge else None,
        "closes": [after, min(total, 4 * edge)] if after < edge else None,
    }


def _shot(shot: Shot, span: Span, first: int) -> dict[str, Any]:
    told = {k: v for k, v in dataclasses.asdict(shot).items() if k not in _UNSEEN}
    return told | {
        "at": first - span.first_frame,
        "span": [span.n_visible, span.n_fade_in, span.n_fade_out],
        "files": [_file(panel.path) for panel in shot.panels],
    }


def _file(path: str) -> list[int]:
    """A file's size and time: what tells that somebody has changed it."""
    try:
        found = Path(path).stat()
    except OSError:
        # Whoever reads it will say so.
        return []
    return [found.st_size, found.st_mtime_ns]


@functools.cache
def _renderer() -> str:
    """What renders: another line of its code, another font or library may give other pixels.

    The themes' values are told with each stretch. Of fonts those that come as packages count, and
    names of the system's: which of those is taken depends on what there is.
    """
    hashed = hashlib.sha256()
    for path in _code():
        hashed.update(path.read_bytes())
    for path in system_fonts():
        hashed.update(os.fsencode(path))
    for name in LIBRARIES:
        hashed.update(f"{name} {importlib.metadata.version(name)}\n".encode())
    return hashed.hexdigest()


def _code() -> Iterator[Path]:
    """Files of ours that pixels come from."""
    yield from sorted(Path(__file__).parent.rglob("*.py"))
    yield from sorted(Path(indexer.media.__file__).parent.rglob("*.py"))
    yield from (Path(str(module.__file__)) for module in (agreed, colour))
    yield LAND_FILE


def _hash(told: dict[str, Any]) -> str:
    text = json.dumps(told, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
