"""What a walk through a folder leaves out, follows and forgives."""

import os
import shutil
from pathlib import Path

from indexer.walk import ScanRules, walk
from tests.indexer.scanned import put


def names(root: Path, rules: ScanRules | None = None) -> list[str]:
    return [os.fsdecode(seen.path) for seen in walk(root, rules or ScanRules())]


def test_walk_leaves_out_what_is_not_the_persons(tmp_path: Path) -> None:
    for name in (
        "a.jpg",
        "deep/er/b.jpg",
        ".hidden.jpg",
        ".cache/c.jpg",
        "@eaDir/d.jpg",
        "Library.photoslibrary/resources/e.jpg",
        "private/.nomedia",
        "private/f.jpg",
        "raw/skip.tmp",
        "a.xmp",
    ):
        put(tmp_path / name)

    found = names(tmp_path, ScanRules(ignore=("*.tmp",)))

    assert found == ["a.jpg", "deep/er/b.jpg"]


def test_walk_leaves_out_the_output_folder(tmp_path: Path) -> None:
    put(tmp_path / "a.jpg")
    put(tmp_path / "movies" / "memory.mp4")

    assert names(tmp_path, ScanRules(leave_out=(tmp_path / "movies",))) == ["a.jpg"]


def test_walk_never_follows_links_out_of_the_root(tmp_path: Path) -> None:
    put(tmp_path / "root" / "a.jpg")
    put(tmp_path / "outside" / "b.jpg")
    (tmp_path / "root" / "out").symlink_to(tmp_path / "outside")
    (tmp_path / "root" / "loop").symlink_to(tmp_path / "root")
    (tmp_path / "root" / "nowhere").symlink_to(tmp_path / "absent")

    assert names(tmp_path / "root") == ["a.jpg"]
    assert names(tmp_path / "root", ScanRules(follow_symlinks=True)) == ["a.jpg"]


def test_walk_survives_pipes_and_names_that_are_not_utf8(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    odd = [b"caf\xe9.jpg", b"line\nbreak.jpg", "🎉.jpg".encode()]
    for name in odd:
        (tmp_path / os.fsdecode(name)).write_text("x")

    found = [seen.path for seen in walk(tmp_path, ScanRules())]

    assert found == sorted(odd)


def test_walk_survives_a_folder_that_goes_while_it_looks(tmp_path: Path) -> None:
    for name in ("a.jpg", "gone/b.jpg", "here/c.jpg"):
        put(tmp_path / name)
    found = walk(tmp_path, ScanRules())

    first = next(found)
    shutil.rmtree(tmp_path / "gone")

    assert [seen.path for seen in (first, *found)] == [b"a.jpg", b"here/c.jpg"]
