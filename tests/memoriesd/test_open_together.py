import subprocess
import sys
from pathlib import Path

_OPEN = (
    "import sys\n"
    "from indexer.catalog.connection import open_catalog\n"
    "open_catalog(sys.argv[1]).close()\n"
)


def test_processes_that_open_a_new_catalog_at_once_wait_for_each_other(tmp_path: Path) -> None:
    words = [sys.executable, "-c", _OPEN, str(tmp_path / "catalog.db")]

    started = [subprocess.Popen(words, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    ends = [(process.communicate()[1], process.returncode) for process in started]

    assert ends == [("", 0)] * 4
