"""A sample library out of pictures that installed packages ship; nothing is downloaded.

scikit-learn brings two photographs, scikit-image a dozen. Cropped, mirrored and enlarged they
become some eighty pictures, dated and located over four years around a given day: life at home,
a trip each summer, the same day in every year, a good month, and a clip with sound.
"""

import argparse
import functools
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from importlib import resources
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

HOME = (48.137, 11.575)
"""Munich."""
TRIPS = ((39.999, 116.275), (28.573, -80.649), (42.360, -71.094))
"""Beijing, Cape Canaveral, Cambridge (Massachusetts), where the pictures are from; latest first."""

SOURCES = (
    ("sklearn.datasets.images", "china.jpg"),
    ("sklearn.datasets.images", "flower.jpg"),
    ("skimage.data", "astronaut.png"),
    ("skimage.data", "chelsea.png"),
    ("skimage.data", "coffee.png"),
    ("skimage.data", "rocket.jpg"),
    ("skimage.data", "motorcycle_left.png"),
    ("skimage.data", "camera.png"),
    ("skimage.data", "hubble_deep_field.jpg"),
)
HEADS = {2: (0.44, 0.23), 7: (0.44, 0.2)}
"""Where the head is in a portrait, as shares of its width and height: every view shows it."""
AT_HOME = (3, 4, 1, 6, 7, 2)
"""Sources that pass for a life at home: cat, coffee, flower, motorcycle, two portraits."""
AWAY = ((0, 1, 3, 4), (5, 8, 6, 2), (7, 6, 0, 4))
"""Sources of each trip: a pavilion by a lake, a rocket on its pad, a man with a camera, and what
else one sees."""
SAME_DAY = ((1, 3, 6), (4, 2, 7), (0, 5, 8))
"""Sources of this day one, two and three years ago: all of them, each once."""

LONG_SIDE_PX = 1200
_EXIF_MAKE, _EXIF_MODEL, _EXIF_OFFSET_IFD, _EXIF_GPS_IFD = 0x010F, 0x0110, 0x8769, 0x8825
_DATE_TIME_ORIGINAL, _OFFSET_TIME_ORIGINAL = 0x9003, 0x9011


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One picture to be made."""

    name: str
    source: int
    variant: int
    """Which part of the source is shown."""
    at: datetime
    """Local time."""
    place: tuple[float, float]


def make_library(folder: Path, today: date, *, size_px: int = LONG_SIDE_PX) -> list[Path]:
    """Write the library; the same day gives the same pictures.

    Parameters
    ----------
    folder : Path
        Made if absent.
    size_px : int
        Longer side of the pictures.

    Returns
    -------
    list of Path
        Every file, in the order of their making.
    """
    files = []
    for taken in plan(today):
        path = folder / f"{taken.at:%Y}" / taken.name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_picture(path, taken, size_px=size_px)
        files.append(path)
    last_trip = _trip_days(today, 0)[0]
    clip = folder / f"{last_trip:%Y}" / "clip.mp4"
    write_clip(clip, datetime.combine(last_trip, time(17, 30)), TRIPS[0])
    return [*files, clip]


def plan(today: date) -> Iterator[Taken]:
    """What is photographed when and where."""
    yield from _same_day(today)
    for number, place in enumerate(TRIPS):
        yield from _trip(today, number, place)
    yield from _last_month(today)
    yield from _ordinary_days(today)


def _same_day(today: date) -> Iterator[Taken]:
    """This day, one to three years ago."""
    for year in (1, 2, 3):
        day = _years_before(today, year)
        for n in range(5):
            at = datetime.combine(day, time(10 + 2 * n, 7 * n + year))
            yield _taken(at, AT_HOME[2 * (year - 1) + n % 2], HOME)


def _trip(today: date, number: int, place: tuple[float, float]) -> Iterator[Taken]:
    """Four days abroad, some twenty minutes of walking between two pictures."""
    for day_number, day in enumerate(_trip_days(today, number)):
        for n in range(4):
            at = datetime.combine(day, time(10 + 3 * n, 11 * n + day_number))
            near = (place[0] + 0.004 * n, place[1] - 0.003 * day_number)
            source = AWAY[number][(n + day_number) % len(AWAY[number])]
            yield _taken(at, source, near)


def _last_month(today: date) -> Iterator[Taken]:
    """The month before this one: a dozen good pictures on different days."""
    last = today.replace(day=1) - timedelta(days=1)
    for n in range(12):
        at = datetime.combine(last.replace(day=2 + 2 * n), time(9 + n % 9, 3 * n))
        yield _taken(at, AT_HOME[n % len(AT_HOME)], HOME)


def _ordinary_days(today: date) -> Iterator[Taken]:
    """One picture every five weeks, so that it is plain where home is."""
    for n in range(1, 24):
        day = today - timedelta(days=37 * n + 9)
        at = datetime.combine(day, time(8 + n % 12, n))
        yield _taken(at, AT_HOME[n % len(AT_HOME)], HOME)


def _trip_days(today: date, number: int) -> list[date]:
    first = _years_before(today, number + 1) + timedelta(days=60 + 17 * number)
    return [first + timedelta(days=n) for n in range(4)]


def _years_before(day: date, years: int) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - years, day=28 if leap_day else day.day)


def _taken(at: datetime, source: int, place: tuple[float, float]) -> Taken:
    name = f"IMG_{at:%Y%m%d_%H%M%S}.jpg"
    return Taken(name=name, source=source, variant=int(f"{at:%y%j%H}"), at=at, place=place)


def write_picture(path: Path, taken: Taken, *, size_px: int = LONG_SIDE_PX) -> None:
    """Write a JPEG with the date, the place and the camera in its EXIF."""
    head = HEADS.get(taken.source)
    picture = _variant(_source(taken.source), taken.variant, size_px, head)
    exif = Image.Exif()
    exif[_EXIF_MAKE], exif[_EXIF_MODEL] = "Sample", "Sample One"
    details = exif.get_ifd(_EXIF_OFFSET_IFD)
    details[_DATE_TIME_ORIGINAL] = f"{taken.at:%Y:%m:%d %H:%M:%S}"
    exif.get_ifd(_EXIF_GPS_IFD).update(_gps(taken.place))
    picture.save(path, quality=90, exif=exif)


@functools.cache
def _source(number: int) -> Image.Image:
    package, name = SOURCES[number]
    data = (resources.files(package) / name).read_bytes()
    return Image.open(io.BytesIO(data)).convert("RGB")


def _variant(
    source: Image.Image, variant: int, size_px: int, head: tuple[float, float] | None
) -> Image.Image:
    """Another view of a picture: a part of it, upright or not, perhaps mirrored, with grain."""
    rng = np.random.default_rng([variant, *source.size])
    upright = rng.random() < 0.15
    aspect = 2 / 3 if upright else 3 / 2
    width, height = source.size
    share = 0.5 + 0.42 * rng.random()
    w = share * min(width, height * aspect)
    h = w / aspect
    x, y = (width - w) * rng.random(), (height - h) * rng.random()
    if head is not None:
        x = min(max(0.0, head[0] * width - w * (0.4 + 0.2 * rng.random())), width - w)
        y = min(max(0.0, head[1] * height - h * (0.4 + 0.1 * rng.random())), height - h)
    size = (round(size_px * aspect), size_px) if upright else (size_px, round(size_px / aspect))
    view = source.resize(size, Image.Resampling.LANCZOS, (x, y, x + w, y + h))
    if rng.random() < 0.5 and head is None:
        view = ImageOps.mirror(view)
    return _with_grain(view, rng)


def _with_grain(view: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Light and grain of its own; enlarged pictures without grain look out of focus."""
    pixels = _sharpened(view)
    grain = 4.0 * rng.standard_normal((*pixels.shape[:2], 1), np.float32)
    light = 0.92 + 0.16 * rng.random()
    return Image.fromarray(np.clip(pixels * light + grain, 0, 255).astype(np.uint8))


