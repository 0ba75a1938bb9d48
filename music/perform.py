"""Plays a score: tones, mix, room and level."""

from collections.abc import Iterable

import numpy as np

from music.finish import finish
from music.instruments import INSTRUMENTS, Instrument
from music.loudness import master
from music.modal import Planar
from music.reverb import add_reverb
from music.score import Arrangement, Note, Part
from music.track import RATE_HZ, Track

_TOUCHES = 3
"""Shades of brightness in which a tone is made; loudness is continuous."""
_RING_S = 4.0
"""How long an undamped tone is made."""
_RELEASE_POWER = 2.0


def perform(arrangement: Arrangement) -> Track:
    """Play an arrangement.

    Returns
    -------
    Track
        Mastered to -16 LUFS; the same samples on every run.
    """
    n = round(arrangement.duration_s * RATE_HZ)
    mix = np.zeros((2, n), np.float32)
    sent = np.zeros((2, n), np.float32)
    bus = np.empty((2, n), np.float32)
    for part in arrangement.parts:
        bus[:] = 0
        _play_part(part, bus)
        bus *= _gains(part)
        mix += bus
        bus *= np.float32(part.reverb_norm)
        sent += bus
    del bus
    add_reverb(mix, sent)
    del sent
    samples = finish(mix, arrangement.mood)
    del mix
    samples *= _final_fade(arrangement, n)[:, None]
    return Track(
        title=arrangement.title,
        samples=master(samples, RATE_HZ),
        rate_hz=RATE_HZ,
        beats_s=arrangement.beats_s,
        downbeats_s=arrangement.downbeats_s,
        sections=arrangement.sections,
    )


def _gains(part: Part) -> Planar:
    """Left and right gain of a part: a balance, so that a wide tone stays wide."""
    gain = 10.0 ** (part.gain_db / 20)
    sides = np.array([[min(1.0, 1 - part.pan)], [min(1.0, 1 + part.pan)]])
    return np.asarray(gain * sides, np.float32)


def _final_fade(arrangement: Arrangement, n: int) -> Planar:
    """Gain that lets the final chord ring and is zero at the last sample."""
    tail = n - round(arrangement.beats_s[-1] * RATE_HZ)
    length = int(0.65 * tail)
    fade = np.ones(n, np.float32)
    fade[n - length :] = np.cos(0.5 * np.pi * np.linspace(0, 1, length)) ** 2
    return fade


def _play_part(part: Part, bus: Planar) -> None:
    """Add all notes of a part; each tone is made once, as long as its longest note."""
    instrument = INSTRUMENTS[part.instrument]
    for (pitch, touch), notes in _by_tone(part.notes).items():
        held_s = max(note.duration_s for note in notes) + instrument.release_s
        seconds = _RING_S if instrument.rings else held_s
        tone = instrument.play(pitch, (touch + 0.5) / _TOUCHES, seconds)
        for note in notes:
            _add_note(bus, tone, note, instrument)


def _by_tone(notes: Iterable[Note]) -> dict[tuple[int, int], list[Note]]:
    groups: dict[tuple[int, int], list[Note]] = {}
    for note in notes:
        touch = min(int(note.velocity_norm * _TOUCHES), _TOUCHES - 1)
        groups.setdefault((note.pitch, touch), []).append(note)
    return groups


def _add_note(bus: Planar, tone: Planar, note: Note, instrument: Instrument) -> None:
    start = round(note.start_s * RATE_HZ)
    release = int(instrument.release_s * RATE_HZ)
    held = tone.shape[1] if instrument.rings else round(note.duration_s * RATE_HZ) + release
    n = min(held, tone.shape[1], bus.shape[1] - start)
    # Loudness grows faster than the stroke: 30 dB from the softest to the strongest.
    gain = np.float32(note.velocity_norm**1.5)
    end = min(n, max(held - release, 0))
    bus[:, start : start + end] += gain * tone[:, :end]
    if n > end:
        fade = np.linspace(1, 0, release, dtype=np.float32)[: n - end] ** _RELEASE_POWER
        bus[:, start + end : start + n] += (gain * fade) * tone[:, end:n]
