"""The index job on real files: what is written, what is read again, what is left alone."""

import os
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from indexer.catalog import files, items, labels
from indexer.catalog.connection import Catalog
from indexer.catalog.faces import all_faces
from indexer.catalog.settings import INDEX_GROUPED
from indexer.chosen import ModelChoice
from indexer.pipeline import IndexReport, IndexSettings, index
from indexer.walk import ScanRules

SHARED = Path(__file__).resolve().parents[3] / "shared"
BUILT_IN = ModelChoice(pack="builtin", folder=None, scenes=None)
NO_MODELS = ModelChoice(pack="", folder=None, scenes=Path("absent.onnx"))


def photo(path: Path, seed: int, taken: str = "2024:05:06 10:00:00", orientation: int = 1) -> Path:
    """A textured picture with a camera's metadata."""
    path.parent.mkdir(parents=True, exist_ok=True)
    coarse = np.random.default_rng(seed).integers(30, 220, (12, 16, 3), np.uint8)
    picture = Image.fromarray(coarse).resize((640, 480), Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "Canon", "EOS", orientation
    exif.get_ifd(0x8769)[0x9003] = taken
    picture.save(path, quality=90, exif=exif)
    return path


def run(
    catalog: Catalog, root: Path, *, limit: int | None = None, models: ModelChoice = BUILT_IN
) -> IndexReport:
    settings = IndexSettings(
        rules=ScanRules(),
        models=models,
        memory_limit_mb=300,
        video_sample_s=1.0,
        today=date(2026, 5, 6),
        now="2026-05-06T08:00:00+00:00",
        limit_items=limit,
    )
    return index(catalog, [root], settings, checkpoint=lambda: None, progress=lambda *_: None)


def test_pictures_become_items_with_dates_sizes_and_previews(
    tmp_path: Path, catalog: Catalog
) -> None:
    photo(tmp_path / "a.jpg", 1)
    photo(tmp_path / "turned.jpg", 2, orientation=6)

    report = run(catalog, tmp_path)

    upright, turned = items.all_items(catalog)
    assert (report.indexed, report.failed, report.left) == (2, (), 0)
    assert (upright.width, upright.height) == (640, 480)
    assert (turned.width, turned.height) == (480, 640)
    assert upright.told_local == "2024-05-06T10:00:00"
    assert (upright.date_source, upright.camera) == ("exif", "EOS")
    assert catalog.scalar("SELECT count(*) FROM previews") == 2


def test_without_models_the_report_says_what_is_off(tmp_path: Path, catalog: Catalog) -> None:
    photo(tmp_path / "a.jpg", 1)

    report = run(catalog, tmp_path, models=NO_MODELS)

    assert any("Faces are off" in note for note in report.notes)
    assert any("Scene labels are off" in note for note in report.notes)


def test_second_run_over_an_unchanged_root_reads_nothing(tmp_path: Path, catalog: Catalog) -> None:
    photo(tmp_path / "a.jpg", 1)
    run(catalog, tmp_path)
    before = items.all_items(catalog)

    again = run(catalog, tmp_path)

    assert (again.new, again.indexed) == (0, 0)
    assert items.all_items(catalog) == before


def test_second_run_opens_no_file(tmp_path: Path, catalog: Catalog) -> None:
    path = photo(tmp_path / "a.jpg", 1)
    run(catalog, tmp_path)
    before = path.stat()
    path.write_bytes(bytes(before.st_size))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    again = run(catalog, tmp_path)

    assert again.failed == ()
    assert files.count_by_state(catalog) == {"indexed": 1}


def test_copies_are_told_anew_where_something_changed_or_a_run_was_cut_off(
    tmp_path: Path, catalog: Catalog
) -> None:
    photo(tmp_path / "a.jpg", 1)
    shutil.copy(tmp_path / "a.jpg", tmp_path / "b.jpg")
    run(catalog, tmp_path)

    assert n_copies(catalog) == 1
    assert n_copies_after(catalog, tmp_path, "UPDATE items SET duplicate_of = NULL") == 0
    photo(tmp_path / "c.jpg", 2)
    assert n_copies_after(catalog, tmp_path, "UPDATE items SET duplicate_of = NULL") == 1
    cut_off = f"UPDATE settings SET value = '' WHERE key = '{INDEX_GROUPED}'"
    catalog.execute("UPDATE items SET duplicate_of = NULL")
    assert n_copies_after(catalog, tmp_path, cut_off) == 1


def n_copies(catalog: Catalog) -> int:
    return int(catalog.scalar("SELECT count(*) FROM items WHERE duplicate_of IS NOT NULL"))


def n_copies_after(catalog: Catalog, root: Path, sql: str) -> int:
    """Copies that are told as such after a change behind the indexer's back and another run."""
    catalog.execute(sql)
    run(catalog, root)
    return n_copies(catalog)


def test_broken_files_are_rows_with_a_reason_and_the_rest_goes_on(
    tmp_path: Path, catalog: Catalog
) -> None:
    photo(tmp_path / "good.jpg", 1)
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("Dear diary, this is not a picture.")
    (tmp_path / "notes.txt").write_text("neither is this")
    whole = photo(tmp_path / "cut.jpg", 2).read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[:300])

    report = run(catalog, tmp_path)

    assert report.indexed == 1
    assert [path for path, _ in report.failed] == ["cut.jpg", "empty.jpg", "text.jpg"]
    assert all(reason for _, reason in report.failed)
    assert files.count_by_state(catalog) == {"indexed": 1, "failed": 3, "other": 1}


