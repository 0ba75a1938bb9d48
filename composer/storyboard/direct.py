"""Direction: from a memory to a storyboard, with a reason for everything."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from composer.library import ViewItem
from composer.storyboard.arc import choose_opening, ranking
from composer.storyboard.brief import Brief, Length, TooFewItemsError
from composer.storyboard.captions import captions
from composer.storyboard.clips import NARROW_S, SOUND_GAIN_DB, bounds_s
from composer.storyboard.collage import is_inside, one_after_another, with_collage
from composer.storyboard.joins import CUT, Break, Join, break_between, chapters, join
from composer.storyboard.layout import lay_out
from composer.storyboard.leads import beside_s, lead_sounds
from composer.storyboard.light import match_light
from composer.storyboard.matching import match_eyes
from composer.storyboard.model import Ground, Shot, ShotKind, Stop, Storyboard, Text
from composer.storyboard.neighbours import Likeness, likeness_of
from composer.storyboard.pairs import slides_of
from composer.storyboard.slides import Slide
from composer.storyboard.sound import SoundFor
from composer.storyboard.timing import Material, Plan, plan_timing


@dataclass(frozen=True, slots=True, kw_only=True)
class Directed:
    """A storyboard, and what a person should know about it."""

    storyboard: Storyboard
    notes: tuple[str, ...] = ()


def direct(brief: Brief, sound_for: SoundFor) -> Directed:
    """Plan a movie; the same brief and soundtrack give the same storyboard.

    The longest movie that the items fill is planned first, and every shorter one from what the
    next longer one shows, as if there were no other items: the lengths are nested. A memory with
    too few items for the wanted length gets the nearest shorter one, which a note tells.

    Raises
    ------
    TooFewItemsError
        If the items do not even fill a short movie.
    """
    lengths = tuple(Length)
    likeness = likeness_of(brief.items, brief.vectors, brief.same_view)
    n_slides = len(_slides(brief, likeness, narrow=True))
    shown = brief.items
    for length in reversed(lengths):
        route = _worth_showing(brief.route, length)
        cut = replace(brief, items=shown, length=length, route=route)
        plan = _planned(cut, likeness, sound_for)
        if plan is None:
            continue
        if lengths.index(length) <= lengths.index(brief.length):
            notes = _notes(brief, length, n_slides, plan)
            return Directed(storyboard=_storyboard(cut, plan), notes=notes)
        shown = _shown(cut, plan)
    raise TooFewItemsError(
        f"memory {brief.memory_key}: {n_slides} pictures do not fill a short movie"
    )


def _planned(brief: Brief, likeness: Likeness, sound_for: SoundFor) -> Plan | None:
    """The movie of a brief's own length; None where its items do not fill it."""
    for narrow in (True, False):
        slides = _slides(brief, likeness, narrow=narrow)
        if len(slides) < 2:
            continue
        for material in _materials(brief, slides, likeness):
            plan = plan_timing(brief, material, brief.length, sound_for)
            if plan is not None and is_inside(plan.arc):
                return plan
    return None


def _slides(brief: Brief, likeness: Likeness, *, narrow: bool) -> tuple[Slide, ...]:
    items = [item for item in brief.items if _is_playable(item, brief, narrow=narrow)]
    return slides_of(items, brief.canvas, likeness)


def _shown(brief: Brief, plan: Plan) -> tuple[ViewItem, ...]:
    """The items that a movie shows, in the order of time; a map hides its opening."""
    seen = plan.arc.slides if brief.route else (plan.arc.opening, *plan.arc.slides)
    ids = {item.id for slide in seen for item in slide.items}
    return tuple(item for item in brief.items if item.id in ids)


def _worth_showing(route: tuple[Stop, ...], length: Length) -> tuple[Stop, ...]:
    """A short movie has no time for a map without a way on it: it opens with a picture."""
    return route if len(route) > 1 or length is not Length.SHORT else ()


def _is_playable(item: ViewItem, brief: Brief, *, narrow: bool) -> bool:
    """Whether an item can be shown: a video must be long enough for the theme.

    Parameters
    ----------
    narrow : bool
        Whether videos count that have hardly a choice of lengths; without them cuts find beats.
    """
    if not item.is_video:
        return True
    bounds = bounds_s(item, brief.theme)
    return bounds is not None and (narrow or bounds[1] - bounds[0] >= NARROW_S)


