"""How much room is left where something is going to be written."""

import shutil
from pathlib import Path


def standing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    while not folder.exists():
        folder = folder.parent
    return folder


def free_gb(folder: Path) -> float:
    """Room on the disk of a folder that need not be there yet."""
    return shutil.disk_usage(standing(folder)).free / 1e9
