"""Picture sets: ``NAME.tar`` with ``NAME.csv``, and any folder of photographs.

A set is a table in memory and pictures on the disk that are read one by one, in any order and by
several processes at once: nothing is unpacked, no file is kept open.
"""

import csv
import hashlib
import itertools
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from indexer.errors import MemoriesError, UnreadableMediaError
from indexer.faces.detector import Box, Rgb8
from indexer.media.metadata.read import read_metadata
from indexer.media.photo import read_photo
from indexer.media.probe import MediaKind, recognise

TEST_SHARE = 0.2
"""Of a folder's photographs: kept from teaching, to judge by."""
TRAIN, TEST = "train", "test"
_KNOWN_COLUMNS = frozenset({"file", "label", "split", "identity", "box"})


class PictureSetError(MemoriesError):
    """A picture set that cannot be used, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is known of one picture."""

    file: str
    """Relative name; unique within the set."""
    label: str = ""
    split: str = TRAIN
    identity: str = ""
    """Who it is; empty where nobody told."""
    boxes: tuple[Box, ...] = ()
    """x, y, w, h in px of the stored picture."""
    more: Mapping[str, str] = field(default_factory=dict)
    """Further columns of the table."""


class PictureSet(Protocol):
    """Rows, and the pictures that belong to them."""

    @property
    def name(self) -> str:
        """What the set is called in reports and caches."""
        ...

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is known of the pictures, sorted by file."""
        ...

    def read(self, index: int) -> Rgb8:
        """The picture of a row, upright RGB.

        Raises
        ------
        UnreadableMediaError
            If the file is damaged or gone.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TarSet:
    """``NAME.tar`` with ``NAME.csv``; made by :func:`open_tar_set`."""

    name: str
    rows: tuple[Row, ...]
    tar: Path
    spans: tuple[tuple[int, int], ...]
    """Where each row's file begins in the tar, and its length, in bytes."""

    def read(self, index: int) -> Rgb8:
        """The picture of a row at its stored size."""
        start, length = self.spans[index]
        with self.tar.open("rb") as file:
            file.seek(start)
            coded = np.frombuffer(file.read(length), np.uint8)
        pixels = cv2.imdecode(coded, cv2.IMREAD_COLOR_RGB) if len(coded) else None
        if pixels is None:
            raise UnreadableMediaError(f"{self.rows[index].file} in {self.tar.name} is damaged")
        return np.asarray(pixels, np.uint8)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FolderSet:
    """A folder of photographs; made by :func:`open_folder_set`."""

    name: str
    rows: tuple[Row, ...]
    folder: Path
    max_side_px: int
    """Longer pictures are brought down to it while they are decoded."""

    def read(self, index: int) -> Rgb8:
        """The photograph of a row, upright sRGB."""
        path = self.folder / self.rows[index].file
        fmt = recognise(path)
        if fmt is None or fmt.kind is not MediaKind.PHOTO:
            raise UnreadableMediaError("no photograph any more")
        told = read_metadata(
            path, format_name=fmt.name, container_tags={}, siblings=frozenset(), mtime=0.0
        )
        return read_photo(
            path, fmt, exif_orientation=told.orientation, max_side_px=self.max_side_px
        )


def open_sets(folder: Path, *, max_side_px: int = 1280) -> tuple[PictureSet, ...]:
    """The sets of a folder: every ``NAME.tar`` with a ``NAME.csv``, or else its photographs.

    Raises
    ------
    PictureSetError
        If there is neither.
    """
    if not folder.is_dir():
        raise PictureSetError(f"{folder} is no folder", remedy="give a folder of pictures")
    tars = [path for path in sorted(folder.glob("*.tar")) if path.with_suffix(".csv").is_file()]
    if tars:
        return tuple(open_tar_set(path) for path in tars)
    return (open_folder_set(folder, max_side_px=max_side_px),)


def open_tar_set(tar: Path) -> TarSet:
    """Open ``NAME.tar`` by the table ``NAME.csv`` beside it.

    Raises
    ------
    PictureSetError
        If one of them is missing or damaged, or the table names a picture that the tar lacks.
    """
    table = tar.with_suffix(".csv")
    try:
        with tar.open("rb") as file, tarfile.open(fileobj=file, mode="r:") as members:
            spans = {m.name: (m.offset_data, m.size) for m in members if m.isreg()}
        rows = read_table(table)
    except (OSError, tarfile.TarError) as error:
        raise PictureSetError(
            f"{tar}: cannot be used as a picture set ({error})",
            remedy=f"it takes an uncompressed tar of pictures and a table {table.name} beside it",
        ) from error
    missing = [row.file for row in rows if row.file not in spans]
    if missing:
        raise PictureSetError(
            f"{tar}: {len(missing)} pictures of {table.name} are not in it, first {missing[0]}",
            remedy="copy the set anew",
        )
    return TarSet(name=tar.stem, rows=rows, tar=tar, spans=tuple(spans[row.file] for row in rows))


