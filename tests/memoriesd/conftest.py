"""A task of our own for tests of jobs, and a library's folders in a temporary place."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from memoriesd.config import Config, dump_config
from memoriesd.folders import Folders
from memoriesd.protocol import TASK_MODULES, Request

PROBE = Path(__file__).parent / "probe"


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(
        config_file=tmp_path / "config.toml", data=tmp_path / "data", runtime=tmp_path / "run"
    )


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job of the kind ``probe`` does what its arguments say; see ``probe/probe_task.py``."""
    monkeypatch.setitem(TASK_MODULES, "probe", "probe_task")
    monkeypatch.setenv("PYTHONPATH", str(PROBE))


@pytest.fixture
def make_request(folders: Folders) -> Callable[..., Request]:
    def make(**args: object) -> Request:
        folders.data.mkdir(exist_ok=True)
        return Request(
            kind="probe",
            catalog=str(folders.catalog),
            config=dump_config(Config()),
            config_file=str(folders.config_file),
            args=args,
            now="2026-06-01T08:00:00+00:00",
            today="2026-06-01",
        )

    return make


linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
