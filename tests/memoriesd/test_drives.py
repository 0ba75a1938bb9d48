from dataclasses import dataclass
from pathlib import Path

import pytest

from memoriesd.drives import network_drive


@dataclass
class Mounted:
    device: str
    mountpoint: str
    fstype: str


@pytest.mark.parametrize(
    ("device", "fstype", "kind"),
    [
        ("/dev/sda1", "ext4", ""),
        ("/dev/sdb1", "fuseblk", ""),
        ("nas:/photos", "nfs4", "nfs4"),
        ("gvfsd-fuse", "fuse.gvfsd-fuse", "fuse.gvfsd-fuse"),
        ("https://cloud.example/dav", "fuse", "fuse"),
    ],
)
def test_network_drive_is_known_by_its_file_system_or_its_address(
    tmp_path: Path, device: str, fstype: str, kind: str
) -> None:
    mounts = [Mounted("/dev/root", "/", "ext4"), Mounted(device, str(tmp_path), fstype)]

    assert network_drive(tmp_path / "photos" / "2021", mounts) == kind
