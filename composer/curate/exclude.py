"""What is never shown: rules as text, as facts in the catalog, and as a test on items.

========  ============================================  ==========================================
kind      as text                                       as a fact in the catalog
========  ============================================  ==========================================
person    ``Anna``, ``#12``, ``less Anna``              ``{"person": "Anna", "how": "never"}``,
                                                        ``{"person": 12, "how": "less",
                                                        "name": "Anna"}``, the name for reading
dates     ``2020-03-01``, ``2020-03-01..2020-03-14``,   ``{"first": "2020-03-01",
          ``yearly 11-02``, ``yearly 12-30..01-02``     "last": "2020-03-14", "yearly": false}``
place     ``48.137,11.575,2km``, ``Lisbon``             ``{"latitude": 48.137, "longitude":
                                                        11.575, "radius_km": 2.0}``,
                                                        ``{"name": "Lisbon"}``
label     ``dog``                                       ``{"label": "dog"}``
folder    ``/photos/work``, ``work``                    ``{"folder": "/photos/work"}``
========  ============================================  ==========================================
"""

import datetime as dt
import json
import logging
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from composer.library import LibraryView, ViewItem
from indexer.catalog.events import Event, EventId, Place
from indexer.catalog.faces import PersonId
from indexer.catalog.people import Person

log = logging.getLogger(__name__)

DEFAULT_RADIUS_KM = 1.0
EARTH_RADIUS_KM = 6371.0

Test = Callable[[ViewItem], str | None]
"""Why an item is never shown; None where the rule says nothing about it."""

Events = Mapping[EventId, Event]

_POINT = re.compile(
    r"^\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*(?:,\s*(\d+(?:\.\d+)?)\s*(km|m)?\s*)?$"
)
_LEAP_YEAR = 2000
"""Days of a year without a year are kept in one that has a 29 February."""


class ExclusionKind(StrEnum):
    """What a rule is about."""

    PERSON = "person"
    PLACE = "place"
    DATES = "dates"
    LABEL = "label"
    FOLDER = "folder"


class ExclusionError(ValueError):
    """A rule that cannot be understood; the message has the rule and the remedy how to write it."""

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule, as kept in the catalog."""

    kind: ExclusionKind
    fact: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusions:
    """What is never shown, and who is shown less, resolved against the people of a library."""

    reasons: tuple[Test, ...]
    less: frozenset[PersonId]
    never: frozenset[PersonId]

    def reason(self, item: ViewItem) -> str | None:
        """Why an item is never shown; None where it may be."""
        return next((why for test in self.reasons if (why := test(item))), None)


def parse_rule(kind: str, text: str) -> Rule:
    """Understand a rule that a person wrote.

    Raises
    ------
    ExclusionError
        If the kind is none of `ExclusionKind` or the text is not of its form.

    Examples
    --------
    >>> dict(parse_rule("dates", "yearly 12-30..01-02").fact)
    {'first': '12-30', 'last': '01-02', 'yearly': True}
    >>> dict(parse_rule("place", "48.137, 11.575, 500m").fact)
    {'latitude': 48.137, 'longitude': 11.575, 'radius_km': 0.5}
    """
    words = text.strip()
    if kind not in set(ExclusionKind):
        raise ExclusionError(
            f"exclusion of {kind!r}: there is no such kind",
            remedy=f"use one of {', '.join(ExclusionKind)}",
        )
    if not words:
        raise ExclusionError(f"exclusion of a {kind}: nothing is named", remedy="name what to hide")
    return Rule(kind=ExclusionKind(kind), fact=_FACTS[ExclusionKind(kind)](words))


def stored_rule(kind: str, rule: str) -> Rule:
    """A rule out of the catalog's JSON."""
    return Rule(kind=ExclusionKind(kind), fact=json.loads(rule))


