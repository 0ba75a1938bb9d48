"""A small library on disk, and an installation for each test."""

import sys
from pathlib import Path

import pytest

# The tests of commands share a module; `pytest` alone does not put the root on the path.
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.demo_library import make_library
from tests.system.installed import TODAY, Library

SIZE_PX = 800


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's library, small; tests copy what they change."""
    folder = tmp_path_factory.mktemp("pictures")
    make_library(folder, TODAY, size_px=SIZE_PX)
    return folder


@pytest.fixture
def library(tmp_path: Path) -> Library:
    made = Library(home=tmp_path / "home", roots=tmp_path / "roots", output=tmp_path / "movies")
    made.roots.mkdir()
    made.configure()
    return made
