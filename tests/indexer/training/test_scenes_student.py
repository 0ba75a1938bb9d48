"""The scene student's head: what it learns, how it is calibrated, what is written."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch", reason="needs the extra 'train'")
pytest.importorskip("onnx", reason="needs the extra 'train'")

import onnx
import torch

from indexer.scenes.labels import load_scenes
from indexer.training.loop import Plan, teach
from indexer.training.scenes import train_scenes, words_to_teach
from indexer.training.scenes_backbone import BackboneError, read_backbone
from indexer.training.scenes_export import export_student
from indexer.training.scenes_features import view_of
from indexer.training.scenes_student import Head, Lessons, calibrate, look, loss_of, shares_of
from indexer.training.scenes_truth import Truth, truth_of
from indexer.training.sets import FolderSet, PictureSetError, Row
from indexer.training.taught import Listeners

NETWORK = Path(__file__).parents[3].parent / "shared/models/scenes/mobilenetv2-12-int8.onnx"
needs_network = pytest.mark.skipif(
    not NETWORK.is_file(), reason="no ../shared/models beside the project"
)
WORDS = ("dog", "kitchen", "sea")
LENGTH = 24


def features(label: str, count: int, seed: int, noise: float = 0.6) -> NDArray[np.float16]:
    """What fixed layers might see: a spot for the word, and noise."""
    rng = np.random.default_rng([seed, WORDS.index(label)])
    seen = np.abs(rng.normal(0, noise, (count, LENGTH)))
    seen[:, WORDS.index(label) * 4 : WORDS.index(label) * 4 + 4] += 1
    return seen.astype(np.float16)


def set_of(seed: int, count: int = 60) -> tuple[NDArray[np.float16], list[str]]:
    seen = np.concatenate([features(word, count, seed) for word in WORDS])
    return seen, [word for word in WORDS for _ in range(count)]


def truth(labels: list[str]) -> Truth:
    return truth_of(labels, WORDS, np.zeros((len(labels), 0), np.float32), {})


def taught(out: Path) -> Head:
    seen, labels = set_of(1)
    lessons = Lessons(
        views=(seen,),
        truth=truth(labels),
        chances=np.zeros((len(seen), 2), np.float16),
        share=shares_of(labels),
    )
    head = Head(seen.astype(np.float32).mean(0), seen.astype(np.float32).std(0), 3, 1)
    plan = Plan(seed=1, steps=40, rate=5e-3, warm_steps=5)
    told = teach(head, loss_of(lessons, batch=64, seed=1), plan, out).network
    assert isinstance(told, Head)
    return told


def test_head_learns_words_and_a_vector(tmp_path: Path) -> None:
    head = taught(tmp_path)
    seen, labels = set_of(2)

    probabilities, vectors = look(head, seen)

    right = [WORDS[n] == label for n, label in zip(probabilities.argmax(1), labels, strict=True)]
    alike = vectors @ vectors.T
    same = np.equal.outer(labels, labels) & ~np.eye(len(labels), dtype=bool)
    assert np.mean(right) > 0.85
    assert alike[same].mean() > alike[~same].mean() + 0.2


def test_calibration_takes_boasting_back(tmp_path: Path) -> None:
    head = taught(tmp_path)
    with torch.no_grad():
        head.words.weight.mul_(8)
        head.words.bias.mul_(8)
    seen, labels = set_of(3)

    before = look(head, seen)[0]
    calibrate(head, seen, truth(labels))
    after = look(head, seen)[0]

    wanted = truth(labels).wanted
    assert np.square(after - wanted).mean() < np.square(before - wanted).mean()
    assert np.abs(after - 0.5).mean() < np.abs(before - 0.5).mean()


def test_larger_folder_is_taken_oftener_but_not_by_its_size() -> None:
    share = shares_of(["sea"] * 16 + ["dog"] * 4)

    assert share.sum() == pytest.approx(1.0)
    assert share[:16].sum() == pytest.approx(2 * share[16:].sum())


def test_folders_teach_one_word_however_they_are_written() -> None:
    words = words_to_teach(["Beach", "living_room", "Long_Board", "long board", "_Dog house"])

    assert words.count("beach") == words.count("living room") == 1
    assert words[-1] == "long board"
    assert "Beach" not in words
    assert not [word for word in words if "house" in word and word != "lighthouse"]


def test_view_hangs_on_the_picture_the_seed_and_its_number() -> None:
    def network(images: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return images.reshape(1, -1)[:, ::97], images.mean((2, 3))

    picture = np.random.default_rng(3).integers(0, 256, (90, 120, 3), np.uint8)
    plain, other = (view_of(network, view=view, seed=1)(picture) for view in (0, 1))

    again = view_of(network, view=1, seed=1)(picture)
    another_seed = view_of(network, view=1, seed=2)(picture)

    assert np.array_equal(other["features"], again["features"])
    assert not np.array_equal(other["features"], plain["features"])
    assert not np.array_equal(other["features"], another_seed["features"])
    assert plain["chances"].sum() == pytest.approx(1, abs=1e-2)


@needs_network
def test_pictures_of_which_none_can_be_read_are_told_each_time(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(200))
    rows = (Row(file="broken.jpg"),)
    of = FolderSet(name="data", rows=rows, folder=tmp_path, max_side_px=320)
    bad: list[str] = []
    listeners = Listeners(progress=lambda *_: None, on_bad=lambda file, _: bad.append(file))

    for _ in range(2):
        with pytest.raises(PictureSetError, match="no picture to teach with"):
            train_scenes([of], NETWORK, tmp_path / "out", listeners)

    assert bad == ["broken.jpg"] * 4  # of two views


@needs_network
def test_written_student_explains_itself_and_does_what_the_head_does(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    mean = np.abs(rng.normal(0.4, 0.2, 1280)).astype(np.float32)
    head = Head(mean, mean + 0.1, 3, 1)
    with torch.no_grad():
        head.get_buffer("slope").fill_(0.5)
        head.get_buffer("shift").fill_(-1.0)

    written = export_student(NETWORK, head, WORDS, tmp_path / "own.onnx", licence="ours")

    labeller = load_scenes(written.path)
    picture = rng.integers(0, 255, (200, 300, 3)).astype(np.uint8)
    assert labeller.words == WORDS
    assert set(labeller.chances(picture)) == set(WORDS)
    assert labeller.label(picture).vector.shape == (256,)
    assert written.difference < 0.01


def test_network_without_an_average_is_refused(tmp_path: Path) -> None:
    value = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    other = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1])
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Relu", ["x"], ["y"])], "g", [value], [other]
    )
    onnx.save(onnx.helper.make_model(graph), tmp_path / "relu.onnx")

    with pytest.raises(BackboneError, match="averages its maps 0 times"):
        read_backbone(tmp_path / "relu.onnx", keep_classes=False)