def resolve(rules: Iterable[Rule], view: LibraryView) -> Exclusions:
    """Turn rules and what is known of people (hidden, less) into tests on items."""
    people = view.people
    never = {person.id for person in people.values() if person.hidden}
    less = {person.id for person in people.values() if person.less}
    reasons: list[Test] = []
    for rule in rules:
        if rule.kind is ExclusionKind.PERSON:
            found = _people_called(rule.fact["person"], people)
            if not found:
                log.warning("an exclusion of a person fits nobody: see memoriesd exclude list")
            (less if rule.fact.get("how") == "less" else never).update(found)
        else:
            reasons.append(_TESTS[rule.kind](rule.fact, view))
    never_shown = frozenset(never)
    reasons.insert(0, lambda item: _person_reason(item, never_shown))
    return Exclusions(reasons=tuple(reasons), less=frozenset(less) - never_shown, never=never_shown)


def n_matched(rule: Rule, view: LibraryView) -> int:
    """How many items of a library a rule speaks of as the library is now."""
    if rule.kind is ExclusionKind.PERSON:
        who = _people_called(rule.fact["person"], view.people)
        return sum(bool(item.people & who) for item in view.items)
    test = _TESTS[rule.kind](rule.fact, view)
    return sum(test(item) is not None for item in view.items)


def without_excluded(view: LibraryView, exclusions: Exclusions) -> LibraryView:
    """The library as it may be shown."""
    return view.keep(lambda item: exclusions.reason(item) is None)


def is_in_folder(path: str, folder: str) -> bool:
    """Whether an absolute path is below a folder, named by its path or by a part of it.

    Examples
    --------
    >>> is_in_folder("/photos/office/desk.jpg", "office")
    True
    >>> is_in_folder("/photos/office/desk.jpg", "/office")
    False
    """
    path, folder = path.replace("\\", "/"), folder.rstrip("/\\").replace("\\", "/")
    absolute = folder.startswith("/") or re.match(r"^[A-Za-z]:/", folder) is not None
    return path.startswith(folder + "/") if absolute else f"/{folder}/" in path


def distance_km(latitude: float, longitude: float, latitude_2: float, longitude_2: float) -> float:
    """Great-circle distance by the haversine formula."""
    phi, phi_2 = math.radians(latitude), math.radians(latitude_2)
    half = math.radians(longitude_2 - longitude) / 2
    a = math.sin((phi_2 - phi) / 2) ** 2 + math.cos(phi) * math.cos(phi_2) * math.sin(half) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, a)))


def _person_fact(text: str) -> dict[str, Any]:
    how, _, name = text.partition(" ")
    if how not in {"less", "never"} or not name.strip():
        how, name = "never", text
    name = name.strip()
    is_id = re.fullmatch(r"#\d+", name)
    return {"person": int(name[1:]) if is_id else name, "how": how}


def _dates_fact(text: str) -> dict[str, Any]:
    yearly = text.startswith("yearly ")
    first, _, last = text.removeprefix("yearly ").replace(" ", "").partition("..")
    fact = {"first": first, "last": last or first, "yearly": yearly}
    try:
        span = _dates_of(fact)
    except ValueError as error:
        raise ExclusionError(
            f"exclusion of dates {text!r}: not a date or a range of dates",
            remedy="write 2020-03-01..2020-03-14, or yearly 12-30..01-02",
        ) from error
    if not yearly and span[1] < span[0]:
        raise ExclusionError(
            f"exclusion of dates {text!r}: ends before it begins", remedy="turn the dates round"
        )
    return fact


def _dates_of(fact: Mapping[str, Any]) -> tuple[dt.date, dt.date]:
    prefix = f"{_LEAP_YEAR}-" if fact.get("yearly") else ""
    return (
        dt.date.fromisoformat(prefix + fact["first"]),
        dt.date.fromisoformat(prefix + fact["last"]),
    )


def _place_fact(text: str) -> dict[str, Any]:
    point = _POINT.match(text)
    if point is None:
        return {"name": text}
    latitude, longitude = float(point[1]), float(point[2])
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise ExclusionError(
            f"exclusion of place {text!r}: no such point on Earth",
            remedy="write LATITUDE,LONGITUDE,RADIUSkm such as 48.137,11.575,2km",
        )
    radius_km = DEFAULT_RADIUS_KM if point[3] is None else float(point[3])
    if point[4] == "m":
        radius_km /= 1000
    return {"latitude": latitude, "longitude": longitude, "radius_km": radius_km}


