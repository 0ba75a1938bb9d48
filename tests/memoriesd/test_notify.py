import logging
import sys
import time
from pathlib import Path

import pytest

from memoriesd.config import Notify
from memoriesd.notify import desktop_command, tell_of_movies

MOVIES = ["/a/Lisbon $(x) 'y'.mp4", "/c.mp4"]


def never() -> bool:
    return False


def program(folder: Path, name: str) -> Path:
    """A program that notes its arguments, each followed by a semicolon."""
    told = folder / "told.txt"
    path = folder / name
    path.write_text(f'#!/bin/sh\nprintf "%s;" "$@" >> {told}\n', encoding="utf-8")
    path.chmod(0o700)
    return told


def test_command_is_run_with_each_path(tmp_path: Path) -> None:
    told = program(tmp_path, "tell")

    tell_of_movies(Notify(command=(str(tmp_path / "tell"), "new")), MOVIES, never)

    assert told.read_text(encoding="utf-8") == f"new;{MOVIES[0]};new;{MOVIES[1]};"


def test_command_that_fails_is_a_line_in_the_log_that_names_no_movie(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        tell_of_movies(Notify(command=("/no/such/program",)), ["/Ada.mp4"], never)
        tell_of_movies(Notify(command=("false",)), ["/Ada.mp4"], never)

    assert caplog.messages == [
        "[notify] command /no/such/program cannot be run: No such file or directory",
        "[notify] command false ended with exit code 1",
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="notify-send is of Linux")
def test_desktop_shows_the_name_of_each_movie_where_there_is_no_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = program(tmp_path, "notify-send")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")

    tell_of_movies(Notify(), MOVIES, never)
    tell_of_movies(Notify(desktop=False), MOVIES, never)

    names = [words.split(";")[:-1][-1] for words in told.read_text().split("--app-name")[1:]]
    assert names == ["Lisbon $(x) 'y'", "c"]


def test_machine_without_a_desktop_is_no_error(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PATH", "")

    with caplog.at_level(logging.INFO):
        tell_of_movies(Notify(), MOVIES, never)

    assert caplog.text == ""


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_no_name_is_part_of_a_script(platform: str) -> None:
    assert not any(
        "Lisbon" in word and word != "Lisbon" for word in desktop_command(platform, "Lisbon")
    )


def test_program_that_takes_long_is_ended_with_us_and_the_next_is_not_begun(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told = program(tmp_path, "tell")
    with (tmp_path / "tell").open("a", encoding="utf-8") as script:
        script.write("exec sleep 60\n")
    began_s = time.monotonic()

    tell_of_movies(
        Notify(command=(str(tmp_path / "tell"),)),
        MOVIES,
        lambda: told.exists() and bool(told.read_text()),
    )

    assert time.monotonic() - began_s < 10.0
    assert told.read_text(encoding="utf-8") == f"{MOVIES[0]};"
    assert "did not end and was killed" in caplog.text


def test_program_that_does_not_end_is_killed_after_a_while(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("memoriesd.notify.PATIENCE_S", 0.1)

    tell_of_movies(Notify(command=("tail", "-f", "/dev/null")), MOVIES[:1], never)

    assert "did not end and was killed" in caplog.text
