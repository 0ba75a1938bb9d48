"""Sound as a sum of decaying sinusoids, made by one matrix product.

A string, a bar of metal or a tine rings in modes: sinusoids that decay exponentially. The samples
of a mode are the powers of one complex number z, so that z**(B*j + k) = z**(B*j) * z**k splits a
tone into a table of block starts and a table of one block, and all modes are summed by their
matrix product. That is some twenty times cheaper than a sine per sample.

References
----------
J. O. Smith, "Physical Audio Signal Processing", 2010: modal synthesis.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music.track import RATE_HZ

Planar = NDArray[np.float32]  # [2, n], left and right
_BLOCK = 128
_HIGHEST_HZ = 16_000.0
_FAINTEST = 3e-4
"""Modes 70 dB below the strongest of their group are masked by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Modes:
    """Sinusoids that start together, all arrays of one length."""

    freqs_hz: NDArray[np.float64]
    decays_s: NDArray[np.float64]
    """Time in which each falls by 60 dB; infinite for one that stays."""
    amps: NDArray[np.float64]
    """May be negative, to cancel a steady mode at first."""
    pans: NDArray[np.float64]
    """From -1 to 1."""
    phases: NDArray[np.float64]
    """In radians; 0 starts at zero, rising."""


def modes(
    freqs_hz: NDArray[np.float64],
    decays_s: NDArray[np.float64],
    amps: NDArray[np.float64],
    *,
    pans: NDArray[np.float64] | None = None,
    phases: NDArray[np.float64] | None = None,
) -> Modes:
    """Gather modes, without those that nobody would hear; the default is centred, from zero."""
    heard = (freqs_hz < _HIGHEST_HZ) & (np.abs(amps) > _FAINTEST * np.abs(amps).max())
    nothing = np.zeros(freqs_hz.shape)
    return Modes(
        freqs_hz=freqs_hz[heard],
        decays_s=decays_s[heard],
        amps=amps[heard],
        pans=(nothing if pans is None else pans)[heard],
        phases=(nothing if phases is None else phases)[heard],
    )


def join(*groups: Modes) -> Modes:
    """Modes of several groups together."""
    return Modes(
        freqs_hz=np.concatenate([group.freqs_hz for group in groups]),
        decays_s=np.concatenate([group.decays_s for group in groups]),
        amps=np.concatenate([group.amps for group in groups]),
        pans=np.concatenate([group.pans for group in groups]),
        phases=np.concatenate([group.phases for group in groups]),
    )


def ring(tone: Modes, n_samples: int) -> Planar:
    """Samples of all modes together, float32[2, n_samples]."""
    exponents = 2j * np.pi * tone.freqs_hz / RATE_HZ - np.log(1000.0) / (tone.decays_s * RATE_HZ)
    block = np.exp(np.outer(exponents, np.arange(_BLOCK)))
    table = np.concatenate([block.real, block.imag]).astype(np.float32)
    starts = _block_starts(exponents, -(-n_samples // _BLOCK))
    # The imaginary part is the sine, which begins at zero.
    starts *= tone.amps * np.exp(1j * tone.phases)
    angles = (tone.pans + 1) * (np.pi / 4)
    sides = []
    for gains in (np.cos(angles), np.sin(angles)):
        weighted = starts * gains
        rows = np.concatenate([weighted.imag, weighted.real], axis=1).astype(np.float32)
        sides.append(product(rows, table).reshape(-1)[:n_samples])
    return np.stack(sides)


def _block_starts(exponents: NDArray[np.complex128], n_blocks: int) -> NDArray[np.complex128]:
    """z**(B*j) for all modes, [n_blocks, modes], again as products of coarse and fine powers."""
    n_fine = 32
    n_coarse = -(-n_blocks // n_fine)
    fine = np.exp(np.outer(np.arange(n_fine) * _BLOCK, exponents))
    coarse = np.exp(np.outer(np.arange(n_coarse) * (n_fine * _BLOCK), exponents))
    return np.asarray((coarse[:, None] * fine).reshape(-1, exponents.size)[:n_blocks])


def product(rows: NDArray[np.float32], table: NDArray[np.float32]) -> NDArray[np.float32]:
    """Matrix product in pieces that OpenBLAS keeps on one thread.

    Whole, it is given to all cores, whose waiting for each other took four times the CPU time of
    the sum itself; up to 2**18 multiplications it stays where it is.
    """
    height = max(1, (1 << 18) // table.size)
    padding = -len(rows) % height
    padded = np.pad(rows, ((0, padding), (0, 0)))
    pieces = padded.reshape(-1, height, rows.shape[1]) @ table
    return np.asarray(pieces.reshape(-1, table.shape[1])[: len(rows)], np.float32)


def frequency_hz(pitch: float) -> float:
    """Frequency of a MIDI number in equal temperament, A4 = 440 Hz."""
    return float(440.0 * 2.0 ** ((pitch - 69) / 12))


def tone_of(tone: Modes, seconds: float) -> Planar:
    """Samples of a loudness that does not depend on how many modes there are."""
    out = ring(tone, max(int(seconds * RATE_HZ), 1))
    loudest = np.sqrt(np.sum(tone.amps**2))
    out /= np.float32(1.6 * loudest)
    return out


def fade_in(samples: Planar, seconds: float) -> Planar:
    """Raised-cosine attack, so that a tone starts without a click; changes its input."""
    n = min(int(seconds * RATE_HZ), samples.shape[1])
    ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(n) / n)
    samples[:, :n] *= ramp.astype(np.float32)
    return samples
