"""A critique finds the faults that were put into a film, and none in a good one."""

import json
import os
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from composer.critique.critique import LOUDNESS_LUFS, criticise
from composer.critique.findings import Check, Critique, Finding, text_of
from composer.critique.jitter import jitters_px
from composer.critique.pictures import THUMB_PX, bodies, cut_errors_s, picture_findings, watched
from composer.critique.plan import plan_findings, readable_s
from composer.critique.replan import replanned
from composer.critique.sheet import GAP_PX, LABEL_PX, MANY_SHOTS, TILE_PX, write_sheet
from composer.library import ViewItem
from composer.render.encode import MovieFormat, Segment, write_segments
from composer.render.join import join_movie
from composer.render.planes import Planes, from_rgb
from composer.soundtrack import sound_for
from composer.storyboard.agreed import OPENING_TEXT_S
from composer.storyboard.brief import Brief, Length
from composer.storyboard.canvas import Canvas
from composer.storyboard.direct import direct
from composer.storyboard.edit import lock
from composer.storyboard.model import WHOLE, Rect, Storyboard
from composer.storyboard.neighbours import likeness_of
from music.loudness import integrated_lufs
from music.track import RATE_HZ
from themes.load import load_theme

THEME = load_theme("uplifting")
SIZE_PX = (320, 180)
Film = NDArray[np.float32]  # [n, h, w]


@pytest.fixture(scope="module")
def items(make_item: Callable[..., ViewItem]) -> list[ViewItem]:
    return [make_item(n, score=0.5 + 0.01 * n, people=[n % 3]) for n in range(1, 15)]


@pytest.fixture(scope="module")
def board(items: list[ViewItem], make_brief: Callable[..., Brief]) -> Storyboard:
    canvas = Canvas(width=SIZE_PX[0], height=SIZE_PX[1], fps=30)
    brief = make_brief(items, theme="uplifting", length=Length.SHORT, canvas=canvas)
    return direct(brief, sound_for("uplifting", 7)).storyboard


def film_of(board: Storyboard) -> Film:
    """A pattern of its own for each shot, which moves along a little with every frame."""
    film = np.empty((board.n_frames, 36, THUMB_PX), np.float32)
    rng = np.random.default_rng(1)
    for shot in board.shots:
        coarse = rng.uniform(20, 235, (9, 40)).astype(np.float32)
        wide = cv2.resize(coarse, (400, 36), interpolation=cv2.INTER_CUBIC)
        for k in range(shot.n_frames):
            film[shot.start_frame + k] = wide[:, k : k + THUMB_PX]
    return film


def checks(film: Film, board: Storyboard) -> list[tuple[Check, int | None]]:
    return [(found.check, found.shot) for found in picture_findings(watched(film, board), board)]


def test_good_film_has_no_fault(board: Storyboard) -> None:
    assert checks(film_of(board), board) == []
    assert list(plan_findings(board, THEME.type)) == []
    assert max(cut_errors_s(watched(film_of(board), board), board)) < 0.02


