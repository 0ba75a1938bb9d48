"""How lively a memory's clips are: how much of it moves, and how loud they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from composer.library import ViewItem
from composer.own_sound import without_rumble
from composer.storyboard.clips import highlight_of
from music.audio import read_audio
from music.errors import MusicError
from music.loudness import integrated_lufs
from music.track import RATE_HZ

MOST_CLIPS = 4
LISTENED_S = 4.0
"""So much of each clip's best span is listened to; decoding takes some 20 ms a clip."""

EVENING_HOURS = frozenset({18, 19, 20, 21, 22, 23, 0, 1, 2, 3, 4, 5})


@dataclass(frozen=True, slots=True, kw_only=True)
class Atmosphere:
    """What moves, shines and sounds."""

    motion: float = 0.0
    """Share of the items that are clips."""
    evening: float = 0.0
    """Share of the items, of those whose hour is known, in evening light or at night."""
    loudness_lufs: float | None = None
    """Of the loudest half of its clips; None where nothing is heard."""


def atmosphere_of(items: Sequence[ViewItem]) -> Atmosphere:
    """Look at the hours, and listen to a few clips."""
    clips = [item for item in items if item.is_video]
    hours = [item.taken_at.hour for item in items if item.has_hour and item.taken_at is not None]
    best = sorted(clips, key=lambda item: (-item.score, item.id))[:MOST_CLIPS]
    heard = [lufs for clip in best if np.isfinite(lufs := _loudness_lufs(clip))]
    return Atmosphere(
        motion=len(clips) / len(items),
        evening=sum(hour in EVENING_HOURS for hour in hours) / max(1, len(hours)),
        loudness_lufs=float(np.percentile(heard, 75)) if heard else None,
    )


def _loudness_lufs(clip: ViewItem) -> float:
    start_s = highlight_of(clip).start_s
    try:
        sound = read_audio(Path(clip.path), start_s=start_s, duration_s=LISTENED_S)
    except MusicError:  # a clip without sound
        return -np.inf
    return integrated_lufs(without_rumble(sound, RATE_HZ), RATE_HZ)
