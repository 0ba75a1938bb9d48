"""Packs judged by small sets that are made here, with detectors that see what they are told."""

import csv
import io
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from indexer.faces.align import TEMPLATE
from indexer.faces.detector import Box, Detection, Rgb8
from indexer.faces.pack import FacePack
from indexer.models.evaluate.detection import boxes_found, judge_detection
from indexer.models.evaluate.document import document
from indexer.models.evaluate.judge import Labeller, evaluate, face_errors
from indexer.models.evaluate.pictures import (
    groups_of,
    holds_people,
    judged_rows,
    open_pairs,
    open_pictures,
)
from indexer.models.evaluate.scenes import judge_scenes
from indexer.models.evaluate.sizes import FACES_A_WIDTH, WIDTHS_PX, compose, recall_by_width
from indexer.models.evaluate.verification import Vectors, judge_pairs
from indexer.training.sets import PictureSet, PictureSetError, Row

Table = Sequence[Mapping[str, str]]


def picture(colour: int) -> Rgb8:
    made = np.full((100, 100, 3), colour, np.uint8)
    made[30:70, 30:70] = 255 - colour
    return made


def write_set(folder: Path, name: str, rows: Table, pictures: Sequence[Rgb8] | None = None) -> None:
    with tarfile.open(folder / f"{name}.tar", "w") as tar:
        for n, row in enumerate(rows):
            image = picture(20 * n % 256) if pictures is None else pictures[n]
            coded = cv2.imencode(".png", image)[1].tobytes()
            member = tarfile.TarInfo(row["file"])
            member.size = len(coded)
            tar.addfile(member, io.BytesIO(coded))
    with (folder / f"{name}.csv").open("w", newline="") as file:
        lines = csv.DictWriter(file, list(rows[0]))
        lines.writeheader()
        lines.writerows(rows)


def rows_of(n: int, **columns: str) -> list[dict[str, str]]:
    return [{"file": f"{k}.png", "label": "x", "split": "test"} | columns for k in range(n)]


def the_set(folder: Path, name: str) -> PictureSet:
    return next(pictures for pictures in open_pictures(folder) if pictures.name == name)


def seen(box: Box, score: float = 0.9) -> Detection:
    x, y, w, h = box
    points = (TEMPLATE / 112 * [w, h] + [x, y]).astype(np.float32)
    return Detection(box=box, score=score, landmarks=points)


@dataclass(frozen=True)
class BrightDetector:
    """Sees one face where the picture is brightest; none in a dark one."""

    band_px: tuple[float, float] = (1.0, 4000.0)

    def detect(self, image: Rgb8) -> list[Detection]:
        lines, columns = np.nonzero(image[..., 0] > 200)
        if not len(lines):
            return []
        left, top = float(columns.min()), float(lines.min())
        return [seen((left, top, columns.max() - left + 1.0, lines.max() - top + 1.0))]


@dataclass(frozen=True)
class ColourEmbedder:
    """Faces of one colour are one person."""

    def embed(self, faces: Rgb8) -> Vectors:
        means = faces.reshape(len(faces), -1, 3).mean(axis=1) - 127
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)


def test_rows_of_the_test_split_are_judged_or_else_all() -> None:
    some = [Row(file="a", split="train"), Row(file="b", split="test")]

    assert judged_rows(some) == [1]
    assert judged_rows(some[:1]) == [0]


@pytest.mark.parametrize(
    ("name", "columns", "people"),
    [
        ("lfw", {}, True),
        ("masks_heldout", {}, True),
        ("objects", {}, False),
        ("scenes_heldout", {}, False),
        ("friends", {"identity": "Ada"}, True),
        ("old_people", {"age": "70"}, True),
    ],
)
def test_sets_with_people_are_known_by_name_or_by_their_table(
    tmp_path: Path, name: str, columns: dict[str, str], people: bool
) -> None:
    write_set(tmp_path, name, rows_of(2, **columns))

    assert holds_people(the_set(tmp_path, name)) is people


def test_folder_without_sets_says_what_it_takes(tmp_path: Path) -> None:
    with pytest.raises(PictureSetError, match=r"no NAME\.tar with NAME\.csv"):
        open_pictures(tmp_path)


