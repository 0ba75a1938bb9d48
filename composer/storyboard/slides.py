"""Slides: what one shot shows, a single item, two narrow ones side by side, or a collage."""

from dataclasses import dataclass

from composer.library import ViewItem
from composer.storyboard.canvas import Canvas

FITS_SHARE = 0.6
"""A picture fills the frame where cropping it to the frame's shape leaves this much of it: 4:3
(0.75) and 3:2 do on 16:9, portraits (0.42) do not."""

FAVOURITE = 0.1
FACE = 0.1
PERSON = 0.2
"""What it adds to a picture that somebody is on it, and that they are on others, too: beside the
picture itself as much as where memories are chosen. Views have the better scores, and few movies
are kept for them. Of a made library's nine trips, in chill, 76 % of what short movies show has
faces (56 % without this; of all their pictures 66 %) and 74 % of what medium ones show (64 %), in
10 and 13 towns (9 and 14)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slide:
    """What one shot shows."""

    items: tuple[ViewItem, ...]
    """One, or two to stand side by side (above each other on an upright frame), or a collage's."""

    @property
    def first(self) -> ViewItem:
        """The item that tells where and when the slide is."""
        return self.items[0]

    @property
    def value(self) -> float:
        """How good its pictures are, 0 to 1, and up to 0.3 more for favourites and people."""
        return sum(_worth(item) for item in self.items) / len(self.items)

    @property
    def is_video(self) -> bool:
        """Whether it moves by itself."""
        return self.first.is_video

    @property
    def is_collage(self) -> bool:
        """Whether it is three pictures or more."""
        return len(self.items) > 2

    @property
    def people(self) -> frozenset[int]:
        """Who is on it."""
        return frozenset(person for item in self.items for person in item.people)


def _worth(item: ViewItem) -> float:
    company = PERSON if item.people else FACE * bool(item.faces)
    return item.score + FAVOURITE * item.favourite + company


def kept_share(item: ViewItem, aspect: float) -> float:
    """How much of a picture is left where it is cropped to a shape."""
    own = item.width / item.height
    return min(own / aspect, aspect / own)


def fills_frame(item: ViewItem, canvas: Canvas) -> bool:
    """Whether an item's shape is near enough to the frame's."""
    return kept_share(item, canvas.aspect) >= FITS_SHARE


def is_narrow(item: ViewItem, canvas: Canvas) -> bool:
    """Whether an item is too narrow for the frame: upright on a wide one, wide on an upright."""
    own = item.width / item.height
    across = own < canvas.aspect if canvas.aspect >= 1 else own > canvas.aspect
    return across and not fills_frame(item, canvas)
