"""A small drawn library with known truth: who is where on each picture, and what was an event.

Months at home with a picture now and then, a party, a walk, a trip of three days.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from indexer.samples.head import Look
from indexer.samples.people import PEOPLE
from indexer.samples.portraits import face_box, portrait
from indexer.samples.scenes import land, room

Rgb8 = NDArray[np.uint8]  # [h, w, 3]
Box = tuple[float, float, float, float]

HOME = (48.137, 11.575)
"""Munich."""
WALK = (47.955, 11.310)
TRIP = (38.722, -9.139)
"""Lake Starnberg, Lisbon."""
FIRST_DAY = datetime(2023, 3, 4, 10, 0)  # noqa: DTZ001 - local time, as cameras write it
DRAWN_PX = (1280, 960)
"""Pictures are drawn at this size and enlarged, as all detail of a drawing has."""
HEAD_PX = (70, 340)
"""Heads of a drawing from crown to chin; faces are two thirds of that."""
_EXIF_MODEL, _EXIF_IFD, _GPS_IFD = 0x0110, 0x8769, 0x8825
_DATE_TIME_ORIGINAL = 0x9003


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnFace:
    """A face of a picture."""

    person: int
    box: Box
    """x, y, w, h in pixels of the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A picture of the library with its truth."""

    name: str
    event: int
    faces: tuple[DrawnFace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A picture that is to be drawn."""

    number: int
    event: int
    at: datetime
    place: tuple[float, float]
    is_inside: bool
    people: tuple[int, ...]


def make_library(folder: Path, *, size_px: tuple[int, int]) -> list[Drawn]:
    """Draw the library into a folder; the same pictures at each call.

    Parameters
    ----------
    folder : Path
        Made if absent.
    size_px : tuple of int
        Width and height of the pictures, four to three.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [write_picture(folder, taken, size_px) for taken in plan()]


def plan() -> Iterator[Taken]:
    """What is photographed when, where and with whom."""
    number = 0
    for event, (start, count, apart, place) in enumerate(_occasions()):
        for n in range(count):
            day, hour = divmod(n, _A_DAY)
            yield Taken(
                number=number,
                event=event,
                at=start + timedelta(days=day) + hour * apart,
                place=(place[0] + 0.002 * (n % 3), place[1] - 0.0015 * n),
                is_inside=place == HOME,
                people=_company(number),
            )
            number += 1


_A_DAY = 6


def _occasions() -> Iterator[tuple[datetime, int, timedelta, tuple[float, float]]]:
    """Start, number of pictures, time between two, place."""
    few_minutes = timedelta(minutes=13)
    for week in range(9):
        yield FIRST_DAY + timedelta(days=9 * week, hours=week % 5), 2, few_minutes, HOME
    yield FIRST_DAY + timedelta(days=94, hours=9), 6, timedelta(minutes=24), HOME
    yield FIRST_DAY + timedelta(days=113, hours=1), 6, timedelta(minutes=31), WALK
    yield FIRST_DAY + timedelta(days=140), 18, timedelta(minutes=95), TRIP


def _company(number: int) -> tuple[int, ...]:
    """Who is on a picture: nobody, one or two; everybody is on about as many."""
    first = (number // 2) % len(PEOPLE)
    second = (first + 1 + number % (len(PEOPLE) - 1)) % len(PEOPLE)
    return ((), (first,), (first, second), (first, second))[number % 4]


def write_picture(folder: Path, taken: Taken, size_px: tuple[int, int]) -> Drawn:
    """Draw one picture and write it with date, place and camera."""
    rng = np.random.default_rng([17, taken.number])
    canvas = _seen_from_elsewhere(_place(taken.event, is_inside=taken.is_inside), rng)
    faces = tuple(
        _with_head(canvas, who, slot, len(taken.people), rng)
        for slot, who in enumerate(taken.people)
    )
    scale = size_px[0] / DRAWN_PX[0]
    name = f"IMG_{taken.number:04d}.jpg"
    _save(folder / name, _enlarged(canvas, size_px, rng), taken)
    scaled = tuple(DrawnFace(person=each.person, box=_times(each.box, scale)) for each in faces)
    return Drawn(name=name, event=taken.event, faces=scaled)


@lru_cache(maxsize=2)
def _place(number: int, *, is_inside: bool) -> Rgb8:
    return (room if is_inside else land)(number, *DRAWN_PX)


def _times(box: Box, scale: float) -> Box:
    x, y, w, h = box
    return x * scale, y * scale, w * scale, h * scale


def _seen_from_elsewhere(canvas: Rgb8, rng: np.random.Generator) -> Rgb8:
    """Another part of a place, in another light."""
    width, height = DRAWN_PX
    share = 0.6 + 0.35 * rng.random()
    w, h = round(width * share), round(height * share)
    x, y = int(rng.integers(width - w + 1)), int(rng.integers(height - h + 1))
    part = cv2.resize(canvas[y : y + h, x : x + w], DRAWN_PX, interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(part * (0.8 + 0.35 * rng.random()), 0, 255), np.uint8)


def _with_head(
    canvas: Rgb8, who: int, slot: int, n_slots: int, rng: np.random.Generator
) -> DrawnFace:
    """Draw a head into its part of the picture, which is changed."""
    width, height = DRAWN_PX
    least, most = HEAD_PX
    side = round(least * (most / least) ** rng.random())
    around = min(round(1.8 * side), height)
    room_px = width // n_slots - around
    x = slot * (width // n_slots) + int(rng.integers(max(1, room_px)))
    y = int(rng.integers(height - around + 1))
    look = Look(
        yaw=rng.uniform(-0.35, 0.35),
        pitch=rng.uniform(-0.1, 0.1),
        smile=rng.random(),
        light=(rng.uniform(-0.7, 0.7), rng.uniform(0.0, 0.6)),
    )
    part = canvas[y : y + around, x : x + around]
    part[:] = portrait(PEOPLE[who], look, side, part)
    left, top, w, h = face_box((part.shape[1], part.shape[0]), PEOPLE[who], side)
    return DrawnFace(person=who, box=(x + left, y + top, w, h))


def _enlarged(canvas: Rgb8, size_px: tuple[int, int], rng: np.random.Generator) -> Rgb8:
    """The picture at its size, with a sensor's grain."""
    large = cv2.resize(canvas, size_px, interpolation=cv2.INTER_CUBIC)
    tile = np.asarray(4.0 * rng.standard_normal((256, 256, 1)), np.int16)
    repeats = (size_px[1] // 256 + 1, size_px[0] // 256 + 1, 1)
    grain = np.tile(tile, repeats)[: size_px[1], : size_px[0]]
    return np.asarray(np.clip(large.astype(np.int16) + grain, 0, 255), np.uint8)


def _save(path: Path, pixels: Rgb8, taken: Taken) -> None:
    exif = Image.Exif()
    exif[_EXIF_MODEL] = "Drawn"
    exif.get_ifd(_EXIF_IFD)[_DATE_TIME_ORIGINAL] = f"{taken.at:%Y:%m:%d %H:%M:%S}"
    latitude, longitude = taken.place
    exif.get_ifd(_GPS_IFD).update(
        {
            1: "N" if latitude >= 0 else "S",
            2: (abs(latitude), 0.0, 0.0),
            3: "E" if longitude >= 0 else "W",
            4: (abs(longitude), 0.0, 0.0),
        }
    )
    Image.fromarray(pixels).save(path, quality=88, exif=exif)
