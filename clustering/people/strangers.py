"""How alike strangers look in a library, and the limits that follow."""

import math

import numpy as np
from numpy.typing import NDArray

from clustering.people.limits import (
    FOUNDER_QUALITY_MIN,
    LOOKS_SPREAD,
    PICTURE_SPREAD,
    Limits,
)
from clustering.people.linkage import group_of, link
from clustering.people.table import FaceTable, Rows

Cosines = NDArray[np.float32]  # [k]

PRIOR_PAIRS = 150.0
"""So many pairs of strangers must a library show to weigh as much as what was known before."""
ONE_FACE_TWICE = 0.8
"""Of the way from strangers to one: a face that the detector reported twice."""
USUAL_SPREAD = math.hypot(LOOKS_SPREAD, PICTURE_SPREAD)
SHARED_MEAN = 0.45
"""Strangers who are more alike than children are compared by a network all of whose vectors share
a direction: nothing that is known of other networks holds."""
SHARED_TAIL = 0.75
"""Where all faces share a direction, fewer strangers are far above their mean: one pair in 100,000
is 2.8 spreads above it for the built-in network on 3,412 faces of LFW's train split, 4.4 for
MobileFaceNet. That alone would be 0.65, but of those faces a tenth then is with others (BCubed
precision 0.91; 0.97 at 0.70, 0.99 at 0.75), and two in one are worse than one in two."""
FEW_PAIRS = 10
FIRST_LOOK_MAX = 1500
"""So many faces tell how alike the people of a library are; more would only cost time."""


def limits_for(faces: FaceTable, order: Rows) -> Limits:
    """Limits that fit a library and its model, stricter where strangers look alike.

    What the model's file says is corrected by people who are in one picture. Where it says nothing
    LFW stands in, corrected by people who look apart first. Those would correct what is known
    wrongly: of a network that finds few of a person's faces, parts of one person look apart.

    Parameters
    ----------
    faces : FaceTable
        All faces of one model.
    order : int64[n]
        All rows, in an order that does not depend on how they came in.

    Returns
    -------
    Limits
        Never looser than what was known before: a library with few or very different people
        proves nothing. Only of a model whose file is silent and whose vectors turn out to share a
        direction nothing is known but what the library shows.
    """
    is_good = faces.quality[order] >= FOUNDER_QUALITY_MIN
    certain = strangers(faces, order[is_good])
    if faces.strangers is not None:
        told = limits_of(faces.strangers.mean, faces.strangers.spread)
        return stricter(told, certain, least=told)
    if len(certain) > FEW_PAIRS and float(certain.mean()) > SHARED_MEAN:
        return limits_of(float(certain.mean()), float(certain.std()))
    usual = Limits()
    first = stricter(usual, apart(faces, order[is_good]), least=usual)
    return stricter(first, certain, least=usual)


def limits_of(mean: float, spread: float) -> Limits:
    """Limits for strangers whose cosines have a mean and a standard deviation."""
    return Limits(mean=mean, scale=tail_of(mean) * spread / USUAL_SPREAD)


def tail_of(mean: float) -> float:
    """How far pairs of strangers of a model stray upwards, as a share of what is usual."""
    return SHARED_TAIL if mean > SHARED_MEAN else 1.0


def stricter(limits: Limits, cosines: Cosines, *, least: Limits) -> Limits:
    """Limits drawn towards what pairs of strangers show, the more the more there are."""
    if not len(cosines):
        return limits
    weight = len(cosines) / (len(cosines) + PRIOR_PAIRS)
    scale = tail_of(least.mean) * float(cosines.std()) / USUAL_SPREAD
    return Limits(
        mean=drawn(limits.mean, float(cosines.mean()), weight, least=least.mean),
        scale=drawn(limits.scale, scale, weight, least=least.scale),
    )


def drawn(before: float, seen: float, weight: float, *, least: float) -> float:
    """A figure drawn towards a newer one, never below the least.

    Examples
    --------
    >>> drawn(1.0, 2.0, 0.25, least=1.0)
    1.25
    """
    return before + weight * (max(least, seen) - before)


def strangers(faces: FaceTable, rows: Rows) -> Cosines:
    """Cosines of all pairs of faces that are in one frame, which makes them two people."""
    order = rows[np.argsort(faces.frames[rows], kind="stable")]
    borders = np.flatnonzero(np.diff(faces.frames[order])) + 1
    found = [
        all_pairs(faces, together) for together in np.split(order, borders) if len(together) > 1
    ]
    cosines = np.concatenate([np.zeros(0, np.float32), *found])
    if not len(cosines):
        return cosines
    usual = float(np.median(cosines))
    return cosines[cosines < usual + ONE_FACE_TWICE * (1.0 - usual)]


def apart(faces: FaceTable, rows: Rows) -> Cosines:
    """Cosines between people whom a cautious first look at some faces tells apart, a face of each.

    The limits of LFW find nearly all of somebody's faces and few of anybody else's; one face for
    each of the groups keeps those who are often seen from counting more.
    """
    some = rows[:: -(-len(rows) // FIRST_LOOK_MAX) or 1]
    groups = link([group_of(faces, [row]) for row in some.tolist()], Limits())
    place = {row: number for number, row in enumerate(some.tolist())}
    firsts = [min(group.rows, key=place.__getitem__) for group in groups]
    return all_pairs(faces, np.array(firsts, np.int64))


def all_pairs(faces: FaceTable, rows: Rows) -> Cosines:
    """Cosines of all pairs of some faces."""
    vectors = faces.vectors[rows]
    return np.asarray((vectors @ vectors.T)[np.triu_indices(len(rows), 1)], np.float32)