def read_table(path: Path) -> tuple[Row, ...]:
    """Rows of a table with at least the column ``file``, sorted by file.

    Raises
    ------
    PictureSetError
        If the column is missing, a file stands twice, or a box is not ``x,y,w,h;...``.
    """
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(file)
        if "file" not in (lines.fieldnames or ()):
            raise PictureSetError(f"{path}: has no column 'file'", remedy="add the column")
        rows = sorted((_row(line, path) for line in lines), key=lambda row: row.file)
    for one, other in itertools.pairwise(rows):
        if one.file == other.file:
            raise PictureSetError(f"{path}: {one.file} stands twice", remedy="remove one")
    return tuple(rows)


def _row(line: Mapping[str, str | None], path: Path) -> Row:
    told = {name: value or "" for name, value in line.items() if name is not None}
    try:
        boxes = parsed_boxes(told.get("box", ""))
    except ValueError as error:
        raise PictureSetError(
            f"{path}: {told['file']}: {error}", remedy="correct the box"
        ) from error
    return Row(
        file=told["file"],
        label=told.get("label", ""),
        split=told.get("split") or TRAIN,
        identity=told.get("identity", ""),
        boxes=boxes,
        more={name: value for name, value in told.items() if name not in _KNOWN_COLUMNS},
    )


def parsed_boxes(text: str) -> tuple[Box, ...]:
    """Boxes of ``x,y,w,h;x,y,w,h``; none of an empty text.

    Raises
    ------
    ValueError
        If it says something else.

    Examples
    --------
    >>> parsed_boxes("55,55,91,90.5")
    ((55.0, 55.0, 91.0, 90.5),)
    """
    boxes = []
    for part in filter(None, text.split(";")):
        numbers = [float(number) for number in part.split(",")]
        if len(numbers) != 4 or min(numbers[2:]) <= 0:
            raise ValueError(f"a box is x,y,w,h, not {part!r}")
        boxes.append((numbers[0], numbers[1], numbers[2], numbers[3]))
    return tuple(boxes)


def open_folder_set(folder: Path, *, max_side_px: int = 1280) -> FolderSet:
    """The photographs of a folder and of its sub-folders; hidden ones are left out.

    The first sub-folder on the way to a photograph is its label. Which ones are kept for judging
    hangs on their names alone, so that more photographs move none to the other side.

    Raises
    ------
    PictureSetError
        If there is none.
    """
    rows = []
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if any(part.startswith(".") for part in relative.parts) or not path.is_file():
            continue
        if _is_photo(path):
            label = relative.parts[0] if len(relative.parts) > 1 else ""
            name = relative.as_posix()
            rows.append(Row(file=name, label=label, split=split_of(name)))
    if not rows:
        raise PictureSetError(f"{folder}: holds no photograph", remedy="give a folder of pictures")
    name = folder.resolve().name  # of ".", too
    return FolderSet(name=name, rows=tuple(rows), folder=folder, max_side_px=max_side_px)


def _is_photo(path: Path) -> bool:
    try:
        fmt = recognise(path)
    except UnreadableMediaError:
        return False
    return fmt is not None and fmt.kind is MediaKind.PHOTO


def split_of(name: str, *, test_share: float = TEST_SHARE) -> str:
    """``train`` or ``test``, by the name alone."""
    digest = hashlib.sha256(name.encode(errors="surrogateescape")).digest()
    return TEST if int.from_bytes(digest[:6]) < test_share * 2**48 else TRAIN


def pictures(
    of: PictureSet, indexes: Sequence[int], *, on_bad: Callable[[str, str], None]
) -> Iterator[tuple[int, Rgb8]]:
    """Pictures of some rows in their order; those that cannot be read are told and left out.

    Parameters
    ----------
    on_bad : callable
        Called with a file's name and the reason.
    """
    for index in indexes:
        try:
            image = of.read(index)
        except UnreadableMediaError as error:
            on_bad(of.rows[index].file, str(error))
            continue
        yield index, image
