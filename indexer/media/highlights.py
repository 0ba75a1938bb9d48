"""The good seconds of a video: steady, sharp, and with something to see or to hear.

A frame is judged against its own clip: what is sharp in a dim room would be blurred by the sea.
Spans begin and end at frames that were seen to be good, never in between, so that what was not
looked at is not promised.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.media.motion import Motion
from indexer.media.orientation import shrunk
from indexer.media.sound import WINDOW_S
from indexer.media.video import VideoFrame

MIN_S, MAX_S = 2.0, 15.0
_MEASURE_PX = 320
# Of the sharpest quarter's sharpness.
_SHARP_ENOUGH = 0.45
# A hand holding a phone jolts by a thousandth of the width from frame to frame, a walk by five.
_SHAKY = 0.012
# Red's table of panning speeds allows a seventh of the width a second; a swing round is five times.
_FASTEST_PAN_PER_S = 0.7
_DARKEST, _FLATTEST = 0.05, 0.015
# Bhattacharyya distance of colours: within a shot mostly under 0.3 from second to second.
_CUT_DISTANCE = 0.6
# Two views of one room have its colours, so what stands where is compared, too: small greys without
# what is broader than a few of their pixels.
_STRUCTURE_PX = (64, 36)
_FINE_PX = 3.0
# Correlation at the best of all shifts up to half a width. Of pictures of places, halves as two
# views: under it 91 % of the cuts, 1 % of moved and enlarged frames, 3 % where somebody walks by.
_CUT_LIKENESS = 0.4
# Of waves, crowds and samples that lie far apart, structure tells nothing: most seconds are unlike.
_USUAL_LIKENESS = 0.55
# Faster pans leave no half of a frame to compare with the next second's.
_PAN_PER_S = 0.3
# A pause in the sampling of so many steps is unknown ground.
_GAP_STEPS = 2.5
# One highlight for every started stretch of this length.
_STRETCH_S = 20.0
_UNPROVEN = 0.7
# What a lively half second is louder than the clip as a whole.
_LIVELY_DB = 10.0
_LIVELY_CHANGE = 0.06
_ENOUGH_FACES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight:
    """A span worth showing."""

    start_s: float
    end_s: float
    score: float
    """0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrameMeasure:
    """What is kept of a frame until the whole clip is judged."""

    time_s: float
    sharpness: float
    """Of this size and contrast; to be compared within a clip only."""
    brightness: float
    """Mean, 0 to 1."""
    contrast: float
    """Standard deviation, 0 to 0.5."""
    colours: NDArray[np.float32]
    """Histogram of hue, saturation and value, one row."""
    structure: NDArray[np.float32]
    """What stands where: a small grey picture without its broad lights and shadows."""
    n_faces: int
    motion: Motion | None


def measure_frame(frame: VideoFrame, *, n_faces: int) -> FrameMeasure:
    """Measure a sampled frame, so that its pixels can be let go."""
    small = shrunk(frame.pixels, _MEASURE_PX)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    contrast = float(grey.std())
    hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)
    colours = cv2.calcHist([hsv], [0, 1, 2], None, [12, 4, 4], [0, 180, 0, 256, 0, 256])
    tiny = cv2.resize(grey, _STRUCTURE_PX, interpolation=cv2.INTER_AREA)
    return FrameMeasure(
        time_s=frame.time_s,
        sharpness=float(np.abs(cv2.Laplacian(grey, cv2.CV_32F)).mean()) / (contrast + 0.02),
        brightness=float(grey.mean()),
        contrast=contrast,
        colours=np.asarray(colours / colours.sum(), np.float32).ravel(),
        structure=np.asarray(tiny - cv2.GaussianBlur(tiny, (0, 0), _FINE_PX), np.float32),
        n_faces=n_faces,
        motion=frame.motion,
    )


