"""The documents keep up with the code: every command, setting, kind, theme and link."""

import re
import tomllib
from pathlib import Path

import click
import pytest

from composer.curate import KINDS
from composer.render.transitions import TRANSITIONS
from memoriesd.cli.main import cli
from memoriesd.config import dump_config, parse_config
from themes.load import BUILTIN

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "CHANGELOG.md"]


def commands(command: click.Command, name: str) -> list[str]:
    if not isinstance(command, click.Group):
        return [name]
    context = click.Context(command)
    parts = [(n, command.get_command(context, n)) for n in command.list_commands(context)]
    return [x for n, sub in parts if sub is not None for x in commands(sub, f"{name} {n}")]


@pytest.mark.parametrize("command", commands(cli, "memoriesd"))
def test_command_is_documented(command: str) -> None:
    assert f"`{command}`" in REFERENCE


def settings() -> list[str]:
    told = dump_config(parse_config({}, ROOT / "config.toml"))
    return [f"[{table}] {key}" for table, keys in told.items() for key in keys if key != "exclude"]


@pytest.mark.parametrize("setting", settings())
def test_setting_is_documented(setting: str) -> None:
    assert f"`{setting}`" in REFERENCE


@pytest.mark.parametrize("word", [*KINDS, *TRANSITIONS, *BUILTIN])
def test_kind_transition_and_theme_are_documented(word: str) -> None:
    assert f"| `{word}` |" in REFERENCE


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))

    local = [target for target in targets if "://" not in target]
    assert [t for t in local if not (page.parent / t).exists()] == []


def test_configuration_in_the_readme_is_accepted(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)

    config = parse_config(tomllib.loads(example), tmp_path / "config.toml")

    assert config.theme.length == "medium"
