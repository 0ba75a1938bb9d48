"""How smooth the moves are, tracked on the film itself."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from composer.critique.film import frames_at
from composer.critique.pictures import bodies
from composer.storyboard.model import Shot, Storyboard

TRACKED_FRAMES = 24
MOST_POINTS = 60

_AGREE_PX = 0.5
"""Points this far from where the others say they should be have slipped."""

_WINDOW_PX = (31, 31)
_CRITERIA = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 40, 0.001)


def jitters_px(movie: Path, board: Storyboard) -> dict[int, float]:
    """By shot, the mean acceleration of tracked points in the middle of its move.

    Only of photographs that fill the frame and move; px a frame squared at the movie's size. The
    tracker and the encoder add about 0.02 of their own.
    """
    wanted = {
        n: range(middle - TRACKED_FRAMES // 2, middle + TRACKED_FRAMES // 2)
        for n, (shot, body) in enumerate(zip(board.shots, bodies(board), strict=True))
        if _moves(shot) and len(body) >= TRACKED_FRAMES
        for middle in [(body.start + body.stop) // 2]
    }
    found = {
        n: _jitter_px(
            np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.uint8)
            for frame in frames_at(movie, part, board.fps, board.width)
        )
        for n, part in wanted.items()
    }
    return {n: value for n, value in found.items() if value is not None}


def _moves(shot: Shot) -> bool:
    if len(shot.panels) != 1 or shot.text is not None:
        return False
    (panel,) = shot.panels
    return not panel.is_video and panel.view_start != panel.view_end


def _jitter_px(greys: Iterator[NDArray[np.uint8]]) -> float | None:
    """Mean length of the second differences of where the picture's middle and a corner go.

    Single points slip along edges: at each frame the shift, turn and scaling is found that most of
    them agree on.
    """
    last = next(greys)
    start = cv2.goodFeaturesToTrack(last, MOST_POINTS, 0.02, 24)
    if start is None:
        return None
    points, good = start, np.ones(len(start), np.bool_)
    tracks = [points[:, 0]]
    for grey in greys:
        points, found, _ = cv2.calcOpticalFlowPyrLK(
            last,
            grey,
            points,
            np.empty_like(points),
            winSize=_WINDOW_PX,
            maxLevel=1,
            criteria=_CRITERIA,
        )
        good &= found[:, 0] == 1
        tracks.append(points[:, 0])
        last = grey
    if good.sum() < 4:
        return None
    paths = np.ascontiguousarray(np.stack(tracks)[:, good])
    height, width = last.shape
    spots = np.array([[[width / 2, height / 2], [width / 4, height / 4]]])
    moved = []
    for points in paths:
        turn, _ = cv2.estimateAffinePartial2D(paths[0], points, ransacReprojThreshold=_AGREE_PX)
        if turn is None:
            return None
        moved.append(cv2.transform(spots, turn)[0])
    return float(np.linalg.norm(np.diff(np.stack(moved), 2, axis=0), axis=2).mean())
