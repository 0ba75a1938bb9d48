"""A library whose commands may do what the service may do."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.system.installed import Library


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward:
    """A library, and the words before its commands that let it do what the unit lets it do."""

    library: Library
    unit: str
    mounts: tuple[str, ...]
    rights: tuple[str, ...]
    seen: Path
    """A folder that what watches may write to."""

    def run(
        self, *command: str, watched_by: Sequence[str] = ()
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*self.mounts, *watched_by, *self.rights, *command],
            env=self.library.environment,
            capture_output=True,
            text=True,
        )
