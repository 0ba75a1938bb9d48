"""The decoder of our own detector, alone and with the network that is shipped."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage import data

import indexer.models
from indexer.errors import ModelPackMissingError
from indexer.faces.detector import Detection, Rgb8, padded
from indexer.faces.octave import (
    Look,
    OctaveDetector,
    Recipe,
    decode,
    open_octave,
    read_recipe,
    recipe_facts,
)
from indexer.faces.pyramid import search
from indexer.faces.second_look import (
    LOOK_PX,
    both_scores,
    landmarks_of,
    look_crops,
    look_matrices,
    seen_mirrored,
)
from indexer.training.sets import open_tar_set

DATA = Path(__file__).parents[3].parent / "shared" / "data"
WEIGHTS = Path(indexer.models.__file__).parent / "weights" / "detector.onnx"
RECIPE = Recipe(stride_px=8, pad_px=16, unit_px=24.0, band_px=(18.0, 42.0), reach_px=(15.0, 60.0))
NAME = "astronaut"  # scikit-image's functions have no type hints
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="needs the pictures of ../shared/data")


@pytest.fixture(scope="module")
def detector() -> OctaveDetector:
    return open_octave(WEIGHTS, score_min=0.5)


def answers(lines: int = 6, columns: int = 8) -> np.ndarray:
    """A grid on which nothing is a face."""
    grid = np.zeros((15, lines, columns), np.float32)
    grid[0] = -9.0
    return grid


def candidate(side_px: float = 30.0, turn_deg: float = 0.0) -> Detection:
    turn = np.radians(turn_deg)
    turning = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    points = np.array([[-6, -5], [6, -5], [0, 2], [-5, 8], [5, 8]]) @ turning.T + (60, 50)
    return Detection(
        box=(60 - side_px / 2, 50 - side_px / 2, side_px, side_px),
        score=0.7,
        landmarks=points.astype(np.float32),
    )


def test_face_is_read_from_its_cell() -> None:
    grid = answers()
    grid[0, 2, 3] = 2.0
    grid[1:3, 2, 3] = (0.25, -0.5)  # 6 px right and 12 px above the cell's middle
    grid[3:5, 2, 3] = np.log([0.75, 1.5])
    grid[5:7, 2, 3] = (-0.25, -0.25)

    (face,) = decode(grid, RECIPE, 0.5)

    assert face.box == pytest.approx((34 - 9, 8 - 18, 18, 36), abs=1e-4)
    assert face.score == pytest.approx(1 / (1 + np.exp(-2.0)))
    assert face.landmarks[0] == pytest.approx((28 - 6, 20 - 6))


def test_faces_of_sizes_that_were_not_taught_are_dropped() -> None:
    grid = answers()
    grid[0, 1, :3] = 3.0
    grid[3:5, 1, 0] = np.log(10 / 24)
    grid[3:5, 1, 1] = np.log(30 / 24)
    grid[3:5, 1, 2] = np.log(90 / 24)

    faces = decode(grid, RECIPE, 0.5)

    assert [round(face.box[2]) for face in faces] == [30]


@given(st.integers(1, 70), st.integers(1, 70))
def test_padding_reaches_the_multiple_and_keeps_the_picture(height: int, width: int) -> None:
    image = np.full((height, width, 3), 7, np.uint8)

    grown = padded(image, 16)

    assert grown.shape == (-(-height // 16) * 16, -(-width // 16) * 16, 3)
    assert (grown[:height, :width] == 7).all()
    assert not grown[height:].any()


@pytest.mark.parametrize(
    "look", [None, Look(score_min=0.25, mix=(0.5, 1.0, -0.25), network=b"\0onnx\xff")]
)
def test_recipe_survives_the_metadata(look: Look | None) -> None:
    recipe = Recipe(
        stride_px=8, pad_px=16, unit_px=24.0, band_px=(18.0, 42.0), reach_px=(15.0, 60.0), look=look
    )

    assert read_recipe(recipe_facts(recipe)) == recipe


def test_foreign_network_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "odd.onnx").write_bytes(b"no network")

    with pytest.raises(ModelPackMissingError, match=r"odd\.onnx"):
        open_octave(tmp_path / "odd.onnx", score_min=0.5)


@given(st.floats(-60, 60), st.floats(16, 60))
def test_second_look_sees_the_face_upright_in_the_middle(turn_deg: float, side_px: float) -> None:
    face = candidate(side_px, turn_deg)

    (matrix,) = look_matrices([face])

    seen = face.landmarks @ matrix[:, :2].T + matrix[:, 2]
    assert matrix[:, :2] @ (60, 50) + matrix[:, 2] == pytest.approx(LOOK_PX / 2, abs=1e-3)
    assert seen[0, 1] == pytest.approx(seen[1, 1], abs=0.2 * 30 / side_px + 0.2)
    assert seen[0, 0] < seen[1, 0]


@given(st.floats(-60, 60))
def test_landmarks_of_the_second_look_come_back_to_the_picture(turn_deg: float) -> None:
    face = candidate(30, turn_deg)
    (matrix,) = look_matrices([face])
    seen = (face.landmarks @ matrix[:, :2].T + matrix[:, 2]) / LOOK_PX - 0.5
    answer = np.concatenate([[3.0], seen.ravel()]).astype(np.float32)

    landmarks = landmarks_of(answer, matrix)

    assert landmarks == pytest.approx(face.landmarks, abs=1e-2)


def test_both_looks_logits_are_weighed() -> None:
    answers = np.array([[3.0, *[0.0] * 10], [-1.0, *[0.0] * 10]], np.float32)
    faces = [replace(candidate(), score=0.5), replace(candidate(), score=1 / (1 + np.exp(-2)))]

    scores = both_scores(faces, answers, (0.5, 1.0, -1.0))

    assert scores == pytest.approx(1 / (1 + np.exp([-2.0, 1.0])), abs=1e-6)


def test_landmarks_in_one_point_turn_nothing() -> None:
    face = replace(candidate(), landmarks=np.full((5, 2), 7, np.float32))

    (matrix,) = look_matrices([face])

    assert matrix[0, 1] == matrix[1, 0] == 0


def test_crop_shows_what_is_at_the_candidate() -> None:
    image = np.zeros((100, 120, 3), np.uint8)
    image[45:56, 55:66] = 255

    (crop,) = look_crops(image, look_matrices([candidate()]))

    assert crop[LOOK_PX // 2, LOOK_PX // 2].min() > 250
    assert not crop[:8].any()


@given(st.integers(0, 1000))
def test_a_mirror_images_landmarks_are_told_where_the_crop_has_them(seed: int) -> None:
    eye, other, nose, mouth, corner = np.random.default_rng(seed).uniform(-0.4, 0.4, (5, 2))
    flip = np.array([-1, 1])
    told = np.concatenate([other * flip, eye * flip, nose * flip, corner * flip, mouth * flip])

    (seen,) = seen_mirrored(np.concatenate([[3.0], told])[None].astype(np.float32))

    wanted = np.concatenate([[3.0], eye, other, nose, mouth, corner])
    assert seen == pytest.approx(wanted, abs=1e-6)


@needs_data
def test_a_mirrored_face_has_mirrored_landmarks(detector: OctaveDetector) -> None:
    faces = open_tar_set(DATA / "lfw.tar")
    test = [number for number, row in enumerate(faces.rows) if row.split == "test"][::150]

    for number in test:
        image = faces.read(number)
        (face, *_) = search(image, detector)
        (turned, *_) = search(np.ascontiguousarray(image[:, ::-1]), detector)
        back = turned.landmarks[[1, 0, 2, 4, 3]]
        back[:, 0] = image.shape[1] - back[:, 0]
        assert np.linalg.norm(face.landmarks - back, axis=1).mean() < 0.06 * face.box[2]


@needs_data
def test_shipped_detector_finds_known_faces(detector: OctaveDetector) -> None:
    faces = open_tar_set(DATA / "lfw.tar")
    test = [number for number, row in enumerate(faces.rows) if row.split == "test"][::55]

    found = [has_middle_face(faces.read(number), detector) for number in test]

    assert np.mean(found) >= 0.96


@needs_data
def test_shipped_detector_sees_no_face_on_most_documents(detector: OctaveDetector) -> None:
    papers = open_tar_set(DATA / "documents.tar")
    test = [n for n, row in enumerate(papers.rows) if row.split == "test"][::3]

    seen = [bool(search(papers.read(number), detector)) for number in test]

    assert np.mean(seen) <= 0.05


def test_plain_colours_have_no_face(detector: OctaveDetector) -> None:
    for shade in (0, 128, 255):
        assert detector.detect(np.full((90, 130, 3), shade, np.uint8)) == []


def test_every_face_of_a_crowd_is_found(detector: OctaveDetector) -> None:
    columns, lines, cell_px = 19, 14, 64
    astronaut = np.asarray(getattr(data, NAME)(), np.uint8)[20:230, 120:330]
    face = cv2.resize(astronaut, (cell_px, cell_px), interpolation=cv2.INTER_AREA)
    crowd = np.full((960, 1280, 3), 90, np.uint8)
    crowd[: lines * cell_px, : columns * cell_px] = np.tile(face, (lines, columns, 1))

    found = search(crowd, detector)

    assert len(found) == columns * lines


def has_middle_face(image: Rgb8, detector: OctaveDetector) -> bool:
    """Whether a face is near the middle of a picture brought to 320 px."""
    view = np.asarray(cv2.resize(image, (320, 320), interpolation=cv2.INTER_CUBIC), np.uint8)
    middles = [
        (d.box[0] + d.box[2] / 2 - 160, d.box[1] + d.box[3] / 2 - 160)
        for d in search(view, detector)
    ]
    return any(max(abs(x), abs(y)) <= 80 for x, y in middles)
