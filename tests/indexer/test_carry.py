import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.carry import same_faces
from indexer.catalog.faces import Face, FaceId, NewFace
from indexer.catalog.items import ItemId

Box = tuple[float, float, float, float]
boxes = st.tuples(*[st.floats(0, 500), st.floats(0, 500), st.floats(1, 200), st.floats(1, 200)])


def old(box: Box, time_s: float | None = None) -> Face:
    x, y, w, h = box
    return Face(
        id=FaceId(1),
        item_id=ItemId(1),
        time_s=time_s,
        x=x,
        y=y,
        w=w,
        h=h,
        score=1.0,
        landmarks=b"",
        vector=b"",
        model="a",
        quality=1.0,
        imported_name=None,
        person_id=None,
        assigned=None,
    )


def new(box: Box, time_s: float | None = None) -> NewFace:
    return NewFace(
        time_s=time_s,
        box=box,
        score=1.0,
        landmarks=np.zeros((5, 2), np.float32),
        vector=np.ones(1, np.float32),
        model="b",
        quality=1.0,
        imported_name=None,
        crop_jpeg=b"",
    )


def test_face_of_another_detector_is_found_where_the_old_one_lay() -> None:
    before = [old((100, 100, 50, 60)), old((300, 100, 50, 60))]
    after = [new((305, 95, 45, 70)), new((600, 10, 20, 20)), new((98, 104, 55, 58))]

    assert same_faces(before, after) == {0: 1, 2: 0}


def test_neighbours_do_not_take_each_others_place() -> None:
    before = [old((100, 100, 60, 60)), old((140, 100, 60, 60))]
    after = [new((138, 100, 60, 60)), new((102, 100, 60, 60))]

    assert same_faces(before, after) == {0: 1, 1: 0}


@pytest.mark.parametrize(("late_s", "is_same"), [(0.5, True), (1.0, False)])
def test_face_of_a_clip_is_looked_for_at_its_time(late_s: float, is_same: bool) -> None:
    pairs = same_faces([old((0, 0, 9, 9), 3.0)], [new((0, 0, 9, 9), 3.0 + late_s)])

    assert bool(pairs) is is_same


@given(st.lists(boxes, max_size=5), st.lists(boxes, max_size=5))
def test_each_face_is_in_one_pair_at_most(before: list[Box], after: list[Box]) -> None:
    pairs = same_faces([old(box) for box in before], [new(box) for box in after])

    assert len(set(pairs.values())) == len(pairs)


@given(st.lists(boxes, max_size=1))
def test_same_boxes_are_the_same_faces(told: list[Box]) -> None:
    assert same_faces([old(box) for box in told], [new(box) for box in told]) == {
        n: n for n in range(len(told))
    }
