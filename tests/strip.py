"""``python -m tests.strip docs/themes.jpg``: one trip of the sample library in all three themes.

A row for each theme: the title, a picture, a cut, two side by side or another picture, the end.
"""

import argparse
import os
import tempfile
from datetime import date
from pathlib import Path

import numpy as np
from PIL import Image

from composer.curate.wording import Wording
from composer.library import ViewItem
from composer.render.frames import Frames
from composer.render.planes import Rgb8, to_rgb
from composer.render.sources import files
from composer.soundtrack import sound_for
from composer.storyboard.brief import Brief, Length
from composer.storyboard.canvas import Canvas
from composer.storyboard.direct import direct
from composer.storyboard.model import ShotKind, Storyboard
from composer.storyboard.route import route_of
from indexer.catalog.items import ItemId
from tests.demo_library import TRIPS, Taken, plan, write_picture
from themes.load import BUILTIN, load_theme

TODAY = date(2026, 11, 21)
CANVAS = Canvas(width=960, height=540, fps=30)
TILE = (384, 216)
SEED = 3


def write_strip(out: Path) -> None:
    """Write the JPEG."""
    with tempfile.TemporaryDirectory() as folder:
        trip = [taken for taken in plan(TODAY) if np.allclose(taken.place, TRIPS[0], atol=1.0)]
        trip.sort(key=lambda taken: taken.at)
        items = tuple(_item(n, taken, Path(folder)) for n, taken in enumerate(trip))
        month = f"{trip[0].at:%B %Y}"
        rows = [np.hstack(_frames(items, theme, month)) for theme in BUILTIN]
    Image.fromarray(np.vstack(rows)).save(out, quality=88)


def _item(number: int, taken: Taken, folder: Path) -> ViewItem:
    path = folder / f"{number}.jpg"
    write_picture(path, taken, size_px=1600)
    with Image.open(path) as picture:
        width, height = picture.size
    latitude, longitude = taken.place
    return ViewItem(
        id=ItemId(number),
        path=os.fspath(path),
        is_video=False,
        width=width,
        height=height,
        duration_s=None,
        taken_at=taken.at,
        date_confidence=1.0,
        latitude=latitude,
        longitude=longitude,
        place=None,
        camera=None,
        score=0.5 + 0.01 * (number % 7),
        sharpness=1.0,
        phash=None,
        favourite=False,
    )


def _frames(items: tuple[ViewItem, ...], name: str, month: str) -> list[Rgb8]:
    brief = Brief(
        memory_id=0,
        memory_key="trip:0",
        title="A week in Beijing",
        subtitle=month,
        items=items,
        route=route_of(items),
        theme=load_theme(name),
        theme_name=name,
        length=Length.MEDIUM,
        canvas=CANVAS,
        wording=Wording("en"),
        seed=SEED,
        music_seed=SEED,
    )
    board = direct(brief, sound_for(name, SEED)).storyboard
    with Frames(board, brief.theme, files()) as frames:
        shown = [to_rgb(frames.frame(number)) for number in sorted(_wanted(board))]
    return [
        np.asarray(Image.fromarray(rgb).resize(TILE, Image.Resampling.LANCZOS)) for rgb in shown
    ]


def _wanted(board: Storyboard) -> list[int]:
    """Frames that show what the theme is like."""
    pictures = [shot for shot in board.shots if shot.kind is ShotKind.PICTURE]
    joined = [shot for shot in pictures[1:] if shot.transition.n_frames]
    two = next((shot for shot in pictures if len(shot.panels) > 1), pictures[-1])
    first = next(shot for shot in pictures if shot is not two)
    middles = [shot.start_frame + shot.n_frames // 2 for shot in (board.shots[0], first, two)]
    cut = joined[0].start_frame + joined[0].transition.n_frames // 6
    return [*middles, cut, board.shots[-1].start_frame + board.shots[-1].n_frames // 2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    write_strip(parser.parse_args().out)


if __name__ == "__main__":
    main()
