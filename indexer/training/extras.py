"""What an optional extra of the installation brings, and what to say where it is missing."""

from importlib.util import find_spec

from indexer.errors import MissingResourceError


class MissingExtraError(MissingResourceError):
    """An optional part of the installation is missing."""

    def __init__(self, extra: str, package: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package}, which is not installed",
            remedy=f"run, in the folder of the source: pip install '.[{extra}]'",
        )


def require(extra: str, *packages: str, purpose: str) -> None:
    """Make sure that packages of an extra can be imported, without importing them.

    Raises
    ------
    MissingExtraError
        If one is not installed.
    """
    for package in packages:
        if find_spec(package) is None:
            raise MissingExtraError(extra, package, purpose)
