"""Teachers find and tell apart real faces, say their terms, and say what to fetch."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from indexer.errors import MissingResourceError, NotFoundError
from indexer.faces.detector import Detection, Rgb8
from indexer.training.sets import TarSet, open_tar_set
from indexer.training.taught import Listeners, ask_faces
from indexer.training.teachers import (
    TERMS,
    open_detector,
    open_embedder,
    scenes_file,
)

SHARED = Path(__file__).parents[3].parent / "shared"
MODELS = SHARED / "models"
PACK = "insightface:scrfd500m_mobilefacenet"
needs_models = pytest.mark.skipif(
    not MODELS.is_dir(), reason="no ../shared/models beside the project"
)
needs_dlib = pytest.mark.skipif(
    not (find_spec("dlib") and find_spec("face_recognition_models")),
    reason="needs the extra 'train'",
)


@pytest.fixture(scope="module")
def people() -> TarSet:
    if not (SHARED / "data").is_dir():
        pytest.skip("no ../shared/data beside the project")
    return open_tar_set(SHARED / "data" / "lfw.tar")


def of_person(people: TarSet, name: str) -> list[Rgb8]:
    rows = [n for n, row in enumerate(people.rows) if row.identity == name]
    return [people.read(n) for n in rows[:2]]


def in_the_middle(faces: list[Detection], image: Rgb8) -> Detection:
    middle = np.array(image.shape[1::-1]) / 2

    def distance(face: Detection) -> float:
        return float(np.hypot(*(np.array(face.box[:2]) + np.array(face.box[2:]) / 2 - middle)))

    return min(faces, key=distance)


@needs_models
@pytest.mark.parametrize("name", ["yunet", "ultraface", PACK])
def test_detectors_find_the_face_in_the_middle(name: str, people: TarSet) -> None:
    teacher = open_detector(name, MODELS)

    for image in (people.read(0), people.read(1000)):
        face = in_the_middle(teacher.network.detect(image), image)
        assert abs(face.box[0] + face.box[2] / 2 - 100) < 25
        assert abs(face.box[1] + face.box[3] / 2 - 100) < 25
        assert 45 < face.box[2] < 110


@needs_models
@pytest.mark.parametrize("name", [pytest.param("dlib", marks=needs_dlib), "mobilefacenet", PACK])
def test_embedders_tell_people_apart(name: str, people: TarSet) -> None:
    finder, teacher = open_detector("yunet", MODELS), open_embedder(name, MODELS)
    images = [*of_person(people, "Aaron_Sorkin"), *of_person(people, "Abdullah_Gul")]

    vectors = [
        teacher.network.vectors(image, [in_the_middle(finder.network.detect(image), image)])[0]
        for image in images
    ]

    near = np.array(vectors) @ np.array(vectors).T
    assert np.allclose(np.diag(near), 1, atol=1e-4)
    assert min(near[0, 1], near[2, 3]) > near[:2, 2:].max()


@needs_models
def test_faces_of_a_set_come_with_their_vectors(people: TarSet, tmp_path: Path) -> None:
    few = TarSet(name="few", rows=people.rows[:3], tar=people.tar, spans=people.spans[:3])
    quiet = Listeners(progress=lambda *_: None, on_bad=lambda *_: None)

    answers = ask_faces(
        few,
        open_detector("yunet", MODELS),
        open_embedder("mobilefacenet", MODELS),
        tmp_path,
        quiet,
        search=lambda image, detector: detector.detect(image),
    )

    n = len(answers["row"])
    assert n >= 3
    assert set(answers["row"].tolist()) == {0, 1, 2}
    assert answers["box"].shape == (n, 4)
    assert answers["points"].shape == (n, 5, 2)
    assert answers["vector"].shape == (n, 128)


@needs_models
def test_what_may_not_be_shipped_says_so() -> None:
    pack = open_detector(PACK, MODELS)

    assert not pack.terms.may_ship
    assert "non-commercial" in pack.terms.licence
    assert not TERMS["mobilefacenet"].may_ship
    assert TERMS["dlib"].may_ship


@needs_models
def test_score_that_is_asked_for_is_part_of_the_id() -> None:
    one, other = (open_detector("yunet", MODELS, score_min=score) for score in (0.3, 0.5))

    assert one.teacher_id != other.teacher_id


def test_missing_files_are_told_with_their_source(tmp_path: Path) -> None:
    with pytest.raises(MissingResourceError, match=r"no file .*yunet.* below") as caught:
        open_detector("yunet", tmp_path)

    assert "opencv_zoo" in caught.value.remedy
    with pytest.raises(MissingResourceError, match="no folder is named"):
        open_embedder("mobilefacenet", None)
    with pytest.raises(MissingResourceError, match="no embedder in a folder 'buffalo_s'") as caught:
        open_embedder("insightface:buffalo_s", tmp_path)
    assert "models pull buffalo_s" in caught.value.remedy


def test_unknown_teachers_are_told_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(
        NotFoundError, match="no teacher 'mtcnn' by which faces are found"
    ) as caught:
        open_detector("mtcnn", tmp_path)

    assert "yunet" in caught.value.remedy
    with pytest.raises(NotFoundError, match="people are told apart"):
        open_embedder("yunet", tmp_path)
    with pytest.raises(NotFoundError, match="scenes are told"):
        scenes_file("dlib", tmp_path)
