from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.media.highlights import FrameMeasure, find_highlights, measure_frame
from indexer.media.motion import Motion, motion_of
from indexer.media.video import probe_video, sample_frames

MakeClip = Callable[..., Path]
RED_ROOM = np.eye(192, dtype=np.float32)[0]
BLUE_ROOM = np.eye(192, dtype=np.float32)[100]
WINDOW, DOOR = np.random.default_rng(6).normal(size=(2, 36, 64)).astype(np.float32)


def make_frame(
    time_s: float,
    *,
    sharpness: float = 1.0,
    shake: float = 0.001,
    pan_per_s: float = 0.05,
    brightness: float = 0.5,
    n_faces: int = 0,
    colours: NDArray[np.float32] = RED_ROOM,
    structure: NDArray[np.float32] = WINDOW,
) -> FrameMeasure:
    motion = Motion(pan_per_s=pan_per_s, shake=shake, activity=0.01)
    return FrameMeasure(
        time_s=time_s, sharpness=sharpness, brightness=brightness, contrast=0.2,
        colours=colours, structure=structure, n_faces=n_faces, motion=motion,
    )  # fmt: skip


def spans(frames: Sequence[FrameMeasure], duration_s: float) -> list[tuple[float, float]]:
    found = find_highlights(frames, duration_s=duration_s, loudness_db=())
    return [(highlight.start_s, highlight.end_s) for highlight in found]


def test_good_clip_is_one_highlight() -> None:
    assert spans([make_frame(t) for t in range(8)], 8.0) == [(0.0, 8.0)]


@pytest.mark.parametrize(
    "fault", [{"sharpness": 0.2}, {"shake": 0.05}, {"pan_per_s": 2.0}, {"brightness": 0.01}]
)
def test_bad_seconds_are_left_out(fault: dict[str, float]) -> None:
    frames = [make_frame(t, **(fault if t >= 5 else {})) for t in range(8)]  # type: ignore[arg-type]  # a fault never is the colours

    assert spans(frames, 8.0) == [(0.0, 4.0)]


def test_highlight_ends_where_the_shot_does() -> None:
    frames = [make_frame(t, colours=RED_ROOM if t < 4 else BLUE_ROOM) for t in range(30)]

    found = spans(frames, 30.0)

    assert all(end_s <= 3.0 or start_s >= 4.0 for start_s, end_s in found)
    assert len(found) == 2


def test_another_view_in_the_same_colours_is_another_shot_unless_the_camera_pans() -> None:
    walls = [WINDOW if t < 4 else DOOR for t in range(8)]
    still = [make_frame(t, structure=wall) for t, wall in enumerate(walls)]
    panned = [make_frame(t, structure=wall, pan_per_s=0.5) for t, wall in enumerate(walls)]

    assert spans(still, 8.0) == [(0.0, 3.0)]
    assert spans(panned, 8.0) == [(0.0, 8.0)]


def test_where_every_second_is_unlike_the_next_structure_tells_no_cuts() -> None:
    waves = np.random.default_rng(7).normal(size=(8, 36, 64)).astype(np.float32)
    by_the_sea = [make_frame(t, structure=wave) for t, wave in enumerate(waves)]
    indoors = [make_frame(t) for t in range(8)]

    found = find_highlights(by_the_sea, duration_s=8.0, loudness_db=())

    assert found == find_highlights(indoors, duration_s=8.0, loudness_db=())


def test_long_shot_gives_its_best_stretch() -> None:
    frames = [make_frame(t, n_faces=3 if 20 <= t <= 32 else 0) for t in range(40)]

    start_s, end_s = (
        max(
            find_highlights(frames, duration_s=40.0, loudness_db=()), key=lambda h: h.score
        ).start_s,
        35.0,
    )

    assert 17 <= start_s <= 20
    assert end_s - start_s >= 13


