"""Forgetting, on a catalog in a file: what is gone must be gone from its bytes, too."""

import os
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest

from clustering.people.recognise import recognise
from composer.unfinished import note_unfinished
from indexer.catalog import movies
from indexer.catalog.backups import back_up_daily
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.faces import PersonId, all_faces
from indexer.catalog.forgetting import leave_no_trace
from indexer.catalog.items import ItemId, all_items, update_item
from indexer.catalog.jobs import add_job, finish_job, get_job
from indexer.catalog.labels import put_preview, with_preview
from indexer.catalog.memories import (
    MemoryState,
    all_memories,
    items_of_memory,
    set_memory_state,
)
from indexer.catalog.people import add_correction, all_corrections, all_people, delete_person
from indexer.catalog.settings import INDEX_MEMORY, get_setting, put_setting
from indexer.catalog.taught import TaughtWord, examples_of, put_examples, put_taught_word
from indexer.errors import CatalogError, NotFoundError
from indexer.measuring import signed_64
from indexer.scenes.duplicates import phash
from memoriesd.cli.main import run
from memoriesd.exits import Exit
from memoriesd.forget import forget_path, forget_person
from memoriesd.locks import hold
from memoriesd.sheet import SHEET_NAME, write_sheet

ADA = PersonId(1)


def movie_file(catalog: Catalog, folder: Path) -> Path:
    """Give the movie of the small catalog a file with a poster."""
    (movie,) = movies.all_movies(catalog)
    path = folder / "lisbon.mp4"
    catalog.execute("UPDATE movies SET path = ? WHERE id = ?", (os.fsencode(path), movie.id))
    path.write_bytes(b"movie")
    path.with_suffix(".jpg").write_bytes(b"poster")
    return path


def test_forgotten_person_leaves_no_face_no_movie_and_no_name(home: Path) -> None:
    with open_catalog(home / "catalog.db") as catalog:
        path = movie_file(catalog, home)
        add_correction(catalog, "2026-01-01T00:00:00+00:00", "name", {"person": 1, "name": "Ada"})
        add_correction(catalog, "2026-01-02T00:00:00+00:00", "name", {"person": 2, "name": "Bo"})

        report = forget_person(catalog, ADA)

        assert (report.faces, report.memories, report.movies) == (1, 1, 1)
        assert (all_people(catalog), all_faces(catalog), all_memories(catalog)) == ([], [], [])
        assert len(all_items(catalog)) == 3
        assert len(all_corrections(catalog)) == 1
    assert not path.exists()
    assert not path.with_suffix(".jpg").exists()
    everything = b"".join(p.read_bytes() for p in home.iterdir() if p.is_file())
    assert b"Ada" not in everything
    assert b"Bo" in everything


def test_forgetting_while_others_read_says_so_and_leaves_no_trace_when_they_have_ended(
    home: Path,
) -> None:
    crop = b"crop of Ada"
    path = home / "catalog.db"
    with open_catalog(path) as catalog, open_catalog(path) as reader:
        (face,) = all_faces(catalog)
        catalog.execute("INSERT OR REPLACE INTO face_crops VALUES (?, ?)", (face.id, crop))
        catalog.execute("PRAGMA busy_timeout = 50")
        cursor = reader.execute("SELECT * FROM items")
        assert cursor.fetchone()

        with pytest.raises(CatalogError, match="another process reads") as caught:
            forget_person(catalog, ADA)
        untouched = all_faces(catalog)
        del cursor
        forget_person(catalog, ADA)

        assert "forget once more" in caught.value.remedy
        assert untouched == [face]
        everything = b"".join(p.read_bytes() for p in home.iterdir() if p.is_file())
    assert (b"Ada" in everything, crop in everything) == (False, False)


def test_what_a_reader_kept_in_the_log_goes_when_it_is_forgotten_once_more(home: Path) -> None:
    path = home / "catalog.db"
    with open_catalog(path) as catalog, open_catalog(path) as reader:
        catalog.execute("PRAGMA busy_timeout = 50")
        catalog.execute("UPDATE people SET name = 'Adelaide'")
        cursor = reader.execute("SELECT * FROM items")
        assert cursor.fetchone()
        with catalog.transaction():
            delete_person(catalog, ADA)
        with pytest.raises(CatalogError):
            leave_no_trace(catalog)
        kept = b"".join(p.read_bytes() for p in home.iterdir() if p.is_file())
        del cursor

        code = run(["forget", "Adelaide", "--yes"])

        assert code == Exit.NOT_FOUND
        everything = b"".join(p.read_bytes() for p in home.iterdir() if p.is_file())
    assert (b"Adelaide" in kept, b"Adelaide" in everything) == (True, False)


