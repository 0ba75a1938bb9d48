"""The movie's sound: music, the clips' own sound, and music that makes way for it.

Music goes down by 12 dB within 250 ms ahead of a clip's sound and comes back over 1.5 s, as MLT's
mixer does; what would not be heard even then is left out, and so is rumble. Where the clip itself
has music, ours all but leaves: two pieces at once are noise. The result has exactly as many samples
as the frames take.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from composer.own_sound import DUCK_DB, are_heard, level_db, without_rumble
from music.filters import (
    Filter,
    highpass,
    impulse_of,
    sections_spectrum,
    steep_lowpass_spectrum,
)
from music.loudness import STEP_S, master_into
from music.presence import MUSIC_NORM, music_share
from music.tape import Sound, blocks
from music.track import RATE_HZ, Stereo

DUCK_DOWN_S = 0.25
DUCK_UP_S = 1.5
ASIDE_DB = -26.0
"""Under a clip's own music; not silence, which would sound like a fault (immich-memories, #479)."""
ASIDE_DOWN_S = 0.6

_PAUSE_S = DUCK_DOWN_S + DUCK_UP_S
"""Shorter ones leave the music down: it would pump between two words."""
_KNOCK_STEPS = 2
"""What is audible in no more of them is a knock or a click."""
_CONTROL_HZ = 1000
_LOWEST_HZ = 15.0
"""Below, nothing is heard; a microphone's offset would take the room that the sound needs."""
_HIGHEST_HZ = 18_000.0
"""FFmpeg's AAC leaves out what lies above at 192 kbit/s: it must not count as loudness."""
_TAPS = 1 << 14
"""0.34 s, after which the high pass is 190 dB down."""
_SHORTEST_FADE_S = 0.05

_Spans = dict[bool, list[tuple[float, float]]]  # s; of sound, and of sound that is music


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClipSound:
    """A clip's own sound at its place in the movie."""

    samples: Stereo
    start_s: float
    gain_db: float
    """After the clip has been brought to the music's loudness."""
    fade_in_s: float
    fade_out_s: float

    @property
    def end_s(self) -> float:
        """Where it stops."""
        return self.start_s + len(self.samples) / RATE_HZ


def mix_into(music: Sound, clips: Iterable[ClipSound], raw: Sound, out: Sound) -> None:
    """Mix and master to where it is kept; of clips, one is held at a time.

    Parameters
    ----------
    raw : Sound
        Silent, as long as the result. Overwritten by what is mixed before it is mastered.
    out : Sound
        As long: the result. May be the music.
    """
    spans_s = _added(raw, clips)
    gain = _gain(level_db(music, RATE_HZ, most_db=np.inf))
    band, offset = _band(), np.zeros((1, 2), np.float32)
    for start, end in blocks(len(raw)):
        mixed, played = raw[start:end], music[start:end]
        duck = _duck(spans_s, start, end)[: len(played), np.newaxis]
        mixed[: len(played)] += played * gain * duck
        if start == 0:
            # As if the first sample had always been there: an offset starts without a click.
            offset = mixed[:1].copy()
        raw[start:end] = band.filtered((mixed - offset).T).T
    master_into(raw, out, RATE_HZ)


def _band() -> Filter:
    """Keeps what the encoder keeps and people hear."""
    lowest = sections_spectrum([highpass(_LOWEST_HZ, RATE_HZ)], _TAPS)
    return Filter(impulse_of(lowest * steep_lowpass_spectrum(_HIGHEST_HZ, RATE_HZ, _TAPS)))


def duck_gain(
    spans_s: Iterable[tuple[float, float]],
    start: int,
    end: int,
    *,
    depth_db: float = DUCK_DB,
    down_s: float = DUCK_DOWN_S,
) -> NDArray[np.float32]:
    """Factor on the music at each sample of a stretch, float32[end - start]: 1, lower at spans."""
    first, last = (at * _CONTROL_HZ // RATE_HZ for at in (start, end))
    times_s = np.arange(first, last + 2) / _CONTROL_HZ
    gain_db = np.zeros_like(times_s)
    for start_s, end_s in spans_s:
        corners_s = [start_s - down_s, start_s, end_s, end_s + DUCK_UP_S]
        if corners_s[0] < times_s[-1] and corners_s[-1] > times_s[0]:
            along_db = np.interp(times_s, corners_s, [0, depth_db, depth_db, 0])
            np.minimum(gain_db, along_db, out=gain_db)
    at_s = np.arange(start, end) / RATE_HZ
    return np.interp(at_s, times_s, 10 ** (gain_db / 20)).astype(np.float32)


def _duck(spans_s: _Spans, start: int, end: int) -> NDArray[np.float32]:
    """Factor on a stretch of the music: down under what is heard, aside where that is music."""
    aside = duck_gain(spans_s[True], start, end, depth_db=ASIDE_DB, down_s=ASIDE_DOWN_S)
    return np.minimum(duck_gain(spans_s[False], start, end), aside)


def _added(out: Sound, clips: Iterable[ClipSound]) -> _Spans:
    """Add clips that are heard, one by one; tells where that is, music apart."""
    spans_s: _Spans = {False: [], True: []}
    for clip in clips:
        is_music = music_share(clip.samples, RATE_HZ) >= MUSIC_NORM
        # A bass is no rumble.
        samples = clip.samples if is_music else without_rumble(clip.samples, RATE_HZ)
        played = replace(clip, samples=samples)
        gain_db = level_db(samples, RATE_HZ) + clip.gain_db
        heard = are_heard(samples, RATE_HZ, gain_db)
        if not heard.any():
            continue
        _add(out, played, gain_db)
        audible_s = _audible_s(played, heard)
        if audible_s and is_music:
            # In a piece's quiet bars ours would be the second one.
            spans_s[True].append((audible_s[0][0], audible_s[-1][1]))
        else:
            spans_s[False] += audible_s
    return spans_s


def _audible_s(clip: ClipSound, heard: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Where a clip is heard beside music that is down, its pauses and fades included."""
    steps = np.flatnonzero(heard)
    runs = np.split(steps, np.flatnonzero(np.diff(steps) * STEP_S > _PAUSE_S) + 1)
    # One step more at both ends: sound that fills only a part of it may be too quiet in the mean.
    return [
        (
            max(clip.start_s, clip.start_s + (run[0] - 1) * STEP_S),
            min(clip.end_s, clip.start_s + (run[-1] + 2) * STEP_S),
        )
        for run in runs
        if len(run) > _KNOCK_STEPS
    ]


def _add(out: Sound, clip: ClipSound, gain_db: float) -> None:
    faded = clip.samples * _fades(clip)[:, np.newaxis] * _gain(gain_db)
    start = round(clip.start_s * RATE_HZ)
    first, last = max(0, start), min(len(out), start + len(faded))
    out[first:last] = out[first:last] + faded[first - start : last - start]


def _fades(clip: ClipSound) -> NDArray[np.float32]:
    """In and out along a quarter of a sine, so that two clips keep their power as they cross."""
    n = len(clip.samples)
    gain = np.ones(n, np.float32)
    for seconds, part in ((clip.fade_in_s, gain), (clip.fade_out_s, gain[::-1])):
        n_fade = min(n, round(max(_SHORTEST_FADE_S, seconds) * RATE_HZ))
        part[:n_fade] *= np.sin(np.linspace(0, np.pi / 2, n_fade, dtype=np.float32))
    return gain


def _gain(level_db: float) -> np.float32:
    return np.float32(10 ** (level_db / 20))