def test_laughter_is_worth_more_than_silence() -> None:
    frames = [make_frame(t) for t in range(4)]
    quiet = find_highlights(frames, duration_s=4.0, loudness_db=[-50.0] * 8)
    lively = find_highlights(frames, duration_s=4.0, loudness_db=[-50.0] * 5 + [-20.0] * 3)

    assert lively[0].score > quiet[0].score


def test_short_clip_has_none() -> None:
    assert spans([make_frame(0.0), make_frame(1.0)], 1.5) == []


def test_single_good_frame_speaks_for_a_short_clip() -> None:
    proven = find_highlights([make_frame(t) for t in range(4)], duration_s=4.0, loudness_db=())
    unproven = find_highlights([make_frame(0.0)], duration_s=4.0, loudness_db=())

    assert [(h.start_s, h.end_s) for h in unproven] == [(0.0, 4.0)]
    assert unproven[0].score < proven[0].score


@given(
    st.lists(
        st.tuples(st.floats(0.2, 3.0), st.floats(0.0, 2.0), st.floats(0.0, 0.05), st.booleans()),
        min_size=1,
        max_size=60,
    )
)
def test_spans_are_apart_in_order_and_of_showable_length(
    steps: list[tuple[float, float, float, bool]],
) -> None:
    frames, time_s = [], 0.0
    for step_s, sharpness, shake, is_red in steps:
        colours = RED_ROOM if is_red else BLUE_ROOM
        frames.append(make_frame(time_s, sharpness=sharpness, shake=shake, colours=colours))
        time_s += step_s

    found = find_highlights(frames, duration_s=time_s, loudness_db=())

    assert all(h.start_s >= 0 and h.end_s <= time_s and 0 <= h.score <= 1 for h in found)
    assert all(2 - 1e-9 <= h.end_s - h.start_s <= 15 + 1e-9 for h in found)
    assert all(a.end_s <= b.start_s for a, b in pairwise(found))
    assert len(found) <= time_s // 20 + 1


def test_steady_part_of_a_shaken_clip_is_found(make_clip: MakeClip) -> None:
    rng = np.random.default_rng(7)
    scene = np.kron(rng.integers(0, 255, (40, 70), np.uint8), np.ones((8, 8), np.uint8))
    wide = cv2.GaussianBlur(scene, (0, 0), 1.0)[..., None].repeat(3, axis=2)
    frames = []
    for n in range(90):
        x, y = 40 + n, 60
        if n < 30:
            x, y = x + int(rng.integers(-25, 26)), y + int(rng.integers(-25, 26))
        view = wide[y : y + 180, x : x + 320]
        frames.append(cv2.blur(view, (9, 9)) if n < 30 else view)
    path = make_clip(frames, fps=15)

    measured = [
        measure_frame(frame, n_faces=0)
        for frame in sample_frames(path, every_s=0.5, max_side_px=320)
    ]
    (found,) = find_highlights(measured, duration_s=probe_video(path).duration_s, loudness_db=())

    assert 2.0 <= found.start_s <= 3.0
    assert found.end_s == pytest.approx(6.0, abs=0.1)


def shifted(x: int, y: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(4).integers(0, 255, (27, 48), np.uint8)
    large = cv2.resize(noise, (288, 162), interpolation=cv2.INTER_CUBIC)
    return np.asarray(large[20 + y : 128 + y, 40 + x : 232 + x])


def test_even_pan_is_no_shake() -> None:
    motion = motion_of([shifted(0, 0), shifted(4, 0), shifted(8, 0)], [0.0, 0.1, 0.2])

    assert motion is not None
    assert motion.pan_per_s == pytest.approx(8 / 192 / 0.2, rel=0.1)
    assert motion.shake < 0.002
    assert motion.activity < 0.05


def test_trembling_is_shake() -> None:
    motion = motion_of([shifted(0, 0), shifted(6, 0), shifted(0, 0)], [0.0, 0.1, 0.2])

    assert motion is not None
    assert motion.shake == pytest.approx(12 / 192, rel=0.1)


def test_one_frame_tells_no_motion() -> None:
    assert motion_of([shifted(0, 0)], [0.0]) is None
