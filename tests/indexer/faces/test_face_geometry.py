import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.faces.align import (
    CROP_PX,
    TEMPLATE,
    Similarity,
    aligned,
    enlargement,
    similarity,
)
from indexer.faces.detector import Detection, Landmarks, cell_corners, padded, suppress
from indexer.faces.quality import face_quality, pose


def moved(points: Landmarks, *, scale: float, turn_deg: float, shift: float) -> Landmarks:
    angle = math.radians(turn_deg)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return np.asarray(points @ turn * scale + shift, np.float32)


def mapped(points: Landmarks, matrix: Similarity) -> Landmarks:
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float32)


def make_detection(x: float, *, score: float = 0.9, side: float = 100.0) -> Detection:
    landmarks = (TEMPLATE / CROP_PX * side + (x, 0)).astype(np.float32)
    return Detection(box=(x, 0.0, side, side), score=score, landmarks=landmarks)


scales = st.floats(0.1, 20)
turns = st.floats(-180, 180)
shifts = st.floats(-500, 500)


@given(scales, turns, shifts)
def test_similarity_undoes_any_turn_scale_and_shift(
    scale: float, turn: float, shift: float
) -> None:
    face = moved(TEMPLATE, scale=scale, turn_deg=turn, shift=shift)

    matrix = similarity(face, TEMPLATE)

    assert mapped(face, matrix) == pytest.approx(TEMPLATE, abs=0.01)
    assert enlargement(matrix) == pytest.approx(1 / scale, rel=1e-3)


def test_similarity_never_mirrors() -> None:
    mirrored = TEMPLATE * np.array([-1, 1], np.float32)

    matrix = similarity(mirrored, TEMPLATE)

    assert np.linalg.det(matrix[:, :2]) > 0


def test_landmarks_in_one_point_are_refused() -> None:
    with pytest.raises(ValueError, match="one point"):
        similarity(np.zeros((5, 2), np.float32), TEMPLATE)


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0, 7.6])
def test_aligned_face_shows_the_same_at_every_size(scale: float) -> None:
    side = round(CROP_PX * scale)
    ramp = np.linspace(0, 255, side).astype(np.uint8)
    image = np.repeat(np.repeat(ramp[None, :, None], side, axis=0), 3, axis=2)
    # A pixel's middle is half a pixel in, so landmarks scale about -0.5.
    face = ((TEMPLATE + 0.5) * scale - 0.5).astype(np.float32)

    crop = aligned(image, similarity(face, TEMPLATE))

    expected = np.linspace(0, 255, CROP_PX)
    assert np.abs(crop[56, 4:-4, 0] - expected[4:-4]).max() <= 3


def test_large_faces_are_averaged_down_not_picked_from() -> None:
    checks = (np.indices((896, 896)).sum(axis=0) % 2 * 255).astype(np.uint8)
    image = np.repeat(checks[..., None], 3, axis=2)

    crop = aligned(image, similarity(TEMPLATE * 8, TEMPLATE))

    assert float(crop[8:-8, 8:-8].std()) < 3.0


def test_best_of_overlapping_boxes_survives() -> None:
    found = [make_detection(0, score=0.7), make_detection(5, score=0.9), make_detection(300)]

    kept = suppress(found, overlap_max=0.4)

    assert sorted(d.box[0] for d in kept) == [5, 300]


def test_nothing_found_stays_nothing() -> None:
    assert suppress([], overlap_max=0.4) == []


def test_padding_only_adds_black_right_and_below() -> None:
    image = np.full((50, 70, 3), 9, np.uint8)

    grown = padded(image)

    assert grown.shape == (64, 96, 3)
    assert np.array_equal(grown[:50, :70], image)
    assert grown.sum() == image.sum()


def test_cells_are_listed_row_by_row() -> None:
    corners = cell_corners(32, 48, 16)

    assert corners.tolist() == [[0, 0], [16, 0], [32, 0], [0, 16], [16, 16], [32, 16]]


@given(turns, scales)
def test_pose_is_blind_to_roll_and_size(turn: float, scale: float) -> None:
    turned = moved(TEMPLATE, scale=scale, turn_deg=turn, shift=40)

    assert pose(turned) == pytest.approx(pose(TEMPLATE), abs=0.01)


def test_pose_tells_left_from_right() -> None:
    to_right, to_left = TEMPLATE.copy(), TEMPLATE.copy()
    to_right[2, 0] += 12
    to_left[2, 0] -= 12

    assert pose(to_right)[0] > 0.5
    assert pose(to_left)[0] < -0.5


def test_each_fault_lowers_the_quality_of_a_face() -> None:
    rng = np.random.default_rng(1)
    crop = rng.integers(0, 255, (CROP_PX, CROP_PX, 3)).astype(np.uint8)
    flat = np.full_like(crop, 120)
    good, small, unsure = (
        make_detection(0),
        make_detection(0, side=20.0),
        make_detection(0, score=0.5),
    )

    def quality(face: Detection, pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> float:
        matrix = similarity(face.landmarks, TEMPLATE)
        return face_quality(face, matrix, pixels, full_size_scale=1.0).quality

    best = quality(good, crop)

    assert best > 0.9
    assert max(quality(small, crop), quality(unsure, crop), quality(good, flat)) < 0.3
