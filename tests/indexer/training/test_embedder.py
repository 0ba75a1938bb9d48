"""A student learns from a real teacher on real faces, goes on where it was killed, is written."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra 'train'")
pytest.importorskip("onnx", reason="needs the extra 'train'")
pytest.importorskip("face_recognition_models", reason="needs the extra 'train'")

import onnxruntime as ort
import torch
from torch.nn import functional

from indexer.faces.embed import ArcFace
from indexer.models.session import open_session
from indexer.training import student_embedder
from indexer.training.embedder import (
    Schedule,
    face_loss,
    strangers,
    told_apart,
)
from indexer.training.embedder_lesson import Batch
from indexer.training.embedder_net import EmbedderNet
from indexer.training.embedder_run import ANSWERS, FACES, RUN, WEIGHTS, train_embedder
from indexer.training.job import Job
from indexer.training.loop import CHECKPOINT, CURVES, REPORT, averaged_weights
from indexer.training.quantise import nodes_below
from indexer.training.sets import TarSet, open_tar_set
from indexer.training.taught import Listeners
from indexer.training.teachers import open_detector, open_embedder

SHARED = Path(__file__).parents[4] / "shared"
LFW = SHARED / "data" / "lfw.tar"
SHORT = Schedule(steps=2)


class KilledError(Exception):
    """Stands for whatever ends a process."""


def killed_in_the_run(at: int) -> Callable[[int, int, str], None]:
    def progress(done: int, total: int, what: str) -> None:
        if total == SHORT.steps and done == at:
            raise KilledError

    return progress


def listeners(progress: Callable[[int, int, str], None] = lambda *_: None) -> Listeners:
    return Listeners(progress=progress, on_bad=lambda *_: None)


@pytest.fixture(scope="module")
def few() -> TarSet:
    """The first eighty faces of the train split."""
    if not LFW.exists() or not (SHARED / "models").exists():
        pytest.skip("needs ../shared/data and ../shared/models")
    whole = open_tar_set(LFW)
    kept = [row for row in range(len(whole.rows)) if whole.rows[row].split == "train"][:80]
    return replace(
        whole,
        rows=tuple(whole.rows[row] for row in kept),
        spans=tuple(whole.spans[row] for row in kept),
    )


def run(of: TarSet, out: Path, told: Listeners) -> Path:
    # As a teacher here only because it is quick: nothing that is taught with it ships.
    teacher = open_embedder("mobilefacenet", SHARED / "models")
    finder = open_detector("yunet", SHARED / "models")
    return train_embedder([of], finder, teacher, out, told, schedule=SHORT).exported.path


def test_killed_run_goes_on_and_writes_a_pack_embedder(few: TarSet, tmp_path: Path) -> None:
    with pytest.raises(KilledError):
        run(few, tmp_path, listeners(killed_in_the_run(1)))

    path = run(few, tmp_path, listeners())

    assert path == tmp_path / WEIGHTS
    assert {p.name for p in tmp_path.iterdir()} >= {ANSWERS, FACES, RUN}
    assert {p.name for p in (tmp_path / RUN).iterdir()} == {CHECKPOINT, REPORT, CURVES}
    last = json.loads((tmp_path / RUN / REPORT).read_text())["history"][-1]
    assert last["step"] == SHORT.steps
    assert -1 <= last["agreement"] <= 1
    facts = ort.InferenceSession(path).get_modelmeta().custom_metadata_map
    assert facts["begins_as"].startswith("dlib")
    assert facts["teacher"].startswith("mobilefacenet")
    crops = np.random.default_rng(0).integers(0, 256, (2, 112, 112, 3), np.uint8)
    vectors = ArcFace(open_session(path)).embed(crops)
    assert vectors.shape == (2, 128)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert averaged_weights(tmp_path / RUN / CHECKPOINT).keys() == EmbedderNet().state_dict().keys()


def test_student_that_eight_bits_distort_has_whole_numbers(
    few: TarSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.training.embedder.DIFFERENCE_MOST", 0.0)

    path = run(few, tmp_path, listeners())

    assert path.read_bytes() == path.with_suffix(".float.onnx").read_bytes()


def test_command_gives_a_student_with_a_head(
    few: TarSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("FACES_LEAST", 40), ("BATCH", 16), ("STEPS", 3)):
        monkeypatch.setattr(f"indexer.training.embedder_head.{name}", value)
    monkeypatch.setattr("indexer.training.embedder_run.FACES_LEAST", 40)
    job = Job(
        sets=(few,), teacher="mobilefacenet", teacher_files=SHARED / "models", out=tmp_path, steps=1
    )

    report = student_embedder.train(job, listeners())

    assert report.n_taught["faces"] == 80
    assert report.figures.keys() >= {"agreement"}
    assert nodes_below(report.onnx.path.with_suffix(".float.onnx"), "/head/")


@pytest.fixture
def network() -> EmbedderNet:
    torch.manual_seed(2)
    return EmbedderNet(inner_px=64)


def toy_batch() -> Batch:
    torch.manual_seed(3)
    goals = functional.normalize(torch.randn(6, 128))
    return Batch(pixels=torch.rand(6, 3, 112, 112) * 2 - 1, goals=goals)


def test_loss_falls_on_a_few_faces(network: EmbedderNet) -> None:
    batch = toy_batch()
    optimiser = torch.optim.AdamW(network.parameters(), lr=0.001)
    before = float(face_loss(network, batch)[0].detach())

    for _ in range(15):
        optimiser.zero_grad()
        face_loss(network, batch)[0].backward()
        optimiser.step()

    assert float(face_loss(network, batch)[0].detach()) < 0.7 * before


def test_loss_of_vectors_at_their_goals_is_nothing(network: EmbedderNet) -> None:
    batch = toy_batch()
    with torch.no_grad():
        goals = functional.normalize(network.eval()(batch.pixels))

    loss, _ = face_loss(network.train(), replace(batch, goals=goals))

    assert float(loss.detach()) == pytest.approx(0, abs=1e-5)


def test_statistics_of_normalisations_are_held(network: EmbedderNet) -> None:
    before = network.stem_norm.running_mean.clone()

    face_loss(network.train(), toy_batch())

    assert torch.equal(network.stem_norm.running_mean, before)


def test_file_says_how_alike_strangers_look() -> None:
    vectors = np.array([[1, 0], [1, 0], [0.6, 0.8], [0, 1]], np.float32)
    people = np.array(["Ann", "Ann", "Bo", ""])

    assert strangers(vectors, people) == {"strangers_mean": "0.6000", "strangers_spread": "0.0000"}
    assert strangers(vectors[:2], people[:2]) == {}


def test_people_far_apart_are_all_found() -> None:
    people = np.repeat([f"p{n}" for n in range(60)], 2)
    vectors = np.repeat(np.eye(60, dtype=np.float32), 2, axis=0)

    assert told_apart(vectors, people) == {"found": 1.0, "found_strict": 1.0}
