"""What decoding a picture would take, judged by its header before anything is allocated."""

from indexer.errors import UnreadableMediaError

MAX_DECODE_MB = 700
"""More than the largest pictures of phones take; with the program itself it stays under 1 GB."""


def refuse_dear(width: int, height: int, needed_bytes: float) -> None:
    """Refuse pictures whose decoding would take more than the limit.

    Raises
    ------
    UnreadableMediaError
        Telling the size.
    """
    if width < 1 or height < 1:
        raise UnreadableMediaError(f"picture of {width} x {height} px")
    if needed_bytes > MAX_DECODE_MB * 1e6:
        raise UnreadableMediaError(
            f"picture of {width} x {height} px is too large:"
            f" decoding takes {needed_bytes / 1e6:,.0f} MB"
        )
