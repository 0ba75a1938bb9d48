"""The two passes of an index job: headers of everything new, then pixels as they are needed.

Workers read, this process writes: one transaction a batch of headers, one an item's pixels.
"""

import itertools
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from indexer import record
from indexer.budget import Budget, MemorySeen
from indexer.catalog import files, items, labels
from indexer.catalog.connection import Catalog
from indexer.catalog.files import File, FileState
from indexer.catalog.items import Item, ItemFile, ItemId
from indexer.chosen import ModelChoice, Models, Outdated
from indexer.cluster import ClusterPool
from indexer.errors import DearMediaError, MissingResourceError, UnreadableMediaError
from indexer.identity import is_as_scanned
from indexer.kept import (
    ITEMS_A_TASK,
    SeenAgain,
    is_kept,
    kept_of,
    look_at_kept,
    write_seen_again,
)
from indexer.looking import look
from indexer.media.cost import RAISE
from indexer.photographs import searched_px
from indexer.pixels import Pixels, PixelTask
from indexer.reading import Answered, HeaderTask, read_headers
from indexer.workers import WorkerLostError, WorkerPool

log = logging.getLogger(__name__)

Checkpoint = Callable[[], None]
Progress = Callable[[int, int, str], None]
Task = TypeVar("Task")
Answer = TypeVar("Answer")

