"""When somebody speaks in a clip, so that no cut falls into the middle of a word."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import webrtcvad

from composer.library import ViewItem
from composer.storyboard.clips import highlight_of
from music.audio import read_audio
from music.errors import MusicError
from music.track import Stereo, mono

PAUSE_S = 0.2
"""Shorter silences lie within words: a stop consonant closes the mouth for up to 0.15 s."""

WORD_S = 0.12
"""Shorter voices are clicks and knocks."""

_RATE_HZ = 16_000
_STEP_S = 0.02
_STRICTNESS = 2
"""Of 0 to 3: how sure the detector is that what it calls speech is no noise."""


def speech_of(item: ViewItem) -> tuple[tuple[float, float], ...]:
    """Seconds of a clip's highlight in which somebody speaks, on the file's own timeline."""
    span = highlight_of(item)
    if not item.is_video or span.end_s <= span.start_s:
        return ()
    try:
        samples = read_audio(
            Path(item.path),
            start_s=span.start_s,
            duration_s=span.end_s - span.start_s,
            rate_hz=_RATE_HZ,
        )
    except MusicError:  # a clip without sound
        return ()
    return tuple((span.start_s + a, span.start_s + b) for a, b in speech_in(samples))


def speech_in(samples: Stereo) -> list[tuple[float, float]]:
    """Spans in which somebody speaks, by WebRTC's detector (Gaussian mixtures over six bands).

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
    step = round(_STEP_S * _RATE_HZ)
    coded = np.rint(np.clip(mono(samples), -1, 1) * 32767).astype("<i2")
    voiced = [
        vad.is_speech(coded[at : at + step].tobytes(), _RATE_HZ)
        for at in range(0, len(coded) - step + 1, step)
    ]
    return _joined(voiced)


def _joined(voiced: Sequence[bool]) -> list[tuple[float, float]]:
    """Rows of voiced steps as spans, across silences that are no pauses."""
    spans: list[tuple[float, float]] = []
    for n, is_voiced in enumerate(voiced):
        if not is_voiced:
            continue
        start_s, end_s = n * _STEP_S, (n + 1) * _STEP_S
        if spans and start_s - spans[-1][1] < PAUSE_S:
            spans[-1] = spans[-1][0], end_s
        else:
            spans.append((start_s, end_s))
    return [(a, b) for a, b in spans if b - a >= WORD_S]
