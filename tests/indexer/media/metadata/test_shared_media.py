"""Real files and hostile ones, against what is true about them."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest

from indexer.errors import UnreadableMediaError
from indexer.media.metadata.model import DateSource, Metadata

MakeJpeg = Callable[..., Path]
ReadFile = Callable[..., Metadata]

DATA = Path(__file__).parents[5] / "shared" / "data"
LIBRARY, BROKEN = DATA / "library", DATA / "broken"
pytestmark = pytest.mark.skipif(not LIBRARY.is_dir(), reason=f"needs the test media of {DATA}")


def rows() -> list[dict[str, str]]:
    if not LIBRARY.is_dir():
        return []
    with (LIBRARY / "truth.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["kind"] != "sidecar"]


def container_tags(path: Path) -> dict[str, str]:
    with av.open(str(path)) as container:
        return dict(container.metadata)


def is_right(date_of: Metadata, truth: dict[str, str]) -> bool:
    date = date_of.date
    told = date.source not in {DateSource.MTIME, DateSource.NONE}
    if not truth["taken_at"] or not told:
        return told == bool(truth["taken_at"]) or "acceptable too" in truth["notes"]
    expected = datetime.fromisoformat(truth["taken_at"])
    if date.local is not None:
        return date.local == expected
    return date.utc == expected.replace(tzinfo=UTC)


def offset_is_right(date_of: Metadata, truth: dict[str, str]) -> bool:
    offset = date_of.date.offset
    if offset is None or not truth["offset"]:
        utc_only = date_of.date.local is None and truth["offset"] in {"", "+00:00"}
        return utc_only or (offset is None) == (not truth["offset"]) or "accept" in truth["notes"]
    hours, minutes = truth["offset"][1:].split(":")
    size = timedelta(hours=int(hours), minutes=int(minutes))
    return offset == (-size if truth["offset"][0] == "-" else size)


@pytest.mark.parametrize("truth", rows(), ids=lambda row: row["file"])
def test_every_file_of_the_library_is_told_right(truth: dict[str, str], read: ReadFile) -> None:
    path = LIBRARY / truth["file"]
    is_video = truth["kind"] == "video" or path.suffix == ".mov"

    found = read(
        path,
        "png" if path.suffix == ".png" else "jpeg",
        mtime=path.stat().st_mtime,
        **(container_tags(path) if is_video else {}),
    )

    assert is_right(found, truth)
    assert offset_is_right(found, truth)
    place = tuple(float(truth[k]) if truth[k] else None for k in ("latitude", "longitude"))
    assert (found.latitude, found.longitude) == pytest.approx(place, abs=0.001)
    assert (found.camera or "") == truth["camera"]
    assert (found.motion_offset is not None) == (truth["kind"] == "motion")


def test_halves_of_a_live_photo_share_their_identifier(read: ReadFile) -> None:
    picture, clip = LIBRARY / "live" / "train.jpg", LIBRARY / "live" / "train.mov"

    pair = {read(picture).pair_id, read(clip, "mov", **container_tags(clip)).pair_id}

    assert pair == {"E905E6C6-C747-4805-942F-9904A0281F02"}


def test_same_faces_whichever_way_the_picture_is_stored(read: ReadFile) -> None:
    upright = read(LIBRARY / "xmp" / "portrait.jpg").face_names
    turned = read(LIBRARY / "xmp" / "portrait-orientation-6.jpg").face_names

    assert [face.name for face in upright] == ["Marie Curie", "Pierre Curie"]
    for one, other in zip(upright, turned, strict=True):
        assert one.x_norm == pytest.approx(other.x_norm, abs=0.001)
        assert one.y_norm == pytest.approx(other.y_norm, abs=0.001)


@pytest.mark.parametrize(
    ("name", "taken", "offset_h"),
    [
        ("xmp/2000.xmp", "2000-09-27T14:35:33", 2),
        ("xmp/2020.xmp", "2020-09-27T14:35:33", 2),
        ("xmp/iso-value-array.xmp", "2009-11-28T13:42:39", None),
        ("raw/canon_eos_6d.xmp", "2019-06-06T07:29:51", None),
    ],
)
def test_sidecars_date_a_picture_that_tells_nothing(
    name: str, taken: str, offset_h: int | None, make_jpeg: MakeJpeg, read: ReadFile
) -> None:
    path = make_jpeg()
    path.with_suffix(".xmp").write_bytes((LIBRARY / name).read_bytes())

    date = read(path).date

    assert date.source is DateSource.XMP
    assert date.local == datetime.fromisoformat(taken)
    assert date.offset == (None if offset_h is None else timedelta(hours=offset_h))


def test_no_broken_file_raises_or_gives_a_place_that_is_none(read: ReadFile) -> None:
    found = {}
    for path in sorted(entry for entry in BROKEN.rglob("*") if entry.is_file()):
        try:
            found[path.relative_to(BROKEN).as_posix()] = read(path)
        except UnreadableMediaError:
            continue

    assert len(found) > 150
    assert all(m.latitude is None or abs(m.latitude) <= 90 for m in found.values())
    assert found["exif/gps-999.jpg"].latitude is None
    assert found["exif/orientation-9.jpg"].orientation == 1
    assert found["xmp/bomb.jpg"].camera == "Canon EOS 40D"
    assert (found["exif/model-nul-and-control.jpg"].camera or "").isprintable()