HEADERS_A_TASK = 32
"""Reading a header takes about a millisecond, sending a task about as long."""
_ANNIVERSARY_DAYS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What both passes share."""

    catalog: Catalog
    pool: WorkerPool | ClusterPool
    choice: ModelChoice
    models: Models
    """What the choice comes to."""
    video_sample_s: float
    today: date
    """Items of this day in other years are read first."""
    limit_items: int | None
    budget: Budget
    checkpoint: Checkpoint
    progress: Progress
    seen: MemorySeen = field(default_factory=MemorySeen)

    def read_all_headers(self) -> None:
        """Pass one: format, size and metadata of every new file."""
        new = files.files_in_state(self.catalog, FileState.NEW)
        roots = {root.id: root.folder for root in files.all_roots(self.catalog)}
        tasks = [
            HeaderTask(path=roots[file.root_id] / os.fsdecode(file.path), mtime_ns=file.mtime_ns)
            for file in new
        ]
        both = list(zip(new, tasks, strict=True))
        batches = [both[at : at + HEADERS_A_TASK] for at in range(0, len(both), HEADERS_A_TASK)]
        done = 0
        for batch, answer in self._in_order(batches, self._submit_headers):
            read = [
                (file, header)
                for (file, task), header in zip(batch, self._headers_of(batch, answer), strict=True)
                if is_as_scanned(task.path, file.size, file.mtime_ns)
            ]
            with self.catalog.transaction():
                for file, header in read:
                    record.write_header(self.catalog, file, header, self.models.stage_model)
            done += len(batch)
            self.progress(done, len(new), "reading dates and places")

    def _submit_headers(self, batch: Sequence[tuple[File, HeaderTask]]) -> Future[list[Answered]]:
        return self.pool.submit(read_headers, [task for _, task in batch])

    def _headers_of(
        self,
        batch: Sequence[tuple[File, HeaderTask]],
        answer: Future[list[Answered]],
    ) -> list[Answered]:
        """A batch's headers; where one file cost the worker, the files one by one."""
        try:
            return answer.result()
        except WorkerLostError:
            return [self._header_alone(task) for _, task in batch]

    def _header_alone(self, task: HeaderTask) -> Answered:
        try:
            return self.pool.submit(read_headers, [task]).result()[0]
        except WorkerLostError as error:
            return UnreadableMediaError(str(error))

    def read_all_pixels(self) -> tuple[int, int, list[tuple[Item, ItemFile]]]:
        """Pass two; how many items were read, how many are left, and which need more memory."""
        waiting = self._waiting()
        limit = self.limit_items
        chosen = waiting if limit is None else waiting[:limit]
        kept, now = self._kept_and_others(chosen)
        # The header tells: neither beside others nor while they pause.
        dear = [work for work in now if self._searching_mb(*work) > self.budget.paused_mb]
        now = [work for work in now if self._searching_mb(*work) <= self.budget.paused_mb]
        indexed = 0
        for done, (work, first) in enumerate(self._in_order(now, self._submit_pixels), start=1):
            answer = self._with_others_paused(work, first)
            if isinstance(answer.exception(), DearMediaError | MemoryError):
                dear.append(work)
            else:
                indexed += self._write_pixels(*work, answer)
            self.progress(done, len(now), "looking at pictures")
        indexed += self._renew(kept)
        return indexed, len(waiting) - len(chosen), dear

    def _kept_and_others(
        self, works: Sequence[tuple[Item, ItemFile]]
    ) -> tuple[list[tuple[ItemId, Outdated]], list[tuple[Item, ItemFile]]]:
        """Items of which other networks can see what is kept, and those whose files they need."""
        recorded = items.stage_models(self.catalog, items.PIXELS)
        previewed = labels.with_preview(self.catalog)
        kept, others = [], []
        for item, file in works:
            is_clip = item.kind == "video"
            outdated = self.models.outdated(recorded.get(item.id), is_clip=is_clip)
            is_read = file.state == FileState.INDEXED
            if is_read and outdated and is_kept(item, outdated, has_preview=item.id in previewed):
                kept.append((item.id, outdated))
            else:
                others.append((item, file))
        return kept, others

    def _renew(self, works: Sequence[tuple[ItemId, Outdated]]) -> int:
        """Let today's networks see what is kept of items; how many that were."""
        batches = [works[at : at + ITEMS_A_TASK] for at in range(0, len(works), ITEMS_A_TASK)]
        done = 0
        for batch, answer in self._in_order(batches, self._submit_kept):
            seen = self._seen_again(answer)
            unseen = {item_id for item_id, _ in batch} - {each.item_id for each in seen}
            with self.catalog.transaction():
                for each in seen:
                    write_seen_again(self.catalog, each, self.models)
                for item_id in unseen:  # the next run reads its file
                    items.forget_stage(self.catalog, item_id, items.PIXELS)
            done += len(seen)
            self.progress(done, len(works), "looking at what was kept")
        return done

    def _seen_again(self, answer: Future[list[SeenAgain]]) -> list[SeenAgain]:
        try:
            return answer.result()
        except (WorkerLostError, MemoryError) as error:
            log.warning("what was kept could not be looked at: %s", lost_reason(error))
            return []

    def _submit_kept(self, batch: Sequence[tuple[ItemId, Outdated]]) -> Future[list[SeenAgain]]:
        kept = [kept_of(self.catalog, item_id, outdated) for item_id, outdated in batch]
        return self.pool.submit(look_at_kept, kept, self.choice, self.models.stage_model)

    def _with_others_paused(
        self, work: tuple[Item, ItemFile], answer: Future[Pixels]
    ) -> Future[Pixels]:
        """The answer; a second one where the item needs what the other workers could spare."""
        refused = isinstance(answer.exception(), DearMediaError)
        if not refused or not self._can_pause() or self._wants_pause(*work):
            return answer
        again = self._submit_paused(work)
        again.exception()  # waits for it
        return again

    def _submit_paused(self, work: tuple[Item, ItemFile]) -> Future[Pixels]:
        assert isinstance(self.pool, WorkerPool)
        task = replace(self._pixel_task(*work), memory_mb=self.budget.paused_mb)
        return self.pool.submit_alone(look, task, self.choice, self.models.stage_model)

    def _can_pause(self) -> bool:
        return isinstance(self.pool, WorkerPool) and self.pool.width > 1

    def _wants_pause(self, item: Item, file: ItemFile) -> bool:
        return self._searching_mb(item, file) > self.budget.worker_mb

    def _searching_mb(self, item: Item, file: ItemFile) -> float:
        """What searching an item takes by its header, with the networks; 0: as all others."""
        if item.kind == "video":
            return 0.0
        task = self._pixel_task(item, file)
        _, needed_mb = searched_px(task, self.models, self.choice.detail)
        return needed_mb + self.choice.arena_mb if needed_mb else 0.0

    def read_dear(self, dear: Sequence[tuple[Item, ItemFile]]) -> int:
        """Look at what one worker alone has the memory for; how many items were read."""
        indexed = 0
        for done, work in enumerate(dear, start=1):
            self.checkpoint()
            answer = self._submit_alone(work)
            answer.exception()  # waits for it
            indexed += self._write_pixels(*work, answer)
            self.progress(done, len(dear), "looking at large pictures")
        return indexed

    def _waiting(self) -> list[tuple[Item, ItemFile]]:
        """Items whose pixels were not read with today's models, in the order they are needed.

        Those that were never read come before those that other models have read.
        """
        mains = items.main_files(self.catalog)
        done = items.stage_models(self.catalog, items.PIXELS)
        waiting = []
        for item in items.all_items(self.catalog):
            file = mains.get(item.id)
            if file is None:
                continue
            if item.kind != "video":
                self.seen.note_picture(file.full_path, item.width, item.height)
            if self._is_to_be_read(item, file, done.get(item.id)):
                waiting.append((item, file))
        return sorted(waiting, key=lambda pair: (pair[0].id in done, _need(pair[0], self.today)))

    def _is_to_be_read(self, item: Item, file: ItemFile, recorded: str | None) -> bool:
        if file.state == FileState.INDEXED:
            is_done = self.models.is_done(recorded, is_clip=item.kind == "video")
            return recorded != items.COPY and not is_done
        return file.state == FileState.READ

    def _submit_pixels(self, work: tuple[Item, ItemFile]) -> Future[Pixels]:
        if self._can_pause() and self._wants_pause(*work):
            return self._submit_paused(work)
        task = self._pixel_task(*work)
        return self.pool.submit(look, task, self.choice, self.models.stage_model)

    def _submit_alone(self, work: tuple[Item, ItemFile]) -> Future[Pixels]:
        task = replace(self._pixel_task(*work), memory_mb=self.budget.heavy_mb, is_alone=True)
        return self.pool.submit(look, task, self.choice, self.models.stage_model)

    def _pixel_task(self, item: Item, file: ItemFile) -> PixelTask:
        return PixelTask(
            path=file.full_path,
            format=file.format,
            is_video=item.kind == "video",
            orientation=item.orientation,
            width=item.width,
            height=item.height,
            mtime_ns=file.mtime_ns,
            has_camera=item.camera is not None,
            video_sample_s=self.video_sample_s,
            memory_mb=self.budget.worker_mb,
        )

    def _write_pixels(self, item: Item, file: ItemFile, answer: Future[Pixels]) -> bool:
        """Write what a worker read, or why it could not; True if it could."""
        if not is_as_scanned(file.full_path, file.size, file.mtime_ns):
            return False
        try:
            pixels = answer.result()
        except UnreadableMediaError as error:
            files.note_unreadable(self.catalog, file.file_id, error)
            return False
        except (WorkerLostError, MemoryError) as error:
            files.note_lost(self.catalog, file.file_id, lost_reason(error))
            return False
        except MissingResourceError:
            raise  # nothing is wrong with the file
        except Exception as error:
            log.exception("a reader failed on %s", file.full_path)
            reason = f"its reader failed ({type(error).__name__}: {error})"
            files.note_failure(self.catalog, file.file_id, reason)
            return False
        with self.catalog.transaction():
            self.seen.note_peaks(pixels.peaks_mb)
            self.seen.n_lacking += bool(pixels.lacks)
            record.write_pixels(self.catalog, item.id, file.file_id, pixels, self.models)
        return True

    def _in_order(
        self, tasks: Sequence[Task], submit: Callable[[Task], Future[Answer]]
    ) -> Iterator[tuple[Task, Future[Answer]]]:
        """Tasks with their finished futures in the order of the tasks, a few under way ahead."""
        ahead = 2 * self.pool.width + 2
        under_way: list[tuple[Task, Future[Answer]]] = []
        waiting = iter(tasks)
        while True:
            next_ones = itertools.islice(waiting, ahead - len(under_way))
            under_way.extend((task, submit(task)) for task in next_ones)
            if not under_way:
                return
            task, future = under_way.pop(0)
            future.exception()  # waits for it
            self.checkpoint()
            yield task, future


def lost_reason(error: WorkerLostError | MemoryError) -> str:
    """Why a file cost its reader, and what to do where memory lacked."""
    if isinstance(error, WorkerLostError):
        return str(error)
    return f"{str(error) or 'it needs more memory than a worker may take'}; {RAISE}"


def _need(item: Item, today: date) -> tuple[bool, int, ItemId]:
    """Sort key: this day in other years first, then the newest, at last what has no date."""
    told = item.told_local or item.told_utc
    if told is None:
        return True, 0, item.id
    taken = date.fromisoformat(told[:10])
    apart = abs(taken.timetuple().tm_yday - today.timetuple().tm_yday)
    is_anniversary = taken.year != today.year and min(apart, 366 - apart) <= _ANNIVERSARY_DAYS
    return not is_anniversary, -taken.toordinal(), item.id
