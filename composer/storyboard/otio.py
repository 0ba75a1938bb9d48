"""A storyboard as an OpenTimelineIO timeline, for people who go on in an editor.

The JSON of OpenTimelineIO's core schemas (Timeline.1, Stack.1, Track.1, Clip.2, Transition.1):
pictures on one video track, and the movie's own finished sound on one audio track.
"""

import json
from pathlib import Path
from typing import Any

from composer.storyboard.edit import visible_frames
from composer.storyboard.model import Shot, Storyboard


def to_otio(board: Storyboard, movie: Path) -> str:
    """The timeline as JSON text.

    Parameters
    ----------
    board : Storyboard
        What is shown. Of two pictures side by side the first is named as the shot's media, both
        in its metadata.
    movie : Path
        The finished movie, whose sound is used.
    """
    sound = _clip("sound", movie, 0, board.n_frames, board.fps, {})
    tracks = [_track("Video", _children(board)), _track("Audio", [sound])]
    return json.dumps(
        {
            "OTIO_SCHEMA": "Timeline.1",
            "name": board.title,
            "global_start_time": None,
            "metadata": {"memoriesd": {"memory": board.memory_key, "theme": board.theme}},
            "tracks": {
                "OTIO_SCHEMA": "Stack.1",
                "name": "tracks",
                "children": tracks,
                "source_range": None,
                "effects": [],
                "markers": [],
                "metadata": {},
            },
        },
        indent=1,
    )


def _children(board: Storyboard) -> list[dict[str, Any]]:
    children = []
    for n, shot in enumerate(board.shots):
        if shot.transition.n_frames:
            children.append(_transition(shot, board.fps))
        children.append(_shot(board, n))
    return children


def _shot(board: Storyboard, n: int) -> dict[str, Any]:
    shot = board.shots[n]
    told = {
        "reason": shot.reason,
        "motion": shot.motion,
        "text": list(shot.text.lines) if shot.text else [],
        "files": [panel.path for panel in shot.panels],
    }
    if not shot.panels:
        gap = _item("Gap.1", shot.text.lines[0] if shot.text else "", told)
        return gap | {"source_range": _range(0, shot.n_frames, board.fps)}
    panel = shot.panels[0]
    # The media begins where the shot is first seen, half a transition ahead of its cut.
    lead = shot.transition.n_frames // 2
    first = round((panel.clip_start_s or 0.0) * board.fps) + lead
    clip = _clip(Path(panel.path).name, Path(panel.path), first, shot.n_frames, board.fps, told)
    if not panel.is_video:
        available = _range(0, visible_frames(board, n), board.fps)
        clip["media_references"]["DEFAULT_MEDIA"]["available_range"] = available
    return clip


def _clip(
    name: str, path: Path, first: int, n_frames: int, fps: int, told: dict[str, Any]
) -> dict[str, Any]:
    reference: dict[str, Any] = {
        "OTIO_SCHEMA": "ExternalReference.1",
        "name": name,
        "metadata": {},
        "available_range": None,
        "available_image_bounds": None,
        "target_url": path.absolute().as_uri(),
    }
    return _item("Clip.2", name, told) | {
        "source_range": _range(first, n_frames, fps),
        "media_references": {"DEFAULT_MEDIA": reference},
        "active_media_reference_key": "DEFAULT_MEDIA",
    }


def _transition(shot: Shot, fps: int) -> dict[str, Any]:
    half = _time(shot.transition.n_frames // 2, fps)
    kind = "SMPTE_Dissolve" if "dissolve" in shot.transition.name else "Custom_Transition"
    return {
        "OTIO_SCHEMA": "Transition.1",
        "name": shot.transition.name,
        "metadata": {"memoriesd": dict(shot.transition.params)},
        "transition_type": kind,
        "in_offset": half,
        "out_offset": half,
    }


def _track(kind: str, children: list[dict[str, Any]]) -> dict[str, Any]:
    return _item("Track.1", kind, {}) | {"source_range": None, "kind": kind, "children": children}


def _item(schema: str, name: str, told: dict[str, Any]) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": schema,
        "name": name,
        "metadata": {"memoriesd": told} if told else {},
        "effects": [],
        "markers": [],
        "enabled": True,
    }


def _range(first: int, n_frames: int, fps: int) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "TimeRange.1",
        "start_time": _time(first, fps),
        "duration": _time(n_frames, fps),
    }


def _time(frames: int, fps: int) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": float(fps), "value": float(frames)}
