"""How alike two faces must be to be one person.

Two strangers' faces have a cosine that strays around a mean, and what strays must be set against
how often one looks: among a few people a mean cosine of 0.30 between two large groups is never
chance, among a thousand it is. So every limit is the strangers' mean plus some spreads, which
count less the nearer the cosine comes to 1 (:meth:`Limits.above`).

The figures are cosines of the pack ``scrfd2.5g_mobilefacenet``, measured on 1,530 people of LFW:
single faces of two people have a mean of 0.0145 and a spread of 0.103, means of two faces 0.087,
of three 0.081, of six and more 0.076. One pair in 100,000 is above 0.47, 0.41, 0.40 and 0.36,
hardly more than a normal distribution has. Of the same people 99 % are above 0.26, 0.37, 0.39 and
0.45.

How alike strangers look differs between networks (a spread of 0.15 for vectors learned from
dlib's), and between libraries: children look alike to every network (mean cosine of two children
0.4 in UTKFace), and so do the people of one family. Of the network its file may tell; what it
does not tell, and the library's people, are read from the library itself. People of one picture
are strangers by certainty; where there are few such pictures and the file is silent, people whom a
first, cautious look tells apart are. See :mod:`clustering.people.strangers`.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", float, NDArray[np.float64])

STRANGERS_MEAN = 0.0145
LOOKS_SPREAD = 0.07
"""What two people's looks make their cosines stray, however many pictures there are of both."""
PICTURE_SPREAD = 0.0755
"""What a single picture of either adds; it shrinks with their number."""
FOUNDER_QUALITY_MIN = 0.5
"""Faces below join people, but found none and tell nothing about strangers."""
POOR_QUALITY_MAX = 0.3
"""Faces below must be more alike to join: blurred and enlarged faces resemble each other."""

SURENESS = 4.9
"""Spreads above the strangers' mean that make two faces one person: 0.48 for single faces."""
SURENESS_MIN = 4.0
"""The same among very few people: 0.29 for large groups."""
CHANCE = 0.03
"""How probable one wrong join of two groups in a library may be."""
ATTACH_SPREADS = 4.15
"""Spreads of single faces for joining the nearest faces of a person: 0.42."""
ATTACH_POOR_SPREADS = 4.8
"""The same for a poor face: 0.47."""
MARGIN = 0.06
"""By so much must a person be more alike than the next one, or the face stays open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Cosines that decide, for one library and one model."""

    mean: float = STRANGERS_MEAN
    scale: float = 1.0
    """How much more strangers' cosines stray in this library than in LFW."""
    sureness: float = SURENESS

    def spread(self, typical: Number) -> Number:
        """How much the mean cosine of strangers' groups of a typical size strays."""
        variance = LOOKS_SPREAD**2 + PICTURE_SPREAD**2 / typical
        root: Number = variance**0.5
        return self.scale * root

    def above(self, straying: Number) -> Number:
        """A cosine so far above the strangers' mean; cosines that near one stray less.

        Of directions on a sphere it is the inverse hyperbolic tangent of the cosine that is
        distributed normally, whatever the spread (Fisher 1921).
        """
        room = 1.0 - self.mean
        limit: Number = self.mean + room * np.tanh(straying / room)
        return limit

    def to_join(self, n_first: Number, n_second: Number) -> Number:
        """Least mean cosine between two groups' faces that makes them one person, by sizes."""
        typical = 2.0 * n_first * n_second / (n_first + n_second)
        return self.above(self.sureness * self.spread(typical))

    @property
    def least(self) -> float:
        """No two groups of any size are joined below this cosine."""
        return self.above(self.sureness * self.spread(math.inf))

    def to_attach(self, *, poor: bool) -> float:
        """Least cosine to a person's nearest faces that lets a single face join."""
        return self.above((ATTACH_POOR_SPREADS if poor else ATTACH_SPREADS) * self.spread(1.0))

    def among(self, n_groups: int) -> "Limits":
        """Limits for so many groups: the fewer pairs there are, the less can be chance."""
        n_pairs = max(1.0, n_groups * (n_groups - 1) / 2)
        needed = NormalDist().inv_cdf(1.0 - CHANCE / n_pairs)
        sureness = min(self.sureness, max(SURENESS_MIN, needed))
        return Limits(mean=self.mean, scale=self.scale, sureness=sureness)
