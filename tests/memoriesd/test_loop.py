"""The daemon's loop: what it takes up from a run that was cut off, on a catalog in a file."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.catalog import jobs as rows
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.jobs import JobId
from indexer.catalog.people import add_person, all_people
from memoriesd.clock import local_now
from memoriesd.config import Config, Guest, Output, Schedule, dump_config
from memoriesd.due import key_of
from memoriesd.execute import outcome_of, queue_job
from memoriesd.exits import CommandFailedError, Exit
from memoriesd.folders import Folders
from memoriesd.locks import hold
from memoriesd.loop import Loop, Notes
from memoriesd.schedule import last_due
from tests.memoriesd.looped import STAMP, TODAY, make_setting, queue, state_of, tell_pause
from tests.waited import wait_until

pytestmark = pytest.mark.usefixtures("steps")


@pytest.fixture
def folders(home: Path) -> Folders:
    """Those of a library that has a movie, so that no first one is wanted."""
    return Folders(config_file=home / "config.toml", data=home)


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


def test_round_that_does_all_ends_well_though_work_is_held_up_then(
    catalog: Catalog, folders: Folders
) -> None:
    notes = Notes()
    loop = Loop(make_setting(catalog, folders), notes)
    loop.work(once=True)
    tell_pause(folders, paused=True)

    loop.work(once=True)

    assert [job.state for job in rows.recent_jobs(catalog, 10)] == ["done"] * 3
