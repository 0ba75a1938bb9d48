"""What is found out about a finished movie, as data and as a page of text."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Check(StrEnum):
    """What is looked at."""

    BLACK = "black"
    FROZEN = "frozen"
    FACE = "face"
    TEXT = "text"
    REPEATED = "repeated"
    BEAT = "beat"
    LOUDNESS = "loudness"
    PEAK = "peak"
    JITTER = "jitter"
    SPEECH = "speech"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not as it should be."""

    check: Check
    shot: int | None
    """From 0 on; None where it is about the whole movie."""
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Critique:
    """One movie, measured."""

    measured: Mapping[str, float]
    """What was measured, with units in the names; what no shot allowed to measure is not in it."""
    findings: tuple[Finding, ...]
    mended: tuple[str, ...] = ()
    """What was found in a first render and planned again."""

    def to_json(self) -> str:
        """As JSON text; the same critique gives the same bytes."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True)


def text_of(report: Mapping[str, object]) -> str:
    """A report that was kept, as a page for people."""
    measured, findings, mended = report["measured"], report["findings"], report["mended"]
    assert isinstance(measured, dict), "Critique.to_json wrote it"
    assert isinstance(findings, list), "Critique.to_json wrote it"
    assert isinstance(mended, list), "Critique.to_json wrote it"
    lines = [f"{name.replace('_', ' '):28} {value:8.3f}" for name, value in measured.items()]
    for finding in findings:
        shot = "" if finding["shot"] is None else f"shot {finding['shot'] + 1}: "
        lines.append(f"found: {shot}{finding['told']}")
    lines += [f"mended: {told}" for told in mended]
    if not findings:
        lines.append("nothing to find fault with")
    return "\n".join(lines)
