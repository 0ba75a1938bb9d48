"""What computes the networks: ``python -m memoriesd.computing``, for :mod:`memoriesd.doctor`.

A process of its own, because an accelerator's bad driver ends the process that tries it. Reads the
``[models]`` table as JSON from standard input and answers with JSON.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexer.chosen import ModelChoice, describe_models
from indexer.models.accelerators import Device


def describe(models: Mapping[str, Any]) -> dict[str, Any]:
    """What computes, and why the CPU does where an accelerator was asked for."""
    folder, scenes = models["folder"], models["scenes"]
    found = describe_models(
        ModelChoice(
            pack=models["pack"],
            folder=Path(folder) if folder else None,
            scenes=Path(scenes) if scenes else None,
            device=Device(models["device"]),
        )
    )
    return {"computed_by": found.computed_by, "notes": found.device_notes}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(describe(json.load(sys.stdin))))
