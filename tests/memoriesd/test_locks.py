from pathlib import Path

import pytest

from memoriesd.locks import LockedError, hold, is_held


def test_lock_turns_a_second_holder_away_and_names_the_first(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"

    with hold(path), pytest.raises(LockedError, match=r"^\d+$"), hold(path):
        pass


def test_lock_is_free_once_its_holder_has_gone(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    with hold(path):
        held_inside = is_held(path)

    assert held_inside
    assert not is_held(path)


def test_lock_that_nobody_made_is_not_held(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "none.lock")
