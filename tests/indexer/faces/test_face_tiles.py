"""Tiles cover a picture with few pixels, and every face lies wholly in one of them."""

from hypothesis import given
from hypothesis import strategies as st

from indexer.faces.tiles import TILE_LEAST_PX, tile_shape, tiles_of

sides = st.integers(1, 3000)
areas = st.integers(TILE_LEAST_PX**2, 2_000_000)


@given(sides, sides, areas, st.integers(10, 150), st.data())
def test_a_face_up_to_the_overlap_lies_wholly_in_the_tile_whose_core_has_its_middle(
    width: int, height: int, most_px: int, overlap_px: int, data: st.DataObject
) -> None:
    face_px = min(overlap_px, width, height)
    left = data.draw(st.integers(0, width - face_px))
    top = data.draw(st.integers(0, height - face_px))

    tiles = tiles_of(width, height, most_px, overlap_px)

    (owner,) = [
        tile
        for tile in tiles
        if tile.core[0] <= left + face_px / 2 < tile.core[2]
        and tile.core[1] <= top + face_px / 2 < tile.core[3]
    ]
    assert owner.left <= left <= owner.left + owner.width - face_px
    assert owner.top <= top <= owner.top + owner.height - face_px


@given(sides, sides, areas, st.integers(10, 150))
def test_tiles_have_one_shape_within_the_picture_and_the_pixels_allowed(
    width: int, height: int, most_px: int, overlap_px: int
) -> None:
    tiles = tiles_of(width, height, most_px, overlap_px)

    assert {(tile.width, tile.height) for tile in tiles} == {
        tile_shape(width, height, most_px, overlap_px)
    }
    for tile in tiles:
        assert tile.width * tile.height <= most_px
        assert 0 <= tile.left <= width - tile.width
        assert 0 <= tile.top <= height - tile.height


def test_a_usual_picture_costs_an_eighth_more_in_tiles_of_half_its_pixels() -> None:
    tiles = tiles_of(1280, 960, 650_000, 79)

    assert sum(tile.width * tile.height for tile in tiles) <= 1.126 * 1280 * 960
