"""Our own detector: one small network for one octave of face sizes, told apart by a pyramid.

The file says how it wants to be read: its metadata has the cell size, the unit of its offsets, the
padding and the sizes of faces that it was taught. How it is taught: :mod:`indexer.training`.
"""

import base64
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ModelPackMissingError
from indexer.faces.detector import Detection, Hints, Rgb8, padded, suppress
from indexer.faces.second_look import (
    both_scores,
    landmarks_of,
    look_crops,
    look_matrices,
    seen_mirrored,
)
from indexer.models.session import Session, open_session

Floats = NDArray[np.float32]

OVERLAP_MAX = 0.35
HINT_LOGIT = -2.0
"""From here on a cell may be the trace of a face half as large as those that are found. Of 80 faces
of lfw's training split, 20 px and more in 24 megapixels, a search that follows such traces finds as
many as one that looks everywhere, with a fifth of its pixels; from -1.5 on it lacks one."""
CANDIDATES_MOST = 100
"""Looked at again at once: what they take is planned."""
SECOND_OPINION = 0.35
"""From this share of the score that is asked for on, a candidate's mirror image is seen, too."""
SHAPE_MOST = 2.0
"""Natural logarithm of a side in the file's unit: beyond it a box is not believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How candidates are looked at again."""

    score_min: float
    """From this score of the first look on."""
    mix: tuple[float, float, float]
    """Weights of the first and the second logit, and a constant: their sum is the face's logit."""
    network: bytes = field(repr=False)
    """The second network, an ONNX file in itself: it travels in the first one's metadata, where it
    disturbs nobody who reads the first one's graph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a detector file is fed and read."""

    stride_px: int
    """Side of a cell."""
    pad_px: int
    """Pictures are padded to multiples of this."""
    unit_px: float
    """What an offset of 1 means."""
    band_px: tuple[float, float]
    """Sides of faces that one scale owns."""
    reach_px: tuple[float, float]
    """Sides beyond which an answer is not believed: the network was taught no such faces."""
    look: Look | None = None
    """How the second network is asked; None where the file has none."""


@dataclass(frozen=True, slots=True)
class OctaveDetector:
    """A loaded detector of one octave."""

    session: Session
    recipe: Recipe
    score_min: float
    second: Session | None = None
    """The network that looks again."""

    @property
    def band_px(self) -> tuple[float, float]:
        """Sides of faces that it surely finds."""
        return self.recipe.band_px

    def detect(self, image: Rgb8) -> list[Detection]:
        """Find faces at the size at which they are in the picture, best first."""
        return self.detect_hinting(image)[0]

    def detect_hinting(self, image: Rgb8) -> tuple[list[Detection], Hints]:
        """Find faces, and cells that show a trace of what may be one half as large."""
        look = self.recipe.look
        score_min = self.score_min if look is None else look.score_min
        pixels = padded(image, self.recipe.pad_px)[np.newaxis].astype(np.float32)
        answers = run(self.session, pixels)[0]
        hints = hints_of(answers[0], self.recipe.stride_px)
        found = suppress(decode(answers, self.recipe, score_min), overlap_max=OVERLAP_MAX)
        if look is None or self.second is None:
            return found, hints
        faces: list[Detection] = []
        for at in range(0, len(found), CANDIDATES_MOST):
            part = found[at : at + CANDIDATES_MOST]
            faces += looked_at_again(image, part, self.second, look.mix, self.score_min)
        return sorted(faces, key=lambda face: -face.score), hints


def looked_at_again(
    image: Rgb8,
    found: list[Detection],
    network: Session,
    mix: tuple[float, float, float],
    score_min: float,
) -> list[Detection]:
    """Those of some candidates that a second network takes for faces, too, as it sees them."""
    matrices = look_matrices(found)
    crops = look_crops(image, matrices)
    answers = run(network, crops)
    rows = np.flatnonzero(both_scores(found, answers, mix) >= SECOND_OPINION * score_min)
    if not len(rows):
        return []
    # Answers for a crop and for its mirror image err in different ways: their mean is nearer.
    mirrored = run(network, np.ascontiguousarray(crops[rows][:, :, ::-1]))
    sure = np.asarray((answers[rows] + seen_mirrored(mirrored)) / 2, np.float32)
    scores = both_scores([found[row] for row in rows], sure, mix)
    return [
        replace(found[row], score=float(score), landmarks=landmarks_of(answer, matrices[row]))
        for row, answer, score in zip(rows, sure, scores, strict=True)
        if score >= score_min
    ]


