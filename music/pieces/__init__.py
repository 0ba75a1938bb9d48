"""The pieces that we can play, a file each."""

from music.pieces.family_album import FAMILY_ALBUM
from music.pieces.first_day import FIRST_DAY
from music.pieces.low_tide import LOW_TIDE
from music.pieces.open_road import OPEN_ROAD
from music.pieces.paper_boats import PAPER_BOATS
from music.pieces.slow_light import SLOW_LIGHT

PIECES = (SLOW_LIGHT, LOW_TIDE, FAMILY_ALBUM, PAPER_BOATS, OPEN_ROAD, FIRST_DAY)
