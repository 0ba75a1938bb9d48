"""What of a library's folder is ours: other things may lie in it, pictures and movies, too."""

from pathlib import Path

from indexer.catalog.beside import BESIDE, journal_of, mended_of
from memoriesd.folders import DAEMON_LOG, Folders
from memoriesd.sheet import SHEET_NAME


def knowing_files(folders: Folders) -> list[Path]:
    """The files that know something of pictures or people, whether they are there or not.

    The catalog comes last: gone before its journal, it would count as lost.
    """
    journal, mended = journal_of(folders.catalog), mended_of(folders.catalog)
    names = [
        journal.name,
        f"{journal.name}.part",
        SHEET_NAME,
        f".{SHEET_NAME}.part",
        folders.job_log.name,
        f"{mended.name}.part",
        *(name + end for name in (mended.name, folders.catalog.name) for end in (*BESIDE, "")),
    ]
    return [folders.data / name for name in names]


def own_paths(folders: Folders) -> list[Path]:
    """All that is there of a library: files, and two folders that are ours with all in them."""
    config, data = folders.config_file, folders.data
    paths = [
        *sorted(data.glob("backups/catalog-*")),
        *sorted(data.glob("damaged/catalog-*")),
        *knowing_files(folders),
        *(data / name for name in ("segments", "packs", "task.xml", "pull.lock", DAEMON_LOG)),
        *sorted(data.glob(f"{DAEMON_LOG}.*")),
        folders.control,
        config,
        config.with_name(config.name + ".old"),
        folders.job_lock,
        folders.daemon_lock,
    ]
    return [path for path in paths if path.exists() or path.is_symlink()]


def holding_folders(folders: Folders) -> list[Path]:
    """The folders that those lie in, inner ones first: ours only where nothing else is in them."""
    return [folders.data / "backups", folders.data / "damaged", folders.runtime, folders.data]
