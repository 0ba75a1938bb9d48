"""``models train``: teach a network of one's own with one's own pictures."""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer.errors import NothingToDoError
from memoriesd.cli.options import Session, echo_json, echo_path, json_option, session_command
from memoriesd.cli.running import progress_line
from memoriesd.locks import LockedError, hold

if TYPE_CHECKING:
    from indexer.training.sets import PictureSet

STUDENTS = ("detector", "embedder", "scenes")
PURPOSE = "training"
LOCK = "training.lock"
"""In --out: two trainings would write over each other's work."""
OWN_USE = "the result is for your own use, do not give it to others"


@click.command("train")
@click.argument("student", type=click.Choice(STUDENTS))
@click.option(
    "--data",
    "folders",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    multiple=True,
    required=True,
    metavar="DIR",
    help="Pictures: a folder of photographs, or of NAME.tar with NAME.csv; may be repeated.",
)
@click.option("--teacher", required=True, metavar="NAME", help="Who teaches; see above.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="DIR",
    help="Folder for everything; begun work in it is taken up.",
)
@click.option(
    "--teacher-files",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where teachers' files lie; [models] folder where absent.",
)
@click.option("--steps", type=click.IntRange(min=1), help="How long it learns; a good while else.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--coreml", is_flag=True, help="Write a Core ML program, too (extra coreml).")
@json_option
@session_command
def train_command(
    session: Session,
    student: str,
    *,
    folders: tuple[Path, ...],
    teacher: str,
    out: Path,
    teacher_files: Path | None,
    steps: int | None,
    seed: int,
    coreml: bool,
    as_json: bool,
) -> None:
    """Teach a small network with what a big one says of your pictures (extra train).

    A detector finds faces: taught by yunet, builtin or insightface:NAME (not by ultraface, which
    tells no landmarks), with pictures of people and pictures without any. An embedder tells people
    apart: taught by dlib, mobilefacenet or insightface:NAME. Scenes are words: taught by imagenet
    and by the pictures' sub-folders, whose names are the words.

    Hours are usual. All that was done is kept in --out, and the same command goes on where it was
    stopped; an embedder also goes further with more --steps, the others take a new --out for that.
    A fifth of a folder's photographs is kept from teaching, to judge the result by.

    The result lies in OUT/models/own, beside the built-in networks for what was not taught there.
    To use it, write into the configuration what this command says at its end: pack =
    "insightface:own" and folder = "OUT" below [models]; the library is then looked at anew in the
    background, names stay.
    """
    from indexer.training.extras import require

    require("train", "torch", "onnx", "dlib", "face_recognition_models", purpose=PURPOSE)
    if coreml:
        require("coreml", "coremltools", purpose="--coreml")

    _check(student, teacher, folders, out)
    report = _trained(
        student,
        folders,
        out,
        teacher=teacher,
        teacher_files=teacher_files or session.packs_folder(),
        steps=steps,
        seed=seed,
        coreml=coreml,
    )
    if as_json:
        echo_json(report)
        return
    _tell(report)


def _trained(student: str, folders: tuple[Path, ...], out: Path, **asked: Any) -> dict[str, Any]:
    """Train, put the network into the pack of ``out``, and report; one training there at a time."""
    from indexer.training.job import Job, claim, report_json
    from indexer.training.own_pack import how_to_use, put_into_pack
    from indexer.training.taught import Listeners

    bad: dict[str, str] = {}
    try:
        with hold(out / LOCK), progress_line(f"train {student}") as line:
            line.say("looking for pictures")
            job = Job(sets=_opened(folders), out=out / student, **asked)
            claim(job, student)
            listeners = Listeners(progress=line, on_bad=bad.__setitem__)
            module = importlib.import_module(f"indexer.training.student_{student}")
            report = report_json(module.train(job, listeners), bad=bad)
            network = put_into_pack(out, Path(report["onnx"]["path"]), report)
    except LockedError as error:
        raise NothingToDoError(
            f"a training is at work in {out} already (process {error})",
            remedy="wait until it has ended, or name another folder with --out",
        ) from error
    return report | {"pack": str(network.parent), "use": how_to_use(out, network.name)}


def _opened(folders: tuple[Path, ...]) -> "tuple[PictureSet, ...]":
    """The sets of all folders; what is kept of them goes by their names, so these must differ."""
    from indexer.training.sets import open_sets

    sets: dict[str, PictureSet] = {}
    origins: dict[str, Path] = {}
    for folder in folders:
        for one in open_sets(folder):
            if one.name in sets:
                raise click.UsageError(
                    f"--data {origins[one.name]} and --data {folder} both hold pictures called"
                    f" {one.name!r}: rename one of them"
                )
            sets[one.name], origins[one.name] = one, folder
    return tuple(sets.values())


def _check(student: str, teacher: str, folders: tuple[Path, ...], out: Path) -> None:
    """Refuse what cannot be, and say what may not be given to others."""
    from indexer.training.teachers import DETECTORS, YARDSTICKS, is_named, may_be_shipped

    if student == "detector" and teacher in YARDSTICKS:
        raise click.UsageError(
            f"--teacher {teacher} tells no landmarks, which a detector has to learn;"
            f" take one of: {', '.join(DETECTORS)}"
        )
    if any(out.resolve().is_relative_to(folder.resolve()) for folder in folders):
        raise click.UsageError("--out lies within --data: what is written would be taken for data")
    if is_named(teacher) and not may_be_shipped(teacher):
        click.echo(f"{teacher} has non-commercial or unknown terms: {OWN_USE}", err=True)


def _tell(report: Mapping[str, Any]) -> None:
    onnx = report["onnx"]
    click.echo(f"{report['student']}: {echo_path(onnx['path'])}, {onnx['bytes'] / 1e6:.2f} MB")
    for name, value in report["figures"].items():
        click.echo(f"  {name.replace('_', ' ')}: {value:g}")
    if report["unreadable"]:
        click.echo(f"  {len(report['unreadable'])} pictures could not be read; --json names them")
    for name, terms in report["teachers"].items():
        click.echo(
            f"taught by {name}: {terms['licence']}; itself taught with {terms['taught_with']}"
        )
    if not report["may_be_shipped"]:
        click.echo(f"A teacher has non-commercial or unknown terms: {OWN_USE}.")
    click.echo(f"To use it, write into the configuration:\n{report['use']}")
