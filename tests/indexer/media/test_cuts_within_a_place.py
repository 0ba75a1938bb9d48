"""Cuts from one view of a place to another in its colours, and quick pans, which are none."""

import csv
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from indexer.media.highlights import Highlight, find_highlights, measure_frame
from indexer.media.video import sample_frames

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
FPS = 10
CUT_S = 4.0
VIEW_PX = (320, 180)
ROOMS = 10

MakeClip = Callable[..., Path]
Rgb8 = NDArray[np.uint8]  # [h, w, 3]

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="needs the pictures of ../shared/data beside the project"
)


def rooms() -> list[Rgb8]:
    """Bedrooms and kitchens that nothing was chosen on."""
    with tarfile.open(DATA / "scenes.tar") as tar, (DATA / "scenes.csv").open() as rows:
        names = [
            row["file"]
            for row in csv.DictReader(rows)
            if row["split"] == "test" and row["label"] in {"bedroom", "kitchen"}
        ]
        step = len(names) // ROOMS
        files = [tar.extractfile(name) for name in names[::step][:ROOMS]]
        return [
            np.asarray(Image.open(io.BytesIO(file.read())).convert("RGB")) for file in files if file
        ]


def seen(picture: Rgb8, left_norm: float, wide_norm: float) -> Rgb8:
    """A part of a picture as a frame."""
    scale = wide_norm * picture.shape[1] / VIEW_PX[0]
    top = (picture.shape[0] - scale * VIEW_PX[1]) / 2
    window = np.array([[scale, 0, left_norm * picture.shape[1]], [0, scale, top]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(picture, window, VIEW_PX, flags=flags, borderMode=cv2.BORDER_REFLECT),
        np.uint8,
    )


def highlights_of(path: Path, duration_s: float) -> tuple[Highlight, ...]:
    frames = sample_frames(path, every_s=1.0, max_side_px=VIEW_PX[0])
    measures = [measure_frame(frame, n_faces=0) for frame in frames]
    return find_highlights(measures, duration_s=duration_s, loudness_db=())


def test_no_highlight_runs_from_one_view_of_a_room_to_another(make_clip: MakeClip) -> None:
    over = 0
    for n, room in enumerate(rooms()):
        # Each half of the picture, in a hand that turns slowly.
        slow = [0.002 * k for k in range(round(CUT_S * FPS))]
        frames = [seen(room, left + by, 0.42) for left in (0.0, 0.5) for by in slow]

        found = highlights_of(make_clip(frames, f"{n}.mp4", fps=FPS), 2 * CUT_S)

        assert found
        over += any(one.start_s < CUT_S - 0.2 and one.end_s > CUT_S + 0.2 for one in found)

    assert over <= 1


def test_a_quick_pan_is_no_cut(make_clip: MakeClip) -> None:
    with Image.open(DATA / "photos_hires" / "canyon.jpg") as photo:
        photo.draft("RGB", (1600, 1100))
        picture = np.asarray(photo.convert("RGB"))
    # Two seconds in each place, and half a width a second between them.
    lefts = np.interp(np.arange(80) / FPS, [0, 2, 5, 8], [0.05, 0.05, 0.6, 0.6])
    frames = [seen(picture, left, 0.35) for left in lefts]

    (found,) = highlights_of(make_clip(frames, fps=FPS), 8.0)

    assert (found.start_s, found.end_s) == (0.0, 8.0)
