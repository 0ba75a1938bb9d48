"""Telling somebody of a new movie, by a program of theirs."""

import logging
import os
import subprocess
from collections.abc import Iterable, Sequence

log = logging.getLogger(__name__)

PATIENCE_S = 30.0


def tell_of_movies(command: Sequence[str], paths: Iterable[str]) -> None:
    """Run ``[notify] command`` once for each movie, with its path as the last argument.

    A command that fails costs nothing but a line in the log.
    """
    if not command:
        return
    program = os.path.expanduser(command[0])  # noqa: PTH111 - a name to be found in PATH stays one
    for path in paths:
        try:
            subprocess.run(
                [program, *command[1:], path],
                check=True,
                timeout=PATIENCE_S,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        except (OSError, subprocess.SubprocessError) as error:
            log.warning("[notify] command: %s", error)
