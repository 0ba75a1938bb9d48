"""High dynamic range brought to the range of ordinary screens.

Without this a phone's HLG clip looks grey and washed out beside photographs. Everything up to
diffuse white keeps its brightness; highlights above it roll off.

References
----------
ITU-R BT.2100-2 (HLG, PQ), BT.2087 (colour primaries), BT.2408-7 (diffuse white at 203 cd/m2: 75 %
of HLG, 58 % of PQ).
"""

from enum import StrEnum
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb8 = NDArray[np.uint8]  # [h, w, 3], sRGB
Rgb16 = NDArray[np.uint16]  # [h, w, 3], BT.2020 primaries, the transfer's full signal range

_WHITE_CD_M2 = 203.0
# Highlights of phones' clips end near here; PQ can say 10,000, which nobody's clip does.
_PEAK = 1000.0 / _WHITE_CD_M2
# Linear up to here (the curve of FFmpeg's "mobius", which leaves skin and sky as they are).
_KNEE = 0.7
# BT.2087, linear light.
_BT2020_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
    np.float32,
)
_CODES = 65536


class Transfer(StrEnum):
    """How light is coded in an HDR signal."""

    HLG = "hlg"
    PQ = "pq"


def tone_mapped(signal: Rgb16, transfer: Transfer) -> Rgb8:
    """HDR pixels as sRGB.

    Parameters
    ----------
    signal : uint16[h, w, 3]
        Non-linear R'G'B' of BT.2100; 0 is black, 65535 the signal's maximum. Not modified.
    """
    light = np.asarray(cv2.transform(_to_light(transfer)[signal], _BT2020_TO_BT709), np.float32)
    np.clip(light, 0.0, _PEAK, out=light)
    light *= (_CODES - 1) / _PEAK
    return _to_screen()[light.astype(np.uint16)]


@lru_cache(maxsize=2)
def _to_light(transfer: Transfer) -> NDArray[np.float32]:
    """Displayed light for every code, 1.0 is diffuse white."""
    code = np.arange(_CODES) / (_CODES - 1)
    display = _hlg_light(code) if transfer is Transfer.HLG else _pq_light(code)
    return np.minimum(display / _WHITE_CD_M2, 2 * _PEAK).astype(np.float32)


def _hlg_light(code: NDArray[np.float64]) -> NDArray[np.float64]:
    """Light of a 1000 cd/m2 screen; the system gamma is applied to each channel alone."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
    return np.asarray(1000.0 * scene**1.2)


def _pq_light(code: NDArray[np.float64]) -> NDArray[np.float64]:
    m1, m2 = 0.1593017578125, 78.84375
    c1, c2, c3 = 0.8359375, 18.8515625, 18.6875
    power = code ** (1 / m2)
    return np.asarray(10000.0 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1))


@lru_cache(maxsize=1)
def _to_screen() -> NDArray[np.uint8]:
    """SRGB code for every level of light from black to the peak."""
    light = np.arange(_CODES) / (_CODES - 1) * _PEAK
    rolled = _rolled_off(light)
    coded = np.where(rolled <= 0.0031308, 12.92 * rolled, 1.055 * rolled ** (1 / 2.4) - 0.055)
    return np.round(255 * np.clip(coded, 0, 1)).astype(np.uint8)


def _rolled_off(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Identity below the knee, a hyperbola with the same slope from there to 1.0 at the peak."""
    a = -(_KNEE**2) * (_PEAK - 1) / (_KNEE**2 - 2 * _KNEE + _PEAK)
    b = (_KNEE**2 - 2 * _KNEE * _PEAK + _PEAK) / (_PEAK - 1)
    curve = (b * b + 2 * b * _KNEE + _KNEE**2) / (b - a) * (light + a) / (light + b)
    return np.where(light <= _KNEE, light, curve)
