"""The scene student's head: words and a vector from what the fixed layers see, and its lessons."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from indexer.scenes.labels import VECTOR_LENGTH
from indexer.training.scenes_truth import Truth

HIDDEN = 448
DROPOUT = 0.3
VIEWS_ALIKE = 0.9
"""Cosine that two views of one picture are to have."""
SEEN_SHARE = 0.6
"""Of how alike two pictures are to be: what the fixed layers see; the rest is what they show."""
VECTOR_WEIGHT = 3.0
VIEWS_WEIGHT = 0.3
LEAST_SPREAD = 1e-3


class Head(nn.Module):
    """Probabilities of words and a vector of unit length from means of maps, float32[b, n]."""

    def __init__(
        self, mean: NDArray[np.float32], spread: NDArray[np.float32], n_words: int, seed: int
    ) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.register_buffer("mean", torch.from_numpy(mean))
        self.register_buffer("gain", torch.from_numpy(1 / np.maximum(spread, LEAST_SPREAD)))
        self.register_buffer("slope", torch.ones(n_words))
        self.register_buffer("shift", torch.zeros(n_words))
        self.vector = nn.Linear(len(mean), VECTOR_LENGTH, bias=False)
        self.hidden = nn.Linear(len(mean), HIDDEN)
        self.dropout = nn.Dropout(DROPOUT)
        self.words = nn.Linear(HIDDEN, n_words)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Calibrated probabilities [b, words] and vectors [b, 256]."""
        logits, vector = self.told(features)
        return torch.sigmoid(logits * self.slope + self.shift), vector

    def told(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Logits before calibration, and vectors."""
        seen = (features - self.mean) * self.gain
        hidden = self.dropout(functional.relu(self.hidden(self.dropout(seen))))
        vector = self.vector(seen)
        return self.words(hidden), vector / vector.norm(dim=1, keepdim=True).clamp(min=1e-6)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lessons:
    """What the head is taught with, a row a picture."""

    views: tuple[NDArray[np.float16], ...]
    """Features of each view, [n, 1280]; the first is of the picture as it is."""
    truth: Truth
    chances: NDArray[np.float16]
    """[n, classes] of the teacher: how pictures resemble each other beyond our words."""
    share: NDArray[np.float64]
    """How often each picture is taken; sums to 1."""


def shares_of(labels: list[str]) -> NDArray[np.float64]:
    """How often pictures are taken: of a set's label with four times as many, twice as often."""
    names, inverse, counts = np.unique(labels, return_inverse=True, return_counts=True)
    del names
    weight = 1 / np.sqrt(counts[inverse])
    return np.asarray(weight / weight.sum(), np.float64)


def loss_of(
    lessons: Lessons, *, batch: int, seed: int
) -> Callable[[nn.Module, int], tuple[Any, Mapping[str, float]]]:
    """The loss of a step: its batch is drawn from the seed and the step alone."""
    said = lessons.truth.wanted

    def loss(network: nn.Module, step: int) -> tuple[Any, Mapping[str, float]]:
        assert isinstance(network, Head)
        rng = np.random.default_rng([seed, step])
        rows = rng.choice(len(said), batch, p=lessons.share)
        first, second = rng.integers(0, len(lessons.views), 2)
        features = _floats(lessons.views[first][rows])
        logits, vectors = network.told(features)
        words = words_loss(logits, lessons.truth, rows)
        alike = resemblance(_seen(network, features), said[rows], lessons.chances[rows])
        likeness = ((vectors @ vectors.T - alike) ** 2).mean()
        total = words + VECTOR_WEIGHT * likeness
        parts = {"words": float(words.detach()), "likeness": float(likeness.detach())}
        if first != second:
            _, others = network.told(_floats(lessons.views[second][rows]))
            views = functional.relu(VIEWS_ALIKE - (vectors * others).sum(1)).mean()
            total = total + VIEWS_WEIGHT * views
            parts["views"] = float(views.detach())
        return total, parts

    return loss


def words_loss(logits: Tensor, truth: Truth, rows: NDArray[np.int64]) -> Tensor:
    """Cross-entropy of every word, weighted by how sure its truth is."""
    wanted, weight = _floats(truth.wanted[rows]), _floats(truth.weight[rows])
    each = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    return (each * weight).sum(1).mean()


def resemblance(seen: Tensor, wanted: NDArray[np.float32], chances: NDArray[np.float16]) -> Tensor:
    """How alike pictures are to be, [n, n]: by what the layers see, and by what is shown."""
    seen = seen / seen.norm(dim=1, keepdim=True).clamp(min=1e-6)
    shown = torch.cat([_floats(wanted).clamp(0, 1), _floats(chances).sqrt()], dim=1)
    shown = shown / shown.norm(dim=1, keepdim=True).clamp(min=1e-6)
    return SEEN_SHARE * (seen @ seen.T) + (1 - SEEN_SHARE) * (shown @ shown.T)


def _seen(network: Head, features: Tensor) -> Tensor:
    mean, gain = network.get_buffer("mean"), network.get_buffer("gain")
    return (features - mean) * gain


def _floats(values: NDArray[Any]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, np.float32))


def calibrate(network: Head, features: NDArray[np.float16], truth: Truth) -> None:
    """Set slope and shift of every word by pictures that were not taught with.

    Notes
    -----
    Platt, "Probabilistic Outputs for Support Vector Machines", 1999: a logistic curve over the
    logit, here held near the identity, so that a word with few examples stays as it was taught.
    """
    network.eval()
    with torch.no_grad():
        logits, _ = network.told(_floats(features))
    wanted, weight = _floats(truth.wanted), _floats(truth.weight)
    slope = torch.zeros(logits.shape[1], requires_grad=True)  # logarithm
    shift = torch.zeros(logits.shape[1], requires_grad=True)
    optimiser = torch.optim.LBFGS([slope, shift], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        told = logits * slope.exp() + shift
        each = functional.binary_cross_entropy_with_logits(told, wanted, reduction="none")
        total = (each * weight).sum() + (slope**2).sum() + (shift**2).sum()
        total.backward()
        return total

    optimiser.step(closure)
    network.get_buffer("slope").copy_(slope.detach().exp())
    network.get_buffer("shift").copy_(shift.detach())


def look(
    network: Head, features: NDArray[np.float16]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Probabilities and vectors of many pictures."""
    network.eval()
    with torch.no_grad():
        probabilities, vectors = network(_floats(features))
    return probabilities.numpy(), vectors.numpy()
