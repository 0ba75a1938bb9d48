"""Find and load the networks that the configuration names."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from indexer.catalog.face_models import Strangers
from indexer.errors import ModelPackMissingError
from indexer.faces.align import CROP_PX
from indexer.faces.detector import FaceDetector
from indexer.faces.embed import ArcFace
from indexer.faces.octave import read_octave, read_recipe
from indexer.faces.pack import FacePack
from indexer.faces.pyramid import NORMAL_PX
from indexer.faces.scrfd import Scrfd
from indexer.faces.yunet import OUTPUTS as YUNET_OUTPUTS
from indexer.faces.yunet import YuNet
from indexer.models.packs import BUILTIN, INSIGHTFACE
from indexer.models.packs import WEIGHTS as WEIGHTS
from indexer.models.session import OpenNetwork, Session, content_id, open_session

BUILTIN_LICENCE = "Apache-2.0"

SCRFD_SCORE_MIN = 0.6
"""insightface's 0.5 takes dogs for people: precision 0.96 instead of 0.97 on made libraries, at the
same recall of 1.00."""
YUNET_SCORE_MIN = 0.7  # OpenCV's sample value
OCTAVE_SCORE_MIN = 0.5
"""Ours are taught so that this is where they are right."""
FOREIGN_LONGEST_PX = 640
"""These detectors take 250 ms a megapixel (SCRFD) and find all but far passers-by at 640 px."""

SAME_FACE_COSINE = 0.5
"""For embedders whose vectors of two people are at right angles, as insightface's."""
OWN_SAME_FACE_COSINE = 0.87
"""For ours: their vectors share a direction, 0.65 is the mean of two people. Measured on 250 people
of lfw's train split: below lies a fifth of one person's pairs, as below 0.5 with MobileFaceNet, and
above are one or two in ten thousand pairs of two people."""
OWN_EMBEDDER = "face embedder"
"""What our files have in their metadata as ``kind``; ``same_face_cosine`` there goes before."""

ALIGNMENT_RECIPE = "arcface-112 (x-127.5)/127.5"
"""How the embedder's input is made; a change makes the vectors another model's."""

UNKNOWN_LICENCE = "not stated beside the models; insightface's own are for non-commercial research"


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorKind:
    """A family of detectors that we can read."""

    fits: Callable[[Session], bool]
    read: Callable[[Session, float], FaceDetector]
    """From a network and the score from which on an answer is a face."""
    score_min: float
    longest_px: int


def load_faces(
    pack: str,
    folder: Path | None,
    *,
    open_network: OpenNetwork = open_session,
    score_min: float | None = None,
) -> FacePack:
    """Load a face pack.

    Parameters
    ----------
    pack : str
        ``[models] pack``: ``insightface:NAME`` or ``builtin``.
    folder : Path or None
        ``[models] folder``: holds ``models/NAME/*.onnx``, as insightface lays its packs out.
    open_network : callable
        Loads a network for whatever computes; the CPU by default.
    score_min : float, optional
        From which score on an answer is a face; by default what is best for that detector.

    Raises
    ------
    ModelPackMissingError
        If the pack is not there, or lacks a detector or an embedder.
    """
    if pack == BUILTIN:
        return load_builtin(WEIGHTS, open_network, score_min)
    name = pack.removeprefix(INSIGHTFACE)
    if not pack.startswith(INSIGHTFACE) or not name or name != Path(name).name:
        raise ModelPackMissingError(pack, f"must be {BUILTIN!r} or {INSIGHTFACE + 'NAME'!r}")
    if folder is None:
        raise ModelPackMissingError(pack, "no [models] folder is set to look for it")
    return read_insightface(pack, folder / "models" / name, open_network, score_min)


def load_builtin(
    weights: Path, open_network: OpenNetwork = open_session, score_min: float | None = None
) -> FacePack:
    """Load the networks that ship with this program.

    Raises
    ------
    ModelPackMissingError
        If they were left out of this installation.
    """
    files = [weights / "detector.onnx", weights / "embedder.onnx"]
    for path in files:
        if not path.is_file():
            raise ModelPackMissingError(
                BUILTIN, f"{path} is missing from this installation; install memoriesd anew"
            )
    return pack_of(BUILTIN, files, open_network, score_min, BUILTIN_LICENCE)


def read_insightface(
    pack: str, folder: Path, open_network: OpenNetwork, score_min: float | None = None
) -> FacePack:
    """Load a folder of networks: insightface's, or some that ``models train`` made."""
    files = sorted(folder.glob("*.onnx"))
    if not files:
        raise ModelPackMissingError(pack, f"no .onnx file in {folder}")
    return pack_of(pack, files, open_network, score_min, licence_of(folder))


