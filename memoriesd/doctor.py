"""What this installation can do, what it lacks, and what to type."""

import importlib.metadata
import json
import os
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psutil

from indexer.catalog.beside import is_lost
from indexer.catalog.connection import check_integrity, open_catalog
from indexer.catalog.files import all_roots, count_known
from indexer.errors import CatalogError, MissingResourceError
from indexer.models.packs import WEIGHTS
from memoriesd.config import Config, dump_config
from memoriesd.drives import can_be_listed, network_drive
from memoriesd.folders import Folders, packs_folder
from memoriesd.installed import place_of
from memoriesd.lettering import missing_characters
from memoriesd.locks import is_held
from memoriesd.room import free_gb, standing
from themes.load import load_theme
from themes.theme import ThemeError

DEVICE_LIMIT_S = 120.0
"""So long the networks may take to be loaded and tried; a driver that compiles takes some time."""


WATCH_LIMIT = Path("/proc/sys/fs/inotify/max_user_watches")


class Health(StrEnum):
    """How good what was found is."""

    GOOD = "good"
    WARNING = "warning"
    """Works, but not all of it."""
    BAD = "bad"
    """Something that a person asked for cannot work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check."""

    name: str
    health: Health
    found: str
    remedy: str = ""


def examine(folders: Folders, config: Config) -> list[Finding]:
    """Every check, in the order in which a person would fix things."""
    checks: tuple[Callable[[Folders, Config], Iterator[Finding]], ...] = (
        _program,
        _configuration,
        _roots,
        _output,
        _models,
        _device,
        _catalog,
        _left_roots,
        _lettering,
        _watching,
        _daemon,
        _service,
    )
    return [finding for check in checks for finding in check(folders, config)]


def _good(name: str, found: str) -> Finding:
    return Finding(name=name, health=Health.GOOD, found=found)


def _program(_: Folders, __: Config) -> Iterator[Finding]:
    version = importlib.metadata.version("memoriesd")
    python = ".".join(str(part) for part in sys.version_info[:3])
    yield _good("program", f"memoriesd {version}, Python {python}, SQLite {sqlite3.sqlite_version}")


def _configuration(folders: Folders, _: Config) -> Iterator[Finding]:
    path = folders.config_file
    if path.exists():
        yield _good("configuration", str(path))
    else:
        yield Finding(
            name="configuration",
            health=Health.WARNING,
            found=f"{path} is not there; the defaults are used",
            remedy="memoriesd init",
        )


def _roots(folders: Folders, config: Config) -> Iterator[Finding]:
    if not config.library.roots:
        yield Finding(
            name="folders",
            health=Health.WARNING,
            found="no folder is watched",
            remedy=f"write your folders into [library] roots of {folders.config_file}",
        )
    for root in config.library.roots:
        if not root.is_dir():
            yield Finding(
                name="folder",
                health=Health.WARNING,
                found=f"{root} is not there; what is known of it is kept",
                remedy="connect the drive, or change [library] roots",
            )
        elif not can_be_listed(root):
            yield Finding(
                name="folder",
                health=Health.BAD,
                found=f"{root} may not be read",
                remedy=_permission_remedy(root),
            )
        elif kind := network_drive(root, psutil.disk_partitions(all=True)):
            yield Finding(
                name="folder",
                health=Health.WARNING,
                found=f"{root} lies on a network drive ({kind}), which tells of no changes;"
                " it is looked through every hour",
                remedy="after copying something there: memoriesd rescan",
            )
        else:
            yield _good("folder", f"{root} can be read")


def _permission_remedy(root: Path) -> str:
    if sys.platform == "darwin":
        return "System Settings, Privacy & Security, Files and Folders: allow your terminal"
    return f"sudo setfacl -R -m u:$USER:rX {root}"


def _output(_: Folders, config: Config) -> Iterator[Finding]:
    folder = config.output.folder
    if not os.access(standing(folder), os.W_OK):
        yield Finding(
            name="output",
            health=Health.BAD,
            found=f"{folder} may not be written",
            remedy="change [output] folder in the configuration",
        )
        return
    free = free_gb(folder)
    if free < config.guest.min_free_gb:
        yield Finding(
            name="output",
            health=Health.BAD,
            found=f"{folder}: {free:.1f} GB free, below [guest] min_free_gb",
            remedy="make room on that disk, or lower min_free_gb",
        )
    else:
        yield _good("output", f"{folder}, {free:.0f} GB free")


def _models(folders: Folders, config: Config) -> Iterator[Finding]:
    pack = config.models.pack
    if pack.startswith("insightface:"):
        name = pack.partition(":")[2]
        place = packs_folder(config.models.folder, folders.data) / "models" / name
        if not any(place.glob("*.onnx")):
            yield Finding(
                name="faces",
                health=Health.BAD,
                found=f"pack {pack} has no .onnx files in {place}",
                remedy=f"run: memoriesd models pull {name}, or set [models] folder to what holds"
                f" models/{name}/*.onnx",
            )
        else:
            yield _good("faces", f"{pack} in {place}")
    else:
        yield _builtin("faces", "detector.onnx", "embedder.onnx")
    scenes = config.models.scenes
    if scenes is None:
        yield _builtin("scenes", "scenes.onnx")
    elif not scenes.exists():
        yield Finding(
            name="scenes",
            health=Health.BAD,
            found=f"{scenes} is not there",
            remedy="change [models] scenes in the configuration",
        )
    else:
        yield _good("scenes", str(scenes))


