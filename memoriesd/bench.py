"""``memoriesd bench``: the product's own pipeline on a library that it draws, measured and scored.

Speed and memory are those of photographs of the same size. Quality is that of drawn faces and drawn
days: it tells that nothing is broken here and compares two machines, models or versions; how good
the models are on photographs is what ``memoriesd models evaluate`` tells. BCubed scores: Bagga &
Baldwin 1998.
"""

import importlib.metadata
import json
import math
import os
import platform
import sys
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.catalog.connection import open_catalog
from indexer.errors import NothingToDoError
from indexer.samples.library import Drawn, DrawnFace, make_library
from memoriesd.config import Config
from memoriesd.export import export_catalog
from memoriesd.measured import Cost, run_measured

TWELVE_MP = (4000, 3000)
TODAY = "2023-12-01"
"""A day after all drawn ones."""
SIDE_RATIO_MOST = 1.6
"""A face is found where the sides of the boxes differ by no more than this."""
CENTRE_REACH = 0.35
"""And the centres by no more than this share of the drawn face's side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How well a drawn library was understood; 0 to 1."""

    face_recall: float
    face_precision: float
    people_f: float
    """BCubed F over the faces that were found."""
    event_f: float
    """BCubed F over the pictures."""


def bench(
    config: Config,
    scratch: Path,
    *,
    say: Callable[[str], None],
    size_px: tuple[int, int] = TWELVE_MP,
) -> dict[str, Any]:
    """Draw the library, index and cluster it as commands do, and tell how that went.

    Parameters
    ----------
    config : Config
        Its ``[models]`` and ``[index]`` are used.
    scratch : Path
        An empty folder for pictures, configuration and catalog.
    say : callable
        Told what is being done, before each step.
    size_px : tuple of int
        Width and height of the pictures, four to three.

    Raises
    ------
    NothingToDoError
        If a command failed; what it said is in the message.
    """
    say("drawing pictures")
    drawn = make_library(scratch / "library", size_px=size_px)
    environment = configured(config, scratch, scratch / "library")
    say(f"indexing {len(drawn)} pictures")
    index = command(["index", "--today", TODAY], environment)
    say("finding people and events")
    cluster = command(["cluster"], environment)
    with open_catalog(scratch / "home" / "catalog.db") as catalog:
        exported = export_catalog(catalog)
    quality = score(drawn, exported["items"])
    return {
        "memoriesd": importlib.metadata.version("memoriesd"),
        "machine": machine(),
        "models": {"pack": config.models.pack, "device": config.models.device},
        "pictures": len(drawn),
        "megapixels": round(size_px[0] * size_px[1] / 1e6, 1),
        "pictures_a_second": round(len(drawn) / index.wall_s, 2),
        "cpu_s_a_picture": round(index.cpu_s / len(drawn), 3),
        "peak_mb": round(index.peak_mb),
        "memory_limit_mb": config.index.memory_limit_mb,
        "cluster_s": round(cluster.wall_s, 2),
        "drawn_faces": {
            "recall": round(quality.face_recall, 3),
            "precision": round(quality.face_precision, 3),
            "people_f": round(quality.people_f, 3),
        },
        "event_f": round(quality.event_f, 3),
    }


def machine() -> dict[str, Any]:
    """What is measured on."""
    return {
        "system": platform.system(),
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def configured(config: Config, scratch: Path, root: Path) -> dict[str, str]:
    """An environment in which commands work on a folder of pictures with the given models."""
    models = config.models
    text: dict[str, dict[str, Any]] = {
        "library": {"roots": [str(root)]},
        "output": {"folder": str(scratch / "movies")},
        "index": {
            "memory_limit_mb": config.index.memory_limit_mb,
            "detail": config.index.detail,
        },
        "models": {
            "pack": models.pack,
            "folder": str(models.folder or ""),
            "scenes": str(models.scenes or ""),
            "device": models.device,
        },
    }
    path = scratch / "config.toml"
    path.write_text("".join(table(name, keys) for name, keys in text.items()), encoding="utf-8")
    return os.environ | {
        "MEMORIESD_CONFIG": str(path),
        "MEMORIESD_HOME": str(scratch / "home"),
    }


def table(name: str, keys: Mapping[str, Any]) -> str:
    """A table of TOML; strings, numbers and lists are written as in JSON."""
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in keys.items()]
    return f"[{name}]\n{''.join(lines)}"


