"""How pictures move: along panoramas, and otherwise never by a pattern that one could learn."""

import itertools
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from composer.library import SeenFace
from composer.soundtrack import sound_for
from composer.storyboard.agreed import PEAK_OVER_MEAN, REST_S
from composer.storyboard.brief import Length
from composer.storyboard.canvas import Canvas
from composer.storyboard.direct import direct
from composer.storyboard.layout import Laid, lay_out
from composer.storyboard.model import ShotKind
from composer.storyboard.slides import Slide
from themes.load import BUILTIN, load_theme

Factory = Callable[..., Any]

FRAMES = [
    pytest.param(Canvas(width=w, height=h, fps=30), id=f"{w}x{h}")
    for w, h in ((1920, 1080), (1080, 1920), (1080, 1080))
]
LYING = [(13000, 3800), (16000, 3000), (9000, 3000), (5200, 2000)]
UPRIGHT = [(h, w) for w, h in LYING]
VISIBLE_S = 5.5


@pytest.mark.parametrize("canvas", FRAMES)
@pytest.mark.parametrize("size", [*LYING, *UPRIGHT])
@pytest.mark.parametrize("theme", BUILTIN)
def test_one_looks_along_a_panorama_from_edge_to_edge_of_the_frame(
    theme: str, size: tuple[int, int], canvas: Canvas, make_item: Factory
) -> None:
    laid = laid_out(size, canvas, make_item, theme=theme)

    (panel,) = laid.panels
    lying = size[0] > size[1]
    across, down = gone_px(laid, canvas)
    cap = load_theme(theme).motion.pan_max_per_s * canvas.width
    peak = (abs(across) + abs(down)) / (VISIBLE_S - REST_S) * PEAK_OVER_MEAN
    assert (panel.frame.w_norm if lying else panel.frame.h_norm) == 1
    assert (panel.frame.h_norm if lying else panel.frame.w_norm) >= 0.3
    assert laid.motion in ({"pan_left", "pan_right"} if lying else {"pan_up", "pan_down"})
    assert 0.65 * cap <= peak <= cap
    assert (down if lying else across) == 0


@pytest.mark.parametrize("size", [(13000, 3800), (16000, 3000), (3800, 13000)])
def test_a_panorama_of_the_frame_s_direction_fills_it(
    size: tuple[int, int], make_item: Factory
) -> None:
    sides = (1920, 1080) if size[0] > size[1] else (1080, 1920)
    canvas = Canvas(width=sides[0], height=sides[1], fps=30)

    laid = laid_out(size, canvas, make_item)

    assert (laid.panels[0].frame.w_norm, laid.panels[0].frame.h_norm) == (1, 1)


@pytest.mark.parametrize("canvas", FRAMES)
@pytest.mark.parametrize("at", [0.1, 0.3, 0.6, 0.85])
@pytest.mark.parametrize("size", [(13000, 3800), (3800, 13000)])
def test_the_part_of_a_panorama_is_that_with_its_faces(
    size: tuple[int, int], at: float, canvas: Canvas, make_item: Factory, make_face: Factory
) -> None:
    lying = size[0] > size[1]
    face: SeenFace = make_face(at, 0.4, 0.05) if lying else make_face(0.4, at, 0.05)

    laid = laid_out(size, canvas, make_item, faces=(face,))

    (panel,) = laid.panels
    for view in (panel.view_start, panel.view_end):
        assert view.x_norm <= face.x_norm
        assert view.y_norm <= face.y_norm
        assert view.x_norm + view.w_norm >= face.x_norm + face.w_norm
        assert view.y_norm + view.h_norm >= face.y_norm + face.h_norm
    assert "whole" not in laid.reason
    assert laid.motion.startswith("pan_")


@pytest.mark.parametrize(
    ("size", "ends"),
    [
        pytest.param((13000, 3800), True, id="faces at both ends"),
        pytest.param((1600, 200), False, id="few px"),
        pytest.param((2200, 1000), False, id="the shape of a phone's screen"),
    ],
)
def test_what_does_not_bear_it_is_shown_whole(
    size: tuple[int, int], ends: bool, make_item: Factory, make_face: Factory
) -> None:
    faces = (make_face(0.05, 0.4, 0.05), make_face(0.9, 0.4, 0.05)) if ends else ()

    laid = laid_out(size, Canvas(width=1080, height=1920, fps=30), make_item, faces=faces)

    assert "whole on a blurred ground" in laid.reason


@pytest.mark.parametrize("theme", BUILTIN)
def test_a_film_of_faces_has_all_moves_mostly_towards_them_and_no_pattern(
    theme: str, make_item: Factory, make_face: Factory, make_brief: Factory
) -> None:
    rng = np.random.default_rng(5)
    items = [
        make_item(
            n,
            faces=(make_face(rng.uniform(0.2, 0.65), rng.uniform(0.2, 0.5), 0.14),),
            score=rng.uniform(0.4, 0.9),
        )
        for n in range(44)
    ]

    boards = [
        direct(
            make_brief(items, theme=theme, length=Length.LONG, seed=seed), sound_for(theme, 7)
        ).storyboard
        for seed in range(4)
    ]

    films = [[s.motion for s in one.shots if s.kind is not ShotKind.END] for one in boards]
    moves = Counter(itertools.chain(*films))
    assert max(moves, key=lambda name: moves[name]) == "push_in"
    assert moves["push_in"] <= 0.6 * moves.total()
    assert moves["pan_left"] + moves["pan_right"] >= 0.1 * moves.total()
    for period in (1, 2, 3, 4):
        pairs = [pair for film in films for pair in zip(film, film[period:], strict=False)]
        assert np.mean([a == b for a, b in pairs]) <= 0.6, period


def test_a_pan_after_a_pan_mostly_goes_on(make_item: Factory) -> None:
    canvas = Canvas(width=1920, height=1080, fps=30)

    found = Counter(
        laid_out((13000, 3800), canvas, make_item, before=("pan_left",), seed=seed).motion
        for seed in range(60)
    )

    assert 0.6 * found.total() <= found["pan_left"] < found.total()


def laid_out(
    size: tuple[int, int],
    canvas: Canvas,
    make_item: Factory,
    *,
    theme: str = "gentle",
    faces: tuple[SeenFace, ...] = (),
    before: tuple[str, ...] = (),
    seed: int = 1,
) -> Laid:
    item = make_item(1, width=size[0], height=size[1], faces=faces)
    return lay_out(
        Slide(items=(item,)),
        canvas,
        load_theme(theme).motion,
        visible_s=VISIBLE_S,
        before=before,
        rng=np.random.default_rng(seed),
    )


def gone_px(laid: Laid, canvas: Canvas) -> tuple[float, float]:
    """How far the picture goes to the left and up, in px of the frame."""
    (panel,) = laid.panels
    a, b = panel.view_start, panel.view_end
    return (
        (b.x_norm - a.x_norm) / a.w_norm * panel.frame.w_norm * canvas.width,
        (b.y_norm - a.y_norm) / a.h_norm * panel.frame.h_norm * canvas.height,
    )
