"""Faces of all sizes, once each: a detector that sees white squares of a limited range of sides."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from indexer.faces.detector import Detection, FaceDetector, Hints, Rgb8
from indexer.faces.hints import WINDOW_PX, windows_around
from indexer.faces.pyramid import (
    copies,
    count_scales,
    each_once,
    first_scale,
    scales_most,
    search,
    side,
    thorough_px,
)
from indexer.models.registry import load_faces
from indexer.models.session import NETWORK_ERRORS

MODELS = Path(__file__).parents[3].parent / "shared" / "models"
BAND_PX = (10.0, 80.0)


@dataclass(frozen=True, slots=True)
class Squares:
    """Finds white squares whose sides it can see."""

    band_px: tuple[float, float] = BAND_PX

    def detect(self, image: Rgb8) -> list[Detection]:
        """White areas, the largest first."""
        white = (image[..., 0] > 127).astype(np.uint8)
        _, _, rows, _ = cv2.connectedComponentsWithStats(white)
        low, high = self.band_px
        return [
            squared(*map(float, row[:4]))
            for row in rows[1:]
            if low * 0.8 <= (row[2] * row[3]) ** 0.5 <= high * 1.3
        ]


def shipped(name: str) -> Rgb8:
    """A sample picture of scikit-image, whose functions have no type hints."""
    return np.asarray(getattr(data, name)(), np.uint8)


@pytest.fixture(scope="module")
def scrfd() -> FaceDetector:
    return load_faces("insightface:scrfd2.5g_mobilefacenet", MODELS / "insightface").detector


def squared(x: float, y: float, w: float, h: float) -> Detection:
    landmarks = np.array([[x, y], [x + w, y], [x, y], [x, y + h], [x + w, y + h]], np.float32)
    return Detection(box=(x, y, w, h), score=0.9, landmarks=landmarks)


def picture(width: int, height: int, squares: list[tuple[int, int, int]]) -> Rgb8:
    image = np.zeros((height, width, 3), np.uint8)
    for x, y, size in squares:
        image[y : y + size, x : x + size] = 255
    return image


sizes = st.tuples(st.integers(60, 2600), st.integers(60, 2600))


@settings(max_examples=40, deadline=None)
@given(sizes, st.data())
def test_a_face_of_any_size_anywhere_is_found_once(
    size: tuple[int, int], draw: st.DataObject
) -> None:
    width, height = size
    face_px = draw.draw(st.integers(12, min(width, height) * 3 // 4), "side")
    x = draw.draw(st.integers(1, width - face_px - 1), "x")
    y = draw.draw(st.integers(1, height - face_px - 1), "y")

    found = search(picture(width, height, [(x, y, face_px)]), Squares(), longest_px=2600)

    (face,) = found
    middle = face.box[0] + face.box[2] / 2, face.box[1] + face.box[3] / 2
    slack_px = 2 + face_px * 0.2
    assert side(face) == pytest.approx(face_px, abs=slack_px)
    assert middle == pytest.approx((x + face_px / 2, y + face_px / 2), abs=slack_px)
    assert face.landmarks[0] == pytest.approx(face.box[:2], abs=1e-3)


def test_faces_of_twenty_to_two_thousand_pixels_are_found_in_24_megapixels() -> None:
    squares = [(100 + 400 * n, 60, side_px) for n, side_px in enumerate((20, 40, 80, 160, 320))]
    image = picture(6000, 4000, [*squares, (3000, 500, 640), (500, 1500, 2000)])

    found = search(image, Squares(band_px=(15, 128)), longest_px=6000)

    sides = sorted(side(face) for face in found)
    assert sides == pytest.approx([20, 40, 80, 160, 320, 640, 2000], rel=0.1)


@given(st.integers(1, 9000), st.integers(1, 9000), st.integers(320, 6000))
def test_no_copy_is_larger_than_the_picture(width: int, height: int, longest_px: int) -> None:
    scale = first_scale(width, height, longest_px)

    assert scale <= 1
    assert max(width, height) * scale >= min(longest_px, max(width, height)) - 1e-6


def test_each_copy_is_half_of_the_one_before_and_keeps_the_aspect() -> None:
    image = np.full((427, 640, 3), 200, np.uint8)

    views = copies(image, 1.0, 5)

    assert [view.shape[:2] for view in views] == [
        (427, 640),
        (214, 320),
        (107, 160),
        (54, 80),
        (27, 40),
    ]
    assert all((view == 200).all() for view in views)


def test_pictures_are_not_modified() -> None:
    image = picture(700, 500, [(50, 50, 30)])
    before = image.copy()

    search(image, Squares())

    assert np.array_equal(image, before)


@dataclass(frozen=True, slots=True)
class Hungry:
    """Sees squares, but is refused the memory for views of more than so many pixels."""

    most_px: int
    band_px: tuple[float, float] = BAND_PX

    def detect(self, image: Rgb8) -> list[Detection]:
        """White areas, or what onnxruntime raises."""
        if image.shape[0] * image.shape[1] > self.most_px:
            raise NETWORK_ERRORS[0]("Available memory is smaller than requested bytes")
        return Squares().detect(image)


def test_a_detector_that_is_refused_memory_is_given_smaller_tiles() -> None:
    squares = list(spread(np.random.default_rng(1)))
    image = picture(1280, 960, squares)

    found = search(image, Hungry(most_px=200_000))

    assert len(found) == len(squares)


def test_a_detector_that_is_refused_every_tile_is_told() -> None:
    with pytest.raises(MemoryError, match="more memory than a worker may take"):
        search(picture(1280, 960, []), Hungry(most_px=10))


@pytest.mark.parametrize("most_px", [100_000, 160_000, 400_000, 900_000])
def test_tiles_of_any_size_find_the_same_faces(most_px: int) -> None:
    squares = list(spread(np.random.default_rng(2)))

    found = search(picture(1280, 960, squares), Squares(), most_px=most_px)

    assert len(found) == len(squares)


def test_a_thorough_search_shows_the_detector_every_face_of_twenty_pixels() -> None:
    assert thorough_px(6000, 4000, 10.0) == 3000
    assert thorough_px(6000, 4000, 24.0) == 6000
    assert thorough_px(640, 480, 20.0) == 1280


def test_a_wide_band_needs_few_copies_and_an_ordinary_search_has_five_at_most() -> None:
    assert count_scales(480, (20, 320)) == 2
    assert count_scales(960, (10, 64)) == 5
    assert (scales_most(1280), scales_most(6000)) == (5, 8)


@dataclass(frozen=True, slots=True)
class Traces(Squares):
    """Finds squares, and sees a trace of those half as large; notes how much it is shown."""

    shown_px: list[int] = field(default_factory=list)

    def detect_hinting(self, image: Rgb8) -> tuple[list[Detection], Hints]:
        """White areas, and the middles of those too small to be told."""
        self.shown_px.append(image.shape[0] * image.shape[1])
        low, high = self.band_px
        small = Squares((low / 2, high / 2)).detect(image)
        boxes = np.array([face.box for face in small], np.float32).reshape(-1, 4)
        hints = np.concatenate([boxes[:, :2] + boxes[:, 2:] / 2, boxes[:, 2:3]], axis=1)
        return self.detect(image), hints


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([100_000, 300_000, 1_700_000]))
def test_hints_lead_to_every_face_that_a_whole_search_finds(seed: int, most_px: int) -> None:
    rng = np.random.default_rng(seed)
    squares = [square for square in spread(rng) if rng.random() < 0.3]
    image = picture(1280, 960, [(x, y, max(12, side_px // 2)) for x, y, side_px in squares])
    band_px = 10.0, 40.0

    everywhere = search(image, Squares(band_px), most_px=most_px)
    hinted = search(image, Traces(band_px), most_px=most_px)

    assert sorted(side(face) for face in hinted) == pytest.approx(
        sorted(side(face) for face in everywhere), abs=4
    )
    assert len(hinted) == len(squares)


def test_where_nothing_hints_at_a_face_the_largest_copy_is_not_searched() -> None:
    detector = Traces((10.0, 40.0))

    search(picture(1280, 960, [(600, 300, 20)]), detector)

    assert detector.shown_px == [640 * 480, 320 * 240, 160 * 120, 80 * 60, WINDOW_PX**2]


def test_picture_full_of_hints_is_searched_as_a_whole() -> None:
    detector = Traces((10.0, 40.0))
    squares = [(x, y, 14) for y in range(8, 950, 30) for x in range(8, 1270, 30)]

    found = search(picture(1280, 960, squares), detector)

    assert len(found) == len(squares)
    assert 1280 * 960 in detector.shown_px


@given(st.integers(128, 3000), st.integers(128, 3000), st.integers(0, 40), st.integers(0, 9999))
def test_every_hint_lies_in_the_core_of_a_window_within_the_picture(
    width: int, height: int, n_hints: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    hints = np.column_stack(
        [rng.uniform(0, (width, height), (n_hints, 2)), rng.normal(size=n_hints)]
    )

    windows = windows_around(hints.astype(np.float32), width, height)

    for tile in windows or ():
        assert 0 <= tile.left <= width - tile.width
        assert 0 <= tile.top <= height - tile.height
    for x, y in hints[:, :2] if windows is not None else ():
        assert any(
            tile.core[0] <= x <= tile.core[2] and tile.core[1] <= y <= tile.core[3]
            for tile in windows or ()
        )


def test_the_smallest_picture_is_searched() -> None:
    assert search(np.zeros((1, 1, 3), np.uint8), Squares()) == []


@pytest.mark.skipif(not MODELS.is_dir(), reason="no ../shared/models beside the project")
@pytest.mark.parametrize("face_share", [0.05, 0.12, 0.25, 0.5, 0.9])
def test_a_real_detector_finds_a_portrait_at_every_size(
    scrfd: FaceDetector, face_share: float
) -> None:
    portrait = shipped("astronaut")[20:230, 120:330]
    canvas = np.full((960, 1280, 3), 90, np.uint8)
    size = round(960 * face_share)
    canvas[5 : 5 + size, 40 : 40 + size] = cv2.resize(
        portrait, (size, size), interpolation=cv2.INTER_AREA
    )

    found = search(canvas, scrfd)

    assert len(found) == 1
    assert side(found[0]) == pytest.approx(size * 0.52, rel=0.2)


def test_overlapping_copies_do_not_report_twice() -> None:
    rng = np.random.default_rng(1)
    squares = list(spread(rng))
    image = picture(1280, 960, squares)

    found = search(image, Squares())

    assert len(found) == len(squares)


def spread(rng: np.random.Generator) -> Iterator[tuple[int, int, int]]:
    """Squares of all sides from 12 to 150 px on a grid that keeps them apart."""
    for row in range(6):
        for column in range(8):
            yield column * 160 + 4, row * 160 + 4, int(rng.integers(12, 150))


def test_face_that_two_scales_answer_for_is_reported_once() -> None:
    landmarks = np.zeros((5, 2), np.float32)
    boxes = {1.0: (783, 255, 167, 226), 0.54: (732, 267, 268, 338), 0.9: (960, 250, 160, 220)}
    seen = [
        Detection(box=box, score=score, landmarks=landmarks) for score, box in sorted(boxes.items())
    ]

    kept = each_once(sorted(seen, key=lambda face: -face.score))

    assert [face.score for face in kept] == [1.0, 0.9]
