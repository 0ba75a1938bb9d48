"""The pieces that we can play, a file each."""

from music.pieces.blue_hour import BLUE_HOUR
from music.pieces.carousel import CAROUSEL
from music.pieces.family_album import FAMILY_ALBUM
from music.pieces.first_day import FIRST_DAY
from music.pieces.harbour_lights import HARBOUR_LIGHTS
from music.pieces.kitchen_radio import KITCHEN_RADIO
from music.pieces.kites import KITES
from music.pieces.letters_home import LETTERS_HOME
from music.pieces.low_tide import LOW_TIDE
from music.pieces.open_road import OPEN_ROAD
from music.pieces.paper_boats import PAPER_BOATS
from music.pieces.slow_light import SLOW_LIGHT

PIECES = (
    SLOW_LIGHT,
    LOW_TIDE,
    HARBOUR_LIGHTS,
    BLUE_HOUR,
    FAMILY_ALBUM,
    PAPER_BOATS,
    LETTERS_HOME,
    KITCHEN_RADIO,
    OPEN_ROAD,
    FIRST_DAY,
    KITES,
    CAROUSEL,
)