def test_black_frozen_and_repeated_shots_are_found(board: Storyboard) -> None:
    film, parts = film_of(board), bodies(board)
    film[parts[2].start : parts[2].start + 5] = 3
    film[parts[3].start : parts[3].stop] = film[parts[3].start]
    middles = [(part.start + part.stop) // 2 for part in parts]
    film[middles[5]] = film[middles[1]] + 4

    found = checks(film, board)

    assert found == [(Check.BLACK, 2), (Check.FROZEN, 3), (Check.REPEATED, 5)]


@pytest.mark.parametrize(
    ("file_px", "held", "found"),
    [
        pytest.param(0.3, slice(None), [(Check.FROZEN, 2)], id="frozen"),
        pytest.param(0.3, slice(20, 56), [], id="holds still and goes on"),
        pytest.param(0.0, slice(None), [], id="of somebody asleep"),
    ],
)
def test_clip_is_frozen_where_it_never_moves_and_its_file_does(
    file_px: float,
    held: slice,
    found: list[tuple[Check, int]],
    board: Storyboard,
    tmp_path: Path,
) -> None:
    path = tmp_path / "clip.mp4"
    form = MovieFormat(width=320, height=180, fps=30, title="t", made_on=date(2024, 1, 1))
    write_segments([Segment(path=path, frames=frames(150, 0.0, file_px))], form)
    clip = replace(
        board.shots[2].panels[0],
        is_video=True,
        path=os.fspath(path),
        clip_start_s=0.0,
        view_start=WHOLE,
        view_end=WHOLE,
    )
    shot = replace(board.shots[2], panels=(clip,))
    film, body = film_of(board), bodies(board)[2]
    part = film[body.start : body.stop]
    part[held] = part[held][0]

    assert checks(film, replace(board, shots=(*board.shots[:2], shot, *board.shots[3:]))) == found
    assert len(body) > 60


def test_cut_that_is_late_is_off_its_beat(board: Storyboard) -> None:
    late = np.roll(film_of(board), 4, axis=0)

    assert min(cut_errors_s(watched(late, board), board)) > 0.1


def test_cut_off_face_and_words_too_short_are_found(board: Storyboard) -> None:
    shots = list(board.shots)
    corner = Rect(x_norm=0.0, y_norm=0.0, w_norm=0.1, h_norm=0.1)
    shots[2] = replace(shots[2], panels=(replace(shots[2].panels[0], faces=(corner,)),))
    assert shots[0].text is not None
    shots[0] = replace(shots[0], text=replace(shots[0].text, lines=("many words " * 8,)))

    found = plan_findings(replace(board, shots=tuple(shots)), THEME.type)

    assert [(one.check, one.shot) for one in found] == [(Check.FACE, 2), (Check.TEXT, 0)]


def test_words_that_open_the_movie_wait_before_they_can_be_read(board: Storyboard) -> None:
    opening = board.shots[0]
    later = replace(opening, start_frame=opening.n_frames)

    waits_s = readable_s(later, board, THEME.type) - readable_s(opening, board, THEME.type)

    assert waits_s == pytest.approx(OPENING_TEXT_S, abs=1 / board.fps)


@pytest.mark.parametrize(("x_norm", "is_safe"), [(0.03, False), (0.06, True), (0.87, False)])
def test_face_must_be_in_the_safe_area_of_the_frame(
    board: Storyboard, x_norm: float, is_safe: bool
) -> None:
    face = Rect(x_norm=x_norm, y_norm=0.4, w_norm=0.1, h_norm=0.1)
    panel = replace(board.shots[2].panels[0], frame=WHOLE, view_start=WHOLE, view_end=WHOLE)
    shot = replace(board.shots[2], panels=(replace(panel, faces=(face,)),))

    found = plan_findings(
        replace(board, shots=(*board.shots[:2], shot, *board.shots[3:])), THEME.type
    )

    assert [one.shot for one in found] == ([] if is_safe else [2])


def test_face_that_a_clip_loses_at_its_edge_is_found_and_the_clip_is_replaced(
    board: Storyboard, items: list[ViewItem]
) -> None:
    view = Rect(x_norm=0.2, y_norm=0.2, w_norm=0.6, h_norm=0.6)
    face = Rect(x_norm=0.15, y_norm=0.4, w_norm=0.1, h_norm=0.1)
    clip = replace(
        board.shots[2].panels[0],
        is_video=True,
        clip_start_s=0.0,
        view_start=view,
        view_end=view,
        faces=(face,),
    )
    shot = replace(board.shots[2], panels=(clip,), motion="hold")
    faulty = replace(board, shots=(*board.shots[:2], shot, *board.shots[3:]))

    found = tuple(plan_findings(faulty, THEME.type))
    better, told = replanned(
        faulty, Critique(measured={}, findings=found), items, likeness_of(items, {}), THEME.motion
    )

    assert [(one.check, one.shot) for one in found] == [(Check.FACE, 2)]
    assert told
    assert better.shots[2].panels[0].item_id != clip.item_id


def plain_movie(movie: Path, board: Storyboard, gain_db: float) -> None:
    """A movie of one colour, its sound so far from the wanted loudness."""
    pictures = movie.with_name("pictures.mp4")
    form = MovieFormat(width=320, height=180, fps=30, title="t", made_on=date(2024, 1, 1))
    plain = (from_rgb(np.full((180, 320, 3), 90, np.uint8)) for _ in range(board.n_frames))
    write_segments([Segment(path=pictures, frames=plain)], form)
    times_s = np.arange(round(board.duration_s * RATE_HZ)) / RATE_HZ
    tone = np.sin(2 * np.pi * 440 * times_s)
    samples = np.repeat(tone[:, np.newaxis], 2, axis=1).astype(np.float32)
    samples *= 10 ** ((LOUDNESS_LUFS - integrated_lufs(samples, RATE_HZ) + gain_db) / 20)
    join_movie(movie, [pictures], samples, form)


@pytest.mark.parametrize(
    ("gain_db", "expected"),
    [(0.0, set()), (-6.0, {Check.LOUDNESS}), (17.0, {Check.LOUDNESS, Check.PEAK})],
)
def test_sound_that_is_too_soft_or_too_loud_is_found(
    board: Storyboard, tmp_path: Path, gain_db: float, expected: set[Check]
) -> None:
    plain_movie(tmp_path / "m.mp4", board, gain_db)

    found = criticise(tmp_path / "m.mp4", board, THEME)

    assert {one.check for one in found.findings} & {Check.LOUDNESS, Check.PEAK} == expected


def test_what_no_shot_allows_to_measure_is_not_in_the_report(
    board: Storyboard, tmp_path: Path
) -> None:
    plain_movie(tmp_path / "m.mp4", board, 0.0)

    cut = criticise(tmp_path / "m.mp4", board, THEME)
    without_beats = criticise(tmp_path / "m.mp4", replace(board, beats_s=()), THEME)

    assert "worst_beat_error_ms" in cut.measured
    assert "worst_beat_error_ms" not in without_beats.measured
    # A plain colour has nothing to track.
    assert "worst_jitter_px" not in cut.measured


def frames(n_frames: int, shake_px: float, step_px: float = 0.3) -> Iterator[Planes]:
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 256, (40, 70, 3), dtype=np.uint8)
    picture = np.asarray(Image.fromarray(coarse).resize((400, 240), Image.Resampling.BICUBIC))
    for k in range(n_frames):
        x = 10 + step_px * k + rng.normal(0, shake_px)
        shift = np.array([[1.0, 0.0, -x], [0.0, 1.0, -10.0]])
        yield from_rgb(np.asarray(cv2.warpAffine(picture, shift, SIZE_PX), np.uint8))


