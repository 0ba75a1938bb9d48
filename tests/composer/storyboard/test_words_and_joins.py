"""Captions and joins: what they say and mean."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from composer.curate.wording import Wording
from composer.storyboard.canvas import Canvas
from composer.storyboard.captions import captions, reading_s
from composer.storyboard.joins import Break, break_between, chapters, join
from composer.storyboard.neighbours import likeness_of
from composer.storyboard.pairs import slides_of
from composer.storyboard.slides import Slide
from indexer.catalog.events import Place
from themes.load import BUILTIN, load_theme

Factory = Callable[..., Any]
WIDE = Canvas(width=1920, height=1080, fps=30)
NOON = dt.datetime.fromisoformat("2024-05-04T12:00")


def _place(name: str) -> Place:
    return Place(id=1, name=name, region="", country_code="PT", country="Portugal")


def _captions(items: list[Any], visible_s: float = 4.0, language: str = "en") -> list[str | None]:
    slides = slides_of(items, WIDE, likeness_of(items, {}))
    found = captions(slides, [visible_s] * len(slides), Wording(language))
    return [None if text is None else text.lines[0] for text in found]


def test_a_caption_comes_where_day_or_place_changes(make_item: Factory) -> None:
    lisbon, sintra = _place("Lisbon"), _place("Sintra")
    days = [(0, lisbon), (0, lisbon), (1, lisbon), (1, lisbon), (2, sintra), (2, sintra)]
    items = [
        make_item(n, taken_at=NOON + dt.timedelta(days=day, hours=n), place=place)
        for n, (day, place) in enumerate(days)
    ]

    assert _captions(items) == ["Lisbon · May 4", None, "May 5", None, "Sintra · May 6", None]


def test_one_afternoon_needs_no_caption_and_years_are_told(make_item: Factory) -> None:
    afternoon = [make_item(n, place=_place("Lisbon")) for n in range(4)]
    through = [make_item(n, taken_at=NOON.replace(year=2020 + n)) for n in range(3)]

    assert _captions(afternoon) == [None] * 4
    assert _captions(through, language="de") == ["4. Mai 2020", "4. Mai 2021", "4. Mai 2022"]


def test_two_pictures_side_by_side_have_no_caption(make_item: Factory) -> None:
    times = (NOON, NOON + dt.timedelta(minutes=1))
    pair = [make_item(n, taken_at=at, width=900, height=1600) for n, at in enumerate(times)]
    wide = make_item(2, taken_at=NOON + dt.timedelta(days=1))

    assert _captions([*pair, wide]) == [None, "May 5"]


def test_a_caption_that_cannot_be_read_in_time_is_shortened_or_left_out(
    make_item: Factory,
) -> None:
    items = [
        make_item(1, taken_at=NOON, place=_place("Vila Real de Santo António")),
        make_item(2, taken_at=NOON + dt.timedelta(days=2), place=_place("Lisbon")),
    ]

    assert _captions(items, visible_s=2.0) == ["May 4", None]
    assert _captions(items, visible_s=1.0) == [None, None]
    assert reading_s("May 4") < 2.0


def test_what_there_was_no_time_for_is_told_by_a_later_caption(make_item: Factory) -> None:
    gaia, porto = _place("Vila Nova de Gaia"), _place("Porto")
    items = [
        make_item(n, taken_at=NOON + dt.timedelta(days=n // 3, hours=n), place=place)
        for n, place in enumerate((gaia, gaia, gaia, porto, porto, porto))
    ]
    slides = slides_of(items, WIDE, likeness_of(items, {}))

    found = captions(slides, [2.4, 6.0, 6.0, 6.0, 6.0, 6.0], Wording("en"))

    lines = [None if text is None else text.lines[0] for text in found]
    assert lines == ["May 4", None, "Vila Nova de Gaia", None, "Porto · May 5", None]


def test_an_uncertain_day_is_no_caption(make_item: Factory) -> None:
    items = [
        make_item(n, taken_at=NOON + dt.timedelta(days=3 * n), date_confidence=0.3)
        for n in range(3)
    ]

    assert _captions(items) == [None, None, None]


@pytest.mark.parametrize(
    ("hours", "latitude", "what"),
    [
        (0.1, 38.7, Break.MOMENT),
        (3, 38.7, Break.TIME),
        (24, 38.7, Break.DAY),
        (3, 41.1, Break.PLACE),
        (24 * 400, 38.7, Break.YEAR),
    ],
)
def test_what_lies_between_two_slides(
    hours: float, latitude: float, what: Break, make_item: Factory
) -> None:
    later = NOON + dt.timedelta(hours=hours)
    items = [
        make_item(1, taken_at=NOON, latitude=38.7, longitude=-9.1),
        make_item(2, taken_at=later, latitude=latitude, longitude=-9.1),
    ]

    before, after = slides_of(items, WIDE, likeness_of(items, {}))

    assert break_between(before, after) is what


def test_the_other_side_of_the_date_line_is_no_new_place(make_item: Factory) -> None:
    later = NOON + dt.timedelta(hours=3)
    items = [
        make_item(1, taken_at=NOON, latitude=-16.8, longitude=179.95),
        make_item(2, taken_at=later, latitude=-16.8, longitude=-179.95),
    ]

    before, after = slides_of(items, WIDE, likeness_of(items, {}))

    assert break_between(before, after) is Break.TIME


def test_somebody_alone_and_then_with_others_is_the_same_person(make_item: Factory) -> None:
    alone = Slide(items=(make_item(1, people=(7,)),))
    with_others = Slide(items=(make_item(2, people=(7, 8)),))
    others = Slide(items=(make_item(3, people=(8, 9)),))

    assert break_between(alone, with_others) is Break.PERSON
    assert break_between(with_others, alone) is Break.PERSON
    assert break_between(with_others, others) is Break.TIME
    assert chapters([Break.PERSON] * 8) == frozenset()


def test_chapters_are_the_widest_breaks_and_at_most_a_quarter() -> None:
    breaks = [Break.DAY, Break.TIME, Break.PLACE, Break.DAY, Break.MOMENT, Break.DAY] * 2

    found = chapters(breaks)

    assert len(found) == 3
    assert {2, 8} < found
    assert chapters([Break.TIME] * 8) == frozenset()


def _names(
    theme: str,
    what: Break,
    *,
    chapter: bool,
    before: tuple[str, ...] = (),
    usual: bool = False,
) -> set[str]:
    return {
        join(
            load_theme(theme),
            what,
            chapter=chapter,
            usual=usual,
            lengths=(120, 120),
            fps=30,
            before=before,
            rng=np.random.default_rng(seed),
        ).transition.name
        for seed in range(60)
    }


def test_a_chapter_opens_as_the_theme_says_and_no_dip_lies_between_others() -> None:
    assert _names("chill", Break.DAY, chapter=True) == {"dip_to_black"}
    assert _names("gentle", Break.DAY, chapter=True) == {"dip_to_colour"}
    assert _names("gentle", Break.YEAR, chapter=True) == {"light_leak"}
    assert _names("chill", Break.TIME, chapter=False) == {"dissolve", "blur_dissolve"}
    assert _names("uplifting", Break.MOMENT, chapter=False) == {"cut", "dissolve"}
    assert _names("uplifting", Break.PERSON, chapter=False) == {"dissolve"}
    assert {"cut", "push", "soft_wipe"} < _names("uplifting", Break.TIME, chapter=False)


@pytest.mark.parametrize("theme", BUILTIN)
def test_day_place_and_year_are_told_apart_and_from_what_lies_within_a_day(theme: str) -> None:
    marks = [_names(theme, what, chapter=True) for what in (Break.DAY, Break.PLACE, Break.YEAR)]
    within = _names(theme, Break.TIME, chapter=False) | _names(theme, Break.MOMENT, chapter=False)

    assert [len(names) for names in marks] == [1, 1, 1]
    assert len(set.union(*marks)) == 3
    assert not set.union(*marks) & within


@pytest.mark.parametrize("theme", BUILTIN)
def test_a_new_day_or_place_that_opens_no_chapter_is_no_plain_join(theme: str) -> None:
    place = _names(theme, Break.PLACE, chapter=True)

    assert not _names(theme, Break.DAY, chapter=False) & {"cut", "dissolve", "dip_to_colour"}
    assert _names(theme, Break.PLACE, chapter=False) == place
    assert _names(theme, Break.YEAR, chapter=False) <= {"cut", "dissolve", "blur_dissolve"}


@pytest.mark.parametrize("theme", BUILTIN)
def test_where_every_picture_is_of_another_day_only_chapters_tell_so(theme: str) -> None:
    later = _names(theme, Break.TIME, chapter=False)

    assert _names(theme, Break.DAY, chapter=False, usual=True) == later
    assert _names(theme, Break.PLACE, chapter=False, usual=True) == later
    assert not _names(theme, Break.DAY, chapter=True, usual=True) & later


def test_no_mark_comes_three_times_running() -> None:
    twice = ("zoom_through", "zoom_through")

    assert _names("uplifting", Break.PLACE, chapter=False, before=twice) == {"push", "soft_wipe"}


@pytest.mark.parametrize("theme", BUILTIN)
def test_the_end_card_comes_softly(theme: str) -> None:
    assert _names(theme, Break.END, chapter=False) <= {"dissolve", "blur_dissolve"}


def test_a_transition_too_long_for_a_short_shot_is_shortened_to_a_third() -> None:
    found = join(
        load_theme("chill"),
        Break.TIME,
        chapter=False,
        usual=False,
        lengths=(60, 200),
        fps=30,
        before=(),
        rng=np.random.default_rng(1),
    )

    assert found.transition.n_frames == 20
