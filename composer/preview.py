"""A theme shown on a few drawn pictures: a short movie, small."""

import datetime as dt
import os
import shutil
import tempfile
from pathlib import Path

from PIL import Image

from composer.curate.wording import Wording
from composer.library import ViewItem
from composer.movies import render_movie
from composer.render.writing import finish, part_of, writing_to
from composer.soundtrack import sound_for
from composer.storyboard.brief import Brief, Length
from composer.storyboard.canvas import Canvas
from composer.storyboard.direct import direct
from composer.usable import usable_theme
from indexer.catalog.items import ItemId
from indexer.errors import NothingToDoError
from indexer.samples.scenes import land

PICTURES = 14
SEED = 5

_CANVAS = Canvas(width=640, height=360, fps=30)
_SIZE_PX = (960, 720)
_FIRST = dt.datetime.fromisoformat("2024-06-14T10:00")
_A_DAY = 5


def preview_theme(name: str, out: Path, made_on: dt.date) -> None:
    """Render a theme's preview to ``out``, a file that is not there yet.

    Parameters
    ----------
    name : str
        A built-in theme or the path of a theme file.

    Raises
    ------
    NothingToDoError
        If something has that name.
    """
    if out.exists():
        raise NothingToDoError(f"{out} is there already", remedy="name another file for it")
    theme = usable_theme(name)
    with tempfile.TemporaryDirectory() as folder:
        brief = Brief(
            memory_id=0,
            memory_key=f"preview:{theme.name}",
            title=theme.name.capitalize(),
            subtitle="A preview",
            items=tuple(_item(n, Path(folder)) for n in range(PICTURES)),
            theme=theme,
            theme_name=name,
            length=Length.SHORT,
            canvas=_CANVAS,
            wording=Wording("en"),
            seed=SEED,
            music_seed=SEED,
        )
        board = direct(brief, sound_for(theme.mood, SEED)).storyboard
        # Not where it belongs, since a movie of the daemon's may be unfinished there.
        made = render_movie(
            board,
            Path(folder) / "preview.mp4",
            theme=theme,
            made_on=made_on,
            segments=Path(folder) / "segments",
        )
        with part_of(out) as part, writing_to(out.parent):
            shutil.copyfile(made.path, part)
            finish(part, out)


def _item(n: int, folder: Path) -> ViewItem:
    """A drawn landscape; every fourth stands upright."""
    width, height = _SIZE_PX if n % 4 != 3 else _SIZE_PX[::-1]
    path = folder / f"{n}.jpg"
    Image.fromarray(land(n, width, height)).save(path, quality=92)
    day, hour = divmod(n, _A_DAY)
    return ViewItem(
        id=ItemId(n),
        path=os.fspath(path),
        is_video=False,
        width=width,
        height=height,
        duration_s=None,
        taken_at=_FIRST + dt.timedelta(days=day, hours=hour),
        date_confidence=1.0,
        latitude=None,
        longitude=None,
        place=None,
        camera=None,
        score=0.5 + 0.1 * (n % 3),
        sharpness=1.0,
        phash=None,
        favourite=False,
    )
