"""Copies of the catalog: one a day, sound ones only, and what was told read from a damaged one."""

import contextlib
import stat
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.catalog import backups, files, people, rescue
from indexer.catalog.beside import backups_folder, journal_of
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.exclusions import add_exclusion, all_exclusions
from indexer.catalog.files import Seen
from indexer.catalog.settings import drop_setting
from indexer.errors import CatalogCorruptError

DAY = date(2026, 6, 1)


def fill(catalog: Catalog, n_files: int = 1) -> None:
    root = files.add_root(catalog, Path("/photos"))
    seen = [
        Seen(path=b"%d.jpg" % n, size=n, mtime_ns=0, inode=n, sidecars="") for n in range(n_files)
    ]
    files.add_files(catalog, root, seen)


def spoil(path: Path) -> None:
    """Write over the middle of a catalog, as a dying disk does."""
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 8192] = b"\x5a" * 8192
    path.write_bytes(data)


def test_copy_of_a_day_is_private_sound_and_made_once(tmp_path: Path) -> None:
    with open_catalog(tmp_path / "catalog.db") as catalog:
        fill(catalog)
        made = backups.back_up_daily(catalog, DAY)
        again = backups.back_up_daily(catalog, DAY)

    assert made is not None
    assert again is None
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.parent.stat().st_mode) == 0o700
    with open_catalog(made) as copy:
        assert len(files.all_roots(copy)) == 1


def test_few_copies_are_kept_and_nothing_beside_them(tmp_path: Path) -> None:
    with open_catalog(tmp_path / "catalog.db") as catalog:
        fill(catalog)
        for n in range(6):
            backups.back_up_daily(catalog, DAY + timedelta(days=n))

    names = sorted(path.name for path in (tmp_path / "backups").iterdir())
    assert names == [f"catalog-2026-06-0{n}.db" for n in (4, 5, 6)]


def test_copy_that_was_killed_goes_with_the_next_one(tmp_path: Path) -> None:
    with open_catalog(tmp_path / "catalog.db") as catalog:
        fill(catalog)
        backups_folder(catalog.path).mkdir()
        for name in ("catalog-2026-05-30.part", "catalog-2026-05-30.part-journal"):
            (tmp_path / "backups" / name).write_bytes(b"half a catalog")

        made = backups.back_up_daily(catalog, DAY)

    assert list((tmp_path / "backups").iterdir()) == [made]


def test_copies_of_a_clock_that_ran_ahead_give_way_to_new_ones(tmp_path: Path) -> None:
    with open_catalog(tmp_path / "catalog.db") as catalog:
        fill(catalog)
        for n in range(3):
            backups.back_up_daily(catalog, DAY.replace(year=2030) + timedelta(days=n))
        for n in range(3):
            made = backups.back_up_daily(catalog, DAY + timedelta(days=n))
            assert made is not None
            assert made.exists()

    names = sorted(path.name for path in (tmp_path / "backups").iterdir())
    assert names == [f"catalog-2026-06-0{n}.db" for n in (1, 2, 3)]


