"""Choosing anew which memories there are, and keeping them in the catalog."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from composer.curate.curate import curate
from composer.curate.exclude import Rule, resolve, stored_rule, without_excluded
from composer.curate.model import CurationSettings, Memory
from composer.curate.tact import tact_of
from composer.feedback import vetoed_items
from composer.library import LibraryView, read_items, read_library
from indexer.catalog.connection import Catalog
from indexer.catalog.exclusions import all_exclusions
from indexer.catalog.faces import PersonId
from indexer.catalog.items import ItemId
from indexer.catalog.memories import Memory as StoredMemory
from indexer.catalog.memories import (
    MemoryId,
    MemoryState,
    added_to,
    all_memories,
    forget_stale,
    get_memory,
    put_memory,
    set_memory_state,
)
from indexer.catalog.settings import get_setting, put_setting
from indexer.errors import NotFoundError, NothingToDoError

RELEASED = "released_subjects"
"""The setting that keeps what a person released from tact, for ever."""

ABSENT = "absent_people"
"""The setting that keeps whom tact missed at the last choosing."""

HELD_FOR = "held:"
"""Before a subject for which a memory is kept back: ``held:person:3``."""

Checkpoint = Callable[[], None]
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseReport:
    """What choosing found."""

    ready: int
    held: int
    kinds: Mapping[str, int]
    """How many memories there are of each kind."""


def choose(
    catalog: Catalog,
    settings: CurationSettings,
    today: dt.date,
    *,
    checkpoint: Checkpoint,
    progress: Progress,
) -> ChooseReport:
    """Find every memory that the library gives today and keep it; all or nothing.

    What was made, released or rejected stays so, but for what was made before old pictures were
    added to it; ready and held memories that are not found again are forgotten.
    """
    view = read_library(catalog)
    rules = all_rules(catalog, settings)
    wanted = replace(settings, rules=rules, vetoed=vetoed_items(catalog))
    done = 0

    def on_kind(kind: str) -> None:
        nonlocal done
        checkpoint()
        progress(done, len(wanted.kinds), kind)
        done += 1

    released = released_subjects(catalog)
    memories = curate(view, wanted, today, released=released, progress=on_kind)
    absent = tact_of(view, released).absent
    checkpoint()
    with catalog.transaction():
        found = {}
        for memory in memories:
            stored = _stored(memory)
            chosen = [(one.item_id, one.reason, one.rival) for one in memory.items]
            found[put_memory(catalog, stored, chosen)] = MemoryState(stored.state)
        for memory_id in added_to(catalog, settings.min_items):
            set_memory_state(catalog, memory_id, found[memory_id])
        forget_stale(catalog, [memory.key for memory in memories])
        put_setting(catalog, RELEASED, json.dumps(sorted(released)))
        put_setting(catalog, ABSENT, json.dumps(sorted(absent)))
    progress(len(wanted.kinds), len(wanted.kinds), "")
    held = sum(memory.held is not None for memory in memories)
    return ChooseReport(
        ready=len(memories) - held,
        held=held,
        kinds=dict(sorted(Counter(str(memory.kind) for memory in memories).items())),
    )


def all_rules(catalog: Catalog, settings: CurationSettings) -> tuple[Rule, ...]:
    """The exclusions of the configuration and of the catalog."""
    kept = (stored_rule(row.kind, row.rule) for row in all_exclusions(catalog))
    return (*settings.rules, *kept)


def shown_now(
    catalog: Catalog, settings: CurationSettings, item_ids: Iterable[ItemId]
) -> LibraryView:
    """Those of some items that may be shown at this moment."""
    view = read_items(catalog, item_ids)
    return without_excluded(view, resolve(all_rules(catalog, settings), view))


def unwanted_people(
    catalog: Catalog, settings: CurationSettings, memory: StoredMemory
) -> tuple[PersonId, ...]:
    """Of whom a memory is, those that at this moment no memory may be about."""
    subjects = json.loads(memory.subjects)
    about = {PersonId(int(s.partition(":")[2])) for s in subjects if s.startswith("person:")}
    found = resolve(all_rules(catalog, settings), read_items(catalog, ()))
    return tuple(sorted(about & (found.less | found.never)))


def release(catalog: Catalog, memory_id: MemoryId) -> None:
    """Let a held memory be made, and never hold its people or its event again.

    Raises
    ------
    NotFoundError
        If there is no such memory.
    NothingToDoError
        If it is neither held nor rejected.
    """
    memory = get_memory(catalog, memory_id)
    if memory is None:
        raise NotFoundError(
            f"there is no memory {memory_id}", remedy="see them with: memoriesd memories --held"
        )
    if memory.state not in {MemoryState.HELD, MemoryState.REJECTED}:
        raise NothingToDoError(
            f"memory {memory_id} is {memory.state}, not held",
            remedy="see those that are with: memoriesd memories --held",
        )
    with catalog.transaction():
        known = released_subjects(catalog) | _tact_subjects(memory)
        put_setting(catalog, RELEASED, json.dumps(sorted(known)))
        set_memory_state(catalog, memory_id, MemoryState.RELEASED)


def absent_people(catalog: Catalog) -> frozenset[PersonId]:
    """Who often appeared and had not been seen for over a year at the last choosing."""
    return frozenset(map(PersonId, json.loads(get_setting(catalog, ABSENT) or "[]")))


def released_subjects(catalog: Catalog) -> frozenset[str]:
    """The people and events that a person released from tact."""
    known = set(json.loads(get_setting(catalog, RELEASED) or "[]"))
    for memory in all_memories(catalog):
        if memory.state == MemoryState.RELEASED:
            known |= _tact_subjects(memory)
    return frozenset(known)


def _tact_subjects(memory: StoredMemory) -> set[str]:
    """For what a memory was held: its subjects that say so."""
    subjects = json.loads(memory.subjects)
    return {s.removeprefix(HELD_FOR) for s in subjects if s.startswith(HELD_FOR)}


def _stored(memory: Memory) -> StoredMemory:
    # What tact keeps it back for is told with the subjects, so that a release knows it.
    subjects = sorted({*memory.subjects, *(HELD_FOR + subject for subject in memory.quiet)})
    return StoredMemory(
        id=MemoryId(0),
        kind=memory.kind,
        key=memory.key,
        title=memory.title,
        subtitle=memory.subtitle,
        window_start=memory.window[0].isoformat() if memory.window else None,
        window_end=memory.window[1].isoformat() if memory.window else None,
        state=MemoryState.HELD if memory.held else MemoryState.READY,
        reason=f"held: {memory.held}; {memory.reason}" if memory.held else memory.reason,
        score=memory.score,
        subjects=json.dumps(subjects),
        current=1,
    )
