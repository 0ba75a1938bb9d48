"""The configuration: a TOML file, checked key by key.

Every table of the file is a frozen dataclass here; pydantic builds them from what the file says.
Keys that are not known are errors that suggest the nearest one that is.
"""

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
)
from pydantic.dataclasses import dataclass

from memoriesd.exits import ConfigError
from memoriesd.hours import check_quiet_hours
from memoriesd.when import check_when

_STRICT = ConfigDict(extra="forbid")


def _absolute(path: Path, info: ValidationInfo) -> Path:
    """Paths begin at the folder of the configuration file; ``~`` is the person's own folder."""
    base = info.context if isinstance(info.context, Path) else Path.cwd()
    return base / path.expanduser()


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


def _check_scheduler(address: str) -> str:
    parts = urlsplit(address)
    if address and not (parts.scheme in ("tcp", "tls") and parts.port):
        raise ValueError('must be "" or a Dask scheduler such as "tcp://192.168.1.10:8786"')
    return address


Folder = Annotated[Path, AfterValidator(_absolute)]
OptionalPath = Annotated[Folder | None, BeforeValidator(_none_if_empty)]


def default_output() -> Path:
    """Where movies go if the configuration does not say."""
    return platformdirs.user_videos_path() / "memoriesd"


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Library:
    """``[library]``: what is watched."""

    roots: tuple[Folder, ...] = ()
    ignore: tuple[str, ...] = ()
    follow_symlinks: bool = False
    settle_s: Annotated[float, Field(ge=0, le=3600)] = 5.0


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Output:
    """``[output]``: what movies are like and where they go."""

    folder: Folder = Field(default_factory=default_output)
    resolution: Literal["720p", "1080p", "4k"] = "1080p"
    aspect: Literal["16:9", "9:16", "1:1"] = "16:9"
    fps: Literal[24, 30, 60] = 30
    codec: Literal["h264", "hevc"] = "h264"
    encoder: Literal["software", "hardware"] = "software"
    language: Literal["auto", "en", "de", "fr", "es", "it", "pt", "nl"] = "auto"
    keep_days: Annotated[int, Field(ge=0)] = 0


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Index:
    """``[index]``: how media are read."""

    memory_limit_mb: Annotated[int, Field(ge=280)] = 512
    detail: Literal["normal", "thorough"] = "normal"
    scheduler: Annotated[str, AfterValidator(_check_scheduler)] = ""
    video_sample_s: Annotated[float, Field(gt=0, le=60)] = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Models:
    """``[models]``: what finds faces and names scenes."""

    pack: Annotated[str, Field(pattern=r"^(builtin|insightface:\S+)$")] = "builtin"
    folder: OptionalPath = None
    scenes: OptionalPath = None
    device: Literal["auto", "cpu", "coreml", "cuda", "openvino", "directml"] = "auto"


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Schedule:
    """``[schedule]``: when movies are made."""

    when: Annotated[str, AfterValidator(check_when)] = "daily 09:00"
    quiet_hours: Annotated[str, AfterValidator(check_quiet_hours)] = ""
    max_movies_per_day: Annotated[int, Field(ge=0)] = 1
    catch_up: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Theme:
    """``[theme]``: what movies look and sound like."""

    name: str = "auto"
    length: Literal["short", "medium", "long"] = "medium"
    music: Literal["built-in"] | Folder = "built-in"
    """A folder is looked into when a movie is made; its drive may come and go."""


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Exclude:
    """``[memories.exclude]``: what is never shown."""

    people: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Memories:
    """``[memories]``: which memories there may be."""

    kinds: tuple[str, ...] = ()
    min_items: Annotated[int, Field(ge=1)] = 6
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""
    exclude: Exclude = Field(default_factory=Exclude)


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Guest:
    """``[guest]``: how the service keeps out of the way."""

    pause_on_battery: bool = True
    idle_min: Annotated[float, Field(ge=0)] = 0.0
    max_load: Annotated[float, Field(ge=0)] = 0.0
    max_temperature_c: Annotated[float, Field(ge=0)] = 0.0
    min_free_gb: Annotated[float, Field(ge=0)] = 2.0
    nice: Annotated[int, Field(ge=0, le=19)] = 10


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Notify:
    """``[notify]``: who is told of a movie."""

    command: tuple[str, ...] = ()
    desktop: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Config:
    """The whole configuration."""

    library: Library = Field(default_factory=Library)
    output: Output = Field(default_factory=Output)
    index: Index = Field(default_factory=Index)
    models: Models = Field(default_factory=Models)
    schedule: Schedule = Field(default_factory=Schedule)
    theme: Theme = Field(default_factory=Theme)
    memories: Memories = Field(default_factory=Memories)
    guest: Guest = Field(default_factory=Guest)
    notify: Notify = Field(default_factory=Notify)


_CONFIG = TypeAdapter(Config)


def load_config(path: Path) -> Config:
    """Read and check a configuration file.

    Raises
    ------
    ConfigError
        If it is not there, is no TOML, has a key that is not known or a value that cannot be.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigError(
            path, "no such configuration file", remedy="write one with: memoriesd init"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            path, f"cannot be read: {error}", remedy="check the file and its permissions"
        ) from error
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            path, f"is not TOML: {error}", remedy="mend that line; paths need quotes"
        ) from error
    return parse_config(told, path)


def parse_config(told: Mapping[str, Any], path: Path) -> Config:
    """Check what a configuration file says; `path` is where it lies, for messages and paths."""
    try:
        return _CONFIG.validate_python(told, context=path.parent)
    except ValidationError as error:
        raise _config_error(path, error) from error


def dump_config(config: Config) -> dict[str, Any]:
    """The configuration as plain values that :func:`parse_config` takes back."""
    told: dict[str, Any] = _CONFIG.dump_python(config, mode="json")
    return told


def _config_error(path: Path, error: ValidationError) -> ConfigError:
    """The first thing that is wrong, in one sentence."""
    first = error.errors(include_url=False)[0]
    where = [str(part) for part in first["loc"]]
    if first["type"] == "unexpected_keyword_argument":
        return _unknown_key(path, where)
    *tables, key = _without_choices(where)
    name = f"[{'.'.join(tables)}] {key}" if tables else key
    reason = first["msg"].removeprefix("Value error, ")
    shown = repr(first["input"])[:80]
    return ConfigError(path, f"{name} = {shown}: {reason}", remedy=f"change {key} in that file")


def _without_choices(where: Sequence[str]) -> list[str]:
    """A place without the names of pydantic's own alternatives."""
    return [part for part in where if part.isidentifier() or part.isdigit()]


def _unknown_key(path: Path, where: Sequence[str]) -> ConfigError:
    *tables, key = where
    known = _known_keys(tables)
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    inside = f"in [{'.'.join(tables)}]" if tables else "as a table"
    elsewhere = [table for table in _known_keys(()) if key in _known_keys((table,))]
    if elsewhere:
        remedy = f"write it into [{'] or ['.join(elsewhere)}]"
    elif near:
        remedy = f"did you mean {near[0]!r}?"
    else:
        remedy = f"known are: {', '.join(known)}"
    return ConfigError(path, f"unknown key {key!r} {inside}", remedy=remedy)


def _known_keys(tables: Sequence[str]) -> list[str]:
    found: Any = Config
    for table in tables:
        found = next((f.type for f in fields(found) if f.name == table), found)
    return [f.name for f in fields(found)] if is_dataclass(found) else []
