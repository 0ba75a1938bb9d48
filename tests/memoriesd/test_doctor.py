from pathlib import Path

from indexer.catalog.connection import open_catalog
from indexer.catalog.people import add_person
from indexer.models.packs import WEIGHTS
from memoriesd.config import Config, Guest, Library, Models, Output
from memoriesd.doctor import Finding, Health, examine
from memoriesd.folders import Folders


def found(folders: Folders, config: Config, name: str) -> Finding:
    return next(finding for finding in examine(folders, config) if finding.name == name)


def test_sound_installation_has_nothing_bad(folders: Folders, tmp_path: Path) -> None:
    open_catalog(folders.catalog).close()
    config = Config(
        library=Library(roots=(tmp_path,)),
        output=Output(folder=tmp_path / "movies"),
        guest=Guest(min_free_gb=0.0),
    )

    findings = examine(folders, config)

    assert not [finding for finding in findings if finding.health is Health.BAD]


def test_folder_that_is_away_is_a_note_not_a_fault(folders: Folders, tmp_path: Path) -> None:
    config = Config(library=Library(roots=(tmp_path / "drive",)))

    finding = found(folders, config, "folder")

    assert finding.health is Health.WARNING
    assert "connect the drive" in finding.remedy


def test_pack_that_is_not_there_is_bad_and_says_where_it_was_looked_for(
    folders: Folders, tmp_path: Path
) -> None:
    config = Config(models=Models(pack="insightface:buffalo_x", folder=tmp_path))

    finding = found(folders, config, "faces")

    assert finding.health is Health.BAD
    assert str(tmp_path / "models" / "buffalo_x") in finding.found


def test_built_in_networks_are_told_with_their_size_or_what_is_missing(folders: Folders) -> None:
    finding = found(folders, Config(), "faces")

    is_whole = all((WEIGHTS / name).is_file() for name in ("detector.onnx", "embedder.onnx"))
    assert finding.health is (Health.GOOD if is_whole else Health.BAD)
    assert finding.found.startswith("built-in" if is_whole else "off: ")


def test_damaged_catalog_is_bad(folders: Folders) -> None:
    folders.data.mkdir()
    folders.catalog.write_bytes(b"no database" * 1000)

    assert found(folders, Config(), "catalog").health is Health.BAD


def test_full_disk_is_bad(folders: Folders, tmp_path: Path) -> None:
    config = Config(output=Output(folder=tmp_path), guest=Guest(min_free_gb=1e9))

    finding = found(folders, config, "output")

    assert finding.health is Health.BAD
    assert "min_free_gb" in finding.found


def test_characters_that_no_font_has_are_told_with_what_to_install(folders: Folders) -> None:
    folders.data.mkdir()
    with open_catalog(folders.catalog) as catalog:
        add_person(catalog, "Zoë")
        add_person(catalog, "\U00016a40")  # Mro: neither our fonts nor the usual systems have it
        before = found(folders, Config(), "fonts")

    assert before.health is Health.WARNING
    assert "\U00016a40" in before.found
    assert "Z" not in before.found
    assert "install a font" in before.remedy


def test_library_whose_words_can_all_be_drawn_is_good(folders: Folders) -> None:
    folders.data.mkdir()
    with open_catalog(folders.catalog) as catalog:
        add_person(catalog, "Zoë")

    assert found(folders, Config(), "fonts").health is Health.GOOD
