"""The daemon's loop: what it takes up from a run that was cut off, on a catalog in a file."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from indexer.catalog import jobs as rows
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.jobs import JobId
from indexer.catalog.movies import all_movies
from indexer.catalog.people import add_person, all_people
from indexer.catalog.settings import put_setting
from memoriesd.clock import local_now
from memoriesd.config import Config, Guest, Output, Schedule, dump_config
from memoriesd.due import MOST_CRASHES, key_of
from memoriesd.execute import Setting, outcome_of, queue_job
from memoriesd.exits import CommandFailedError, Exit
from memoriesd.folders import Folders
from memoriesd.locks import hold
from memoriesd.loop import PAUSED_SETTING, Loop, Notes
from memoriesd.protocol import TASK_MODULES
from memoriesd.rounds import Step
from memoriesd.schedule import last_due

TODAY = date(2026, 6, 1)
STAMP = "2026-06-01T08:00:00+00:00"


pytestmark = pytest.mark.usefixtures("steps")


@pytest.fixture
def steps(probe: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The daemon's own steps do nothing, in processes of their own."""
    for step in Step:
        monkeypatch.setitem(TASK_MODULES, step, "probe_task")


@pytest.fixture
def folders(home: Path) -> Folders:
    """Those of a library that has a movie, so that no first one is wanted."""
    return Folders(config_file=home / "config.toml", data=home)


@pytest.fixture
def catalog(folders: Folders) -> Iterator[Catalog]:
    with open_catalog(folders.catalog) as opened:
        yield opened


def make_setting(catalog: Catalog, folders: Folders, schedule: Schedule | None = None) -> Setting:
    return Setting(
        catalog=catalog,
        config=Config(
            guest=Guest(pause_on_battery=False, min_free_gb=0.0),
            schedule=schedule or Schedule(when="never"),
        ),
        folders=folders,
        nice=0,
        log_file=folders.job_log,
    )


def queue(catalog: Catalog, *, own: bool = False, running: bool = False) -> JobId:
    job_id = queue_job(catalog, "probe", {"do": "report"}, TODAY, own=own)
    if running:
        rows.start_job(catalog, job_id, STAMP)
    return job_id


def state_of(catalog: Catalog, job_id: JobId) -> str | None:
    job = rows.get_job(catalog, job_id)
    return None if job is None else job.state


def wait_until(true: Callable[[], bool], limit_s: float = 20.0) -> bool:
    end = time.monotonic() + limit_s
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


def test_what_was_cut_off_is_queued_again_but_own_steps_are_not(
    catalog: Catalog, folders: Folders
) -> None:
    told = queue(catalog, running=True)
    own = [queue(catalog, own=True, running=True), queue(catalog, own=True)]

    Loop(make_setting(catalog, folders), Notes()).begin()

    assert state_of(catalog, told) == "queued"
    assert [state_of(catalog, each) for each in own] == [None, None]


def test_row_of_a_command_at_work_is_left_to_it(catalog: Catalog, folders: Folders) -> None:
    with hold(folders.job_lock):
        at_work = queue(catalog, running=True)

        Loop(make_setting(catalog, folders), Notes()).begin()

        assert state_of(catalog, at_work) == "running"


def test_row_that_another_command_finished_is_not_done_again(
    catalog: Catalog, folders: Folders
) -> None:
    loop = Loop(make_setting(catalog, folders), Notes())
    job_id = queue(catalog)
    with ThreadPoolExecutor(1) as other:
        held = threading.Event()
        ended = other.submit(finish_elsewhere, folders, job_id, loop, held)
        held.wait(20.0)
        loop.work(once=True)

    job = rows.get_job(catalog, job_id)
    assert ended.result()
    assert job is not None
    assert (job.state, job.result) == ("done", "elsewhere")


def finish_elsewhere(folders: Folders, job_id: JobId, loop: Loop, held: threading.Event) -> bool:
    """What a command does that runs the job itself while the daemon waits for its turn."""
    with hold(folders.job_lock), open_catalog(folders.catalog) as catalog:
        held.set()
        waits = wait_until(lambda: "another command" in loop.why_waiting())
        rows.finish_job(catalog, job_id, exit_code=0, result="elsewhere", now=STAMP)
    return waits