def _notes(brief: Brief, made: Length, n_slides: int, plan: Plan) -> tuple[str, ...]:
    notes = []
    if made is not brief.length:
        notes.append(f"made {made} instead of {brief.length}: {n_slides} pictures do not fill it")
    if not plan.arc.in_order:
        notes.append("the best picture left its place in time to stand at the peak")
    return tuple(notes)


def _materials(brief: Brief, slides: tuple[Slide, ...], likeness: Likeness) -> Iterator[Material]:
    """What a movie may be made of, the richest first.

    A short one has no time for a collage: it shows the best of its pictures. All pictures are shown
    alone where they are too few without.
    """
    alone = _material(brief, slides, likeness)
    found = with_collage(slides, alone.opening, brief.canvas, likeness)
    if found is not None:
        with_one, place = found
        together = _material(brief, with_one, likeness)
        first, *rest = (n for n in together.priority if n != place)
        together = replace(together, priority=(first, place, *rest))
        if brief.length is not Length.SHORT:
            yield together
        best = Slide(items=(max(with_one[place].items, key=lambda item: (item.score, -item.id)),))
        yield replace(together, slides=(*with_one[:place], best, *with_one[place + 1 :]))
    yield alone


def _material(brief: Brief, slides: tuple[Slide, ...], likeness: Likeness) -> Material:
    similar = likeness.of_slides(slides)
    if brief.route:
        # Under a map no picture is seen: it stands in for the one that matters least.
        priority = ranking(slides, similar, None)
        opening = next((n for n in reversed(priority) if not slides[n].is_video), priority[-1])
    else:
        opening = choose_opening(slides, brief.theme.type.placement, brief.canvas)
        priority = ranking(slides, similar, opening)
    return Material(slides=slides, opening=opening, priority=priority, likeness=likeness)


def _storyboard(brief: Brief, plan: Plan) -> Storyboard:
    fps = brief.canvas.fps
    n_frames = round(plan.duration_s * fps)
    starts = [round(start_s * fps) for start_s in plan.starts_s]
    lengths = [b - a for a, b in itertools.pairwise([*starts, n_frames])]
    return Storyboard(
        memory_id=brief.memory_id,
        memory_key=brief.memory_key,
        title=brief.title,
        subtitle=brief.subtitle,
        theme=brief.theme_name,
        length=brief.length,
        seed=brief.seed,
        width=brief.canvas.width,
        height=brief.canvas.height,
        fps=fps,
        mood=brief.theme.mood,
        music_seed=brief.music_seed,
        music_file=brief.music_file,
        n_frames=n_frames,
        beats_s=plan.sound.beats_s if plan.sound.has_pulse else (),
        shots=_shots(brief, plan, starts, lengths),
    )


