import os
from pathlib import Path

import pytest

from indexer.errors import MissingResourceError
from memoriesd.exits import DaemonRunningError
from memoriesd.folders import Folders
from memoriesd.locks import LockedError, _lock_within, alone, hold, is_held


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


@pytest.mark.parametrize("lock", ["daemon.lock", "job.lock"])
def test_library_at_work_is_left_alone_and_one_at_rest_is_held(folders: Folders, lock: str) -> None:
    with hold(folders.data / lock), pytest.raises(DaemonRunningError), alone(folders):
        pass

    with alone(folders):
        assert is_held(folders.data / lock)


def test_lock_that_nobody_made_is_not_held(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "none.lock")


@pytest.mark.skipif(not hasattr(os, "O_PATH"), reason="only Linux has names without files")
def test_disk_that_cannot_lock_is_no_other_holder(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    only_a_name = os.open(tmp_path, os.O_PATH)  # the system refuses to lock it, whoever asks
    try:
        with pytest.raises(MissingResourceError, match=r"a\.lock cannot be locked") as told:
            _lock_within(only_a_name, path, 1.0)
    finally:
        os.close(only_a_name)

    assert "network drive" in told.value.remedy
