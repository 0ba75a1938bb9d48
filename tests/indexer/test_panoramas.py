"""A panorama is decoded as large as its short side needs; skimage's portrait is far within it."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage import data

from indexer.chosen import ModelChoice, describe_models
from indexer.errors import DearMediaError
from indexer.looking import look
from indexer.pixels import PixelTask
from tests.made import picture_task

CHOICE = ModelChoice(pack="builtin", folder=None, scenes=None)
NAME = "astronaut"  # scikit-image's functions have no type hints
WIDTH_PX, HEIGHT_PX, FACE_PX = 8000, 1000, 60


@pytest.fixture
def task(tmp_path: Path) -> PixelTask:
    """A panorama with one face: 10 px high where the long side has 1280, 38 where it has 5120."""
    portrait = np.asarray(getattr(data, NAME)(), np.uint8)[20:230, 120:330]
    side_px = FACE_PX * 2
    canvas = np.full((HEIGHT_PX, WIDTH_PX, 3), 90, np.uint8)
    canvas[300 : 300 + side_px, 700 : 700 + side_px] = cv2.resize(
        portrait, (side_px, side_px), interpolation=cv2.INTER_AREA
    )
    path = tmp_path / "panorama.jpg"
    Image.fromarray(canvas).save(path, quality=95)
    return picture_task(path, WIDTH_PX, HEIGHT_PX)


def test_a_far_face_is_found_in_a_panorama(task: PixelTask) -> None:
    stage_model = describe_models(CHOICE).stage_model

    pixels = look(task, CHOICE, stage_model)

    (face,) = pixels.faces
    assert face.box[0] < 700 + FACE_PX < face.box[0] + face.box[2]
    assert pixels.lacks == ""


def test_a_panorama_waits_for_memory_and_tells_what_it_lacked(task: PixelTask) -> None:
    stage_model = describe_models(CHOICE).stage_model
    tight = replace(task, memory_mb=16)

    with pytest.raises(DearMediaError, match="searching all of it takes 23 MB"):
        look(tight, CHOICE, stage_model)

    alone = look(replace(tight, is_alone=True), CHOICE, stage_model)
    assert "searched up to 2560 px only" in alone.lacks
    assert "memory_limit_mb" in alone.lacks
