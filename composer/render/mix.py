"""The movie's sound: music, the clips' own sound, and music that makes way for it.

Music goes down by 12 dB within 250 ms ahead of a clip's sound and comes back over 1.5 s, as MLT's
mixer does. Where the clip itself has music, ours all but leaves: two pieces at once are noise. The
result has exactly as many samples as the frames take.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from music.loudness import integrated_lufs, master
from music.presence import MUSIC_NORM, music_share
from music.track import RATE_HZ, Stereo

DUCK_DB = -12.0
DUCK_DOWN_S = 0.25
DUCK_UP_S = 1.5
ASIDE_DB = -26.0
"""Under a clip's own music; not silence, which would sound like a fault (immich-memories, #479)."""
ASIDE_DOWN_S = 0.6

_LEVEL_LUFS = -16.0
_MOST_CLIP_GAIN_DB = 12.0
"""A quiet clip is not lifted further: its hiss would come up, too."""
_SILENT_LUFS = -50.0
_CONTROL_HZ = 1000
_LOWEST_HZ = 15.0
"""Below, nothing is heard; a microphone's offset would take the room that the sound needs."""
_HIGHEST_HZ = 18_000.0
"""FFmpeg's AAC leaves out what lies above at 192 kbit/s: it must not count as loudness."""
_SHORTEST_FADE_S = 0.05


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


def mixed_sound(music: Stereo, clips: Iterable[ClipSound], *, n_samples: int) -> Stereo:
    """Mix and master a movie's sound.

    Parameters
    ----------
    music : float32[n, 2]
        At `RATE_HZ`; silence follows where it is too short. Not modified.
    n_samples : int
        Length of the result.

    Returns
    -------
    float32[n_samples, 2]
        At -16 LUFS, unless silent.
    """
    heard = [clip for clip in clips if integrated_lufs(clip.samples, RATE_HZ) > _SILENT_LUFS]
    out = np.zeros((n_samples, 2), np.float32)
    n_music = min(n_samples, len(music))
    out[:n_music] = music[:n_music] * _gain(_level_db(music, np.inf))
    out *= _duck(heard, n_samples)[:, np.newaxis]
    for clip in heard:
        _add(out, clip)
    return master(_within_band(out), RATE_HZ)


def _within_band(samples: Stereo) -> Stereo:
    """Sound that the encoder keeps and people hear."""
    low = signal.butter(2, _LOWEST_HZ, "highpass", fs=RATE_HZ, output="sos")
    high = signal.ellip(8, 0.05, 60, _HIGHEST_HZ, fs=RATE_HZ, output="sos")
    bands = np.concatenate([low, high])
    # As if the first sample had always been there: an offset starts without a click.
    state = signal.sosfilt_zi(bands)[:, :, np.newaxis] * samples[:1]
    return np.asarray(signal.sosfilt(bands, samples, axis=0, zi=state)[0], np.float32)


def duck_gain(
    spans_s: Iterable[tuple[float, float]],
    n_samples: int,
    *,
    depth_db: float = DUCK_DB,
    down_s: float = DUCK_DOWN_S,
) -> NDArray[np.float32]:
    """Factor on the music at each sample, float32[n]: 1, and lower around spans."""
    times_s = np.arange(0, n_samples / RATE_HZ + 1 / _CONTROL_HZ, 1 / _CONTROL_HZ)
    gain_db = np.zeros_like(times_s)
    for start_s, end_s in spans_s:
        corners_s = [start_s - down_s, start_s, end_s, end_s + DUCK_UP_S]
        np.minimum(gain_db, np.interp(times_s, corners_s, [0, depth_db, depth_db, 0]), out=gain_db)
    at_s = np.arange(n_samples) / RATE_HZ
    return np.interp(at_s, times_s, 10 ** (gain_db / 20)).astype(np.float32)


def _duck(clips: Iterable[ClipSound], n_samples: int) -> NDArray[np.float32]:
    """Factor on the music: down under what is heard, aside where that is music."""
    spans_s: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    for clip in clips:
        is_music = music_share(clip.samples, RATE_HZ) >= MUSIC_NORM
        spans_s[is_music].append((clip.start_s, clip.end_s))
    aside = duck_gain(spans_s[True], n_samples, depth_db=ASIDE_DB, down_s=ASIDE_DOWN_S)
    return np.minimum(duck_gain(spans_s[False], n_samples), aside)


def _add(out: Stereo, clip: ClipSound) -> None:
    level_db = _level_db(clip.samples, _MOST_CLIP_GAIN_DB)
    faded = clip.samples * _fades(clip)[:, np.newaxis] * _gain(level_db + clip.gain_db)
    start = round(clip.start_s * RATE_HZ)
    first, last = max(0, start), min(len(out), start + len(faded))
    out[first:last] += faded[first - start : last - start]


def _fades(clip: ClipSound) -> NDArray[np.float32]:
    """In and out along a quarter of a sine, so that two clips keep their power as they cross."""
    n = len(clip.samples)
    gain = np.ones(n, np.float32)
    for seconds, part in ((clip.fade_in_s, gain), (clip.fade_out_s, gain[::-1])):
        n_fade = min(n, round(max(_SHORTEST_FADE_S, seconds) * RATE_HZ))
        part[:n_fade] *= np.sin(np.linspace(0, np.pi / 2, n_fade, dtype=np.float32))
    return gain


def _level_db(samples: Stereo, most_db: float) -> float:
    """Gain that brings sound to the common level; 0 for silence."""
    measured = integrated_lufs(samples, RATE_HZ)
    if not np.isfinite(measured):
        return 0.0
    return min(most_db, max(-2 * _MOST_CLIP_GAIN_DB, _LEVEL_LUFS - measured))


def _gain(level_db: float) -> np.float32:
    return np.float32(10 ** (level_db / 20))
