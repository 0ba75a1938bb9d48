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
_PEAK_CD_M2 = 1000.0
_HLG_GAMMA = 1.2
# Linear up to here, the middle of the tones; higher, and clouds melt into white.
_KNEE = 0.3
# BT.2087, linear light.
_BT2020_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
    np.float32,
)
_CODES = 65536
# Rows that are mapped at once.
_BAND_ROWS = 64


class Transfer(StrEnum):
    """How light is coded in an HDR signal."""

    HLG = "hlg"
    PQ = "pq"


# Numbers of ITU-T H.273, table 3, as videos and HEIF pictures tell them.
_TRANSFER_BY_NUMBER = {16: Transfer.PQ, 18: Transfer.HLG}


def hdr_transfer(number: int) -> Transfer | None:
    """HDR transfer of that number; None for the ordinary ones."""
    return _TRANSFER_BY_NUMBER.get(number)


def tone_mapped(signal: Rgb16, transfer: Transfer) -> Rgb8:
    """HDR pixels as sRGB.

    Parameters
    ----------
    signal : uint16[h, w, 3]
        Non-linear R'G'B' of BT.2100; 0 is black, 65535 the signal's maximum. Not modified.
    """
    bands = range(0, len(signal), _BAND_ROWS)
    return np.concatenate([_band_mapped(signal[top : top + _BAND_ROWS], transfer) for top in bands])


def _band_mapped(signal: NDArray[np.uint16], transfer: Transfer) -> Rgb8:
    """The same at once: some sixty bytes a pixel meanwhile."""
    light = cv2.transform(cv2.LUT(signal, _to_light(transfer)), _BT2020_TO_BT709)
    channels = cv2.split(light)
    # One gain for all three channels: rolled off one by one, white clouds turn cyan.
    strongest = cv2.max(cv2.max(channels[0], channels[1]), channels[2])
    level = cv2.addWeighted(strongest, _CODES - 1, strongest, 0, 0, dtype=cv2.CV_16U)
    gain = cv2.LUT(level, _gains(transfer))
    codes = [cv2.multiply(c, gain, scale=_CODES - 1, dtype=cv2.CV_16U) for c in channels]
    return np.asarray(cv2.LUT(cv2.merge(codes), srgb_codes()), np.uint8)


@lru_cache(maxsize=2)
def _to_light(transfer: Transfer) -> NDArray[np.float32]:
    """Linear light for every code: of the scene for HLG, of the screen for PQ; 1.0 is the peak."""
    code = np.arange(_CODES) / (_CODES - 1)
    light = _hlg_scene(code) if transfer is Transfer.HLG else _pq_cd_m2(code) / _PEAK_CD_M2
    return np.minimum(light, 1.0).astype(np.float32)


def _hlg_scene(code: NDArray[np.float64]) -> NDArray[np.float64]:
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)


def _pq_cd_m2(code: NDArray[np.float64]) -> NDArray[np.float64]:
    m1, m2 = 0.1593017578125, 78.84375
    c1, c2, c3 = 0.8359375, 18.8515625, 18.6875
    power = code ** (1 / m2)
    return np.asarray(10000.0 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1))


@lru_cache(maxsize=2)
def _gains(transfer: Transfer) -> NDArray[np.float32]:
    """What light is multiplied with, for every level of the strongest channel.

    For HLG the system gamma of a 1000 cd/m2 screen is in it: like the roll-off it belongs to the
    brightness and not to each channel, where it would add colour.
    """
    light = np.maximum(np.arange(_CODES), 1) / (_CODES - 1)
    shown = light ** (_HLG_GAMMA if transfer is Transfer.HLG else 1.0)
    return (_rolled_off(shown * _PEAK_CD_M2 / _WHITE_CD_M2) / light).astype(np.float32)


@lru_cache(maxsize=1)
def srgb_codes() -> NDArray[np.uint8]:
    """SRGB code for every level of light from black to white (IEC 61966-2-1)."""
    light = np.arange(_CODES) / (_CODES - 1)
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.round(255 * coded).astype(np.uint8)


def _rolled_off(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Identity below the knee, a hyperbola with the same slope from there to 1.0 at the peak."""
    peak = _PEAK_CD_M2 / _WHITE_CD_M2
    a = -(_KNEE**2) * (peak - 1) / (_KNEE**2 - 2 * _KNEE + peak)
    b = (_KNEE**2 - 2 * _KNEE * peak + peak) / (peak - 1)
    curve = (b * b + 2 * b * _KNEE + _KNEE**2) / (b - a) * (light + a) / (light + b)
    return np.where(light <= _KNEE, light, curve)