def command(words: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """Run one of our commands; an error that says what it said where it fails."""
    cost = run_measured([sys.executable, "-m", "memoriesd", *words], environment)
    if cost.exit_code:
        said = " ".join(cost.errors.split())
        raise NothingToDoError(f"memoriesd {words[0]} failed: {said}", remedy="memoriesd doctor")
    return cost


def score(drawn: Sequence[Drawn], items: Iterable[Mapping[str, Any]]) -> Quality:
    """Compare what was exported with what was drawn.

    Parameters
    ----------
    drawn : sequence of Drawn
        The truth.
    items : iterable of mapping
        ``items`` of :func:`memoriesd.export.export_catalog`; one that is missing was not found.
    """
    found = {Path(item["path"]).name: item for item in items}
    people: list[tuple[Hashable, Hashable]] = []
    n_drawn = n_found = 0
    for each in drawn:
        faces = found[each.name]["faces"] if each.name in found else []
        n_drawn, n_found = n_drawn + len(each.faces), n_found + len(faces)
        people += matched(each.faces, faces)
    events = [(each.event, found.get(each.name, {}).get("event")) for each in drawn]
    return Quality(
        face_recall=len(people) / max(1, n_drawn),
        face_precision=len(people) / max(1, n_found),
        people_f=bcubed(people)[2],
        event_f=bcubed(events)[2],
    )


def matched(
    drawn: Sequence[DrawnFace], faces: Sequence[Mapping[str, Any]]
) -> list[tuple[Hashable, Hashable]]:
    """Drawn person and found person of each drawn face that was found; each face counts once."""
    left = list(faces)
    pairs: list[tuple[Hashable, Hashable]] = []
    for each in drawn:
        fitting = [face for face in left if fits(each, face["box"])]
        if fitting:
            left.remove(fitting[0])
            pairs.append((each.person, fitting[0]["person"]))
    return pairs


def fits(drawn: DrawnFace, box: Sequence[float]) -> bool:
    """Whether a box lies where a face was drawn, and is about as large."""
    x, y, w, h = drawn.box
    side = math.sqrt(w * h)
    ratio = math.sqrt(box[2] * box[3]) / side
    across = box[0] + box[2] / 2 - x - w / 2
    down = box[1] + box[3] / 2 - y - h / 2
    near = math.hypot(across, down) <= CENTRE_REACH * side
    return near and 1 / SIDE_RATIO_MOST <= ratio <= SIDE_RATIO_MOST


def bcubed(pairs: Sequence[tuple[Hashable, Hashable]]) -> tuple[float, float, float]:
    """BCubed precision, recall and F of (true group, found group) of each element.

    A found group of None is one of its own.

    Examples
    --------
    >>> bcubed([("a", 1), ("a", 1), ("b", 2)])
    (1.0, 1.0, 1.0)
    >>> bcubed([("a", 1), ("b", 1)])[:2]
    (0.5, 1.0)
    """
    if not pairs:
        return 0.0, 0.0, 0.0
    told = [(t, ("alone", n) if p is None else p) for n, (t, p) in enumerate(pairs)]
    both = Counter(told)
    true, predicted = Counter(t for t, _ in told), Counter(p for _, p in told)
    precision = sum(both[t, p] / predicted[p] for t, p in told) / len(told)
    recall = sum(both[t, p] / true[t] for t, p in told) / len(told)
    return precision, recall, 2 * precision * recall / (precision + recall)
