"""Timing: how many slides a movie of some length has room for, and when each of them comes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from composer.storyboard.agreed import OPENING_TEXT_S
from composer.storyboard.arc import Arc, shape_arc
from composer.storyboard.brief import RANGES_S, Brief, Length
from composer.storyboard.captions import reading_s
from composer.storyboard.clips import bounds_s, good_s
from composer.storyboard.neighbours import Likeness, apart
from composer.storyboard.pace import Slot, Timing, fit_to_beats
from composer.storyboard.slides import Slide
from composer.storyboard.sound import Sound, SoundFor

SHORT_FACTOR = 0.75
"""In a short movie title and end card are shorter, so that pictures have most of the time."""

LEAST_TITLE_S = 2.0

AIM_SHARE = 0.6
"""Where in its range a movie should end where there is enough to show ..."""

SHORT_AIM_SHARE = 0.95
"""... and a short one, in which every second is needed to tell beginning, middle and end."""

INSIDE_S = 0.25
"""A movie stays so far inside its range."""

GOOD_COST = 0.015
"""Lengths within about an eighth of what was wanted: no need to look further."""

ENOUGH_TRIES = 6
"""So many timings that fit are compared; the user's music is listened to for each."""

UNEVEN = (0.82, 1.18)
"""Lengths differ by so much before the beats round them, so that the rhythm is no metronome's."""

COLLAGE_FACTOR, COLLAGE_BOUNDS = 1.4, (1.25, 1.6)
"""A collage is seen so much longer than one picture usually is: several are looked at."""

FIRST_FACTOR, PEAK_FACTOR, LAST_FACTOR, BUILD_FACTOR = 1.1, 1.15, 1.25, 0.92
"""The arc in lengths: unhurried at first, quicker towards the peak, rest on it and at the close
(film editors hold the first and the last shot about 1.3 times as long)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which slides come when."""

    arc: Arc
    sound: Sound
    duration_s: float
    starts_s: tuple[float, ...]
    """Of the title, each slide and the end card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What there is to show."""

    slides: tuple[Slide, ...]
    """In the order of time."""
    opening: int
    """Which slide opens the movie."""
    priority: tuple[int, ...]
    """All slides, those to be kept first."""
    likeness: Likeness


def plan_timing(
    brief: Brief, material: Material, length: Length, sound_for: SoundFor
) -> Plan | None:
    """The best timing of a length; None where there are too few slides to fill it.

    Several lengths and numbers of slides near the middle of the range are tried, the likeliest
    first, until the cuts lie well on the beats.
    """
    best: tuple[float, Plan] | None = None
    fitting = 0
    for count, duration_s in _tries(brief, material, length):
        sound = sound_for(duration_s)
        found = _fit(brief, material, count, duration_s, sound, length)
        if found is None:
            continue
        if best is None or found[0] < best[0]:
            best = found
        fitting += 1
        if found[0] <= GOOD_COST or fitting >= ENOUGH_TRIES:
            break
    return None if best is None else best[1]


def _tries(brief: Brief, material: Material, length: Length) -> Iterator[tuple[int, float]]:
    """Numbers of slides and lengths in whole frames, the likeliest first."""
    low_s, high_s = RANGES_S[length]
    low_s, high_s = low_s + INSIDE_S, high_s - INSIDE_S
    title, end = title_slot(brief, length), end_slot(brief, length)
    edges_s = title.wanted_s + end.wanted_s
    least_s, most_s = np.mean([_bounds(brief, slide) for slide in material.slides], 0).tolist()
    usual_s = (least_s + most_s) / 2
    aim = SHORT_AIM_SHARE if length is Length.SHORT else AIM_SHARE
    aim_s = low_s + aim * (high_s - low_s)
    wanted = max(1, round((aim_s - edges_s) / usual_s))
    tried = set()
    for count in (wanted, wanted - 1, wanted + 1, wanted - 2, wanted + 2):
        n = min(count, len(material.slides) - 1)
        if n < 1 or title.most_s + end.most_s + n * most_s < low_s:
            continue
        for step in (0.0, 0.4, -0.4, 0.8, -0.8, 1.4, -1.4):
            ideal_s = edges_s + n * usual_s + step
            fps = brief.canvas.fps
            duration_s = round(min(max(ideal_s, low_s), high_s) * fps) / fps
            if (n, duration_s) not in tried:
                tried.add((n, duration_s))
                yield n, duration_s


def title_slot(brief: Brief, length: Length) -> Slot:
    """How long the title stands: at least until it is read."""
    usual_s = brief.theme.pace.title_s * (SHORT_FACTOR if length is Length.SHORT else 1.0)
    read_s = OPENING_TEXT_S + reading_s(brief.title, brief.subtitle)
    wanted_s = max(usual_s, read_s)
    return Slot(
        least_s=max(LEAST_TITLE_S, read_s, usual_s - 0.7), most_s=wanted_s + 1.6, wanted_s=wanted_s
    )


def _title_on(brief: Brief, opening: Slide, length: Length) -> Slot:
    """The title's slot on a slide: on a clip no longer than that plays, if it can be read then."""
    slot = title_slot(brief, length)
    if not opening.is_video:
        return slot
    plays_s = good_s(opening.first) - brief.theme.transitions.seconds[1] / 2
    read_s = max(LEAST_TITLE_S, OPENING_TEXT_S + reading_s(brief.title, brief.subtitle))
    most_s = min(slot.most_s, max(read_s, plays_s))
    return Slot(
        least_s=min(slot.least_s, most_s), most_s=most_s, wanted_s=min(slot.wanted_s, most_s)
    )


