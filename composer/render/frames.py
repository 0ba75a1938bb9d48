"""All frames of a movie, in any order; in their natural order each picture is decoded once."""

from collections.abc import Iterator

from composer.render.motion import smoothstep
from composer.render.panels import Media
from composer.render.planes import Planes
from composer.render.shots import ShotFrames, stage_of
from composer.render.timeline import seen_at, spans
from composer.render.transitions import TRANSITIONS
from composer.render.veil import veiled
from composer.storyboard.model import ShotKind, Storyboard
from themes.theme import Theme

_OPENING_S = 0.7
_CLOSING_S = 0.8


class Frames:
    """Frames of one storyboard; at most the two shots that are seen are held open."""

    def __init__(self, storyboard: Storyboard, theme: Theme, media: Media) -> None:
        self._storyboard = storyboard
        self._spans = spans(storyboard)
        self._ground = theme.palette.ground
        self._stage = stage_of(
            theme,
            width=storyboard.width,
            height=storyboard.height,
            fps=storyboard.fps,
            media=media,
        )
        self._open: dict[int, ShotFrames] = {}

    def __enter__(self) -> "Frames":
        return self

    def __exit__(self, *_: object) -> None:
        self._close_all_but(())

    def __iter__(self) -> Iterator[Planes]:
        return (self.frame(number) for number in range(self._storyboard.n_frames))

    def frame(self, number: int) -> Planes:
        """One frame; not to be modified."""
        seen = seen_at(self._storyboard, self._spans, number)
        self._close_all_but((seen.shot, seen.next_shot))
        shown = self._shot_frame(seen.shot, number)
        if seen.next_shot is not None:
            transition = self._storyboard.shots[seen.next_shot].transition
            coming = self._shot_frame(seen.next_shot, number)
            params = {"colour": "#{:02x}{:02x}{:02x}".format(*self._ground), **transition.params}
            shown = TRANSITIONS[transition.name](shown, coming, seen.progress, params)
        return self._faded(shown, number)

    def _close_all_but(self, wanted: tuple[int | None, ...]) -> None:
        for index in [index for index in self._open if index not in wanted]:
            self._open.pop(index).close()

    def _shot_frame(self, index: int, number: int) -> Planes:
        span = self._spans[index]
        if index not in self._open:
            self._open[index] = ShotFrames(self._storyboard.shots[index], span, self._stage)
        return self._open[index].frame(number - span.first_frame)

    def _faded(self, shown: Planes, number: int) -> Planes:
        """A movie comes out of its ground colour and goes into black."""
        fps, n_frames = self._storyboard.fps, self._storyboard.n_frames
        came = smoothstep((number + 1) / max(1, min(round(_OPENING_S * fps), n_frames // 4)))
        stays = smoothstep(
            (n_frames - number) / max(1, min(round(_CLOSING_S * fps), n_frames // 4))
        )
        if came < 1:
            return veiled(shown, self._ground, 1 - came)
        return veiled(shown, (0, 0, 0), 1 - stays) if stays < 1 else shown


def poster_frame(storyboard: Storyboard) -> int:
    """A frame that stands for the movie: the middle of the first picture after the title."""
    for shot in storyboard.shots:
        if shot.kind is ShotKind.PICTURE and shot.text is None:
            return shot.start_frame + shot.n_frames // 2
    return storyboard.shots[0].start_frame + storyboard.shots[0].n_frames // 2
