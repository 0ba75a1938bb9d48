"""Plays a score: tones, mix, room and level."""

import math
from collections.abc import Iterable

import numpy as np

from music.finish import HOP, ToneControl
from music.instruments import INSTRUMENTS, Instrument
from music.loudness import master
from music.modal import Planar
from music.reverb import reverb
from music.score import Arrangement, Note, Part
from music.tape import BLOCK, Sound, blocks
from music.track import RATE_HZ, Track

_TOUCHES = 3
"""Shades of brightness in which a tone is made; loudness is continuous."""
_RING_S = 4.0
"""How long an undamped tone is made."""
_RELEASE_POWER = 2.0
_STRETCH = math.lcm(BLOCK, HOP) * 2
"""Samples played at once, 33 s: in shorter stretches the same tones are made more often."""

_Tones = dict[tuple[int, int], list[Note]]  # notes by pitch and touch


def perform(arrangement: Arrangement) -> Track:
    """Play an arrangement.

    Returns
    -------
    Track
        Mastered to -16 LUFS; the same samples on every run.
    """
    n = round(arrangement.duration_s * RATE_HZ)
    raw = np.empty((n, 2), np.float32)
    perform_into(arrangement, raw)
    return Track(
        title=arrangement.title,
        samples=master(raw, RATE_HZ),
        rate_hz=RATE_HZ,
        beats_s=arrangement.beats_s,
        downbeats_s=arrangement.downbeats_s,
        sections=arrangement.sections,
    )


def perform_into(arrangement: Arrangement, out: Sound) -> None:
    """Play an arrangement to where it is kept; what is held besides does not grow with its length.

    Parameters
    ----------
    out : Sound
        Overwritten by what is played, not mastered. Where it is shorter than the piece, its
        beginning, faded out.
    """
    n = len(out)
    parts = [(part, _by_tone(part.notes)) for part in arrangement.parts]
    hall, control = reverb(), ToneControl(arrangement.mood)
    for start, end in blocks(n, _STRETCH):
        mix, sent = _played(parts, start, end)
        mix += hall.filtered(sent)
        del sent
        out[start:end] = control.toned(mix)
    compression, fade = control.compression(), _final_fade(arrangement, n)
    for start, end in blocks(n):
        samples = out[start:end] * compression(start, end)[:, None]
        first = max(start, n - len(fade))
        if first < end:
            samples[first - start :] *= fade[first - n : end - n or None, None]
        out[start:end] = samples


def _played(parts: Iterable[tuple[Part, _Tones]], start: int, end: int) -> tuple[Planar, Planar]:
    """A stretch of the mix, and of what the room hears of it."""
    mix, sent, bus = (np.zeros((2, end - start), np.float32) for _ in range(3))
    for part, tones in parts:
        bus[:] = 0
        _play_part(part.instrument, tones, bus, start)
        bus *= _gains(part)
        mix += bus
        bus *= np.float32(part.reverb_norm)
        sent += bus
    return mix, sent


def _gains(part: Part) -> Planar:
    """Left and right gain of a part: a balance, so that a wide tone stays wide."""
    gain = 10.0 ** (part.gain_db / 20)
    sides = np.array([[min(1.0, 1 - part.pan)], [min(1.0, 1 + part.pan)]])
    return np.asarray(gain * sides, np.float32)


def _final_fade(arrangement: Arrangement, n: int) -> Planar:
    """Gain of the last samples: lets the final chord ring and is zero at the last one."""
    is_whole = n >= round(arrangement.duration_s * RATE_HZ)
    tail = n - round(arrangement.beats_s[-1] * RATE_HZ) if is_whole else n // 2
    fade = np.cos(0.5 * np.pi * np.linspace(0, 1, int(0.65 * tail))) ** 2
    return fade.astype(np.float32)


def _play_part(name: str, tones: _Tones, bus: Planar, start: int) -> None:
    """Add what is heard of a part's notes in a stretch that begins at a sample.

    Each tone is made once for all of them, as long as its longest note anywhere in the piece.
    """
    instrument = INSTRUMENTS[name]
    for (pitch, touch), notes in tones.items():
        held_s = max(note.duration_s for note in notes) + instrument.release_s
        seconds = _RING_S if instrument.rings else held_s
        first_s, end_s = start / RATE_HZ - seconds - 1, (start + bus.shape[1]) / RATE_HZ + 1
        heard = [note for note in notes if first_s < note.start_s < end_s]
        if not heard:
            continue
        tone = instrument.play(pitch, (touch + 0.5) / _TOUCHES, seconds)
        for note in heard:
            _add_note(bus, start, tone, note, instrument)


def _by_tone(notes: Iterable[Note]) -> _Tones:
    groups: _Tones = {}
    for note in notes:
        touch = min(int(note.velocity_norm * _TOUCHES), _TOUCHES - 1)
        groups.setdefault((note.pitch, touch), []).append(note)
    return groups


def _add_note(
    bus: Planar, bus_start: int, tone: Planar, note: Note, instrument: Instrument
) -> None:
    at = round(note.start_s * RATE_HZ) - bus_start
    release = int(instrument.release_s * RATE_HZ)
    held = tone.shape[1] if instrument.rings else round(note.duration_s * RATE_HZ) + release
    first, n = max(-at, 0), min(held, tone.shape[1], bus.shape[1] - at)
    if first >= n:
        return
    # Loudness grows faster than the stroke: 30 dB from the softest to the strongest.
    gain = np.float32(note.velocity_norm**1.5)
    let_go = max(held - release, 0)
    end = max(min(n, let_go), first)
    bus[:, at + first : at + end] += gain * tone[:, first:end]
    if n > end:
        fade = np.linspace(1, 0, release, dtype=np.float32)[end - let_go : n - let_go]
        bus[:, at + end : at + n] += (gain * fade**_RELEASE_POWER) * tone[:, end:n]
