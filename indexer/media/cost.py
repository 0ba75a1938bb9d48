"""What decoding a picture would take, judged by its header before anything is allocated."""

import math

from indexer.errors import DearMediaError, UnreadableMediaError

MAX_DECODE_MB = 700
"""Where nobody says less. More than the largest pictures of phones take; with the program itself it
stays under 1 GB."""
RAISE = "raise [index] memory_limit_mb"
"""What helps; files with it in their reason are read again when the limit is larger."""


def refuse_dear(
    width: int, height: int, needed_bytes: float, *, most_mb: float = MAX_DECODE_MB
) -> None:
    """Refuse pictures whose decoding would take more than is allowed.

    Raises
    ------
    DearMediaError
        Telling the size.
    UnreadableMediaError
        If there is no picture of such a size.
    """
    if width < 1 or height < 1:
        raise UnreadableMediaError(f"picture of {width} x {height} px")
    if needed_bytes > most_mb * 1e6:
        raise DearMediaError(
            f"picture of {width} x {height} px is too large:"
            f" decoding takes {needed_bytes / 1e6:,.0f} MB",
            remedy=remedy_for(needed_bytes / 1e6 - most_mb),
        )


def remedy_for(lacking_mb: float) -> str:
    """By how much the limit is to be raised: up to three eighths of it go to the networks."""
    return f"{RAISE} by {50 * math.ceil(lacking_mb * 8 / 5 / 50)}"
