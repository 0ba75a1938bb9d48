"""Google Takeout: the JSON beside each picture, under one of its many names."""

import json
import re
from collections.abc import Iterator

from indexer.media.metadata import confidence
from indexer.media.metadata.model import (
    DateClaim,
    DateRank,
    DateSource,
    Facts,
    Place,
    place_or_none,
)
from indexer.media.metadata.stamps import instant_claim

MOST_BYTES = 1 << 20
_LONGEST_NAME = 46
"""Takeout cuts a sidecar's name to this, before ``.json``."""
_SUFFIX = ".supplemental-metadata"
_NUMBERED = re.compile(r"(?P<stem>.+)(?P<number>\(\d{1,4}\))(?P<ext>\.[^.]+)", re.DOTALL)
_EDITED = re.compile(
    r"(?P<stem>.+)-(?:edited|bearbeitet|modifié|editado|editada|modificato|bewerkt|edytowane"
    r"|redigerad|redigert|redigeret|muokattu|upraveno|editat|editat[ăa]|düzenlendi|изменено"
    r"|編集済み|已修改|수정됨)(?P<rest>(?:\(\d{1,4}\))?\.[^.]+)",
    re.DOTALL,
)
_CLIP_SUFFIXES = frozenset({".mp4", ".mov", ".mp", ".mv"})
_STILL_SUFFIXES = (".HEIC", ".heic", ".JPG", ".jpg", ".JPEG", ".jpeg", ".MP.jpg")


def sidecar_name(name: str, siblings: frozenset[str]) -> str | None:
    """Find the Takeout sidecar of a file among the names in its folder.

    The names are matched, never what the JSON says its picture is called: that text is not ours
    and may climb out of the folder.
    """
    return next((found for found in _candidates(name) if found in siblings), None)


def _candidates(name: str) -> Iterator[str]:
    yield from _own_names(name)
    edited = _EDITED.fullmatch(name)
    if edited:
        yield from _own_names(edited["stem"] + edited["rest"])
    stem, dot, suffix = name.rpartition(".")
    if dot and dot + suffix.lower() in _CLIP_SUFFIXES:  # the clip of a Live Photo has none itself
        for still in _STILL_SUFFIXES:
            yield from _own_names(stem + still)


def _own_names(name: str) -> Iterator[str]:
    yield from _cut_names(name, "")
    numbered = _NUMBERED.fullmatch(name)
    if numbered:  # IMG(1).jpg has IMG.jpg(1).json
        yield from _cut_names(numbered["stem"] + numbered["ext"], numbered["number"])


def _cut_names(name: str, number: str) -> Iterator[str]:
    yield f"{name}{number}.json"
    full = name + _SUFFIX
    yield f"{full[:_LONGEST_NAME]}{number}.json"
    for end in range(len(full), len(name), -1):
        yield f"{full[:end]}{number}.json"
    if len(name) > _LONGEST_NAME:
        yield f"{name[:_LONGEST_NAME]}{number}.json"


def takeout_facts(text: bytes) -> Facts:
    """Facts of a sidecar; none if it is broken or describes an album."""
    try:
        told = json.loads(text[:MOST_BYTES])
    except (ValueError, RecursionError):
        return Facts()
    if not isinstance(told, dict):
        return Facts()
    claim = _taken(told)
    return Facts(
        dates=() if claim is None else ((DateRank.TAKEOUT, claim),),
        place=_place(told.get("geoData")) or _place(told.get("geoDataExif")),
        is_favourite=told.get("favorited") is True,
    )


def _taken(told: dict[str, object]) -> DateClaim | None:
    taken = _timestamp(told.get("photoTakenTime"))
    if not taken:
        return None  # 0 is how Takeout writes that there is none
    # Without a date in the file Google took the moment of the upload.
    uploaded = taken == _timestamp(told.get("creationTime"))
    weight = confidence.UPLOADED if uploaded else confidence.TAKEOUT
    return instant_claim(taken, DateSource.TAKEOUT, weight)


def _timestamp(told: object) -> int | None:
    text = told.get("timestamp") if isinstance(told, dict) else None
    text = str(text) if isinstance(text, int | str) else ""
    return int(text) if re.fullmatch(r"-?[0-9]{1,14}", text) else None


def _place(told: object) -> Place | None:
    if not isinstance(told, dict):
        return None
    latitude, longitude = told.get("latitude"), told.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None  # before float(), which whole numbers of 400 digits overflow
    return place_or_none(float(latitude), float(longitude))
