"""Filters, against SciPy's recursive ones."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from music.filters import (
    Filter,
    Section,
    band_gain,
    bell,
    high_shelf,
    highpass,
    impulse_of,
    sections_spectrum,
    steep_lowpass_spectrum,
)
from music.tape import blocks

RATE_HZ = 48_000
TAPS = 1 << 14


def noise(n: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.random.default_rng(0).normal(0, 0.1, (2, n)).astype(np.float32)


@pytest.mark.parametrize(
    "sections",
    [
        [highpass(15.0, RATE_HZ)],
        [bell(320.0, 0.8, -2.5, RATE_HZ), high_shelf(3800.0, 5.0, RATE_HZ)],
    ],
)
def test_convolution_filters_as_recursion_does(sections: list[Section]) -> None:
    sound = noise(100_000)
    recursive = signal.sosfilt([[value / one[3] for value in one] for one in sections], sound)

    out = Filter(impulse_of(sections_spectrum(sections, TAPS))).filtered(sound)

    np.testing.assert_allclose(out, recursive, atol=1e-6)


def test_highpass_is_butterworths() -> None:
    section = highpass(34.0, RATE_HZ)

    scaled = np.array(section) / section[3]
    expected = signal.butter(2, 34.0, "highpass", fs=RATE_HZ, output="sos")[0]
    np.testing.assert_allclose(scaled, expected, rtol=1e-9)


@pytest.mark.parametrize("band_hz", [(300, 1800), (900, 7000), (6200, 14_000)])
def test_gain_of_a_band_is_that_of_its_recursive_filter(band_hz: tuple[float, float]) -> None:
    freqs_hz = np.linspace(20, 23_000, 500)
    sections = signal.butter(2, band_hz, "bandpass", fs=RATE_HZ, output="sos")

    found = band_gain(freqs_hz, band_hz, RATE_HZ)

    expected = np.abs(signal.sosfreqz(sections, freqs_hz, fs=RATE_HZ)[1])
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_bell_and_shelf_lift_by_what_is_asked_where_it_is_asked() -> None:
    sections = [bell(1000.0, 2.0, 6.0, RATE_HZ), high_shelf(12_000.0, -4.0, RATE_HZ)]

    gains_db = 20 * np.log10(np.abs(sections_spectrum(sections, RATE_HZ)))

    assert gains_db[1000] == pytest.approx(6.0, abs=0.1)
    assert gains_db[12_000] == pytest.approx(-2.0, abs=0.1)
    assert gains_db[-1] == pytest.approx(-4.0, abs=0.1)
    assert gains_db[20] == pytest.approx(0.0, abs=0.1)


def test_steep_lowpass_lets_its_band_through_at_once_and_nothing_above() -> None:
    impulse = impulse_of(steep_lowpass_spectrum(18_000.0, RATE_HZ, TAPS))

    gains_db = 20 * np.log10(np.abs(np.fft.rfft(impulse, RATE_HZ)))
    assert np.abs(gains_db[:18_000]).max() < 0.01
    assert gains_db[18_800:].max() < -59
    assert np.abs(impulse).argmax() < 4
    assert np.abs(impulse[500:]).max() < 1e-4


@settings(max_examples=20, deadline=None)
@given(st.integers(60, 9000))
def test_stretches_are_filtered_as_if_they_were_one(length: int) -> None:
    sound = noise(9_000)
    impulse = np.random.default_rng(1).normal(0, 0.1, (2, 700))
    whole = Filter(impulse).filtered(sound)

    one = Filter(impulse)
    parts = [one.filtered(sound[:, start:end]) for start, end in blocks(9_000, length)]

    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, atol=5e-6)


def test_making_music_needs_no_scipy() -> None:
    """Its `signal` alone takes longer to import than a short movie's sound to make."""
    code = (
        "import sys, music.perform, music.fit, composer.render.mix; print('scipy' in sys.modules)"
    )

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

    assert told.stdout.decode().strip() == "False"
