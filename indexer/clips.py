"""Look at a video frame by frame: faces, labels, the good seconds, and the sharpest frame."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.faces import NewFace
from indexer.chosen import Tools
from indexer.faces.find import FoundFace
from indexer.measuring import LOOK_PX, faces_in, labels_of, measured, new_face
from indexer.media.cost import refuse_dear
from indexer.media.highlights import FrameMeasure, find_highlights, measure_frame
from indexer.media.sound import read_loudness
from indexer.media.video import VideoInfo, probe_video, sample_frames
from indexer.memory import PeakMeter, make_room
from indexer.pixels import Pixels, PixelTask
from indexer.scenes.labels import Labels, mean_labels
from indexer.scenes.quality import assess

Rgb8 = NDArray[np.uint8]  # [h, w, 3]

FRAMES_MAX = 240
"""Frames of a clip that are measured for highlights: one a second of four minutes, longer than most
clips of phones. Of a longer one they lie further apart."""
LOOKS_MAX = 60
"""Frames of a clip that are searched for faces and labelled: 40 to 52 CPU ms each (clips of 720 and
1080 px, built-in networks) beside some 100 for decoding and measuring it. Of a clip of four minutes
that is one in four seconds, a tenth of its cost; looking at all 240 would cost a third more."""
_LOOKING_BYTES = 26_000_000
"""Turning a decoded frame into pixels of `LOOK_PX`: 25 MB measured for HDR, 8 MB for others."""


def look_at_video(task: PixelTask, tools: Tools, digest: bytes) -> Pixels:
    """What a video shows; `digest` is of its file.

    Raises
    ------
    UnreadableMediaError
        If the file holds no video that can be read.
    DearMediaError
        If decoding it needs more memory than a worker may take.
    """
    info = probe_video(task.path)
    needed_bytes = info.decoding_bytes + _LOOKING_BYTES
    decode_mb = task.memory_mb - tools.choice.arena_mb
    refuse_dear(task.width, task.height, needed_bytes, most_mb=decode_mb)
    make_room(needed_bytes)
    meter = PeakMeter()
    with meter.stage("videos"):
        pixels = _video_pixels(task, tools, digest, info)
    return replace(pixels, peaks_mb=tuple(meter.peaks_mb.items()))


def _video_pixels(task: PixelTask, tools: Tools, digest: bytes, info: VideoInfo) -> Pixels:
    every_s = max(task.video_sample_s, info.duration_s / FRAMES_MAX)
    look_every = max(1, math.ceil(info.duration_s / every_s / LOOKS_MAX))
    best: list[tuple[FoundFace, NewFace]] = []
    labels: list[Labels] = []
    measures: list[FrameMeasure] = []
    poster = _Poster(task)
    for n, frame in enumerate(sample_frames(task.path, every_s=every_s, max_side_px=LOOK_PX)):
        n_faces = measures[-1].n_faces if measures else 0
        if n % look_every == 0:
            found = faces_in(frame.pixels, tools, (task.width, task.height))
            for face in found:
                _keep_best(best, face, new_face(face, tools, frame.time_s), tools)
            seen = labels_of(frame.pixels, tools)
            labels += [seen] if seen else []
            poster.offer(frame.pixels)
            n_faces = len(found)
        measures.append(measure_frame(frame, n_faces=n_faces))
    loudness_db = read_loudness(task.path) if info.has_audio else ()
    spans = find_highlights(measures, duration_s=info.duration_s, loudness_db=loudness_db)
    highlights = tuple((span.start_s, span.end_s, span.score) for span in spans)
    faces = [face for _, face in best]
    return measured(poster.pixels, task, digest, faces, mean_labels(labels), highlights)


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
    best: list[tuple[FoundFace, NewFace]], found: FoundFace, face: NewFace, tools: Tools
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
