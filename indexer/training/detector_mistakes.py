"""What a student takes for a face where there is none: the best pictures to teach it next."""

from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from indexer.faces.detector import Detection, FaceDetector, Rgb8
from indexer.faces.pyramid import copies, count_scales
from indexer.training.detector_pools import CROP_PX, BackgroundPool
from indexer.training.loop import Progress
from indexer.training.whole_file import whole_file

LONG_SIDES_PX = (320, 320, 448, 640)
"""Pictures without faces are searched at one of these."""
PICTURES_MOST, MISTAKES_MOST, COPY_MOST = 3000, 6000, 4


def mined(
    pool: BackgroundPool,
    detector: FaceDetector,
    path: Path,
    *,
    seed: int,
    progress: Progress,
) -> BackgroundPool | None:
    """Windows of 112 px around false faces, at the size at which they were found.

    Parameters
    ----------
    detector : FaceDetector
        Should tell what it half believes, too.
    path : Path
        An array file to keep the windows in; those of an earlier call are taken from it.

    Returns
    -------
    BackgroundPool or None
        None where the detector made no mistake.
    """
    if not path.exists():
        rng = np.random.default_rng([seed, 5])
        windows: list[Rgb8] = []
        rows = rng.permutation(len(pool.starts))[:PICTURES_MOST].tolist()
        for done, row in enumerate(rows):
            for view, found in candidates(pool.picture(row), detector, rng):
                windows.extend(window(view, face) for face in found[:COPY_MOST])
            progress(done + 1, len(rows), "looking for false faces")
        kept = np.array(windows[:MISTAKES_MOST], np.uint8).reshape(-1, CROP_PX, CROP_PX, 3)
        with whole_file(path) as partial, partial.open("wb") as file:
            np.save(file, kept)
    windows_kept = np.load(path, mmap_mode="r")
    return pool_of(windows_kept) if len(windows_kept) else None


def candidates(
    picture: Rgb8, detector: FaceDetector, rng: Generator
) -> list[tuple[Rgb8, list[Detection]]]:
    """Copies of a picture at a random size, an octave apart, and what is found in each."""
    height, width = picture.shape[:2]
    scale = int(rng.choice(LONG_SIDES_PX)) / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    brought = np.asarray(cv2.resize(picture, size, interpolation=way), np.uint8)
    if rng.random() < 0.5:
        brought = np.ascontiguousarray(brought[:, ::-1])
    n_scales = count_scales(min(size), detector.band_px)
    return [(view, detector.detect(view)) for view in copies(brought, 1.0, n_scales)]


def window(view: Rgb8, face: Detection) -> Rgb8:
    """uint8[112, 112, 3] around a face's middle; black beyond the picture."""
    x, y, w, h = face.box
    corner = x + w / 2 - CROP_PX / 2, y + h / 2 - CROP_PX / 2
    shift = np.array([[1, 0, -round(corner[0])], [0, 1, -round(corner[1])]], np.float64)
    return np.asarray(cv2.warpAffine(view, shift, (CROP_PX, CROP_PX)), np.uint8)


def pool_of(windows: NDArray[np.uint8]) -> BackgroundPool:
    """Pictures of equal size as a pool in which each is as likely as any other."""
    n, height, width, channels = windows.shape
    return BackgroundPool(
        pixels=windows.reshape(-1),
        starts=np.arange(n) * (height * width * channels),
        sizes=np.full((n, 2), (height, width)),
        shares=np.arange(1, n + 1) / n,
    )
