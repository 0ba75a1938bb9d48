import os
import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.errors import UnreadableMediaError
from indexer.media.frames import display_size
from indexer.media.orientation import turned
from indexer.media.video import probe_video, read_clip, sample_frames

Picture = NDArray[np.uint8]
MakeClip = Callable[..., Path]
Corners = Callable[[Picture], list[str]]
Ramp = Callable[[int], list[Picture]]

# Display matrices (a, b, c, d) that bring upright what lies as each EXIF orientation says.
MATRICES = {
    1: (1, 0, 0, 1), 2: (-1, 0, 0, 1), 3: (-1, 0, 0, -1), 4: (1, 0, 0, -1),
    5: (0, 1, 1, 0), 6: (0, 1, -1, 0), 7: (0, -1, -1, 0), 8: (0, -1, 1, 0),
}  # fmt: skip
INVERSE = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}


def number_of(picture: Picture) -> float:
    """Which frame of a ramp this is."""
    return (float(picture.mean()) - 20) / 2


def set_matrix(path: Path, matrix: tuple[int, int, int, int]) -> None:
    """Write a display matrix into the first track header of an MP4."""
    data = bytearray(path.read_bytes())
    at = data.find(b"tkhd") + 4 + 40
    a, b, c, d = (value * 65536 for value in matrix)
    data[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(bytes(data))


def test_headers_tell_size_length_rate_and_sound(make_clip: MakeClip, ramp_frames: Ramp) -> None:
    tone = np.sin(np.arange(48_000 * 3) / 20).astype(np.float32)
    path = make_clip(ramp_frames(30), sound=tone)

    info = probe_video(path)

    assert (info.width, info.height, info.codec) == (96, 64, "h264")
    assert info.duration_s == pytest.approx(3.0)
    assert info.fps == pytest.approx(10.0)
    assert info.has_audio
    assert info.container_tags["major_brand"] == "isom"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned_and_mirrored_videos_are_shown_upright(
    orientation: int, make_clip: MakeClip, quarters: Picture, corners: Corners
) -> None:
    path = make_clip([turned(quarters, INVERSE[orientation])] * 5)
    set_matrix(path, MATRICES[orientation])

    info = probe_video(path)
    sampled = next(sample_frames(path, every_s=1.0, max_side_px=96)).pixels
    played = next(read_clip(path, start_s=0.0, duration_s=0.2, fps=10, max_side_px=96))

    assert (info.width, info.height) == (96, 64)
    assert corners(sampled) == ["R", "G", "B", "W"]
    assert corners(played) == ["R", "G", "B", "W"]


@pytest.mark.parametrize(
    ("codec", "pix_fmt", "name"),
    [
        ("libx264", "yuv420p", "a.mp4"),
        ("libx264", "yuv422p", "a.mkv"),
        ("libx264", "yuv444p", "a.mov"),
        ("mjpeg", "yuvj420p", "a.mov"),
        ("ffv1", "yuv420p10le", "a.mkv"),
        ("qtrle", "rgb24", "a.mov"),
        ("mpeg4", "yuv420p", "a.avi"),
    ],
)
def test_colours_survive_every_pixel_format(
    codec: str, pix_fmt: str, name: str, make_clip: MakeClip
) -> None:
    colour = np.array([200, 120, 60], np.uint8)
    path = make_clip([np.broadcast_to(colour, (64, 96, 3)).copy()] * 4, name, codec=codec,
                     pix_fmt=pix_fmt, fps=25)  # fmt: skip

    pixels = next(sample_frames(path, every_s=1.0, max_side_px=96)).pixels

    assert np.abs(pixels.astype(int) - colour).max() <= 4


@pytest.mark.parametrize("keys_every", [1, 5, 10, 250])
def test_samples_lie_about_a_step_apart(
    keys_every: int, make_clip: MakeClip, ramp_frames: Ramp
) -> None:
    path = make_clip(ramp_frames(60), keys_every=keys_every)

    frames = list(sample_frames(path, every_s=1.0, max_side_px=96))

    assert len(frames) in {6, 7}
    for n, frame in enumerate(frames):
        assert frame.time_s == pytest.approx(n, abs=0.3)
        assert number_of(frame.pixels) == pytest.approx(frame.time_s * 10, abs=1)


def test_samples_know_how_the_camera_moves(make_clip: MakeClip) -> None:
    scene = np.random.default_rng(5).integers(0, 255, (30, 60), np.uint8)
    wide = np.kron(scene, np.ones((8, 8), np.uint8))[..., None].repeat(3, axis=2)
    path = make_clip([wide[:160, 6 * n : 6 * n + 240] for n in range(20)])

    motion = next(sample_frames(path, every_s=1.0, max_side_px=240)).motion

    assert motion is not None
    assert motion.pan_per_s == pytest.approx(6 * 10 / 240, rel=0.1)
    assert motion.shake < 0.004


def test_sampling_a_long_clip_seeks_to_the_steps(make_clip: MakeClip, ramp_frames: Ramp) -> None:
    path = make_clip(ramp_frames(100), fps=1, keys_every=5)

    frames = list(sample_frames(path, every_s=40.0, max_side_px=96))

    assert [round(frame.time_s) for frame in frames] == [0, 30, 70]
    assert [round(number_of(frame.pixels)) for frame in frames] == [0, 30, 70]


@pytest.mark.parametrize("start_s", [0.0, 0.95, 2.5, 4.0])
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_clip_shows_what_a_player_shows(
    start_s: float, name: str, make_clip: MakeClip, ramp_frames: Ramp
) -> None:
    path = make_clip(ramp_frames(60), name, keys_every=20)

    frames = list(read_clip(path, start_s=start_s, duration_s=1.0, fps=30, max_side_px=96))

    assert len(frames) == 30
    for n, picture in enumerate(frames):
        assert number_of(picture) == pytest.approx(int((start_s + n / 30) * 10 + 1e-6), abs=0.6)


def test_clip_that_runs_past_the_end_repeats_the_last_frame(
    make_clip: MakeClip, ramp_frames: Ramp
) -> None:
    path = make_clip(ramp_frames(20))

    frames = list(read_clip(path, start_s=1.5, duration_s=2.0, fps=10, max_side_px=96))

    assert len(frames) == 20
    assert [round(number_of(p)) for p in frames] == [15, 16, 17, 18] + [19] * 16


def test_clip_far_behind_the_end_shows_the_last_frame(
    make_clip: MakeClip, ramp_frames: Ramp
) -> None:
    path = make_clip(ramp_frames(20))

    frames = list(read_clip(path, start_s=60.0, duration_s=0.5, fps=10, max_side_px=96))

    assert [round(number_of(p)) for p in frames] == [19] * 5


def test_video_behind_a_photo_is_read_from_its_byte(
    make_clip: MakeClip, ramp_frames: Ramp, tmp_path: Path
) -> None:
    photo = b"\xff\xd8\xff" + bytes(5000)
    path = tmp_path / "motion.jpg"
    path.write_bytes(photo + make_clip(ramp_frames(20)).read_bytes())

    info = probe_video(path, start_byte=len(photo))
    sampled = list(sample_frames(path, every_s=1.0, max_side_px=96, start_byte=len(photo)))
    played = list(
        read_clip(path, start_s=1, duration_s=0.3, fps=10, max_side_px=96, start_byte=len(photo))
    )

    assert info.duration_s == pytest.approx(2.0)
    assert len(sampled) == 2
    assert [round(number_of(p)) for p in played] == [10, 11, 12]


def test_name_that_is_not_utf8_is_opened(make_clip: MakeClip, ramp_frames: Ramp) -> None:
    clip = make_clip(ramp_frames(5))
    path = Path(os.fsdecode(os.fsencode(clip.parent) + b"/caf\xe9.mp4"))
    clip.rename(path)

    assert probe_video(path).width == 96
    assert next(sample_frames(path, every_s=1.0, max_side_px=96)).time_s == 0


def test_length_that_cannot_be_true_is_measured(make_clip: MakeClip, ramp_frames: Ramp) -> None:
    path = make_clip(ramp_frames(20))
    data = bytearray(path.read_bytes())
    for name, offset in ((b"mvhd", 16), (b"mdhd", 16)):
        at = data.find(name) + 4 + offset
        data[at : at + 4] = struct.pack(">I", 0x7FFFFFFF)
    path.write_bytes(bytes(data))

    assert probe_video(path).duration_s == pytest.approx(2.0, abs=0.2)


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w") as container:
        track = container.add_stream("aac", rate=48_000)
        assert isinstance(track, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 48_000
        container.mux(track.encode(frame))
        container.mux(track.encode())

    with pytest.raises(UnreadableMediaError, match="sound without a picture"):
        probe_video(path)


def test_unknown_code_is_told(make_clip: MakeClip, ramp_frames: Ramp) -> None:
    path = make_clip(ramp_frames(5))
    path.write_bytes(path.read_bytes().replace(b"avc1\0", b"zzzz\0"))

    with pytest.raises(UnreadableMediaError, match="cannot be decoded"):
        probe_video(path)


def test_playlist_is_not_followed(tmp_path: Path, make_clip: MakeClip, ramp_frames: Ramp) -> None:
    clip = make_clip(ramp_frames(5))
    path = tmp_path / "list.mp4"
    path.write_text(f"#EXTM3U\n#EXTINF:10,\n{clip}\n#EXT-X-ENDLIST\n")

    with pytest.raises(UnreadableMediaError, match="not a video"):
        probe_video(path)


def test_clip_cut_off_in_its_index_is_unreadable(make_clip: MakeClip, ramp_frames: Ramp) -> None:
    path = make_clip(ramp_frames(20))
    path.write_bytes(path.read_bytes()[:-400])

    with pytest.raises(UnreadableMediaError, match="damaged video"):
        probe_video(path)


def test_damaged_packets_are_passed_over(make_clip: MakeClip, ramp_frames: Ramp) -> None:
    noise = np.random.default_rng(1).integers(0, 40, (64, 96, 3), np.uint8)
    path = make_clip([frame + noise for frame in ramp_frames(40)], keys_every=10)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 2000] = bytes(2000)
    path.write_bytes(bytes(data))

    frames = list(sample_frames(path, every_s=1.0, max_side_px=96))

    assert len(frames) >= 2


@given(st.integers(1, 8000), st.integers(1, 8000), st.fractions(0, 10))
def test_only_clearly_oblong_pixels_change_the_size(
    width: int, height: int, aspect: Fraction
) -> None:
    shown = display_size(width, height, aspect)

    assert shown[1] == height
    assert shown == (width, height) or not 0.87 < aspect < 1.15
