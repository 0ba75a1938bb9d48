import json
import re
import tomllib
from pathlib import Path

import pytest

from memoriesd.config import Config, dump_config, load_config, parse_config
from memoriesd.exits import ConfigError
from memoriesd.starter import starter_text

HERE = Path("/home/ada/memoriesd/config.toml")


def write(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    assert load_config(write(tmp_path, "")) == Config()


def test_paths_begin_at_the_file_and_know_the_home_folder() -> None:
    config = parse_config({"library": {"roots": ["pictures", "/media/archive", "~/x"]}}, HERE)

    assert config.library.roots == (
        HERE.parent / "pictures",
        Path("/media/archive"),
        Path.home() / "x",
    )


def test_music_is_the_built_in_one_or_a_folder() -> None:
    config = parse_config({"theme": {"music": "songs"}}, HERE)

    assert Config().theme.music == "built-in"
    assert config.theme.music == HERE.parent / "songs"
    assert parse_config(json.loads(json.dumps(dump_config(config))), HERE) == config


def test_configuration_survives_the_way_to_a_child_process() -> None:
    told = {"library": {"roots": ["/caf\udce9"]}, "memories": {"exclude": {"people": ["Ada"]}}}
    config = parse_config(told, HERE)

    back = parse_config(json.loads(json.dumps(dump_config(config))), HERE)

    assert back == config


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        ("[library]\nrots = []", r"unknown key 'rots' in \[library\]", "did you mean 'roots'?"),
        ("[libary]", "unknown key 'libary'", "did you mean 'library'?"),
        (
            "[memories.exclude]\npeple = []",
            r"unknown key 'peple' in \[memories.exclude\]",
            "did you mean 'people'?",
        ),
        ('[output]\nmusic = "/m"', r"unknown key 'music' in \[output\]", "write it into [theme]"),
        ("music = 1", "unknown key 'music' as a table", "write it into [theme]"),
        ("[theme]\nzzz = 1", "unknown key 'zzz'", "known are: name, length, music"),
        ("[output]\nfps = 25", r"\[output\] fps = 25: .*24, 30 or 60", "change fps in that file"),
        ('[schedule]\nwhen = "soon"', r"\[schedule\] when = 'soon': write it as daily", "when"),
        ('[schedule]\nquiet_hours = "night"', "22:00-07:00", "quiet_hours"),
        ("[library]\nsettle_s = -1", "settle_s = -1: .*greater", "settle_s"),
        ("roots = [\n\n= 3]", "is not TOML: .*line 3", "paths need quotes"),
    ],
)
def test_what_is_wrong_is_named_with_file_key_and_remedy(
    tmp_path: Path, text: str, message: str, remedy: str
) -> None:
    path = write(tmp_path, text)

    with pytest.raises(ConfigError, match=message) as caught:
        load_config(path)

    assert str(path) in str(caught.value)
    assert remedy in caught.value.remedy


def test_missing_file_says_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such configuration file") as caught:
        load_config(tmp_path / "config.toml")

    assert caught.value.remedy == "write one with: memoriesd init"


def test_starter_names_every_key_with_its_default() -> None:
    text = starter_text([Path("/a")], Path("/b"))

    uncommented = tomllib.loads(re.sub(r"^#([a-z0-9_]+ = )", r"\1", text, flags=re.M))

    expected = dump_config(Config(output=Config().output))
    expected["library"]["roots"] = ["/a"]
    expected["output"]["folder"] = "/b"
    expected["models"] |= {"folder": "", "scenes": ""}
    assert uncommented == expected


def test_starter_as_written_is_a_good_configuration(tmp_path: Path) -> None:
    path = write(tmp_path, starter_text([Path('/with "quotes"\\and more')], Path("/b")))

    config = load_config(path)

    assert config.library.roots == (Path('/with "quotes"\\and more'),)
