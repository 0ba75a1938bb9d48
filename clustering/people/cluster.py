"""People from faces: seeds by density, average linkage, then the poor and lonely faces join."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from clustering.people.assign import Known, attach
from clustering.people.limits import FOUNDER_QUALITY_MIN, Limits
from clustering.people.linkage import Group, group_of, joined, link, means_of
from clustering.people.seeds import seeds
from clustering.people.strangers import limits_for
from clustering.people.table import OPEN, FaceTable, Rows

FACES_MIN = 2
"""A face seen once is a passer-by."""
ORDERING_NUMBERS = 8
"""Vectors that begin with so many equal numbers are those of copies of one picture."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clustering:
    """Who is who among the faces of a table."""

    labels: Rows
    """By row: number of the group, ``OPEN`` for nobody's faces."""
    told: tuple[int, ...]
    """By group: the known person it is, ``OPEN`` for somebody new."""
    limits: Limits
    """How alike faces had to be."""


def cluster(faces: FaceTable, checkpoint: Callable[[], None] = lambda: None) -> Clustering:
    """Group faces into people, from nothing but looks and what people told.

    The result does not depend on the order of the rows. Two faces of one frame are never in one
    group. Every row that was told to be somebody is in that person's group, unless two of one
    frame were told to be the same: then only the better one.

    Parameters
    ----------
    faces : FaceTable
        All faces of one model.
    checkpoint : callable
        Called between the steps.

    Returns
    -------
    Clustering
        Groups in the order of their first rows; nobody of fewer than ``FACES_MIN`` faces, unless
        told.
    """
    order = canonical_order(faces, np.arange(len(faces)))
    limits = limits_for(faces, order)
    is_told = faces.told[order] != OPEN
    is_refused = np.array([bool(faces.barred_of(row)) for row in order.tolist()], np.bool_)
    is_founder = (faces.quality[order] >= FOUNDER_QUALITY_MIN) & ~is_told & ~is_refused
    checkpoint()
    starts = told_groups(faces, order[is_told], limits) + seeds(faces, order[is_founder], limits)
    checkpoint()
    people = people_of(faces, linked(starts, limits))
    checkpoint()
    people = with_open_faces(faces, people, order, limits)
    rest = still_open(faces, people, order[is_refused & ~is_told])
    people += people_of(faces, linked(seeds(faces, rest, limits), limits))
    return labelled(faces, people, limits)


def grow(
    faces: FaceTable, people: Sequence[Known], fresh: Rows, limits: Limits
) -> tuple[list[int], list[Known]]:
    """Let new faces join people who are there already; what is left may be somebody new.

    The cheap path: nobody is taken apart, and only new faces are looked at, beside the open ones
    and the people whom they are like.

    Parameters
    ----------
    faces : FaceTable
        All faces of one model.
    people : sequence of Known
        Who is there, with everybody who was told.
    fresh : int64[k]
        New faces, those that are told and are in ``people`` too.
    limits : Limits
        Those by which all faces were clustered.

    Returns
    -------
    list of int, list of Known
        Indexes of the people that may have changed, and what became of them, with those who are
        new.
    """
    fresh = fresh[canonical_order(faces, fresh)]
    is_open = faces.told == OPEN
    for person in people:
        is_open[person.rows] = False
    asking = fresh[is_open[fresh]]
    joins = attach(faces, asking, people, limits)
    is_fresh = np.isin(np.arange(len(faces)), fresh)
    touched = {n for n, p in enumerate(people) if is_fresh[p.rows].any()} | set(joins.tolist())
    touched -= {OPEN}
    known = list(people)
    for number in touched:
        joined_rows = asking[joins == number]
        rows = np.sort(np.concatenate([people[number].rows, joined_rows]))
        known[number] = replace(people[number], rows=rows)
        is_open[joined_rows] = False
    found = founded(faces, np.flatnonzero(is_open & is_fresh), np.flatnonzero(is_open), limits)
    groups = {
        n: replace(group_of(faces, known[n].rows.tolist()), told=known[n].told) for n in touched
    }
    means = np.stack([faces.vectors[p.rows].mean(axis=0) for p in known]) if known else None
    if means is not None and (found or groups):
        alike = means_of([*found, *groups.values()]) @ means.T >= limits.least
        for number in np.flatnonzero(alike.any(axis=0)).tolist():
            if number not in groups:
                told = known[number].told
                groups[number] = replace(group_of(faces, known[number].rows.tolist()), told=told)
    near = sorted(groups)
    everybody = limits.among(len(known) + len(found))
    return near, people_of(faces, link([*(groups[n] for n in near), *found], everybody))