def test_failed_file_is_not_tried_again_until_it_changes(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "a.jpg").write_text("no picture")
    run(catalog, tmp_path)

    again = run(catalog, tmp_path)
    assert (again.new, len(again.failed)) == (0, 1)

    photo(tmp_path / "a.jpg", 1)
    mended = run(catalog, tmp_path)
    assert (mended.indexed, mended.failed) == (1, ())


def test_copy_is_an_item_of_its_own_that_is_never_decoded(tmp_path: Path, catalog: Catalog) -> None:
    photo(tmp_path / "a.jpg", 1)
    (tmp_path / "Backup").mkdir()
    shutil.copy(tmp_path / "a.jpg", tmp_path / "Backup" / "a.jpg")

    report = run(catalog, tmp_path)

    mains = items.main_files(catalog)
    duplicates = {mains[i.id].path: i.duplicate_of for i in items.all_items(catalog)}
    assert report.indexed == 1
    assert sorted(value is None for value in duplicates.values()) == [False, True]


def test_copy_takes_over_when_its_original_is_deleted(tmp_path: Path, catalog: Catalog) -> None:
    for n in range(8):
        photo(tmp_path / f"{n}.jpg", n)
    shutil.copy(tmp_path / "0.jpg", tmp_path / "copy.jpg")
    run(catalog, tmp_path)
    kept = next(i for i in items.all_items(catalog) if i.duplicate_of is not None).duplicate_of
    assert kept is not None
    items.main_files(catalog)[kept].full_path.unlink()

    run(catalog, tmp_path)

    present = [i for i, f in items.main_files(catalog).items() if f.state == "indexed"]
    shown = [items.get_item(catalog, i) for i in present]
    assert len(present) == 8
    assert all(i is not None and i.duplicate_of is None and i.phash is not None for i in shown)


def test_slice_reads_this_day_of_other_years_first(tmp_path: Path, catalog: Catalog) -> None:
    photo(tmp_path / "newest.jpg", 1, "2026:02:01 10:00:00")
    photo(tmp_path / "anniversary.jpg", 2, "2021:05:07 10:00:00")
    photo(tmp_path / "older.jpg", 3, "2020:02:01 10:00:00")

    report = run(catalog, tmp_path, limit=1)

    states = {f.path: f.state for f in items.main_files(catalog).values()}
    assert (report.indexed, report.left) == (1, 2)
    assert states == {b"anniversary.jpg": "indexed", b"newest.jpg": "read", b"older.jpg": "read"}


