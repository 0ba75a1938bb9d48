from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from indexer.media.metadata.model import Metadata
from indexer.media.metadata.read import read_metadata

MakeJpeg = Callable[..., Path]
ReadFile = Callable[..., Metadata]

WRITTEN = datetime(2026, 6, 1, tzinfo=UTC).timestamp()


@pytest.fixture
def make_jpeg(tmp_path: Path) -> MakeJpeg:
    def make(
        name: str = "a.jpg",
        *,
        image: dict[int, object] | None = None,
        exif: dict[int, object] | None = None,
        gps: dict[int, object] | None = None,
        xmp: str | None = None,
        size: tuple[int, int] = (8, 6),
        behind: bytes = b"",
    ) -> Path:
        tags = Image.Exif()
        tags.update(image or {})
        if exif:
            tags.get_ifd(0x8769).update(exif)
        if gps:
            tags.get_ifd(0x8825).update(gps)
        path = tmp_path / name
        packet = {} if xmp is None else {"xmp": xmp.encode()}
        Image.new("RGB", size, "teal").save(path, "JPEG", exif=tags, **packet)
        path.write_bytes(path.read_bytes() + behind)
        return path

    return make


@pytest.fixture
def read() -> ReadFile:
    def read_file(
        path: Path, format_name: str = "jpeg", *, mtime: float = WRITTEN, **tags: str
    ) -> Metadata:
        siblings = frozenset(entry.name for entry in path.parent.iterdir())
        return read_metadata(path, format_name, mtime=mtime, container_tags=tags, siblings=siblings)

    return read_file
