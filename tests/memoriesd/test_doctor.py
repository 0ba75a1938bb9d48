import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.catalog.connection import open_catalog
from indexer.catalog.people import add_person
from indexer.models.packs import WEIGHTS
from memoriesd.config import Config, Guest, Library, Models, Output
from memoriesd.doctor import Finding, Health, _roots, examine
from memoriesd.folders import Folders
from memoriesd.installed import place_of


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


@pytest.fixture
def refused() -> Iterator[Path]:
    """A folder that permission bits give to us (the real user), and the system does not."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    folder = place / "pictures"
    folder.mkdir(0o700)
    os.seteuid(12345)
    yield folder
    os.seteuid(0)
    shutil.rmtree(place)


def test_folder_that_the_system_does_not_show_is_bad_whatever_its_bits_say(refused: Path) -> None:
    folders = Folders(config_file=refused.parent / "config.toml", data=refused.parent / "data")

    (finding,) = _roots(folders, Config(library=Library(roots=(refused,))))

    assert os.access(refused, os.R_OK | os.X_OK)
    assert finding.health is Health.BAD
    assert f"{refused} may not be read" in finding.found


@pytest.mark.parametrize(("limit", "health"), [(8192, Health.WARNING), (524_288, Health.GOOD)])
def test_low_limit_of_watched_folders_is_told_with_what_to_type(
    folders: Folders,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    limit: int,
    health: Health,
) -> None:
    file = tmp_path / "max_user_watches"
    file.write_text(f"{limit}\n", encoding="ascii")
    monkeypatch.setattr("memoriesd.doctor.WATCH_LIMIT", file)

    finding = found(folders, Config(), "watching")

    assert finding.health is health
    assert f"{limit:,} folders" in finding.found
    assert ("sysctl" in finding.remedy) == (health is Health.WARNING)


def test_service_that_was_installed_for_another_configuration_is_told(
    folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    installed = Config(output=Output(folder=tmp_path / "movies"))
    place = place_of(folders, installed, os.environ)
    place.file.parent.mkdir(parents=True)
    place.file.write_bytes(place.text)

    same = found(folders, installed, "service")
    other = found(folders, Config(output=Output(folder=tmp_path / "films")), "service")

    assert (same.health, other.health) == (Health.GOOD, Health.WARNING)
    assert other.remedy == "memoriesd service install"


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
