"""What lies beside the catalog's file."""

from pathlib import Path

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file; none of it may outlive the file, or it spoils the next one."""

_MENDED = ".mended"


def journal_of(catalog_path: Path) -> Path:
    """The journal of corrections."""
    return catalog_path.with_name("corrections.jsonl")


def backups_folder(catalog_path: Path) -> Path:
    """Where the copies lie; mode 0700."""
    return catalog_path.with_name("backups")


def damaged_folder(catalog_path: Path) -> Path:
    """Where damaged catalogs are set aside; mode 0700."""
    return catalog_path.with_name("damaged")


def mended_of(catalog_path: Path) -> Path:
    """What a repair puts in the place of a catalog."""
    return catalog_path.with_name(catalog_path.name + _MENDED)


def is_lost(catalog_path: Path) -> bool:
    """Whether there is no catalog, or one without a byte, where what lies beside tells of one.

    An empty one that was made in its place would drive out the copies, a day each. A repair
    may begin with nothing.
    """
    is_there = catalog_path.exists() and catalog_path.stat().st_size > 0
    return not is_there and tells_of_one(catalog_path)


def tells_of_one(catalog_path: Path) -> bool:
    """Whether something lies beside a catalog that only one with content leaves."""
    if catalog_path.suffix == _MENDED:
        return False
    journal = journal_of(catalog_path)
    return (
        mended_of(catalog_path).exists()
        or (journal.exists() and journal.stat().st_size > 0)
        or any(backups_folder(catalog_path).glob("catalog-*.db"))
    )
