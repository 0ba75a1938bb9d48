"""The frames of one shot: ground, panels, vignette, words."""

from dataclasses import dataclass

import cv2

from composer.render.atlas import words_part
from composer.render.chart import Chart
from composer.render.effects import PlanesAt, with_effects
from composer.render.grade import Look, Vignette, look_of, vignette_of
from composer.render.ground import blurred, shadow_of
from composer.render.motion import between, progress, smoothstep
from composer.render.overlay import Inks, Moment, Overlay, moment_at, place
from composer.render.panels import Media, PhotoPanel, VideoPanel, open_panel
from composer.render.planes import Planes, cropped, empty, filled, mixed, paste
from composer.render.shade import deep, shade_for
from composer.render.text import drawn_block
from composer.render.timeline import Span
from composer.storyboard.agreed import OPENING_TEXT_S
from composer.storyboard.model import WHOLE, Ground, Panel, Rect, Shot, ShotKind
from themes.colour import Rgb, contrast
from themes.theme import Theme


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What all shots of a movie share."""

    width: int
    height: int
    fps: int
    theme: Theme
    look: Look
    vignette: Vignette | None
    media: Media


def stage_of(theme: Theme, *, width: int, height: int, fps: int, media: Media) -> Stage:
    """Prepare what all shots of a movie share."""
    return Stage(
        width=width,
        height=height,
        fps=fps,
        theme=theme,
        look=look_of(theme.grade),
        vignette=vignette_of(theme.grade, width, height),
        media=media,
    )


@dataclass(frozen=True, slots=True)
class _Hung:
    """A panel's picture at its place in the frame."""

    panel: Panel
    picture: PhotoPanel | VideoPanel
    box_px: tuple[int, int, int, int]


