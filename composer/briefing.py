"""What a movie of a memory will be like: its theme, its brief, its soundtrack."""

import os
import zlib
from collections.abc import Mapping
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import numpy as np

from composer.alignment import aligned
from composer.atmosphere import atmosphere_of
from composer.brightness import brightness_at
from composer.choose import absent_people, released_subjects
from composer.curate.model import MemoryKind
from composer.curate.wording import Wording
from composer.feedback import look_costs
from composer.library import LibraryView, ViewItem
from composer.mood import UPLIFTING, Mood, choose_theme
from composer.render.clusters import clusters
from composer.request import AUTO, Run
from composer.scenery import same_views
from composer.sights import most_to_see
from composer.soundtrack import file_for, sound_for, sound_of_file
from composer.speech import listened
from composer.storyboard.brief import Brief, Eyes, Length
from composer.storyboard.framing import is_sweep
from composer.storyboard.route import route_of
from composer.storyboard.sound import SoundFor
from indexer.catalog.connection import Catalog
from indexer.catalog.faces import PersonId, faces_of_item, landmarks_of
from indexer.catalog.items import ItemId
from indexer.catalog.labels import preview_of
from indexer.catalog.memories import Memory
from themes.load import load_theme
from themes.theme import Theme

MOST_TITLE, MOST_SUBTITLE = 52, 36
"""Characters: two lines, read in 8 s, which leaves the pictures of a short movie their time."""


def mood_for(run: Run, memory: Memory, view: LibraryView) -> Mood:
    """The theme, as wanted or as fits."""
    solemn = _is_solemn(run.catalog, view)
    lively = run.request.theme != AUTO and load_theme(run.request.theme).mood == UPLIFTING
    if run.request.theme != AUTO and not (solemn and lively and not run.request.theme_is_told):
        return Mood(theme=run.request.theme, reason="")
    # A memory keeps the theme of its first movie: its short, medium and long one are nested.
    before = list(takewhile(lambda one: one.memory_id != memory.id, run.history))
    return choose_theme(
        memory.kind,
        view.items,
        solemn=solemn,
        last_theme=before[-1].theme if before else None,
        costs=look_costs(run.catalog),
        atmosphere=atmosphere_of(view.items),
    )


def brief_for(
    run: Run, memory: Memory, view: LibraryView, reasons: Mapping[ItemId, str], theme: str
) -> Brief:
    """Everything that decides what the movie of a memory will be like."""
    seed = _seed(run, memory, run.request.length)
    previews = {item.id: preview_of(run.catalog, item.id) for item in view.items}
    return Brief(
        memory_id=memory.id,
        memory_key=memory.key,
        title=shortened(memory.title, MOST_TITLE),
        subtitle=shortened(memory.subtitle, MOST_SUBTITLE),
        items=tuple(_with_sight(item, previews[item.id]) for item in view.items),
        reasons=reasons,
        vectors=view.vectors_of(reasons),
        same_view=same_views(previews),
        eyes=_eyes(run.catalog, view),
        aligned=aligned,
        light_of=lambda item: brightness_at(item, previews.get(item.id)),
        listened=listened,
        route=route_of(view.items) if memory.kind == MemoryKind.TRIP else (),
        theme=load_theme(theme),
        theme_name=theme,
        length=run.request.length,
        canvas=run.request.canvas,
        wording=Wording(run.request.settings.language),
        seed=seed,
        music_seed=seed,
        music_file=_music_file(run, load_theme(theme), seed),
    )


def renewed(run: Run, memory: Memory, brief: Brief, made: Length) -> Brief:
    """The brief of another movie, where its items fill only a length that was made before."""
    seed = _seed(run, memory, made)
    music_file = _music_file(run, brief.theme, seed)
    return replace(brief, seed=seed, music_seed=seed, music_file=music_file)


def _with_sight(item: ViewItem, preview: bytes | None) -> ViewItem:
    """The same item; a panorama with where there is most to see on it."""
    if preview is None or not is_sweep(item):
        return item
    return replace(item, sight=most_to_see(preview))


def shortened(words: str, most: int) -> str:
    """The beginning of a text, up to a space where there is one in its second half.

    Examples
    --------
    >>> shortened("A week among the lakes", 16)
    'A week among…'
    """
    if len(words) <= most:
        return words
    kept = ""
    for cluster in clusters(words):
        if len(kept) + len(cluster) >= most:
            break
        kept += cluster
    space = kept.rfind(" ")
    return kept[: space if space > most // 2 else None].rstrip(" .,·–-") + "…"


def _seed(run: Run, memory: Memory, length: Length) -> int:
    """One for all lengths of a memory, whose movies are nested; another for each one made again."""
    if run.request.seed is not None:
        return run.request.seed
    times = sum((one.memory_id, one.length) == (memory.id, length) for one in run.history)
    return zlib.crc32(f"{memory.key}:{times}".encode())


def _music_file(run: Run, theme: Theme, seed: int) -> str | None:
    folder = run.request.music
    return None if folder is None else os.fspath(file_for(folder, theme.mood, seed))


def sound_of(brief: Brief) -> SoundFor:
    """The soundtrack of a brief: the user's file, or our own."""
    if brief.music_file is None:
        return sound_for(brief.theme.mood, brief.music_seed)
    return sound_of_file(Path(brief.music_file))


def _eyes(catalog: Catalog, view: LibraryView) -> dict[tuple[ItemId, PersonId], Eyes]:
    """Where the known people on photographs have their eyes; of two faces the larger one's."""
    found: dict[tuple[ItemId, PersonId], Eyes] = {}
    for item in (item for item in view.items if item.people and not item.is_video):
        size = np.array([item.width, item.height])
        for face in faces_of_item(catalog, item.id):
            if face.person_id is None or (item.id, face.person_id) in found:
                continue
            left, right = landmarks_of(face)[:2]
            x, y = (float(side) for side in (left + right) / 2 / size)
            apart_px = float(np.hypot(*(left - right)))
            if apart_px > 0:
                eyes = Eyes(x_norm=x, y_norm=y, apart_norm=apart_px / item.width)
                found[item.id, face.person_id] = eyes
    return found


def _is_solemn(catalog: Catalog, view: LibraryView) -> bool:
    """Whether any picture of a memory touches a loss.

    Somebody died or has not been seen for long, or tact held it until it was released.
    """
    released = released_subjects(catalog)
    gone = {person.id for person in view.people.values() if person.died} | absent_people(catalog)
    return any(
        bool(item.people & gone)
        or f"event:{item.event}" in released
        or any(f"person:{person}" in released for person in item.people)
        for item in view.items
    )
