"""A picture is labelled by its half: the labeller cannot tell."""

import cv2
import numpy as np
import pytest
from skimage import data

from indexer.chosen import ModelChoice, tools_of
from indexer.measuring import labels_of

NAMES = ("astronaut", "coffee", "chelsea")


@pytest.mark.parametrize("name", NAMES)
def test_labels_of_half_a_picture_are_those_of_the_whole(name: str) -> None:
    tools = tools_of(ModelChoice(pack="", folder=None, scenes=None))
    shipped = np.asarray(getattr(data, name)(), np.uint8)  # functions without type hints
    image = np.asarray(cv2.resize(shipped, (1280, 960), interpolation=cv2.INTER_CUBIC), np.uint8)
    assert tools.scenes is not None

    seen, whole = labels_of(image, tools), tools.scenes.label(image)

    assert seen is not None
    assert float(seen.vector @ whole.vector) > 0.99
    assert [word for word, _ in seen.words[:3]] == [word for word, _ in whole.words[:3]]
