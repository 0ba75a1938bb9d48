"""The library of the tests, with its catalog before and after each kind of job; and a ward."""

import ctypes
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

import pytest

# The demo's library is shared; `pytest` alone does not put the root on the path.
sys.path.insert(0, str(Path(__file__).parents[2]))

from memoriesd.config import load_config
from memoriesd.folders import find_folders, make_private
from memoriesd.units import service_of, systemd_unit
from tests.demo_library import plan, write_picture
from tests.faults.as_service import plan_of
from tests.faults.place import KINDS, N_PICTURES, Place, readings, tables
from tests.faults.ward import Ward
from tests.system.installed import COMMAND, TODAY, Library


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
            if kind == "index":
                made.read.extend(readings(made.catalog))
        made.movies.extend(made.in_movies())
        yield made


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Ward:
    """A library whose commands are held as the service is."""
    unshare = ("unshare", "--user", "--map-root-user", "--net", "--mount")
    if not (shutil.which("unshare") and shutil.which("systemd-analyze")):
        pytest.skip("needs unshare and systemd-analyze")
    if subprocess.run([*unshare, "true"]).returncode:
        pytest.skip("needs user namespaces")
    try:
        ctypes.CDLL("libseccomp.so.2")
    except OSError:
        pytest.skip("needs libseccomp")
    top = tmp_path_factory.mktemp("day")
    library = Library(home=top / "home", roots=top / "roots", output=top / "movies")
    library.configure()
    library.roots.mkdir()
    folders = find_folders(library.environment)
    config = load_config(folders.config_file)
    unit = systemd_unit(service_of(folders, config, [COMMAND, "run"], {}))
    seen = top / "seen"
    make_private(folders.runtime)
    for folder in (library.output, seen):
        folder.mkdir()
    plan = top / "plan.json"
    plan.write_text(json.dumps(plan_of(unit, top, seen)), encoding="utf-8")
    script = str(Path(__file__).with_name("as_service.py"))
    return Ward(
        library=library,
        unit=unit,
        mounts=(*unshare, sys.executable, script, "mounts", str(plan)),
        rights=(sys.executable, script, "rights", str(plan)),
        seen=seen,
    )
