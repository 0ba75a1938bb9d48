"""``doctor --repair``: a damaged catalog is set aside and what was told comes back."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from indexer.catalog.backups import back_up_daily, damage_of
from indexer.catalog.connection import open_catalog
from indexer.catalog.exclusions import add_exclusion, all_exclusions
from indexer.catalog.items import ItemId, all_items, update_item
from indexer.catalog.movies import all_movies
from indexer.catalog.people import add_correction, all_corrections
from indexer.catalog.rescue import put_told
from indexer.catalog.vetoes import add_veto, all_vetoes
from indexer.errors import CatalogCorruptError, CatalogTooNewError
from memoriesd.cli.main import run
from memoriesd.exits import Exit
from memoriesd.folders import Folders
from memoriesd.locks import hold
from memoriesd.repair import repair

NOW = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)
DAY = date(2026, 6, 1)


@pytest.fixture
def folders(home: Path) -> Folders:
    return Folders(config_file=home / "config.toml", data=home)


def spoil(path: Path) -> bytes:
    """Lose the catalog's head, which no reading survives."""
    data = b"\x5a" * 4096 + path.read_bytes()[4096:]
    path.write_bytes(data)
    return data


def test_sound_catalog_is_left_alone(folders: Folders) -> None:
    before = folders.catalog.read_bytes()

    assert repair(folders, NOW) is None
    assert folders.catalog.read_bytes() == before


def test_copy_takes_the_place_and_the_journal_brings_what_came_after(folders: Folders) -> None:
    with open_catalog(folders.catalog) as catalog:
        n_items = len(all_items(catalog))
        back_up_daily(catalog, DAY)
        add_correction(catalog, NOW.isoformat(), "name", {"person": 1, "name": "Ana"})
    damaged = spoil(folders.catalog)

    done = repair(folders, NOW)

    assert done is not None
    assert done.set_aside is not None
    assert done.set_aside.read_bytes() == damaged
    assert (done.backup is not None, done.n_corrections) == (True, 1)
    assert damage_of(folders.catalog) == ""
    with open_catalog(folders.catalog) as catalog:
        assert len(all_items(catalog)) == n_items
        assert len(all_corrections(catalog)) == 1


def test_without_a_copy_an_empty_catalog_keeps_the_corrections(folders: Folders) -> None:
    with open_catalog(folders.catalog) as catalog:
        add_correction(catalog, NOW.isoformat(), "name", {"person": 1, "name": "Ana"})
    spoil(folders.catalog)

    done = repair(folders, NOW)

    assert done is not None
    assert done.backup is None
    with open_catalog(folders.catalog) as catalog:
        assert all_items(catalog) == []
        assert len(all_corrections(catalog)) == 1


@pytest.mark.parametrize("lose", [Path.unlink, lambda path: path.write_bytes(b"")])
def test_lost_catalog_comes_back_from_copy_and_journal(
    folders: Folders, lose: Callable[[Path], object], capsys: pytest.CaptureFixture[str]
) -> None:
    with open_catalog(folders.catalog) as catalog:
        n_items = len(all_items(catalog))
        made = back_up_daily(catalog, DAY)
        add_correction(catalog, NOW.isoformat(), "name", {"person": 1, "name": "Ana"})
    lose(folders.catalog)

    refused = [run(words) for words in (["items", "list"], ["status"], ["index", "/"])]
    said = capsys.readouterr().err
    run(["doctor"])
    found = capsys.readouterr().out
    done = repair(folders, NOW)

    assert refused == [Exit.CATALOG] * 3
    assert said.count("doctor --repair") == 3
    assert "doctor --repair" in found
    assert done is not None
    assert (done.backup, done.n_corrections, done.set_aside) == (made, 1, None)
    with open_catalog(folders.catalog) as catalog:
        assert len(all_items(catalog)) == n_items
        assert len(all_corrections(catalog)) == 1


def test_log_of_a_lost_catalog_is_not_read_into_the_next(folders: Folders) -> None:
    with open_catalog(folders.catalog) as catalog:
        back_up_daily(catalog, DAY)
        catalog.execute("UPDATE items SET camera = 'of the lost one'")
        log = folders.catalog.with_name("catalog.db-wal")
        last = log.read_bytes()
    folders.catalog.unlink()
    log.write_bytes(last)

    repair(folders, NOW)

    assert damage_of(folders.catalog) == ""
    assert b"of the lost one" not in folders.catalog.read_bytes()
    assert not log.exists()


def test_nothing_is_repaired_before_the_first_start(folders: Folders) -> None:
    folders.catalog.unlink()

    assert repair(folders, NOW) is None
    assert not folders.catalog.exists()


def test_rules_and_marks_of_a_half_readable_catalog_are_taken_over(folders: Folders) -> None:
    with open_catalog(folders.catalog) as catalog:
        back_up_daily(catalog, DAY)
        add_exclusion(catalog, "label", {"word": "hospital"}, "2026-06-02")
        update_item(catalog, ItemId(3), hidden=1)
        (movie,) = all_movies(catalog)
        add_veto(catalog, movie.id, "day", "gentle", ItemId(1), "2026-06-02")
        catalog.execute("PRAGMA foreign_keys = OFF")
        catalog.execute("DELETE FROM roots WHERE id = 99")
        catalog.execute("INSERT INTO labels VALUES (12345, 'beach', 0.5, 'm')")

    done = repair(folders, NOW)

    assert done is not None
    assert done.told is not None
    assert "points to nothing" in done.damage
    with open_catalog(folders.catalog) as catalog:
        assert [rule.rule for rule in all_exclusions(catalog)] == ['{"word": "hospital"}']
        assert [item.id for item in all_items(catalog) if item.hidden] == [3]
        assert [(veto.movie_id, veto.item_id) for veto in all_vetoes(catalog)] == [(movie.id, 1)]
        put_told(catalog, done.told)
        assert len(all_vetoes(catalog)) == 1


def test_repair_that_was_killed_before_its_last_step_goes_on(folders: Folders) -> None:
    with open_catalog(folders.catalog) as catalog:
        add_exclusion(catalog, "label", {"word": "hospital"}, "2026-06-02")
    mended = folders.catalog.with_name("catalog.db.mended")
    folders.catalog.replace(mended)

    with pytest.raises(CatalogCorruptError):  # whoever starts in between
        open_catalog(folders.catalog)
    done = repair(folders, NOW)

    assert done is not None
    with open_catalog(folders.catalog) as catalog:
        assert len(all_exclusions(catalog)) == 1


def test_catalog_of_a_newer_version_is_not_repaired(folders: Folders) -> None:
    with open_catalog(folders.catalog) as catalog:
        catalog.execute("PRAGMA user_version = 99")

    with pytest.raises(CatalogTooNewError):
        repair(folders, NOW)

    assert not (folders.data / "damaged").exists()


def test_command_refuses_while_a_daemon_runs(
    folders: Folders, capsys: pytest.CaptureFixture[str]
) -> None:
    with hold(folders.daemon_lock):
        code = run(["doctor", "--repair"])

    assert code == 5
    assert "running already" in capsys.readouterr().err


def test_command_tells_what_it_did(folders: Folders, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(folders.catalog)

    run(["doctor", "--repair"])

    said = capsys.readouterr()
    assert "it was set aside" in said.out
    assert "everything is read from the media again" in said.out
    assert "exclusions" in said.err
