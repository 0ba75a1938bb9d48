"""Seeing a video by few of its frames, within a budget of work.

A decoder's time is foretold from sizes: pixels, and bytes of the packet. Where key frames are
dense enough, only they are decoded, each with two successors for the camera's motion. Elsewhere
frames are decoded in a row, as many as the budget pays; then the rest of the group is skipped.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import av
import numpy as np
from av.container.input import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from indexer.media.container import frame_time_s, open_container, picture_stream
from indexer.media.frames import Grey8, small_grey
from indexer.media.motion import GREY_WIDTH_PX, N_FRAMES, Motion, motion_of

# PyAV's class takes its parameter for type checkers only.
_Packet: TypeAlias = "Packet[VideoStream]"

# One thread, HEVC at 4K and 2 to 45 Mbit/s: 17 to 60 ms a frame, 90 to 200 ms a key frame.
_S_PER_MPX, _S_PER_MB = 0.002, 0.15
_KEY_S_PER_MPX, _KEY_S_PER_MB = 0.009, 0.09
# Frames that others refer to have about so many times the mean frame's bytes.
_REFERENCE_SHARE = 2.0
# Decoding may take this much of a second of video; scaling and measuring take 0.03 s more of the
# 0.2 s that are promised.
_BUDGET_S_PER_S = 0.13
# So much of a clip's budget may be spent at once: a short clip is looked at whole.
_AHEAD_S = 10.0
# Key frames closer than this many sampling steps are as good as any frames.
_DENSE_STEPS = 1.5
# Up to here they are still better than decoding all between them beyond the budget.
_SPARSE_STEPS = 4.0
_LOOKAHEAD_PACKETS = 400
_MAX_DAMAGED_PACKETS = 60
# A key frame and what two successors take: with B frames the second packet is the farthest.
_MAX_BURST_PACKETS = 4
# A key frame this part of a step before its time will do.
_EARLY = 0.25
# Reading on is cheaper than seeking up to here.
_SEEK_WORTH_S = 8.0


@dataclass(slots=True)
class Sample:
    """A decoded frame and what its successors tell of the motion."""

    time_s: float
    frame: av.VideoFrame
    greys: list[Grey8]
    times_s: list[float]

    @property
    def motion(self) -> Motion | None:
        """Motion from this frame on, if more of them were decoded."""
        return motion_of(self.greys, self.times_s)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What the first packets of a stream tell about its key frames."""

    key_interval_s: float
    packets_per_s: float
    mean_mb: float

    def needs_run(self, every_s: float, frame_mpx: float) -> bool:
        """Whether frames between the key frames have to be decoded."""
        if self.key_interval_s <= _DENSE_STEPS * every_s:
            return False
        is_cheap = self.row_cost_s(frame_mpx) <= _BUDGET_S_PER_S
        return is_cheap or self.key_interval_s > _SPARSE_STEPS * every_s

    def row_cost_s(self, frame_mpx: float) -> float:
        """What decoding all frames of a second takes."""
        return self.packets_per_s * (_S_PER_MPX * frame_mpx + _S_PER_MB * self.mean_mb)


def read_rhythm(path: Path, start_byte: int) -> Rhythm:
    """Look at the first packets without decoding them."""
    times: list[float] = []
    keys: list[float] = []
    n_bytes = 0
    with open_container(path, start_byte) as container:
        stream = picture_stream(container)
        for packet in container.demux(stream):
            at = _packet_s(packet)
            if at is None:
                continue
            times.append(at)
            n_bytes += packet.size
            if packet.is_keyframe:
                keys.append(at)
            if len(times) >= _LOOKAHEAD_PACKETS:
                break
    span_s = max(max(times) - min(times), 1e-3) if times else 1.0
    intervals = [b - a for a, b in pairwise(sorted(keys))]
    return Rhythm(
        key_interval_s=float(np.median(intervals)) if intervals else math.inf,
        packets_per_s=len(times) / span_s,
        mean_mb=n_bytes / 1e6 / max(1, len(times)),
    )