def find_highlights(
    frames: Sequence[FrameMeasure], *, duration_s: float, loudness_db: Sequence[float]
) -> tuple[Highlight, ...]:
    """Choose the good spans of a clip.

    Parameters
    ----------
    frames : sequence of FrameMeasure
        In order of time.
    loudness_db : sequence of float
        As :func:`indexer.media.sound.read_loudness` gives it; empty without sound.

    Returns
    -------
    tuple of Highlight
        Each of 2 to 15 seconds within one shot, apart from each other, in order of time; one for
        every started 20 seconds of the clip at most. Empty if nothing is good enough.
    """
    if not frames or duration_s < MIN_S:
        return ()
    good = _are_good(frames)
    worth = _worth(frames, loudness_db)
    runs = _runs(frames, good)
    spans = [_span(frames, run, duration_s) for run in runs]
    found = [
        highlight
        for run, (start_s, end_s) in zip(runs, spans, strict=True)
        for highlight in _within(frames, worth, run, start_s, end_s)
    ]
    if not found and all(good):
        # Too few frames were looked at to prove a span, and none of them was bad.
        end_s = min(duration_s, MAX_S)
        found = [Highlight(start_s=0.0, end_s=end_s, score=_UNPROVEN * float(worth.mean()))]
    most = int(duration_s // _STRETCH_S) + 1
    best = sorted(found, key=lambda h: (-h.score, h.start_s))[:most]
    return tuple(sorted(best, key=lambda h: h.start_s))


def _are_good(frames: Sequence[FrameMeasure]) -> list[bool]:
    sharp_enough = _SHARP_ENOUGH * _sharp_level(frames)
    return [
        frame.sharpness >= sharp_enough
        and frame.brightness > _DARKEST
        and frame.contrast > _FLATTEST
        and (frame.motion is None or _is_steady(frame.motion))
        for frame in frames
    ]


def _sharp_level(frames: Sequence[FrameMeasure]) -> float:
    return float(np.percentile([frame.sharpness for frame in frames], 75))


def _is_steady(motion: Motion) -> bool:
    return motion.shake < _SHAKY and motion.pan_per_s < _FASTEST_PAN_PER_S


def _worth(frames: Sequence[FrameMeasure], loudness_db: Sequence[float]) -> NDArray[np.float64]:
    """How much each frame is worth seeing, 0 to 1."""
    level = max(_sharp_level(frames), 1e-6)
    usual_db = float(np.median(loudness_db)) if loudness_db else 0.0
    worth = []
    for frame in frames:
        steady, lively = 0.5, 0.0
        if frame.motion is not None:
            steady = 1 - min(1.0, frame.motion.shake / _SHAKY)
            lively = min(1.0, frame.motion.activity / _LIVELY_CHANGE)
        heard = 0.0
        if loudness_db:
            window = min(int(frame.time_s / WINDOW_S), len(loudness_db) - 1)
            heard = float(np.clip((loudness_db[window] - usual_db) / _LIVELY_DB, 0, 1))
        sharp = min(1.0, frame.sharpness / level)
        seen = min(1.0, frame.n_faces / _ENOUGH_FACES)
        worth.append(0.25 * sharp + 0.25 * steady + 0.25 * seen + 0.15 * lively + 0.1 * heard)
    return np.array(worth)


def _runs(frames: Sequence[FrameMeasure], good: Sequence[bool]) -> list[range]:
    """Longest rows of good frames of one shot without unknown ground between them."""
    steps = [b.time_s - a.time_s for a, b in pairwise(frames)]
    longest_s = _GAP_STEPS * float(np.median(steps)) if steps else 0.0
    cuts = _cuts(frames)
    runs: list[range] = []
    first: int | None = None
    for n in range(len(frames)):
        is_apart = n > 0 and (cuts[n - 1] or steps[n - 1] > longest_s)
        if first is not None and (not good[n] or is_apart):
            runs.append(range(first, n))
            first = None
        if good[n] and first is None:
            first = n
    if first is not None:
        runs.append(range(first, len(frames)))
    return runs


def _cuts(frames: Sequence[FrameMeasure]) -> list[bool]:
    """Whether a cut lies between each frame and the next."""
    likeness = [_likeness(a.structure, b.structure) for a, b in pairwise(frames)]
    tells = bool(likeness) and float(np.median(likeness)) >= _USUAL_LIKENESS
    return [
        cv2.compareHist(a.colours, b.colours, cv2.HISTCMP_BHATTACHARYYA) >= _CUT_DISTANCE
        or (tells and alike < _CUT_LIKENESS and not (_is_panned(a) or _is_panned(b)))
        for (a, b), alike in zip(pairwise(frames), likeness, strict=True)
    ]


def _likeness(before: NDArray[np.float32], after: NDArray[np.float32]) -> float:
    """Correlation of a half of one structure with the other, wherever it is largest."""
    width, height = _STRUCTURE_PX
    halves = (before[4 : height - 4, x : x + width // 2] for x in (0, width // 4, width // 2))
    return max(float(cv2.matchTemplate(after, h, cv2.TM_CCOEFF_NORMED).max()) for h in halves)


def _is_panned(frame: FrameMeasure) -> bool:
    return frame.motion is not None and frame.motion.pan_per_s > _PAN_PER_S


def _span(frames: Sequence[FrameMeasure], run: range, duration_s: float) -> tuple[float, float]:
    """From the first good frame to the last, or to the end of the clip if that is near."""
    start_s, end_s = frames[run.start].time_s, frames[run.stop - 1].time_s
    if run.stop == len(frames) and len(frames) > 1:
        step_s = end_s - frames[run.stop - 2].time_s
        if duration_s - end_s <= 1.5 * step_s:
            end_s = duration_s
    return start_s, end_s


def _within(
    frames: Sequence[FrameMeasure],
    worth: NDArray[np.float64],
    run: range,
    start_s: float,
    end_s: float,
) -> list[Highlight]:
    """The span itself, or its best stretches if it is too long to show."""
    if end_s - start_s < MIN_S:
        return []
    times = [frames[n].time_s for n in run]
    starts = [start_s] if end_s - start_s <= MAX_S else [t for t in times if t <= end_s - MIN_S]
    candidates = [
        _scored(times, worth[run.start : run.stop], s, min(end_s, s + MAX_S)) for s in starts
    ]
    chosen: list[Highlight] = []
    for candidate in sorted(
        candidates, key=lambda h: (-h.score * (h.end_s - h.start_s), h.start_s)
    ):
        if all(candidate.end_s <= c.start_s or candidate.start_s >= c.end_s for c in chosen):
            chosen.append(candidate)
    return chosen


def _scored(
    times: Sequence[float], worth: NDArray[np.float64], start_s: float, end_s: float
) -> Highlight:
    inside = [w for t, w in zip(times, worth, strict=True) if start_s <= t <= end_s]
    return Highlight(start_s=start_s, end_s=end_s, score=float(np.mean(inside)))
