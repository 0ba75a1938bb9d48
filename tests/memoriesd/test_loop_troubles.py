"""The daemon's loop goes on after bad disks, silent drives, jobs that die and jobs stopped."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.catalog import jobs as rows
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.movies import all_movies
from indexer.catalog.settings import put_setting
from memoriesd.clock import local_now
from memoriesd.config import Schedule
from memoriesd.due import MOST_CRASHES, key_of
from memoriesd.execute import outcome_of, queue_job
from memoriesd.exits import CommandFailedError
from memoriesd.folders import Folders
from memoriesd.loop import PAUSED_SETTING, Loop, Notes
from memoriesd.protocol import TASK_MODULES
from memoriesd.rounds import Step
from memoriesd.schedule import last_due
from tests.memoriesd.looped import STAMP, TODAY, make_setting, queue, state_of, tell_pause
from tests.waited import wait_until

pytestmark = pytest.mark.usefixtures("steps")


@pytest.fixture
def folders(home: Path) -> Folders:
    """Those of a library that has a movie, so that no first one is wanted."""
    return Folders(config_file=home / "config.toml", data=home)


def test_due_movie_whose_job_dies_is_told_tried_again_and_given_up_in_the_end(
    catalog: Catalog, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TASK_MODULES, Step.COMPOSE, "half_task")
    rows.note_due(catalog, "schedule:begin", STAMP, STAMP, None)
    notes = Notes()
    loop = Loop(make_setting(catalog, folders, Schedule(when="daily 00:00")), notes)
    moment = last_due(loop.due.triggers, local_now())
    assert moment is not None
    loop.begin()
    told, given_up = [], []
    for _ in range(MOST_CRASHES):
        with pytest.raises(CommandFailedError, match="compose failed: the job's process ended"):
            loop.work(once=True)
        told.append("compose failed" in loop.why_waiting())
        given_up.append(rows.due_done(catalog, key_of(moment)))
        notes.rescan.set()
    loop.work(once=True)

    assert told == [True, True, True]
    assert given_up == [False, False, True]
    kinds = [job.kind for job in rows.recent_jobs(catalog, 50)]
    assert kinds.count("compose") == MOST_CRASHES


def test_job_that_pauses_for_long_is_stopped_and_done_when_work_goes_on(
    catalog: Catalog, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memoriesd.orders.PATIENCE_S", 0.3)
    job_id = queue_job(catalog, "probe", {"do": "spin"}, TODAY)
    loops, notes = list[Loop](), Notes()
    with ThreadPoolExecutor(1) as daemon:
        ended = daemon.submit(work_in_a_thread, folders, loops, notes)
        assert wait_until(lambda: bool(loops) and loops[0].doing == "probe")
        tell_pause(folders, paused=True)
        stopped = wait_until(lambda: not loops[0].doing)
        left = state_of(catalog, job_id)
        tell_pause(folders, paused=False)
        notes.wake.set()
        again = wait_until(lambda: loops[0].doing == "probe")
        notes.stop.set()
        ended.result()

    assert (stopped, left, again) == (True, "queued", True)


def work_in_a_thread(folders: Folders, loops: list[Loop], notes: Notes) -> None:
    with open_catalog(folders.catalog) as catalog:
        loop = Loop(make_setting(catalog, folders), notes)
        loops.append(loop)
        loop.work(once=False)


def test_disk_that_refuses_pauses_the_daemon_which_goes_on_by_itself_when_it_is_well(
    catalog: Catalog, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memoriesd.loop.HOLD_OFF_S", 0.05)
    job_id = queue(catalog)
    loops, well, notes = list[Loop](), threading.Event(), Notes()
    with ThreadPoolExecutor(1) as daemon:
        ended = daemon.submit(work_on_a_bad_disk, folders, loops, well, notes)
        said = wait_until(lambda: bool(loops) and "may be written to" in loops[0].why_waiting())
        refused = state_of(catalog, job_id)
        well.set()
        done = wait_until(lambda: state_of(catalog, job_id) == "done")
        notes.stop.set()
        ended.result()

    assert (said, refused, done) == (True, "queued", True)
    assert "may be written to" not in loops[0].why_waiting()


def test_page_that_is_read_wrongly_pauses_the_daemon_until_it_is_read_well(
    catalog: Catalog, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memoriesd.loop.HOLD_OFF_S", 0.05)
    catalog.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    notes, tries = Notes(), list[str]()
    loop = Loop(make_setting(catalog, folders), notes)
    sound = folders.catalog.read_bytes()
    jobs_page = catalog.scalar("SELECT rootpage FROM sqlite_master WHERE name = 'jobs'")
    at = (jobs_page - 1) * catalog.scalar("PRAGMA page_size")

    def look_after() -> None:
        tries.append(loop.why_waiting())
        is_well = len(tries) == 3
        write_bytes(folders.catalog, at, sound[at : at + 100] if is_well else bytes(100))
        catalog.execute("PRAGMA shrink_memory")
        if is_well:
            notes.stop.set()

    loop.look_after = look_after
    loop.work(once=False)

    assert ["memoriesd doctor" in told for told in tries] == [False, True, True]
    assert loop.why_waiting() == ""


def write_bytes(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def work_on_a_bad_disk(
    folders: Folders, loops: list[Loop], well: threading.Event, notes: Notes
) -> None:
    """A daemon whose catalog cannot be written to until all is well again."""
    with open_catalog(folders.catalog) as catalog:
        catalog.execute("PRAGMA query_only = ON")
        loop = Loop(make_setting(catalog, folders), notes)
        loop.look_after = lambda: well.is_set() and catalog.execute("PRAGMA query_only = OFF")
        loops.append(loop)
        loop.work(once=False)


def test_all_folders_are_looked_through_every_so_often_though_nothing_was_heard(
    catalog: Catalog, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memoriesd.loop.RESCAN_EVERY_S", 0.5)
    loops, notes = list[Loop](), Notes()
    with ThreadPoolExecutor(1) as daemon:
        ended = daemon.submit(work_on_drives, folders, loops, (Path("/photos"),), [], notes)
        looked = wait_until(lambda: n_jobs(catalog, "index") >= 3)
        notes.stop.set()
        ended.result()

    assert looked


def n_jobs(catalog: Catalog, kind: str) -> int:
    return sum(job.kind == kind for job in rows.recent_jobs(catalog, 50))


def test_job_whose_drive_falls_silent_is_begun_anew_without_it(
    catalog: Catalog, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TASK_MODULES, Step.INDEX, "hanging_task")
    nas, photos = Path("/nas"), Path("/photos")
    silent, loops, notes = list[Path](), list[Loop](), Notes()
    with ThreadPoolExecutor(1) as daemon:
        ended = daemon.submit(work_on_drives, folders, loops, (nas, photos), silent, notes)
        hangs = wait_until(lambda: bool(loops) and loops[0].doing == "index")
        silent.append(nas)
        done = wait_until(lambda: rows.last_done(catalog, "index") is not None)
        last = rows.last_done(catalog, "index")
        notes.stop.set()
        ended.result()

    assert (hangs, done) == (True, True)
    assert last is not None
    told = outcome_of(last).report
    assert (told["roots"], told["silent"]) == (["/nas", "/photos"], ["/nas"])


def work_on_drives(
    folders: Folders, loops: list[Loop], roots: tuple[Path, ...], silent: list[Path], notes: Notes
) -> None:
    with open_catalog(folders.catalog) as catalog:
        setting = make_setting(catalog, folders)
        config = replace(setting.config, library=replace(setting.config.library, roots=roots))
        loop = Loop(replace(setting, config=config), notes)
        loop.lookout.silent_roots = lambda: tuple(silent)
        loops.append(loop)
        loop.work(once=False)


@pytest.mark.parametrize("first", [False, True])
def test_movie_that_was_made_before_its_job_was_stopped_is_not_made_again(
    catalog: Catalog, folders: Folders, monkeypatch: pytest.MonkeyPatch, *, first: bool
) -> None:
    monkeypatch.setitem(TASK_MODULES, Step.COMPOSE, "slow_end_task")
    monkeypatch.setattr("memoriesd.orders.PATIENCE_S", 0.1)
    rows.note_due(catalog, "schedule:begin", STAMP, STAMP, None)
    if first:
        catalog.execute("DELETE FROM movies")
    notes, loops = Notes(), list[Loop]()
    when = "never" if first else "daily 00:00"
    with ThreadPoolExecutor(1) as daemon:
        ended = daemon.submit(work_by_schedule, folders, loops, when, notes)
        assert wait_until(lambda: bool(loops) and loops[0].doing == "compose")
        n_before = len(all_movies(catalog))
        made = wait_until(lambda: len(all_movies(catalog)) > n_before)
        notes.paused.set()
        put_setting(catalog, PAUSED_SETTING, "1")
        stopped = wait_until(lambda: not loops[0].doing)
        put_setting(catalog, PAUSED_SETTING, "")
        notes.paused.clear()
        notes.wake.set()
        idle = wait_until(lambda: not loops[0].upcoming and not loops[0].doing)
        notes.stop.set()
        ended.result()

    assert (made, stopped, idle) == (True, True, True)
    assert len(all_movies(catalog)) == n_before + 1


def work_by_schedule(folders: Folders, loops: list[Loop], when: str, notes: Notes) -> None:
    with open_catalog(folders.catalog) as catalog:
        loop = Loop(make_setting(catalog, folders, Schedule(when=when)), notes)
        loop.begin()
        loops.append(loop)
        loop.work(once=False)
