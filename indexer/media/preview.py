"""The small picture that a file holds beside its own, for who has not the memory for that."""

import io
from collections.abc import Iterator
from pathlib import Path

import pillow_heif
from PIL import Image
from PIL.ExifTags import IFD, Base
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.MpoImagePlugin import MpoImageFile
from pillow_heif.as_plugin import HeifImageFile

_MP_ENTRIES = 0xB002
_MP_PREVIEW = "Large Thumbnail"
_EXIF_HEAD = b"Exif\0\0"


def embedded_preview(path: Path, image: ImageFile) -> Image.Image | None:
    """The largest preview of a picture that was opened: decoded, lying as the picture does.

    Looked for in the file's list of pictures (CIPA DC-007), among the thumbnails of HEIF, and in
    EXIF. A damaged one counts as none.
    """
    found = [*_of_list(path, image), *_of_heif(path, image), *_of_exif(image)]
    largest = max(found, key=lambda preview: preview.width, default=None)
    return None if largest is None else _without_bars(largest, *image.size)


def _without_bars(preview: Image.Image, width: int, height: int) -> Image.Image:
    """The middle of a preview that was filled up with black to another aspect."""
    scale = max(width / preview.width, height / preview.height)
    across, down = round(width / scale), round(height / scale)
    left, top = (preview.width - across) // 2, (preview.height - down) // 2
    return preview.crop((left, top, left + max(1, across), top + max(1, down)))


def _of_list(path: Path, image: ImageFile) -> Iterator[Image.Image]:
    """Previews behind the picture; what else is there is a gain map or another view."""
    if not isinstance(image, JpegImageFile) or "mp" not in image.info:
        return
    try:
        with path.open("rb") as file:
            listed = MpoImageFile(file)
            for n, entry in enumerate((listed.mpinfo or {})[_MP_ENTRIES]):
                if str(entry["Attribute"]["MPType"]).startswith(_MP_PREVIEW):
                    listed.seek(n)
                    yield listed.copy()
    except (OSError, SyntaxError, ValueError, LookupError):
        return


def _of_heif(path: Path, image: ImageFile) -> Iterator[Image.Image]:
    if not isinstance(image, HeifImageFile):
        return
    opened = pillow_heif.open_heif(path, convert_hdr_to_8bit=True)
    for n in range(len(opened.info.get("thumbnails", ()))):
        try:
            yield opened[opened.primary_index].get_thumbnail(n).to_pillow()
        except (OSError, ValueError, RuntimeError):
            continue


def _of_exif(image: ImageFile) -> Iterator[Image.Image]:
    """The thumbnail of EXIF's second directory, as far as it was read with the picture's header."""
    block = image.info.get("exif")
    if not isinstance(block, bytes):
        return
    exif = Image.Exif()
    exif.load(block)
    told = exif.get_ifd(IFD.IFD1)
    start, length = told.get(Base.JpegIFOffset), told.get(Base.JpegIFByteCount)
    if not (isinstance(start, int) and isinstance(length, int)):
        return
    content = block.removeprefix(_EXIF_HEAD)[start : start + length]
    try:
        preview = JpegImageFile(io.BytesIO(content))
        preview.load()
    except (OSError, SyntaxError, ValueError):
        return
    yield preview
