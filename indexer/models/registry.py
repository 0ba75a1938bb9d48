"""Find and load the networks that the configuration names."""

from collections.abc import Callable
from pathlib import Path

from indexer.errors import ModelPackMissingError
from indexer.faces.align import CROP_PX
from indexer.faces.embed import ArcFace
from indexer.faces.pack import FacePack
from indexer.faces.scrfd import Scrfd
from indexer.faces.yunet import OUTPUTS as YUNET_OUTPUTS
from indexer.faces.yunet import YuNet
from indexer.models.session import OpenNetwork, Session, content_id, open_session

BUILTIN = "builtin"
INSIGHTFACE = "insightface:"

SCRFD_SCORE_MIN = 0.6
"""insightface's 0.5 takes dogs for people: precision 0.96 instead of 0.97 on made libraries, at the
same recall of 1.00."""
YUNET_SCORE_MIN = 0.7  # OpenCV's sample value
LONGEST_PX = 640
"""These detectors take 250 ms a megapixel (SCRFD) and find all but far passers-by at 640 px."""

ALIGNMENT_RECIPE = "arcface-112 (x-127.5)/127.5"
"""How the embedder's input is made; a change makes the vectors another model's."""

UNKNOWN_LICENCE = "not stated beside the models; insightface's own are for non-commercial research"


def load_faces(
    pack: str, folder: Path | None, *, open_network: OpenNetwork = open_session
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

    Raises
    ------
    ModelPackMissingError
        If the pack is not there, or lacks a detector or an embedder.
    """
    if pack == BUILTIN:
        raise ModelPackMissingError(
            pack, "this installation has none; faces stay off until a pack is configured"
        )
    name = pack.removeprefix(INSIGHTFACE)
    if not pack.startswith(INSIGHTFACE) or not name or name != Path(name).name:
        raise ModelPackMissingError(pack, f"must be {BUILTIN!r} or {INSIGHTFACE + 'NAME'!r}")
    if folder is None:
        raise ModelPackMissingError(pack, "no [models] folder is set to look for it")
    return read_insightface(pack, folder / "models" / name, open_network)


def read_insightface(pack: str, folder: Path, open_network: OpenNetwork) -> FacePack:
    """Load a folder of networks, told apart by their inputs and outputs.

    Other networks of such a folder (age, dense landmarks) are left alone. Where two would do, the
    first by name is taken.
    """
    files = sorted(folder.glob("*.onnx"))
    if not files:
        raise ModelPackMissingError(pack, f"no .onnx file in {folder}")
    sessions = [(path, open_network(path)) for path in files]
    detector = first_of(sessions, lambda session: is_scrfd(session) or is_yunet(session))
    embedder = first_of(sessions, is_embedder)
    if detector is None or embedder is None:
        part = "detector with five landmarks" if detector is None else "112 px face embedder"
        raise ModelPackMissingError(pack, f"no {part} among the .onnx files in {folder}")
    (detector_path, detector_session), (embedder_path, embedder_session) = detector, embedder
    scrfd = is_scrfd(detector_session)
    score_min = SCRFD_SCORE_MIN if scrfd else YUNET_SCORE_MIN
    return FacePack(
        name=pack,
        detector_id=content_id(detector_path, recipe=f"score {score_min}"),
        model_id=content_id(embedder_path, recipe=ALIGNMENT_RECIPE),
        detector=(Scrfd if scrfd else YuNet)(detector_session, score_min),
        embedder=ArcFace(embedder_session),
        licence=licence_of(folder),
        longest_px=LONGEST_PX,
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


def is_embedder(session: Session) -> bool:
    """Whether a network makes one vector of one aligned face."""
    inputs, outputs = session.get_inputs(), session.get_outputs()
    shapes_fit = list(inputs[0].shape[1:]) == [3, CROP_PX, CROP_PX] and len(outputs[0].shape) == 2
    return len(inputs) == 1 and len(outputs) == 1 and shapes_fit


def has_free_size(session: Session) -> bool:
    """Whether height and width of a network's input are open."""
    shape = session.get_inputs()[0].shape
    return len(shape) == 4 and not any(isinstance(length, int) for length in shape[2:])


def licence_of(folder: Path) -> str:
    """First line of the licence that lies beside the networks."""
    for path in sorted(folder.glob("LICEN[CS]E*")):
        return path.read_text(encoding="utf-8", errors="replace").strip().partition("\n")[0]
    return UNKNOWN_LICENCE