@pytest.mark.parametrize("name", ["lfw_pairs", "lfw_heldout_pairs", "lfw_pairs_heldout"])
def test_pairs_go_with_their_set(tmp_path: Path, name: str) -> None:
    for pictures in ("lfw", "lfw_heldout"):
        write_set(tmp_path, pictures, rows_of(3))
    (tmp_path / f"{name}.csv").write_text("file_a,file_b,same\n0.png,1.png,1\n0.png,2.png,0\n")

    (told,) = open_pairs(tmp_path, open_pictures(tmp_path))

    assert told.name == name
    assert told.pictures.name == ("lfw_heldout" if "heldout" in name else "lfw")
    assert [(pair.same, pair.fold) for pair in told.pairs] == [(True, 0), (False, 1)]


def test_held_out_pairs_may_be_of_pictures_that_are_not(tmp_path: Path) -> None:
    write_set(tmp_path, "lfw", rows_of(2))
    (tmp_path / "lfw_pairs_heldout.csv").write_text("file_a,file_b,same\n0.png,1.png,True\n")

    (told,) = open_pairs(tmp_path, open_pictures(tmp_path))

    assert (told.pictures.name, told.pairs[0].same) == ("lfw", True)


def test_pair_of_a_picture_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    write_set(tmp_path, "lfw", rows_of(1))
    (tmp_path / "lfw_pairs.csv").write_text("file_a,file_b,same\n0.png,gone.png,1\n")

    with pytest.raises(PictureSetError, match=r"gone\.png"):
        open_pairs(tmp_path, open_pictures(tmp_path))


def test_fold_that_is_no_number_is_an_error(tmp_path: Path) -> None:
    write_set(tmp_path, "lfw", rows_of(2))
    (tmp_path / "lfw_pairs.csv").write_text("file_a,file_b,same,fold\n0.png,1.png,1,x\n")

    with pytest.raises(PictureSetError, match="fold 'x' is no number"):
        open_pairs(tmp_path, open_pictures(tmp_path))


def test_pairs_of_one_kind_alone_are_an_error(tmp_path: Path) -> None:
    write_set(tmp_path, "lfw", rows_of(3))
    (tmp_path / "lfw_pairs.csv").write_text("file_a,file_b,same\n0.png,1.png,1\n1.png,2.png,1\n")
    (told,) = open_pairs(tmp_path, open_pictures(tmp_path))

    with pytest.raises(PictureSetError, match="lfw_pairs: pairs of the same and of different"):
        judge_pairs(told, lambda _: [], ColourEmbedder())


def test_groups_are_bands_of_age_gender_and_group() -> None:
    rows = [
        Row(file="a", label="child", more={"age": "3", "gender": "male", "group": "asian"}),
        Row(file="b", label="senior", more={"age": "80", "gender": "female", "group": "asian"}),
    ]

    assert groups_of(rows) == {"age": ["child", "senior"], "gender": ["male", "female"]}


def test_names_of_many_people_are_no_groups() -> None:
    assert groups_of([Row(file=str(n), label=f"person {n}") for n in range(30)]) == {}


def test_recall_counts_faces_in_the_middle_only(tmp_path: Path) -> None:
    middle, corner = np.zeros((2, 100, 100, 3), np.uint8)
    middle[40:60, 40:60] = 255
    corner[0:20, 0:20] = 255
    write_set(tmp_path, "lfw", rows_of(4), [middle, corner, middle, np.zeros_like(middle)])
    write_set(tmp_path, "masks", rows_of(2), [corner, np.zeros_like(middle)])

    lfw = judge_detection(the_set(tmp_path, "lfw"), BrightDetector().detect)
    masks = judge_detection(the_set(tmp_path, "masks"), BrightDetector().detect)

    assert (lfw.n_pictures, lfw.share) == (4, 0.5)
    assert (masks.n_pictures, masks.share) == (2, 0.5)


def test_face_where_nobody_is_counts_as_false(tmp_path: Path) -> None:
    bright, dark = picture(0), np.zeros((100, 100, 3), np.uint8)
    rows = [row | {"label": kind} for row, kind in zip(rows_of(4), "ccdd", strict=True)]
    write_set(tmp_path, "animals", rows, [bright, dark, dark, dark])

    found = judge_detection(the_set(tmp_path, "animals"), BrightDetector().detect)

    assert (found.has_people, found.share) == (False, 0.25)
    assert {name: s.share for name, s in found.groups["label"].items()} == {"c": 0.5, "d": 0.0}