def pack_of(
    pack: str,
    files: list[Path],
    open_network: OpenNetwork,
    score_min: float | None,
    licence: str,
) -> FacePack:
    """Make a pack of files, told apart by their inputs, outputs and metadata.

    Other networks among them (age, dense landmarks) are left alone. Where two would do, the first
    by name is taken.
    """
    sessions = [(path, open_network(path)) for path in files]
    detector = first_of(sessions, lambda session: kind_of(session) is not None)
    embedder = first_of(sessions, is_embedder)
    if detector is None or embedder is None:
        part = "detector with five landmarks" if detector is None else "112 px face embedder"
        raise ModelPackMissingError(pack, f"no {part} among the .onnx files in {files[0].parent}")
    (detector_path, detector_session), (embedder_path, embedder_session) = detector, embedder
    kind = kind_of(detector_session)
    assert kind is not None
    score_min = kind.score_min if score_min is None else score_min
    return FacePack(
        name=pack,
        detector_id=content_id(detector_path, recipe=f"score {score_min}"),
        model_id=content_id(embedder_path, recipe=ALIGNMENT_RECIPE),
        detector=kind.read(detector_session, score_min),
        embedder=ArcFace(embedder_session),
        licence=licence,
        files=(detector_path, embedder_path),
        same_face_cosine=same_face_cosine(embedder_session),
        strangers=strangers_of(embedder_session),
        longest_px=kind.longest_px,
    )


def first_of(
    sessions: list[tuple[Path, Session]], wanted: Callable[[Session], bool]
) -> tuple[Path, Session] | None:
    """The first network of a kind, or None."""
    return next(((path, session) for path, session in sessions if wanted(session)), None)


def is_scrfd(session: Session) -> bool:
    """Whether a network has the outputs of an SCRFD with landmarks and a free input size."""
    widths = [output.shape[-1] for output in session.get_outputs()]
    return widths == [1] * 3 + [4] * 3 + [10] * 3 and has_free_size(session)


def is_yunet(session: Session) -> bool:
    """Whether a network has the outputs of a YuNet and a free input size."""
    names = {output.name for output in session.get_outputs()}
    return names == set(YUNET_OUTPUTS) and has_free_size(session)


def is_octave(session: Session) -> bool:
    """Whether a network says in its metadata how a detector of ours is read."""
    try:
        read_recipe(session.get_modelmeta().custom_metadata_map)
    except (KeyError, ValueError):
        return False
    return True


KINDS = (
    DetectorKind(
        fits=is_octave, read=read_octave, score_min=OCTAVE_SCORE_MIN, longest_px=NORMAL_PX
    ),
    DetectorKind(
        fits=is_scrfd, read=Scrfd, score_min=SCRFD_SCORE_MIN, longest_px=FOREIGN_LONGEST_PX
    ),
    DetectorKind(
        fits=is_yunet, read=YuNet, score_min=YUNET_SCORE_MIN, longest_px=FOREIGN_LONGEST_PX
    ),
)
"""Every family of detectors, in the order in which they are asked."""


def kind_of(session: Session) -> DetectorKind | None:
    """The family of a detector; None if it is none that we can read."""
    return next((kind for kind in KINDS if kind.fits(session)), None)


def is_embedder(session: Session) -> bool:
    """Whether a network makes one vector of one aligned face."""
    inputs, outputs = session.get_inputs(), session.get_outputs()
    shapes_fit = list(inputs[0].shape[1:]) == [3, CROP_PX, CROP_PX] and len(outputs[0].shape) == 2
    return len(inputs) == 1 and len(outputs) == 1 and shapes_fit


def same_face_cosine(session: Session) -> float:
    """From which cosine on two faces of an embedder are surely one person's."""
    facts = session.get_modelmeta().custom_metadata_map
    usual = OWN_SAME_FACE_COSINE if facts.get("kind") == OWN_EMBEDDER else SAME_FACE_COSINE
    return float(facts.get("same_face_cosine", usual))


def strangers_of(session: Session) -> Strangers | None:
    """How alike two people look to an embedder, as its file says; None where it does not."""
    facts = session.get_modelmeta().custom_metadata_map
    if "strangers_mean" not in facts or "strangers_spread" not in facts:
        return None
    return Strangers(mean=float(facts["strangers_mean"]), spread=float(facts["strangers_spread"]))


def has_free_size(session: Session) -> bool:
    """Whether height and width of a network's input are open."""
    shape = session.get_inputs()[0].shape
    return len(shape) == 4 and not any(isinstance(length, int) for length in shape[2:])


def licence_of(folder: Path) -> str:
    """First line of the licence that lies beside the networks."""
    for path in sorted(folder.glob("LICEN[CS]E*")):
        return path.read_text(encoding="utf-8", errors="replace").strip().partition("\n")[0]
    return UNKNOWN_LICENCE
