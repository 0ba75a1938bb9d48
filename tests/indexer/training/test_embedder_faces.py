"""Faces are cut out as the index cuts them, once, and only those meant for learning."""

import tarfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch", reason="needs the extra 'train'")

from indexer.faces.align import TEMPLATE, aligned, similarity
from indexer.faces.yunet import YuNet
from indexer.models.session import open_session
from indexer.training.embedder_faces import (
    MARGIN_PX,
    SIDE_PX,
    chosen_entries,
    cut_faces,
    cut_with_margin,
    framed_search,
)
from indexer.training.sets import Row, TarSet, open_tar_set
from indexer.training.taught import Answers

SHARED = Path(__file__).parents[4] / "shared"
YUNET = SHARED / "models" / "detectors" / "face_detection_yunet_2026may.onnx"
AGES = SHARED / "data" / "ages.tar"


def spots(height: int = 120, width: int = 160) -> NDArray[np.uint8]:
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 256, (height // 8, width // 8, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height)), np.uint8)


def small_set(folder: Path, n: int = 4) -> TarSet:
    lines = ["file,identity,split"]
    with tarfile.open(folder / "few.tar", "w") as tar:
        for number in range(n):
            path = folder / f"{number}.png"
            cv2.imwrite(str(path), spots())
            tar.add(path, path.name)
            lines.append(f"{path.name},{'Ann' if number < 2 else ''},{'test' * (number == 3)}")
    (folder / "few.csv").write_text("\n".join(lines) + "\n")
    return open_tar_set(folder / "few.tar")


def answers_of(rows: list[int], sides: list[float]) -> Answers:
    points = np.stack([TEMPLATE * side / 112 + 5 for side in sides]).astype(np.float32)
    return {
        "row": np.array(rows, np.int32),
        "box": np.array([[0, 0, side, side] for side in sides], np.float32),
        "points": points,
        "vector": np.eye(len(rows), 128, dtype=np.float16),
    }


@pytest.mark.parametrize("side", [30.0, 80.0, 112.0, 300.0])
def test_middle_of_a_crop_is_what_the_index_cuts(side: float) -> None:
    image = spots(480, 480)
    landmarks = (TEMPLATE * side / 112 + 60).astype(np.float32)

    crop = cut_with_margin(image, landmarks)

    wanted = aligned(image, similarity(landmarks, TEMPLATE)).astype(int)
    middle = crop[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX].astype(int)
    assert crop.shape == (SIDE_PX, SIDE_PX, 3)
    assert np.abs(middle - wanted).max() <= 2  # cv2 rounds places to a 32nd of a pixel


def test_named_picture_counts_with_its_largest_face() -> None:
    rows = (Row(file="a", identity="Ann"), Row(file="b"))

    chosen = chosen_entries(rows, answers_of([0, 0, 1, 1], [20, 50, 30, 40]))

    assert chosen.tolist() == [1, 2, 3]


def test_pictures_kept_for_judging_are_not_chosen() -> None:
    rows = (Row(file="a", split="test"), Row(file="b"))

    assert chosen_entries(rows, answers_of([0, 1], [50, 50])).tolist() == [1]


def test_faces_without_landmarks_are_not_chosen() -> None:
    answers = answers_of([0, 1], [50, 50])
    answers["points"][0] = np.nan

    assert chosen_entries((Row(file="a"), Row(file="b")), answers).tolist() == [1]


def test_cut_faces_keep_names_people_and_vectors(tmp_path: Path) -> None:
    of = small_set(tmp_path)

    faces = cut_faces(of, answers_of([0, 2, 3], [50, 60, 70]), tmp_path / "faces")

    assert faces.files.tolist() == ["0.png", "2.png"]
    assert faces.identities.tolist() == ["Ann", ""]
    assert faces.vectors.argmax(axis=1).tolist() == [0, 1]
    assert faces.pixels.shape == (2, SIDE_PX, SIDE_PX, 3)
    assert faces.pixels[1].std() > 10


def test_faces_are_cut_once(tmp_path: Path) -> None:
    of, answers = small_set(tmp_path), answers_of([0, 1], [50, 60])
    cut_faces(of, answers, tmp_path / "faces")
    (tmp_path / "few.tar").unlink()

    faces = cut_faces(of, answers, tmp_path / "faces")

    assert faces.files.tolist() == ["0.png", "1.png"]


def test_other_answers_are_cut_anew(tmp_path: Path) -> None:
    of = small_set(tmp_path)
    before = cut_faces(of, answers_of([0, 1], [50, 60]), tmp_path / "faces").pixels[0].copy()

    after = cut_faces(of, answers_of([0, 1], [70, 60]), tmp_path / "faces")

    assert not np.array_equal(before, after.pixels[0])


def test_picture_that_is_all_face_is_searched_with_a_frame() -> None:
    if not (YUNET.exists() and AGES.exists()):
        pytest.skip("needs ../shared/models and ../shared/data")
    of = open_tar_set(AGES)
    detector = YuNet(open_session(YUNET), 0.7)

    found = [framed_search(of.read(index), detector) for index in range(0, 200, 10)]

    assert sum(bool(faces) for faces in found) >= 19
    middles = [faces[0].landmarks.mean(axis=0) for faces in found if faces]
    assert all(30 < x < 98 and 30 < y < 110 for x, y in middles)
