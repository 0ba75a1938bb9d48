"""The peer that indexing is compared with, and faces found against those that are there.

cv2.imread, insightface's FaceAnalysis on the scrfd2.5g pack with its defaults, and MobileNetV2 on
the same pixels, one thread each: what a person would write from the examples of the three.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from library import SHARED

from memoriesd.measured import Cost, run_measured

SMALL_PX = 48
"""The scorer of ../shared counts smaller faces apart."""

PROGRAM = """
import json, sys
import cv2, numpy as np, onnxruntime as ort
from insightface.app import FaceAnalysis
pack, root, scenes, out, *paths = sys.argv[1:]
cv2.setNumThreads(1)
options = ort.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
cpu = ["CPUExecutionProvider"]
analysis = FaceAnalysis(name=pack, root=root, providers=cpu, sess_options=options)
analysis.prepare(ctx_id=-1)
labeller = ort.InferenceSession(scenes, options, providers=cpu)
mean, std = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
found = {}
for path in paths:
    image = cv2.imread(path)
    faces = analysis.get(image)
    scale = 256 / min(image.shape[:2])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    top, left = (small.shape[0] - 224) // 2, (small.shape[1] - 224) // 2
    middle = small[top:top + 224, left:left + 224, ::-1].astype(np.float32) / 255
    planes = ((middle - mean) / std).transpose(2, 0, 1)[None]
    labeller.run(None, {labeller.get_inputs()[0].name: np.ascontiguousarray(planes)})
    corners = [face.bbox.tolist() for face in faces]
    found[path] = [[x, y, right - x, bottom - y] for x, y, right, bottom in corners]
json.dump(found, open(out, "w"))
"""


def peer(
    python: Path, paths: Sequence[Path], environment: Mapping[str, str], out: Path, pack: str
) -> tuple[Cost, dict[str, list[list[float]]]]:
    """What the peer took over some pictures, and the boxes that it found in each."""
    models = SHARED / "models"
    scenes = models / "scenes" / "mobilenetv2-12-int8.onnx"
    given = [pack, models / "insightface", scenes, out, *paths]
    cost = run_measured([str(python), "-c", PROGRAM, *map(str, given)], environment)
    if cost.exit_code:
        sys.exit(f"the peer ended with {cost.exit_code}:\n{cost.errors}")
    found: dict[str, list[list[float]]] = json.loads(out.read_text())
    return cost, found


def recall(
    truth: Sequence[Mapping[str, Any]], found: Mapping[str, Sequence[Sequence[float]]]
) -> dict[str, float]:
    """Share of the true faces that were found, in all and of the small ones, and precision.

    Parameters
    ----------
    truth : sequence of mapping
        Items of a made library: ``path`` and ``faces`` with their boxes.
    found : mapping
        Boxes by the same paths.
    """
    hits: list[tuple[bool, bool]] = []
    n_found = 0
    for item in truth:
        left = list(found.get(item["path"], ()))
        n_found += len(left)
        for face in item["faces"]:
            match = next((box for box in left if is_same(face["box"], box)), None)
            if match is not None:
                left.remove(match)
            hits.append((face["box"][2] < SMALL_PX, match is not None))
    n_hits = sum(hit for _, hit in hits)
    small = [hit for is_small, hit in hits if is_small]
    return {
        "faces": len(hits),
        "recall": round(n_hits / max(1, len(hits)), 4),
        "small_faces": len(small),
        "small_recall": round(sum(small) / max(1, len(small)), 4),
        "precision": round(n_hits / max(1, n_found), 4),
    }


def is_same(true: Sequence[float], box: Sequence[float]) -> bool:
    """Whether a box is a face's, as the scorer of ../shared judges it."""
    x, y, w, h = box
    off_x = abs(x + w / 2 - true[0] - true[2] / 2)
    off_y = abs(y + h / 2 - true[1] - true[3] / 2)
    ratio = (w * h) ** 0.5 / true[2]
    return off_x < 0.45 * true[2] and off_y < 0.5 * true[3] and 0.4 < ratio < 2.2
