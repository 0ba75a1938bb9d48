"""A training learns, survives being killed, and tells what it did."""

import csv
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("torch", reason="needs the extra 'train'")

import torch
from torch import nn

from indexer.training.loop import (
    CHECKPOINT,
    CURVES,
    REPORT,
    Loss,
    Plan,
    TrainingError,
    averaged_weights,
    rate_at,
    teach,
)

LFW = Path(__file__).parents[4] / "shared" / "data" / "lfw.tar"
PLAN = Plan(seed=3, steps=12, rate=0.01, warm_steps=2, report_every=4, judge_every=8, save_every=4)


class KilledError(Exception):
    """Stands for whatever ends a process."""


def small_network() -> nn.Module:
    """A convolution, a normalisation with running figures, chance in the middle, a head."""
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(4),
        nn.Flatten(),
        nn.Dropout(0.1),
        nn.Linear(128, 4),
    )


def told_apart(pictures: torch.Tensor, kinds: torch.Tensor) -> Loss:
    """Cross entropy of batches of eight pictures, drawn by the step alone."""

    def loss(network: nn.Module, step: int) -> tuple[torch.Tensor, dict[str, float]]:
        rows = np.random.default_rng([5, step]).integers(0, len(pictures), 8)
        scores = network(pictures[rows])
        right = float((scores.argmax(1) == kinds[rows]).float().mean())
        return nn.functional.cross_entropy(scores, kinds[rows]), {"right": right}

    return loss


@pytest.fixture(scope="module")
def noise() -> Loss:
    rng = np.random.default_rng(0)
    pictures = torch.from_numpy(rng.normal(size=(32, 3, 16, 16)).astype(np.float32))
    return told_apart(pictures, torch.from_numpy(rng.integers(0, 4, 32)))


@pytest.fixture(scope="module")
def faces() -> Loss:
    """Four people of the train split, two to six pictures of each."""
    if not LFW.exists():
        pytest.skip("needs ../shared/data/lfw.tar")
    with LFW.with_suffix(".csv").open() as text:
        rows = [row for row in csv.DictReader(text) if row["split"] == "train"]
    people = sorted({r["identity"] for r in rows})
    often = [p for p in people if sum(r["identity"] == p for r in rows) >= 5][:4]
    chosen = [r for r in rows if r["identity"] in often]
    with tarfile.open(LFW) as tar:
        pictures = [picture(tar, row["file"]) for row in chosen]
    kinds = torch.tensor([often.index(row["identity"]) for row in chosen])
    return told_apart(torch.from_numpy(np.stack(pictures)), kinds)


