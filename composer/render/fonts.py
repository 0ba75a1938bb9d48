"""Finding fonts: a theme's family, then other installed ones, glyph by glyph.

Fonts come as packages (``fontpkg-NAME`` for the themes, ``manimgx-fonts`` and ``manimgx-fonts-cjk``
with Noto Sans of all common scripts and Noto Emoji; open licences) or from the system. Only fonts
with outlines are used: emoji are drawn in the colour of the words.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import fontpkg
import uharfbuzz

from themes.theme import Face

SYSTEM_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)

LAST_RESORT = "Noto Sans"
"""A dependency of ours, whichever families a theme names."""

FONT_MODULES = ("manimgx_fonts", "manimgx_fonts_cjk")
"""Packages that are but a folder of fonts."""

_OUTLINES = {"glyf", "CFF ", "CFF2"}
_BITMAPS = {"CBDT", "sbix", "SVG ", "COLR"}


@dataclass(frozen=True, slots=True)
class FontFile:
    """One file, opened."""

    path: Path
    face: uharfbuzz.Face
    covers: frozenset[int]
    """Code points."""


def fonts_for(face: Face, text: str) -> tuple[FontFile, ...]:
    """Fonts that together cover a text as far as possible, the preferred one first."""
    chosen: list[FontFile] = []
    missing = {ord(character) for character in text if not is_invisible(character)}
    for path in _candidates(face):
        font = _opened(path)
        if font is None or (chosen and not missing & font.covers):
            continue
        chosen.append(font)
        missing -= font.covers
        if not missing:
            break
    return tuple(chosen)


def uncovered(face: Face, text: str) -> tuple[str, ...]:
    """Characters of a text that no installed font has, in the order of their first appearance."""
    fonts = fonts_for(face, text)
    return tuple(
        character
        for character in dict.fromkeys(text)
        if not is_invisible(character) and font_of(character, fonts) is None
    )


def font_of(character: str, fonts: tuple[FontFile, ...]) -> FontFile | None:
    """Which of some fonts shows a character: the first that has it."""
    return next((font for font in fonts if ord(character) in font.covers), None)


def font_of_all(cluster: str, fonts: tuple[FontFile, ...]) -> FontFile | None:
    """The first font that shows a whole cluster, so that its characters join; None where none."""
    needed = {ord(character) for character in cluster if not is_invisible(character)}
    return next((font for font in fonts if needed and needed <= font.covers), None)


def system_fonts() -> tuple[Path, ...]:
    """Every font file of the system."""
    return tuple(path for folder in SYSTEM_FOLDERS for path in _fonts_in(folder))


def is_installed(family: str) -> bool:
    """Tell whether a family comes with an installed package."""
    return fontpkg.slugify(family) in fontpkg.families()


def package_of(family: str) -> str:
    """Name of the package that a family comes with."""
    return f"fontpkg-{fontpkg.slugify(family)}"


@lru_cache(maxsize=4096)
def script_of(character: str) -> str | None:
    """Script of a character (ISO 15924); None for one that many scripts share."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str(character)
    buffer.guess_segment_properties()
    script: str | None = buffer.script
    return script


def is_invisible(character: str) -> bool:
    """Spaces, joiners, direction marks and variation selectors need no glyph of their own."""
    return (
        unicodedata.category(character) in {"Cc", "Cf", "Zs", "Zl", "Zp"}
        or character in "\ufe0e\ufe0f"
    )


def _candidates(face: Face) -> list[Path]:
    families = fontpkg.families()
    wanted = [fontpkg.slugify(face.family), fontpkg.slugify(LAST_RESORT)]
    slugs = [slug for slug in wanted if slug in families]
    slugs += sorted(set(families) - set(slugs))
    paths = [_file_of(families[slug], face) for slug in slugs]
    folders = (*_package_folders(), *SYSTEM_FOLDERS)
    return paths + [path for folder in folders for path in _fonts_in(folder)]


def _package_folders() -> tuple[Path, ...]:
    """Folders of the font packages that are installed."""
    specs = (find_spec(name) for name in FONT_MODULES)
    return tuple(Path(spec.origin).parent for spec in specs if spec is not None and spec.origin)


def _file_of(family: fontpkg.Family, face: Face) -> Path:
    """The family's file that is nearest in slant and weight."""
    style = "italic" if face.italic else "normal"

    def distance(file: fontpkg.FontFile) -> tuple[bool, int, str]:
        weight = 0 if file.variable or file.weight is None else abs(file.weight - face.weight)
        return (file.style != style, weight, str(file.path))

    return Path(min(family.files, key=distance).path)


@lru_cache(maxsize=8)
def _fonts_in(folder: Path) -> tuple[Path, ...]:
    """Every font file below a folder, upright regular ones first."""
    paths = [path for path in folder.rglob("*") if path.suffix.lower() in {".ttf", ".otf", ".ttc"}]
    return tuple(sorted(paths, key=lambda path: ("Regular" not in path.stem, str(path))))


@lru_cache(maxsize=64)
def _opened(path: Path) -> FontFile | None:
    """Open a font file; None where it has no outlines."""
    try:
        blob = uharfbuzz.Blob.from_file_path(str(path))
    except uharfbuzz.HarfBuzzError:  # not to be read: a link to nowhere, a permission
        return None
    face = uharfbuzz.Face(blob)
    tables = set(face.table_tags)
    if not tables & _OUTLINES or tables & _BITMAPS:
        return None
    return FontFile(path, face, frozenset(face.unicodes))
