"""``themes check``: what can only be known on this machine."""

from pathlib import Path

import pytest

from memoriesd.cli.main import run
from memoriesd.exits import Exit


def write(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(f'extends = "chill"\n{text}', encoding="utf-8")
    return str(path)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        (
            '[type.caption]\nfamily = "No Such Sans"',
            "the font 'No Such Sans' is not installed",
            "pip install fontpkg-no-such-sans",
        ),
        (
            '[[effects]]\nname = "LumContrast"\nparams = { lum = "much" }',
            "LumContrast cannot be used",
            "moviepy",
        ),
    ],
)
def test_theme_that_cannot_be_used_here_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str, remedy: str
) -> None:
    code = run(["themes", "check", write(tmp_path, text)])

    told = capsys.readouterr().err
    assert code == Exit.CONFIGURATION
    assert "mine.toml" in told
    assert message in told
    assert remedy in told


@pytest.mark.usefixtures("home")
def test_theme_that_can_be_used_is_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["themes", "check", write(tmp_path, "")]) == Exit.DONE
    assert "good" in capsys.readouterr().out
