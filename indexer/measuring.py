"""What is seen in one picture, be it a photograph or a frame: faces, quality, kind, likeness."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.catalog.faces import NewFace
from indexer.chosen import Tools
from indexer.faces.find import FoundFace, find_faces
from indexer.faces.pyramid import NORMAL_PX
from indexer.media.orientation import shrunk
from indexer.models.session import running
from indexer.pixels import Pixels, PixelTask
from indexer.scenes.duplicates import phash
from indexer.scenes.labels import Labels
from indexer.scenes.mundane import Origin, judge
from indexer.scenes.page import page_statistics
from indexer.scenes.quality import assess

Rgb8 = NDArray[np.uint8]  # [h, w, 3]

LOOK_PX = NORMAL_PX
"""Long side at which pictures are looked at."""
LABELLED_PX = 256
"""Short side at which a labeller sees a picture."""
PREVIEW_PX = 256
_PREVIEW_QUALITY = 70
_CROP_QUALITY = 90


def faces_in(
    image: Rgb8, tools: Tools, full_size: tuple[int, int], *, longest_px: int | None = None
) -> Sequence[FoundFace]:
    """The faces of a picture, searched at the pack's own size or another; none if they are off."""
    if tools.faces is None:
        return ()
    return find_faces(
        image,
        tools.faces,
        full_size=full_size,
        longest_px=longest_px,
        most_px=tools.most_px,
    )


def labels_of(image: Rgb8, tools: Tools) -> Labels | None:
    """Words and vector of a picture; None where labels are off.

    The labeller shrinks to a few hundred pixels: halves are made in a tenth of the time that other
    shares take, and then little is left to shrink.
    """
    if tools.scenes is None:
        return None
    height, width = image.shape[:2]
    if min(height, width) >= 2 * LABELLED_PX:
        half = cv2.resize(image, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        image = np.asarray(half, np.uint8)
    with running(tools.scenes.model_id):
        return tools.scenes.label(image)


def measured(
    image: Rgb8,
    task: PixelTask,
    digest: bytes,
    faces: Sequence[NewFace],
    labels: Labels | None,
    highlights: tuple[tuple[float, float, float], ...],
) -> Pixels:
    """Everything that was seen, with what is measured of the picture as a whole."""
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
        preview_jpeg=_jpeg(shrunk(image, PREVIEW_PX), _PREVIEW_QUALITY),
    )


def signed_64(bits: int) -> int:
    """64 bits as SQLite keeps them: a signed integer."""
    return bits - (1 << 64) if bits >> 63 else bits


def new_face(face: FoundFace, tools: Tools, time_s: float | None) -> NewFace:
    """A face as the catalog takes it; `time_s` is its place in a clip."""
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
