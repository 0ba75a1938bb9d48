"""The built-in detector finds a face of any size in 24 megapixels, and once."""

import cv2
import numpy as np
import pytest
from skimage import data

from indexer.faces.detector import FaceDetector, Rgb8
from indexer.faces.pyramid import search, side, thorough_px
from indexer.models.packs import BUILTIN
from indexer.models.registry import load_faces

SIZE = (6000, 4000)
QUICK_PX = {24, 320, 2000}
FACE_SHARE = 0.47
"""Side of the face's box in that of the portrait."""
NAME = "astronaut"  # scikit-image's functions have no type hints


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return load_faces(BUILTIN, None).detector


@pytest.fixture(scope="module")
def background() -> Rgb8:
    """Soft colours and some grain, without anything that looks like a face."""
    rng = np.random.default_rng(3)
    coarse = rng.integers(40, 200, (40, 60, 3), np.uint8)
    soft = cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC)
    grain = np.tile(rng.integers(0, 12, (500, 500, 1), np.uint8), (8, 12, 3))
    return np.asarray(cv2.add(soft, grain), np.uint8)


@pytest.mark.parametrize(
    "face_px",
    [
        pytest.param(px, marks=() if px in QUICK_PX else pytest.mark.long)
        for px in (20, 24, 40, 80, 113, 160, 226, 320, 640, 1280, 2000)
    ],
)
def test_face_is_found_once(detector: FaceDetector, background: Rgb8, face_px: int) -> None:
    portrait = np.asarray(getattr(data, NAME)(), np.uint8)[20:230, 120:330]
    length = round(face_px / FACE_SHARE)
    way = cv2.INTER_AREA if length < len(portrait) else cv2.INTER_CUBIC
    x, y = np.random.default_rng(face_px).integers(0, np.array(SIZE) - min(length, 3999))
    image = background.copy()
    place = image[y : y + length, x : x + length]
    place[:] = cv2.resize(portrait, (length, length), interpolation=way)[: len(place)]

    found = search(
        image, detector, longest_px=thorough_px(*SIZE, detector.band_px[0]), most_px=650_000
    )

    (face,) = found
    middle = face.box[0] + face.box[2] / 2 - x, face.box[1] + face.box[3] / 2 - y
    assert middle == pytest.approx((length * 0.49, length * 0.47), abs=0.15 * length)
    assert side(face) == pytest.approx(face_px, rel=0.25)
