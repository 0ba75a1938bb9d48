"""Ids that stay: which new group is which old one."""

from collections import Counter
from collections.abc import Mapping, Sequence

SHARE_MIN = 1 / 3
"""A group goes on as an old one if it has at least this share of the old one's members, or the
old one makes up at least this share of it."""


def kept_ids(
    groups: Sequence[Sequence[int]], old: Mapping[int, int], taken: frozenset[int] = frozenset()
) -> list[int | None]:
    """The old id of each group, None for a new one.

    The pairs with most common members choose first; an id is given once.

    Parameters
    ----------
    groups : sequence of sequence of int
        Members of each group.
    old : mapping
        Old group id by member.
    taken : frozenset of int
        Ids that must not be given.

    Examples
    --------
    >>> kept_ids([[1, 2, 3], [4, 5], [6]], {1: 7, 2: 7, 4: 7, 5: 8})
    [7, 8, None]
    """
    sizes = Counter(old.values())
    offers = []
    for number, members in enumerate(groups):
        common = Counter(old[member] for member in members if member in old)
        for old_id, n_common in common.items():
            share = max(n_common / sizes[old_id], n_common / len(members))
            if old_id not in taken and share >= SHARE_MIN:
                offers.append((-n_common, old_id, number))
    kept: list[int | None] = [None] * len(groups)
    given: set[int] = set()
    for _, old_id, number in sorted(offers):
        if old_id not in given and kept[number] is None:
            kept[number] = old_id
            given.add(old_id)
    return kept
