from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.scenes.duplicates import (
    BURST_GAP_S,
    Picture,
    distance_bits,
    group,
    phash,
)
from indexer.scenes.quality import Rgb8


def make_scene(seed: int) -> Rgb8:
    """Smooth random blobs, like a landscape out of focus: every frequency that a hash looks at."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0, 255, (12, 16, 3)).astype(np.float32)
    return np.clip(cv2.resize(coarse, (640, 480), interpolation=cv2.INTER_CUBIC), 0, 255).astype(
        np.uint8
    )


def make_picture(item_id: int, **facts: object) -> Picture:
    picture = Picture(
        item_id=item_id,
        content_hash=item_id.to_bytes(4, "big"),
        phash=0,
        taken_at_s=None,
        by_camera=True,
        width=4000,
        height=3000,
        score=0.5,
    )
    return replace(picture, **facts)  # type: ignore[arg-type]  # facts are checked by their names


def spread_bits(seed: int) -> int:
    return int.from_bytes(np.random.default_rng(seed).bytes(8), "big")


def test_hash_survives_scaling_brightening_and_jpeg() -> None:
    scene = make_scene(1)
    smaller = cv2.resize(scene, (320, 240), interpolation=cv2.INTER_AREA)
    brighter = np.clip(smaller.astype(np.float32) * 1.1, 0, 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", brighter, [cv2.IMWRITE_JPEG_QUALITY, 60])
    again = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)

    bits = distance_bits(phash(scene), phash(again))

    assert bits <= 6


def test_hashes_of_different_scenes_differ_in_about_half_their_bits() -> None:
    hashes = [phash(make_scene(seed)) for seed in range(12)]

    distances = [distance_bits(a, b) for i, a in enumerate(hashes) for b in hashes[:i]]

    assert min(distances) > 14
    assert 26 <= float(np.mean(distances)) <= 38


def test_exact_copies_are_one_picture_whatever_their_dates() -> None:
    original = make_picture(1, content_hash=b"same", phash=spread_bits(1), taken_at_s=0.0)
    copy = replace(original, item_id=2, taken_at_s=5e7)

    kept_for = group([original, copy])

    assert kept_for == {2: 1}


def test_burst_keeps_its_best_picture() -> None:
    scores = (0.4, 0.9, 0.6)
    burst = [
        make_picture(n, phash=0b111 << n, taken_at_s=10.0 + n, score=score)
        for n, score in enumerate(scores)
    ]

    kept_for = group(burst)

    assert kept_for == {0: 1, 2: 1}


def test_same_view_a_minute_later_is_kept() -> None:
    first = make_picture(1, phash=0, taken_at_s=0.0)
    second = make_picture(2, phash=0b11111, taken_at_s=60.0)

    assert group([first, second]) == {}


def test_unlike_pictures_of_one_second_are_kept() -> None:
    first = make_picture(1, phash=spread_bits(1), taken_at_s=0.0)
    second = make_picture(2, phash=spread_bits(2), taken_at_s=0.5)

    assert group([first, second]) == {}


def test_smaller_copy_without_a_date_gives_way_to_its_original() -> None:
    original = make_picture(1, phash=spread_bits(3), taken_at_s=0.0, score=0.8)
    forwarded = make_picture(2, phash=spread_bits(3) ^ 1, width=1600, height=1200, score=0.7)

    assert group([original, forwarded]) == {2: 1}


@pytest.mark.parametrize(
    ("by_camera", "kept"),
    [((True, True), {}), ((True, False), {2: 1}), ((False, False), {2: 1})],
    ids=["both by cameras", "one by its name", "both by their names"],
)
def test_same_view_in_another_year_is_no_copy_where_cameras_tell_the_days(
    by_camera: tuple[bool, bool], kept: dict[int, int]
) -> None:
    first = make_picture(1, phash=spread_bits(3), taken_at_s=0.0, by_camera=by_camera[0])
    later = make_picture(2, phash=spread_bits(3), taken_at_s=3e7, by_camera=by_camera[1])

    assert group([first, later]) == kept


def test_copy_of_a_camera_in_another_time_zone_is_a_copy() -> None:
    original = make_picture(1, phash=spread_bits(3), taken_at_s=0.0)
    copy = make_picture(2, phash=spread_bits(3), taken_at_s=14 * 3600.0)

    assert group([original, copy]) == {2: 1}


def test_crop_of_another_shape_is_no_copy() -> None:
    original = make_picture(1, phash=spread_bits(3))
    square = make_picture(2, phash=spread_bits(3), width=3000, height=3000)

    assert group([original, square]) == {}


pictures = st.lists(
    st.builds(
        make_picture,
        item_id=st.integers(0, 10_000),
        phash=st.sampled_from([0, 1, 0b111, spread_bits(4), spread_bits(5)]),
        taken_at_s=st.one_of(st.none(), st.floats(0, 3 * BURST_GAP_S)),
        score=st.floats(0, 1),
    ),
    max_size=12,
    unique_by=lambda picture: picture.item_id,
)


@given(pictures, st.randoms(use_true_random=False))
def test_grouping_is_blind_to_order_and_keeps_what_others_lean_on(
    library: list[Picture], rng: object
) -> None:
    shuffled = list(library)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis hides its Random's type

    kept_for = group(library)

    assert group(shuffled) == kept_for
    assert not set(kept_for.values()) & set(kept_for)
    score_of = {picture.item_id: picture.score for picture in library}
    assert all(score_of[kept] >= score_of[lost] for lost, kept in kept_for.items())
