"""Networks that are refused memory, and networks that do not run at all, are told apart."""

import numpy as np
import pytest

from indexer.errors import ModelPackMissingError
from indexer.faces.detector import Detection, Rgb8
from indexer.faces.pyramid import search
from indexer.models.packs import WEIGHTS
from indexer.models.session import NETWORK_ERRORS, open_session, running


class Broken:
    """A detector whose network is not what it seems: no size of picture fits it."""

    band_px = (20.0, 320.0)

    def __init__(self) -> None:
        self._session = open_session(WEIGHTS / "detector.onnx")

    def detect(self, image: Rgb8) -> list[Detection]:
        """What onnxruntime raises."""
        self._session.run(None, {"pixels": image[np.newaxis, :33, :47].astype(np.float32)})
        raise AssertionError


def test_a_network_that_does_not_run_is_named() -> None:
    picture = np.zeros((480, 640, 3), np.uint8)

    with (
        pytest.raises(ModelPackMissingError, match=r"'mine\.onnx': does not run") as raised,
        running("mine.onnx"),
    ):
        search(picture, Broken())

    assert "[models]" in raised.value.remedy


@pytest.mark.parametrize(
    "words",
    [
        "Available memory of 0 is smaller than requested bytes of 19660800",
        "Failed to allocate memory for requested buffer of size 192000000",
        "std::bad_alloc",
    ],
)
def test_a_network_that_is_refused_memory_is_not_to_blame(words: str) -> None:
    refused = NETWORK_ERRORS[0](f"Non-zero status code returned while running Sub node: {words}")

    with pytest.raises(MemoryError, match="more memory than a worker may take"), running("any"):
        raise refused
