"""Core ML programs say what was asked for; what they compute is told where a Mac runs them."""

import logging
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra 'train'")
pytest.importorskip("onnx", reason="needs the extra 'train'")
if not find_spec("coremltools"):
    pytest.skip("needs the extra 'coreml'", allow_module_level=True)

import torch
from torch import nn

from indexer.training.coreml import Span, can_predict, check_read_back, export_coreml
from indexer.training.export import ExportError

SHAPE = (1, 3, Span(least=32, most=640), Span(least=32, most=640))
FACTS = {"stride": "2"}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(5)
    network = nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.PReLU(8), nn.Conv2d(8, 5, 1)
    )
    path = tmp_path_factory.mktemp("coreml") / "net.mlpackage"
    return export_coreml(
        network, path, shape=SHAPE, input_name="image", outputs=["map"], facts=FACTS
    ).path


def test_package_is_a_program_with_open_sizes(package: Path) -> None:
    check_read_back(package, SHAPE, "image", ["map"], FACTS)

    assert [path.name for path in package.parent.iterdir()] == ["net.mlpackage"]


@pytest.mark.parametrize(
    ("shape", "outputs", "facts"),
    [
        ((1, 3, 32, 32), ["map"], FACTS),
        (SHAPE, ["boxes"], FACTS),
        (SHAPE, ["map"], {"stride": "4"}),
    ],
    ids=["sizes", "outputs", "facts"],
)
def test_a_package_that_says_otherwise_is_refused(
    package: Path, shape: tuple[int | Span, ...], outputs: list[str], facts: dict[str, str]
) -> None:
    with pytest.raises(ExportError, match="asked for was"):
        check_read_back(package, shape, "image", outputs, facts)


def test_export_writes_nothing_on_standard_error(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = logging.StreamHandler(sys.stderr)
    monkeypatch.setattr(logging.getLogger("coremltools"), "handlers", [terminal])

    export_coreml(
        nn.Conv2d(3, 4, 1),
        tmp_path / "net.mlpackage",
        shape=(1, 3, 8, 8),
        input_name="image",
        outputs=["map"],
        facts={},
    )

    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not can_predict(), reason="only macOS runs Core ML")
def test_a_mac_computes_what_torch_computes(tmp_path: Path) -> None:
    made = export_coreml(
        nn.Conv2d(3, 4, 3),
        tmp_path / "net.mlpackage",
        shape=SHAPE,
        input_name="image",
        outputs=["map"],
        facts={},
    )

    assert made.difference is not None
    assert made.difference < 1e-2
