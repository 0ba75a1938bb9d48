"""What the pixels of one item show: the worker's side of pass two.

Decoded once, at the size that faces, scene and quality need; a video is looked at frame by frame.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.budget import most_px_within
from indexer.catalog.face_models import Strangers
from indexer.catalog.faces import NewFace
from indexer.errors import (
    DearMediaError,
    MissingResourceError,
    ModelPackMissingError,
    UnreadableMediaError,
)
from indexer.faces.find import FoundFace, find_faces
from indexer.faces.pack import FacePack
from indexer.faces.pyramid import MOST_PX, Detail, thorough_px
from indexer.identity import content_hash
from indexer.media.cost import MAX_DECODE_MB, refuse_dear
from indexer.media.highlights import FrameMeasure, find_highlights, measure_frame
from indexer.media.metadata.model import NamedRegion
from indexer.media.metadata.read import read_metadata
from indexer.media.photo import read_photo, read_preview
from indexer.media.probe import MediaFormat, MediaKind
from indexer.media.sound import read_loudness
from indexer.media.video import VideoInfo, probe_video, sample_frames
from indexer.memory import PeakMeter
from indexer.models.accelerators import Accelerator, Device
from indexer.models.registry import load_faces
from indexer.models.session import RUN_ERRORS, cap_arena
from indexer.scenes.duplicates import phash
from indexer.scenes.labels import Labels, SceneLabeller, load_scenes, mean_labels
from indexer.scenes.mundane import Origin, judge
from indexer.scenes.page import page_statistics
from indexer.scenes.quality import assess

Rgb8 = NDArray[np.uint8]  # [h, w, 3]

LOOK_PX = 1280
"""Long side at which pictures are looked at: faces from about 20 px are found, memory is small."""
FRAMES_MAX = 240
"""Frames of a clip that are measured for highlights; of a long one they lie further apart."""
LOOKS_MAX = 60
"""Frames of a clip that are searched for faces and labelled."""
PREVIEW_PX = 256
_PREVIEW_QUALITY = 70
_REGION_REACH = 0.7
"""How far a named region's centre may lie from a face's, in units of the face's side."""
_CROP_QUALITY = 90
_BETWEEN = ", "
_DETAIL_SUFFIX = {Detail.NORMAL: "", Detail.THOROUGH: " thorough"}
_BYTES_PER_FRAME_PX = 1.5
_FRAMES_HELD = 12
"""That a decoder refers to, and that are on their way."""
_BYTES_PER_DECODED_PX = 7
_BYTES_PER_LARGE_PX = 3
"""Of a picture that is searched large: as its decoder has it and as an array; its largest copy."""


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

    @property
    def stage_model(self) -> str:
        """What the stage is recorded with."""
        return _BETWEEN.join((self.detector, self.faces, self.scenes))

    def is_done(self, recorded: str | None) -> bool:
        """Whether what the stage is recorded with needs not be done again.

        What is off today counts as done: a pack on a drive that is away for a day must not cost
        the faces that it found.
        """
        if recorded is None:
            return False
        before = recorded.split(_BETWEEN)
        today = (self.detector, self.faces, self.scenes)
        return len(before) == len(today) and all(
            not now or now == then for then, now in zip(before, today, strict=True)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelTask:
    """An item whose pixels are to be looked at."""

    path: Path
    format: str
    is_video: bool
    orientation: int
    width: int
    """Upright size as the header tells, px."""
    height: int
    mtime_ns: int
    has_camera: bool
    video_sample_s: float
    memory_mb: int = MAX_DECODE_MB
    """What looking may take above a worker that has loaded its models."""
    is_alone: bool = False
    """Whether no other worker runs, so that no more memory is to be had by waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pixels:
    """What was seen."""

    content_hash: bytes
    sharpness: float
    exposure: float
    score: float
    phash: int
    """64 bits as a signed integer."""
    mundane: str | None
    mundane_score: float
    faces: tuple[NewFace, ...]
    labels: Labels | None
    highlights: tuple[tuple[float, float, float], ...]
    """start_s, end_s, score."""
    preview_jpeg: bytes
    peaks_mb: tuple[tuple[str, float], ...] = ()
    """The most that the process held in each stage; empty where the system does not tell."""
    lacks: str = ""
    """Why only the embedded preview was looked at, and what to do; empty where all was."""


@dataclass(frozen=True, slots=True)
class _Tools:
    faces: FacePack | None
    scenes: SceneLabeller | None
    models: Models
    choice: ModelChoice
    most_px: int
    """So many pixels are given to the detector at once."""


@lru_cache(maxsize=1)
def _tools(choice: ModelChoice) -> _Tools:
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
    )
    most_px = most_px_within(faces, choice.arena_mb) if faces and choice.arena_mb else MOST_PX
    return _Tools(faces, scenes, models, choice, most_px)


def describe_models(choice: ModelChoice) -> Models:
    """Which models a choice comes to, and what is off."""
    return _tools(choice).models


def look(task: PixelTask, choice: ModelChoice, stage_model: str) -> Pixels:
    """Look at an item's pixels.

    Parameters
    ----------
    task : PixelTask
        The item.
    choice : ModelChoice
        Which models to look with.
    stage_model : str
        What that choice came to when the job began.

    Raises
    ------
    UnreadableMediaError
        If the file holds no picture that can be read.
    MissingResourceError
        If the choice comes to other models here: another machine lacks their files, or they were
        exchanged. What they see would be taken for the first ones' work.
    """
    tools = _tools(choice)
    if tools.models.stage_model != stage_model:
        raise MissingResourceError(
            f"the models are others than when indexing began: {tools.models.stage_model!r}"
            f" instead of {stage_model!r}",
            remedy="make [models] the same for every worker, and index again",
        )
    try:
        digest = content_hash(task.path)
        return (_look_at_video if task.is_video else _look_at_photo)(task, tools, digest)
    except RUN_ERRORS as error:
        raise MemoryError("the networks need more memory than a worker may take") from error
    except OSError as error:
        raise UnreadableMediaError(error.strerror or str(error)) from error


def _look_at_photo(task: PixelTask, tools: _Tools, digest: bytes) -> Pixels:
    decode_mb = task.memory_mb - tools.choice.arena_mb
    side_px = _side_px(task, tools, decode_mb)
    meter = PeakMeter()
    with meter.stage("decoding"):
        image, lacks = _decoded(task, side_px, decode_mb)
    with meter.stage("faces"):
        found = _faces(image, tools, (task.width, task.height), longest_px=side_px)
    faces = [_new_face(f, tools, None) for f in found]
    names = _named_regions(task) if found else ()
    image = _shrunk(image, LOOK_PX)
    with meter.stage("labels and quality"):
        labels = tools.scenes.label(image) if tools.scenes else None
        pixels = _measured(image, task, digest, _with_names(faces, names, task), labels, ())
    return replace(pixels, peaks_mb=tuple(meter.peaks_mb.items()), lacks=lacks)


def _decoded(task: PixelTask, side_px: int, decode_mb: int) -> tuple[Rgb8, str]:
    """A photograph's pixels; or its preview's, and why, where no more memory is to be had."""
    fmt = MediaFormat(kind=MediaKind.PHOTO, name=task.format)
    turn = task.orientation
    try:
        return read_photo(
            task.path, fmt, exif_orientation=turn, max_side_px=side_px, most_mb=decode_mb
        ), ""
    except DearMediaError as error:
        if not task.is_alone:
            raise
        preview = read_preview(task.path, fmt, exif_orientation=turn, max_side_px=side_px)
        if preview is None:
            raise
        return preview, f"only its embedded preview was looked at: {error}; {error.remedy}"


def _side_px(task: PixelTask, tools: _Tools, decode_mb: int) -> int:
    """Long side at which a photograph is decoded.

    Raises
    ------
    DearMediaError
        If a thorough search needs more memory than there is while others are at work.
    """
    if tools.faces is None or tools.choice.detail is Detail.NORMAL:
        return LOOK_PX
    wanted_px = thorough_px(task.width, task.height, tools.faces.detector)
    scale = min(1.0, wanted_px / max(task.width, task.height, 1))
    bytes_a_px = _BYTES_PER_DECODED_PX + scale**2 * _BYTES_PER_LARGE_PX
    needed_mb = task.width * task.height * bytes_a_px / 1e6
    if needed_mb <= decode_mb or wanted_px == LOOK_PX:
        return wanted_px
    if not task.is_alone:
        raise DearMediaError(f"a thorough search takes {needed_mb:,.0f} MB")
    # JPEG decodes to halves, quarters and eighths; anything between would be decoded whole.
    halvings = math.ceil(math.log(needed_mb / decode_mb, 4))
    return max(LOOK_PX, max(task.width, task.height) >> halvings)


def _faces(
    image: Rgb8, tools: _Tools, full_size: tuple[int, int], *, longest_px: int = LOOK_PX
) -> Sequence[FoundFace]:
    if tools.faces is None:
        return ()
    return find_faces(
        image,
        tools.faces,
        full_size=full_size,
        longest_px=longest_px if longest_px > LOOK_PX else None,
        most_px=tools.most_px,
    )


def _measured(
    image: Rgb8,
    task: PixelTask,
    digest: bytes,
    faces: Sequence[NewFace],
    labels: Labels | None,
    highlights: tuple[tuple[float, float, float], ...],
) -> Pixels:
    quality = assess(image, full_size=(task.width, task.height))
    origin = Origin(
        name=task.path.name,
        format_name=task.format,
        has_camera=task.has_camera,
        width=task.width,
        height=task.height,
    )
    mundane = judge(page_statistics(image), quality, origin)
    return Pixels(
        content_hash=digest,
        sharpness=quality.sharpness,
        exposure=quality.exposure,
        score=quality.score,
        phash=signed_64(phash(image)),
        mundane=mundane.kind,
        mundane_score=mundane.score,
        faces=tuple(faces),
        labels=labels,
        highlights=highlights,
        preview_jpeg=_jpeg(_shrunk(image, PREVIEW_PX), _PREVIEW_QUALITY),
    )


def signed_64(bits: int) -> int:
    """64 bits as SQLite keeps them: a signed integer."""
    return bits - (1 << 64) if bits >> 63 else bits


def _new_face(face: FoundFace, tools: _Tools, time_s: float | None) -> NewFace:
    assert tools.faces is not None
    return NewFace(
        time_s=time_s,
        box=face.box,
        score=face.score,
        landmarks=face.landmarks,
        vector=face.embedding,
        model=tools.faces.model_id,
        quality=face.quality.quality,
        imported_name=None,
        crop_jpeg=_jpeg(face.crop, _CROP_QUALITY),
    )


def _jpeg(image: Rgb8, quality: int) -> bytes:
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def _shrunk(image: Rgb8, side_px: int) -> Rgb8:
    height, width = image.shape[:2]
    scale = min(1.0, side_px / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _named_regions(task: PixelTask) -> tuple[NamedRegion, ...]:
    metadata = read_metadata(
        task.path,
        task.format,
        mtime=task.mtime_ns / 1e9,
        container_tags={},
        siblings=_names_in(task.path.parent, task.path.parent.stat().st_mtime_ns),
    )
    return metadata.face_names


@lru_cache(maxsize=4)
def _names_in(folder: Path, _mtime_ns: int) -> frozenset[str]:
    return frozenset(path.name for path in folder.iterdir())


def _with_names(
    faces: Sequence[NewFace], names: Iterable[NamedRegion], task: PixelTask
) -> list[NewFace]:
    """Give each name to the face in whose box its region's centre lies nearest the middle."""
    named = list(faces)
    for region in names:
        x = (region.x_norm + region.w_norm / 2) * task.width
        y = (region.y_norm + region.h_norm / 2) * task.height
        near = [(_off_centre(face.box, x, y), n) for n, face in enumerate(named)]
        distance, nearest = min(near, default=(1.0, -1))
        if distance < _REGION_REACH:
            named[nearest] = replace(named[nearest], imported_name=region.name)
    return named


def _off_centre(box: tuple[float, float, float, float], x: float, y: float) -> float:
    """Distance from a box's middle in units of its larger side."""
    left, top, width, height = box
    return float(np.hypot(left + width / 2 - x, top + height / 2 - y) / max(width, height))


def _look_at_video(task: PixelTask, tools: _Tools, digest: bytes) -> Pixels:
    info = probe_video(task.path)
    _refuse_dear_video(task, tools)
    meter = PeakMeter()
    with meter.stage("videos"):
        pixels = _video_pixels(task, tools, digest, info)
    return replace(pixels, peaks_mb=tuple(meter.peaks_mb.items()))


def _refuse_dear_video(task: PixelTask, tools: _Tools) -> None:
    refuse_dear(
        task.width,
        task.height,
        task.width * task.height * _BYTES_PER_FRAME_PX * _FRAMES_HELD,
        most_mb=task.memory_mb - tools.choice.arena_mb,
    )


def _video_pixels(task: PixelTask, tools: _Tools, digest: bytes, info: VideoInfo) -> Pixels:
    every_s = max(task.video_sample_s, info.duration_s / FRAMES_MAX)
    look_every = max(1, math.ceil(info.duration_s / every_s / LOOKS_MAX))
    best: list[tuple[FoundFace, NewFace]] = []
    labels: list[Labels] = []
    measures: list[FrameMeasure] = []
    poster = _Poster(task)
    for n, frame in enumerate(sample_frames(task.path, every_s=every_s, max_side_px=LOOK_PX)):
        n_faces = measures[-1].n_faces if measures else 0
        if n % look_every == 0:
            found = _faces(frame.pixels, tools, (task.width, task.height))
            for face in found:
                _keep_best(best, face, _new_face(face, tools, frame.time_s), tools)
            if tools.scenes:
                labels.append(tools.scenes.label(frame.pixels))
            poster.offer(frame.pixels)
            n_faces = len(found)
        measures.append(measure_frame(frame, n_faces=n_faces))
    loudness_db = read_loudness(task.path) if info.has_audio else ()
    spans = find_highlights(measures, duration_s=info.duration_s, loudness_db=loudness_db)
    highlights = tuple((span.start_s, span.end_s, span.score) for span in spans)
    faces = [face for _, face in best]
    return _measured(poster.pixels, task, digest, faces, mean_labels(labels), highlights)


class _Poster:
    """The sharpest frame seen so far, by which a clip is judged."""

    def __init__(self, task: PixelTask) -> None:
        self._full_size = (task.width, task.height)
        self._sharpness = -1.0
        self.pixels: Rgb8 = np.empty((0, 0, 3), np.uint8)

    def offer(self, pixels: Rgb8) -> None:
        sharpness = assess(pixels, full_size=self._full_size).sharpness
        if sharpness > self._sharpness:
            self.pixels, self._sharpness = pixels, sharpness


def _keep_best(
    best: list[tuple[FoundFace, NewFace]], found: FoundFace, face: NewFace, tools: _Tools
) -> None:
    """One face a person and clip: the same person is seen in frame after frame."""
    assert tools.faces is not None
    alike = tools.faces.same_face_cosine
    for n, (other, kept) in enumerate(best):
        if kept.time_s != face.time_s and float(other.embedding @ found.embedding) > alike:
            if face.quality > kept.quality:
                best[n] = (found, face)
            return
    best.append((found, face))
