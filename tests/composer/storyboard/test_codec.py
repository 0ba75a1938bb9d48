"""Storyboards as text."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from composer.soundtrack import sound_for
from composer.storyboard.brief import Length
from composer.storyboard.codec import StoryboardError, from_json, to_json
from composer.storyboard.direct import direct

Factory = Callable[..., Any]


@pytest.fixture(scope="session")
def text(make_item: Factory, make_brief: Factory) -> str:
    """A short storyboard of files whose names are not UTF-8."""
    items = [make_item(n, path=f"/photos/caf\udce9/{n}.jpg") for n in range(1, 12)]
    brief = make_brief(items, length=Length.SHORT)
    return to_json(direct(brief, sound_for("gentle", 7)).storyboard)


def test_names_that_are_not_utf8_survive(text: str) -> None:
    text.encode("ascii")

    panel = from_json(text).shots[1].panels[0]

    assert panel.path.startswith("/photos/caf\udce9/")
    assert to_json(from_json(text)) == text


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda table: table.pop("shots"), "shots"),
        (lambda table: table.update(colour="red"), "colour"),
        (lambda table: table.update(schema=2), "schema is not 1"),
        (lambda table: table["shots"][0].update(kind="opera"), "opera"),
        (lambda table: table["shots"][1].update(n_frames=0), "tile the timeline"),
        (lambda table: table["shots"][1]["panels"][0].pop("frame"), "frame is missing"),
        (lambda table: table.update(width=1919), "width"),
        (lambda table: table.update(height="x"), "height is 'x', not int"),
        (lambda table: table.update(fps=0), "fps is 0"),
        (lambda table: table.update(fps=True), "fps is True"),
        (lambda table: table.update(beats_s=[0.5, float("nan")]), r"beats_s\[1\]"),
        (lambda table: table["shots"][2].update(seed=None), r"shots\[2\].seed is None, not int"),
        (lambda table: table["shots"][2]["transition"].update(name="explode"), "'explode'"),
        (lambda table: table["shots"][2]["transition"].update(n_frames=7), "7 n_frames"),
        (lambda table: table["shots"][2]["transition"].update(n_frames=9000), "do not fit"),
        (lambda table: table["shots"][0].update(text={"lines": [1], "style": "title"}), "lines"),
        (lambda table: table["shots"][1]["panels"][0]["view_end"].update(w_norm=0.0), "empty"),
    ],
)
def test_a_spoilt_storyboard_is_refused_with_what_is_wrong(
    spoil: Callable[[Any], Any], words: str, text: str
) -> None:
    table = json.loads(text)
    spoil(table)

    with pytest.raises(StoryboardError, match=words):
        from_json(json.dumps(table))


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(StoryboardError, match="not JSON") as told:
        from_json("{")

    assert "storyboard show" in told.value.remedy
