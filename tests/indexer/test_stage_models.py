"""When pictures are looked at again because the models changed."""

from dataclasses import replace

import pytest

from indexer.chosen import Models

TODAY = Models(
    faces="emb-1",
    detector="det-1",
    scenes="sce-1",
    computed_by=(),
    device_notes=(),
    notes=(),
)


@pytest.mark.parametrize(
    ("recorded", "is_done"),
    [
        (TODAY.stage_model, True),
        (replace(TODAY, faces="emb-0").stage_model, False),
        (replace(TODAY, detector="det-0").stage_model, False),
        (replace(TODAY, scenes="sce-0").stage_model, False),
        (replace(TODAY, faces="", detector="").stage_model, False),
        (None, False),
        ("something that an older version wrote", False),
    ],
)
def test_other_models_make_it_necessary(recorded: str | None, is_done: bool) -> None:
    assert TODAY.is_done(recorded) is is_done


def test_models_that_are_off_today_make_nothing_necessary() -> None:
    away = replace(TODAY, faces="", detector="")

    assert away.is_done(TODAY.stage_model)
    assert not away.is_done(replace(TODAY, scenes="sce-0").stage_model)
