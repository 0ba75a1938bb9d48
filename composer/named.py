"""The memory that a person names, if it may be made."""

from indexer.catalog.connection import Catalog
from indexer.catalog.memories import Memory, MemoryId, MemoryState, get_memory
from indexer.errors import NotFoundError, NothingToDoError


def named_memory(catalog: Catalog, memory_id: MemoryId) -> Memory:
    """The memory of an id.

    Raises
    ------
    NotFoundError
        If there is none.
    NothingToDoError
        If it is held or rejected.
    """
    memory = get_memory(catalog, memory_id)
    if memory is None:
        raise NotFoundError(
            f"there is no memory {memory_id}", remedy="see them with: memoriesd memories"
        )
    if memory.state in {MemoryState.HELD, MemoryState.REJECTED}:
        is_held = memory.state == MemoryState.HELD
        held = f"held: {memory.reason.removeprefix('held: ')}"
        told = held if is_held else f"rejected ({memory.title} · {memory.subtitle})"
        raise NothingToDoError(
            f"memory {memory_id} is {told}",
            remedy=f"to have it made all the same, run: memoriesd memories release {memory_id}",
        )
    return memory
