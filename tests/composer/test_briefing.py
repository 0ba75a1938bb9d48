"""The theme of a movie and its brief, as a library and a request make them."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from composer.briefing import brief_for, mood_for
from composer.request import ComposeRequest, Run
from indexer.catalog.connection import Catalog
from indexer.catalog.faces import assign, replace_faces
from indexer.catalog.items import all_items
from indexer.catalog.labels import put_preview
from indexer.catalog.memories import all_memories
from indexer.catalog.people import add_person
from tests.composer.trip import NOW, TODAY, choose_trips, new_face, nothing

Factory = Callable[..., Any]


def _run(catalog: Catalog, out: Path, **values: Any) -> Run:
    return Run(
        catalog=catalog,
        request=ComposeRequest(out=out, today=TODAY, **values),
        now=NOW,
        checkpoint=nothing,
        progress=nothing,
    )


@pytest.mark.parametrize(
    "wanted",
    [{"theme": "auto"}, {"theme": "uplifting", "theme_is_told": False}],
    ids=["auto", "usual"],
)
@pytest.mark.parametrize(("died", "theme"), [(None, "uplifting"), ("2025-01-01", "gentle")])
def test_one_picture_of_somebody_who_died_is_enough_for_no_lively_theme(
    catalog: Catalog,
    tmp_path: Path,
    make_item: Factory,
    make_person: Factory,
    make_view: Factory,
    wanted: dict[str, Any],
    died: str | None,
    theme: str,
) -> None:
    choose_trips(catalog)
    (memory,) = all_memories(catalog)
    street = [make_item(n, labels=(("street", 0.9),), people=[2]) for n in range(1, 30)]
    view = make_view(
        [*street, make_item(30, people=[1])], [make_person(1, died=died), make_person(2)]
    )

    mood = mood_for(_run(catalog, tmp_path, **wanted), memory, view)

    assert mood.theme == theme


def test_a_brief_knows_where_there_is_something_to_see_on_panoramas(
    catalog: Catalog, tmp_path: Path, make_item: Factory, make_view: Factory
) -> None:
    choose_trips(catalog)
    (memory,) = all_memories(catalog)
    page = np.full((64, 256), 200, np.uint8)
    page[20:60, 30:60:6] = 0
    with catalog.transaction():
        for n in (1, 2):
            put_preview(catalog, make_item(n).id, cv2.imencode(".jpg", page)[1].tobytes())
    items = [make_item(1, width=12000, height=3000), make_item(2), make_item(3, width=12000)]

    brief = brief_for(_run(catalog, tmp_path), memory, make_view(items), {}, "gentle")

    panorama, plain, without_preview = (item.sight for item in brief.items)
    assert panorama is not None
    assert panorama == pytest.approx((45 / 256, 0.5), abs=0.03)
    assert plain is without_preview is None


def test_one_picture_of_somebody_who_was_not_seen_for_long_is_enough_for_no_lively_theme(
    catalog: Catalog, tmp_path: Path, make_item: Factory, make_view: Factory
) -> None:
    gone, other = add_person(catalog, "Gone"), add_person(catalog, "There")
    for n, item in enumerate(all_items(catalog)):
        day = dt.date(2023, 1, 1) + dt.timedelta(days=30 * n)
        sql = "UPDATE items SET taken_at = ? WHERE id = ?"
        catalog.execute(sql, (f"{day}T10:00:00", item.id))
        faces = replace_faces(catalog, item.id, [new_face()])
        person = gone if n < 9 else other
        assign(catalog, dict.fromkeys(faces, person), dict.fromkeys(faces, "confirmed"))
    choose_trips(catalog)
    (memory,) = all_memories(catalog)
    street = [make_item(n, labels=(("street", 0.9),), people=[other]) for n in range(1, 30)]

    moods = [
        mood_for(_run(catalog, tmp_path), memory, make_view([*street, make_item(30, people=[one])]))
        for one in (gone, other)
    ]

    assert [mood.theme for mood in moods] == ["gentle", "uplifting"]