def founded(faces: FaceTable, fresh: Rows, rows: Rows, limits: Limits) -> list[Group]:
    """Groups of new faces that are nobody's, with the open ones among `rows` that are like them."""
    fresh, rows = (r[faces.quality[r] >= FOUNDER_QUALITY_MIN] for r in (fresh, rows))
    if not len(fresh):
        return []
    alike = (faces.vectors[rows] @ faces.vectors[fresh].T).max(axis=1) >= limits.least
    rows = np.union1d(fresh, rows[alike])
    groups = linked(seeds(faces, rows[canonical_order(faces, rows)], limits), limits)
    return [group for group in groups if np.isin(group.rows, fresh).any()]


def canonical_order(faces: FaceTable, rows: Rows) -> Rows:
    """Positions in `rows` in an order that depends on the faces alone."""
    first = faces.vectors[rows, :ORDERING_NUMBERS].T
    keys = [faces.frames[rows], faces.quality[rows], *first[::-1]]
    return np.lexsort(keys).astype(np.int64)


def told_groups(faces: FaceTable, rows: Rows, limits: Limits) -> list[Group]:
    """Groups of each known person's faces: one, or more of somebody who looks different in them.

    Who is in any of them is in none of the pictures of the others, so all have all frames.
    """
    found: list[Group] = []
    for person in np.unique(faces.told[rows]).tolist():
        theirs = rows[faces.told[rows] == person]
        frames = frozenset(faces.frames[theirs].tolist())
        groups = link(seeds(faces, theirs, limits), limits)
        found.extend(replace(group, frames=frames) for group in groups)
    return found


def linked(starts: Sequence[Group], limits: Limits) -> list[Group]:
    """Groups of people, after a second look at the few that are left."""
    groups = [g for g in link(starts, limits) if g.told != OPEN or len(g.rows) >= FACES_MIN]
    return link(groups, limits.among(len(groups)))


def people_of(faces: FaceTable, groups: Sequence[Group]) -> list[Known]:
    """The groups as people; those told to be one person are one; nobody is in a frame twice."""
    told = sorted({group.told for group in groups} - {OPEN})
    whole = [group for group in groups if group.told == OPEN]
    whole += [reduce(joined, (g for g in groups if g.told == person)) for person in told]
    people = [
        Known(rows=np.array(once_per_frame(faces, group), np.int64), told=group.told)
        for group in whole
    ]
    return [person for person in people if person.told != OPEN or len(person.rows) >= FACES_MIN]


def still_open(faces: FaceTable, people: Sequence[Known], rows: Rows) -> Rows:
    """Those of the rows that are nobody's and not told to be anybody's."""
    is_taken = faces.told != OPEN
    for person in people:
        is_taken[person.rows] = True
    return np.array([row for row in rows.tolist() if not is_taken[row]], np.int64)


def with_open_faces(
    faces: FaceTable, people: Sequence[Known], order: Rows, limits: Limits
) -> list[Known]:
    """Let open faces join."""
    rest = still_open(faces, people, order)
    joins = attach(faces, rest, people, limits)
    return [
        replace(person, rows=np.sort(np.concatenate([person.rows, rest[joins == number]])))
        for number, person in enumerate(people)
    ]


def labelled(faces: FaceTable, people: Sequence[Known], limits: Limits) -> Clustering:
    """People as labels."""
    ordered = sorted(people, key=lambda person: int(person.rows.min()))
    labels = np.full(len(faces), OPEN, np.int64)
    for number, person in enumerate(ordered):
        labels[person.rows] = number
    told = tuple(person.told for person in ordered)
    return Clustering(labels=labels, told=told, limits=limits)


def once_per_frame(faces: FaceTable, group: Group) -> list[int]:
    """The group's rows without the less fitting ones of each frame that it is in twice."""
    rows = np.array(group.rows)
    if len(set(faces.frames[rows].tolist())) == len(rows):
        return [int(row) for row in rows]
    fit = faces.vectors[rows] @ group.mean.astype(np.float32)
    kept: dict[int, int] = {}
    for index in np.lexsort((rows, -fit, faces.told[rows] == OPEN)):
        kept.setdefault(int(faces.frames[rows[index]]), int(rows[index]))
    return sorted(kept.values())