def test_name_that_stands_in_the_configuration_is_told_with_its_line(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = '[memories.exclude]\nplaces = ["Adana"]\npeople = ["less ada"]\n'
    (home / "config.toml").write_text(written)
    (home / "config.toml.old").write_text('# Ada\n[memories.exclude]\npeople = ["Bo"]\n')

    assert run(["forget", "Ada", "--yes"]) == 0

    told = [line for line in capsys.readouterr().err.splitlines() if "take it out" in line]
    assert [line.rpartition(":")[0] for line in told] == [
        f"their name is still written in {home / 'config.toml'}, line 3",
        f"their name is still written in {home / 'config.toml.old'}, line 1",
    ]


def test_forgotten_person_is_in_no_small_picture_any_more(home: Path) -> None:
    coarse = np.random.default_rng(3).integers(0, 255, (6, 8, 3), np.uint8)
    picture = np.asarray(cv2.resize(coarse, (320, 240), interpolation=cv2.INTER_CUBIC), np.uint8)
    jpeg = cv2.imencode(".jpg", picture)[1].tobytes()
    with open_catalog(home / "catalog.db") as catalog:
        for item in all_items(catalog):  # the first shows Ada, and the second is its copy
            put_preview(catalog, item.id, b"preview %d" % item.id)
        look = phash(np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8))
        update_item(catalog, ItemId(1), phash=signed_64(look))
        word = TaughtWord(
            word="tea",
            model="m",
            weights=b"",
            bias=0.0,
            precision=1.0,
            recall=1.0,
            taught_at="",
        )
        put_taught_word(catalog, word)
        put_examples(catalog, "tea", [jpeg])

        report = forget_person(catalog, ADA)

        assert (report.previews, report.examples) == (2, 1)
        assert with_preview(catalog) == {ItemId(3)}
        assert examples_of(catalog, "tea") == []


def test_movie_of_a_copy_goes_with_the_person(home: Path) -> None:
    with open_catalog(home / "catalog.db") as catalog:
        path = movie_file(catalog, home)
        catalog.execute("UPDATE memory_items SET item_id = 2 WHERE item_id = 1")
        catalog.execute(
            "UPDATE storyboards SET board = replace(board, '\"item_id\": 1', '\"item_id\": 2')"
        )

        report = forget_person(catalog, ADA)

    assert report.movies == 1
    assert not path.exists()


