"""Another pack is configured: faces are found anew, and everything that was told stays."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PIL import Image

from clustering.people import corrections as told
from clustering.update import update
from indexer.catalog import faces as face_rows
from indexer.catalog import people as person_rows
from indexer.catalog.connection import Catalog, open_catalog
from indexer.catalog.faces import PersonId
from indexer.catalog.items import all_items, main_files
from indexer.chosen import ModelChoice
from indexer.pipeline import IndexReport, IndexSettings, index
from indexer.training.sets import open_tar_set
from indexer.walk import ScanRules

SHARED = Path(__file__).resolve().parents[3] / "shared"
NOW = datetime(2026, 5, 6, 8, tzinfo=UTC)
N_PEOPLE, N_PICTURES = 3, 6
FIRST, SECOND = "insightface:first", "builtin"

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="needs the faces and the models of ../shared"
)

Owners = dict[str, str]
"""By picture: the name, or the number, of who is in its middle."""


@pytest.fixture(scope="module")
def portraits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of three people of the train split, named after them."""
    folder = tmp_path_factory.mktemp("portraits")
    lfw = open_tar_set(SHARED / "data" / "lfw.tar")
    of: dict[str, list[int]] = {}
    for number, row in enumerate(lfw.rows):
        if row.split == "train":
            of.setdefault(row.identity, []).append(number)
    full = [numbers for numbers in of.values() if len(numbers) >= N_PICTURES][:N_PEOPLE]
    for person, numbers in enumerate(full):
        for n, number in enumerate(numbers[:N_PICTURES]):
            exif = Image.Exif()
            exif[0x0110] = "Camera"
            exif.get_ifd(0x8769)[0x9003] = f"2024:0{person + 1}:1{n} 10:00:00"
            picture = Image.fromarray(lfw.read(number)).resize((600, 600))
            picture.save(folder / f"{person}_{n}.jpg", quality=92, exif=exif)
    return folder


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the first pack: another detector and another embedder than the built-in."""
    folder = tmp_path_factory.mktemp("packs")
    source = SHARED / "models" / "insightface" / "models" / "scrfd500m_mobilefacenet"
    shutil.copytree(source, folder / "models" / "first")
    return folder


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with open_catalog(tmp_path / "catalog.db") as opened:
        yield opened


def run(
    catalog: Catalog, root: Path, packs: Path, pack: str, *, limit: int | None = None
) -> IndexReport:
    choice = ModelChoice(pack=pack, folder=packs, scenes=None)
    settings = IndexSettings(
        rules=ScanRules(),
        models=choice,
        memory_limit_mb=400,
        video_sample_s=1.0,
        today=date(2026, 5, 6),
        now=NOW.isoformat(),
        limit_items=limit,
    )
    return index(catalog, [root], settings, checkpoint=lambda: None, progress=lambda *_: None)


def find_people(catalog: Catalog) -> None:
    update(catalog, checkpoint=lambda: None, progress=lambda *_: None)


def owners(catalog: Catalog) -> Owners:
    names = {p.id: p.name or str(p.id) for p in person_rows.all_people(catalog)}
    mains = main_files(catalog)
    found = {}
    for item in all_items(catalog):
        faces = face_rows.faces_of_item(catalog, item.id)
        who = faces[0].person_id if faces else None
        found[mains[item.id].path.decode()] = "" if who is None else names[who]
    return found


def models_of(catalog: Catalog) -> set[str]:
    return {face.model.partition("-")[0] for face in face_rows.all_faces(catalog)}


def owner_of(catalog: Catalog, name: str) -> PersonId:
    mains = {file.path.decode(): item for item, file in main_files(catalog).items()}
    owner = face_rows.faces_of_item(catalog, mains[name])[0].person_id
    assert owner is not None
    return owner


def tell(catalog: Catalog) -> None:
    """Two names, a birthday, two made one, a face that is somebody else's."""
    ada, ben, cleo = (owner_of(catalog, f"{person}_0.jpg") for person in range(3))
    told.name_person(catalog, ada, "Ada", NOW)
    told.name_person(catalog, ben, "Ben", NOW)
    told.set_birthday(catalog, ben, "1970-01-02", NOW)
    told.merge_people(catalog, ben, cleo, NOW)
    mains = {file.path.decode(): item for item, file in main_files(catalog).items()}
    wrong = face_rows.faces_of_item(catalog, mains["0_1.jpg"])[0].id
    told.reject_faces(catalog, ada, [wrong], NOW)
    find_people(catalog)


@pytest.fixture
def known(catalog: Catalog, portraits: Path, packs: Path) -> Owners:
    """Who is on the pictures by the first pack and by what was told."""
    run(catalog, portraits, packs, FIRST)
    find_people(catalog)
    tell(catalog)
    return owners(catalog)


def test_names_and_corrections_stay_when_the_pack_changes(
    catalog: Catalog, known: Owners, portraits: Path, packs: Path
) -> None:
    report = run(catalog, portraits, packs, SECOND)
    between = owners(catalog)
    find_people(catalog)

    ben = person_rows.get_person(catalog, owner_of(catalog, "1_0.jpg"))
    assert report.indexed == len(known)
    assert models_of(catalog) == {"embedder"}
    assert between == known
    assert owners(catalog) == known
    assert {known[f"{p}_0.jpg"] for p in range(3)} == {"Ada", "Ben"}
    assert known["0_1.jpg"] != "Ada"
    assert ben is not None
    assert ben.birthday == "1970-01-02"
    assert ben.key_face_id is not None
    assert run(catalog, portraits, packs, SECOND).indexed == 0


def test_change_that_is_half_done_leaves_everybody_in_place(
    catalog: Catalog, known: Owners, portraits: Path, packs: Path
) -> None:
    half = run(catalog, portraits, packs, SECOND, limit=len(known) // 2)
    find_people(catalog)
    between, models = owners(catalog), models_of(catalog)
    rest = run(catalog, portraits, packs, SECOND)
    find_people(catalog)

    named = {name: who for name, who in known.items() if not who.isdigit()}
    assert half.left == rest.indexed == len(known) - len(known) // 2
    assert models == {"mobilefacenet", "embedder"}
    assert {name: between[name] for name in named} == named
    assert owners(catalog) == known


def test_pack_that_is_away_costs_no_face(
    catalog: Catalog, known: Owners, portraits: Path, packs: Path, tmp_path: Path
) -> None:

    report = run(catalog, portraits, tmp_path / "nowhere", FIRST)
    find_people(catalog)

    assert any("Faces are off" in note for note in report.notes)
    assert report.indexed == 0
    assert owners(catalog) == known


def test_new_pictures_are_read_before_those_that_another_pack_has_read(
    catalog: Catalog, known: Owners, portraits: Path, packs: Path, tmp_path: Path
) -> None:
    newcomer = tmp_path / "more"
    newcomer.mkdir()
    Image.open(portraits / "2_0.jpg").rotate(2).save(newcomer / "undated.jpg")

    report = run(catalog, newcomer, packs, SECOND, limit=1)

    states = {file.path: file.state for file in main_files(catalog).values()}
    assert report.left == len(known)
    assert states[b"undated.jpg"] == "indexed"
