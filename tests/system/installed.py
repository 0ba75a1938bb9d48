"""The installed command, driven as a person would."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tests.waited import wait_until

TODAY = date(2026, 6, 15)
COMMAND = str(Path(sys.executable).with_name("memoriesd"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """One installation: its own home, roots and output."""

    home: Path
    roots: Path
    output: Path

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "MEMORIESD_HOME": str(self.home),
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
        }

    def configure(self, **tables: dict[str, object]) -> None:
        """Write the configuration; movies are small and short unless told otherwise."""
        told: dict[str, dict[str, object]] = {
            "library": {"roots": [str(self.roots)], "settle_s": 0.5},
            "output": {"folder": str(self.output), "resolution": "720p", "fps": 24},
            "theme": {"length": "short", "name": "gentle"},
            "schedule": {"when": "never"},
            "guest": {"min_free_gb": 0.1, "pause_on_battery": False},
            "notify": {"desktop": False},
        }
        for name, table in tables.items():
            told[name] = told.get(name, {}) | table
        lines = []
        for name, table in told.items():
            lines.append(f"[{name}]")
            # JSON's numbers, texts, lists and booleans are TOML's.
            lines += [f"{key} = {json.dumps(value)}" for key, value in table.items()]
        self.home.mkdir(exist_ok=True)
        (self.home / "config.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def call(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        return subprocess.run(
            [COMMAND, *words], env=self.environment, capture_output=True, text=True, timeout=600
        )

    def call_json(self, *words: str) -> Any:
        """The report of a command that must go well."""
        done = self.call(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def start(self, *command: str, **environment: str) -> "subprocess.Popen[bytes]":
        """The daemon in the background."""
        with (self.home / "daemon.log").open("wb") as log:
            return subprocess.Popen(
                command or (COMMAND, "run"),
                env=self.environment | environment,
                cwd=self.home,  # the folder of the sources has metadata, too
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    @contextmanager
    def daemon(self, *command: str, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
        """The daemon from when it answers; it is killed in the end."""
        process = self.start(*command, **environment)
        try:
            assert wait_until(lambda: self.call_json("status")["daemon"], 20)
            yield process
        finally:
            process.kill()
            process.wait()

    def movies(self) -> list[Path]:
        return sorted(self.output.rglob("*.mp4"))
