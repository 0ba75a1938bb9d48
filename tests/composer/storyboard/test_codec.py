"""Storyboards as text."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.render.timeline import spans
from composer.soundtrack import sound_for
from composer.storyboard.brief import Length
from composer.storyboard.codec import StoryboardError, from_json, read_storyboard, to_json
from composer.storyboard.direct import direct

Factory = Callable[..., Any]


def push(direction: str) -> Any:
    return {"name": "push", "n_frames": 4, "params": {"direction": direction}}


def dip(colour: str) -> Any:
    return {"name": "dip_to_colour", "n_frames": 4, "params": {"colour": colour}}


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
        (lambda table: table["shots"][1]["panels"][0]["view_end"].update(x_norm=3), "within 0 to"),
        (lambda table: table["shots"][1]["panels"][0].update(orientation=99), "orientation is 99"),
        (lambda table: table["shots"][1].update(panels=[]), "has no panel"),
        (lambda table: table["shots"][0]["text"].update(style="loud"), "style is 'loud'"),
        (lambda table: table.update(shots=[]), "shots is empty"),
        (lambda table: table.update(length="endless"), "length is 'endless', not one of short"),
        (lambda table: table.update(mood="angry"), "mood is 'angry'"),
        (lambda table: table.update(seed=-1), "seed"),
        (lambda table: table.update(memory_id=10**400), "memory_id"),
        (lambda table: table["shots"][2].update(transition=push("diagonal")), "'diagonal'"),
        (lambda table: table["shots"][2].update(transition=dip("red")), "colour is 'red'"),
        (
            lambda table: table["shots"][3].update(motion="backflip"),
            r"shot 4: shots\[3\].motion is 'backflip', not one of hold, push_in",
        ),
        (lambda table: table["shots"].reverse(), "shot 1: .*kind is 'end', which is the last"),
        (
            lambda table: table["shots"][3].update(n_frames=-5),
            r"shot 4: shots\[3\]: n_frames is -5: must be 1 at least",
        ),
        (
            lambda table: table["shots"][2]["transition"].update(n_frames=9000),
            "shot 2: .* the next of 9000",
        ),
        (
            lambda table: table["shots"][1].update(kind="opera"),
            r"shot 2: shots\[1\].kind is 'opera', not one of picture, title, end",
        ),
        (
            lambda table: table["shots"][1]["panels"][0]["view_end"].update(x_norm=3),
            r"shot 2: shots\[1\].panels\[0\]: view_end of item",
        ),
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

    assert "storyboard export" in told.value.remedy


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes(b'{"title": "caf\xe9"}')

    with pytest.raises(StoryboardError, match=r"mine\.json is not UTF-8 \(byte 14\)") as told:
        read_storyboard(path)

    assert told.value.remedy == "save it as UTF-8"


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.just([]),
    st.just({}),
    st.just(10**400),
)


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to every value of a document."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in inside:
        yield (*way, key)
        if isinstance(one, dict | list):
            yield from places(one, (*way, key))


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_whatever_is_edited_is_a_storyboard_or_told(text: str, data: st.DataObject) -> None:
    table = json.loads(text)
    *way, last = data.draw(st.sampled_from(list(places(table))))
    target = table
    for key in way:
        target = target[key]
    target[last] = data.draw(VALUES)

    try:
        board = from_json(json.dumps(table))
    except StoryboardError:
        return

    assert from_json(to_json(board)) == board
    spans(board)
