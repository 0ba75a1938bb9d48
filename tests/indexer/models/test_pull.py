"""Bringing packs, from a real server on this machine that breaks off, lies, or is not there."""

import hashlib
import io
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_server

import pytest

from indexer.errors import MissingResourceError, NothingToDoError
from indexer.models.packs import Archive, KnownPack
from indexer.models.pull import pull, unpack

Pack = Callable[..., KnownPack]


@dataclass(kw_only=True)
class Source:
    """What the server sends, and what it was asked for."""

    content: bytes
    most_bytes: int = 1 << 30
    """It breaks off after so many bytes of an answer."""
    resumes: bool = True
    asked: list[str | None] = field(default_factory=list)
    """The range of each request."""


@pytest.fixture
def source() -> Source:
    return Source(content=archive_of({"pack/det.onnx": b"d" * 70_000, "pack/rec.onnx": b"r" * 90}))


@pytest.fixture
def known(source: Source) -> Iterator[Pack]:
    """A pack that the server publishes."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = self.headers["Range"]
            source.asked.append(told)
            start = int(told.removeprefix("bytes=").rstrip("-")) if told and source.resumes else 0
            if start >= len(source.content):
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(source.content) - start))
            self.end_headers()
            self.wfile.write(source.content[start : start + source.most_bytes])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}/tiny.zip"
        yield lambda: known_at(address, source.content)
        server.shutdown()
        thread.join()


def known_at(address: str, content: bytes) -> KnownPack:
    return KnownPack(
        pack="insightface:tiny",
        what="two files",
        licence="for tests only",
        terms="Use it in tests.",
        archive=Archive(
            address=address,
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        ),
        networks={},
        figures=None,
    )


def archive_of(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def quiet(done: int, size: int) -> None:
    assert 0 <= done <= size


def test_pack_is_put_in_place_with_its_licence(known: Pack, tmp_path: Path) -> None:
    folder = pull(known(), tmp_path, quiet)

    assert folder == tmp_path / "models" / "tiny"
    assert sorted(p.name for p in folder.iterdir()) == ["LICENSE.txt", "det.onnx", "rec.onnx"]
    assert (folder / "det.onnx").read_bytes() == b"d" * 70_000
    assert (folder / "LICENSE.txt").read_text().startswith("for tests only\n")
    assert list(folder.parent.iterdir()) == [folder]


def test_cut_download_goes_on_where_it_stopped(known: Pack, source: Source, tmp_path: Path) -> None:
    source.most_bytes = 40_000
    with pytest.raises(MissingResourceError, match="cannot be read") as raised:
        pull(known(), tmp_path, quiet)
    nothing = not (tmp_path / "models" / "tiny").exists()
    source.most_bytes = 1 << 30

    folder = pull(known(), tmp_path, quiet)

    assert nothing
    assert "goes on where it stopped" in raised.value.remedy
    assert source.asked == [None, "bytes=40000-"]
    assert (folder / "det.onnx").stat().st_size == 70_000


def test_server_that_cannot_resume_sends_all_again(
    known: Pack, source: Source, tmp_path: Path
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / ".tiny.zip.part").write_bytes(b"the beginning of something")
    source.resumes = False

    folder = pull(known(), tmp_path, quiet)

    assert (folder / "rec.onnx").read_bytes() == b"r" * 90


def test_wrong_checksum_puts_nothing_in_place(known: Pack, source: Source, tmp_path: Path) -> None:
    published = known()
    source.content = archive_of({"det.onnx": b"x" * 70_000, "rec.onnx": b"r" * 90})
    source.content += b"\0" * (published.archive.size_bytes if published.archive else 0)

    with pytest.raises(MissingResourceError, match="SHA-256") as raised:
        pull(published, tmp_path, quiet)

    assert "thrown away" in str(raised.value)
    assert list((tmp_path / "models").iterdir()) == []


def test_whole_archive_that_was_not_unpacked_is_not_asked_for_again(
    known: Pack, source: Source, tmp_path: Path
) -> None:
    (tmp_path / "models" / ".tiny.unpacked").mkdir(parents=True)
    (tmp_path / "models" / ".tiny.zip.part").write_bytes(source.content)

    folder = pull(known(), tmp_path, quiet)

    assert source.asked == []
    assert list(folder.parent.iterdir()) == [folder]


def test_file_that_became_shorter_there_is_begun_anew(
    known: Pack, source: Source, tmp_path: Path
) -> None:
    published = known()
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / ".tiny.zip.part").write_bytes(source.content[:-10])
    whole, source.content = source.content, source.content[:50]
    with pytest.raises(MissingResourceError, match="Range Not Satisfiable"):
        pull(published, tmp_path, quiet)
    source.content = whole

    pull(published, tmp_path, quiet)

    assert source.asked[-1] is None


def test_without_network_the_error_says_what_to_do(tmp_path: Path) -> None:
    with closing(create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]

    with pytest.raises(MissingResourceError, match="cannot be read") as raised:
        pull(known_at(f"http://127.0.0.1:{port}/tiny.zip", b"never"), tmp_path, quiet)

    assert "check the network" in raised.value.remedy
    assert not (tmp_path / "models" / "tiny").exists()


def test_host_that_is_not_known_is_no_network(tmp_path: Path) -> None:
    with pytest.raises(MissingResourceError, match="cannot be read"):
        pull(known_at("http://host.invalid/tiny.zip", b"never"), tmp_path, quiet)


def test_what_came_already_needs_no_room_again(
    known: Pack, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(source.content)
    part = tmp_path / "models" / ".tiny.zip.part"
    part.parent.mkdir(parents=True)
    usage = shutil.disk_usage(tmp_path)._replace(free=2 * size - 20)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)

    with pytest.raises(MissingResourceError, match="MB free") as raised:
        pull(known(), tmp_path, quiet)
    part.write_bytes(source.content[:20])
    folder = pull(known(), tmp_path, quiet)

    assert "make room on that disk" in raised.value.remedy
    assert (folder / "det.onnx").is_file()


def test_pack_that_is_there_is_left_alone(known: Pack, source: Source, tmp_path: Path) -> None:
    mine = tmp_path / "models" / "tiny" / "mine.onnx"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")

    with pytest.raises(NothingToDoError, match="is there already"):
        pull(known(), tmp_path, quiet)

    assert source.asked == []
    assert mine.read_bytes() == b"mine"


def test_pack_that_does_not_fit_is_not_begun(known: Pack, source: Source, tmp_path: Path) -> None:
    big = known()
    assert big.archive is not None
    big = replace(big, archive=replace(big.archive, size_bytes=1 << 60))

    with pytest.raises(MissingResourceError, match="MB needed"):
        pull(big, tmp_path, quiet)

    assert source.asked == []


@pytest.mark.parametrize(
    "name", ["../../up.onnx", "/etc/root.onnx", "..\\..\\up.onnx", "a/b/../../../up.onnx"]
)
def test_entry_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    archive, folder = tmp_path / "a.zip", tmp_path / "deep" / "folder"
    archive.write_bytes(archive_of({name: b"x", "setup.py": b"import os", "a/ok.onnx": b"y"}))
    folder.mkdir(parents=True)

    unpack(archive, folder, most_bytes=100)

    assert len(list(folder.iterdir())) == 2
    assert sorted(tmp_path.rglob("*.onnx")) == sorted(folder.iterdir())


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"readme.txt": b"no network"}, "it holds the networks"),
        ({"a/det.onnx": b"1", "b/det.onnx": b"2"}, "it holds the networks"),
        ({"det.onnx": b"\0" * 1000}, "far larger"),
    ],
)
def test_archive_of_something_else_is_refused(
    tmp_path: Path, files: dict[str, bytes], reason: str
) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(archive_of(files))

    with pytest.raises(MissingResourceError, match=reason):
        unpack(archive, tmp_path, most_bytes=999)


def test_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"<html>not found</html>")

    with pytest.raises(MissingResourceError, match="is no pack"):
        unpack(tmp_path / "a.zip", tmp_path, most_bytes=999)
