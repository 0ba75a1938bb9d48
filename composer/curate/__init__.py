"""Which memories there are: one file per kind."""

from collections.abc import Mapping

from composer.curate.best_of import best_of_month, best_of_year
from composer.curate.birthdays import birthdays
from composer.curate.holiday import holiday
from composer.curate.model import Kind, MemoryKind
from composer.curate.on_this_day import on_this_day
from composer.curate.outings import outings
from composer.curate.person import person
from composer.curate.seasons import seasons
from composer.curate.this_week import this_week
from composer.curate.together import together
from composer.curate.trips import trips
from composer.curate.words import words

KINDS: Mapping[MemoryKind, Kind] = {
    MemoryKind.ON_THIS_DAY: on_this_day,
    MemoryKind.THIS_WEEK: this_week,
    MemoryKind.TRIP: trips,
    MemoryKind.OUTING: outings,
    MemoryKind.PERSON: person,
    MemoryKind.TOGETHER: together,
    MemoryKind.BEST_OF_MONTH: best_of_month,
    MemoryKind.BEST_OF_YEAR: best_of_year,
    MemoryKind.SEASON: seasons,
    MemoryKind.HOLIDAY: holiday,
    MemoryKind.BIRTHDAY: birthdays,
    MemoryKind.WORD: words,
}
"""Every kind of memory; which one comes first is up to `composer.cooldown`: one whose pictures were
shown lately comes later."""
