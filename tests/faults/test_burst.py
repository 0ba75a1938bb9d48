"""More files at once than events can be told of, and more folders than can be watched."""

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from indexer.catalog import files
from indexer.catalog.connection import open_catalog
from indexer.identity import content_hash
from indexer.scan import scan
from indexer.walk import ScanRules
from memoriesd.watch import Settling, watching

SETTLE_S = 0.5


@pytest.mark.parametrize("count", [2000, pytest.param(20_000, marks=pytest.mark.long)])
def test_burst_of_files_ends_in_a_catalog_that_has_them_all(tmp_path: Path, count: int) -> None:
    root, settling, n_events = tmp_path / "photos", Settling(SETTLE_S), threading.Semaphore(0)
    root.mkdir()

    def changed(which: Path) -> None:
        settling.note(which, time.monotonic())
        n_events.release()

    with watching([root], changed), open_catalog(":memory:") as catalog:
        for number in range(count):
            folder = root / f"{number // 500:03}"
            folder.mkdir(exist_ok=True)
            os.close(os.open(folder / f"{number}.jpg", os.O_CREAT | os.O_WRONLY))
        heard = n_events.acquire(timeout=60.0)
        while not settling.take_settled(time.monotonic()):
            time.sleep(0.05)
        found = scan(
            catalog,
            [root],
            ScanRules(),
            content_hash=content_hash,
            model="m",
            now="2026-06-01T08:00:00+00:00",
            checkpoint=lambda: None,
        )

        assert heard
        assert found.new == count
        assert files.count_by_state(catalog) == {"new": count}


WATCH = """
import sys
from pathlib import Path
from indexer.walk import ScanRules, walk
from memoriesd.watch import watching
root = Path(sys.argv[1])
Path("/proc/sys/user/max_inotify_watches").write_text("5")
with watching([root], id) as watch:
    for number in range(20):
        (root / str(number) / "a.jpg").touch()
    watch.look_after()
    print("rescan finds", len(list(walk(root, ScanRules()))))
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare")
def test_folders_beyond_the_limit_of_watches_are_found_by_the_rescan(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / str(number)).mkdir()

    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", sys.executable, "-c", WATCH, str(tmp_path)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )

    if "unshare" in done.stderr or "max_inotify_watches" in done.stderr:
        pytest.skip("needs user namespaces")
    assert "rescan finds 20" in done.stdout, done.stderr
