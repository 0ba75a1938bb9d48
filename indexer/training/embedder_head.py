"""A head over the embedder's vectors that moves strangers apart who look alike to it.

What a face network learnt of people whom its makers knew, it knows less well of others: to dlib's,
two children or two East Asian faces are nearer to each other than two European adults, at the same
threshold. Their vectors do differ, though, and two layers over them learn to say so from faces of
whom nobody need know who they are: a face and its shaken likeness are one person, its neighbours
among the vectors are others. Neighbours are asked together on purpose; in a batch drawn at random
there is hardly anybody who looks alike.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator, default_rng
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from indexer.training.dlib_layers import VECTOR_LENGTH
from indexer.training.loop import Progress

HIDDEN = 256
BATCH = 384
STEPS = 1500
RATE = 0.001
NEIGHBOURS_SHARE = 0.6
"""Of the batches: a face with those whose vectors are nearest; the others are drawn at random."""
KEEPING = 4.0
"""Weight of staying where a vector was, against telling neighbours apart."""
HARDEST_SHARE = 0.02
"""Of the pairs of strangers in a batch, those that are taken for one person soonest, teach."""
TWICE_COSINE = 0.97
"""From here on two pictures are perhaps one: nothing is learnt from such a pair."""
FACES_LEAST = 2_000
"""Fewer would be learnt by heart."""
GAIN = 4.0
"""Brings what differs between faces to about one before the first layer."""

Vectors = NDArray[np.float32]  # [n, 128] of unit length


class Head(nn.Module):
    """Vectors in, vectors of unit length out: each moved by what two layers make of it.

    Parameters
    ----------
    mean : float32[128]
        Of the vectors to learn from.
    """

    mean: Tensor

    def __init__(self, mean: Tensor) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.first = nn.Linear(VECTOR_LENGTH, HIDDEN)
        self.second = nn.Linear(HIDDEN, VECTOR_LENGTH)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, vectors: Tensor) -> Tensor:
        """Vectors of any length, float32[n, 128], as vectors of unit length."""
        units = functional.normalize(vectors)
        moved = self.second(functional.relu(self.first(GAIN * (units - self.mean))))
        return functional.normalize(units + moved)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Views:
    """Faces seen twice, row by row."""

    clean: Vectors
    shaken: Vectors
    """Of the same faces, mirrored, small, blurred, badly lit."""
    people: NDArray[np.str_]
    """Empty where nobody told: then a face is a person of its own."""


def teach_head(views: Views, seed: int, progress: Progress | None = None) -> Head:
    """Learn a head whose answer to "is it one person?" is right for neighbours, too.

    The loss is that of pairs, each for itself (Zhai et al., "Sigmoid Loss for Language Image
    Pre-Training", 2023), so that one threshold holds everywhere.

    Raises
    ------
    ValueError
        If there are fewer than ``FACES_LEAST`` faces.
    """
    if len(views.clean) < FACES_LEAST:
        raise ValueError(f"{len(views.clean)} faces")
    torch.manual_seed(seed)
    rng = default_rng([seed, 17])
    clean, shaken = torch.from_numpy(views.clean), torch.from_numpy(views.shaken)
    people = numbered(views.people)
    head = Head(clean.mean(0))
    scale, threshold = torch.tensor(20.0, requires_grad=True), torch.tensor(0.8, requires_grad=True)
    optimiser = torch.optim.AdamW(
        [{"params": head.parameters()}, {"params": [scale, threshold], "weight_decay": 0.0}],
        RATE,
        weight_decay=0.001,
    )
    for step in range(STEPS):
        for group in optimiser.param_groups:
            group["lr"] = RATE * (1 - step / STEPS)
        rows = drawn(clean, rng)
        others = likenesses(rows, people, rng)
        answers = scale * (head(clean[rows]) @ head(shaken[others]).T - threshold)
        same = torch.from_numpy(people[rows][:, np.newaxis] == people[others])
        apart = ~same & (clean[rows] @ shaken[others].T < TWICE_COSINE)
        stayed = ((head(clean[rows]) - clean[rows]) ** 2).sum(1).mean()
        loss = pair_loss(answers, same, apart) + KEEPING * stayed
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if progress is not None:
            progress(step + 1, STEPS, "telling neighbours apart")
    head.eval()
    return head


def numbered(people: NDArray[np.str_]) -> NDArray[np.int64]:
    """A number for each person; whoever is not known is somebody else each time."""
    _, numbers = np.unique(people, return_inverse=True)
    unknown = people == ""
    numbers[unknown] = len(people) + np.flatnonzero(unknown)
    return np.asarray(numbers, np.int64)


def drawn(clean: Tensor, rng: Generator) -> NDArray[np.int64]:
    """Rows of a batch: neighbours of one face, or any."""
    if rng.random() < NEIGHBOURS_SHARE:
        nearness = clean @ clean[int(rng.integers(len(clean)))]
        return np.asarray(nearness.topk(BATCH).indices.numpy(), np.int64)
    return rng.choice(len(clean), BATCH, replace=False)


def likenesses(
    rows: NDArray[np.int64], people: NDArray[np.int64], rng: Generator
) -> NDArray[np.int64]:
    """For each face another of its person where there is one, else itself."""
    order = np.argsort(people, kind="stable")
    first = np.searchsorted(people[order], people[rows])
    beyond = np.searchsorted(people[order], people[rows], side="right")
    return np.asarray(order[rng.integers(first, beyond)], np.int64)


def pair_loss(answers: Tensor, same: Tensor, apart: Tensor) -> Tensor:
    """Mean over pairs of one person, and over the hardest pairs of strangers."""
    missed = functional.softplus(-answers)[same].mean()
    taken = functional.softplus(answers)[apart]
    if not len(taken):  # to a student that learnt for a few steps, all may look alike
        return missed
    return missed + taken.topk(max(1, round(len(taken) * HARDEST_SHARE))).values.mean()
