"""Mending a catalog that is damaged: set aside, never overwritten; what was told is kept."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from composer.choose import RELEASED
from indexer.catalog import rescue
from indexer.catalog.backups import damage_of, restore_newest, set_aside
from indexer.catalog.beside import is_lost, mended_of
from indexer.catalog.connection import open_catalog
from indexer.catalog.rescue import Told
from memoriesd.folders import Folders
from memoriesd.loop import PAUSED_SETTING


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What was done for a damaged catalog."""

    damage: str
    set_aside: Path | None
    """Where the damaged file lies now; None where it was lost."""
    backup: Path | None
    """The copy that took its place; None: all is read from the media again."""
    n_corrections: int
    """Taken over from the journal, beyond those of the copy."""
    told: Told | None
    """What else was told, read out of the damaged file."""


def repair(folders: Folders, now: datetime) -> Repair | None:
    """Put a usable catalog in the place of a damaged or lost one; None where nothing is wrong.

    The caller holds the locks of the daemon and of jobs. Killed half-way and done again, it ends
    alike: the mended file takes its place in one step, at last.

    Raises
    ------
    CatalogError, sqlite3.OperationalError
        If it is too new, or the disk does not let us look: nothing is known to be damaged.
    """
    path = folders.catalog
    was_lost = is_lost(path)
    damage = damage_of(path) if was_lost or path.exists() else ""
    if not damage:
        return None
    mended = mended_of(path)
    told = None if was_lost else rescue.read_told(path, (RELEASED, PAUSED_SETTING))
    backup = None
    if not (was_lost and mended.exists()):  # else we were killed between the last two steps below
        backup = restore_newest(path, mended)
    with open_catalog(mended) as catalog:
        n_corrections = rescue.take_over_journal(catalog)
        if told is not None:
            rescue.put_told(catalog, told)
    # Of a lost one the log may lie there yet, which would be read into the next.
    aside = set_aside(path, f"{now:%Y-%m-%dT%H-%M-%S}")
    mended.replace(path)
    return Repair(
        damage=damage,
        set_aside=None if was_lost else aside,
        backup=backup,
        n_corrections=n_corrections,
        told=told,
    )
