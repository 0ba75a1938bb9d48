"""Which of several dates is taken, and what the others add to it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from indexer.media.metadata import confidence
from indexer.media.metadata.model import (
    NO_DATE,
    TRUSTED_DAY_CONFIDENCE,
    DateClaim,
    DateRank,
    DateSource,
)
from indexer.media.metadata.stamps import LARGEST_OFFSET, instant_claim

_QUARTER = timedelta(minutes=15)  # every offset in use is a multiple of it
_SAME_MOMENT = timedelta(seconds=3)  # rounding, and writing the file
_SAME_RECORDING = timedelta(
    minutes=5
)  # Android dates a clip's name at its start, its tag at its end
_OLDEST_CREDIBLE_MTIME = datetime(1990, 1, 1, tzinfo=UTC)


def best_date(found: Iterable[tuple[DateRank, DateClaim]], *, mtime: float) -> DateClaim:
    """Take the first source, in order of rank, whose day can be trusted, else the first of all.

    Each source is heard once: the clock that made its first date wrong made its others. The time
    of the file comes last, and not at all if it was never set.
    """
    ranked = sorted(found, key=lambda pair: pair[0])
    claims = [(rank, confidence.judged(claim, mtime=mtime)) for rank, claim in ranked]
    heard: dict[tuple[DateSource, bool], DateClaim] = {}
    for rank, claim in claims:
        heard.setdefault((claim.source, rank is DateRank.SIDECAR_XMP), claim)
    firsts = list(heard.values())
    trusted = [claim for claim in firsts if claim.confidence >= TRUSTED_DAY_CONFIDENCE]
    if firsts:
        return _completed((trusted or firsts)[0], firsts)
    written = instant_claim(int(mtime), DateSource.MTIME, confidence.FILE_TIME)
    if written is None or written.utc is None or written.utc < _OLDEST_CREDIBLE_MTIME:
        return NO_DATE
    return written


def _completed(best: DateClaim, claims: list[DateClaim]) -> DateClaim:
    """Give a date the offset that follows from another source on the same moment.

    Only an instant beside a wall clock proves one: offsets in XMP are often those of the computer
    on which a picture was edited.
    """
    if best.offset is not None or best.is_day_only:
        return best
    for other in claims:
        offset = None if other.is_day_only else _offset_between(best, other)
        if offset is not None:
            return _at_offset(best, offset)
    return best


def _offset_between(best: DateClaim, other: DateClaim) -> timedelta | None:
    if best.local is not None and other.local is None and other.utc is not None:
        offset = _rounded(best.local - other.utc.replace(tzinfo=None), _SAME_MOMENT)
        # Zero may only say that the other program took the wall clock for UTC.
        return offset or None
    if best.local is None and best.utc is not None and other.local is not None:
        return _rounded(other.local - best.utc.replace(tzinfo=None), _SAME_RECORDING)
    return None


def _rounded(difference: timedelta, tolerance: timedelta) -> timedelta | None:
    offset = round(difference / _QUARTER) * _QUARTER
    fits = abs(difference - offset) <= tolerance and abs(offset) <= LARGEST_OFFSET
    return offset if fits else None


def _at_offset(claim: DateClaim, offset: timedelta) -> DateClaim:
    try:
        if claim.local is not None:
            utc = (claim.local - offset).replace(tzinfo=UTC)
            return replace(claim, utc=utc, offset=offset)
        if claim.utc is not None:
            local = claim.utc.replace(tzinfo=None) + offset
            return replace(claim, local=local, offset=offset)
    except OverflowError:
        return claim
    return claim
