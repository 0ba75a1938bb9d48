"""From a catalog with real files to finished movies."""

import datetime as dt
from pathlib import Path

import av
import pytest

from composer.curate.exclude import parse_rule
from composer.history import past_movies
from composer.request import Due
from composer.storyboard.brief import Length
from composer.storyboard.canvas import Canvas
from composer.storyboard.codec import from_json
from indexer.catalog.connection import Catalog
from indexer.catalog.items import all_items
from indexer.catalog.jobs import due_done
from indexer.catalog.labels import replace_labels
from indexer.catalog.memories import (
    MemoryId,
    MemoryState,
    all_memories,
    get_memory,
)
from indexer.catalog.movies import storyboards_of
from indexer.errors import (
    MissingResourceError,
    NotFoundError,
    NothingToDoError,
)
from tests.composer.trip import NOW, SMALL, choose_trips, compose_trip
from themes.theme import ThemeError


def test_movie_state_and_due_record_are_kept_together(catalog: Catalog, tmp_path: Path) -> None:
    choose_trips(catalog)
    due = Due(key="schedule:2026-11-21T09:00", due_at=NOW.isoformat())

    (made,) = compose_trip(catalog, tmp_path / "out", due=due)

    assert made.path.name == "2026-11-21 Lisbon, May 4 – 7, 2024 (uplifting).mp4"
    assert made.poster.is_file()
    with av.open(str(made.path)) as container:
        frames = sum(1 for _ in container.decode(video=0))
    assert frames == round(made.duration_s * SMALL.fps)
    memory = get_memory(catalog, made.memory_id)
    assert memory is not None
    assert memory.state == MemoryState.MADE
    assert due_done(catalog, due.key)
    assert catalog.scalar("SELECT movie_id FROM due") == made.movie_id


def test_a_theme_whose_font_is_missing_is_told_before_anything_is_made(
    catalog: Catalog, tmp_path: Path
) -> None:
    theme = tmp_path / "mine.toml"
    theme.write_text('extends = "chill"\n[type.title]\nfamily = "No Such Sans"\n')

    with pytest.raises(ThemeError, match="'No Such Sans' is not installed"):
        compose_trip(catalog, tmp_path / "out", theme=str(theme))

    assert not (tmp_path / "out").exists()


def test_no_memory_is_made_twice_by_itself_but_a_named_one_is(
    catalog: Catalog, tmp_path: Path
) -> None:
    choose_trips(catalog)
    (first,) = compose_trip(catalog, tmp_path / "out")

    with pytest.raises(NothingToDoError):
        compose_trip(catalog, tmp_path / "out")
    (again,) = compose_trip(catalog, tmp_path / "out", memory_id=first.memory_id)

    assert again.path.name == "2026-11-21 Lisbon, May 4 – 7, 2024 (uplifting) 2.mp4"
    assert again.seed != first.seed


def test_short_and_medium_of_a_memory_are_nested(catalog: Catalog, tmp_path: Path) -> None:
    for item in all_items(catalog):
        # The lake speaks for chill a little more than the street for uplifting.
        replace_labels(catalog, item.id, [("lake", 0.8), ("street", 0.8)], "m")
    choose_trips(catalog)
    (trip,) = all_memories(catalog)

    made = [
        *compose_trip(catalog, tmp_path, memory_id=trip.id, theme="auto", length=Length.SHORT),
        *compose_trip(catalog, tmp_path, memory_id=trip.id, theme="auto", length=Length.MEDIUM),
    ]

    short, medium = (from_json(one.board) for one in storyboards_of(catalog, trip.id))
    assert [(one.theme, one.seed) for one in made] == [("chill", made[0].seed)] * 2
    assert short.item_ids < medium.item_ids


def test_a_second_movie_is_another_one_where_the_pictures_fill_no_longer_one(
    catalog: Catalog, tmp_path: Path
) -> None:
    choose_trips(catalog)
    (trip,) = all_memories(catalog)
    most = (parse_rule("dates", "2024-05-05..2024-05-06"), parse_rule("label", "dog"))

    made = [
        *compose_trip(catalog, tmp_path, *most, memory_id=trip.id, length=Length.MEDIUM),
        *compose_trip(catalog, tmp_path, *most, memory_id=trip.id, length=Length.MEDIUM),
    ]

    assert [one.length for one in made] == ["short", "short"]
    assert made[0].seed != made[1].seed


def test_a_movie_was_shown_on_the_local_day(catalog: Catalog, tmp_path: Path) -> None:
    choose_trips(catalog)
    compose_trip(catalog, tmp_path / "out")

    days = [
        past_movies(catalog, dt.timezone(dt.timedelta(hours=hours)))[0].day.day
        for hours in (-10, 0, 14, 15)
    ]

    assert days == [20, 21, 21, 22]


def test_a_draft_is_small_and_counts_as_nothing(catalog: Catalog, tmp_path: Path) -> None:
    choose_trips(catalog)
    canvas = Canvas(width=1280, height=720, fps=5)

    (draft,) = compose_trip(catalog, tmp_path / "out", draft=True, canvas=canvas)
    (made,) = compose_trip(catalog, tmp_path / "out", canvas=SMALL)

    with av.open(str(draft.path)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (640, 360)
    assert draft.path.stem.endswith("(uplifting) draft")
    assert made.seed == draft.seed
    assert len(past_movies(catalog, dt.UTC)) == 1


def test_a_folder_that_cannot_be_made_is_told(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(MissingResourceError, match="out cannot be written to") as caught:
        compose_trip(catalog, tmp_path / "file" / "out")

    assert "permissions" in caught.value.remedy


def test_a_memory_that_is_not_there_is_told(catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no memory 99"):
        compose_trip(catalog, tmp_path / "out", memory_id=MemoryId(99))
