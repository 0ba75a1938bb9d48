"""A file that is written anew is the old one or the new one, never a part."""

from pathlib import Path

import pytest

from indexer.training.whole_file import whole_file


def test_file_appears_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "new" / "facts.json"

    with whole_file(path) as partial:
        partial.write_text("whole")
        assert not path.exists()

    assert path.read_text() == "whole"
    assert list(path.parent.iterdir()) == [path]


def test_file_that_failed_is_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    path.write_text("old")

    with pytest.raises(FileNotFoundError), whole_file(path) as partial:
        (partial / "no folder").write_text("new")

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
