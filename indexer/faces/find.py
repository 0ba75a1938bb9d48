"""Find the faces of a picture, and make of each what recognising it needs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.faces.align import TEMPLATE, aligned, similarity
from indexer.faces.detector import Box, Landmarks, Rgb8
from indexer.faces.pack import FacePack
from indexer.faces.pyramid import MOST_PX, search
from indexer.faces.quality import FaceQuality, face_quality
from indexer.models.session import running


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


def find_faces(
    image: Rgb8,
    pack: FacePack,
    *,
    full_size: tuple[int, int],
    longest_px: int | None = None,
    most_px: int = MOST_PX,
) -> tuple[FoundFace, ...]:
    """Find and embed all faces of a picture.

    Parameters
    ----------
    image : uint8[h, w, 3]
        Upright, at least as large as the pack searches it: the crops are cut from all there is.
    pack : FacePack
        Detector and embedder.
    full_size : tuple of int
        Upright width and height of the full-size picture, which boxes are given in.
    longest_px : int, optional
        Long side at which it is searched; the pack's own choice where absent.
    most_px : int
        So many pixels are given to the detector at once.

    Returns
    -------
    tuple of FoundFace
        The surest first.

    Raises
    ------
    MemoryError
        If the networks are refused memory.
    ModelPackMissingError
        If one of them does not run.
    """
    longest_px = longest_px or pack.longest_px
    with running(pack.files[0].name):
        faces = search(image, pack.detector, longest_px=longest_px, most_px=most_px)
    detections = [face for face in faces if np.ptp(face.landmarks, axis=0).any()]
    if not detections:
        return ()
    matrices = [similarity(d.landmarks, TEMPLATE) for d in detections]
    crops = np.stack([aligned(image, matrix) for matrix in matrices])
    with running(pack.files[1].name):
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


def full_size_box(box: Box, to_full: NDArray[np.float64], full_size: tuple[int, int]) -> Box:
    """The box scaled to the full-size picture and cut at its edges."""
    x, y, w, h = box
    left, right = np.clip(np.array([x, x + w]) * to_full[0], 0, full_size[0])
    top, bottom = np.clip(np.array([y, y + h]) * to_full[1], 0, full_size[1])
    return float(left), float(top), float(right - left), float(bottom - top)
