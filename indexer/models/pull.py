"""Bring a published pack onto this machine: download, check, unpack, put in place.

The only code of ours that opens a connection to another machine, and only when a person typed the
command for it and agreed to the pack's terms.
"""

import hashlib
import http.client
import io
import os
import shutil
import ssl
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import IO

from indexer.errors import MissingResourceError, NothingToDoError
from indexer.models.packs import Archive, KnownPack

Progress = Callable[[int, int], None]
"""Told (bytes that are there, bytes in all)."""

CHUNK_BYTES = 1 << 20
TIMEOUT_S = 30.0
UNPACKED_MOST = 4
"""Networks hardly shrink: an archive that grows to more than so many times its size is no pack."""
LICENCE_FILE = "LICENSE.txt"

NETWORK_ERRORS = (
    urllib.error.URLError,
    http.client.HTTPException,
    ssl.SSLError,
    TimeoutError,
    ConnectionError,
)


def pull(known: KnownPack, folder: Path, progress: Progress) -> Path:
    """Download a pack whose terms were agreed to; what came of a cut download is gone on with.

    Parameters
    ----------
    known : KnownPack
        One with an archive.
    folder : Path
        ``[models] folder``: the pack becomes ``models/NAME`` in it, whole or not at all.

    Returns
    -------
    Path
        The pack's folder.

    Raises
    ------
    NothingToDoError
        If the pack is there already.
    MissingResourceError
        Without network or room, or if what came is not what is published.
    """
    if known.archive is None:
        raise ValueError(f"{known.pack} has no archive")
    home = folder / "models"
    target = home / known.name
    if target.exists():
        raise NothingToDoError(
            f"{target} is there already",
            remedy=f'to use it, write below [models]: pack = "{known.pack}"',
        )
    home.mkdir(parents=True, exist_ok=True)
    part = home / f".{known.name}.zip.part"
    need_room(known.archive, part)
    download(known.archive, part, progress)
    check(known.archive, part)
    fresh = home / f".{known.name}.unpacked"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    unpack(part, fresh, most_bytes=UNPACKED_MOST * known.archive.size_bytes)
    terms = f"{known.licence}\n\n{known.terms}\n"
    write_through(fresh / LICENCE_FILE, io.BytesIO(terms.encode()))
    fresh.rename(target)
    part.unlink()
    return target


def need_room(archive: Archive, part: Path) -> None:
    """Make sure that archive and networks fit side by side; what came of it lies there already.

    Raises
    ------
    MissingResourceError
        If they do not.
    """
    there = part.stat().st_size if part.exists() else 0
    needed = 2 * archive.size_bytes - min(there, archive.size_bytes)
    free = shutil.disk_usage(part.parent).free
    if free < needed:
        raise MissingResourceError(
            f"{part.parent}: {free / 1e6:,.0f} MB free, {needed / 1e6:,.0f} MB needed",
            remedy="make room on that disk, or change [models] folder",
        )


def download(archive: Archive, part: Path, progress: Progress) -> None:
    """Bring the archive into a file, from where an earlier try stopped.

    Raises
    ------
    MissingResourceError
        If the connection cannot be made or breaks; what came stays in the file.
    """
    there = part.stat().st_size if part.exists() else 0
    if there > archive.size_bytes:
        part.unlink()
        there = 0
    if there < archive.size_bytes:
        try:
            receive(archive, part, there, progress)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                part.unlink()  # it is not the beginning of what is there now
            raise unreachable(archive, error) from error
        except NETWORK_ERRORS as error:
            raise unreachable(archive, error) from error
    came = part.stat().st_size
    if came < archive.size_bytes:
        reason = f"the connection ended after {came / 1e6:,.1f} MB"
        raise unreachable(archive, ConnectionError(reason))


def unreachable(archive: Archive, error: Exception) -> MissingResourceError:
    """What a person is told of a connection that failed."""
    reason = getattr(error, "reason", None) or error
    return MissingResourceError(
        f"{archive.address} cannot be read: {reason}",
        remedy="check the network and give the same command again; it goes on where it stopped",
    )


def receive(archive: Archive, part: Path, there: int, progress: Progress) -> None:
    """Append to the file what the server sends from byte `there` on, at most what is missing."""
    request = urllib.request.Request(archive.address)
    if there:
        request.add_header("Range", f"bytes={there}-")
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
        goes_on = answer.status == HTTPStatus.PARTIAL_CONTENT
        with part.open("ab" if goes_on else "wb") as file:
            copy(answer, file, archive.size_bytes, progress)
            file.flush()
            os.fsync(file.fileno())


def copy(source: IO[bytes], file: IO[bytes], size_bytes: int, progress: Progress) -> None:
    """Copy until the file has its size or the source ends."""
    done = file.tell()
    progress(done, size_bytes)
    while done < size_bytes:
        chunk = source.read(min(CHUNK_BYTES, size_bytes - done))
        if not chunk:
            return
        file.write(chunk)
        done += len(chunk)
        progress(done, size_bytes)


def check(archive: Archive, part: Path) -> None:
    """Make sure that what came is what is published; else it is thrown away.

    Raises
    ------
    MissingResourceError
        If it is something else.
    """
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != archive.sha256:
        part.unlink()
        raise MissingResourceError(
            f"{archive.address} has SHA-256 {digest}, not {archive.sha256}: it was thrown away",
            remedy="give the command again; if it stays so, the file is not the published one",
        )


def unpack(archive: Path, folder: Path, *, most_bytes: int) -> None:
    """Unpack the networks of an archive, whatever folders they lie in, and nothing else.

    Only the last part of a name counts, so that no entry can leave the folder; links and programs
    are never made.

    Raises
    ------
    MissingResourceError
        If it is no archive, two networks share a name, or it would fill the disk.
    """
    try:
        opened = zipfile.ZipFile(archive)
    except zipfile.BadZipFile as error:
        raise not_a_pack(archive, str(error)) from error
    with opened:
        networks = [
            (entry, PurePosixPath(entry.filename.replace("\\", "/")).name)
            for entry in opened.infolist()
            if not entry.is_dir() and entry.filename.endswith(".onnx")
        ]
        names = [name for _, name in networks]
        if not names or len(set(names)) < len(names):
            raise not_a_pack(archive, f"it holds the networks {names}")
        if sum(entry.file_size for entry, _ in networks) > most_bytes:
            raise not_a_pack(archive, "its networks are far larger than the archive")
        for entry, name in networks:
            with opened.open(entry) as source:
                write_through(folder / name, source)


def not_a_pack(archive: Path, reason: str) -> MissingResourceError:
    """What a person is told of an archive that holds something else."""
    return MissingResourceError(f"{archive.name} is no pack: {reason}", remedy="report this")


def write_through(path: Path, source: IO[bytes]) -> None:
    """Write a file so that it is on the disk afterwards."""
    with path.open("wb") as file:
        shutil.copyfileobj(source, file, CHUNK_BYTES)
        file.flush()
        os.fsync(file.fileno())
