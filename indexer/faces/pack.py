"""A face pack: the detector and the embedder that belong together."""

from dataclasses import dataclass
from pathlib import Path

from indexer.catalog.face_models import Strangers
from indexer.faces.detector import FaceDetector
from indexer.faces.embed import FaceEmbedder
from indexer.faces.pyramid import NORMAL_PX


@dataclass(frozen=True, slots=True, kw_only=True)
class FacePack:
    """What finding and recognising faces needs."""

    name: str
    """The pack as the configuration names it."""
    detector_id: str
    """Changes with the detector: pictures that another one searched are to be searched again."""
    model_id: str
    """Changes with the embedder: vectors of two ids are never compared."""
    detector: FaceDetector
    embedder: FaceEmbedder
    licence: str
    """Terms of the weights, to be shown to the person who uses them."""
    files: tuple[Path, Path]
    """Of the detector and of the embedder."""
    same_face_cosine: float = 0.5
    """Above, two faces in different frames of one clip are taken for one; only the best is kept. A
    fifth of one person's pictures in lfw lies below, one in ten thousand of two people's above."""
    strangers: Strangers | None = None
    """How alike two people look to the embedder; None where its file does not say."""
    longest_px: int = NORMAL_PX
    """Long side at which ordinary photographs are searched: larger costs more than it finds."""
