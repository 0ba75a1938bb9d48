"""How steady a teacher's five landmarks are, and how far ours lie from one look of it and its mean.

    python benchmarks/landmarks.py ../shared/data/lfw.tar --teacher YUNET.onnx

The teacher is asked about each picture ten times: at 320 px and at 0.75, 0.87, 1.15 and 1.3 times
that, each mirrored, too. Its mean is that of the eight looks at other sizes. Errors are mean
distances of the five points in shares of the width of the teacher's box.
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import indexer.models
from indexer.faces.detector import Detection, FaceDetector, Rgb8, overlaps
from indexer.faces.octave import open_octave
from indexer.faces.pyramid import scaled, search
from indexer.faces.second_look import MIRRORED
from indexer.faces.yunet import YuNet
from indexer.models.session import open_session
from indexer.training.sets import open_tar_set

WEIGHTS = Path(indexer.models.__file__).parent / "weights" / "detector.onnx"
PEOPLE_PX = 320
SCALES = (0.75, 0.87, 1.15, 1.3)
SCORE_SURE = 0.7
OVERLAP_LEAST = 0.4

Points = NDArray[np.float64]  # [5, 2]


def main() -> None:
    """Measure every set that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tar", nargs="+", type=Path)
    parser.add_argument("--teacher", type=Path, required=True, help="a YuNet")
    parser.add_argument("--detector", type=Path, default=WEIGHTS)
    parser.add_argument("--split", default="test")
    parser.add_argument("--most", type=int, default=200, help="pictures of each set")
    given = parser.parse_args()
    teacher = YuNet(open_session(given.teacher), 0.5)
    ours = open_octave(given.detector, score_min=0.5)
    for tar in given.tar:
        of = open_tar_set(tar)
        rows = [number for number, row in enumerate(of.rows) if row.split == given.split]
        errors: dict[str, list[float]] = defaultdict(list)
        for number in rows[:: max(1, len(rows) // given.most)]:
            compare(brought(of.read(number), PEOPLE_PX), teacher, ours, errors)
        print(tar.stem, len(errors["teacher, its mean"]), "faces")
        for name, values in errors.items():
            print(f"  {name:34} {100 * np.mean(values):5.2f} %")


def compare(
    image: Rgb8, teacher: FaceDetector, ours: FaceDetector, errors: dict[str, list[float]]
) -> None:
    """Note the errors of the teacher's sure faces that all looks and our detector see."""
    mirrored = seen_at(image, teacher, 1.0, mirrored=True)
    others = [
        seen_at(image, teacher, scale, mirrored=way) for scale in SCALES for way in (False, True)
    ]
    told = search(image, ours)
    for face in search(image, teacher):
        points, turned, *looks = (points_of(face, seen) for seen in (told, mirrored, *others))
        steady = [look for look in looks if look is not None]
        if face.score < SCORE_SURE or points is None or turned is None or len(steady) < len(looks):
            continue
        once, mean = np.asarray(face.landmarks, np.float64), np.mean(steady, axis=0)
        pairs = {
            "teacher, its mean": (once, mean),
            "teacher, itself at 0.75": (once, steady[0]),
            "teacher, itself mirrored": (once, turned),
            "ours, teacher": (points, once),
            "ours, its mean": (points, mean),
        }
        for name, (one, other) in pairs.items():
            distance = float(np.linalg.norm(one - other, axis=1).mean())
            errors[name].append(distance / face.box[2])


def seen_at(image: Rgb8, teacher: FaceDetector, scale: float, *, mirrored: bool) -> list[Detection]:
    """What the teacher sees of a picture at another size, in px of the picture."""
    view = brought(image, round(scale * max(image.shape[:2])))
    exact = view.shape[1] / image.shape[1]
    if not mirrored:
        return [scaled(face, 1 / exact) for face in search(view, teacher)]
    turned = search(np.ascontiguousarray(view[:, ::-1]), teacher)
    return [scaled(back(face, view.shape[1]), 1 / exact) for face in turned]


def back(face: Detection, width_px: int) -> Detection:
    """A face of a mirrored picture where it is in the picture."""
    x, y, w, h = face.box
    points = face.landmarks[list(MIRRORED)]
    points[:, 0] = width_px - points[:, 0]
    return replace(face, box=(width_px - x - w, y, w, h), landmarks=points)


def points_of(face: Detection, seen: Sequence[Detection]) -> Points | None:
    """Landmarks of whoever is this face in another look."""
    boxes = np.array([other.box for other in seen], np.float64).reshape(-1, 4)
    share = overlaps(np.array(face.box, np.float64), boxes)
    if share.max(initial=0.0) < OVERLAP_LEAST:
        return None
    return np.asarray(seen[int(share.argmax())].landmarks, np.float64)


def brought(image: Rgb8, long_px: int) -> Rgb8:
    """The picture with a long side of so many px."""
    scale = long_px / max(image.shape[:2])
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=way), np.uint8)


if __name__ == "__main__":
    main()
