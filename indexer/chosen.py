"""The networks that the configuration asks for, loaded once a process, and what is off."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from indexer.budget import most_px_within
from indexer.catalog.face_models import Strangers
from indexer.errors import MissingResourceError, ModelPackMissingError
from indexer.faces.pack import FacePack
from indexer.faces.pyramid import MOST_PX, Detail
from indexer.models.accelerators import Accelerator, Device
from indexer.models.registry import load_faces
from indexer.models.session import cap_arena
from indexer.scenes.labels import SceneLabeller, load_scenes

_BETWEEN = ", "
_THOROUGH = " thorough"
_DETAIL_SUFFIX = {Detail.NORMAL: "", Detail.THOROUGH: _THOROUGH}
"""Of the detector; it says nothing about clips, whose frames are all searched at one size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """Which models the configuration asks for."""

    pack: str
    """``insightface:NAME``, ``builtin``, or empty for no faces."""
    folder: Path | None
    scenes: Path | None
    """A labeller of one's own; None is the built-in one."""
    device: Device = Device.AUTO
    detail: Detail = Detail.NORMAL
    arena_mb: int = 0
    """What the networks of a worker may take together; 0: as much as they want."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """Which models are used, and what is off."""

    faces: str
    """The embedder's id; empty: faces are off."""
    detector: str
    scenes: str
    """The labeller's id; empty: labels are off."""
    computed_by: tuple[str, ...]
    """What computes: accelerators, the CPU; empty where nothing does."""
    device_notes: tuple[str, ...]
    """Why the CPU computes and not the accelerator that was asked for, in whole sentences."""
    notes: tuple[str, ...]
    """What is off and why, in whole sentences."""
    strangers: Strangers | None = None
    """What the embedder's file says of two people's vectors."""
    least_face_px: float = 0.0
    """Smallest side of faces that the detector surely finds; 0 where faces are off."""

    @property
    def stage_model(self) -> str:
        """What the stage is recorded with."""
        return _BETWEEN.join((self.detector, self.faces, self.scenes))

    def is_done(self, recorded: str | None, *, is_clip: bool = False) -> bool:
        """Whether what the stage is recorded with needs not be done again.

        What is off today counts as done: a pack on a drive that is away for a day must not cost
        the faces that it found.
        """
        outdated = self.outdated(recorded, is_clip=is_clip)
        return outdated is not None and not (outdated.faces or outdated.labels)

    def outdated(self, recorded: str | None, *, is_clip: bool = False) -> "Outdated | None":
        """What is to be seen anew; None where that takes the file: another detector, or no record.

        What is off today is not outdated, see :meth:`is_done`.
        """
        before = [] if recorded is None else recorded.split(_BETWEEN)
        if len(before) != 3 or not self._is_same_detector(before[0], is_clip=is_clip):
            return None
        return Outdated(
            faces=self.faces not in ("", before[1]),
            labels=self.scenes not in ("", before[2]),
            renewed=_BETWEEN.join((before[0], self.faces or before[1], self.scenes or before[2])),
        )

    def _is_same_detector(self, before: str, *, is_clip: bool) -> bool:
        if is_clip:
            before = before.removesuffix(_THOROUGH)
            return self.detector.removesuffix(_THOROUGH) in ("", before)
        return self.detector in ("", before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdated:
    """What of an item earlier networks saw, that can be seen anew without its file."""

    faces: bool
    labels: bool
    renewed: str
    """What the stage is recorded with then."""


@dataclass(frozen=True, slots=True)
class Tools:
    """The loaded networks, and what they were chosen by."""

    faces: FacePack | None
    scenes: SceneLabeller | None
    models: Models
    choice: ModelChoice
    most_px: int
    """So many pixels are given to the detector at once."""


def tools_for(choice: ModelChoice, stage_model: str) -> Tools:
    """The loaded networks of a choice.

    Raises
    ------
    MissingResourceError
        If it comes to other models than when the job began: another machine lacks their files, or
        they were exchanged. What they see would be taken for the first ones' work.
    """
    tools = tools_of(choice)
    if tools.models.stage_model != stage_model:
        raise MissingResourceError(
            f"the models are others than when indexing began: {tools.models.stage_model!r}"
            f" instead of {stage_model!r}",
            remedy="make [models] the same for every worker, and index again",
        )
    return tools


@lru_cache(maxsize=1)
def tools_of(choice: ModelChoice) -> Tools:
    """Load the models once a process."""
    notes = []
    if choice.arena_mb:
        cap_arena(choice.arena_mb)
    accelerator = Accelerator(choice.device)
    faces, scenes = None, None
    try:
        faces = load_faces(choice.pack, choice.folder, open_network=accelerator.open)
    except ModelPackMissingError as error:
        notes.append(f"Faces are off: {error}; {error.remedy}.")
    try:
        scenes = load_scenes(choice.scenes, open_network=accelerator.open)
    except ModelPackMissingError as error:
        notes.append(f"Scene labels are off: {error}; {error.remedy}.")
    models = Models(
        faces=faces.model_id if faces else "",
        detector=f"{faces.detector_id}{_DETAIL_SUFFIX[choice.detail]}" if faces else "",
        scenes=scenes.model_id if scenes else "",
        computed_by=accelerator.used,
        device_notes=accelerator.notes,
        notes=tuple(notes),
        strangers=faces.strangers if faces else None,
        least_face_px=faces.detector.band_px[0] if faces else 0.0,
    )
    most_px = most_px_within(faces, choice.arena_mb) if faces and choice.arena_mb else MOST_PX
    return Tools(faces, scenes, models, choice, most_px)


def describe_models(choice: ModelChoice) -> Models:
    """Which models a choice comes to, and what is off."""
    return tools_of(choice).models
