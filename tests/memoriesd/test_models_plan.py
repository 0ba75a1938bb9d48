"""``models plan`` on the built-in pack, and on one of ../shared where it is there."""

import json
from pathlib import Path

import pytest

from memoriesd.cli.main import run
from memoriesd.exits import Exit

MODELS = Path(__file__).parents[2].parent / "shared" / "models"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    path = tmp_path / "config.toml"
    path.write_text(f'[models]\npack = "builtin"\nfolder = {str(MODELS / "insightface")!r}\n')
    return path


def test_the_figures_are_told_and_the_plan_is_drawn(
    config: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    plot = tmp_path / "plan.svg"
    words = ["models", "plan", "--config", str(config), "--plot", str(plot), "--json"]

    code = run(words)

    told = json.loads(capsys.readouterr().out)
    assert code == Exit.DONE
    assert told["sizes"][-1] == [1280, 960]
    assert told["bound_mb"] <= told["joint_mb"] < told["separate_mb"] < told["naive_mb"]
    assert plot.read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.skipif(not MODELS.is_dir(), reason="no ../shared/models beside the project")
def test_a_detector_is_planned_at_the_size_at_which_it_searches(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = "insightface:scrfd500m_mobilefacenet"

    code = run(["models", "plan", "--config", str(config), "--pack", pack, "--json"])

    assert code == Exit.DONE
    assert json.loads(capsys.readouterr().out)["sizes"][-1] == [640, 480]


@pytest.mark.parametrize("size", ["6000", "0x100", "axb", "100x-1"])
def test_a_size_that_is_none_is_refused(
    config: Path, capsys: pytest.CaptureFixture[str], size: str
) -> None:
    code = run(["models", "plan", "--config", str(config), "--size", size])

    assert code == Exit.USAGE
    assert "WIDTHxHEIGHT" in capsys.readouterr().err


def test_a_pack_that_is_not_there_is_told(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["models", "plan", "--config", str(config), "--pack", "insightface:none"])

    assert code != Exit.DONE
    assert "'insightface:none'" in capsys.readouterr().err
