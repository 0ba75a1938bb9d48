"""Find the faces of a picture, and make of each what recognising it needs."""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.faces.align import TEMPLATE, aligned, similarity
from indexer.faces.detector import Box, Detection, FaceDetector, Landmarks, Rgb8, suppress
from indexer.faces.pack import FacePack
from indexer.faces.quality import FaceQuality, face_quality

VIEW_LONG_PX = 640
VIEW_SHORT_MIN_PX = 320
"""A panorama is searched larger, so that its short side keeps enough pixels."""
CLOSE_SHARE = 0.5
"""The second view has this share of the first one's size."""
CLOSE_FACE_PX = 96.0
"""Faces below this side in the second view are the first one's business."""
OVERLAP_MAX = 0.4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FoundFace:
    """A face in upright pixels of the full-size picture."""

    box: Box
    """x, y, w, h; cut at the picture's edges."""
    score: float
    landmarks: Landmarks
    embedding: NDArray[np.float32]
    """Unit length; as long as the model makes it."""
    quality: FaceQuality
    crop: NDArray[np.uint8]
    """The aligned face, [112, 112, 3]."""


def find_faces(image: Rgb8, pack: FacePack, *, full_size: tuple[int, int]) -> tuple[FoundFace, ...]:
    """Find and embed all faces of a picture.

    Parameters
    ----------
    image : uint8[h, w, 3]
        Upright, at about 1280 px on its long side: the detector looks at 640, the crops are cut
        from all there is.
    pack : FacePack
        Detector and embedder.
    full_size : tuple of int
        Upright width and height of the full-size picture, which boxes are given in.

    Returns
    -------
    tuple of FoundFace
        The surest first.
    """
    detections = [d for d in search(image, pack.detector) if np.ptp(d.landmarks, axis=0).any()]
    if not detections:
        return ()
    matrices = [similarity(d.landmarks, TEMPLATE) for d in detections]
    crops = np.stack([aligned(image, matrix) for matrix in matrices])
    embeddings = pack.embedder.embed(crops)
    to_full = np.array([full_size[0] / image.shape[1], full_size[1] / image.shape[0]])
    mean_scale = float(to_full.mean())
    return tuple(
        FoundFace(
            box=full_size_box(detection.box, to_full, full_size),
            score=detection.score,
            landmarks=(detection.landmarks * to_full).astype(np.float32),
            embedding=embedding,
            quality=face_quality(detection, matrix, crop, full_size_scale=mean_scale),
            crop=crop,
        )
        for detection, matrix, crop, embedding in zip(
            detections, matrices, crops, embeddings, strict=True
        )
    )


def search(image: Rgb8, detector: FaceDetector) -> list[Detection]:
    """Detections in pixels of the picture, from two views of it.

    SCRFD finds no face that is wider than half of its 640 px view (0 of 60 portraits that fill
    the picture); at 320 px it finds them all, for a quarter of the first view's time. The second
    view contributes nothing else: its small faces are dogs and shadows more often than people.
    """
    long_px, short_px = max(image.shape[:2]), min(image.shape[:2])
    first = min(1.0, max(VIEW_LONG_PX / long_px, VIEW_SHORT_MIN_PX / short_px))
    second = first * CLOSE_SHARE
    found = detect_at(image, detector, first)
    close = [d for d in detect_at(image, detector, second) if side(d) * second >= CLOSE_FACE_PX]
    return suppress(found + close, overlap_max=OVERLAP_MAX)


def side(detection: Detection) -> float:
    """Root of the area of a detection's box."""
    return math.sqrt(detection.box[2] * detection.box[3])


def detect_at(image: Rgb8, detector: FaceDetector, scale: float) -> list[Detection]:
    """Detections in pixels of the picture, searched at a scale of it."""
    height, width = image.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    view = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    back_x, back_y = width / size[0], height / size[1]
    return [
        replace(
            d,
            box=(d.box[0] * back_x, d.box[1] * back_y, d.box[2] * back_x, d.box[3] * back_y),
            landmarks=(d.landmarks * np.array([back_x, back_y])).astype(np.float32),
        )
        for d in detector.detect(view)
    ]


def full_size_box(box: Box, to_full: NDArray[np.float64], full_size: tuple[int, int]) -> Box:
    """The box scaled to the full-size picture and cut at its edges."""
    x, y, w, h = box
    left, right = np.clip(np.array([x, x + w]) * to_full[0], 0, full_size[0])
    top, bottom = np.clip(np.array([y, y + h]) * to_full[1], 0, full_size[1])
    return float(left), float(top), float(right - left), float(bottom - top)
