"""The MP4: what players see of it, and what it does not tell."""

import itertools
import stat
import threading
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import av
import numpy as np
import pytest

from composer.render.encode import OURS, MovieFormat, Segment, write_segments
from composer.render.join import join_movie
from composer.render.planes import Planes, filled, to_rgb
from indexer.errors import MissingResourceError
from music.track import RATE_HZ

Stereo = np.ndarray[tuple[int, int], np.dtype[np.float32]]


def make_form(**changes: object) -> MovieFormat:
    values: dict[str, object] = {
        "width": 320,
        "height": 180,
        "fps": 30,
        "title": "Søgne, juli",
        "made_on": date(2024, 7, 18),
    }
    return MovieFormat(**(values | changes))  # type: ignore[arg-type]  # a factory of one's own


def colours(form: MovieFormat, n_frames: int) -> Iterator[Planes]:
    return (filled(form.width, form.height, (index % 256, 90, 60)) for index in range(n_frames))


def sound(form: MovieFormat, n_frames: int) -> Stereo:
    n = round(n_frames * RATE_HZ / form.fps)
    return (0.1 * np.random.default_rng(1).standard_normal((n, 2))).astype(np.float32)


def write(path: Path, form: MovieFormat, n_frames: int, *, cuts: tuple[int, ...] = ()) -> None:
    """A movie of segments, the first of which begin with a frame of `cuts`."""
    frames = list(colours(form, n_frames))
    edges = [0, *cuts, n_frames]
    segments = [
        Segment(path=path.with_name(f"{n}.part.mp4"), frames=frames[first:last])
        for n, (first, last) in enumerate(itertools.pairwise(edges))
    ]
    write_segments(segments, form)
    parts = [segment.path for segment in segments]
    assert join_movie(path, parts, sound(form, n_frames), form) == n_frames
    for part in parts:
        part.unlink()


def one(path: Path, frames: Iterable[Planes]) -> Segment:
    return Segment(path=path, frames=frames)


@pytest.mark.parametrize("cuts", [(), (1, 4, 5, 37)])
@pytest.mark.parametrize("fps", [24, 30, 60])
def test_pictures_and_sound_are_exactly_as_long_as_planned(
    tmp_path: Path, fps: int, cuts: tuple[int, ...]
) -> None:
    form, n_frames = make_form(fps=fps), 100
    path = tmp_path / "movie.mp4"

    write(path, form, n_frames, cuts=cuts)

    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert video.frames == n_frames
        assert video.average_rate == fps
        times = [frame.time for frame in container.decode(video)]
        assert np.diff(np.array(times, float)) == pytest.approx(1 / fps, abs=1e-6)
        assert audio.duration is not None
        assert audio.time_base is not None
        assert float(audio.duration * audio.time_base) == pytest.approx(n_frames / fps, abs=0.02)


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (720, 720)])
def test_stream_is_tagged_as_what_it_is(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "movie.mp4"

    write(path, make_form(width=size[0], height=size[1]), 10)

    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert (context.width, context.height) == size
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
        assert (context.color_primaries, context.color_trc, context.colorspace) == (1, 1, 1)
        assert context.color_range == 1
        assert container.streams.audio[0].codec_context.sample_rate == RATE_HZ


def test_colours_survive_the_encoder(tmp_path: Path) -> None:
    form = make_form()
    path = tmp_path / "movie.mp4"

    write(path, form, 200, cuts=(77, 149, 151))

    with av.open(str(path)) as container:
        decoded = [
            Planes(np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8))
            for frame in container.decode(video=0)
        ]
    assert len(decoded) == 200
    np.testing.assert_allclose(to_rgb(decoded[150])[90, 160], (150, 90, 60), atol=6)


def test_file_tells_title_date_and_maker_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "movie.mp4"

    write(path, make_form(), 10)

    with av.open(str(path)) as container:
        told = {
            key: value
            for key, value in container.metadata.items()
            if key not in {"major_brand", "minor_version", "compatible_brands"}
        }
    assert told == {"title": "Søgne, juli", "date": "2024-07-18", "comment": OURS}


def test_segment_is_for_its_owner_alone(tmp_path: Path) -> None:
    form = make_form()

    write_segments([one(tmp_path / "s.mp4", colours(form, 5))], form)

    assert stat.S_IMODE((tmp_path / "s.mp4").stat().st_mode) == 0o600


def test_index_comes_before_the_pictures(tmp_path: Path) -> None:
    path = tmp_path / "movie.mp4"

    write(path, make_form(), 30)

    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_same_frames_give_the_same_file(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        write(tmp_path / name, make_form(), 60)

    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_place_that_cannot_be_written_is_an_error_and_leaves_no_thread(tmp_path: Path) -> None:
    form = make_form()

    with pytest.raises(MissingResourceError, match="No such file") as caught:
        write_segments([one(tmp_path / "absent" / "s.mp4", colours(form, 50))], form)

    assert "absent" in caught.value.remedy
    assert [thread.name for thread in threading.enumerate() if thread.name == "encoder"] == []


def test_frame_that_cannot_be_encoded_is_an_error_and_not_a_shorter_movie(tmp_path: Path) -> None:
    form = make_form()
    frames = [*colours(form, 5), Planes(np.zeros((271, 320), np.uint8)), *colours(form, 5)]

    with pytest.raises(ValueError, match=r"\(271, 320\)"):
        write_segments([one(tmp_path / "s.mp4", frames)], form)

    assert list(tmp_path.iterdir()) == []


def test_stop_from_outside_ends_the_encoder(tmp_path: Path) -> None:
    form = make_form()
    calls = []

    def checkpoint() -> None:
        calls.append(1)
        if len(calls) == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_segments([one(tmp_path / "s.mp4", colours(form, 500))], form, checkpoint=checkpoint)

    assert [thread.name for thread in threading.enumerate() if thread.name == "encoder"] == []
