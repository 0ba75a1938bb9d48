"""The real networks on a real face; skipped where they are not beside the project."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data

from indexer.faces.detector import Rgb8
from indexer.faces.embed import ArcFace
from indexer.faces.find import FoundFace, find_faces
from indexer.faces.pack import FacePack
from indexer.faces.yunet import YuNet
from indexer.models.packs import BUILTIN
from indexer.models.registry import load_faces
from indexer.models.session import open_session

MODELS = Path(__file__).parents[3].parent / "shared" / "models"
pytestmark = pytest.mark.skipif(
    not MODELS.is_dir(), reason="no ../shared/models beside the project"
)


def shipped(name: str) -> Rgb8:
    """A sample picture of scikit-image, whose functions have no type hints."""
    return np.asarray(getattr(data, name)(), np.uint8)


@pytest.fixture(scope="module")
def pack() -> FacePack:
    return load_faces("insightface:scrfd2.5g_mobilefacenet", MODELS / "insightface")


@pytest.fixture(scope="module")
def portrait() -> Rgb8:
    return shipped("astronaut")


def on_canvas(portrait: Rgb8, side_px: int, *, width: int = 1280, height: int = 960) -> Rgb8:
    canvas = np.full((height, width, 3), 90, np.uint8)
    canvas[100 : 100 + side_px, 200 : 200 + side_px] = cv2.resize(
        portrait, (side_px, side_px), interpolation=cv2.INTER_AREA
    )
    return canvas


def find_one(image: Rgb8, pack: FacePack, full_size: tuple[int, int] | None = None) -> FoundFace:
    (face,) = find_faces(image, pack, full_size=full_size or (image.shape[1], image.shape[0]))
    return face


def test_a_face_is_found_where_it_is(pack: FacePack, portrait: Rgb8) -> None:
    face = find_one(portrait, pack)

    x, y, w, h = face.box
    assert x < 225 < x + w
    assert y < 110 < y + h
    assert 70 < w < 130
    left_eye, right_eye, nose, *mouth = face.landmarks
    assert left_eye[0] < nose[0] < right_eye[0]
    assert nose[1] < min(corner[1] for corner in mouth)


def test_vector_has_the_models_length_and_unit_norm(pack: FacePack, portrait: Rgb8) -> None:
    face = find_one(portrait, pack)

    assert face.embedding.shape == (128,)
    assert float(np.linalg.norm(face.embedding)) == pytest.approx(1.0, abs=1e-5)
    assert face.crop.shape == (112, 112, 3)


def test_boxes_are_given_in_full_size_pixels(pack: FacePack, portrait: Rgb8) -> None:
    small = find_one(portrait, pack)
    large = find_one(portrait, pack, (2048, 2048))

    assert np.array(large.box) == pytest.approx(np.array(small.box) * 4)
    assert large.quality.size_px == pytest.approx(small.quality.size_px * 4)


def test_the_same_face_has_the_same_vector_small_turned_and_brighter(
    pack: FacePack, portrait: Rgb8
) -> None:
    original = find_one(portrait, pack)
    turn = cv2.getRotationMatrix2D((256, 256), 15, 1.0)
    turned = np.asarray(cv2.warpAffine(portrait, turn, (512, 512)), np.uint8)
    brighter = np.clip(portrait.astype(np.float32) * 1.2, 0, 255).astype(np.uint8)
    variants = (on_canvas(portrait, 300), turned, brighter)

    nearness = [float(find_one(v, pack).embedding @ original.embedding) for v in variants]

    assert min(nearness) > 0.8


def test_a_face_that_fills_the_picture_is_found(pack: FacePack, portrait: Rgb8) -> None:
    close = cv2.resize(portrait[20:230, 120:330], (1280, 1280), interpolation=cv2.INTER_CUBIC)

    face = find_one(np.asarray(close, np.uint8), pack)

    assert face.box[2] > 500


def test_a_poor_face_is_told_from_a_good_one(pack: FacePack, portrait: Rgb8) -> None:
    soft = np.asarray(cv2.GaussianBlur(portrait, (0, 0), 5), np.uint8)

    good, poor = find_one(portrait, pack).quality, find_one(soft, pack).quality

    assert good.quality > 0.5
    assert poor.quality < 0.3


def test_pictures_without_faces_have_none(pack: FacePack) -> None:
    blank, dot = np.zeros((40, 2000, 3), np.uint8), np.zeros((1, 1, 3), np.uint8)

    for pixels in (shipped("coffee"), shipped("rocket"), blank, dot):
        assert find_faces(pixels, pack, full_size=(pixels.shape[1], pixels.shape[0])) == ()


def test_yunet_finds_the_same_landmarks(pack: FacePack, portrait: Rgb8) -> None:
    scrfd = pack.detector.detect(portrait)[0]
    file = MODELS / "detectors" / "face_detection_yunet_2026may.onnx"

    yunet = YuNet(open_session(file), 0.7).detect(portrait)[0]

    assert np.abs(yunet.landmarks - scrfd.landmarks).max() < 8.0


def test_yunet_agrees_with_opencvs_own_decoder(portrait: Rgb8) -> None:
    file = MODELS / "detectors" / "face_detection_yunet_2026may.onnx"
    oracle = cv2.FaceDetectorYN.create(str(file), "", (512, 512), 0.7, 0.3)
    _, rows = oracle.detect(np.ascontiguousarray(portrait[..., ::-1]))

    found = YuNet(open_session(file), 0.7).detect(portrait)

    assert len(found) == len(rows)
    assert np.array(found[0].box) == pytest.approx(rows[0][:4], abs=1.0)
    # OpenCV lists the eye at the right of the person first, which is left in the picture: ours too.
    assert found[0].landmarks.ravel() == pytest.approx(rows[0][4:14], abs=1.0)
    assert found[0].score == pytest.approx(float(rows[0][14]), abs=0.01)


def test_faces_embedded_together_come_out_as_one_by_one_in_their_order(portrait: Rgb8) -> None:
    embedder = load_faces(BUILTIN, None).embedder
    crops = np.stack(
        [cv2.resize(portrait[:200, at : at + 200], (112, 112)) for at in range(0, 300, 50)]
    )

    together = embedder.embed(np.asarray(crops, np.uint8))

    alone = [embedder.embed(np.asarray(crop, np.uint8)[np.newaxis])[0] for crop in crops]
    assert together == pytest.approx(np.stack(alone), abs=1e-4)


def test_an_embedder_refuses_crops_of_another_size(pack: FacePack) -> None:
    assert isinstance(pack.embedder, ArcFace)

    with pytest.raises(ValueError, match=r"\[n, 112, 112, 3\]"):
        pack.embedder.embed(np.zeros((1, 96, 112, 3), np.uint8))


@pytest.mark.filterwarnings("ignore:`estimate` is deprecated:FutureWarning")
def test_insightface_finds_the_same_face_and_vector(pack: FacePack, portrait: Rgb8) -> None:
    app = pytest.importorskip("insightface.app", reason="the extra insightface is absent")
    oracle = app.FaceAnalysis(
        name="scrfd2.5g_mobilefacenet",
        root=str(MODELS / "insightface"),
        providers=["CPUExecutionProvider"],
    )
    oracle.prepare(ctx_id=-1, det_size=(640, 640))
    (theirs,) = oracle.get(np.ascontiguousarray(portrait[..., ::-1]))

    ours = find_one(portrait, pack)

    x, y, w, h = ours.box
    assert np.array([x, y, x + w, y + h]) == pytest.approx(theirs.bbox, abs=4.0)
    assert float(ours.embedding @ theirs.normed_embedding) > 0.97
