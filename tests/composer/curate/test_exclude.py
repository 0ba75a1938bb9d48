"""Exclusions: rules as text, as facts, as tests on items."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from composer.curate.exclude import (
    ExclusionError,
    distance_km,
    parse_rule,
    resolve,
    stored_rule,
    without_excluded,
)
from indexer.catalog.events import Place

Factory = Callable[..., Any]


def _day(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def test_a_hidden_person_is_never_shown(
    make_item: Factory, make_view: Factory, make_person: Factory
) -> None:
    view = make_view(
        [make_item(1, people=[3]), make_item(2, people=[4])], people=[make_person(3, hidden=1)]
    )

    shown = without_excluded(view, resolve([], view))

    assert [item.id for item in shown.items] == [2]


@pytest.mark.parametrize("text", ["Anna", "anna", "#3", "never Anna"])
def test_a_person_is_excluded_by_name_or_number(
    text: str, make_item: Factory, make_view: Factory, make_person: Factory
) -> None:
    items = [make_item(1, people=[3, 4]), make_item(2, people=[4])]
    view = make_view(items, people=[make_person(3, name="Anna"), make_person(4, name="Ben")])

    shown = without_excluded(view, resolve([parse_rule("person", text)], view))

    assert [item.id for item in shown.items] == [2]


def test_a_rule_about_nobody_is_told(
    make_item: Factory, make_view: Factory, caplog: pytest.LogCaptureFixture
) -> None:
    resolve([parse_rule("person", "Anna")], make_view([make_item(1)]))

    assert "fits nobody" in caplog.text
    assert "Anna" not in caplog.text


def test_less_of_a_person_hides_nothing_and_is_told(
    make_item: Factory, make_view: Factory, make_person: Factory
) -> None:
    view = make_view([make_item(1, people=[3])], people=[make_person(3, name="Anna")])

    found = resolve([parse_rule("person", "less Anna")], view)

    assert found.less == {3}
    assert found.reason(view.items[0]) is None


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("2022-03-05", ["2022-03-05"]),
        ("2022-03-01..2022-03-05", ["2022-03-05"]),
        ("yearly 03-05", ["2021-03-05", "2022-03-05"]),
        ("yearly 12-30..01-02", ["2021-12-31", "2022-01-01"]),
        ("yearly 02-29", ["2020-02-29"]),
    ],
)
def test_dates_are_excluded_once_or_yearly(
    text: str, hidden: list[str], make_item: Factory, make_view: Factory
) -> None:
    days = ["2020-02-29", "2021-03-05", "2022-03-05", "2022-03-06", "2021-12-31", "2022-01-01"]
    view = make_view([make_item(n, taken_at=_day(f"{day}T10:00")) for n, day in enumerate(days)])

    shown = without_excluded(view, resolve([parse_rule("dates", text)], view))

    gone = set(days) - {str(item.taken_at.date()) for item in shown.items if item.taken_at}
    assert gone == set(hidden)


def test_a_place_is_excluded_with_its_radius(make_item: Factory, make_view: Factory) -> None:
    near = make_item(1, latitude=48.1372, longitude=11.5756)
    far = make_item(2, latitude=48.16, longitude=11.5756)
    view = make_view([near, far, make_item(3)])

    shown = without_excluded(view, resolve([parse_rule("place", "48.137,11.575,2km")], view))

    assert [item.id for item in shown.items] == [2, 3]


def test_an_item_without_a_position_is_excluded_where_its_event_was(
    make_item: Factory, make_view: Factory, make_event: Factory
) -> None:
    noon = _day("2022-03-05T12:00")
    event = make_event(5, "party", noon, noon)
    event = type(event)(**{**_fields(event), "latitude": 48.137, "longitude": 11.575})
    view = make_view([make_item(1, event=5), make_item(2)], events=[event])

    shown = without_excluded(view, resolve([parse_rule("place", "48.137,11.575,1km")], view))

    assert [item.id for item in shown.items] == [2]


def test_a_place_is_excluded_by_its_name(make_item: Factory, make_view: Factory) -> None:
    lisbon = Place(id=1, name="Lisbon", region="Lisboa", country_code="PT", country="Portugal")
    view = make_view([make_item(1, place=lisbon), make_item(2)])

    for name in ("lisbon", "Portugal"):
        shown = without_excluded(view, resolve([parse_rule("place", name)], view))
        assert [item.id for item in shown.items] == [2]


def test_an_item_without_a_place_is_excluded_with_its_events_place(
    make_item: Factory, make_view: Factory, make_event: Factory
) -> None:
    lisbon = Place(id=1, name="Lisbon", region="Lisboa", country_code="PT", country="Portugal")
    porto = Place(id=2, name="Porto", region="Porto", country_code="PT", country="Portugal")
    noon = _day("2022-03-05T12:00")
    event = make_event(5, "trip", noon, noon)
    event = type(event)(**{**_fields(event), "place": "Lisbon"})
    items = [
        make_item(1, place=lisbon, event=5),
        make_item(2, event=5),
        make_item(3, place=porto, event=5),
        make_item(4),
    ]
    view = make_view(items, events=[event])

    left = {
        name: [
            item.id
            for item in without_excluded(view, resolve([parse_rule("place", name)], view)).items
        ]
        for name in ("lisbon", "Portugal", "Porto")
    }

    assert left == {"lisbon": [3, 4], "Portugal": [4], "Porto": [1, 2, 4]}


def test_labels_and_folders_are_excluded(make_item: Factory, make_view: Factory) -> None:
    items = [
        make_item(1, labels=(("dog", 0.8),)),
        make_item(2, path="/photos/office/a.jpg"),
        make_item(3, path="/photos/officeshop/a.jpg"),
    ]
    view = make_view(items)

    rules = [parse_rule("label", "Dog"), parse_rule("folder", "/photos/office/")]
    shown = without_excluded(view, resolve(rules, view))

    assert [item.id for item in shown.items] == [3]
    assert resolve([parse_rule("folder", "office")], view).reason(items[1]) == "in folder office"


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("weather", "rain", "no such kind"),
        ("dates", "last summer", "not a date"),
        ("dates", "2022-03-05..2022-03-01", "ends before it begins"),
        ("place", "98,11,1km", "no such point"),
        ("label", " ", "nothing is named"),
    ],
)
def test_a_rule_that_cannot_be_understood_says_how_to_write_it(
    kind: str, text: str, words: str
) -> None:
    with pytest.raises(ExclusionError, match=words) as told:
        parse_rule(kind, text)

    assert told.value.remedy


def test_a_rule_comes_back_from_the_catalogs_json() -> None:
    rule = parse_rule("dates", "yearly 12-30..01-02")

    assert stored_rule("dates", json.dumps(rule.fact)) == rule


def test_distance_from_munich_to_berlin_is_known() -> None:
    assert distance_km(48.137, 11.575, 52.52, 13.405) == pytest.approx(504, abs=2)


def _fields(event: Any) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__slots__}
