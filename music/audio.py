"""Sound out of any file that FFmpeg reads: stereo, 48 kHz, float."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError

from music.errors import MusicError
from music.tape import Sound
from music.track import RATE_HZ, Stereo

_PREROLL_S = 0.2
"""Decoders that carry state (MP3, AAC, Opus) are right again within this time of a seek."""
_GAP_S = 0.1
"""Timestamps that jump by more mean lost sound, which must not pull the rest out of time."""
_BROKEN_PACKETS = 50
"""So many packets in a row that cannot be decoded end the reading."""


def read_audio(
    path: Path, *, start_s: float = 0.0, duration_s: float | None = None, rate_hz: int = RATE_HZ
) -> Stereo:
    """Sound of a file or of a span of it.

    Parameters
    ----------
    path : Path
        A music file, or a video with sound.
    start_s : float
        From the start of its picture, where it has one: a track that begins later is shown at
        once, and what sounds before it is not heard.
    duration_s : float, optional
        Silence fills what the file lacks, so that the result has exactly this length.
    rate_hz : int
        Sample rate of the result.

    Returns
    -------
    float32[n, 2]
        Mono on both sides at full level, more channels mixed down.

    Raises
    ------
    MusicError
        If the file cannot be read or has no sound.
    """
    if duration_s is not None:
        out = np.zeros((round(duration_s * rate_hz), 2), np.float32)
        read_into(path, out, start_s=start_s, rate_hz=rate_hz)
        return out
    # Grows in place: joined pieces would be held twice.
    found = bytearray()
    for samples in _pieces(path, start_s, rate_hz):
        found += samples.tobytes()
    return np.frombuffer(found, np.float32).reshape(-1, 2)


def read_into(path: Path, out: Sound, *, start_s: float = 0.0, rate_hz: int = RATE_HZ) -> None:
    """Read sound to where it is kept, as much as fits; as `read_audio`.

    Parameters
    ----------
    out : Sound
        Silent: what the file lacks is left as it is.
    """
    at = 0
    for samples in _pieces(path, start_s, rate_hz):
        end = min(at + len(samples), len(out))
        out[at:end] = samples[: end - at]
        at = end
        if at == len(out):
            break


def header_duration_s(path: Path) -> float:
    """Length that a file's header tells; 0 where it tells none.

    Raises
    ------
    MusicError
        If the file cannot be opened or has no sound.
    """
    with _opened(path) as container:
        return 0.0 if container.duration is None else container.duration / av.time_base


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[InputContainer]:
    """A file that has sound; whatever goes wrong with it inside is told as a `MusicError`."""
    try:
        with av.open(str(path), "r", metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise MusicError(f"{path} has no sound", remedy="use a file that has sound")
            yield container
    except (FFmpegError, OSError) as error:
        raise MusicError(
            f"the sound of {path} cannot be read: {error}", remedy="remove or replace the file"
        ) from error


def _pieces(path: Path, start_s: float, rate_hz: int) -> Iterator[Stereo]:
    """Sound from a time on, piece by piece, without gaps."""
    with _opened(path) as container:
        origin_s = _origin_s(container)
        if start_s > _PREROLL_S:
            container.seek(int((origin_s + start_s - _PREROLL_S) * av.time_base))
        has_begun = False
        for at_s, found in _resampled(container, container.streams.audio[0], rate_hz):
            samples = found
            if not has_begun:
                offset = round((at_s - origin_s - start_s) * rate_hz)
                samples = samples[max(-offset, 0) :]
                if not len(samples):
                    continue
                # Where sound begins later than asked, as in videos whose sound starts late.
                yield np.zeros((max(offset, 0), 2), np.float32)
                has_begun = True
            yield samples


def _origin_s(container: InputContainer) -> float:
    """Stamp from which time is counted: that of the picture, where it is no album's cover."""
    pictures = (s for s in container.streams.video if "attached_pic" not in str(s.disposition))
    stream = next(pictures, container.streams.audio[0])
    if stream.start_time is not None and stream.time_base:
        return float(stream.start_time * stream.time_base)
    return (container.start_time or 0) / av.time_base


def _resampled(
    container: InputContainer, stream: AudioStream, rate_hz: int
) -> Iterator[tuple[float, Stereo]]:
    """Decoded frames at the wanted rate with the time at which each starts."""
    resampler = av.AudioResampler(format="fltp", rate=rate_hz)
    kind: tuple[str, str, int] | None = None
    at_s: float | None = None
    for frame in _frames(container, stream):
        found = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind not in (None, found):
            # Broadcasts switch between stereo and surround; a resampler takes one kind only.
            resampler = av.AudioResampler(format="fltp", rate=rate_hz)
        kind = found
        starts_s = frame.time
        if at_s is None:
            at_s = 0.0 if starts_s is None else starts_s
        elif starts_s is not None and starts_s - at_s > _GAP_S:
            n_missing = round((starts_s - at_s) * rate_hz)
            yield at_s, np.zeros((n_missing, 2), np.float32)
            at_s += n_missing / rate_hz
        for resampled in resampler.resample(frame):
            samples = _stereo(resampled)
            yield at_s, samples
            at_s += len(samples) / rate_hz
    if at_s is not None:
        for resampled in resampler.resample(None):
            yield at_s, _stereo(resampled)


def _frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """Frames of a stream; packets that are damaged are skipped, as players do."""
    n_broken = 0
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            n_broken += 1
            if n_broken > _BROKEN_PACKETS:
                raise
            continue
        n_broken = 0
        yield from frames


def _stereo(frame: AudioFrame) -> Stereo:
    """Samples [n, 2] of a planar frame."""
    planes = np.asarray(frame.to_ndarray(), np.float32)
    if len(planes) == 1:
        planes = np.repeat(planes, 2, axis=0)
    if len(planes) > 2:
        planes = _downmixed(planes, [channel.name for channel in frame.layout.channels])
    return np.ascontiguousarray(planes.T)


def _downmixed(planes: Stereo, names: list[str]) -> Stereo:
    """Left and right of a surround frame after ITU-R BS.775: centre and sides at -3 dB, no LFE."""
    out = np.zeros((2, planes.shape[1]), np.float32)
    for name, plane in zip(names, planes, strict=True):
        if name == "LFE":
            continue
        gain = 1.0 if name in ("FL", "FR") else 0.7071
        for side, letter in enumerate("LR"):
            if name.endswith(letter) or not name.endswith(("L", "R")):
                out[side] += np.float32(gain) * plane
    return out / np.float32(2.0)
