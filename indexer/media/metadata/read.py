"""Read what every source tells about a file, and merge it."""

import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from indexer.errors import refusal
from indexer.media.metadata import takeout, xmp
from indexer.media.metadata.blocks import Blocks, find_blocks
from indexer.media.metadata.container import container_facts
from indexer.media.metadata.exif import exif_facts
from indexer.media.metadata.filename import filename_facts
from indexer.media.metadata.model import DateRank, Facts, Metadata
from indexer.media.metadata.motion import motion_offset
from indexer.media.metadata.ranking import best_date
from indexer.media.metadata.regions import upright_faces

_OURS = re.compile(r"\bmemoriesd\b", re.IGNORECASE)
_OUR_TAGS = frozenset({"comment", "encoder", "software", "encoding_tool", "artist", "description"})


def read_metadata(
    path: Path,
    format_name: str,
    *,
    mtime: float,
    container_tags: Mapping[str, str],
    siblings: frozenset[str],
) -> Metadata:
    """Tell when, where and by what a file was taken, without reading its pixels.

    Parameters
    ----------
    format_name : str
        As ``probe.recognise`` names it.
    mtime : float
        Unix time of the file.
    container_tags : mapping
        What FFmpeg says about a video; empty for a photo.
    siblings : frozenset
        Names of the files in the same folder, among which sidecars are looked for.

    Raises
    ------
    UnreadableMediaError
        If the file itself cannot be read. Broken metadata and broken sidecars never raise.
    """
    try:
        with path.open("rb") as file:
            blocks = find_blocks(file)
            embedded = _embedded(blocks, format_name)
            told = next((f.motion_bytes for f in embedded if f.motion_bytes), None)
            clip = None if container_tags else motion_offset(file, told)
    except OSError as error:
        raise refusal(error) from error
    tags = {**container_tags, **dict(blocks.container_tags)}
    facts = (
        *embedded,
        container_facts(tags, name=path.name),
        *_beside(path, siblings),
        filename_facts(path.name),
    )
    return _merged(facts, blocks, mtime=mtime, motion=clip, is_ours=_is_ours(tags, embedded))


def _embedded(blocks: Blocks, format_name: str) -> tuple[Facts, ...]:
    found = []
    if blocks.exif:
        found.append(exif_facts(blocks.exif))
    if blocks.xmp:
        # Only PNG had no other place for an orientation; elsewhere viewers do not follow XMP's.
        rank = DateRank.EMBEDDED_XMP
        found.append(xmp.xmp_facts(blocks.xmp, rank=rank, tells_orientation=format_name == "png"))
    return tuple(found)


def _beside(path: Path, siblings: frozenset[str]) -> Iterator[Facts]:
    for name in xmp.sidecar_names(path.name):
        if name in siblings:
            packet = _sidecar(path.with_name(name), xmp.MOST_BYTES)
            yield xmp.xmp_facts(packet, rank=DateRank.SIDECAR_XMP, tells_orientation=False)
            break
    found = takeout.sidecar_name(path.name, siblings)
    if found is not None:
        yield takeout.takeout_facts(_sidecar(path.with_name(found), takeout.MOST_BYTES))


def sidecars_of(name: str, siblings: frozenset[str]) -> list[str]:
    """Which of the names in a file's folder are sidecars that tell of it."""
    found = takeout.sidecar_name(name, siblings)
    return [n for n in (*xmp.sidecar_names(name), *((found,) if found else ())) if n in siblings]


def _sidecar(path: Path, most_bytes: int) -> bytes:
    """Read a sidecar; empty if it is gone, too large, a link, or something that blocks a reader."""
    try:
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode) or about.st_size > most_bytes:
            return b""
        return path.read_bytes()
    except OSError:
        return b""


def _merged(
    facts: tuple[Facts, ...], blocks: Blocks, *, mtime: float, motion: int | None, is_ours: bool
) -> Metadata:
    """Take each fact from the first source that tells it; what is beside may add to lists."""
    place = next((f.place for f in facts if f.place), None)
    orientation = next((f.orientation for f in facts if f.orientation), 1)
    regions = next((f.regions for f in reversed(facts) if f.regions), None)
    size = blocks.size or next((f.stored_size for f in facts if f.stored_size), None)
    return Metadata(
        date=best_date((date for f in facts for date in f.dates), mtime=mtime),
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        camera=next((f.camera for f in facts if f.camera), None),
        orientation=orientation,
        favourite=any(f.is_favourite for f in facts),
        face_names=upright_faces(regions, orientation, size) if regions else (),
        pair_id=next((f.pair_id for f in facts if f.pair_id), None),
        motion_offset=motion,
        software=next((f.software for f in facts if f.software), None),
        is_ours=is_ours,
        keywords=tuple(dict.fromkeys(word for f in facts for word in f.keywords)),
    )


def _is_ours(tags: Mapping[str, str], embedded: tuple[Facts, ...]) -> bool:
    told = [text for name, text in tags.items() if name.casefold() in _OUR_TAGS]
    told += [f.software for f in embedded if f.software]
    return any(_OURS.search(text) for text in told)
