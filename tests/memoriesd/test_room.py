import shutil
from pathlib import Path

import pytest

from memoriesd.room import free_gb, standing


def test_room_of_a_folder_that_is_not_there_is_that_of_its_disk(tmp_path: Path) -> None:
    later = tmp_path / "movies" / "2026"

    assert standing(later) == tmp_path
    assert free_gb(later) == pytest.approx(shutil.disk_usage(tmp_path).free / 1e9, rel=0.01)
