"""The kinds of memories: what makes one, what it is called, when it is fit to be shown."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from composer import curate
from composer.curate import KINDS
from composer.curate.best_of import best_of_month, best_of_year
from composer.curate.birthdays import birthdays
from composer.curate.curate import curate as curated
from composer.curate.feasts import easter_sunday, feasts
from composer.curate.holiday import holiday
from composer.curate.model import CurationSettings, Idea, MemoryKind, Occasion
from composer.curate.on_this_day import on_this_day
from composer.curate.outings import outings
from composer.curate.person import person
from composer.curate.places import place_name
from composer.curate.seasons import seasons
from composer.curate.this_week import this_week
from composer.curate.together import together
from composer.curate.trips import trips
from composer.curate.wording import Wording
from composer.curate.words import words
from indexer.catalog.events import Place

Factory = Callable[..., Any]
TODAY = dt.date(2026, 11, 21)


def _occasion(today: dt.date = TODAY, language: str = "en", **values: Any) -> Occasion:
    return Occasion(today=today, wording=Wording(language), country="DE", **values)


def _at(text: str, n: int = 0) -> dt.datetime:
    return dt.datetime.fromisoformat(text) + dt.timedelta(minutes=20 * n)


def _days(make_item: Factory, days: list[str], per_day: int, **values: Any) -> list[Any]:
    return [
        make_item(100 * d + n, taken_at=_at(f"{day}T10:00", n), **values)
        for d, day in enumerate(days)
        for n in range(per_day)
    ]


def test_the_list_of_kinds_is_whole() -> None:
    assert set(KINDS) == set(MemoryKind)
    assert len(KINDS) == 12
    folder = Path(curate.__file__).parent
    assert {kind.__module__.rsplit(".", 1)[1] for kind in KINDS.values()} == {
        path.stem for path in folder.glob("*.py") if "Iterator[Idea]" in path.read_text()
    }


def test_on_this_day_needs_two_years_or_a_rich_day(make_item: Factory, make_view: Factory) -> None:
    two_years = _days(make_item, ["2020-11-21", "2023-11-21"], 3)
    one_year = _days(make_item, ["2020-11-21"], 6)
    rich_day = _days(make_item, ["2020-11-21"], 8)

    found = [
        [idea.subtitle for idea in on_this_day(make_view(items), _occasion())]
        for items in (two_years, one_year, rich_day)
    ]

    assert found == [["November 21 · 2020, 2023"], [], ["November 21, 2020"]]


def test_on_this_day_looks_ahead_and_each_has_its_own_day(
    make_item: Factory, make_view: Factory
) -> None:
    days = ["2020-12-01", "2021-12-01", "2020-06-05", "2021-06-05"]
    ideas = list(on_this_day(make_view(_days(make_item, days, 4)), _occasion()))

    assert [idea.key for idea in ideas] == ["on_this_day:12-01:2026", "on_this_day:06-05:2027"]
    assert ideas[0].window == (dt.date(2026, 12, 1), dt.date(2026, 12, 1))


def test_an_uncertain_date_is_never_on_this_day_nor_a_birthday(
    make_item: Factory, make_view: Factory, make_person: Factory
) -> None:
    days = ["2020-11-21", "2023-11-21"]
    items = _days(make_item, days, 8, date_confidence=0.69, people=[1])
    view = make_view(items, people=[make_person(1, name="Anna", birthday="1990-11-25")])

    assert list(on_this_day(view, _occasion())) == []
    assert list(birthdays(view, _occasion())) == []


def test_the_29th_of_february_is_remembered_on_the_28th(
    make_item: Factory, make_view: Factory
) -> None:
    view = make_view(_days(make_item, ["2020-02-29", "2024-02-29"], 4))

    ideas = list(on_this_day(view, _occasion(dt.date(2026, 2, 28))))

    assert ideas[0].key == "on_this_day:02-28:2026"
    assert len(ideas[0].pool) == 8


def test_this_week_goes_from_monday_to_sunday(make_item: Factory, make_view: Factory) -> None:
    view = make_view(_days(make_item, ["2020-11-16", "2022-11-22", "2022-11-23"], 4))

    ideas = list(this_week(view, _occasion()))

    assert ideas[0].key == "this_week:2026-W47"
    assert ideas[0].window == (dt.date(2026, 11, 16), dt.date(2026, 11, 22))
    assert len(ideas[0].pool) == 8


def test_a_trip_is_called_after_its_town_once_it_is_over(
    make_item: Factory, make_view: Factory, make_event: Factory
) -> None:
    lisbon = Place(id=1, name="Lisbon", region="Lisboa", country_code="PT", country="Portugal")
    items = _days(make_item, ["2024-05-04", "2024-05-11"], 5, event=7, place=lisbon)
    event = make_event(7, "trip", _at("2024-05-04T10:00"), _at("2024-05-11T12:00"))
    view = make_view(items, events=[event])

    over = list(trips(view, _occasion(language="de")))
    still_on = list(trips(view, _occasion(dt.date(2024, 5, 12))))

    assert [(i.key, i.title, i.subtitle) for i in over] == [("trip:7", "Lisbon", "4.–11. Mai 2024")]
    assert over[0].subjects == ("trip:7", "event:7")
    assert still_on == []


def test_a_trip_through_many_towns_is_called_after_its_country(make_item: Factory) -> None:
    places = [
        Place(id=n, name=f"Town {n}", region=f"Region {n}", country_code="PT", country="Portugal")
        for n in range(6)
    ]
    items = [make_item(n, place=place) for n, place in enumerate(places)]

    assert place_name(items, Wording("it")) == "Portogallo"
    assert place_name([make_item(1)], Wording("it")) == ""


def _in_countries(make_item: Factory, *counts: tuple[str, str, int]) -> list[Any]:
    """Items of February 2021, so many in a town of each country, one country after the other."""
    told = [(code, name) for code, name, count in counts for _ in range(count)]
    return [
        make_item(
            n,
            taken_at=_at(f"2021-02-{n % 28 + 1:02d}T10:00"),
            place=Place(id=n, name=f"Town {n}", region="", country_code=code, country=name),
        )
        for n, (code, name) in enumerate(told)
    ]


@pytest.mark.parametrize(
    ("counts", "name"),
    [
        ((12, 13, 8), ""),
        ((2, 3, 20), "Spain"),
        ((2, 12, 11), "Egypt and Spain"),
    ],
)
def test_a_month_is_called_after_a_country_only_where_nearly_all_of_it_was_there(
    counts: tuple[int, int, int], name: str, make_item: Factory, make_view: Factory
) -> None:
    countries = (("IS", "Iceland"), ("EG", "Egypt"), ("ES", "Spain"))
    told = [(code, country, n) for (code, country), n in zip(countries, counts, strict=True)]
    view = make_view(_in_countries(make_item, *told))

    (month,) = best_of_month(view, _occasion())

    assert (month.title, month.subtitle) == (
        "February 2021",
        f"The best of the month · {name}" if name else "The best of the month",
    )


def test_titles_name_the_place_of_what_is_chosen(make_item: Factory, make_view: Factory) -> None:
    burst = _in_countries(make_item, ("ES", "Spain", 30))
    burst = [replace(item, taken_at=_at("2021-02-20T10:00")) for item in burst]
    rest = _in_countries(make_item, ("IS", "Iceland", 6), ("EG", "Egypt", 6))
    rest = [replace(item, id=100 + n) for n, item in enumerate(rest)]
    settings = CurationSettings(kinds=(MemoryKind.BEST_OF_MONTH,))

    (month,) = curated(make_view([*burst, *rest]), settings, TODAY)

    assert len(month.items) == 13
    assert month.subtitle == "The best of the month · Egypt and Iceland"


def test_a_trip_and_a_season_tell_the_days_of_the_pictures_that_may_be_shown(
    make_item: Factory, make_view: Factory, make_event: Factory
) -> None:
    days = [f"2021-02-{day:02d}" for day in (8, 9, 10, 11)]
    items = _days(make_item, days, 5, event=7)
    event = make_event(7, "trip", _at("2021-02-04T10:00"), _at("2021-02-11T12:00"))
    view = make_view(items, events=[event])

    (trip,) = trips(view, _occasion())
    (season,) = seasons(view, _occasion())

    assert (trip.subtitle, trip.reason) == ("Feb 8 – 11, 2021", "a trip of 4 days with 20 pictures")
    assert (season.title, season.subtitle) == ("Winter 2020/21", "February 2021")
    assert season.reason == "20 pictures on 4 days from February 2021"


def test_a_party_and_an_outing_are_told_apart(
    make_item: Factory, make_view: Factory, make_event: Factory
) -> None:
    park = Place(id=1, name="Dachau", region="Bayern", country_code="DE", country="Germany")
    party = _days(make_item, ["2024-05-04"], 6, event=1)
    outing = [
        make_item(900 + n, taken_at=_at("2024-06-01T10:00", n), event=2, place=park)
        for n in range(6)
    ]
    events = [
        make_event(1, "party", _at("2024-05-04T18:00"), _at("2024-05-04T22:00")),
        make_event(2, "outing", _at("2024-06-01T10:00"), _at("2024-06-01T14:00")),
    ]

    found = list(outings(make_view([*party, *outing], events=events), _occasion(language="fr")))

    assert [(idea.title, idea.subtitle) for idea in found] == [
        ("Une soirée ensemble", "4 mai 2024"),
        ("Dachau", "Une sortie · 1 juin 2024"),
    ]


def test_a_named_person_goes_through_the_years(
    make_item: Factory, make_view: Factory, make_person: Factory
) -> None:
    days = ["2020-01-05", "2020-03-05", "2021-01-05", "2022-05-05"]
    items = _days(make_item, days, 3, people=[1])

    ideas = list(person(make_view(items, people=[make_person(1, name="Anna")]), _occasion()))

    assert [(i.key, i.title, i.subtitle) for i in ideas] == [
        ("person:1:2026", "Anna through the years", "2020–2022")
    ]
    assert ideas[0].focus == {1}


def test_an_unnamed_person_of_one_year_is_a_familiar_face(
    make_item: Factory, make_view: Factory, make_person: Factory
) -> None:
    days = ["2021-01-05", "2021-02-05", "2021-03-05", "2021-05-05"]
    view = make_view(_days(make_item, days, 2, people=[1]), people=[make_person(1)])

    ideas = list(person(view, _occasion(language="nl")))

    assert [(i.title, i.subtitle) for i in ideas] == [("Een vertrouwd gezicht", "Januari–mei 2021")]


def test_somebody_who_is_shown_less_has_no_memory_of_their_own(
    make_item: Factory, make_view: Factory
) -> None:
    days = ["2021-01-05", "2021-02-05", "2021-03-05", "2021-05-05"]
    view = make_view(_days(make_item, days, 3, people=[1, 2]))
    occasion = _occasion(less=frozenset({1}))

    assert [idea.key for idea in person(view, occasion)] == ["person:2:2026"]
    assert list(together(view, occasion)) == []


def test_two_people_are_together(
    make_item: Factory, make_view: Factory, make_person: Factory
) -> None:
    items = _days(make_item, ["2021-01-05", "2021-02-05", "2021-03-05"], 3, people=[1, 2])
    names = [make_person(1, name="Anna"), make_person(2, name="Ben")]

    ideas = list(together(make_view(items, people=names), _occasion(language="de")))

    assert [(i.key, i.title) for i in ideas] == [("together:1+2:2026", "Anna und Ben")]


def test_months_and_years_are_looked_back_on_when_they_are_over(
    make_item: Factory, make_view: Factory
) -> None:
    days = [f"2026-{month}-{day:02d}" for month in ("09", "10", "11") for day in (3, 9, 17)]
    view = make_view(_days(make_item, days, 4))

    months = [idea.key for idea in best_of_month(view, _occasion())]
    this_year = list(best_of_year(view, _occasion()))
    next_year = [idea.title for idea in best_of_year(view, _occasion(dt.date(2027, 1, 1)))]

    assert months == ["best_of_month:2026-09", "best_of_month:2026-10"]
    assert this_year == []
    assert next_year == ["The year 2026"]


@pytest.mark.parametrize(
    ("southern", "name"), [(False, "Winter 2022/23"), (True, "Summer 2022/23")]
)
def test_seasons_are_turned_round_south_of_the_equator(
    southern: bool, name: str, make_item: Factory, make_view: Factory
) -> None:
    days = ["2022-12-05", "2022-12-25", "2023-01-10", "2023-02-20"]
    view = make_view(_days(make_item, days, 5))

    ideas = list(seasons(view, _occasion(southern=southern)))

    assert [(i.key, i.title) for i in ideas] == [("season:2022-12", name)]


def test_christmas_is_three_days_and_all_years_when_it_comes(
    make_item: Factory, make_view: Factory
) -> None:
    days = ["2023-12-24", "2023-12-26", "2024-12-25", "2024-12-27"]
    view = make_view(_days(make_item, days, 6))

    ideas = {idea.key: idea for idea in holiday(view, _occasion(language="de"))}

    assert ideas["holiday:christmas:2023"].title == "Weihnachten 2023"
    assert len(ideas["holiday:christmas:2024"].pool) == 6
    through = ideas["holiday:christmas:through:2026"]
    assert (through.title, through.subtitle) == ("Weihnachten", "2023, 2024")
    assert through.window == (dt.date(2026, 12, 21), dt.date(2026, 12, 28))


@pytest.mark.parametrize("country", ["DE", "US", "FR", "IT", "BR", "JP", "IN", "EG", "SE"])
def test_feasts_have_names_in_latin_letters_and_no_mourning(country: str) -> None:
    found = feasts(country, [2022, 2023], Wording("de"))

    assert len(found) >= 8
    assert len({(feast.key, feast.year) for feast in found}) == len(found)
    for feast in found:
        assert feast.first <= feast.last
        assert not any(word in feast.key for word in ("mourning", "memorial", "funeral"))
        assert all(ord(letter) < 0x250 or letter in "’" for letter in feast.name), feast


@pytest.mark.parametrize(
    ("country", "year", "key", "first", "last"),
    [
        ("GR", 2023, "easter", "2023-04-14", "2023-04-17"),
        ("DE", 2023, "easter", "2023-04-07", "2023-04-10"),
        ("UA", 2022, "christmas", "2022-01-06", "2022-01-07"),
    ],
)
def test_a_feast_of_several_days_is_whole(
    country: str, year: int, key: str, first: str, last: str
) -> None:
    (found,) = [feast for feast in feasts(country, [year], Wording("en")) if feast.key == key]

    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


def test_an_unknown_country_has_no_feasts() -> None:
    assert feasts("XX", [2022], Wording("en")) == ()


def test_easter_is_where_tables_say() -> None:
    assert [easter_sunday(year) for year in (1961, 2008, 2011, 2038)] == [
        dt.date(1961, 4, 2),
        dt.date(2008, 3, 23),
        dt.date(2011, 4, 24),
        dt.date(2038, 4, 25),
    ]


def test_a_birthday_is_shown_from_five_days_before_and_never_of_the_dead(
    make_item: Factory, make_view: Factory, make_person: Factory
) -> None:
    items = _days(make_item, ["2020-01-05", "2021-02-05"], 4, people=[1])
    alive = make_person(1, name="Anna", birthday="0000-12-01")
    dead = make_person(1, name="Anna", birthday="1950-12-01", died="2025-01-01")

    ideas: list[Idea] = list(birthdays(make_view(items, people=[alive]), _occasion()))

    assert [(i.key, i.title) for i in ideas] == [("birthday:1:2026", "Happy birthday, Anna")]
    assert ideas[0].window == (dt.date(2026, 11, 26), dt.date(2026, 12, 1))
    assert list(birthdays(make_view(items, people=[dead]), _occasion())) == []


def test_word_of_ones_own_is_a_memory_of_the_pictures_that_surely_show_it(
    make_item: Factory, make_view: Factory
) -> None:
    days = ["2023-05-01", "2024-06-01"]
    sure = _days(make_item, days, 5, labels=(("longboard", 0.8),))
    unsure = [make_item(900, taken_at=_at("2024-07-01T10:00"), labels=(("longboard", 0.3),))]
    view = replace(make_view([*sure, *unsure]), own_words=frozenset({"longboard", "garden shed"}))

    (idea,) = words(view, _occasion())

    assert (idea.title, idea.subtitle) == ("Longboard", "2023, 2024")
    assert {item.id for item in idea.pool} == {item.id for item in sure}


def test_word_that_nobody_taught_is_no_memory(make_item: Factory, make_view: Factory) -> None:
    items = _days(make_item, ["2023-05-01", "2024-06-01"], 8, labels=(("dog", 0.9),))

    assert list(words(make_view(items), _occasion())) == []