def test_pictures_are_brought_to_320_px_with_people_and_to_640_without(tmp_path: Path) -> None:
    sizes = []

    def note(image: Rgb8) -> list[Detection]:
        sizes.append(image.shape[:2])
        return []

    for name in ("lfw", "objects"):
        write_set(tmp_path, name, rows_of(1), [np.zeros((50, 100, 3), np.uint8)])
        judge_detection(the_set(tmp_path, name), note)

    assert sizes == [(160, 320), (320, 640)]


def test_each_told_box_needs_a_detection_of_its_own() -> None:
    told: list[Box] = [(0, 0, 10, 10), (20, 0, 10, 10), (40, 0, 10, 10)]

    found = boxes_found([seen((1, 1, 20, 19)), seen((0, 0, 21, 21)), seen((80, 0, 9, 9))], told, 2)

    assert found == 1


def test_composed_pictures_are_the_same_each_time(tmp_path: Path) -> None:
    write_set(tmp_path, "lfw", rows_of(4))
    write_set(tmp_path, "scenes", rows_of(3))
    faces, grounds = the_set(tmp_path, "lfw"), [the_set(tmp_path, "scenes")]

    first = list(compose(faces, grounds, 160))
    again = list(compose(faces, grounds, 160))

    assert all(np.array_equal(a.image, b.image) for a, b in zip(first, again, strict=True))
    assert first[0].image.shape == (960, 1280, 3)
    assert sum(len(composed.middles) for composed in first) == min(4, FACES_A_WIDTH)


def test_faces_of_every_width_are_found_where_they_were_pasted(tmp_path: Path) -> None:
    face = np.zeros((200, 200, 3), np.uint8)
    face[62:138, 62:138] = 255  # 0.38 of the picture's width
    write_set(tmp_path, "lfw", rows_of(1), [face])
    write_set(tmp_path, "scenes", rows_of(1), [np.zeros((90, 120, 3), np.uint8)])

    found = recall_by_width(open_pictures(tmp_path), BrightDetector().detect)

    assert {width: s.share for width, s in found.items()} == dict.fromkeys(WIDTHS_PX, 1.0)


def test_pairs_are_judged_by_the_faces_in_their_pictures(tmp_path: Path) -> None:
    red, blue = np.zeros((2, 100, 100, 3), np.uint8)
    red[40:60, 40:60], blue[40:60, 40:60] = (255, 0, 0), (0, 0, 255)
    write_set(tmp_path, "lfw", rows_of(4), [red, red, blue, blue])
    pairs = [(0, 1, 1), (2, 3, 1), (0, 2, 0), (1, 3, 0)] * 3
    lines = "".join(f"{a}.png,{b}.png,{same}\n" for a, b, same in pairs)
    (tmp_path / "lfw_pairs.csv").write_text("file_a,file_b,same\n" + lines)
    (told,) = open_pairs(tmp_path, open_pictures(tmp_path))

    found = judge_pairs(told, lambda _: [seen((128, 128, 64, 64))], ColourEmbedder())

    assert (found.n_pairs, found.n_not_found) == (12, 0)
    assert (found.verification.accuracy, found.verification.tpr) == (1.0, 1.0)


def test_picture_in_which_no_face_is_found_is_judged_by_its_middle(tmp_path: Path) -> None:
    write_set(tmp_path, "lfw", rows_of(4))
    (tmp_path / "lfw_pairs.csv").write_text("file_a,file_b,same\n0.png,1.png,1\n2.png,3.png,0\n")
    (told,) = open_pairs(tmp_path, open_pictures(tmp_path))

    found = judge_pairs(told, lambda _: [], ColourEmbedder())

    assert found.n_not_found == 4