def _people_called(who: str | int, people: Mapping[PersonId, Person]) -> set[PersonId]:
    if isinstance(who, int):
        return {PersonId(who)}
    wanted = who.casefold()
    return {person.id for person in people.values() if person.name.casefold() == wanted}


def _person_reason(item: ViewItem, never: frozenset[PersonId]) -> str | None:
    seen = item.people & never
    return f"shows person {min(seen)}, who is never shown" if seen else None


def _dates_test(fact: Mapping[str, Any], _: LibraryView) -> Test:
    first, last = _dates_of(fact)
    yearly = bool(fact.get("yearly"))
    why = f"taken in excluded dates {'yearly ' if yearly else ''}{fact['first']}..{fact['last']}"

    def test(item: ViewItem) -> str | None:
        if item.taken_at is None:
            return None
        day = item.taken_at.date()
        if yearly:
            day = day.replace(year=_LEAP_YEAR)
        inside = first <= day <= last if first <= last else day >= first or day <= last
        return why if inside else None

    return test


def _place_test(fact: Mapping[str, Any], view: LibraryView) -> Test:
    if "name" in fact:
        return _place_name_test(str(fact["name"]), view)
    latitude, longitude, radius_km = fact["latitude"], fact["longitude"], fact["radius_km"]

    def by_point(item: ViewItem) -> str | None:
        at = _position(item, view.events)
        if at is None:
            return None
        away_km = distance_km(latitude, longitude, *at)
        near = away_km <= radius_km
        return f"{away_km:.1f} km from {latitude},{longitude}" if near else None

    return by_point


def _place_name_test(name: str, view: LibraryView) -> Test:
    wanted = name.casefold()
    places = {item.place for item in view.items if item.place is not None}
    # An event has the name of its town alone.
    inside = {place.name for place in places if wanted in _names(place)}

    def test(item: ViewItem) -> str | None:
        if item.place is not None:
            return f"at {name}" if wanted in _names(item.place) else None
        event = None if item.event is None else view.events.get(item.event)
        if event is None or not event.place:
            return None
        there = event.place.casefold() == wanted or event.place in inside
        return f"of an event at {name}" if there else None

    return test


def _names(place: Place) -> set[str]:
    return {name.casefold() for name in (place.name, place.region, place.country)}


def _position(item: ViewItem, events: Events) -> tuple[float, float] | None:
    """Where an item was taken; for one that does not say, where its event was."""
    if item.latitude is not None and item.longitude is not None:
        return item.latitude, item.longitude
    event = None if item.event is None else events.get(item.event)
    if event is None or event.latitude is None or event.longitude is None:
        return None
    return event.latitude, event.longitude


def _label_test(fact: Mapping[str, Any], _: LibraryView) -> Test:
    word = str(fact["label"]).lower()
    return lambda item: f"labelled {word}" if word in item.words else None


def _folder_test(fact: Mapping[str, Any], _: LibraryView) -> Test:
    folder = str(fact["folder"])
    return lambda item: f"in folder {folder}" if is_in_folder(item.path, folder) else None


def _label_fact(text: str) -> dict[str, Any]:
    return {"label": text.lower()}


def _folder_fact(text: str) -> dict[str, Any]:
    return {"folder": text}


_FACTS: Mapping[ExclusionKind, Callable[[str], dict[str, Any]]] = {
    ExclusionKind.PERSON: _person_fact,
    ExclusionKind.DATES: _dates_fact,
    ExclusionKind.PLACE: _place_fact,
    ExclusionKind.LABEL: _label_fact,
    ExclusionKind.FOLDER: _folder_fact,
}

_TESTS: Mapping[ExclusionKind, Callable[[Mapping[str, Any], LibraryView], Test]] = {
    ExclusionKind.DATES: _dates_test,
    ExclusionKind.PLACE: _place_test,
    ExclusionKind.LABEL: _label_test,
    ExclusionKind.FOLDER: _folder_test,
}
