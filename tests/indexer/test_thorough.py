"""A thorough search finds what an ordinary one is too small for; skipped without the networks."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage import data

from indexer.chosen import ModelChoice, describe_models
from indexer.errors import DearMediaError
from indexer.faces.pyramid import Detail
from indexer.looking import look
from indexer.pixels import PixelTask

MODELS = Path(__file__).parents[2].parent / "shared" / "models"
PACK = "insightface:scrfd500m_mobilefacenet"
SIZE = (2600, 1900)
FACE_PX = 24
pytestmark = pytest.mark.skipif(
    not MODELS.is_dir(), reason="no ../shared/models beside the project"
)


def chosen(detail: Detail) -> ModelChoice:
    return ModelChoice(pack=PACK, folder=MODELS / "insightface", scenes=None, detail=detail)


@pytest.fixture
def task(tmp_path: Path) -> PixelTask:
    """A large picture with one far face."""
    portrait = np.asarray(getattr(data, NAME)(), np.uint8)[20:230, 120:330]
    side = FACE_PX * 2
    canvas = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
    canvas[300 : 300 + side, 700 : 700 + side] = cv2.resize(
        portrait, (side, side), interpolation=cv2.INTER_AREA
    )
    path = tmp_path / "far.jpg"
    Image.fromarray(canvas).save(path, quality=95)
    return PixelTask(
        path=path,
        format="jpeg",
        is_video=False,
        orientation=1,
        width=SIZE[0],
        height=SIZE[1],
        mtime_ns=0,
        has_camera=True,
        video_sample_s=1.0,
    )


NAME = "astronaut"  # scikit-image's functions have no type hints


def test_a_far_face_is_found_by_a_thorough_search_only(task: PixelTask) -> None:
    found = {}
    for detail in Detail:
        choice = chosen(detail)
        models = describe_models(choice)
        found[detail] = look(task, choice, models.stage_model).faces

    (face,) = found[Detail.THOROUGH]
    assert found[Detail.NORMAL] == ()
    assert face.box[0] < 700 + FACE_PX < face.box[0] + face.box[2]


def test_pictures_are_searched_again_when_the_detail_changes() -> None:
    normal, thorough = (describe_models(chosen(detail)) for detail in Detail)

    assert not thorough.is_done(normal.stage_model)
    assert normal.faces == thorough.faces


def test_a_thorough_search_waits_for_memory(task: PixelTask) -> None:
    choice = chosen(Detail.THOROUGH)
    models = describe_models(choice)

    with pytest.raises(DearMediaError, match="searching all of it takes 49 MB"):
        look(replace(task, memory_mb=20), choice, models.stage_model)

    alone = look(replace(task, memory_mb=20, is_alone=True), choice, models.stage_model)
    assert alone.faces == ()
    assert "searched up to 1300 px only" in alone.lacks
    assert "raise [index] memory_limit_mb by 50" in alone.lacks
