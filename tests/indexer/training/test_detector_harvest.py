"""Faces and backgrounds are cut where the teacher found them, and where it found nothing."""

from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra 'train'")

from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import NothingToDoError
from indexer.faces.align import TEMPLATE
from indexer.faces.detector import Rgb8
from indexer.training.detector_harvest import (
    Found,
    cut_face,
    harvest,
    rows_without_faces,
    shared_out,
    sure_faces,
)
from indexer.training.sets import open_folder_set
from indexer.training.taught import Answers, Listeners

QUIET = Listeners(progress=lambda *_: None, on_bad=lambda *_: None)
WHITE, RED = (255, 255, 255), (255, 0, 0)


def with_square(side_px: int, middle: tuple[int, int]) -> tuple[Rgb8, np.ndarray, np.ndarray]:
    """A grey picture with a white square that has a red spot at its left eye."""
    image = np.full((300, 400, 3), 90, np.uint8)
    left, top = middle[0] - side_px // 2, middle[1] - side_px // 2
    image[top : top + side_px, left : left + side_px] = WHITE
    points = TEMPLATE / 112 * side_px + (left, top)
    cv2.circle(image, np.rint(points[0]).astype(int).tolist(), max(1, side_px // 16), RED, -1)
    box = np.array([left, top, side_px, side_px], np.float32)
    return image, box, points.astype(np.float32)


def answers(*faces: tuple[int, np.ndarray, np.ndarray, float]) -> Answers:
    return {
        "row": np.array([face[0] for face in faces], np.int32),
        "box": np.array([face[1] for face in faces], np.float32).reshape(-1, 4),
        "points": np.array([face[2] for face in faces], np.float32).reshape(-1, 5, 2),
        "score": np.array([face[3] for face in faces], np.float32),
    }


@pytest.mark.parametrize("side_px", [20, 41, 120, 240])
@pytest.mark.parametrize("wanted_px", [20.0, 40.0])
def test_a_face_comes_at_its_pools_side_in_the_middle(side_px: int, wanted_px: float) -> None:
    image, box, points = with_square(side_px, (180, 150))

    crop = cut_face(image, answers((0, box, points, 0.9)), 0, wanted_px)

    assert crop.box == pytest.approx([56 - wanted_px / 2] * 2 + [wanted_px] * 2, abs=0.6)
    rows, columns = np.nonzero(crop.image.min(axis=2) > 170)
    assert columns.min() == pytest.approx(crop.box[0], abs=1.5)
    assert rows.max() + 1 == pytest.approx(crop.box[1] + crop.box[3], abs=1.5)
    if side_px > 40 and wanted_px > 20:
        x, y = np.rint(crop.points[0]).astype(int)
        red, green, _ = crop.image[y, x].astype(int)
        assert red - green > 60


def test_a_crop_knows_its_picture_and_other_faces() -> None:
    image, box, points = with_square(80, (60, 60))
    other = np.array([130, 40, 60, 60], np.float32)

    crop = cut_face(image, answers((0, box, points, 0.9), (0, other, points, 0.9)), 0, 40.0)

    # Half the size: the picture begins 30 px left of the face's middle.
    assert crop.picture == pytest.approx([26, 26, 226, 176], abs=1)
    assert crop.others[0] == pytest.approx([26 + 65, 26 + 20, 30, 30], abs=1)
    assert not crop.others[1:].any()


def library(folder: Path, *, n: int = 12) -> Found:
    """Pictures with a face (even) and without (odd); the last is only suspected."""
    found = []
    for number in range(n):
        image, box, points = with_square(60, (180, 150))
        if number % 2:
            image[:] = 40 + 10 * number
        elif number < n - 2:
            found.append((number, box, points, 0.9))
        else:
            found.append((number, box, points, 0.5))
        cv2.imwrite(str(folder / f"{number:02}.png"), image)
    return Found(of=open_folder_set(folder), answers=answers(*found))


def test_only_sure_faces_teach_and_only_unsuspected_pictures_are_empty(tmp_path: Path) -> None:
    found = library(tmp_path)
    split = [row.split for row in found.of.rows]

    faces = [int(found.answers["row"][entry]) for entry in sure_faces(found)]

    assert faces == [n for n in range(0, 10, 2) if split[n] == "train"]
    assert rows_without_faces(found) == [n for n in range(1, 12, 2) if split[n] == "train"]


@given(
    sizes=st.lists(st.integers(0, 60), min_size=1, max_size=6),
    most=st.integers(0, 200),
    seed=st.integers(0, 99),
)
def test_no_set_is_drowned_by_another(sizes: list[int], most: int, seed: int) -> None:
    kinds = [str(kind) for kind, size in enumerate(sizes) for _ in range(size)]

    taken = shared_out(kinds, most, np.random.default_rng(seed))

    told = [sum(kinds[place] == str(kind) for place in taken) for kind in range(len(sizes))]
    assert taken == sorted(set(taken))
    assert sum(told) == min(most, sum(sizes))
    for size, count in zip(sizes, told, strict=True):
        assert count == size or count >= max(told) - 1


def test_pools_are_cut_once(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    found = library(pictures)

    first = harvest([found], tmp_path / "pools", seed=1, listeners=QUIET)
    for path in pictures.iterdir():
        path.unlink()
    again = harvest([found], tmp_path / "pools", seed=1, listeners=QUIET)

    assert [pool.side_px for pool in first.faces] == [40.0, 20.0]
    assert len(first.faces[0].boxes) == len(sure_faces(found))
    assert len(first.backgrounds.starts) == len(rows_without_faces(found))
    assert np.array_equal(first.faces[1].crops, again.faces[1].crops)


def test_pictures_of_one_kind_alone_teach_nothing(tmp_path: Path) -> None:
    nobody = library(tmp_path)
    everybody = Found(
        of=nobody.of,
        answers={
            **nobody.answers,
            "row": np.arange(len(nobody.answers["row"]), dtype=np.int32),
        },
    )
    only_empty = Found(of=nobody.of, answers=answers())

    with pytest.raises(NothingToDoError, match="found no face"):
        harvest([only_empty], tmp_path / "a", seed=1, listeners=QUIET)
    rows = [n for n in range(12) if n not in everybody.answers["row"]]
    shown = answers(*[(n, np.array([150, 120, 60, 60]), np.zeros((5, 2)), 0.5) for n in rows])
    whole = {name: np.concatenate([everybody.answers[name], shown[name]]) for name in shown}
    with pytest.raises(NothingToDoError, match="a face in every picture"):
        harvest([Found(of=nobody.of, answers=whole)], tmp_path / "b", seed=1, listeners=QUIET)