def _shots(
    brief: Brief, plan: Plan, starts: Sequence[int], lengths: Sequence[int]
) -> tuple[Shot, ...]:
    slides = _heard((plan.arc.opening, *plan.arc.slides), brief)
    fps = brief.canvas.fps
    joins = _joins(brief, slides, lengths)
    texts = (
        _title(brief),
        *captions(plan.arc.slides, [n / fps for n in lengths[1:]], brief.wording),
    )
    moves: list[str] = []
    shots: list[Shot] = []
    for n, slide in enumerate(slides):
        shares = joins[n].transition.n_frames + joins[n + 1].transition.n_frames
        laid = lay_out(
            slide,
            brief.canvas,
            brief.theme.motion,
            visible_s=(lengths[n] + shares // 2) / fps,
            before=moves,
            rng=_rng(brief, slide, 0),
        )
        moves.append(laid.motion)
        panels = laid.panels
        if slide.is_collage:
            first = starts[n] - joins[n].transition.n_frames // 2
            beats = [round(beat_s * fps) - first for beat_s in plan.sound.beats_s]
            inside = [beat for beat in beats if beat > starts[n] - first]
            panels = one_after_another(panels, lengths[n], inside)
        shots.append(
            Shot(
                kind=ShotKind.PICTURE if n else ShotKind.TITLE,
                start_frame=starts[n],
                n_frames=lengths[n],
                panels=panels,
                ground=laid.ground,
                motion=laid.motion,
                transition=joins[n].transition,
                text=texts[n],
                sound_gain_db=SOUND_GAIN_DB if slide.is_video else None,
                on_beat=_on_beat(plan, n),
                chapter=joins[n].chapter,
                seed=int(_rng(brief, slide, 1).integers(2**31)),
                reason=_reason(brief, plan, n - 1, slide, laid.reason, joins[n].reason),
            )
        )
    shots.append(_end(brief, plan, starts[-1], lengths[-1], joins[-1]))
    if brief.route:
        shots[0] = _map(shots[0], brief.route)
    matched = match_eyes(match_light(shots, slides, brief.light_of), slides, brief)
    clips = {n: slide.first for n, slide in enumerate(slides) if slide.is_video}
    return lead_sounds(matched, clips, fps)


def _heard(slides: Sequence[Slide], brief: Brief) -> list[Slide]:
    """The same slides; clips with what is said in them, and where they may be heard."""
    are_clips = [slide.is_video for slide in slides]
    return [
        Slide(items=(replace(brief.listened(slide.first), beside_s=beside_s(are_clips, n)),))
        if slide.is_video
        else slide
        for n, slide in enumerate(slides)
    ]


def _map(title: Shot, route: tuple[Stop, ...]) -> Shot:
    """The title over a map instead of a picture."""
    places = "one place" if len(route) == 1 else f"{len(route)} places"
    return replace(
        title,
        panels=(),
        ground=Ground.MAP,
        route=route,
        motion="push_in",
        sound_gain_db=None,
        reason=f"opens with a map of the trip, {places} on it",
    )


def _joins(brief: Brief, slides: Sequence[Slide], lengths: Sequence[int]) -> list[Join]:
    """How each shot comes in: the title plainly, the end card softly."""
    breaks = [break_between(a, b) for a, b in itertools.pairwise(slides[1:])]
    # Neither the first picture after the title nor the end card is a chapter of the story.
    opening = {n + 2 for n in chapters(breaks)}
    joins = [Join(transition=CUT, reason="")]
    names: list[str] = []
    for n, what in enumerate((Break.TITLE, *breaks, Break.END), 1):
        found = join(
            brief.theme,
            what,
            chapter=n in opening,
            usual=breaks.count(what) > len(breaks) / 2,
            lengths=(lengths[n - 1], lengths[n]),
            fps=brief.canvas.fps,
            before=names,
            rng=_rng(brief, slides[min(n, len(slides) - 1)], 2 + (n == len(slides))),
        )
        joins.append(found)
        names.append(found.transition.name)
    return joins


def _title(brief: Brief) -> Text:
    lines = tuple(line for line in (brief.title, brief.subtitle) if line)
    return Text(lines=lines, style="title")


def _end(brief: Brief, plan: Plan, start: int, n_frames: int, how: Join) -> Shot:
    return Shot(
        kind=ShotKind.END,
        start_frame=start,
        n_frames=n_frames,
        panels=(),
        ground=Ground.COLOUR,
        transition=how.transition,
        text=Text(lines=(brief.title,), style="end"),
        on_beat=_on_beat(plan, -1),
        seed=int(np.random.default_rng([brief.seed, 0]).integers(2**31)),
        reason=f"closes the movie; {how.reason}",
    )


def _on_beat(plan: Plan, n: int) -> bool:
    return plan.sound.has_pulse and plan.starts_s[n] in plan.sound.beats_s


def _reason(brief: Brief, plan: Plan, n: int, slide: Slide, *how: str) -> str:
    """Why this slide is here and as it is; n is -1 for the opening."""
    arc = plan.arc
    if n < 0:
        place = "opens the movie: words stand well on it"
    elif n == arc.peak:
        strong = plan.starts_s[n + 1] in plan.sound.downbeats_s
        beat = "on a downbeat " if strong else ""
        place = f"the best picture ({slide.value:.2f}) {beat}where the music is fullest"
    elif n == len(arc.slides) - 1:
        place = "closes the story"
    else:
        place = "leads up to the peak" if n < arc.peak else "winds down from the peak"
    why = brief.reasons.get(slide.first.id, "")
    return "; ".join(part for part in (place, why, *how) if part)


def _rng(brief: Brief, slide: Slide, purpose: int) -> np.random.Generator:
    """Randomness of one slide for one purpose: another slide more or less does not change it."""
    return np.random.default_rng([brief.seed, int(slide.first.id), purpose])
