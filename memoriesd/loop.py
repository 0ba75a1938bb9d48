"""The daemon's main loop: one job at a time, chosen from what it knows.

Threads of the watcher, the scheduler and the control socket only leave notes here; the loop reads
them between two jobs and, while a job runs, several times a second.
"""

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from indexer.catalog import jobs as rows
from indexer.catalog.jobs import Job
from indexer.catalog.movies import all_movies
from indexer.catalog.settings import get_setting
from indexer.errors import CatalogError, may_pass
from memoriesd import orders
from memoriesd.clock import local_now, local_today
from memoriesd.due import DueMovie, record_of
from memoriesd.execute import Setting, execute, is_own, queue_job
from memoriesd.exits import CommandFailedError, Exit, explain
from memoriesd.guest import Machine
from memoriesd.hours import is_quiet, parse_quiet_hours
from memoriesd.locks import LockedError, hold
from memoriesd.lookout import Lookout
from memoriesd.notify import tell_of_movies
from memoriesd.protocol import Outcome
from memoriesd.rounds import State, Step, after, next_step, slice_items, upcoming
from memoriesd.sleep import Slept

log = logging.getLogger(__name__)

RESCAN_EVERY_S = 3600.0
"""Events get lost (a full queue, network drives): each folder is looked through this often."""

RETRY_AFTER_S = 600.0
"""A job that failed is tried again after this time, or when something changes."""

HOLD_OFF_S = 10.0
"""After the catalog's disk refused, it is tried again this often."""

IDLE_LOOK_S = 5.0
"""How often an idle daemon looks for jobs that were queued without waking it."""

JOBS_KEPT = 500

PAUSED = "paused; go on with: memoriesd resume"

PAUSED_SETTING = "paused"
"""In the catalog, so that a pause outlives a restart."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What other threads tell the loop."""

    stop: threading.Event = field(default_factory=threading.Event)
    wake: threading.Event = field(default_factory=threading.Event)
    paused: threading.Event = field(default_factory=threading.Event)
    rescan: threading.Event = field(default_factory=threading.Event)
    due: threading.Event = field(default_factory=threading.Event)
    renew: threading.Event = field(default_factory=threading.Event)