def run(session: Session, pixels: Floats) -> Floats:
    """What a network of one input and one output answers."""
    return np.asarray(session.run(None, {session.get_inputs()[0].name: pixels})[0], np.float32)


def open_octave(path: Path, *, score_min: float) -> OctaveDetector:
    """Load a detector file.

    Raises
    ------
    ModelPackMissingError
        If it is missing, cannot be read, or does not say how it is decoded.
    """
    session = open_session(path)
    try:
        return read_octave(session, score_min)
    except (KeyError, ValueError) as error:
        raise ModelPackMissingError(path.name, f"is no detector of ours ({error})") from error


def read_octave(session: Session, score_min: float) -> OctaveDetector:
    """A detector of ours that is loaded, with the network that travels in its metadata."""
    recipe = read_recipe(session.get_modelmeta().custom_metadata_map)
    second = None if recipe.look is None else open_session(recipe.look.network)
    return OctaveDetector(session, recipe, score_min, second)


def read_recipe(facts: dict[str, str]) -> Recipe:
    """The recipe in a file's metadata, as :func:`recipe_facts` wrote it."""
    band, reach = facts["band_px"].split(), facts["reach_px"].split()
    look = None
    if "look_score_min" in facts:
        first, second, constant = (float(word) for word in facts["look_mix"].split())
        look = Look(
            score_min=float(facts["look_score_min"]),
            mix=(first, second, constant),
            network=base64.b85decode(facts["look_network"]),
        )
    return Recipe(
        look=look,
        stride_px=int(facts["stride_px"]),
        pad_px=int(facts["pad_px"]),
        unit_px=float(facts["unit_px"]),
        band_px=(float(band[0]), float(band[1])),
        reach_px=(float(reach[0]), float(reach[1])),
    )


def recipe_facts(recipe: Recipe) -> dict[str, str]:
    """A recipe as text for a file's metadata."""
    facts = {
        "stride_px": str(recipe.stride_px),
        "pad_px": str(recipe.pad_px),
        "unit_px": f"{recipe.unit_px:g}",
        "band_px": "{:g} {:g}".format(*recipe.band_px),
        "reach_px": "{:g} {:g}".format(*recipe.reach_px),
    }
    if recipe.look is not None:
        facts["look_score_min"] = f"{recipe.look.score_min:g}"
        facts["look_mix"] = "{:g} {:g} {:g}".format(*recipe.look.mix)
        facts["look_network"] = base64.b85encode(recipe.look.network).decode("ascii")
    return facts


def hints_of(logits: Floats, stride_px: int) -> Hints:
    """Middles of the cells from ``HINT_LOGIT`` on, with their logits.

    Parameters
    ----------
    logits : float32[h, w]
        Of the cells.
    stride_px : int
        Side of a cell.
    """
    lines, columns = np.nonzero(logits >= HINT_LOGIT)
    x, y = (columns + 0.5) * stride_px, (lines + 0.5) * stride_px
    return np.stack([x, y, logits[lines, columns]], axis=1).astype(np.float32)


def decode(answers: NDArray[np.float32], recipe: Recipe, score_min: float) -> list[Detection]:
    """Detections of one picture, neighbours not yet merged.

    Parameters
    ----------
    answers : float32[15, h, w]
        Logit; box middle from the cell's middle, logarithms of width and height; landmarks from
        the cell's middle. Lengths are in the recipe's unit.
    score_min : float
        Between 0 and 1, both excluded.
    """
    logit_min = np.log(score_min / (1 - score_min))
    lines, columns = np.nonzero(answers[0] >= logit_min)
    values = answers[:, lines, columns].astype(np.float64)
    cells = (np.stack([columns, lines]) + 0.5) * recipe.stride_px
    sizes = np.exp(np.clip(values[3:5], -SHAPE_MOST, SHAPE_MOST)) * recipe.unit_px
    boxes = np.concatenate([cells + values[1:3] * recipe.unit_px - sizes / 2, sizes]).T
    points = cells.T[:, np.newaxis] + values[5:].T.reshape(-1, 5, 2) * recipe.unit_px
    sides = np.sqrt(sizes.prod(axis=0))
    believed = (recipe.reach_px[0] <= sides) & (sides <= recipe.reach_px[1])
    return [
        Detection(
            box=tuple(boxes[n].tolist()),
            score=float(1 / (1 + np.exp(-values[0, n]))),
            landmarks=points[n].astype(np.float32),
        )
        for n in np.flatnonzero(believed)
    ]
