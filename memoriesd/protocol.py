"""What a job's process and the one that started it tell each other: JSON, a line each.

The first line to the child is the request; then ``pause``, ``resume`` and ``stop``. The child
answers with progress, log lines and one last message: ``done``, ``stopped`` or ``error``. The end
of the child's input means that its parent is gone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

TASK_MODULES = {
    "index": "memoriesd.tasks.index",
    "cluster": "memoriesd.tasks.cluster",
    "memories": "memoriesd.tasks.memories",
    "compose": "memoriesd.tasks.compose",
    "forget": "memoriesd.tasks.forget",
}
"""The kinds of job and the module whose process does it."""


class Order(StrEnum):
    """What a parent may say after its request."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One job."""

    kind: str
    """A key of ``TASK_MODULES``."""
    catalog: str
    """Path of the catalog."""
    config: dict[str, Any]
    """As ``config.dump_config`` gives it."""
    config_file: str
    """Where the configuration lies, for messages."""
    args: dict[str, Any]
    now: str
    """UTC ISO time."""
    today: str
    """ISO date of the local day."""
    nice: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a job ended."""

    exit_code: int
    report: dict[str, Any] = field(default_factory=dict)
    message: str = ""
    """What went wrong, one line; empty where nothing did."""
    remedy: str = ""
    details: str = ""
    """The traceback of an error."""
    stopped: bool = False
    """Ended early because it was told to; the same job may be done again."""
    had_nothing_to_do: bool = False
    """Nothing could be done and nothing was at fault: trying again would not help."""


def encode(message: Mapping[str, Any]) -> bytes:
    """A message as a line; paths with lone surrogates survive as escapes."""
    return json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """The message of a line.

    Raises
    ------
    ValueError
        If it is none.
    """
    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError(f"no message: {line!r}")  # noqa: TRY004 - what came in, not who called
    return message