class Loop:
    """What the daemon knows, and the doing of one job after the other."""

    def __init__(self, setting: Setting, notes: Notes) -> None:
        config = setting.config
        self.due = DueMovie(setting.catalog, config.schedule)
        self._setting = setting
        self._catalog = setting.catalog
        self._notes = notes
        self.lookout = Lookout(config.library.roots, config.library.settle_s)
        self._quiet = parse_quiet_hours(config.schedule.quiet_hours)
        self._machine = Machine(config.guest, (setting.folders.data, config.output.folder))
        self._state = State(
            to_look_through=True, to_cluster=True, wants_first=not all_movies(self._catalog)
        )
        self._look_again_at_s = time.monotonic() + RESCAN_EVERY_S
        self._may_have_left_rows = True
        self._doing = ""
        self._trouble = ""
        self._disk_trouble = ""
        self._failure: Outcome | None = None
        """The last job that ended badly; None after the next look through all folders."""
        self._once = False
        self._waits = False
        self._slept = Slept()
        self.look_after: Callable[[], object] = _nothing
        """Called before each look for something to do: sees to the watched roots."""
        self.beat: Callable[[], object] = _nothing
        """Called several times a minute, whatever goes on."""
        self._hear_pause()

    @property
    def doing(self) -> str:
        """The kind of the job that runs; empty while none does."""
        return self._doing

    @property
    def upcoming(self) -> str:
        """The kind of the job of our own making that comes next; empty while none does."""
        return upcoming(self._state, self._doing) or ""

    def heard(self, root: Path) -> None:
        """Something changed below a root; called by the watcher."""
        self.lookout.hear(root)
        self._notes.wake.set()

    def fired(self) -> None:
        """A movie is due; called by the scheduler."""
        self.due.hear()
        self._notes.due.set()
        self._notes.wake.set()

    def begin(self) -> None:
        """Find out what a run that was cut off has left, and what was missed."""
        self._take_up_rows()
        self._see_what_is_due()

    def work(self, *, once: bool) -> None:
        """Do what there is to do, for ever or until there is nothing left.

        Raises
        ------
        CommandFailedError
            With `once`: if something is left that may not be done now, or a job ended badly.
        """
        self._once = once
        while not self._notes.stop.is_set():
            try:
                self._read_notes()
                found_work = self._do_something()
                self._disk_trouble = ""
            except (CatalogError, sqlite3.DatabaseError, OSError) as error:
                if once or not may_pass(error):
                    raise
                self._hold_off(error)
                continue
            if found_work:
                continue
            if not once:
                self._sleep()
            elif self._is_round_over():
                return

    def _is_round_over(self) -> bool:
        """Whether nothing is left to do; a round that may not go on ends with the reason."""
        has_work = bool(self.upcoming or rows.jobs_in_state(self._catalog, "queued"))
        reason = self._held_up_by(own=True)
        if has_work and reason:
            raise CommandFailedError(
                Exit.NOTHING,
                f"the round ends before all is done: {reason}",
                "what was done is kept; then run it again: memoriesd run --once",
            )
        if not has_work and self._failure is not None:
            failure = self._failure
            raise CommandFailedError(
                failure.exit_code, failure.message, failure.remedy, failure.details
            )
        return not has_work

    def _hold_off(self, error: Exception) -> None:
        """A disk that is full or fails, or too many open files: nothing is lost, wait for better.

        What the state asks for is asked for still, so the same is tried again.
        """
        message, remedy = explain(error)
        if not self._disk_trouble:
            log.warning("%s; %s", message, remedy)
        self.beat()
        self._disk_trouble = f"{message}; {remedy}"
        self._may_have_left_rows = True
        self._notes.stop.wait(HOLD_OFF_S)

    def why_waiting(self) -> str:
        """The one reason why nothing is done; empty where there is none."""
        if self._notes.paused.is_set():
            return PAUSED
        has_work = bool(self._doing or self.upcoming)
        return (
            self._disk_trouble or (self._why_not_by_itself() if has_work else "") or self._trouble
        )

    def _held_up_by(self, *, own: bool) -> str:
        """Why a job, of our own making or a person's, is not to be done now; empty if it may."""
        if self._notes.paused.is_set():
            return PAUSED
        return self._why_not_by_itself() if own else ""

    def _sleep(self) -> None:
        now_s = time.monotonic()
        settled_in_s = self.lookout.wait_s(now_s)
        wait_s = min(IDLE_LOOK_S, max(0.0, self._look_again_at_s - now_s))
        if settled_in_s is None:
            self._notes.wake.wait(wait_s)
        else:
            # While somebody copies, each event would wake us: only the end of them matters.
            self._notes.stop.wait(min(wait_s, max(0.05, settled_in_s)))
        self._notes.wake.clear()

    def _read_notes(self) -> None:
        self.beat()
        self._hear_pause()
        self.look_after()
        if self._slept.noticed():
            log.info("the machine slept, or its clock was set: looking at everything again")
            self._notes.rescan.set()
        now_s = time.monotonic()
        if self._notes.rescan.is_set() or now_s >= self._look_again_at_s:
            self._notes.rescan.clear()
            self.lookout.want_all()
            self.due.read_zone_again()
            self._look_again_at_s = now_s + RESCAN_EVERY_S
            if self._failure is not None:
                # A folder without changes would not ask for the steps that follow.
                self._failure = None
                self._state = replace(self._state, to_cluster=True)
            self._see_what_is_due()
        if self.lookout.read(now_s):
            self._state = replace(self._state, to_look_through=True)
        if self._notes.due.is_set():
            self._notes.due.clear()
            self._see_what_is_due()

    def _hear_pause(self) -> None:
        """From the catalog: it is heard of even where a command did not reach the socket."""
        if get_setting(self._catalog, PAUSED_SETTING):
            self._notes.paused.set()
        else:
            self._notes.paused.clear()

    def _see_what_is_due(self) -> None:
        """Whether a movie is due, and whether the first one is still wanted."""
        self.due.look()
        is_due = self.due.moment is not None
        self._state = replace(
            self._state,
            movie_due=is_due,
            # What is fit to be shown depends on the day, so it is chosen anew.
            to_choose=self._state.to_choose or is_due,
            wants_first=self._state.wants_first and not all_movies(self._catalog),
        )

    def _take_up_rows(self) -> None:
        """Queue again what a run that was cut off has left; our own steps follow from the state.

        Only under the job lock: a row that runs while somebody holds it is theirs.
        """
        with contextlib.suppress(LockedError), hold(self._setting.folders.job_lock):
            left = [
                job
                for state in ("queued", "running")
                for job in rows.jobs_in_state(self._catalog, state)
            ]
            for job in left:
                if is_own(job):
                    rows.delete_job(self._catalog, job.id)
            rows.requeue_running(self._catalog)
            self._may_have_left_rows = False

    def _do_something(self) -> bool:
        """Do the next job, if there is one and it may be done now."""
        if self._notes.paused.is_set():
            return False
        if self._may_have_left_rows:
            self._take_up_rows()
        queued = rows.jobs_in_state(self._catalog, "queued")
        if queued:
            self._do(queued[0], own=False)
            self._see_what_is_due()
            return True
        step = next_step(self._state)
        if step is None or self._waits_for_better():
            return False
        self._do_step(step)
        return True

    def _waits_for_better(self) -> bool:
        """Whether a step of our own has to wait; told where it begins and where it ends."""
        reason = self._why_not_by_itself()
        if reason and not self._waits and not self._once:
            log.info("waits: %s", reason)
        elif self._waits and not reason:
            log.info("goes on")
        self._waits = bool(reason)
        return self._waits

    def _do_step(self, step: Step) -> None:
        """Queue a job of our own and do it, unless a person queued one in between."""
        args: dict[str, Any] = {}
        roots, told = self.lookout.take(settle=not self._once)
        if step is Step.INDEX:
            args = {**told, "limit_items": slice_items(self._state)}
        elif step is Step.COMPOSE and self.due.moment is not None:
            args = {"due": record_of(self.due.moment)}
        job_id = queue_job(self._catalog, step, args, local_today(), own=True)
        rows.prune_jobs(self._catalog, JOBS_KEPT)
        job = rows.get_job(self._catalog, job_id)
        outcome = None if job is None else self._do(job, own=True)
        if outcome is None or outcome.stopped:
            rows.delete_job(self._catalog, job_id)  # the state still asks for it
            self._see_what_is_due()  # unless it made its movie all the same, and was killed then
            return
        if step is Step.INDEX:
            self.lookout.looked_through(roots, restless=bool(outcome.report.get("restless")))
        self._learn(step, outcome)

    def _do(self, job: Job, *, own: bool) -> Outcome | None:
        """Do one job. None where we were told to stop, or somebody else saw to it, before."""
        with contextlib.ExitStack() as stack:
            lock = self._wait_for_lock(stack)
            waiting = rows.get_job(self._catalog, job.id)
            if lock is None or waiting is None or waiting.state != "queued":
                return None
            self._doing = job.kind
            try:
                outcome = execute(
                    self._setting,
                    job,
                    lock=lock,
                    progress=_unseen,
                    look_up=self._orders(own=own),
                )
            finally:
                self._doing = ""
        if job.kind == Step.COMPOSE:
            made = [movie["path"] for movie in outcome.report.get("movies", ())]
            tell_of_movies(self._setting.config.notify, made, self._notes.stop.is_set)
        return outcome

    def _wait_for_lock(self, stack: contextlib.ExitStack) -> int | None:
        while not self._notes.stop.is_set():
            try:
                lock = stack.enter_context(hold(self._setting.folders.job_lock))
            except LockedError as error:
                if not self._trouble:
                    log.info("waits: another command is at work (process %s)", error)
                self._trouble = f"another command is at work (process {error})"
                self.beat()
                self._notes.stop.wait(0.5)
            else:
                self._trouble = ""
                return lock
        return None

    def _learn(self, step: Step, outcome: Outcome) -> None:
        done = outcome.exit_code == Exit.DONE
        if not done and not (step is Step.COMPOSE and outcome.had_nothing_to_do):
            log.warning("%s: %s", step, outcome.message)
            self._trouble = f"{step} failed: {outcome.message}; {outcome.remedy}"
            self._failure = replace(outcome, message=f"{step} failed: {outcome.message}")
            self._look_again_at_s = min(self._look_again_at_s, time.monotonic() + RETRY_AFTER_S)
            if step is Step.COMPOSE and outcome.exit_code == Exit.NOTHING:
                self.due.crash()
        elif step is Step.COMPOSE:
            self.due.end(made=done)
        self._state = after(
            step,
            self._state,
            outcome.report,
            done=done,
            has_movies=bool(all_movies(self._catalog)),
        )

    def _why_not_by_itself(self) -> str:
        """Why jobs of our own making wait: quiet hours, or the machine is needed otherwise."""
        if self._quiet and is_quiet(self._quiet, local_now().time()):
            hours = self._setting.config.schedule.quiet_hours
            return f"quiet hours ({hours}); goes on at {self._quiet[1]:%H:%M}"
        return self._machine.why_not(working=bool(self._doing))

    def _orders(self, *, own: bool) -> orders.Orders:
        """What tells a running job to pause and to stop; a single round never waits."""

        def is_held_up() -> bool:
            self.beat()
            self._hear_pause()
            return bool(self._held_up_by(own=own))

        def is_ending() -> bool:
            return self._notes.stop.is_set() or (own and self.lookout.has_lost_a_drive())

        patience_s = 0.0 if self._once else orders.PATIENCE_S
        return orders.Orders(is_ending, is_held_up, patience_s)


def _nothing() -> None:
    """What is called where nobody asked to be."""


def _unseen(_: int, __: int, ___: str) -> None:
    """Progress is in the job's row; nobody sits before the daemon."""