def _builtin(name: str, *networks: str) -> Finding:
    """Whether the networks that ship with this program are there."""
    missing = [network for network in networks if not (WEIGHTS / network).is_file()]
    if missing:
        return Finding(
            name=name,
            health=Health.BAD,
            found=f"off: {', '.join(missing)} of {WEIGHTS} is missing; all the rest works",
            remedy="install memoriesd anew",
        )
    size_mb = sum((WEIGHTS / network).stat().st_size for network in networks) / 1e6
    return _good(name, f"built-in, {size_mb:.1f} MB")


def _device(_: Folders, config: Config) -> Iterator[Finding]:
    command = [sys.executable, "-m", "memoriesd.computing"]
    told = json.dumps(dump_config(config)["models"])
    try:
        done = subprocess.run(
            command, input=told, capture_output=True, text=True, check=True, timeout=DEVICE_LIMIT_S
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        yield Finding(
            name="device",
            health=Health.WARNING,
            found=f"trying it failed, the CPU computes: {error}",
            remedy='set [models] device = "cpu", or mend the driver',
        )
        return
    answer = json.loads(done.stdout)
    computed_by = ", ".join(answer["computed_by"]) or "nothing to compute: there is no network"
    if answer["notes"]:
        yield Finding(
            name="device",
            health=Health.WARNING,
            found=f"{computed_by}. " + " ".join(answer["notes"]),
            remedy="mend the driver, or choose another [models] device",
        )
    else:
        yield _good("device", computed_by)


def _catalog(folders: Folders, _: Config) -> Iterator[Finding]:
    if not folders.catalog.exists() and not is_lost(folders.catalog):
        yield Finding(
            name="catalog",
            health=Health.WARNING,
            found="nothing is indexed yet",
            remedy="memoriesd index",
        )
        return
    try:
        with open_catalog(folders.catalog) as catalog:
            damage = check_integrity(catalog)
    except CatalogError as error:
        yield Finding(name="catalog", health=Health.BAD, found=str(error), remedy=error.remedy)
        return
    size_mb = folders.catalog.stat().st_size / 1e6
    if damage:
        yield Finding(
            name="catalog",
            health=Health.BAD,
            found=f"{folders.catalog} is damaged: {damage}",
            remedy="memoriesd doctor --repair",
        )
    else:
        yield _good("catalog", f"{folders.catalog}, {size_mb:.1f} MB, sound")


def _left_roots(folders: Folders, config: Config) -> Iterator[Finding]:
    """Folders that were indexed and that the configuration does not name."""
    if not folders.catalog.exists() or not config.library.roots:
        return
    try:
        with open_catalog(folders.catalog) as catalog:
            known = [(root.folder, count_known(catalog, root.id)) for root in all_roots(catalog)]
    except (CatalogError, sqlite3.DatabaseError):  # told by the check of the catalog
        return
    for folder, n_files in known:
        if n_files and folder not in config.library.roots:
            count = "1 file of it is" if n_files == 1 else f"{n_files:,} files of it are"
            yield Finding(
                name="folder",
                health=Health.WARNING,
                found=f"{folder} is not in [library] roots, so it is in no movie; {count} in the"
                " catalog",
                remedy=f"write it into [library] roots of {folders.config_file}, or:"
                f" memoriesd forget {shlex.quote(str(folder))}",
            )


def _lettering(folders: Folders, config: Config) -> Iterator[Finding]:
    try:
        theme = load_theme("gentle" if config.theme.name == "auto" else config.theme.name)
    except ThemeError as error:
        yield Finding(name="theme", health=Health.BAD, found=str(error), remedy=error.remedy)
        return
    if not folders.catalog.exists():
        return
    try:
        with open_catalog(folders.catalog) as catalog:
            missing = missing_characters(catalog, theme.type.title)
    except (CatalogError, sqlite3.DatabaseError):  # told by the check of the catalog
        return
    if missing is None:
        yield _good("fonts", "every name and title can be drawn")
    else:
        yield Finding(
            name="fonts",
            health=Health.WARNING,
            found=f"no font has {missing.characters[:20]!r}, as in {missing.example!r}",
            remedy="install a font that has them; fonts of the system are used",
        )


def _watching(_: Folders, __: Config) -> Iterator[Finding]:
    if not WATCH_LIMIT.exists():
        return
    count = int(WATCH_LIMIT.read_text(encoding="ascii"))
    enough_for_most = 65_536
    if count < enough_for_most:
        yield Finding(
            name="watching",
            health=Health.WARNING,
            found=f"the system watches at most {count:,} folders; the rest is looked at hourly",
            remedy="sudo sysctl fs.inotify.max_user_watches=524288",
        )
    else:
        yield _good("watching", f"up to {count:,} folders")


def _daemon(folders: Folders, _: Config) -> Iterator[Finding]:
    try:
        runs = is_held(folders.daemon_lock)
    except MissingResourceError as error:
        yield Finding(name="daemon", health=Health.BAD, found=str(error), remedy=error.remedy)
        return
    if runs:
        yield _good("daemon", "runs")
    else:
        yield Finding(
            name="daemon", health=Health.WARNING, found="does not run", remedy="memoriesd run"
        )


def _service(folders: Folders, config: Config) -> Iterator[Finding]:
    """Whether the service that is installed may do what the configuration asks of it by now."""
    place = place_of(folders, config, os.environ)
    if not place.file.exists():
        return
    if place.file.read_bytes() == place.text:
        yield _good("service", f"installed, {place.file}")
    else:
        yield Finding(
            name="service",
            health=Health.WARNING,
            found=f"{place.file} is not as this configuration and program want it: folders to write"
            " to, memory, network and devices are as they were when it was installed",
            remedy="memoriesd service install",
        )
