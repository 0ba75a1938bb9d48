"""A detector's own mistakes and candidates are told from faces, and both looks make one file."""

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra 'train'")
pytest.importorskip("onnx", reason="needs the extra 'train'")

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.faces.align import TEMPLATE
from indexer.faces.detector import Detection, Rgb8
from indexer.faces.octave import Look, open_octave
from indexer.faces.second_look import LOOK_PX, look_matrices
from indexer.training.detector_bank import Bank, judged_in_tile
from indexer.training.detector_look import (
    coded_second_look,
    export_detector,
    teach_second_look,
    varied,
    weighed,
)
from indexer.training.detector_mistakes import mined, pool_of, window
from indexer.training.detector_net import DetectorNet
from indexer.training.detector_rounds import RECIPE
from indexer.training.detector_tiles import Tile

torch.set_num_threads(1)  # machines are shared, and waiting threads of torch's spin


def nothing(*_: object) -> None:
    """Hears and does nothing."""


def face_at(x: float, y: float, side: float, score: float = 0.6) -> Detection:
    points = (TEMPLATE / 112 * side + (x, y)).astype(np.float32)
    return Detection(box=(x, y, side, side), score=score, landmarks=points)


@dataclass(frozen=True)
class Whites:
    """Takes every white square for a face of 24 px."""

    band_px: tuple[float, float] = (18.0, 42.0)

    def detect(self, image: Rgb8) -> list[Detection]:
        rows, columns = np.nonzero(image.min(axis=2) > 250)
        if not len(rows):
            return []
        return [face_at(float(columns.mean()) - 12, float(rows.mean()) - 12, 24)]


def test_mistakes_are_windows_around_false_faces(tmp_path: Path) -> None:
    pictures = np.full((4, 160, 160, 3), 60, np.uint8)
    pictures[2:, 70:90, 40:60] = 255

    mistakes = mined(
        pool_of(pictures), Whites(), tmp_path / "mistakes.npy", seed=1, progress=nothing
    )
    again = mined(pool_of(pictures), Whites(), tmp_path / "mistakes.npy", seed=2, progress=nothing)

    assert mistakes is not None
    assert again is not None
    assert len(mistakes.starts) >= 2
    assert np.array_equal(mistakes.pixels, again.pixels)
    for row in range(len(mistakes.starts)):
        assert mistakes.picture(row)[56, 56].min() > 200


def test_a_detector_without_mistakes_has_none(tmp_path: Path) -> None:
    dark = np.zeros((3, 120, 120, 3), np.uint8)

    assert mined(pool_of(dark), Whites(), tmp_path / "none.npy", seed=1, progress=nothing) is None


def test_a_window_at_the_edge_is_black_beyond_the_picture() -> None:
    view = np.full((60, 60, 3), 200, np.uint8)

    seen = window(view, face_at(0, 0, 20))

    assert seen.shape == (112, 112, 3)
    assert seen[56, 56].tolist() == [200] * 3
    assert not seen[:40, :40].any()


def test_candidates_are_judged_by_the_faces_of_their_tile() -> None:
    true = face_at(20, 20, 24)
    known = np.concatenate([np.array(true.box), true.landmarks.ravel()])[None].astype(np.float32)
    tile = Tile(
        image=np.zeros((80, 80, 3), np.uint8),
        faces=known,
        unasked=np.array([[50, 50, 24, 24]], np.float32),
    )

    told = judged_in_tile(
        tile, [face_at(21, 20, 24), face_at(28, 28, 24), face_at(52, 52, 24), face_at(0, 56, 20)]
    )

    # Itself; one in between and one in doubt left out; one of nothing.
    assert [truth is not None for _, truth in told] == [True, False]
    assert told[0][1] == pytest.approx(true.landmarks)
    assert told[1][0].box[:2] == (0, 56)


@given(seed=st.integers(0, 1000))
@settings(max_examples=10)
def test_landmarks_of_varied_crops_stay_on_their_spots(seed: int) -> None:
    crop = np.full((LOOK_PX, LOOK_PX, 3), 90, np.uint8)
    points = np.array([[-0.2, -0.1], [0.2, -0.1], [0.0, 0.05], [-0.15, 0.2], [0.15, 0.2]])
    for point in points:
        spot = np.floor((point + 0.5) * LOOK_PX).astype(int)
        cv2.circle(crop, spot.tolist(), 1, (255, 255, 255), -1)

    crops, moved = varied(
        np.stack([crop] * 4),
        np.tile(points.ravel().astype(np.float32), (4, 1)),
        np.random.default_rng(seed),
    )

    for pixels, told in zip(crops, moved.reshape(4, 5, 2), strict=True):
        assert told[0, 0] < told[1, 0]
        for point in told:
            x, y = np.floor((point + 0.5) * LOOK_PX).astype(int)
            assert pixels[y - 1 : y + 2, x - 1 : x + 2].max() > pixels.min() + 40


def test_looks_weigh_as_much_as_they_know() -> None:
    rng = np.random.default_rng(0)
    truth = rng.random(4000) < 0.2
    knows, guesses = truth * 4.0 - 2 + rng.normal(size=4000), rng.normal(size=4000)

    first, second, _ = weighed(np.stack([guesses, knows], axis=1).astype(np.float32), truth)

    assert second > 1
    assert abs(first) < 0.2 * second


def bank(n: int) -> Bank:
    """Faces are bright crops, all others dark ones."""
    rng = np.random.default_rng(2)
    is_face = np.arange(n) % 2 == 0
    crops = rng.integers(0, 90, (n, LOOK_PX, LOOK_PX, 3)) + 120 * is_face[:, None, None, None]
    return Bank(
        crops=crops.astype(np.uint8),
        is_face=is_face,
        points=np.zeros((n, 10), np.float32),
        logits=rng.normal(size=n).astype(np.float32),
    )


def test_a_second_look_learns_and_joins_the_first_in_one_file(tmp_path: Path) -> None:
    looked = teach_second_look(bank(700), tmp_path / "run", steps=4, seed=1, progress=nothing)
    assert looked is not None
    second, _ = looked
    torch.manual_seed(1)
    first = DetectorNet()
    with torch.no_grad():
        first.head.bias[0] = 3.0  # everything is a candidate
    told = 2.0  # by the mix alone, whatever either look says
    look = Look(score_min=0.15, mix=(0.0, 0.0, told), network=coded_second_look(second))

    made = export_detector(
        first, tmp_path / "detector.onnx", replace(RECIPE, look=look), {"teacher": "nobody"}
    )

    detector = open_octave(made.path, score_min=0.5)
    dark = detector.detect(np.full((96, 128, 3), 40, np.uint8))
    assert detector.recipe.look is not None
    assert made.difference < 0.02
    assert dark
    assert [face.score for face in dark] == pytest.approx([1 / (1 + np.exp(-told))] * len(dark))


def test_too_few_candidates_teach_no_second_look(tmp_path: Path) -> None:
    assert teach_second_look(bank(90), tmp_path, steps=2, seed=1, progress=nothing) is None


def test_crops_landmarks_are_where_the_second_look_sees_them() -> None:
    face = face_at(30, 40, 24)

    (matrix,) = look_matrices([face])

    middle = matrix[:, :2] @ np.array([42, 52]) + matrix[:, 2]
    assert middle == pytest.approx([LOOK_PX / 2] * 2)
