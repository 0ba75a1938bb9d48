"""Drawn libraries: the same at each call, with a truth that fits."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from indexer.samples.head import Look
from indexer.samples.library import DRAWN_PX, HOME, TRIP, make_library, plan, write_picture
from indexer.samples.people import PEOPLE
from indexer.samples.portraits import face_box, portrait
from indexer.samples.scenes import land, room

AHEAD = Look(yaw=0.0, pitch=0.0, smile=0.5, light=(0.3, 0.3))


def test_plan_has_the_days_at_home_and_the_trip() -> None:
    taken = list(plan())

    events = {each.event for each in taken}
    trip = [each for each in taken if abs(each.place[0] - TRIP[0]) < 1]
    assert (len(taken), len(events), len(trip)) == (48, 12, 18)
    assert len({each.at.date() for each in trip}) == 3
    assert all(later.at > earlier.at for earlier, later in pairwise(taken))
    assert all((each.place[0] - HOME[0]) ** 2 < 0.01 for each in taken if each.is_inside)


def test_everybody_is_seen_several_times() -> None:
    seen = [who for each in plan() for who in each.people]

    assert min(seen.count(who) for who in range(len(PEOPLE))) >= 6
    assert all(len(set(each.people)) == len(each.people) for each in plan())


def test_picture_is_the_same_at_each_call_and_its_boxes_scale(tmp_path: Path) -> None:
    taken = next(each for each in plan() if len(each.people) == 2)

    small = write_picture(tmp_path, taken, (640, 480))
    first = (tmp_path / small.name).read_bytes()
    write_picture(tmp_path, taken, (640, 480))
    large = write_picture(tmp_path / ".", taken, (1280, 960))

    assert [each.person for each in small.faces] == list(taken.people)
    assert np.allclose(
        [2 * x for f in small.faces for x in f.box], [x for f in large.faces for x in f.box]
    )
    write_picture(tmp_path, taken, (640, 480))
    assert (tmp_path / small.name).read_bytes() == first


def test_files_tell_date_place_and_camera(tmp_path: Path) -> None:
    taken = next(plan())

    drawn = write_picture(tmp_path, taken, (320, 240))

    with Image.open(tmp_path / drawn.name) as picture:
        exif = picture.getexif()
        assert picture.size == (320, 240)
        assert exif.get_ifd(0x8769)[0x9003] == f"{taken.at:%Y:%m:%d %H:%M:%S}"
        assert exif.get_ifd(0x8825)[1] == "N"
        assert exif[0x0110] == "Drawn"


@pytest.mark.parametrize("who", range(len(PEOPLE)))
def test_head_is_drawn_where_its_box_says(who: int) -> None:
    ground = np.full((240, 240, 3), (0, 255, 0), np.uint8)

    drawn = portrait(PEOPLE[who], AHEAD, 130, ground)

    x, y, w, h = (round(length) for length in face_box((240, 240), PEOPLE[who], 130))
    changed = (drawn != ground).any(axis=2)
    assert (
        changed[y : y + h, x + w // 8 : x + w - w // 8].mean() > 0.93
    )  # beside the chin is no head
    assert not changed[:, :4].any()
    assert not changed[: y - 60].any()
    assert (ground == (0, 255, 0)).all()


def test_places_of_two_numbers_differ() -> None:
    for draw in (land, room):
        first, again, other = draw(1, 160, 120), draw(1, 160, 120), draw(2, 160, 120)

        assert np.array_equal(first, again)
        assert np.abs(first.astype(int) - other).mean() > 5


def test_whole_library_lies_in_one_folder(tmp_path: Path) -> None:
    drawn = make_library(tmp_path / "library", size_px=(DRAWN_PX[0] // 4, DRAWN_PX[1] // 4))

    assert sorted(path.name for path in (tmp_path / "library").iterdir()) == [d.name for d in drawn]
    assert sum(len(each.faces) for each in drawn) == 60