def test_queued_job_is_done_by_the_configuration_it_came_with(
    catalog: Catalog, folders: Folders, tmp_path: Path
) -> None:
    told = dump_config(Config(output=Output(folder=tmp_path / "elsewhere")))
    job_id = queue_job(catalog, "probe", {"do": "configuration"}, TODAY, config=told)

    Loop(make_setting(catalog, folders), Notes()).work(once=True)

    job = rows.get_job(catalog, job_id)
    assert job is not None
    assert outcome_of(job).report == {"folder": str(tmp_path / "elsewhere")}


def test_forgetting_that_counts_movies_is_done_by_the_daemon_which_goes_on(
    catalog: Catalog, folders: Folders
) -> None:
    person = add_person(catalog, "Bert")
    job_id = queue_job(catalog, "forget", {"person": person}, TODAY)

    Loop(make_setting(catalog, folders), Notes()).work(once=True)

    job = rows.get_job(catalog, job_id)
    assert job is not None
    assert outcome_of(job).exit_code == Exit.DONE
    assert outcome_of(job).report["movies"] == 0
    assert person not in {one.id for one in all_people(catalog)}


@pytest.mark.parametrize(("served", "n_movies"), [(True, 0), (False, 1)])
def test_due_time_that_a_queued_job_served_is_not_served_again(
    catalog: Catalog, folders: Folders, *, served: bool, n_movies: int
) -> None:
    rows.note_due(catalog, "schedule:begin", STAMP, STAMP, None)
    loop = Loop(make_setting(catalog, folders, Schedule(when="daily 00:00")), Notes())
    loop.begin()
    moment = last_due(loop.due.triggers, local_now())
    assert moment is not None
    args = {"do": "serve", "key": key_of(moment)} if served else {"do": "report"}
    queue_job(catalog, "probe", args, TODAY)

    loop.work(once=True)

    kinds = [job.kind for job in rows.recent_jobs(catalog, 10)]
    assert kinds.count("compose") == n_movies


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


def test_round_that_may_not_begin_ends_at_once_and_says_why(
    catalog: Catalog, folders: Folders
) -> None:
    setting = make_setting(catalog, folders)
    config = replace(setting.config, guest=Guest(pause_on_battery=False, min_free_gb=1e9))

    with pytest.raises(CommandFailedError, match=r"min_free_gb = 1e\+09; make room") as caught:
        Loop(replace(setting, config=config), Notes()).work(once=True)

    assert caught.value.exit_code == Exit.NOTHING
    assert "run --once" in caught.value.remedy
    assert rows.recent_jobs(catalog, 10) == []


def test_round_that_is_paused_ends_and_leaves_its_job_for_the_next(
    catalog: Catalog, folders: Folders
) -> None:
    job_id = queue_job(catalog, "probe", {"do": "spin"}, TODAY)
    notes = Notes()
    loop = Loop(make_setting(catalog, folders), notes)
    with ThreadPoolExecutor(1) as other:
        other.submit(pause_at_work, loop, folders)
        with pytest.raises(CommandFailedError, match="paused; go on with: memoriesd resume"):
            loop.work(once=True)

    assert state_of(catalog, job_id) == "queued"


def pause_at_work(loop: Loop, folders: Folders) -> None:
    wait_until(lambda: bool(loop.doing))
    tell_pause(folders, paused=True)


def tell_pause(folders: Folders, *, paused: bool) -> None:
    """As a command does that finds no socket."""
    with open_catalog(folders.catalog) as catalog:
        put_setting(catalog, PAUSED_SETTING, "1" if paused else "")


def test_round_that_does_all_ends_well_though_work_is_held_up_then(
    catalog: Catalog, folders: Folders
) -> None:
    notes = Notes()
    loop = Loop(make_setting(catalog, folders), notes)
    loop.work(once=True)
    tell_pause(folders, paused=True)

    loop.work(once=True)

    assert [job.state for job in rows.recent_jobs(catalog, 10)] == ["done"] * 3


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
