"""Photographs with faces blended in, their sizes chosen: by the maker of ../shared, with its truth.

Its own libraries hold hardly any face below 48 px at 24 megapixels.
"""

import importlib.util
import json
import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any

from library import SHARED
from PIL import Image

_DATE_TIME_ORIGINAL, _EXIF_IFD, _EXIF_MODEL = 0x9003, 0x8769, 0x0110
PLACES_TRIED = 200


class Kind(StrEnum):
    """What the photographs show."""

    FEW = "few"
    """0 to 3 faces of 41 to 193 px."""
    MANY = "many"
    """8 faces, a quarter of them of 20 to 47 px, the others of 48 to 300."""
    FAR = "far"
    """8 faces of 20 to 47 px and two of 100 to 600."""


SIDES_PX: dict[Kind, Callable[[int, Random], list[float]]] = {
    Kind.FEW: lambda n, rng: [rng.uniform(41, 193) for _ in range(n % 4)],
    Kind.MANY: lambda _, rng: (
        [rng.uniform(20, 47) for _ in range(2)] + [rng.uniform(48, 300) for _ in range(6)]
    ),
    Kind.FAR: lambda _, rng: (
        [rng.uniform(20, 47) for _ in range(8)] + [rng.uniform(100, 600) for _ in range(2)]
    ),
}


def make_photographs(out: Path, kind: Kind, *, count: int, long_px: int, seed: int) -> Path:
    """Write photographs into ``out/library`` and ``out/truth.json``; `out` is returned."""
    maker = made_by()
    data = SHARED / "data"
    told = Namespace(
        seed=seed, people=30, size=long_px, faces=data / "lfw.tar", photos=data / "photos_hires"
    )
    library = maker.Library(out, told)
    items = []
    for number in range(count):
        canvas = library.background(long_px, long_px * 3 // 4)
        heads_px = [side / maker.FACE_FRACTION for side in SIDES_PX[kind](number, library.rng)]
        faces = []
        for x, y, head_px in places(heads_px, canvas.size, library.rng):
            person, tilt = library.rng.choice(library.people), library.rng.gauss(0, 6)
            faces.append(library.paste_face(canvas, person, (x, y), round(head_px), tilt))
        name = f"{number:03d}.jpg"
        taken = date(2021, 1, 1) + timedelta(days=number)
        exif = Image.Exif()
        exif[_EXIF_MODEL] = "Benchmark"
        exif.get_ifd(_EXIF_IFD)[_DATE_TIME_ORIGINAL] = f"{taken:%Y:%m:%d} 10:00:00"
        canvas.save(library.root / name, quality=92, exif=exif)
        width, height = canvas.size
        items.append(
            {"path": name, "kind": "photo", "copy_of": None, "faces": faces}
            | {"width": width, "height": height}
        )
    (out / "truth.json").write_text(json.dumps({"items": items}))
    return out


def made_by() -> Any:
    """The maker, which is a script and no package."""
    spec = importlib.util.spec_from_file_location("maker", SHARED / "tools" / "make_library.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its dataclasses look for it
    spec.loader.exec_module(module)
    return module


def places(
    heads_px: list[float], size: tuple[int, int], rng: Random
) -> list[tuple[float, float, float]]:
    """Middles and sides of heads of which none hides another; one without room is left out."""
    found: list[tuple[float, float, float]] = []
    for head_px in heads_px:
        for _ in range(PLACES_TRIED):
            x, y = (rng.uniform(head_px / 2, length - head_px / 2) for length in size)
            if all(
                max(abs(x - x_2), abs(y - y_2)) > (head_px + other_px) / 2
                for x_2, y_2, other_px in found
            ):
                found.append((x, y, head_px))
                break
    return found
