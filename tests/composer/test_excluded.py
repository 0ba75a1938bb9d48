"""What no movie may hold: what was excluded, before the choosing or after."""

import json
from pathlib import Path

import pytest

from composer.curate.exclude import parse_rule
from indexer.catalog.connection import Catalog
from indexer.catalog.exclusions import add_exclusion
from indexer.catalog.memories import (
    all_memories,
)
from indexer.catalog.people import update_person
from indexer.errors import (
    NothingToDoError,
)
from tests.composer.trip import NOW, choose_trips, compose_trip, shown_in

RULES = {
    "person": "Anna",
    "dates": "2024-05-05",
    "place": "39.2,-9.1,20km",
    "label": "dog",
    "folder": "work",
}


@pytest.mark.parametrize("when", ["before choosing", "just before the render"])
def test_a_movie_holds_nothing_that_is_excluded(
    when: str, catalog: Catalog, tmp_path: Path
) -> None:
    rules = [parse_rule(kind, text) for kind, text in RULES.items()]
    if when == "before choosing":
        choose_trips(catalog, *rules)
        compose_trip(catalog, tmp_path / "out", *rules)
    else:
        choose_trips(catalog)
        for rule in rules:
            add_exclusion(catalog, rule.kind, rule.fact, NOW.isoformat())
        compose_trip(catalog, tmp_path / "out")

    shown = shown_in(catalog)
    assert len(shown) >= 4
    assert shown.isdisjoint(_excluded())


def _excluded() -> set[str]:
    """The files that any of the rules is about."""
    hidden = {
        n for n in range(24) if n % 4 == 0 or n // 6 == 1 or n % 5 == 1 or n % 7 == 0 or n % 6 == 5
    }
    return {f"IMG_{n:02d}.jpg" for n in hidden}


def test_a_movie_is_not_made_where_nearly_all_is_excluded(catalog: Catalog, tmp_path: Path) -> None:
    choose_trips(catalog)
    rule = parse_rule("dates", "2024-05-01..2024-05-31")

    with pytest.raises(NothingToDoError, match="no memory is ready"):
        compose_trip(catalog, tmp_path / "out", rule)

    assert list((tmp_path / "out").iterdir()) == []


def test_somebody_hidden_after_choosing_is_not_in_the_movie(
    catalog: Catalog, tmp_path: Path
) -> None:
    choose_trips(catalog)
    update_person(catalog, catalog.scalar("SELECT id FROM people"), hidden=1)

    compose_trip(catalog, tmp_path / "out")

    assert shown_in(catalog).isdisjoint({f"IMG_{n:02d}.jpg" for n in range(0, 24, 4)})


def test_title_tells_of_what_is_left_where_days_were_excluded_after_choosing(
    catalog: Catalog, tmp_path: Path
) -> None:
    choose_trips(catalog)
    (memory,) = all_memories(catalog)
    add_exclusion(catalog, "dates", {"first": "2024-05-04", "last": "2024-05-05"}, "")

    (movie,) = compose_trip(catalog, tmp_path / "out", memory_id=memory.id)

    (trip,) = [one for one in all_memories(catalog) if one.id == memory.id]
    assert (memory.subtitle, trip.subtitle) == ("May 4 – 7, 2024", "May 6 – 7, 2024")
    assert "May 6 – 7, 2024" in movie.path.name
    assert trip.reason.startswith("a trip of 2 days with 12 pictures")


def test_a_memory_of_which_all_is_excluded_points_to_the_exclusions(
    catalog: Catalog, tmp_path: Path
) -> None:
    choose_trips(catalog)
    (memory,) = all_memories(catalog)
    add_exclusion(catalog, "dates", {"first": "2024-05-04", "last": "2024-05-07"}, "")

    with pytest.raises(NothingToDoError, match="are excluded") as caught:
        compose_trip(catalog, tmp_path / "out", memory_id=memory.id)

    assert "exclude list" in caught.value.remedy


@pytest.mark.parametrize("how", ["less", "never"])
def test_no_movie_is_about_somebody_who_is_shown_less_since_the_choosing(
    how: str, catalog: Catalog, tmp_path: Path
) -> None:
    choose_trips(catalog)
    memory = all_memories(catalog)[0].id
    person = catalog.scalar("SELECT id FROM people")
    catalog.execute("UPDATE memories SET subjects = ?", (json.dumps([f"person:{person}"]),))
    add_exclusion(catalog, "person", {"person": person, "how": how}, NOW.isoformat())

    with pytest.raises(NothingToDoError, match=f"about person {person}, who is shown less"):
        compose_trip(catalog, tmp_path / "out", memory_id=memory)
