"""Forgetting a person or a path: rows, vectors, crops, previews, storyboards and movies.

Pictures of a person stay in the library, without the small copies in which the face is to be seen:
crop, preview, and example of a word that was taught. Movies that show what is forgotten go as a
whole; those that were copied elsewhere are out of reach. A file that stays where it is comes back
with the next scan.
"""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clustering.people.facts import Told, standing
from clustering.people.state import SETTING as PEOPLE_FOUND
from composer.keeping import segments_folder
from composer.naming import remove_movie
from composer.unfinished import remove_unfinished
from indexer.catalog import forgetting
from indexer.catalog.backups import drop_backups
from indexer.catalog.connection import Catalog
from indexer.catalog.exclusions import all_exclusions, remove_exclusion
from indexer.catalog.faces import PersonId
from indexer.catalog.items import ItemId, delete_items
from indexer.catalog.people import Correction, all_corrections, delete_person, get_person
from indexer.catalog.settings import INDEX_GROUPED, INDEX_MEMORY, drop_setting
from indexer.errors import NotFoundError
from indexer.scenes.teaching import forget_examples
from memoriesd.folders import DAEMON_LOG
from memoriesd.sheet import SHEET_NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetReport:
    """How much was removed; no names, since it is kept in the row of the job."""

    items: int
    faces: int
    previews: int
    """Of items that stay."""
    examples: int
    """Of words that were taught by the same pictures."""
    memories: int
    movies: int


def forget_path(catalog: Catalog, path: Path) -> ForgetReport:
    """Forget the files at a path or below it.

    Raises
    ------
    NotFoundError
        If nothing is known of it.
    CatalogError
        If others read the catalog and will not end: forget once more then.
    """
    file_ids = forgetting.files_below(catalog, path)
    if not file_ids:
        raise NotFoundError(
            f"nothing is known of {path}", remedy="see what is with: memoriesd items list"
        )
    item_ids = forgetting.items_of_files(catalog, file_ids)
    forgetting.empty_log(catalog)  # whoever reads by now would keep it: nothing is done yet
    drop_copies(catalog)
    with catalog.transaction():
        movies, n_memories = _forget_memories(catalog, item_ids)
        n_examples = forget_examples(catalog, forgetting.phashes_of(catalog, item_ids))
        delete_items(catalog, item_ids)
        forgetting.delete_files(catalog, file_ids)
        _remove(catalog, movies)
    forgetting.leave_no_trace(catalog)
    return ForgetReport(
        items=len(item_ids),
        faces=0,
        previews=0,
        examples=n_examples,
        memories=n_memories,
        movies=len(movies),
    )


def forget_person(catalog: Catalog, person_id: PersonId) -> ForgetReport:
    """Forget somebody: their faces, what was told of them, and the movies that show them.

    Raises
    ------
    NotFoundError
        If there is no such person.
    CatalogError
        If others read the catalog and will not end: forget once more then.
    """
    person = get_person(catalog, person_id)
    if person is None:
        raise NotFoundError(
            f"there is no person {person_id}", remedy="see them with: memoriesd people list"
        )
    item_ids = forgetting.items_with_person(catalog, person_id)
    forgetting.empty_log(catalog)  # whoever reads by now would keep it: nothing is done yet
    drop_copies(catalog)
    with catalog.transaction():
        movies, n_memories = _forget_memories(catalog, item_ids)
        n_faces = forgetting.delete_faces_of_person(catalog, person_id)
        n_previews = forgetting.delete_previews(catalog, item_ids)
        n_examples = forget_examples(catalog, forgetting.phashes_of(catalog, item_ids))
        delete_person(catalog, person_id)
        corrections = standing(all_corrections(catalog))
        merged = {json.loads(c.fact)["other"] for c in corrections if _is_merge(c, person_id)}
        for rule in all_exclusions(catalog):
            about = json.loads(rule.rule).get("person")
            if about in {person_id, person.name, *merged}:
                remove_exclusion(catalog, rule.id)
        left = [c for c in corrections if not _tells_of(c, person_id)]
        forgetting.keep_corrections(catalog, [correction.id for correction in left])
        _remove(catalog, movies)
    forgetting.leave_no_trace(catalog)
    return ForgetReport(
        items=0,
        faces=n_faces,
        previews=n_previews,
        examples=n_examples,
        memories=n_memories,
        movies=len(movies),
    )


def drop_copies(catalog: Catalog) -> None:
    """Remove what repeats the catalog and its movies: copies, rendered segments, and our log.

    A daemon that runs goes on writing at the end of its log, wherever that is.
    """
    drop_backups(catalog.path)
    for old in sorted(catalog.path.parent.glob(f"{DAEMON_LOG}.*")):
        old.unlink()
    log = catalog.path.with_name(DAEMON_LOG)
    if log.exists():
        os.truncate(log, 0)
    segments = segments_folder(catalog)
    if segments.exists():
        shutil.rmtree(segments)


def _forget_memories(catalog: Catalog, item_ids: Sequence[ItemId]) -> tuple[list[Path], int]:
    memory_ids = forgetting.memories_with_items(catalog, item_ids)
    movies = forgetting.movies_of_memories(catalog, memory_ids)
    forgetting.delete_memories(catalog, memory_ids)
    return movies, len(memory_ids)


def _is_merge(correction: Correction, kept: PersonId) -> bool:
    return correction.kind == Told.MERGE and json.loads(correction.fact)["person"] == kept


def _tells_of(correction: Correction, person_id: PersonId) -> bool:
    fact = json.loads(correction.fact)
    return person_id in (fact.get("person"), fact.get("other"))


def _remove(catalog: Catalog, movies: Sequence[Path]) -> None:
    """Remove what lies beside the rows; where that fails, nothing is forgotten but tried again."""
    forgetting.clear_jobs(catalog)
    # It knows forgotten faces by their places; and people must be looked for again.
    drop_setting(catalog, PEOPLE_FOUND)
    # It names the largest picture.
    drop_setting(catalog, INDEX_MEMORY)
    drop_setting(catalog, INDEX_GROUPED)
    remove_unfinished(catalog)
    (catalog.path.parent / SHEET_NAME).unlink(missing_ok=True)
    for movie in movies:
        remove_movie(movie)
