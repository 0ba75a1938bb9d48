"""Encoders: what a machine lists and what works are two things."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from composer.render.encode import MovieFormat, Segment, write_segments
from composer.render.encoders import HARDWARE, choose_encoder, is_proven
from composer.render.join import join_movie
from composer.render.planes import Planes, filled
from composer.storyboard.canvas import Canvas, Codec

SMALL = Canvas(width=320, height=180, fps=30)


def shades(first: int, last: int) -> Iterator[Planes]:
    return (filled(320, 180, (2 * n, 90, 60)) for n in range(first, last))


@pytest.mark.parametrize("name", ["libx264", "libx265"])
def test_software_is_proven_at_every_size(name: str) -> None:
    assert is_proven(name, SMALL)
    assert is_proven(name, Canvas(width=180, height=320, fps=24))


def test_an_encoder_that_there_is_not_or_that_gives_other_pictures_is_not_proven() -> None:
    assert not is_proven("h264_from_nowhere", SMALL)
    assert not is_proven("gif", SMALL)


@pytest.mark.parametrize("codec", list(Codec))
def test_hardware_is_used_only_where_it_works(codec: Codec) -> None:
    software = choose_encoder(codec, SMALL, hardware=False)
    found = choose_encoder(codec, SMALL, hardware=True)

    assert software == {"h264": "libx264", "hevc": "libx265"}[codec]
    working = [n for n in HARDWARE[codec] if n in av.codecs_available and is_proven(n, SMALL)]
    assert found == [*working, software][0]


def test_a_movie_in_hevc_has_every_frame_at_its_time_and_apples_tag(tmp_path: Path) -> None:
    form = MovieFormat(
        width=320, height=180, fps=30, title="t", made_on=date(2024, 7, 18), encoder="libx265"
    )
    cuts = [0, 1, 3, 7, 40, 41, 100]
    segments = [Segment(path=tmp_path / f"{a}.mp4", frames=shades(a, b)) for a, b in pairwise(cuts)]
    path = tmp_path / "movie.mp4"

    write_segments(segments, form)
    join_movie(path, [one.path for one in segments], np.zeros((160_000, 2), np.float32), form)

    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        times = [frame.time for frame in container.decode(video=0)]
    assert (context.name, context.codec_tag, context.color_primaries) == ("hevc", "hvc1", 1)
    assert len(times) == 100
    assert np.diff(np.array(times, float)) == pytest.approx(1 / 30, abs=1e-6)
