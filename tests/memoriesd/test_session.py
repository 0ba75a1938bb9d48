"""What commands share."""

from pathlib import Path

from memoriesd.cli.options import Session
from memoriesd.folders import Folders


def test_what_commands_write_outlives_a_power_cut(home: Path) -> None:
    folders = Folders(config_file=home / "config.toml", data=home)
    session = Session(folders=folders, config_told=False, debug=False)

    with session.catalog() as catalog:
        level = catalog.scalar("PRAGMA synchronous")

    full = 2  # https://sqlite.org/pragma.html#pragma_synchronous
    assert level == full