def test_copy_that_was_made_last_is_restored_whatever_the_clock_said(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with open_catalog(path) as catalog:
        fill(catalog, 1)
        backups.back_up_daily(catalog, DAY.replace(year=2030))
        fill(catalog, 2)
        last = backups.back_up_daily(catalog, DAY)

    taken = backups.restore_newest(path, tmp_path / "mended.db")

    assert taken == last
    with open_catalog(tmp_path / "mended.db") as mended:
        assert files.count_by_state(mended) == {"new": 2}


def test_copies_without_a_number_are_older_and_go_by_their_day(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with open_catalog(path) as catalog:
        fill(catalog)
        unnumbered = [backups.back_up_daily(catalog, DAY + timedelta(days=n)) for n in (8, 9)]
        for each in unnumbered:
            with open_catalog(str(each)) as copy:
                drop_setting(copy, "copy_number")
        last = backups.back_up_daily(catalog, DAY)

    assert backups.backups_of(path) == [last, *reversed(unnumbered)]


def test_damaged_catalog_never_drives_out_the_copies_of_a_sound_one(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with open_catalog(path) as catalog:
        fill(catalog, 2000)
        sound = backups.back_up_daily(catalog, DAY)
    spoil(path)

    with open_catalog(path) as catalog, pytest.raises(CatalogCorruptError):
        backups.back_up_daily(catalog, DAY + timedelta(days=1))

    assert backups.backups_of(path) == [sound]


def test_damaged_copy_is_passed_over_when_one_is_restored(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with open_catalog(path) as catalog:
        fill(catalog, 2000)
        older = backups.back_up_daily(catalog, DAY)
        newer = backups.back_up_daily(catalog, DAY + timedelta(days=1))
    assert newer is not None
    spoil(newer)

    taken = backups.restore_newest(path, tmp_path / "mended.db")

    assert taken == older
    with open_catalog(tmp_path / "mended.db") as mended:
        assert files.count_by_state(mended) == {"new": 2000}


def test_corrections_of_after_the_copy_come_back_in_their_order(tmp_path: Path) -> None:
    days = [f"2026-06-0{n}T08:00:00+00:00" for n in (1, 2, 3)]
    with open_catalog(tmp_path / "catalog.db") as catalog:
        for day in days:
            people.add_correction(catalog, day, "name", {"person": 1, "name": day[:10]})
        catalog.execute("DELETE FROM corrections WHERE id > 1")

        n_taken = rescue.take_over_journal(catalog)

        assert n_taken == 2
        assert [c.made_at for c in people.all_corrections(catalog)] == days
        assert rescue.take_over_journal(catalog) == 0


def test_line_of_the_journal_that_was_cut_short_costs_itself_only(tmp_path: Path) -> None:
    with open_catalog(tmp_path / "catalog.db") as catalog:
        journal = journal_of(catalog.path)
        people.add_correction(catalog, "2026-06-01", "name", {"person": 1})
        with journal.open("ab") as file:
            file.write(b'{"made_at": "2026-06-02", "ki')
        people.add_correction(catalog, "2026-06-03", "name", {"person": 2})
        catalog.execute("DELETE FROM corrections")

        assert rescue.take_over_journal(catalog) == 2


@given(at=st.integers(0, 10_000), byte=st.integers(0, 255))
@example(at=60, byte=0xFF)
def test_rotten_byte_of_the_journal_costs_its_line_and_brings_nothing_false(
    at: int, byte: int
) -> None:
    told = [(f"2026-06-0{n}", "name", f'{{"name": "Ana{n}", "person": {n}}}') for n in (1, 2, 3)]
    lines = bytearray("".join(f"{people.line_of(*row)}\n" for row in told).encode())
    lines[at % len(lines)] = byte

    read = [people.read_line(line) for line in bytes(lines).splitlines()]

    found = [row for row in read if row is not None]
    assert len(found) >= len(told) - 2  # a line's end that rots spoils both
    assert set(found) <= set(told)


def test_line_of_the_journal_of_another_shape_is_left_out(tmp_path: Path) -> None:
    with open_catalog(tmp_path / "catalog.db") as catalog:
        people.add_correction(catalog, "2026-06-01", "name", {"person": 1})
        catalog.execute("DELETE FROM corrections")
        with journal_of(catalog.path).open("ab") as file:
            file.write(
                b'5\n[]\n{"made_at": 5, "kind": "name", "fact": {}}\n{"made_at": "2026"}\n\xff\n'
            )

        assert rescue.take_over_journal(catalog) == 1


def test_correction_that_was_not_committed_is_in_no_journal(tmp_path: Path) -> None:
    with open_catalog(tmp_path / "catalog.db") as catalog:
        people.add_correction(catalog, "2026-06-01", "name", {})
        with contextlib.suppress(ZeroDivisionError), catalog.transaction():
            people.add_correction(catalog, "2026-06-02", "name", {})
            people.add_correction(catalog, "2026-06-02", "undo", {})
            1 / 0  # noqa: B018 - whatever may fail
        people.add_correction(catalog, "2026-06-03", "undo", {})

    lines = journal_of(tmp_path / "catalog.db").read_bytes().splitlines()
    assert [people.read_line(line) for line in lines] == [
        ("2026-06-01", "name", "{}"),
        ("2026-06-03", "undo", "{}"),
    ]


def test_correction_whose_journal_cannot_be_written_is_not_kept(tmp_path: Path) -> None:
    with open_catalog(tmp_path / "catalog.db") as catalog:
        journal_of(catalog.path).mkdir()
        with pytest.raises(IsADirectoryError), catalog.transaction():
            people.add_correction(catalog, "2026-06-01", "name", {})

        assert people.all_corrections(catalog) == []
        assert not catalog.connection.in_transaction


def test_journal_gets_back_what_a_disk_has_spoilt_of_it(tmp_path: Path) -> None:
    with open_catalog(tmp_path / "catalog.db") as catalog:
        journal = journal_of(catalog.path)
        for person in (1, 2):
            people.add_correction(catalog, f"2026-06-0{person}", "name", {"person": person})
        journal.write_bytes(b"\xff" + journal.read_bytes()[1:])

        assert [rescue.take_over_journal(catalog) for _ in range(2)] == [0, 0]
        catalog.execute("DELETE FROM corrections")
        assert rescue.take_over_journal(catalog) == 2
        assert [c.made_at for c in people.all_corrections(catalog)] == ["2026-06-01", "2026-06-02"]


def test_line_of_an_earlier_version_has_no_checksum() -> None:
    line = b'{"fact": {"person": 1}, "kind": "name", "made_at": "2026-06-01"}'

    assert people.read_line(line) == ("2026-06-01", "name", '{"person": 1}')


def test_rules_are_read_from_a_damaged_catalog_whose_other_pages_are_lost(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with open_catalog(path) as catalog:
        add_exclusion(catalog, "label", {"word": "hospital"}, "2026-06-01")
        fill(catalog, 2000)
    spoil(path)
    assert backups.damage_of(path)

    told = rescue.read_told(path, ())

    with open_catalog(tmp_path / "new.db") as fresh:
        rescue.put_told(fresh, told)
        assert [rule.rule for rule in all_exclusions(fresh)] == ['{"word": "hospital"}']
