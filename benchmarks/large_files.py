"""Large pictures of every format, and a clip of 3840 x 2160 px, of photographs of ../shared."""

import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
import numpy as np
import pillow_heif
from library import SHARED
from PIL import Image

PICTURES: Mapping[str, tuple[int, int, Mapping[str, Any]]] = {
    "jpeg 12 MP": (4032, 3024, {"format": "JPEG", "quality": 90}),
    "jpeg 50 MP": (8160, 6120, {"format": "JPEG", "quality": 90}),
    "jpeg 200 MP": (20000, 10000, {"format": "JPEG", "quality": 70}),
    "jpeg 12 MP progressive": (4032, 3024, {"format": "JPEG", "progressive": True}),
    "jpeg 200 MP progressive": (20000, 10000, {"format": "JPEG", "progressive": True}),
    "png 12 MP": (4032, 3024, {"format": "PNG", "compress_level": 1}),
    "png 50 MP": (8160, 6120, {"format": "PNG", "compress_level": 1}),
    "png 200 MP": (20000, 10000, {"format": "PNG", "compress_level": 1}),
    "png 200 MP interlaced": (20000, 10000, {"format": "PNG", "interlaced": True}),
    "heic 12 MP": (4032, 3024, {"format": "HEIF", "quality": 40}),
    "heic 48 MP": (8064, 6048, {"format": "HEIF", "quality": 40}),
}
FORMATS = {"JPEG": "jpeg", "PNG": "png", "HEIF": "heic"}
ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
"""First column and row of each pass, and the steps (ISO/IEC 15948, 8.2)."""
CLIP_PX = (3840, 2160)
CLIP_FPS, CLIP_FRAMES = 24, 72
CLIP_CODEC, CLIP_OPTIONS = "libx265", {"preset": "ultrafast", "x265-params": "log-level=error"}
"""HEVC with 10 bits: what phones record, and what takes most."""


def made_picture(folder: Path, name: str) -> tuple[Path, str, int, int]:
    """One of `PICTURES`, made where it is not there yet: path, format, width, height."""
    width, height, options = PICTURES[name]
    fmt = FORMATS[options["format"]]
    path = folder / f"{name.replace(' ', '-')}.{fmt}"
    if not path.exists():
        picture = photograph(list(PICTURES).index(name), (width, height))
        if "interlaced" in options:
            save_interlaced(picture, path)
        else:
            pillow_heif.register_heif_opener()
            picture.save(path, **options)
    return path, fmt, width, height


def photograph(number: int, size: tuple[int, int]) -> Image.Image:
    """One of the photographs at another size."""
    sources = sorted((SHARED / "data" / "photos_hires").glob("*.jpg"))
    with Image.open(sources[number % len(sources)]) as source:
        resized: Image.Image = source.convert("RGB").resize(size)
    return resized


def save_interlaced(picture: Image.Image, path: Path) -> None:
    """A PNG in seven passes, which no library here writes; rows are not filtered."""
    pixels, packer = np.asarray(picture), zlib.compressobj(1)
    packed = []
    for x, y, step_x, step_y in ADAM7:
        rows = pixels[y::step_y, x::step_x]
        packed += [packer.compress(b"\0" + row.tobytes()) for row in rows]
    packed.append(packer.flush())
    header = struct.pack(">IIBBBBB", *picture.size, 8, 2, 0, 0, 1)
    with path.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for kind, content in ((b"IHDR", header), (b"IDAT", b"".join(packed)), (b"IEND", b"")):
            check = zlib.crc32(kind + content)
            file.write(struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check))


def made_clip(folder: Path) -> Path:
    """A clip that pans over a photograph, made where it is not there yet."""
    path = folder / "clip-3840x2160.mp4"
    if path.exists():
        return path
    width, height = CLIP_PX
    wide = np.asarray(photograph(0, (width + 8 * CLIP_FRAMES, height)))
    with av.open(path, "w") as container:
        stream = container.add_stream(CLIP_CODEC, rate=CLIP_FPS, options=CLIP_OPTIONS)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p10le"
        for n in range(CLIP_FRAMES):
            seen = np.ascontiguousarray(wide[:, 8 * n : 8 * n + width])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(seen, format="rgb24")))
        container.mux(stream.encode(None))
    return path
