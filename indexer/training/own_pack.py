"""What becomes of taught networks: a pack beside the work, which a configuration can name at once.

A folder of trainings has ``models/own``, laid out as any other pack: the networks that were taught
there, the built-in ones for those that were not, and a licence that says who taught them.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexer.models.registry import WEIGHTS
from indexer.training.whole_file import whole_file

PACK = "own"
FACE_PARTS = ("detector.onnx", "embedder.onnx")
REPORT = "training.json"
LICENCE = "LICENSE"


def put_into_pack(folder: Path, network: Path, report: Mapping[str, Any]) -> Path:
    """Add a taught network to the pack of a folder of trainings.

    Parameters
    ----------
    folder : Path
        Of all trainings; each has a folder of its own below it.
    network : Path
        An ONNX file below that training's folder.
    report : mapping
        As :func:`indexer.training.job.report_json` made it; kept with the training.

    Returns
    -------
    Path
        The network in the pack.
    """
    (network.parent / REPORT).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    pack = folder / "models" / PACK
    pack.mkdir(parents=True, exist_ok=True)
    _copy(network, pack / network.name)
    for part in FACE_PARTS:
        if network.name in FACE_PARTS and not (pack / part).exists() and (WEIGHTS / part).exists():
            _copy(WEIGHTS / part, pack / part)
    (pack / LICENCE).write_text(licence_text(folder), encoding="utf-8")
    return pack / network.name


def how_to_use(folder: Path, network: str) -> str:
    """Lines for the configuration that make the index use a network of the pack."""
    where = folder.resolve()
    if network in FACE_PARTS:
        return f'[models]\npack = "insightface:{PACK}"\nfolder = {_quoted(where)}'
    return f"[models]\nscenes = {_quoted(where / 'models' / PACK / network)}"


def _quoted(path: Path) -> str:
    """As TOML has it, whatever is in the name."""
    return json.dumps(str(path), ensure_ascii=False)


def licence_text(folder: Path) -> str:
    """Terms of a folder's pack: the first line says all that ``models list`` shows."""
    reports = [
        json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob(f"*/{REPORT}"))
    ]
    taught = [
        f"{report['student']} by {name} ({terms['licence']})"
        for report in reports
        for name, terms in report["teachers"].items()
    ]
    ship = all(report["may_be_shipped"] for report in reports)
    allowed = "may be given to others" if ship else "for your own use only"
    pictures = [
        f"{name} was taught with: {terms['taught_with']}"
        for report in reports
        for name, terms in report["teachers"].items()
    ]
    return "\n".join([f"{allowed}; taught: {', '.join(taught)}", *dict.fromkeys(pictures), ""])


def _copy(source: Path, target: Path) -> None:
    with whole_file(target) as partial:
        shutil.copyfile(source, partial)
