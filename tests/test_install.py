"""What the installed distribution must be."""

from importlib.metadata import packages_distributions

import pytest


@pytest.mark.parametrize(
    "package", ["memoriesd", "indexer", "clustering", "composer", "themes", "music"]
)
def test_no_other_distribution_owns_a_package_of_ours(package: str) -> None:
    assert set(packages_distributions()[package]) == {"memoriesd"}
