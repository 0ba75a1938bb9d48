"""What a folder lies on, and whether we may look into it."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

NETWORK_DRIVES = (
    *("nfs", "cifs", "smb", "afp", "webdav", "davfs", "9p", "ceph"),
    *("fuse.sshfs", "fuse.rclone", "fuse.gvfsd-fuse", "fuse.davfs", "fuse.s3fs", "fuse.glusterfs"),
)
"""Beginnings of the names of file systems whose changes on other machines nobody hears of."""


class Mount(Protocol):
    """A file system where it is mounted, as psutil tells it."""

    device: str
    mountpoint: str
    fstype: str


def can_be_listed(folder: Path) -> bool:
    """Whether the system lets us see what is in a folder.

    Tried, not asked: macOS keeps pictures from programs whose permission bits say yes.
    """
    try:
        with os.scandir(folder) as entries:
            next(entries, None)
    except PermissionError:
        return False
    return True


def network_drive(folder: Path, mounts: Iterable[Mount]) -> str:
    """The kind of network drive that a folder lies on; empty where it lies on a disk."""
    by_folder = {Path(each.mountpoint): each for each in mounts}
    real = folder.resolve()
    mount = next((by_folder[each] for each in (real, *real.parents) if each in by_folder), None)
    if mount is None:
        return ""
    is_far = mount.fstype.lower().startswith(NETWORK_DRIVES) or "://" in mount.device
    return mount.fstype if is_far else ""  # davfs2 says "fuse", and an address for a device
