"""What the processes import, and what an import leaves behind; each in a fresh process."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

import memoriesd
from memoriesd.cli.main import COMMANDS, cli

HEAVY = ("cv2", "av", "onnxruntime", "sklearn", "moviepy", "scipy", "numpy.random")


def fresh(code: str, *, environment: dict[str, str]) -> str:
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_daemon_process_imports_no_media_and_no_models() -> None:
    code = (
        "import sys, memoriesd.daemon, memoriesd.cli.service;"
        f"print([name for name in {HEAVY[:5]} if name in sys.modules])"
    )

    assert fresh(code, environment=dict(os.environ)).strip() == "[]"


def test_session_made_by_our_code_leaves_no_telemetry_behind(tmp_path: Path) -> None:
    models = Path(memoriesd.__file__).parents[2] / "shared" / "models" / "scenes"
    network = models / "mobilenetv2-12-int8.onnx"
    if not network.exists():
        pytest.skip("needs ../shared/models")
    environment = {k: v for k, v in os.environ.items() if k not in ("CI", "ORT_DISABLE_TELEMETRY")}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    code = (
        "import memoriesd\n"
        "from pathlib import Path\n"
        "from indexer.models.session import open_session\n"
        f"open_session(Path({str(network)!r}))"
    )

    fresh(code, environment=environment)

    assert list(tmp_path.rglob(".onnxruntime")) == []


def test_help_is_quick() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)

    subprocess.run(
        [Path(sys.executable).with_name("memoriesd"), "--help"], check=True, capture_output=True
    )

    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) <= 0.4


def test_table_of_commands_says_what_the_commands_say() -> None:
    context = cli.make_context("memoriesd", [], resilient_parsing=True)

    told = {
        name: command.short_help
        for name in COMMANDS
        if (command := cli.get_command(context, name)) is not None
    }

    assert told == {name: text for name, (_, text) in COMMANDS.items()}
