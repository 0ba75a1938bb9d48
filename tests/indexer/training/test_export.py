"""Exported networks do what torch does, and a file that does not is never written."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra 'train'")
pytest.importorskip("onnx", reason="needs the extra 'train'")

import onnx
import torch
from torch import nn

from indexer.models.session import open_session
from indexer.training.export import Exported, ExportError, difference, export_onnx, run_onnx


class TwoHeads(nn.Module):
    """What our detectors are made of, small."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 16, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(16),
            nn.PReLU(16),
            nn.Conv2d(16, 16, 3, padding=1, groups=16, bias=False),
            nn.BatchNorm2d(16),
            nn.SiLU(),
        )
        self.score = nn.Conv2d(16, 1, 1)
        self.box = nn.Conv2d(16, 4, 1)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        deep = self.body(image)
        larger = nn.functional.interpolate(deep, scale_factor=2.0, mode="nearest")
        return torch.sigmoid(self.score(larger)), self.box(deep)


class Spread(nn.Module):
    """Random at every call: no export can do what it does."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return image + torch.rand(1)


@pytest.fixture(scope="module")
def network() -> TwoHeads:
    torch.manual_seed(3)
    made = TwoHeads()
    for norm in (made.body[1], made.body[4]):
        norm.running_mean.normal_()
        norm.running_var.uniform_(0.5, 2.0)
    return made


SHAPES = ((1, 3, 64, 64), (2, 3, 32, 96))


def export(network: nn.Module, path: Path) -> Exported:
    return export_onnx(
        network,
        path,
        shapes=SHAPES,
        input_name="image",
        outputs=("score", "box"),
        facts={"stride": "2", "words": "face"},
    )


def test_export_does_what_torch_does_at_other_sizes(network: TwoHeads, tmp_path: Path) -> None:
    made = export(network, tmp_path / "net.onnx")

    values = np.random.default_rng(7).normal(size=(3, 3, 40, 72)).astype(np.float32)
    with torch.no_grad():
        wanted = [part.numpy() for part in network.eval()(torch.from_numpy(values))]
    assert made.difference < 1e-5
    assert difference(run_onnx(made.path, values), wanted) < 1e-5


def test_file_describes_itself_and_folds_batch_normalisation(
    network: TwoHeads, tmp_path: Path
) -> None:
    made = export(network, tmp_path / "net.onnx")

    session = open_session(made.path)
    kinds = {node.op_type for node in onnx.load(made.path).graph.node}
    assert session.get_modelmeta().custom_metadata_map == {"stride": "2", "words": "face"}
    assert [output.name for output in session.get_outputs()] == ["score", "box"]
    assert session.get_inputs()[0].shape == ["batch", 3, "height", "width"]
    assert "BatchNormalization" not in kinds


def test_no_place_of_this_machine_is_in_the_file(network: TwoHeads, tmp_path: Path) -> None:
    made = export(network, tmp_path / "net.onnx")

    content = made.path.read_bytes()
    assert b".py" not in content
    assert str(Path(__file__).parents[3]).encode() not in content


def test_two_exports_are_the_same_bytes(network: TwoHeads, tmp_path: Path) -> None:
    one = export(network, tmp_path / "one.onnx")
    other = export(network, tmp_path / "other.onnx")

    assert one.path.read_bytes() == other.path.read_bytes()


def test_byte_weights_quarter_the_file_and_hardly_change_it(tmp_path: Path) -> None:
    torch.manual_seed(4)
    network = nn.Sequential(nn.Conv2d(3, 64, 3), nn.ReLU(), nn.Conv2d(64, 64, 3))
    with torch.no_grad():
        network[2].weight[:32] *= 1e-3  # a scale for all outputs would lose these
        network[2].bias[:32] = 0

    whole, short = (
        export_onnx(
            network,
            tmp_path / f"{shortened}.onnx",
            shapes=[(1, 3, 16, 16)],
            input_name="image",
            outputs=["deep"],
            facts={},
            byte_weights=shortened,
        )
        for shortened in (False, True)
    )

    values = np.random.default_rng(1).normal(size=(1, 3, 16, 16)).astype(np.float32)
    (exact,), (rounded,) = (run_onnx(made.path, values) for made in (whole, short))
    faint = np.abs(rounded - exact)[:, :32].max() / np.abs(exact[:, :32]).max()
    assert short.size_bytes < 0.28 * whole.size_bytes
    assert 0 < short.difference < 0.02
    assert faint < 0.02


def test_network_keeps_its_mode(network: TwoHeads, tmp_path: Path) -> None:
    network.train()

    export(network, tmp_path / "net.onnx")

    assert network.training
    assert network.body[1].num_batches_tracked == 0


def test_a_file_that_differs_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"net\.onnx: outputs differ from torch's by 0\.\d+"):
        export_onnx(
            Spread(),
            tmp_path / "net.onnx",
            shapes=[(1, 3, 8, 8)],
            input_name="image",
            outputs=["more"],
            facts={},
        )

    assert list(tmp_path.iterdir()) == []


def test_outputs_of_other_shapes_differ() -> None:
    with pytest.raises(ExportError, match="shapes"):
        difference([np.zeros((1, 2), np.float32)], [np.zeros((2, 1), np.float32)])


def test_not_a_number_is_never_close() -> None:
    broken = [np.array([np.nan], np.float32)]

    assert difference(broken, [np.ones(1, np.float32)]) == float("inf")