@pytest.mark.parametrize(("shake_px", "low", "high"), [(0.0, 0.0, 0.12), (0.5, 0.4, 3.0)])
def test_trembling_is_told_from_a_smooth_move(
    board: Storyboard, tmp_path: Path, shake_px: float, low: float, high: float
) -> None:
    form = MovieFormat(width=320, height=180, fps=30, title="t", made_on=date(2024, 1, 1))
    movie = tmp_path / "m.mp4"
    first = bodies(board)[2].stop
    write_segments([Segment(path=movie, frames=frames(first, shake_px))], form)
    part = replace(board.shots[2], text=None)
    only = replace(board, shots=(*board.shots[:2], part, *board.shots[3:]))
    still = [
        replace(s, panels=tuple(replace(p, view_end=p.view_start) for p in s.panels))
        for s in only.shots
    ]
    still[2] = part

    found = jitters_px(movie, replace(only, shots=tuple(still)))

    assert list(found) == [2]
    assert low <= found[2] <= high


def test_shot_without_anything_to_track_hides_no_other(board: Storyboard, tmp_path: Path) -> None:
    form = MovieFormat(width=320, height=180, fps=30, title="t", made_on=date(2024, 1, 1))
    movie = tmp_path / "m.mp4"
    first = replace(board.shots[2], text=None)
    moving = replace(board, shots=(*board.shots[:2], first, *board.shots[3:]))
    flat = [from_rgb(np.full((180, 320, 3), 90, np.uint8))] * bodies(board)[2].stop
    shaken = list(frames(board.n_frames, 0.5))[len(flat) :]
    write_segments([Segment(path=movie, frames=[*flat, *shaken])], form)

    found = jitters_px(movie, moving)

    assert 2 not in found
    assert len(found) > 2
    assert min(found.values()) > 0.4


