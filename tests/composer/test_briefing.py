"""The theme of a movie, as a library and a request make it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from composer.briefing import mood_for
from composer.request import ComposeRequest, Run
from indexer.catalog.connection import Catalog
from indexer.catalog.memories import all_memories
from tests.composer.trip import NOW, TODAY, choose_trips, nothing

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