def test_what_was_forgotten_is_counted_in_words(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (home / "catalog.db").exists()

    assert run(["forget", "Ada", "--yes"]) == 0

    first, second = capsys.readouterr().out.splitlines()
    assert first == "forgot person 1 (Ada): 1 face, 1 memory, 1 movie"
    assert second.startswith("their pictures stay")


def test_forgotten_folder_takes_its_items_and_their_movies(home: Path) -> None:
    with open_catalog(home / "catalog.db") as catalog:
        path = movie_file(catalog, home)

        report = forget_path(catalog, Path("/photos/2021"))

        assert (report.items, report.memories) == (2, 1)
        assert [item.kind for item in all_items(catalog)] == ["video"]
    assert not path.exists()
    everything = b"".join(p.read_bytes() for p in home.iterdir() if p.is_file())
    assert b"copy.jpg" not in everything


def test_forgotten_path_is_not_the_largest_picture_any_more(home: Path) -> None:
    with open_catalog(home / "catalog.db") as catalog:
        put_setting(catalog, INDEX_MEMORY, '{"largest_picture": {"path": "/photos/2021/a.jpg"}}')

        forget_path(catalog, Path("/photos/2021"))

        assert get_setting(catalog, INDEX_MEMORY) is None


def test_movie_goes_though_its_memory_was_chosen_anew_without_the_item(home: Path) -> None:
    with open_catalog(home / "catalog.db") as catalog:
        path = movie_file(catalog, home)
        catalog.execute("DELETE FROM memory_items WHERE item_id = 1")

        report = forget_person(catalog, ADA)

    assert report.movies == 1
    assert not path.exists()


@pytest.mark.parametrize("state", [MemoryState.MADE, MemoryState.REJECTED])
def test_memory_that_was_made_or_rejected_stays_so_without_a_trace(
    home: Path, state: MemoryState
) -> None:
    with open_catalog(home / "catalog.db") as catalog:
        (before,) = all_memories(catalog)
        set_memory_state(catalog, before.id, state)

        forget_person(catalog, ADA)

        (left,) = all_memories(catalog)
        assert (left.key, left.state, left.title, left.reason) == (before.key, state, "", "")
        assert items_of_memory(catalog, left.id) == []


def test_sheet_and_finished_jobs_tell_nothing_any_more(home: Path) -> None:
    with open_catalog(home / "catalog.db") as catalog:
        write_sheet(catalog, home / SHEET_NAME)
        done, waiting = (add_job(catalog, "index", {"roots": ["/photos/2021"]}, "") for _ in "12")
        finish_job(catalog, done, exit_code=0, result='{"exit_code": 0, "report": {}}', now="")

        forget_path(catalog, Path("/photos/2021"))

        rows = [get_job(catalog, each) for each in (done, waiting)]
        assert [row.args for row in rows if row] == ["{}", '{"roots": ["/photos/2021"]}']
        assert [row.result for row in rows if row] == ['{"exit_code":0}', ""]
    assert not (home / SHEET_NAME).exists()


def test_movie_that_cannot_be_removed_is_not_forgotten(home: Path) -> None:
    with open_catalog(home / "catalog.db") as catalog:
        path = movie_file(catalog, home)
        path.unlink()
        path.mkdir()

        with pytest.raises(OSError, match=r"lisbon\.mp4"):
            forget_person(catalog, ADA)

        assert len(movies.all_movies(catalog)) == 1
        assert [person.name for person in all_people(catalog)] == ["Ada"]


def test_name_that_only_begins_alike_is_not_below_a_folder(home: Path) -> None:
    with (
        open_catalog(home / "catalog.db") as catalog,
        pytest.raises(NotFoundError, match="nothing is known of /photos/20"),
    ):
        forget_path(catalog, Path("/photos/20"))


def test_unknown_person_is_told(home: Path) -> None:
    with (
        open_catalog(home / "catalog.db") as catalog,
        pytest.raises(NotFoundError, match="there is no person 99"),
    ):
        forget_person(catalog, PersonId(99))


def test_people_are_looked_for_again_after_forgetting(home: Path) -> None:
    with open_catalog(home / "catalog.db") as catalog:
        recognise(catalog, lambda: None)
        assert recognise(catalog, lambda: None).how == "same"

        forget_path(catalog, Path("/photos/clip.mp4"))

        assert get_setting(catalog, "people") is None
        assert recognise(catalog, lambda: None).how != "same"


def test_movie_that_no_row_knows_yet_is_forgotten_too(home: Path) -> None:
    with open_catalog(home / "catalog.db") as catalog:
        note_unfinished(catalog, home / "killed.mp4")
        (home / "killed.jpg").write_bytes(b"poster")

        forget_person(catalog, ADA)

    assert not (home / "killed.jpg").exists()


def test_copies_of_the_catalog_do_not_keep_what_is_forgotten(home: Path) -> None:
    with open_catalog(home / "catalog.db") as catalog:
        back_up_daily(catalog, date(2026, 6, 1))
        (home / "damaged").mkdir()
        (home / "damaged" / "catalog-2026.db").write_bytes(b"Ada")
        (home / "catalog.db.mended").write_bytes(b"Ada")
        (home / "catalog.db.mended-wal").write_bytes(b"Ada")
        (home / "segments").mkdir()
        (home / "segments" / "0a.mp4").write_bytes(b"Ada waves")
        with (home / "daemon.log").open("a", encoding="utf-8") as log:
            (home / "daemon.log.1").write_text("a reader failed on /photos/Ada.jpg")
            log.write("a reader failed on /photos/Ada.jpg")
            log.flush()

            forget_person(catalog, ADA)
            log.write("a daemon that runs logs on")

    everything = b"".join(p.read_bytes() for p in home.rglob("*") if p.is_file())
    assert b"Ada" not in everything
    assert (home / "daemon.log").read_text() == "a daemon that runs logs on"


def test_forgetting_everything_takes_what_a_killed_process_left(home: Path) -> None:
    killed = home / "killed.mp4"
    with open_catalog(home / "catalog.db") as catalog:
        note_unfinished(catalog, killed)
    left = ("killed.jpg", "catalog.db.mended", "catalog.db.mended-wal", "corrections.jsonl.part")
    for name in (*left, f".{SHEET_NAME}.part"):
        (home / name).write_bytes(b"Ada")

    assert run(["forget", "--all", "--yes"]) == 0

    everything = b"".join(p.read_bytes() for p in home.rglob("*") if p.is_file())
    assert b"Ada" not in everything


def test_forgetting_everything_waits_for_no_job_and_says_so(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with hold(home / "job.lock"):
        code = run(["forget", "--all", "--yes"])

    assert code == Exit.DAEMON_RUNNING
    assert f"process {os.getpid()}" in capsys.readouterr().err
    assert (home / "catalog.db").exists()