def _sharpened(view: Image.Image) -> NDArray[np.float32]:
    """An enlarged picture with its edges steepened again: float32[h, w, 3], may leave 0 to 255."""
    pixels = np.asarray(view, np.float32)
    return pixels + 1.2 * (pixels - cv2.GaussianBlur(pixels, (0, 0), 2.0))


def _gps(place: tuple[float, float]) -> dict[int, object]:
    latitude, longitude = place
    return {
        1: "N" if latitude >= 0 else "S",
        2: _degrees(abs(latitude)),
        3: "E" if longitude >= 0 else "W",
        4: _degrees(abs(longitude)),
    }


def _degrees(value: float) -> tuple[float, float, float]:
    whole = math.floor(value)
    minutes = math.floor((value - whole) * 60)
    return float(whole), float(minutes), round(((value - whole) * 60 - minutes) * 60, 4)


def write_clip(path: Path, at: datetime, place: tuple[float, float]) -> None:
    """Write eight seconds of video with sound: a slow look across a picture, and a tune."""
    with av.open(str(path), "w") as container:
        container.metadata["creation_time"] = f"{at:%Y-%m-%dT%H:%M:%S}.000000Z"
        container.metadata["location"] = f"{place[0]:+08.4f}{place[1]:+09.4f}/"
        picture = container.add_stream(
            "libx264", rate=30, options={"crf": "20", "preset": "veryfast"}
        )
        picture.width, picture.height, picture.pix_fmt = 1280, 720, "yuv420p"
        sound = container.add_stream("aac", rate=48_000, layout="mono")
        for pixels in _pan(seconds=8, fps=30):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
        for chunk in _tune(seconds=8, rate_hz=48_000):
            container.mux(sound.encode(chunk))
        container.mux(sound.encode(None))


def _pan(seconds: int, fps: int) -> Iterator[NDArray[np.uint8]]:
    source = _source(0).resize((1920, 1280), Image.Resampling.LANCZOS)
    wide = np.clip(_sharpened(source), 0, 255).astype(np.uint8)
    n_frames = seconds * fps
    for n in range(n_frames):
        eased = 0.5 - 0.5 * math.cos(math.pi * n / (n_frames - 1))
        left, top = round(560 * eased), round(280 + 160 * eased)
        yield np.ascontiguousarray(wide[top : top + 720, left : left + 1280])


def _tune(seconds: int, rate_hz: int) -> Iterator[av.AudioFrame]:
    t = np.arange(seconds * rate_hz) / rate_hz
    pitches_hz = np.array([440.0, 554.37, 659.26, 554.37])[(t * 2).astype(int) % 4]
    loudness = 0.2 * np.exp(-3.0 * (t * 2 % 1))
    samples = (loudness * np.sin(2 * np.pi * pitches_hz * t)).astype(np.float32)
    chunk = 1024
    for start in range(0, len(samples), chunk):
        part = np.ascontiguousarray(samples[None, start : start + chunk])
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, start, Fraction(1, rate_hz)
        yield frame


def main() -> None:
    """Write the library into the folder that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--today", type=date.fromisoformat, default=datetime.now().astimezone().date()
    )
    arguments = parser.parse_args()
    make_library(arguments.folder, arguments.today)


if __name__ == "__main__":
    main()
