"""Eight-bit copies are small, near, and keep what the file says of itself."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra 'train'")
pytest.importorskip("onnx", reason="needs the extra 'train'")

import torch
from torch import nn

from indexer.models.session import open_session
from indexer.training.export import ExportError, export_onnx
from indexer.training.quantise import export_int8


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(6)
    network = nn.Sequential(
        nn.Conv2d(3, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 64, 3), nn.ReLU(),
        nn.Conv2d(64, 4, 1),
    )  # fmt: skip
    path = tmp_path_factory.mktemp("quantise") / "whole.onnx"
    export_onnx(
        network,
        path,
        shapes=[(1, 3, 32, 32), (1, 3, 48, 40)],
        input_name="image",
        outputs=["map"],
        facts={"stride": "1"},
    )
    return path


def readings() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.uniform(-1, 1, (1, 3, 32, 32)).astype(np.float32) for _ in range(8)]


def test_copy_is_small_near_and_describes_itself(source: Path, tmp_path: Path) -> None:
    made = export_int8(source, tmp_path / "small.onnx", readings=readings())

    session = open_session(made.path)
    assert made.size_bytes < 0.4 * source.stat().st_size
    assert 0 < made.difference < 0.1
    assert session.get_modelmeta().custom_metadata_map == {"stride": "1"}
    assert session.get_inputs()[0].shape == [1, 3, "height", "width"]


def test_a_copy_too_far_from_its_source_is_not_written(source: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="outputs differ"):
        export_int8(source, tmp_path / "small.onnx", readings=readings(), difference_most=1e-6)

    assert list(tmp_path.iterdir()) == []
