"""Commands, called in this process."""

import json
from typing import Any

import pytest

from memoriesd.cli.main import run
from memoriesd.exits import Exit

Capture = pytest.CaptureFixture[str]


def call(capsys: Capture, *words: str) -> tuple[int, str, str]:
    """Exit code, output and error output of a command."""
    code = run(words)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def call_json(capsys: Capture, *words: str) -> Any:
    """The report of a command that must go well."""
    code, out, _ = call(capsys, *words, "--json")
    assert code == Exit.DONE
    return json.loads(out)
