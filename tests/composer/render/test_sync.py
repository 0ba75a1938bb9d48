"""A flash and a click, together to the end of a long movie."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import av
import numpy as np

from composer.render.encode import MovieFormat, Segment, write_segments
from composer.render.join import join_movie
from composer.render.planes import Planes, filled
from music.audio import read_audio
from music.track import RATE_HZ

SECONDS = 100
FPS = 30
CLAPS_S = (1, 40, 70, 99)
EDGES = (0, 7 * FPS, 41 * FPS, 90 * FPS + 11, SECONDS * FPS)


def pictures(first: int, last: int) -> Iterator[Planes]:
    dark, light = (filled(64, 36, (level, level, level)) for level in (16, 235))
    claps = {second * FPS for second in CLAPS_S}
    return (light if number in claps else dark for number in range(first, last))


def flashes_s(path: Path) -> list[float]:
    with av.open(str(path), "r") as container:
        return [
            float(frame.time or 0.0)
            for frame in container.decode(video=0)
            if np.asarray(frame.to_ndarray(format="gray")).mean() > 128
        ]


def clicks_s(path: Path) -> list[float]:
    level = np.abs(read_audio(path)[:, 0])
    return [
        (np.argmax(level[second * RATE_HZ - 4000 : second * RATE_HZ + 4000]) - 4000) / RATE_HZ
        + second
        for second in CLAPS_S
    ]


def test_picture_and_sound_are_together_to_the_end_of_a_hundred_seconds(tmp_path: Path) -> None:
    form = MovieFormat(width=64, height=36, fps=FPS, title="clap", made_on=date(2024, 7, 18))
    parts = [tmp_path / f"{first}.part.mp4" for first in EDGES[:-1]]
    spans = zip(parts, EDGES[:-1], EDGES[1:], strict=True)
    samples = np.zeros((SECONDS * RATE_HZ, 2), np.float32)
    for second in CLAPS_S:
        samples[second * RATE_HZ : second * RATE_HZ + 5] = 0.9

    write_segments([Segment(path=p, frames=pictures(a, b)) for p, a, b in spans], form)
    path = tmp_path / "clap.mp4"
    join_movie(path, parts, samples, form)

    seen, heard = np.array(flashes_s(path)), np.array(clicks_s(path))
    assert seen.size == len(CLAPS_S)
    assert np.abs(seen - heard).max() < 0.005
    assert np.abs(seen - CLAPS_S).max() < 0.005