def end_slot(brief: Brief, length: Length) -> Slot:
    """How long the end card stands; the music's last chord falls into it."""
    usual_s = brief.theme.pace.end_s * (SHORT_FACTOR if length is Length.SHORT else 1.0)
    read_s = reading_s(brief.title)
    wanted_s = max(usual_s, read_s)
    return Slot(
        least_s=max(LEAST_TITLE_S, read_s, usual_s - 0.7), most_s=wanted_s + 1.6, wanted_s=wanted_s
    )


def _fit(
    brief: Brief,
    material: Material,
    count: int,
    duration_s: float,
    sound: Sound,
    length: Length,
) -> tuple[float, Plan] | None:
    """Choose slides for a number and a length, and put their cuts on beats."""
    title = _title_on(brief, material.slides[material.opening], length)
    end = end_slot(brief, length)
    room_s = duration_s - title.wanted_s - end.wanted_s
    peaks = _peaks([title.wanted_s + n * room_s / count for n in range(count)], sound)
    best: tuple[float, Plan] | None = None
    # The first round guesses where the peak's places are, the second one knows.
    for _ in range(2):
        arc = shape_arc(
            material.slides,
            material.opening,
            count,
            peaks,
            material.priority,
            opening_is_seen=not brief.route,
        )
        arc = apart(
            arc,
            material.likeness,
            [slide for slide in material.slides if slide is not arc.opening],
            opening_is_seen=not brief.route,
        )
        slots = [title, *_slots(brief, arc, sound, room_s), end]
        timing = _on_downbeat(slots, arc.peak, sound, duration_s)
        timing = timing or fit_to_beats(slots, sound.beats_s, duration_s)
        if timing is None:
            return best
        cost = timing.cost + _off_peak(timing, arc, sound)
        if best is None or cost < best[0]:
            plan = Plan(arc=arc, sound=sound, duration_s=duration_s, starts_s=timing.starts_s)
            best = cost, plan
        peaks = _peaks(timing.starts_s[1:-1], sound)
        peaks = [n for n in peaks if _on_downbeat(slots, n, sound, duration_s)] or peaks
        if arc.peak in peaks:
            break
    return best


def _on_downbeat(
    slots: Sequence[Slot], peak: int, sound: Sound, duration_s: float
) -> Timing | None:
    """Cuts on beats, the one to the peak's slide on the first beat of a bar; None if it cannot."""
    strict = list(slots)
    strict[peak + 1] = replace(slots[peak + 1], begins_s=frozenset(sound.downbeats_s))
    return fit_to_beats(strict, sound.beats_s, duration_s)


def _peaks(starts_s: Sequence[float], sound: Sound) -> Sequence[int]:
    """Places whose shots begin while the music is fullest; at least the one nearest to it."""
    first_s, last_s = sound.peak_s
    inside = [n for n, start_s in enumerate(starts_s) if first_s - 0.1 <= start_s < last_s]
    if inside:
        return range(inside[0], inside[-1] + 1)
    nearest = min(range(len(starts_s)), key=lambda n: abs(starts_s[n] - first_s))
    return range(nearest, nearest + 1)


def _off_peak(timing: Timing, arc: Arc, sound: Sound) -> float:
    """What it costs that the best slide misses peak or downbeat, or left its place in time."""
    missed = arc.peak not in _peaks(timing.starts_s[1:-1], sound)
    weak = bool(sound.downbeats_s) and timing.starts_s[arc.peak + 1] not in sound.downbeats_s
    return 0.05 * missed + 0.05 * weak + 0.01 * (not arc.in_order)


def _slots(brief: Brief, arc: Arc, sound: Sound, space_s: float) -> list[Slot]:
    """Bounds and wanted length of every slide, the wanted ones filling the room."""
    beat_s = float(np.median(np.diff(sound.beats_s))) if len(sound.beats_s) > 1 else 0.5
    rng = np.random.default_rng([brief.seed, 1])
    bounds = [_bounds(brief, slide) for slide in arc.slides]
    wanted = [
        min(
            max(_usual_beats(brief, rng) * beat_s * _factor(arc, n) * rng.uniform(*UNEVEN), low),
            high,
        )
        for n, (low, high) in enumerate(bounds)
    ]
    scale = space_s / sum(wanted)
    return [
        Slot(least_s=low, most_s=high, wanted_s=min(max(one * scale, low), high))
        for one, (low, high) in zip(wanted, bounds, strict=True)
    ]


def _bounds(brief: Brief, slide: Slide) -> tuple[float, float]:
    if slide.is_collage:
        usual_s = sum(brief.theme.pace.photo_s) / 2
        return COLLAGE_BOUNDS[0] * usual_s, COLLAGE_BOUNDS[1] * usual_s
    if not slide.is_video:
        return brief.theme.pace.photo_s
    # Videos too short for the theme were left out before.
    return bounds_s(slide.first, brief.theme) or brief.theme.pace.video_s


def _usual_beats(brief: Brief, rng: np.random.Generator) -> int:
    """A number of beats of the theme, the first of them most often."""
    choices = brief.theme.pace.beats_per_photo
    weights = 0.5 ** np.arange(len(choices))
    return int(choices[int(rng.choice(len(choices), p=weights / weights.sum()))])


def _factor(arc: Arc, n: int) -> float:
    if n == len(arc.slides) - 1:
        return LAST_FACTOR
    if n == arc.peak:
        return PEAK_FACTOR
    if n == 0:
        return FIRST_FACTOR
    if arc.slides[n].is_collage:
        return COLLAGE_FACTOR
    return BUILD_FACTOR if n < arc.peak else 1.0
