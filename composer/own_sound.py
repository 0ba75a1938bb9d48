"""A clip's own sound: how it is played, and where it is heard beside the music.

Wind at the microphone, steps and the hand that holds it are loud and low. They are cut from what is
played, and what is heard is judged higher still, where the skirts of wind do not reach and voices
have most of what one understands them by.
"""

import numpy as np
from numpy.typing import NDArray

from music.filters import Filter, highpass, impulse_of, sections_spectrum
from music.loudness import integrated_lufs, steps_lufs
from music.tape import Sound
from music.track import Stereo

LEVEL_LUFS = -16.0
"""Of the music, and of a clip before it is lowered a little."""
DUCK_DB = -12.0
"""Music goes down so far under a clip."""

_MOST_GAIN_DB = 12.0
"""A quiet clip is not lifted further: its hiss would come up, too."""
_AUDIBLE_LUFS = LEVEL_LUFS + DUCK_DB - 2.0
"""Of a tenth of a second, after its gain. Steady noise that is further below music that is down is
masked by it, and music that goes down for it is a hole; speech reaches it with its syllables, which
are louder than its mean."""
_RUMBLE_HZ = 100.0
"""As dialogue is usually cut: a deep man's voice keeps its body."""
_HEARD_HZ = 500.0
"""Of wind that is played at -19 LUFS, -43 are left above (of noise that falls by 24 dB an octave
from 200 Hz on) or -33 (12 dB from 100 Hz on); talk is heard about as long as with all of it."""
_RINGS_S = 0.04
"""How long both cuts ring: they are then 120 dB down."""


def without_rumble(samples: Stereo, rate_hz: int) -> Stereo:
    """Sound as it is played; a new array."""
    return _cut(samples, _RUMBLE_HZ, rate_hz)


def level_db(samples: Sound, rate_hz: int, *, most_db: float = _MOST_GAIN_DB) -> float:
    """Gain that brings sound to the common level; 0 for silence."""
    measured = integrated_lufs(samples, rate_hz)
    if not np.isfinite(measured):
        return 0.0
    return min(most_db, max(-2 * _MOST_GAIN_DB, LEVEL_LUFS - measured))


def are_heard(samples: Stereo, rate_hz: int, gain_db: float) -> NDArray[np.bool_]:
    """Whether each `STEP_S` is heard beside music that is down, once it has this gain."""
    return np.asarray(
        steps_lufs(_cut(samples, _HEARD_HZ, rate_hz), rate_hz) + gain_db >= _AUDIBLE_LUFS
    )


def _cut(samples: Stereo, edge_hz: float, rate_hz: int) -> Stereo:
    """Without what is below, by 24 dB an octave."""
    taps = 1 << round(_RINGS_S * rate_hz).bit_length()
    spectrum = sections_spectrum([highpass(edge_hz, rate_hz)] * 2, taps)
    return Filter(impulse_of(spectrum)).filtered(samples.T).T
