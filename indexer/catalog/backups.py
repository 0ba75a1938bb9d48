"""Copies of the catalog, a day each, and setting a damaged one aside."""

import contextlib
import os
import shutil
import sqlite3
from datetime import date
from pathlib import Path

from indexer.catalog.beside import BESIDE, backups_folder, damaged_folder, mended_of
from indexer.catalog.connection import Catalog, check_integrity, open_catalog
from indexer.catalog.schema import SCHEMA_VERSION
from indexer.catalog.settings import get_setting, put_setting
from indexer.errors import CatalogCorruptError

KEPT = 3
"""Damage that shows itself late must not have reached the oldest one; a large library's catalog has
half a gigabyte."""

_NUMBER = "copy_number"
"""A setting inside each copy."""


def backups_of(catalog_path: Path) -> list[Path]:
    """The copies that there are, the last made first; those that cannot be read at the end.

    Days do not tell: a clock that runs ahead and is set right again dates a copy wrongly.
    """
    copies = backups_folder(catalog_path).glob("catalog-*.db")
    return sorted(copies, key=lambda each: (_number_of(each), each.name), reverse=True)


def _number_of(backup: Path) -> int:
    """The how-manieth copy it is; 0 where it has no number, -1 where it cannot be read."""
    with contextlib.closing(read_only(backup)) as connection:
        try:
            return int(get_setting(Catalog(backup, connection), _NUMBER) or 0)
        except sqlite3.DatabaseError:
            return -1


def back_up_daily(catalog: Catalog, day: date) -> Path | None:
    """Make the copy of a day, once; None where there is one, or nothing worth a copy.

    Others may write meanwhile. A copy takes its place only when it was read back and found sound,
    so that damage never drives out the good ones.

    Raises
    ------
    CatalogCorruptError
        If the catalog is damaged: the copy would be, too.
    OSError, sqlite3.OperationalError
        If there is no room for it.
    """
    folder = backups_folder(catalog.path)
    final = folder / f"catalog-{day.isoformat()}.db"
    if final.exists() or not catalog.scalar("SELECT count(*) FROM files"):
        return None
    folder.mkdir(mode=0o700, exist_ok=True)
    for killed in folder.glob("catalog-*.part*"):  # with the journal of SQLite, of whatever day
        killed.unlink()
    part = final.with_suffix(".part")
    try:
        _copy(catalog, part, 1 + max(map(_number_of, backups_of(catalog.path)), default=0))
        part.replace(final)
    finally:
        part.unlink(missing_ok=True)
    for old in backups_of(catalog.path)[KEPT:]:
        old.unlink()
    return final


def _copy(catalog: Catalog, to: Path, number: int) -> None:
    """Copy the whole catalog as it stands at one instant, and read the copy back."""
    to.unlink(missing_ok=True)
    to.touch(mode=0o600)
    target = sqlite3.connect(to, isolation_level=None)
    try:
        try:
            catalog.connection.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
            put_setting(Catalog(to, target), _NUMBER, str(number))
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            raise CatalogCorruptError(catalog.path, str(error)) from error
        damage = check_integrity(Catalog(to, target))
    finally:
        target.close()
    if damage:
        raise CatalogCorruptError(catalog.path, damage)
    _sync(to)


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def drop_backups(catalog_path: Path) -> None:
    """Remove every copy, what was set aside, and what a repair that was killed has left.

    What is forgotten must not live on in them.
    """
    for folder in (backups_folder(catalog_path), damaged_folder(catalog_path)):
        for path in sorted(folder.glob("catalog-*")):
            path.unlink()
    for path in sorted(catalog_path.parent.glob(f"{mended_of(catalog_path).name}*")):
        path.unlink()


def damage_of(path: Path) -> str:
    """What is wrong with a catalog's file, one line; empty where it can be used as it is.

    Raises
    ------
    CatalogError, sqlite3.OperationalError
        If it is too new, or the disk does not let us look: nothing is known to be damaged.
    """
    try:
        with open_catalog(path) as catalog:
            return check_integrity(catalog)
    except CatalogCorruptError as error:
        return str(error)


def set_aside(path: Path, name: str) -> Path:
    """Move a damaged catalog into the folder for such, with what lies beside it.

    Parameters
    ----------
    name : str
        Tells it from others there, such as a time.
    """
    folder = damaged_folder(path)
    folder.mkdir(mode=0o700, exist_ok=True)
    to = folder / f"catalog-{name}.db"
    for end in (*BESIDE, ""):  # the file itself last: until then the next try finds it
        from_path = path.with_name(path.name + end)
        if from_path.exists():
            from_path.replace(to.with_name(to.name + end))
    return to


def restore_newest(path: Path, to: Path) -> Path | None:
    """Copy the newest sound copy of a catalog to another place, and tell which it was.

    It lies there whole or not at all. Where there is none, nothing lies there afterwards.
    """
    for end in (*BESIDE, ""):
        to.with_name(to.name + end).unlink(missing_ok=True)
    for backup in backups_of(path):
        if _is_usable(backup):
            part = to.with_name(to.name + ".part")
            part.unlink(missing_ok=True)
            part.touch(mode=0o600)
            shutil.copyfile(backup, part)
            _sync(part)
            part.replace(to)
            return backup
    return None


def _is_usable(backup: Path) -> bool:
    connection = read_only(backup)
    try:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        return version <= SCHEMA_VERSION and not check_integrity(Catalog(backup, connection))
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.close()


def read_only(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing; what is wrong with the file shows when it is used."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
