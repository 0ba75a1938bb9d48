"""What makes a rendered stretch stale."""

import ast
import importlib.metadata
from collections.abc import Iterator
from pathlib import Path

import composer.render
import indexer.media
from composer.render.stretches import LIBRARIES

OURS = {"composer", "indexer", "music", "themes"}


def imported(folder: Path) -> Iterator[str]:
    """Names of the packages that the modules in a folder import."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from (name.name.partition(".")[0] for name in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module.partition(".")[0]


def test_every_library_that_draws_or_reads_pictures_counts() -> None:
    packages = importlib.metadata.packages_distributions()
    folders = [Path(next(iter(p.__path__))) for p in (composer.render, indexer.media)]

    names = {name for folder in folders for name in imported(folder)} - OURS

    needed = {packages[name][0].lower().replace("_", "-") for name in names if name in packages}
    assert needed - set(LIBRARIES) <= {"psutil"}
    assert "av" in needed
