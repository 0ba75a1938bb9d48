"""Telling somebody of a new movie: by a program of theirs, or on their desktop."""

import contextlib
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from memoriesd.config import Notify

log = logging.getLogger(__name__)

PATIENCE_S = 30.0
_LOOK_S = 0.2
_TEXT = "MEMORIESD_TEXT"
"""The environment's variable that holds what Windows is to show: it needs no quotes there."""

_TOAST = f"""
$manager = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, \
ContentType = WindowsRuntime]
$toast = $manager::GetTemplateContent(1)
$words = $toast.GetElementsByTagName('text')
$words.Item(0).InnerText = 'memoriesd'
$words.Item(1).InnerText = $env:{_TEXT}
$shown = [Windows.UI.Notifications.ToastNotification, Windows.UI.Notifications, \
ContentType = WindowsRuntime]::new($toast)
$sender = '{{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}}\\WindowsPowerShell\\v1.0\\powershell.exe'
$manager::CreateToastNotifier($sender).Show($shown)
"""
_BANNER = 'on run words\ndisplay notification (item 1 of words) with title "memoriesd"\nend run'


def tell_of_movies(notify: Notify, paths: Iterable[str], is_ending: Callable[[], bool]) -> None:
    """Run ``[notify] command`` for each movie, or show its name on the desktop.

    A command that fails costs nothing but a line in the log; a desktop that shows nothing, nothing.

    Parameters
    ----------
    is_ending : callable
        Asked several times a second; once it says so, the program that runs is ended, and none is
        begun.
    """
    for path in paths:
        if is_ending():
            return
        if notify.command:
            _run_command([*notify.command, path], is_ending)
        elif notify.desktop:
            _show(Path(path).stem, is_ending)


def _run_command(command: list[str], is_ending: Callable[[], bool]) -> None:
    program = os.path.expanduser(command[0])  # noqa: PTH111 - a name to be found in PATH stays one
    # No error is logged itself: it names the movie, which may be called after somebody.
    try:
        _run([program, *command[1:]], is_ending)
    except OSError as error:
        log.warning("[notify] command %s cannot be run: %s", program, error.strerror)
    except subprocess.CalledProcessError as error:
        log.warning("[notify] command %s ended with exit code %d", program, error.returncode)
    except subprocess.TimeoutExpired:
        log.warning("[notify] command %s did not end and was killed", program)


def _show(name: str, is_ending: Callable[[], bool]) -> None:
    try:
        _run(desktop_command(sys.platform, name), is_ending, os.environ | {_TEXT: name})
    except (OSError, subprocess.SubprocessError) as error:
        log.debug("the desktop was not told: %s", error)


def desktop_command(platform: str, name: str) -> list[str]:
    """What shows a movie's name on the desktop of a platform.

    Examples
    --------
    >>> desktop_command("linux", "Lisbon")[-1]
    'Lisbon'
    """
    match platform:
        case "win32":
            return ["powershell", "-NoProfile", "-NonInteractive", "-Command", _TOAST]
        case "darwin":
            return ["osascript", "-e", _BANNER, name]
    return [
        "notify-send",
        "--app-name=memoriesd",
        "--icon=video-x-generic",
        "--",
        "memoriesd",
        name,
    ]


def _run(
    command: list[str], is_ending: Callable[[], bool], environment: dict[str, str] | None = None
) -> None:
    """Run a program to its end, or to ours.

    Raises
    ------
    CalledProcessError
        If it failed.
    TimeoutExpired
        If it was killed, as it took too long or we are to end.
    """
    give_up_at_s = time.monotonic() + PATIENCE_S
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if environment else None,
    ) as process:
        while process.poll() is None:
            if is_ending() or time.monotonic() >= give_up_at_s:
                process.kill()
                raise subprocess.TimeoutExpired(command, PATIENCE_S)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_LOOK_S)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
