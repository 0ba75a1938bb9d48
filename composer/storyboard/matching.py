"""Match cuts: through the years a face stays where it is, and only the person grows older.

Where one year follows another with the same person, all shots of the run show the eyes at one place
of the frame and equally far apart. Between two cuts the window moves nearer, or away again, by one
measure, so that the eyes meet at every cut. So do the walls of a place that was photographed from
one spot in several years: a point on them and a length beside it stand for the eyes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from composer.storyboard.agreed import PEAK_OVER_MEAN, REST_S
from composer.storyboard.brief import Brief, Eyes
from composer.storyboard.framing import MOST_ENLARGED, Stage, around, main_faces, window
from composer.storyboard.joins import Break, break_between
from composer.storyboard.model import WHOLE, Ground, Rect, Shot, ShotKind
from composer.storyboard.place_marks import place_marks
from composer.storyboard.slides import Slide
from indexer.catalog.faces import PersonId

MOST_CROPPED = 1.8
"""A picture of a place is shown at most so much larger than its shape asks for ..."""

MOST_CROPPED_TO_FACE = 3.0
"""... and one of a person: faces that take 0.05 to 0.22 of a picture's width meet at three of four
cuts (at half of them with 1.8), and what is left of the smallest is a portrait."""

NEARER = (1.0, 1.12, 1.25, 1.4, 1.6)
"""All pictures of a run are shown so much larger than the closest face asks for: what is cropped is
room to bring the eyes to one place. The first that suffices is taken."""

EYES_AT = (0.5, 0.42)
"""Where on the frame the eyes are, if the pictures reach so far."""

OF_CAP = 0.8
"""Moves use so much of what the theme allows."""

_SHOWN = 1e-6


@dataclass(frozen=True, slots=True)
class _Member:
    """A shot that may be matched."""

    shot: Shot
    stage: Stage
    eyes: Mapping[PersonId, Eyes]
    visible_s: float


def match_eyes(shots: Sequence[Shot], slides: Sequence[Slide], brief: Brief) -> tuple[Shot, ...]:
    """Let the eyes of one person meet where years follow one another.

    Parameters
    ----------
    shots : sequence of Shot
        A movie's, as they are laid out.
    slides : sequence of Slide
        What the first of them show.
    brief : Brief
        Its eyes.
    """
    places = place_marks(slides, brief)
    members = [_member(shots, n, slide, brief, places) for n, slide in enumerate(slides)]
    matched = list(shots)
    first = 1
    while first < len(slides):
        run, who, found = _longest_run(members, slides, first, brief)
        for nearer in (True, False):
            tried = list(matched)
            tried[first : first + len(found)] = _moved(run, who, found, nearer=nearer)
            if not _thrice([shot.motion for shot in tried]):
                matched = tried
                break
        first += max(1, len(found))
    return tuple(matched)


def _member(
    shots: Sequence[Shot],
    n: int,
    slide: Slide,
    brief: Brief,
    places: Mapping[int, tuple[PersonId, Eyes]],
) -> _Member | None:
    """A shot of one photograph with eyes that we know; a face may fill the frame with any."""
    shot, item = shots[n], slide.first
    eyes = {p: brief.eyes[item.id, p] for p in sorted(item.people) if (item.id, p) in brief.eyes}
    if n in places and [panel.frame for panel in shot.panels] == [WHOLE]:
        place, mark = places[n]
        eyes[place] = mark
    single = len(shot.panels) == 1 and not slide.is_video
    if not eyes or not single or shot.kind is not ShotKind.PICTURE:
        return None
    stage = Stage(
        item=item,
        frame=WHOLE,
        width_px=brief.canvas.width,
        height_px=brief.canvas.height,
        must=around(main_faces(item)),
    )
    joins = shot.transition.n_frames + shots[n + 1].transition.n_frames
    return _Member(shot, stage, eyes, (shot.n_frames + joins // 2) / brief.canvas.fps)


def _longest_run(
    members: Sequence[_Member | None], slides: Sequence[Slide], first: int, brief: Brief
) -> tuple[list[_Member], PersonId, tuple[tuple[Rect, Rect], ...]]:
    """Shots from the first one on that can be aligned, by whom, and their wide and near windows."""
    run: list[_Member] = []
    people: set[PersonId] = set()
    who = PersonId(0)
    found: tuple[tuple[Rect, Rect], ...] = ()
    for n in range(first, len(slides)):
        member = members[n]
        if member is None or (run and break_between(slides[n - 1], slides[n]) is not Break.YEAR):
            break
        people = people & set(member.eyes) if run else set(member.eyes)
        run.append(member)
        if len(run) > 1:
            # People before places: who grows older matters more than where.
            ranked = sorted(people, key=lambda person: (person < 0, person))
            tries = ((p, _aligned(run, p, nearer, brief)) for nearer in NEARER for p in ranked)
            aligned = next(((p, windows) for p, windows in tries if windows is not None), None)
            if aligned is None:
                break
            who, found = aligned
    return run[: len(found)], who, found


def _aligned(
    run: Sequence[_Member], person: PersonId, nearer: float, brief: Brief
) -> tuple[tuple[Rect, Rect], ...] | None:
    """Windows with the eyes at one place; None where a picture does not reach so far."""
    zoom_s = min(member.visible_s for member in run) - REST_S
    zoom = 1 + max(0.0, brief.theme.motion.zoom_max_per_s * zoom_s * OF_CAP / PEAK_OVER_MEAN)
    apart = nearer * max(m.eyes[person].apart_norm / m.stage.widest_norm for m in run)
    widths = [member.eyes[person].apart_norm / apart for member in run]
    at = _place(run, person, widths)
    cropped = MOST_CROPPED_TO_FACE if person >= 0 else MOST_CROPPED
    windows: list[tuple[Rect, Rect]] = []
    for member, width in zip(run, widths, strict=True):
        stage, eyes = member.stage, member.eyes[person]
        enlarged = brief.canvas.width / (width / zoom * stage.item.width)
        if width * cropped < stage.widest_norm or enlarged > MOST_ENLARGED:
            return None
        wide, near = (_around_eyes(stage, eyes, size, at) for size in (width, width / zoom))
        if wide is None or near is None:
            return None
        windows.append((wide, near))
    return tuple(windows)


def _place(
    run: Sequence[_Member], person: PersonId, widths: Sequence[float]
) -> tuple[float, float]:
    """Where on the frame the eyes of all can be, nearest to where they should be."""
    x, y = EYES_AT
    for member, width in zip(run, widths, strict=True):
        eyes, height = member.eyes[person], _height(member.stage, width)
        x = min(max(x, 1 - (1 - eyes.x_norm) / width), eyes.x_norm / width)
        y = min(max(y, 1 - (1 - eyes.y_norm) / height), eyes.y_norm / height)
    return x, y


def _around_eyes(stage: Stage, eyes: Eyes, width: float, at: tuple[float, float]) -> Rect | None:
    """The window that shows the eyes at a place of the frame, if it keeps all main faces safe."""
    height = _height(stage, width)
    left, top = eyes.x_norm - at[0] * width, eyes.y_norm - at[1] * height
    found = window(stage, width, (left + width / 2, top + height / 2))
    if found is None or max(abs(found.x_norm - left), abs(found.y_norm - top)) > _SHOWN:
        return None
    return found


def _height(stage: Stage, width: float) -> float:
    return width * stage.item.width / stage.aspect / stage.item.height


def _moved(
    run: Sequence[_Member],
    who: PersonId,
    windows: Sequence[tuple[Rect, Rect]],
    *,
    nearer: bool,
) -> list[Shot]:
    """The shots of a run, nearer and away by turns."""
    stays = "the eyes stay where they were" if who >= 0 else "the place stays where it was"
    shots: list[Shot] = []
    for member, (wide, near) in zip(run, windows, strict=True):
        shot, (panel,) = member.shot, member.shot.panels
        start, end = (wide, near) if nearer else (near, wide)
        transition = shot.transition
        why, _, join = shot.reason.rsplit("; ", 2)
        if shots:
            if transition.n_frames:
                transition = replace(transition, name="dissolve", params={})
            join = f"a {transition.name} {Break.YEAR}, {stays}"
        shots.append(
            replace(
                shot,
                panels=(replace(panel, frame=WHOLE, view_start=start, view_end=end),),
                ground=Ground.NONE,
                motion="push_in" if nearer else "pull_out",
                transition=transition,
                reason=f"{why}; {'nearer' if nearer else 'from near'}; {join}",
            )
        )
        nearer = not nearer
    return shots


def _thrice(motions: Sequence[str]) -> bool:
    """Whether a move comes three times running."""
    return any(
        a == b == c != "hold" for a, b, c in zip(motions, motions[1:], motions[2:], strict=False)
    )
