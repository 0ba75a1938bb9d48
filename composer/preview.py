"""A theme shown on drawn pictures: a small movie of a trip and of another year."""

import datetime as dt
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from composer.curate.wording import Wording
from composer.library import SeenFace, ViewItem
from composer.movies import render_movie
from composer.render.writing import finish, part_of, writing_to
from composer.soundtrack import sound_for
from composer.storyboard.brief import Brief, Length
from composer.storyboard.canvas import Canvas
from composer.storyboard.direct import direct
from composer.storyboard.joins import Break, join
from composer.storyboard.model import Panel, Storyboard
from composer.storyboard.route import route_of
from composer.usable import usable_theme
from indexer.catalog.events import Place
from indexer.catalog.items import ItemId
from indexer.samples.head import Look
from indexer.samples.people import PEOPLE, Person
from indexer.samples.portraits import face_box, portrait
from indexer.samples.scenes import land
from themes.theme import Theme

SEED = 5

_CANVAS = Canvas(width=640, height=360, fps=30)
_SIZE_PX = (960, 720)
_LISBON = Place(id=1, name="Lisbon", region="", country_code="PT", country="Portugal")
_PORTO = Place(id=2, name="Porto", region="", country_code="PT", country="Portugal")
_SPOTS = {_LISBON.id: (38.72, -9.14), _PORTO.id: (41.15, -8.61)}
_DAYS = (
    (dt.datetime.fromisoformat("2023-06-14T10:00"), _LISBON),
    (dt.datetime.fromisoformat("2023-06-15T11:00"), _LISBON),
    (dt.datetime.fromisoformat("2023-06-17T10:00"), _PORTO),
    (dt.datetime.fromisoformat("2024-06-08T12:00"), _LISBON),
)
"""A new day, a new place and another year, as each theme tells them in its own way."""
_A_DAY, _SOMEBODY = 5, 1
"""So many pictures are taken a day, and on this one somebody is seen from the shoulders up."""
_HEAD_PX, _BUST_PX, _BUST_LEFT_PX = 260, 520, 320
_LOOK = Look(yaw=0.1, pitch=0.0, smile=0.8, light=(0.3, 0.4))


def preview_theme(name: str, out: Path, made_on: dt.date) -> None:
    """Render a theme's preview to ``out``, in the place of what has that name.

    Parameters
    ----------
    name : str
        A built-in theme or the path of a theme file.

    Raises
    ------
    ThemeError
        If the theme cannot be used here.
    MissingResourceError
        If the folder cannot be written to.
    """
    theme = usable_theme(name)
    with tempfile.TemporaryDirectory() as folder:
        board = preview_board(name, theme, Path(folder))
        for panel in (panel for shot in board.shots for panel in shot.panels):
            _draw(panel)
        # Not where it belongs, since a movie of the daemon's may be unfinished there.
        made = render_movie(
            board,
            Path(folder) / "preview.mp4",
            theme=theme,
            made_on=made_on,
            segments=Path(folder) / "segments",
        )
        with part_of(out) as part, writing_to(out.parent):
            out.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(made.path, part)
            finish(part, out)


def preview_board(name: str, theme: Theme, folder: Path) -> Storyboard:
    """Plan a theme's preview, of pictures that are to be drawn into a folder."""
    items = tuple(_item(n, folder) for n in range(_A_DAY * len(_DAYS)))
    brief = Brief(
        memory_id=0,
        memory_key=f"preview:{theme.name}",
        title=theme.name.capitalize(),
        subtitle="A preview",
        items=items,
        route=route_of(items),
        theme=theme,
        theme_name=name,
        length=Length.MEDIUM,
        canvas=_CANVAS,
        wording=Wording("en"),
        seed=SEED,
        music_seed=SEED,
    )
    return _with_each_mark(direct(brief, sound_for(theme.mood, SEED)).storyboard, theme)


def _with_each_mark(board: Storyboard, theme: Theme) -> Storyboard:
    """Let each day begin as a chapter does: a movie this short has one or two."""
    shots = list(board.shots)
    for n in range(2, len(shots) - 1):
        before, day = (shots[at].panels[0].item_id // _A_DAY for at in (n - 1, n))
        if day > before:
            told = join(
                theme,
                (Break.DAY, Break.PLACE, Break.YEAR)[day - 1],
                chapter=True,
                usual=False,
                lengths=(shots[n - 1].n_frames, shots[n].n_frames),
                fps=board.fps,
                before=(),
                rng=np.random.default_rng([SEED, n]),
            )
            shots[n] = replace(shots[n], transition=told.transition)
    return replace(board, shots=tuple(shots))


def _item(n: int, folder: Path) -> ViewItem:
    """A landscape; two of five stand upright, and in one of five there is somebody."""
    day, hour = divmod(n, _A_DAY)
    begins, place = _DAYS[day]
    width, height = _SIZE_PX if hour < _A_DAY - 2 else _SIZE_PX[::-1]
    latitude, longitude = _SPOTS[place.id]
    return ViewItem(
        id=ItemId(n),
        path=os.fspath(folder / f"{n}.jpg"),
        is_video=False,
        width=width,
        height=height,
        duration_s=None,
        taken_at=begins + dt.timedelta(hours=hour),
        date_confidence=1.0,
        latitude=latitude,
        longitude=longitude,
        place=place,
        camera=None,
        score=0.5 + 0.1 * (n % 3),
        sharpness=1.0,
        phash=None,
        favourite=False,
        faces=(_face(PEOPLE[day]),) if hour == _SOMEBODY else (),
    )


def _face(who: Person) -> SeenFace:
    width, height = _SIZE_PX
    x, y, w, h = face_box((_BUST_PX, _BUST_PX), who, _HEAD_PX)
    return SeenFace(
        x_norm=(_BUST_LEFT_PX + x) / width,
        y_norm=(height - _BUST_PX + y) / height,
        w_norm=w / width,
        h_norm=h / height,
        person=None,
        score=1.0,
        time_s=None,
    )


def _draw(panel: Panel) -> None:
    """Draw the picture that a panel shows."""
    day, hour = divmod(panel.item_id, _A_DAY)
    pixels = land(panel.item_id, panel.width, panel.height)
    if hour == _SOMEBODY:
        part = pixels[-_BUST_PX:, _BUST_LEFT_PX : _BUST_LEFT_PX + _BUST_PX]
        part[:] = portrait(PEOPLE[day], _LOOK, _HEAD_PX, part)
    Image.fromarray(pixels).save(panel.path, quality=92)
