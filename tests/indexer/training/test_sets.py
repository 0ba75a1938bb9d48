"""Tars with tables and folders of photographs are read in any order, bad pictures told."""

import io
import multiprocessing
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from indexer.errors import UnreadableMediaError
from indexer.training.sets import (
    PictureSetError,
    Row,
    TarSet,
    open_folder_set,
    open_sets,
    open_tar_set,
    parsed_boxes,
    pictures,
    split_of,
)

SHADES = {"a/one.jpg": (200, 30, 40), "b/two.jpg": (20, 180, 60), "b/three.jpg": (30, 40, 210)}


def coded(
    shade: tuple[int, int, int], fmt: str = "JPEG", size: tuple[int, int] = (40, 24)
) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, shade).save(out, fmt)
    return out.getvalue()


def write_tar(folder: Path, table: str, files: dict[str, bytes] | None = None) -> Path:
    given = {name: coded(shade) for name, shade in SHADES.items()} if files is None else files
    path = folder / "toys.tar"
    with tarfile.open(path, "w") as tar:
        for name, data in given.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    path.with_suffix(".csv").write_text(table, encoding="utf-8")
    return path


TABLE = (
    "file,label,split,identity,box,age\n"
    'b/two.jpg,b,test,Ada,"1,2,3,4;5,6,7,8",30\n'
    "a/one.jpg,a,train,,,\n"
    "b/three.jpg,b,train,Ada,,31\n"
)


def mean_of(task: tuple[TarSet, int]) -> list[float]:
    opened, index = task
    return [float(level) for level in opened.read(index).mean(axis=(0, 1))]


def test_rows_tell_what_the_table_tells(tmp_path: Path) -> None:
    opened = open_tar_set(write_tar(tmp_path, TABLE))

    assert opened.name == "toys"
    assert [row.file for row in opened.rows] == ["a/one.jpg", "b/three.jpg", "b/two.jpg"]
    assert opened.rows[2] == Row(
        file="b/two.jpg",
        label="b",
        split="test",
        identity="Ada",
        boxes=((1, 2, 3, 4), (5, 6, 7, 8)),
        more={"age": "30"},
    )


def test_folder_named_by_a_dot_is_called_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "holiday").mkdir()
    (tmp_path / "holiday" / "one.jpg").write_bytes(coded((200, 30, 40)))
    monkeypatch.chdir(tmp_path / "holiday")

    assert open_folder_set(Path()).name == "holiday"


def test_pictures_are_read_in_any_order_as_rgb(tmp_path: Path) -> None:
    opened = open_tar_set(write_tar(tmp_path, TABLE))

    for index in (2, 0, 1, 2):
        image = opened.read(index)

        assert image.shape == (24, 40, 3)
        assert image.mean(axis=(0, 1)) == pytest.approx(SHADES[opened.rows[index].file], abs=3)


def test_several_processes_read_one_set(tmp_path: Path) -> None:
    opened = open_tar_set(write_tar(tmp_path, TABLE))

    with multiprocessing.get_context("spawn").Pool(2) as pool:
        means = pool.map(mean_of, [(opened, n % 3) for n in range(6)])

    wanted = [SHADES[opened.rows[n % 3].file] for n in range(6)]
    assert np.allclose(means, wanted, atol=3)


def test_a_table_without_its_pictures_is_refused(tmp_path: Path) -> None:
    tar = write_tar(tmp_path, "file\na/one.jpg\nc/four.jpg\n")

    with pytest.raises(
        PictureSetError, match=r"1 pictures of toys\.csv are not in it, first c/four"
    ):
        open_tar_set(tar)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("name\na/one.jpg\n", "no column 'file'"),
        ("file\na/one.jpg\na/one.jpg\n", r"a/one\.jpg stands twice"),
        ('file,box\na/one.jpg,"1,2,3"\n', "a box is x,y,w,h"),
        ('file,box\na/one.jpg,"1,2,3,zero"\n', "could not convert"),
    ],
)
def test_wrong_tables_are_refused(tmp_path: Path, table: str, reason: str) -> None:
    tar = write_tar(tmp_path, table)

    with pytest.raises(PictureSetError, match=reason):
        open_tar_set(tar)


def test_a_compressed_or_damaged_tar_is_refused(tmp_path: Path) -> None:
    tar = write_tar(tmp_path, TABLE)
    tar.write_bytes(b"\x1f\x8b" + bytes(3000))

    with pytest.raises(PictureSetError, match="cannot be used") as caught:
        open_tar_set(tar)

    assert "uncompressed" in caught.value.remedy


def test_damaged_pictures_are_told_and_left_out(tmp_path: Path) -> None:
    files = {name: coded(shade) for name, shade in SHADES.items()}
    files["b/two.jpg"] = b"no picture"
    opened = open_tar_set(write_tar(tmp_path, TABLE, files))
    told: list[tuple[str, str]] = []

    read = pictures(opened, [2, 1, 0], on_bad=lambda file, reason: told.append((file, reason)))

    assert [index for index, _ in read] == [1, 0]
    assert told == [("b/two.jpg", "b/two.jpg in toys.tar is damaged")]


def test_a_folder_of_photographs_is_a_set(tmp_path: Path) -> None:
    for name, fmt in (("sea/x.jpg", "JPEG"), ("sea/2019/y.png", "PNG"), ("z.webp", "WEBP")):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(coded((10, 200, 90), fmt))
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / ".thumbnails").mkdir()
    (tmp_path / ".thumbnails" / "x.jpg").write_bytes(coded((0, 0, 0)))

    (opened,) = open_sets(tmp_path, max_side_px=20)

    labels = {row.file: row.label for row in opened.rows}
    assert labels == {"sea/2019/y.png": "sea", "sea/x.jpg": "sea", "z.webp": ""}
    assert {opened.read(n).shape for n in range(3)} == {(12, 20, 3)}


def test_photographs_of_a_folder_come_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (40, 24), (1, 2, 3))
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(tmp_path / "turned.jpg", exif=exif)

    opened = open_folder_set(tmp_path)

    assert opened.read(0).shape == (40, 24, 3)


def test_a_photograph_cut_off_is_told(tmp_path: Path) -> None:
    (tmp_path / "cut.jpg").write_bytes(coded((9, 9, 9), size=(400, 400))[:700])
    opened = open_folder_set(tmp_path)

    with pytest.raises(UnreadableMediaError, match="damaged"):
        opened.read(0)


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PictureSetError, match="holds no photograph"):
        open_sets(tmp_path)
    with pytest.raises(PictureSetError, match="is no folder"):
        open_sets(tmp_path / "away")


def test_split_hangs_on_the_name_alone() -> None:
    names = [f"{n}.jpg" for n in range(2000)]

    splits = [split_of(name) for name in names]

    assert splits == [split_of(name) for name in names]
    assert splits.count("test") / 2000 == pytest.approx(0.2, abs=0.03)


def test_no_boxes_are_no_boxes() -> None:
    assert parsed_boxes("") == ()
