"""The library of the tests, with its catalog before and after each kind of job."""

import os
import subprocess
import sys
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

import pytest

# The demo's library is shared; `pytest` alone does not put the root on the path.
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.demo_library import plan, write_picture
from tests.faults.place import KINDS, N_PICTURES, Place, tables
from tests.system.installed import TODAY


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = tmp_path_factory.mktemp("faults")
    (home / "photos").mkdir()
    first = sorted(plan(TODAY), key=attrgetter("name"))[:N_PICTURES]
    for number, taken in enumerate(first):
        write_picture(home / "photos" / f"{number:02}.jpg", taken, size_px=160)
    command = [sys.executable, str(Path(__file__).with_name("faulty_job.py"))]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        made = Place(home=home, process=process)
        for kind in KINDS:
            if kind != "migration":
                made.before[kind] = made.catalog.read_bytes()
            made.told[kind] = made.do(kind)
            made.after[kind] = tables(made.catalog)
        made.movies.extend(made.in_movies())
        yield made