def picture(tar: tarfile.TarFile, name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    member = tar.extractfile(name)
    assert member is not None
    middle = Image.open(io.BytesIO(member.read())).crop((55, 55, 146, 146)).resize((32, 32))
    return (np.asarray(middle, np.float32).transpose(2, 0, 1) - 127.5) / 127.5


def killed_after(steps: int) -> Callable[[int, int, str], None]:
    def progress(done: int, total: int, what: str) -> None:
        if done == steps:
            raise KilledError

    return progress


def same_weights(one: nn.Module, other: nn.Module) -> bool:
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_four_people_are_learnt_from_a_few_real_faces(faces: Loss, tmp_path: Path) -> None:
    plan = Plan(seed=1, steps=120, rate=0.01, warm_steps=5, report_every=20, average=0.9)

    taught = teach(small_network(), faces, plan, tmp_path)

    assert taught.history[-1]["loss"] < 0.5 * taught.history[0]["loss"]
    assert taught.history[-1]["right"] > 0.7


@pytest.mark.parametrize("steps", [1, 4, 7, 11])
def test_killed_and_resumed_run_gives_the_same_weights(
    noise: Loss, tmp_path: Path, steps: int
) -> None:
    whole = teach(small_network(), noise, PLAN, tmp_path / "whole")

    with pytest.raises(KilledError):
        teach(small_network(), noise, PLAN, tmp_path / "cut", progress=killed_after(steps))
    resumed = teach(small_network(), noise, PLAN, tmp_path / "cut")

    assert same_weights(whole.network, resumed.network)
    assert resumed.history == whole.history


def test_another_seed_of_the_batches_gives_other_weights(noise: Loss, tmp_path: Path) -> None:
    def later(network: nn.Module, step: int) -> tuple[torch.Tensor, dict[str, float]]:
        value, parts = noise(network, step + 100)
        return value, dict(parts)

    one = teach(small_network(), noise, PLAN, tmp_path / "one")
    other = teach(small_network(), later, PLAN, tmp_path / "other")

    assert not same_weights(one.network, other.network)


def test_finished_run_is_not_taught_again(noise: Loss, tmp_path: Path) -> None:
    first = teach(small_network(), noise, PLAN, tmp_path)

    again = teach(small_network(), noise, PLAN, tmp_path, progress=killed_after(1))

    assert same_weights(first.network, again.network)


def test_run_goes_on_with_more_steps(noise: Loss, tmp_path: Path) -> None:
    teach(small_network(), noise, PLAN, tmp_path)
    longer = Plan(**{**json.loads((tmp_path / REPORT).read_text())["plan"], "steps": 16})

    taught = teach(small_network(), noise, longer, tmp_path)

    assert [row["step"] for row in taught.history] == [4, 8, 12, 16]


def test_run_of_another_plan_is_refused(noise: Loss, tmp_path: Path) -> None:
    teach(small_network(), noise, PLAN, tmp_path)

    with pytest.raises(TrainingError, match="another plan") as caught:
        teach(small_network(), noise, Plan(seed=4, steps=12, rate=0.01), tmp_path)

    assert "another folder" in caught.value.remedy


def test_network_of_another_shape_is_refused(noise: Loss, tmp_path: Path) -> None:
    teach(small_network(), noise, PLAN, tmp_path)

    with pytest.raises(TrainingError, match="another shape"):
        teach(nn.Linear(2, 2), noise, PLAN, tmp_path)


def test_loss_that_is_no_number_stops_the_run(tmp_path: Path) -> None:
    def broken(network: nn.Module, step: int) -> tuple[torch.Tensor, dict[str, float]]:
        return network(torch.zeros(2, 3, 16, 16)).sum() * float("nan"), {}

    with pytest.raises(TrainingError, match="step 0"):
        teach(small_network(), broken, PLAN, tmp_path)

    assert not (tmp_path / CHECKPOINT).exists()


def test_report_and_curves_tell_the_history(noise: Loss, tmp_path: Path) -> None:
    taught = teach(small_network(), noise, PLAN, tmp_path, judge=lambda _: {"judged": 0.5})

    report = json.loads((tmp_path / REPORT).read_text())
    assert report["step"] == 12
    assert report["history"] == list(taught.history)
    assert [row["step"] for row in taught.history if "judged" in row] == [8, 12]
    with Image.open(tmp_path / CURVES) as curves:
        assert len(curves.convert("RGB").getcolors(1 << 20) or []) > 3


def test_judge_sees_the_running_average_in_evaluation_mode(noise: Loss, tmp_path: Path) -> None:
    seen: list[bool] = []

    def judge(network: nn.Module) -> dict[str, float]:
        seen.append(network.training)
        return {}

    taught = teach(small_network(), noise, PLAN, tmp_path, judge=judge)

    assert seen == [False, False]
    kept = averaged_weights(tmp_path / CHECKPOINT)
    assert all(torch.equal(kept[k], v) for k, v in taught.network.state_dict().items())


def test_rate_rises_then_falls_to_a_hundredth() -> None:
    plan = Plan(seed=0, steps=1000, rate=2.0, warm_steps=100)

    rates = [rate_at(step, plan) for step in range(1001)]

    assert max(rates) == pytest.approx(2.0, rel=0.03)
    assert rates[0] == pytest.approx(0.02)
    assert rates[1000] == pytest.approx(0.02)
    assert rates[100:] == sorted(rates[100:], reverse=True)


def test_plan_without_steps_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Plan(seed=0, steps=0, rate=0.1)
