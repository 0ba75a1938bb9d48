"""Rows that several tests need, to be changed by ``dataclasses.replace``."""

from indexer.catalog.memories import Memory, MemoryId

TRIP_MEMORY = Memory(
    id=MemoryId(0),
    kind="trip",
    key="trip:1",
    title="Lisbon",
    subtitle="",
    window_start=None,
    window_end=None,
    state="ready",
    reason="",
    score=1.0,
    subjects="[]",
    current=1,
)
"""Not in the catalog yet."""
