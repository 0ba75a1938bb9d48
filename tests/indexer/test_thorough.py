"""A thorough search finds what an ordinary one is too small for, in the memory there is."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage import data

from indexer.budget import share_out
from indexer.chosen import ModelChoice, describe_models
from indexer.errors import DearMediaError
from indexer.faces.pyramid import Detail
from indexer.looking import look
from indexer.photographs import searched_px
from indexer.pixels import PixelTask
from tests.made import picture_task

MODELS = Path(__file__).parents[2].parent / "shared" / "models"
FOREIGN = "insightface:scrfd500m_mobilefacenet"
SIZE = (2600, 1900)
FACE_PX = 24


def chosen(detail: Detail, pack: str = "builtin") -> ModelChoice:
    return ModelChoice(pack=pack, folder=MODELS / "insightface", scenes=None, detail=detail)


@pytest.fixture
def task(tmp_path: Path) -> PixelTask:
    """A large picture with one far face."""
    return drawn(tmp_path, SIZE)


def drawn(folder: Path, size: tuple[int, int]) -> PixelTask:
    portrait = np.asarray(getattr(data, NAME)(), np.uint8)[20:230, 120:330]
    side = FACE_PX * 2
    canvas = np.full((size[1], size[0], 3), 90, np.uint8)
    canvas[300 : 300 + side, 700 : 700 + side] = cv2.resize(
        portrait, (side, side), interpolation=cv2.INTER_AREA
    )
    path = folder / "far.jpg"
    Image.fromarray(canvas).save(path, quality=95)
    return picture_task(path, *size)


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

    with pytest.raises(DearMediaError, match="searching all of it takes 33 MB"):
        look(replace(task, memory_mb=20), choice, models.stage_model)

    alone = look(replace(task, memory_mb=20, is_alone=True), choice, models.stage_model)
    assert alone.faces == ()
    assert "searched up to 1300 px only" in alone.lacks
    assert "raise [index] memory_limit_mb by 50" in alone.lacks


@pytest.mark.skipif(not MODELS.is_dir(), reason="no ../shared/models beside the project")
def test_other_packs_search_small_pictures_as_large_as_they_are(tmp_path: Path) -> None:
    choice = chosen(Detail.THOROUGH, FOREIGN)

    pixels = look(drawn(tmp_path, (1280, 960)), choice, describe_models(choice).stage_model)

    assert len(pixels.faces) == 1


def test_a_phones_picture_is_searched_thoroughly_while_the_others_pause() -> None:
    models, budget = describe_models(chosen(Detail.THOROUGH)), share_out(512, 2)
    phone, far, small = (
        searched_px(picture_task(Path("a.jpg"), *size), models, Detail.THOROUGH)[1]
        for size in ((4032, 3024), (6000, 4000), (3264, 2448))
    )

    assert small + budget.arena_mb <= budget.worker_mb
    assert budget.worker_mb < phone + budget.arena_mb <= budget.paused_mb
    assert budget.paused_mb < far + budget.arena_mb <= budget.heavy_mb


def test_clips_are_not_looked_at_again_when_the_detail_changes() -> None:
    normal, thorough = (describe_models(chosen(detail)) for detail in Detail)

    assert thorough.is_done(normal.stage_model, is_clip=True)
    assert normal.is_done(thorough.stage_model, is_clip=True)
    assert not normal.is_done(thorough.stage_model)