def test_shot_with_several_faults_is_changed_once_for_the_gravest(
    board: Storyboard, items: list[ViewItem]
) -> None:
    found = tuple(
        Finding(check=check, shot=2, told=check)
        for check in (Check.FACE, Check.BLACK, Check.JITTER)
    )
    shown = {panel.item_id for shot in board.shots for panel in shot.panels}
    critique = Critique(measured={}, findings=found)

    swapped, told = replanned(board, critique, items, likeness_of(items, {}), THEME.motion)
    shown_only = [item for item in items if item.id in shown]
    dropped, _ = replanned(board, critique, shown_only, likeness_of(items, {}), THEME.motion)

    assert told == ("shot 3: black",)
    assert swapped.shots[2].panels[0].item_id not in shown
    assert swapped.shots[2].motion != "hold"
    assert len(dropped.shots) == len(board.shots) - 1
    assert [shot.motion for shot in dropped.shots[3:]] == [shot.motion for shot in board.shots[4:]]


def test_faulty_shots_are_planned_again_and_locked_ones_stay(
    board: Storyboard, items: list[ViewItem]
) -> None:
    found = tuple(
        Finding(check=check, shot=n, told="x")
        for check, n in ((Check.FROZEN, 2), (Check.FACE, 3), (Check.BLACK, 4))
    )
    critique = Critique(measured={}, findings=found)

    better, told = replanned(
        lock(board, 4, locked=True), critique, items, likeness_of(items, {}), THEME.motion
    )

    changed = [n for n, shot in enumerate(better.shots) if shot != board.shots[n]]
    assert changed == [2, 3, 4]
    assert better.shots[2].panels[0].item_id not in {
        panel.item_id for shot in board.shots for panel in shot.panels
    }
    assert better.shots[3].motion == "hold"
    assert better.shots[4].panels == board.shots[4].panels
    assert told == ("shot 4: x", "shot 3: x")


def test_report_is_a_page_of_text() -> None:
    finding = Finding(check=Check.FACE, shot=2, told="a face is whole on 50% of its frames")
    critique = Critique(measured={"loudness_lufs": -16.02}, findings=(finding,), mended=("a",))

    lines = text_of(json.loads(critique.to_json())).splitlines()

    assert lines[0].split() == ["loudness", "lufs", "-16.020"]
    assert lines[1:] == ["found: shot 3: a face is whole on 50% of its frames", "mended: a"]
    assert "nothing to find" in text_of({"measured": {}, "findings": [], "mended": []})


def test_sheet_has_a_row_for_each_shot(board: Storyboard, tmp_path: Path) -> None:
    form = MovieFormat(width=320, height=180, fps=30, title="t", made_on=date(2024, 1, 1))
    plain = (from_rgb(np.full((180, 320, 3), 90, np.uint8)) for _ in range(board.n_frames))
    write_segments([Segment(path=tmp_path / "m.mp4", frames=plain)], form)

    write_sheet(tmp_path / "m.mp4", board, tmp_path / "s.png")

    with Image.open(tmp_path / "s.png") as sheet:
        rows = min(8, len(board.shots))
        assert sheet.height == rows * (136 + GAP_PX + LABEL_PX) + GAP_PX
        assert sheet.width == 4 * (TILE_PX + GAP_PX) + 3 * GAP_PX


def test_sheet_of_many_shots_has_two_tiles_a_shot_and_holds_one_at_a_time(
    board: Storyboard, tmp_path: Path
) -> None:
    shots = tuple(
        replace(board.shots[2], start_frame=4 * n, n_frames=4, text=None)
        for n in range(MANY_SHOTS + 12)
    )
    long = replace(board, shots=shots, n_frames=4 * len(shots))
    form = MovieFormat(width=320, height=180, fps=30, title="t", made_on=date(2024, 1, 1))
    plain = (from_rgb(np.full((180, 320, 3), 90, np.uint8)) for _ in range(long.n_frames))
    write_segments([Segment(path=tmp_path / "m.mp4", frames=plain)], form)

    tracemalloc.start()
    write_sheet(tmp_path / "m.mp4", long, tmp_path / "s.png")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    with Image.open(tmp_path / "s.png") as sheet:
        assert sheet.width == 14 * (2 * (TILE_PX + GAP_PX) + 2 * GAP_PX) + GAP_PX
    # 224 tiles are 22 MB.
    assert most < 5e6