def test_picture_and_clip_of_one_name_are_one_live_item(tmp_path: Path, catalog: Catalog) -> None:
    if not SHARED.is_dir():
        pytest.skip("needs the Live Photo files of ../shared/data/library")
    for name in ("jpeg.jpg", "mov.mov"):
        source = next((SHARED / "data" / "library" / "live").glob(f"*{Path(name).suffix}"), None)
        if source is None:
            pytest.skip(f"no {name} in ../shared/data/library/live")
        shutil.copy(source, tmp_path / f"IMG_1{source.suffix}")

    run(catalog, tmp_path)
    assert [i.kind for i in items.all_items(catalog)] == ["live"]

    for path in tmp_path.iterdir():
        path.touch()
        run(catalog, tmp_path)
        (live,) = items.all_items(catalog)
        assert (live.kind, live.width) == ("live", items.all_items(catalog)[0].width)
        assert len(items.files_of_item(catalog, live.id)) == 2


def test_new_sidecar_renews_the_date_without_looking_at_pixels_again(
    tmp_path: Path, catalog: Catalog
) -> None:
    photo(tmp_path / "a.jpg", 1)
    photo(tmp_path / "b.jpg", 2)
    run(catalog, tmp_path)

    (tmp_path / "a.jpg.xmp").write_text(
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
        ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="5"/></rdf:RDF></x:xmpmeta>'
    )
    report = run(catalog, tmp_path)

    assert (report.new, report.indexed) == (1, 0)
    assert files.count_by_state(catalog) == {"indexed": 2}


def test_file_that_makes_a_reader_fail_in_an_unknown_way_costs_itself_only(
    tmp_path: Path, catalog: Catalog
) -> None:
    photo(tmp_path / "a.jpg", 1)
    run(catalog, tmp_path, limit=0)
    catalog.execute("UPDATE files SET format = 'no such format'")
    photo(tmp_path / "b.jpg", 2)

    report = run(catalog, tmp_path)

    assert (report.indexed, len(report.failed)) == (1, 1)


def test_built_in_networks_find_a_face_and_say_what_is_seen(
    tmp_path: Path, catalog: Catalog
) -> None:
    data = pytest.importorskip("skimage.data", reason="needs scikit-image's sample pictures")
    Image.fromarray(data.astronaut()).save(tmp_path / "astronaut.jpg")
    Image.fromarray(data.coffee()).save(tmp_path / "coffee.jpg")

    report = run(catalog, tmp_path)

    (face,) = all_faces(catalog)
    words = {(label.item_id, label.word) for label in labels.all_labels(catalog)}
    assert report.notes == ()
    assert 150 < face.x < 260
    assert len(face.vector) == 2 * 128
    assert {word for item, word in words if item != face.item_id} & {"coffee", "food", "drink"}


def test_with_another_pack_faces_and_labels_are_found(tmp_path: Path, catalog: Catalog) -> None:
    if not SHARED.is_dir():
        pytest.skip("needs the models of ../shared/models")
    data = pytest.importorskip("skimage.data", reason="needs scikit-image's sample pictures")
    Image.fromarray(data.astronaut()).save(tmp_path / "astronaut.jpg")
    models = ModelChoice(
        pack="insightface:scrfd2.5g_mobilefacenet",
        folder=SHARED / "models" / "insightface",
        scenes=SHARED / "models" / "scenes" / "mobilenetv2-12-int8.onnx",
    )

    report = run(catalog, tmp_path, models=models)

    (face,) = all_faces(catalog)
    assert report.notes == ()
    assert 150 < face.x < 260
    assert len(face.vector) == 2 * 128
    assert labels.all_labels(catalog)
    assert run(catalog, tmp_path, models=models).indexed == 0
    assert run(catalog, tmp_path, models=NO_MODELS).indexed == 0
    assert len(all_faces(catalog)) == 1
