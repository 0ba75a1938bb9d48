"""Teach a network: one loop for all students, killed and resumed at any step without a difference.

Whatever happens at a step is a function of the seed and the step's number, the batch included. So
the state on disk is what was learnt, the optimiser's memory and a count; a run that was killed and
taken up again gives the same weights as one that was left alone (on the same machine and threads).
"""

import copy
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from indexer.errors import MemoriesError
from indexer.training.curves import draw_curves
from indexer.training.whole_file import whole_file

Loss = Callable[[nn.Module, int], tuple[Any, Mapping[str, float]]]
"""Loss of the batch of a step as a scalar tensor, and its parts for the report: a step may lack
some of them."""
Judge = Callable[[nn.Module], Mapping[str, float]]
"""Figures of a network on pictures that it is not taught with."""
Progress = Callable[[int, int, str], None]
"""``progress(done, total, what)``, called after each step; whatever it raises stops the run."""

CHECKPOINT, REPORT, CURVES = "checkpoint.pt", "report.json", "curves.png"
CLIP_NORM = 5.0
"""Longest gradient: one batch of bad luck must not undo a hundred others."""
RATE_END_SHARE = 0.01


class TrainingError(MemoriesError):
    """A training that cannot go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long and how fast a network is taught."""

    seed: int
    steps: int
    rate: float
    """Learning rate of AdamW at its highest."""
    warm_steps: int = 200
    """Steps over which the rate rises to its highest; it then falls along half a cosine."""
    weight_decay: float = 0.05
    """Of weights with two axes or more; biases and norms are left alone."""
    average: float = 0.998
    """Share of the running average of all weights that each step keeps."""
    report_every: int = 50
    judge_every: int = 500
    save_every: int = 250

    def __post_init__(self) -> None:
        if min(self.steps, self.report_every, self.judge_every, self.save_every) < 1:
            raise ValueError(f"steps and intervals must be at least 1: {self}")
        if self.rate <= 0 or not 0 <= self.average < 1:
            raise ValueError(f"rate must be above 0 and average within 0 to 1: {self}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What a training gave."""

    network: nn.Module
    """The running average of the weights, in evaluation mode."""
    report: Path
    history: tuple[Mapping[str, float], ...]
    """A row per report: ``step``, ``rate``, means of the loss's parts, the judge's figures."""


@dataclass(slots=True, kw_only=True)
class _State:
    """All that a run needs to go on."""

    network: nn.Module
    averaged: nn.Module
    optimiser: Any
    step: int
    history: list[dict[str, float]]
    parts: list[dict[str, float]]


def teach(
    network: nn.Module,
    loss: Loss,
    plan: Plan,
    out: Path,
    *,
    judge: Judge | None = None,
    progress: Progress | None = None,
) -> Taught:
    """Teach a network, taking up the run whose checkpoint lies in ``out``.

    Parameters
    ----------
    network : nn.Module
        All that is learnt, heads that only the loss needs included; on its device. Modified.
    loss : callable
        Must depend on the step (and a seed of its own) alone, so that a resumed run is the same.
        Randomness of torch itself is seeded anew for every step.
    plan : Plan
        A checkpoint of another plan is refused; only ``steps`` may have changed.
    out : Path
        Folder of ``checkpoint.pt``, ``report.json`` and ``curves.png``; made if missing.
    judge : callable, optional
        Called with the running average in evaluation mode.

    Raises
    ------
    TrainingError
        If the loss is no number any more, or the folder holds another run.
    """
    out.mkdir(parents=True, exist_ok=True)
    state = _begun(network, plan)
    if (out / CHECKPOINT).exists():
        _take_up(state, plan, out / CHECKPOINT)
    while state.step < plan.steps:
        state.parts.append(_one_step(state, loss, plan))
        state.step += 1
        last = state.step == plan.steps
        if last or state.step % plan.report_every == 0:
            _note(state, plan, judge if last or state.step % plan.judge_every == 0 else None)
        if last or state.step % plan.save_every == 0:
            _save(state, plan, out)
        if progress is not None:
            progress(state.step, plan.steps, _told(state))
    state.averaged.eval()
    return Taught(
        network=state.averaged, report=out / REPORT, history=tuple(dict(r) for r in state.history)
    )


def rate_at(step: int, plan: Plan) -> float:
    """Learning rate of a step: a straight rise, then half a cosine down to a hundredth."""
    rise = min(1.0, (step + 1) / max(plan.warm_steps, 1))
    fall = 0.5 * (1 + math.cos(math.pi * min(1.0, step / plan.steps)))
    return plan.rate * rise * (fall * (1 - RATE_END_SHARE) + RATE_END_SHARE)


def _begun(network: nn.Module, plan: Plan) -> _State:
    learnt = [p for p in network.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in learnt if p.ndim > 1], "weight_decay": plan.weight_decay},
        {"params": [p for p in learnt if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return _State(
        network=network,
        averaged=copy.deepcopy(network),
        optimiser=torch.optim.AdamW(groups, lr=plan.rate, betas=(0.9, 0.98)),
        step=0,
        history=[],
        parts=[],
    )


def _one_step(state: _State, loss: Loss, plan: Plan) -> dict[str, float]:
    torch.manual_seed(plan.seed * 1_000_003 + state.step)
    for group in state.optimiser.param_groups:
        group["lr"] = rate_at(state.step, plan)
    state.network.train()
    value, parts = loss(state.network, state.step)
    total = float(value.detach())
    if not math.isfinite(total):
        raise TrainingError(
            f"the loss of step {state.step} is {total}",
            remedy="start again with a lower rate, in another folder",
        )
    state.optimiser.zero_grad(set_to_none=True)
    value.backward()
    nn.utils.clip_grad_norm_(state.network.parameters(), CLIP_NORM)
    state.optimiser.step()
    _average(state.averaged, state.network, plan.average, state.step)
    return {"loss": total, **parts}


def _average(averaged: nn.Module, network: nn.Module, keep: float, step: int) -> None:
    """Early on the average is short, or it would hold the weights of before the first step."""
    keep = min(keep, (1 + step) / (10 + step))
    with torch.no_grad():
        for kept, fresh in zip(
            averaged.state_dict().values(), network.state_dict().values(), strict=True
        ):
            if kept.dtype.is_floating_point:
                kept.lerp_(fresh, 1 - keep)
            else:
                kept.copy_(fresh)


def _note(state: _State, plan: Plan, judge: Judge | None) -> None:
    row = {"step": float(state.step), "rate": rate_at(state.step - 1, plan)}
    for name in dict.fromkeys(name for part in state.parts for name in part):
        told = [part[name] for part in state.parts if name in part]
        row[name] = sum(told) / len(told)
    if judge is not None:
        state.averaged.eval()
        with torch.no_grad():
            row |= judge(state.averaged)
    state.history.append(row)
    state.parts.clear()


def _told(state: _State) -> str:
    if not state.history:
        return ""
    shown = {name: value for name, value in state.history[-1].items() if name != "step"}
    return " ".join(f"{name} {value:.4g}" for name, value in shown.items())


def _save(state: _State, plan: Plan, out: Path) -> None:
    """Write the checkpoint first: report and curves can be drawn again from it."""
    kept = {
        "plan": asdict(plan),
        "network": state.network.state_dict(),
        "averaged": state.averaged.state_dict(),
        "optimiser": state.optimiser.state_dict(),
        "step": state.step,
        "history": state.history,
        "parts": state.parts,
    }
    with whole_file(out / CHECKPOINT) as partial:
        torch.save(kept, partial)
    n_parameters = sum(p.numel() for p in state.network.parameters())
    report = {
        "plan": asdict(plan),
        "step": state.step,
        "parameters": n_parameters,
        "history": state.history,
    }
    with whole_file(out / REPORT) as partial:
        partial.write_text(json.dumps(report, indent=1) + "\n")
    draw_curves(state.history, out / CURVES)


def _take_up(state: _State, plan: Plan, checkpoint: Path) -> None:
    kept = torch.load(checkpoint, weights_only=True, map_location="cpu")
    theirs = Plan(**kept["plan"])
    if replace(theirs, steps=plan.steps) != plan:
        raise TrainingError(
            f"{checkpoint} belongs to a run with another plan",
            remedy="name another folder, or remove this one",
        )
    try:
        state.network.load_state_dict(kept["network"])
        state.averaged.load_state_dict(kept["averaged"])
    except RuntimeError as error:
        raise TrainingError(
            f"{checkpoint} belongs to a network of another shape",
            remedy="name another folder, or remove this one",
        ) from error
    state.optimiser.load_state_dict(kept["optimiser"])
    state.step, state.history, state.parts = kept["step"], kept["history"], kept["parts"]


def averaged_weights(checkpoint: Path) -> dict[str, Any]:
    """Running average of a run's weights by name: what another run may start from."""
    kept: dict[str, Any] = torch.load(checkpoint, weights_only=True, map_location="cpu")["averaged"]
    return kept