def test_classes_of_a_set_compete_by_their_likeliest_word(tmp_path: Path) -> None:
    rows = [row | {"label": kind} for row, kind in zip(rows_of(4), "aabb", strict=True)]
    write_set(tmp_path, "scenes", rows, [np.full((8, 8, 3), v, np.uint8) for v in (9, 8, 7, 1)])
    answers = {"a": ("sea", "lake"), "b": ("wood",)}

    def chances(image: Rgb8) -> dict[str, float]:
        return {"lake": image[0, 0, 0] / 10, "wood": 0.65, "dog": 1.0}

    found = judge_scenes(the_set(tmp_path, "scenes"), chances, answers)

    assert found is not None
    assert (found.n_pictures, found.top1) == (4, 0.75)
    assert found.confused == {"b": "a"}
    assert found.ece == pytest.approx((0.1 + 0.2 + 0.7 + 0.35) / 4)
    assert found.ece_of_shares == pytest.approx((0.171 + 0.317 + 0.557 + 0.056) / 4, abs=1e-3)


def test_set_whose_classes_the_words_cannot_answer_is_left_out(tmp_path: Path) -> None:
    rows = [row | {"label": kind} for row, kind in zip(rows_of(2), "ab", strict=True)]
    write_set(tmp_path, "scenes", rows)

    assert judge_scenes(the_set(tmp_path, "scenes"), lambda _: {}, {"a": ("x",)}) is None


def test_landmarks_are_measured_in_widths_of_the_face() -> None:
    theirs = seen((100, 100, 50, 60))
    large = (90.0, 90.0, 100.0, 90.0)  # as another network draws boxes: the ruler is the teacher's
    off = Detection(box=large, score=0.9, landmarks=theirs.landmarks + np.array([3, 4], np.float32))
    elsewhere = seen((300, 300, 50, 60))

    assert face_errors([elsewhere, off], [theirs]) == [pytest.approx(0.1)]
    assert face_errors([elsewhere], [theirs]) == []


def test_document_has_every_part_of_what_was_measured(tmp_path: Path) -> None:
    ages = [
        row | {"age": age, "gender": "male"}
        for row, age in zip(rows_of(4), ("3", "9", "70", "80"), strict=True)
    ]
    write_set(tmp_path, "ages", ages)
    write_set(tmp_path, "lfw", rows_of(4))
    kinds = [row | {"label": kind} for row, kind in zip(rows_of(2), "ab", strict=True)]
    write_set(tmp_path, "scenes", kinds)
    (tmp_path / "lfw_pairs.csv").write_text("file_a,file_b,same\n0.png,0.png,1\n0.png,3.png,0\n")
    (tmp_path / "net.onnx").write_bytes(b"\0" * 1500)
    pack = FacePack(
        name="mine",
        detector_id="d",
        model_id="m",
        detector=BrightDetector(),
        embedder=ColourEmbedder(),
        licence="",
        files=(tmp_path / "net.onnx", tmp_path / "net.onnx"),
    )
    labeller = Labeller(
        chances=lambda _: {"a": 0.5, "b": 0.4},
        answers={"a": ("a",), "b": ("b",)},
        file=tmp_path / "net.onnx",
    )
    ticks = iter(range(10_000))

    told = document(
        evaluate(
            pack,
            labeller,
            tmp_path,
            teacher=BrightDetector(),
            clock=lambda: float(next(ticks)),
            progress=lambda _: None,
        )
    )

    assert set(told["detector"]) == {"ages", "lfw", "scenes"}
    assert set(told["detector"]["lfw"]) == {"pictures", "recall"}
    assert set(told["detector"]["scenes"]) == {"pictures", "false_share"}
    assert {"pairs", "accuracy", "tpr_at_fpr_0.001"} <= set(told["embedder"]["lfw_pairs"])
    assert told["scenes"]["scenes"]["top1"] == 0.5
    assert told["ms"] == {"detector": 1000.0, "embedder": 1000.0, "scenes": 1000.0}
    assert told["mb"] == {"detector": 0.002, "embedder": 0.002, "scenes": 0.002}
    assert told["groups"]["detector"]["ages"]["age"]["child"]["n"] == 2
    assert "gap" in told["groups"]["embedder"]["ages"]["age"]
    assert told["landmarks"]["lfw"]["mean"] == 0.0
    assert set(told["face_sizes"]) == {str(width) for width in WIDTHS_PX}
