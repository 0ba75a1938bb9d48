from importlib import resources
from pathlib import Path

import pytest

from indexer.errors import NotFoundError
from indexer.models.packs import KNOWN, WEIGHTS, KnownPack, known_packs, published, recognised

SHARED_PACKS = Path(__file__).parents[3].parent / "shared" / "models" / "insightface" / "models"


def test_list_and_folder_agree() -> None:
    folder = resources.files("indexer.models") / "packs"

    assert sorted(KNOWN) == sorted(p.name.removesuffix(".toml") for p in folder.iterdir())
    assert [known.name for known in known_packs()] == list(KNOWN)


@pytest.mark.parametrize("known", known_packs(), ids=lambda known: known.name)
def test_known_pack_states_its_terms(known: KnownPack) -> None:
    assert known.licence
    assert len(known.terms) > 50
    assert all(len(digest) == 64 for digest in known.networks.values())


@pytest.mark.parametrize(
    "name", ["buffalo_l", "buffalo_m", "buffalo_s", "buffalo_sc", "antelopev2"]
)
def test_published_pack_has_an_address_a_size_and_a_digest(name: str) -> None:
    archive = published(name).archive

    assert archive is not None
    assert archive.address.startswith("https://github.com/deepinsight/insightface/releases/")
    assert archive.size_bytes > 10_000_000
    assert len(bytes.fromhex(archive.sha256)) == 32


@pytest.mark.parametrize("name", ["builtin", "scrfd2.5g_mobilefacenet", "buffalo_xxl", ""])
def test_pack_that_nobody_publishes_is_told_with_those_that_are(name: str) -> None:
    with pytest.raises(NotFoundError, match="is published") as raised:
        published(name)

    assert "buffalo_sc" in raised.value.remedy


def test_pack_is_recognised_by_content_whatever_its_folder_is_called(tmp_path: Path) -> None:
    if not SHARED_PACKS.is_dir():
        pytest.skip("no ../shared/models beside the project")
    mine = tmp_path / "mine"
    mine.symlink_to(SHARED_PACKS / "scrfd500m_mobilefacenet")

    known = recognised(mine)

    assert known is not None
    assert known.pack == "insightface:scrfd500m_mobilefacenet"


def test_built_in_networks_are_as_small_as_promised() -> None:
    sizes_mb = {path.stem: path.stat().st_size / 1e6 for path in WEIGHTS.glob("*.onnx")}

    assert sizes_mb.keys() == {"detector", "embedder", "scenes"}
    assert sizes_mb["detector"] <= 0.4
    assert sizes_mb["embedder"] <= 5
    assert sizes_mb["scenes"] <= 5
    assert sum(sizes_mb.values()) <= 10


def test_folder_of_other_networks_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / "det_500m.onnx").write_bytes(b"other")

    assert recognised(tmp_path) is None
