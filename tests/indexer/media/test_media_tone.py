from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.media.tone import Transfer, tone_mapped


def shown(code: float, transfer: Transfer) -> list[int]:
    signal = np.full((2, 2, 3), round(code * 65535), np.uint16)
    return [int(value) for value in tone_mapped(signal, transfer)[0, 0]]


@pytest.mark.parametrize("transfer", Transfer)
def test_black_stays_black_and_the_peak_is_white(transfer: Transfer) -> None:
    assert shown(0.0, transfer) == [0, 0, 0]
    assert min(shown(1.0, transfer)) >= 254


@pytest.mark.parametrize("transfer", Transfer)
def test_brighter_is_never_darker(transfer: Transfer) -> None:
    levels = [shown(code / 50, transfer)[0] for code in range(51)]

    assert all(a <= b for a, b in pairwise(levels))


@given(st.floats(0, 1), st.sampled_from(Transfer))
def test_grey_stays_grey(code: float, transfer: Transfer) -> None:
    levels = shown(code, transfer)

    assert max(levels) - min(levels) <= 2


@pytest.mark.parametrize(("transfer", "code"), [(Transfer.HLG, 0.75), (Transfer.PQ, 0.58)])
def test_diffuse_white_leaves_room_for_highlights(transfer: Transfer, code: float) -> None:
    assert 205 <= shown(code, transfer)[0] <= 225


@pytest.mark.parametrize(("transfer", "code"), [(Transfer.HLG, 0.38), (Transfer.PQ, 0.38)])
def test_eighteen_per_cent_grey_keeps_its_brightness(transfer: Transfer, code: float) -> None:
    # BT.2408, table 1: 18 % grey is at 38 % of both signals, 26 cd/m2 of 203; in sRGB 0.128 is 101.
    assert shown(code, transfer)[0] == pytest.approx(101, abs=8)
