"""``themes`` and ``music``."""

import dataclasses
import wave
from importlib import resources
from pathlib import Path

import click
import numpy as np

from composer.usable import usable_theme
from indexer.errors import NothingToDoError
from memoriesd.cli.options import (
    Session,
    echo_json,
    echo_path,
    json_option,
    session_command,
)
from memoriesd.clock import local_today
from music.arrange import LONGEST_S, SHORTEST_S, arrange
from music.perform import perform
from music.pieces import PIECES
from music.score import Mood
from themes.load import BUILTIN, load_theme


@click.group("themes", short_help="List, show and check themes.")
def themes_command() -> None:
    """List, show and check themes."""


@themes_command.command("list")
@json_option
@session_command
def list_themes(session: Session, *, as_json: bool) -> None:
    """List the built-in themes, and the one of the configuration."""
    told = session.config().theme.name
    names = [*BUILTIN, *([told] if told not in (*BUILTIN, "auto") else [])]
    themes = [(name, load_theme(name)) for name in names]
    if as_json:
        echo_json({"themes": [{"name": name, "mood": theme.mood} for name, theme in themes]})
        return
    for name, theme in themes:
        low, high = theme.pace.photo_s
        click.echo(f"{name:12}  {theme.mood:10}  {low:g} to {high:g} s a photograph")


@themes_command.command("show")
@click.argument("name")
@click.option(
    "--preview",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Render to this new .mp4; by default to NAME preview.mp4 in the output folder.",
)
@json_option
@session_command
def show_theme(session: Session, name: str, *, preview: Path | None, as_json: bool) -> None:
    """Print the theme NAME, a built-in one or a file, and render a preview of it.

    What is printed is something to start your own from; the preview is a small movie of drawn
    pictures, made in seconds, whose path is told beside. With --json it is made only where
    --preview is given.
    """
    theme = load_theme(name)
    if preview is not None:
        preview = preview.with_suffix(".mp4")
        if preview.exists():
            raise NothingToDoError(f"{preview} is there already", remedy="name another file for it")
    if as_json:
        echo_json(dataclasses.asdict(theme))
    else:
        click.echo(_text_of(name), nl=False)
    if preview is None and not as_json:
        preview = session.config().output.folder / f"{Path(name).stem} preview.mp4"
    if preview is not None:
        from composer.preview import preview_theme

        # Not in what is redirected to a file.
        click.echo("a preview is being made", err=True)
        preview_theme(name, preview, local_today())
        click.echo(f"preview: {echo_path(preview)}", err=True)


def _text_of(name: str) -> str:
    if name in BUILTIN:
        return (resources.files("themes") / "builtin" / f"{name}.toml").read_text(encoding="utf-8")
    return Path(name).read_text(encoding="utf-8")


@themes_command.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@session_command
def check_theme(_: Session, file: Path) -> None:
    """Check each value of a theme FILE of yours, its fonts and its effects."""
    theme = usable_theme(file)
    click.echo(f"{echo_path(file)}: {theme.name}, mood {theme.mood}: good")


@click.group("music", short_help="List the music, or write a preview of it.")
def music_command() -> None:
    """List the music, or write a preview of it."""


@music_command.command("list")
@json_option
@session_command
def list_music(_: Session, *, as_json: bool) -> None:
    """List the pieces that movies are scored with."""
    if as_json:
        pieces = [
            {
                "title": piece.title,
                "mood": piece.mood,
                "tempo_bpm": list(piece.tempo_bpm),
                "beats_per_bar": piece.beats_per_bar,
            }
            for piece in PIECES
        ]
        echo_json({"pieces": pieces})
        return
    for piece in PIECES:
        low, high = piece.tempo_bpm
        click.echo(
            f"{piece.mood:10}  {piece.title}, {low} to {high} bpm,"
            f" {piece.beats_per_bar} beats a bar"
        )


@music_command.command("preview")
@click.argument("mood", type=click.Choice([str(mood) for mood in Mood]))
@click.option(
    "--seconds",
    type=click.FloatRange(SHORTEST_S, LONGEST_S),
    default=30.0,
    show_default=True,
    help="How long.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, help="Another seed, another piece.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The WAV file; by default MOOD.wav here.",
)
@session_command
def preview_music(_: Session, mood: str, seconds: float, seed: int, out: Path | None) -> None:
    """Write a WAV file with music of MOOD, as a movie of that length would have it."""
    path = out or Path(f"{mood}.wav")
    arrangement = arrange(mood, seconds, seed)
    track = perform(arrangement)
    with path.open("wb") as stream, wave.open(stream, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(track.rate_hz)
        file.writeframes(
            (np.clip(track.samples, -1, 1) * np.iinfo(np.int16).max).astype("<i2").tobytes()
        )
    click.echo(f"{echo_path(path)}: {arrangement.title}, {arrangement.tempo_bpm:.0f} bpm")