@dataclass(slots=True)
class Sampler:
    """Walks a stream once; holds the decoder's state, the open sample and the budget."""

    container: InputContainer
    stream: VideoStream
    rhythm: Rhythm
    every_s: float
    duration_s: float
    start_s: float
    _in_row: bool = False
    _due_s: float = 0.0
    _spent_s: float = 0.0
    _is_decoding: bool = False
    _may_seek: bool = True
    _n_damaged: int = 0
    _n_fed: int = 0
    _n_closed: int = 0
    _open: Sample | None = None
    _done: list[Sample] = field(default_factory=list)

    def samples(self) -> Iterator[Sample]:
        """Frames at about every step, in order of time."""
        self._in_row = self.rhythm.needs_run(self.every_s, self._frame_mpx)
        for packet, now_s in self._packets():
            if self._is_decoding or self._is_worth_starting(packet, now_s):
                self._feed(packet)
                if self._is_finished(now_s):
                    self._stop()
            yield from self._take_done()
            if self._n_damaged > _MAX_DAMAGED_PACKETS:
                break
        self._stop()
        yield from self._take_done()

    @property
    def _is_cheap(self) -> bool:
        return self.rhythm.row_cost_s(self._frame_mpx) <= _BUDGET_S_PER_S

    @property
    def _frame_mpx(self) -> float:
        return self.stream.codec_context.width * self.stream.codec_context.height / 1e6

    def _packets(self) -> Iterator[tuple[_Packet, float]]:
        """Packets and their times, less those that a seek to the next step passes over."""
        left_at_s = -math.inf
        is_behind = True
        while is_behind:
            is_behind = False
            for packet in self.container.demux(self.stream):
                at = _packet_s(packet)
                if at is None:
                    continue
                now_s = at - self.start_s
                # A seek that does not lead on would not the next time: there is no good index.
                self._may_seek &= now_s > left_at_s
                yield packet, now_s
                if self._is_far(now_s):
                    is_behind = True
                    left_at_s = now_s
                    break
            if is_behind:
                time_base = self.stream.time_base or Fraction(1, 90_000)
                stamp = int((self._wanted_s + self.start_s) / time_base)
                self.container.seek(stamp, stream=self.stream)

    @property
    def _wanted_s(self) -> float:
        """From here on a key frame will do for the next step."""
        return self._due_s - _EARLY * self.every_s

    def _is_far(self, now_s: float) -> bool:
        group_s = min(self.rhythm.key_interval_s, _SEEK_WORTH_S)
        is_ahead = self._wanted_s - now_s > _SEEK_WORTH_S + group_s
        return (
            self._may_seek
            and is_ahead
            and not self._is_decoding
            and self._wanted_s < self.duration_s
        )

    def _is_worth_starting(self, packet: _Packet, now_s: float) -> bool:
        if self._n_fed == 0:
            return True  # some streams begin with a recovery point that is not marked as key
        is_due = self._in_row or now_s >= self._wanted_s
        return packet.is_keyframe and is_due and self._key_cost_s(packet) <= self._left_s(now_s)

    def _left_s(self, now_s: float) -> float:
        return _BUDGET_S_PER_S * max(min(self.duration_s, _AHEAD_S), now_s) - self._spent_s

    def _key_cost_s(self, packet: _Packet) -> float:
        return _KEY_S_PER_MPX * self._frame_mpx + _KEY_S_PER_MB * packet.size / 1e6

    def _feed(self, packet: _Packet) -> None:
        if not self._is_decoding:
            self._is_decoding, self._n_fed, self._n_closed = True, 0, 0
        self._n_fed += 1
        context = self.stream.codec_context
        # A picture to which no other refers is wanted all the same if it is the only one.
        context.skip_frame = "DEFAULT" if self._is_cheap or packet.is_keyframe else "NONREF"
        try:
            frames = context.decode(packet)
        except av.FFmpegError:
            self._n_damaged += 1
            return
        if packet.is_keyframe:
            self._spent_s += self._key_cost_s(packet)
        for frame in frames:
            self._accept(frame)

    def _is_finished(self, now_s: float) -> bool:
        if self._left_s(now_s) <= 0:
            return True
        return not self._in_row and (self._n_closed > 0 or self._n_fed >= _MAX_BURST_PACKETS)

    def _stop(self) -> None:
        """Take what is still in the decoder, and make it ready for another key frame."""
        context = self.stream.codec_context
        try:
            for frame in context.decode(None):
                self._accept(frame)
        except av.FFmpegError:
            self._n_damaged += 1
        context.flush_buffers()
        self._is_decoding = False
        self._close()

    def _accept(self, frame: av.VideoFrame) -> None:
        if not frame.key_frame:
            # Frames that nothing refers to are skipped on the way: they do not come out, and what
            # does is larger than the mean.
            frame_mb = self.rhythm.mean_mb * (1 if self._is_cheap else _REFERENCE_SHARE)
            self._spent_s += _S_PER_MPX * self._frame_mpx + _S_PER_MB * frame_mb
        stamp_s = frame_time_s(frame, self.stream)
        if stamp_s is None:
            return
        at_s = stamp_s - self.start_s
        if self._open is not None:
            grey = small_grey(frame, GREY_WIDTH_PX)
            if grey.shape == self._open.greys[0].shape:
                self._open.greys.append(grey)
                self._open.times_s.append(at_s)
            if len(self._open.greys) >= N_FRAMES:
                self._close()
        elif at_s >= self._due_s - _EARLY * self.every_s * frame.key_frame:
            self._open = Sample(at_s, frame, [small_grey(frame, GREY_WIDTH_PX)], [at_s])
            self._due_s = (math.floor(at_s / self.every_s + _EARLY) + 1) * self.every_s

    def _close(self) -> None:
        if self._open is not None:
            self._done.append(self._open)
            self._n_closed += 1
        self._open = None

    def _take_done(self) -> Iterator[Sample]:
        yield from self._done
        self._done.clear()


def _packet_s(packet: _Packet) -> float | None:
    """Time of a packet; None for the empty one that ends a stream."""
    stamp = packet.pts if packet.pts is not None else packet.dts
    if stamp is None or not packet.size or packet.time_base is None:
        return None
    return float(stamp * packet.time_base)
