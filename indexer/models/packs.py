"""The packs that are known beforehand: what they are, their terms, where they come from."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from indexer.errors import NotFoundError

BUILTIN = "builtin"
INSIGHTFACE = "insightface:"

WEIGHTS = Path(str(resources.files("indexer.models"))) / "weights"
"""The built-in networks: ``detector.onnx``, ``embedder.onnx``, ``scenes.onnx``."""

KNOWN = (
    "builtin",
    "buffalo_l",
    "buffalo_m",
    "buffalo_s",
    "buffalo_sc",
    "antelopev2",
    "scrfd2.5g_mobilefacenet",
    "scrfd500m_mobilefacenet",
)
"""Names of the files in ``indexer/models/packs``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """Where a pack's networks come from."""

    address: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How good a pack's networks are, as far as that is known."""

    source: str
    """Who measured it on what."""
    accuracy: float | None = None
    """Of telling two people apart by pairs of faces, 0 to 1."""
    recall: float | None = None
    """Of faces, 0 to 1."""
    false_share: float | None = None
    """Of pictures of animals in which a face is seen, 0 to 1."""
    detector_ms: float | None = None
    """A picture of 1280 px, all its scales, on one thread."""
    embedder_ms: float | None = None
    """A face, on one thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPack:
    """A pack of which we know something beforehand."""

    pack: str
    """As ``[models] pack`` names it."""
    what: str
    licence: str
    """Its terms in a few words."""
    terms: str
    """What is to be read before it is used."""
    archive: Archive | None
    """None: it is there already, or nobody publishes it."""
    networks: Mapping[str, str]
    """SHA-256 of the files of detector and embedder by name."""
    figures: Figures | None

    @property
    def name(self) -> str:
        """The pack's name alone."""
        return self.pack.removeprefix(INSIGHTFACE)


@cache
def known_packs() -> tuple[KnownPack, ...]:
    """Every known pack, in the order of ``KNOWN``."""
    folder = resources.files("indexer.models") / "packs"
    texts = [(folder / f"{name}.toml").read_text(encoding="utf-8") for name in KNOWN]
    return tuple(read_known(tomllib.loads(text)) for text in texts)


def read_known(told: Mapping[str, Any]) -> KnownPack:
    """What a file of ``indexer/models/packs`` tells."""
    archive, figures = told.get("archive"), told.get("figures")
    return KnownPack(
        pack=told["pack"],
        what=told["what"],
        licence=told["licence"],
        terms=told["terms"].strip(),
        archive=None if archive is None else Archive(**archive),
        networks=dict(told.get("networks", {})),
        figures=None if figures is None else Figures(**figures),
    )


def published(name: str) -> KnownPack:
    """The pack of a name that can be had from its makers.

    Raises
    ------
    NotFoundError
        If none of that name can.
    """
    names = []
    for known in known_packs():
        if known.archive is not None:
            names.append(known.name)
            if name.removeprefix(INSIGHTFACE) == known.name:
                return known
    raise NotFoundError(
        f"no pack {name!r} is published that we know", remedy=f"known are: {', '.join(names)}"
    )


def recognised(folder: Path) -> KnownPack | None:
    """Which known pack lies in a folder, by its networks' content; None if it is another."""
    for known in known_packs():
        if known.networks and all(
            is_file_of(folder / name, sha256) for name, sha256 in known.networks.items()
        ):
            return known
    return None


def is_file_of(path: Path, sha256: str) -> bool:
    """Whether a file is there and has that digest."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256
