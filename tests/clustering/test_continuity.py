from hypothesis import given
from hypothesis import strategies as st

from clustering.continuity import kept_ids


def test_the_largest_part_goes_on_and_the_others_are_new() -> None:
    assert kept_ids([[1], [2, 3, 4]], dict.fromkeys([1, 2, 3, 4], 9)) == [None, 9]


def test_a_small_rest_in_a_large_group_is_not_the_old_one() -> None:
    old = dict.fromkeys(range(10), 5)

    assert kept_ids([[0, *range(100, 110)]], old) == [None]


def test_ids_that_are_taken_are_not_given() -> None:
    assert kept_ids([[1, 2]], {1: 7, 2: 7}, taken=frozenset({7})) == [None]


@given(
    st.lists(st.sets(st.integers(0, 30)), max_size=8),
    st.dictionaries(st.integers(0, 30), st.integers(1, 5)),
)
def test_no_id_is_given_twice(groups: list[set[int]], old: dict[int, int]) -> None:
    parts = [sorted(group) for group in groups if group]

    given_ids = [i for i in kept_ids(parts, old) if i is not None]

    assert len(given_ids) == len(set(given_ids))
