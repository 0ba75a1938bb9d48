"""A storyboard as JSON text: the same storyboard gives the same bytes."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from composer.storyboard.model import (
    SCHEMA,
    Ground,
    Panel,
    Rect,
    Shot,
    ShotKind,
    Storyboard,
    Text,
    Transition,
)


class StoryboardError(ValueError):
    """A text is no storyboard that can be used; the message names what is wrong with it."""

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def to_json(storyboard: Storyboard) -> str:
    """Write a storyboard as indented JSON with sorted keys, in ASCII.

    Paths with bytes that are not UTF-8 survive: their surrogates are escaped.
    """
    return json.dumps(dataclasses.asdict(storyboard), sort_keys=True, indent=1) + "\n"


def from_json(text: str) -> Storyboard:
    """Read a storyboard.

    Raises
    ------
    StoryboardError
        If the text is not JSON, has another schema, or misses, adds or mistypes a key.
    """
    try:
        table = json.loads(text)
    except json.JSONDecodeError as error:
        raise _error(f"not JSON ({error})") from error
    if not isinstance(table, dict) or table.get("schema") != SCHEMA:
        raise _error(f"its schema is not {SCHEMA}")
    try:
        return _storyboard(table)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _error(f"{type(error).__name__}: {error}") from error


def _error(detail: str) -> StoryboardError:
    return StoryboardError(
        f"the storyboard cannot be used: {detail}",
        remedy="write a good one with: memoriesd storyboard export",
    )


def _storyboard(table: Mapping[str, Any]) -> Storyboard:
    shots = tuple(_shot(shot) for shot in table["shots"])
    beats = tuple(float(beat) for beat in table["beats_s"])
    return Storyboard(**{**table, "shots": shots, "beats_s": beats})


def _shot(table: Mapping[str, Any]) -> Shot:
    text = table["text"]
    if text is not None:
        text = Text(**{**text, "lines": tuple(str(line) for line in text["lines"])})
    return Shot(
        **{
            **table,
            "kind": ShotKind(table["kind"]),
            "ground": Ground(table["ground"]),
            "panels": tuple(_panel(panel) for panel in table["panels"]),
            "transition": Transition(**table["transition"]),
            "text": text,
        }
    )


def _panel(table: Mapping[str, Any]) -> Panel:
    return Panel(
        **{
            **table,
            "frame": Rect(**table["frame"]),
            "view_start": Rect(**table["view_start"]),
            "view_end": Rect(**table["view_end"]),
            "faces": tuple(Rect(**face) for face in table["faces"]),
        }
    )
