"""When somebody speaks in a clip, and when there is anything to be heard.

No cut falls into the middle of a word, and only what is heard begins ahead of its picture.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import webrtcvad
from numpy.typing import NDArray

from composer.library import ViewItem
from composer.own_sound import are_heard, level_db, without_rumble
from composer.storyboard.clips import SOUND_GAIN_DB, highlight_of
from music import moving
from music.audio import read_audio
from music.errors import MusicError
from music.loudness import STEP_S
from music.track import Stereo, mono

PAUSE_S = 0.2
"""Shorter silences lie within words: a stop consonant closes the mouth for up to 0.15 s."""

WORD_S = 0.12
"""Shorter voices are clicks and knocks."""

SYLLABLES_DB = 2.0
"""Speech rises and falls with its syllables, about four times a second (Scheirer and Slaney,
ICASSP 1997); what stays as loud as it is, is surf, wind or a chord.

Standard deviation within half a second, measured: speech 5 to 13 dB, in noise 3 dB below it 3 to 4;
surf 0.5, chords 0.4 to 1.6.
"""

DIPS_S = 0.5
"""So far around a dip nothing is softer: in this time there are about two words, and talk without
a pause is softest between two of them."""

BESIDE_S = 2.5
"""Beyond a highlight so much is listened to: a sentence may begin or end there."""

LISTENING_HZ = 16_000
"""What the detector wants."""

_STEP_S = 0.02
_STRICTNESS = 2
"""Of 0 to 3: how sure the detector is that what it calls speech is no noise."""


def listened(clip: ViewItem) -> ViewItem:
    """The same clip with what is said and heard in its highlight and beside it.

    Times are of the file's own timeline. A photograph, and what cannot be heard, stays as it is.
    """
    good = highlight_of(clip)
    first_s = max(0.0, good.start_s - BESIDE_S)
    last_s = min(clip.duration_s or 0.0, good.end_s + BESIDE_S)
    if not clip.is_video or last_s <= first_s:
        return clip
    path = Path(clip.path)
    try:
        samples = read_audio(
            path, start_s=first_s, duration_s=last_s - first_s, rate_hz=LISTENING_HZ
        )
    except MusicError:  # a clip without sound
        return clip
    speech, audible = (
        tuple((first_s + a, first_s + b) for a, b in spans)
        for spans in (speech_in(samples), audible_in(samples))
    )
    dips = tuple(first_s + at_s for at_s in dips_in(samples))
    return replace(clip, speech=speech, audible=audible, dips=dips)


def audible_in(samples: Stereo) -> list[tuple[float, float]]:
    """Spans that are loud enough to be heard beside music, as the mix will play them.

    Parameters
    ----------
    samples : float32[n, 2]
        At 16 kHz. Not modified.

    Returns
    -------
    list of tuple
        Begin and end in s, in order.
    """
    played = without_rumble(samples, LISTENING_HZ)
    gain_db = level_db(played, LISTENING_HZ) + SOUND_GAIN_DB
    return _joined(are_heard(played, LISTENING_HZ, gain_db), STEP_S)


def dips_in(samples: Stereo) -> list[float]:
    """Moments in s, in order, at which sound is softest around.

    Parameters
    ----------
    samples : float32[n, 2]
        At 16 kHz. Not modified.
    """
    # Over as long as a dip between two words lasts: a voice has none between its periods.
    levels = moving.mean(_levels_db(samples), 3)
    softest = levels == moving.lowest(levels, 2 * round(DIPS_S / _STEP_S) + 1)
    return [(n + 0.5) * _STEP_S for n in np.flatnonzero(softest).tolist()]


def speech_in(samples: Stereo) -> list[tuple[float, float]]:
    """Spans in which somebody speaks, by WebRTC's detector (Gaussian mixtures over six bands).

    It takes surf, chords and wind for voices, too: what has no syllables or is not heard beside
    music is left out.

    Parameters
    ----------
    samples : float32[n, 2]
        At 16 kHz. Not modified.

    Returns
    -------
    list of tuple
        Begin and end in s, in order, at least `PAUSE_S` apart.
    """
    vad = webrtcvad.Vad(_STRICTNESS)
    step = round(_STEP_S * LISTENING_HZ)
    # Where a file ends, silence is filled in: that surf stops there is no syllable.
    n = int(np.flatnonzero(mono(samples)).max(initial=-1)) + 1
    heard = samples[: n // step * step]
    coded = np.rint(np.clip(mono(heard), -1, 1) * 32767).astype("<i2").reshape(-1, step)
    voiced = [vad.is_speech(one.tobytes(), LISTENING_HZ) for one in coded]
    levels_db = _levels_db(heard)
    audible = audible_in(samples)
    return [
        (a, b)
        for a, b in _joined(voiced, _STEP_S)
        if b - a >= WORD_S
        and _has_syllables(levels_db[round(a / _STEP_S) : round(b / _STEP_S)])
        and any(a < last_s and first_s < b for first_s, last_s in audible)
    ]


def _levels_db(samples: Stereo) -> NDArray[np.floating]:
    """Of each full `_STEP_S`, against full scale."""
    step = round(_STEP_S * LISTENING_HZ)
    steps = mono(samples[: len(samples) // step * step]).reshape(-1, step)
    return np.asarray(10 * np.log10(np.square(steps).mean(axis=1) + 1e-10))


def _has_syllables(levels_db: NDArray[np.floating]) -> bool:
    """Whether loudness, in steps, rises and falls within half a second."""
    half = round(0.25 / _STEP_S)
    padded = np.pad(levels_db, half, "edge")
    usual_db = np.convolve(padded, np.full(2 * half + 1, 1 / (2 * half + 1)), "valid")
    return float((levels_db - usual_db).std()) >= SYLLABLES_DB


def _joined(heard: Iterable[bool], step_s: float) -> list[tuple[float, float]]:
    """Rows of heard steps as spans, across silences that are no pauses."""
    spans: list[tuple[float, float]] = []
    for n, is_heard in enumerate(heard):
        if not is_heard:
            continue
        start_s, end_s = n * step_s, (n + 1) * step_s
        if spans and start_s - spans[-1][1] < PAUSE_S:
            spans[-1] = spans[-1][0], end_s
        else:
            spans.append((start_s, end_s))
    return spans