class ShotFrames:
    """Frames of a shot by their number since it became visible."""

    def __init__(self, shot: Shot, span: Span, stage: Stage) -> None:
        self._shot, self._span, self._stage = shot, span, stage
        self._hung = tuple(_hang(panel, span, stage) for panel in shot.panels)
        self._ground = _still_ground(shot, self._hung, stage)
        self._chart: Chart | None = None
        if shot.route:
            self._chart = Chart(shot.route, stage.theme, (stage.width, stage.height))
        self._last: tuple[tuple[float, ...], Planes] | None = None
        self._changed: PlanesAt | None = None
        if shot.panels and stage.theme.effects:
            self._changed = with_effects(
                self._composed, stage.theme.effects, n_visible=span.n_visible, fps=stage.fps
            )
        self._overlay = self._words()

    def close(self) -> None:
        """Let go of pictures and clips at once, without waiting for the garbage collector."""
        for hung in self._hung:
            hung.picture.close()
        self._hung, self._ground, self._last, self._changed = (), None, None, None
        self._chart = None

    def frame(self, index: int) -> Planes:
        """The ``index``-th visible frame; not to be modified."""
        shown = self._picture(index)
        moment = self._moment(index)
        if self._overlay is None or moment.opacity <= 0:
            return shown
        own = shown.copy()
        self._overlay.apply(own, moment)
        return own

    def _picture(self, index: int) -> Planes:
        """Everything but the words."""
        return self._composed(index) if self._changed is None else self._changed(index)

    def _composed(self, index: int) -> Planes:
        """Ground and panels; the same object as before where nothing has moved."""
        shot, stage = self._shot, self._stage
        at = progress(
            index,
            n_visible=self._span.n_visible,
            fps=stage.fps,
            fades_in=self._span.n_fade_in > 0 or shot.start_frame == 0,
        )
        moving = self._chart is not None or any(hung.panel.is_video for hung in self._hung)
        still = all(hung.panel.view_start == hung.panel.view_end for hung in self._hung)
        key = (index if moving else 0, 0.0 if still else at, *self._come(index))
        if self._last is None or self._last[0] != key:
            self._last = (key, self._drawn(index, at))
        return self._last[1]

    def _drawn(self, index: int, at: float) -> Planes:
        stage = self._stage
        if self._chart is not None:
            return self._chart.frame(index, at, self._span.n_visible)
        if len(self._hung) == 1 and self._hung[0].panel.frame == WHOLE:
            out = empty(stage.width, stage.height)
            self._hung[0].picture.draw(index, at, out)
        else:
            out = (self._ground or self._moving_ground(index)).copy()
            for hung, come in zip(self._hung, self._come(index), strict=True):
                if come > 0:
                    _hang_on(out, hung, index, at, come)
        if stage.vignette is not None and self._hung:
            stage.vignette.apply(out)
        return out

    def _come(self, index: int) -> tuple[float, ...]:
        """How far each panel has come in, as softly as the theme's quickest transition."""
        stage = self._stage
        n_in = max(1, round(stage.theme.transitions.seconds[0] * stage.fps))
        enters = (hung.panel.enters_frame for hung in self._hung)
        return tuple(smoothstep((index - at + 1) / n_in) if at else 1.0 for at in enters)

    def _moving_ground(self, index: int) -> Planes:
        return _blurred_ground(self._hung, index, self._stage)

    def _moment(self, index: int) -> Moment:
        """State of the words: theirs is the shot's own time, between the middles of transitions."""
        shot, span, stage = self._shot, self._span, self._stage
        first = span.n_fade_in // 2
        if shot.start_frame == 0:
            first = round(OPENING_TEXT_S * stage.fps)
        n_frames = span.n_visible - span.n_fade_out // 2 - first
        short_px = min(stage.width, stage.height)
        return moment_at(
            index - first,
            n_frames=n_frames,
            fps=stage.fps,
            kind=stage.theme.type,
            short_px=short_px,
        )

    def _words(self) -> Overlay | None:
        shot, stage = self._shot, self._stage
        kind, palette = stage.theme.type, stage.theme.palette
        frame_px = (stage.width, stage.height)
        if shot.text is None:
            return None
        left, column, spared = 0.0, 1.0, _faces(self._hung)
        if self._chart is not None:
            left, column, spared = words_part(frame_px)
        block = drawn_block(shot.text, kind, *frame_px, column)
        if block is None:
            return None
        style = shot.text.style
        column_px = (round(column * stage.width), stage.height)
        x_px, y_px = place(block, style=style, kind=kind, frame_px=column_px, faces=spared)
        at_px = (x_px + round(left * stage.width), y_px)
        if shot.kind is ShotKind.END or not self._hung:
            inks = Inks(
                words=palette.ink, accent=_visible(palette.accent, palette.ground, palette.ink)
            )
            return Overlay(block, at_px, frame_px=frame_px, inks=inks, shade=0.0, style=style)
        ground = palette.veil if style == "caption" else deep(palette.veil)
        inks = Inks(words=palette.light, accent=palette.accent, ground=ground)
        shade = shade_for(inks.words, inks.ground, self._samples(), block, at_px)
        return Overlay(block, at_px, frame_px=frame_px, inks=inks, shade=shade, style=style)

    def _samples(self) -> list[Planes]:
        """Pictures that words will lie on; of a clip, whose future is not read twice, the worst."""
        if any(hung.panel.is_video for hung in self._hung):
            return [filled(self._stage.width, self._stage.height, (255, 255, 255))]
        last = self._span.n_visible - 1
        return [self._picture(index) for index in (0, last // 2, last)]


def _hang(panel: Panel, span: Span, stage: Stage) -> _Hung:
    left, top, width, height = (
        2 * round(share * whole / 2)
        for share, whole in (
            (panel.frame.x_norm, stage.width),
            (panel.frame.y_norm, stage.height),
            (panel.frame.w_norm, stage.width),
            (panel.frame.h_norm, stage.height),
        )
    )
    width, height = min(width, stage.width - left), min(height, stage.height - top)
    picture = open_panel(
        panel,
        (width, height),
        n_visible=span.n_visible,
        fps=stage.fps,
        look=stage.look,
        media=stage.media,
    )
    return _Hung(panel, picture, (left, top, width, height))


def _hang_on(out: Planes, hung: _Hung, index: int, at: float, come: float) -> None:
    """Lay a panel on a frame, in place; over what is there where it has not quite come."""
    x, y, w, h = hung.box_px
    target = empty(w, h)
    hung.picture.draw(index, at, target)
    paste(out, target if come >= 1 else mixed(cropped(out, x, y, w, h), target, come), x, y)


def _still_ground(shot: Shot, hung: tuple[_Hung, ...], stage: Stage) -> Planes | None:
    """A ground that stays the same; None where it moves with a clip."""
    if shot.ground is Ground.BLUR and hung:
        return None if hung[0].panel.is_video else _blurred_ground(hung, 0, stage)
    return filled(stage.width, stage.height, stage.theme.palette.ground)


def _blurred_ground(hung: tuple[_Hung, ...], index: int, stage: Stage) -> Planes:
    colour = stage.theme.palette.veil
    out = blurred(hung[0].picture.whole(index), colour, stage.width, stage.height)
    boxes = tuple(one.box_px for one in hung)
    cv2.multiply(out.y, shadow_of(boxes, stage.width, stage.height), dst=out.y, scale=1 / 255)
    return out


def _faces(hung: tuple[_Hung, ...]) -> list[Rect]:
    """Faces at the beginning and the end of their moves, in fractions of the frame."""
    return [
        _in_frame(face, between(one.panel.view_start, one.panel.view_end, at), one.panel.frame)
        for one in hung
        for at in (0.0, 1.0)
        for face in one.panel.faces
    ]


def _in_frame(face: Rect, view: Rect, frame: Rect) -> Rect:
    x_scale, y_scale = frame.w_norm / view.w_norm, frame.h_norm / view.h_norm
    return Rect(
        x_norm=frame.x_norm + (face.x_norm - view.x_norm) * x_scale,
        y_norm=frame.y_norm + (face.y_norm - view.y_norm) * y_scale,
        w_norm=face.w_norm * x_scale,
        h_norm=face.h_norm * y_scale,
    )


def _visible(accent: Rgb, ground: Rgb, ink: Rgb) -> Rgb:
    """The accent, or the ink where the ground has the accent's colour."""
    return accent if contrast(accent, ground) >= 1.5 else ink
