"""``models evaluate``: measure a pack, as JSON or as tables."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from memoriesd.cli.options import Session, echo_json, json_option, session_command

if TYPE_CHECKING:
    from indexer.faces.detector import FaceDetector
    from indexer.models.evaluate.judge import Labeller


@click.command("evaluate", short_help="Measure a pack on labelled picture sets.")
@click.option("--pack", help="Which one; by default that of the configuration.")
@click.option(
    "--data",
    "folder",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of sets: NAME.tar with NAME.csv, and NAME_pairs.csv.",
)
@click.option(
    "--teacher",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A detector's .onnx whose landmarks are compared with.",
)
@json_option
@session_command
def evaluate_command(
    session: Session, pack: str | None, folder: Path, teacher: Path | None, *, as_json: bool
) -> None:
    """Measure a pack: faces found, people told apart, scenes named, time and size."""
    import cv2

    from indexer.models.evaluate.document import document
    from indexer.models.evaluate.judge import SCORE_MIN, evaluate
    from indexer.models.registry import load_faces

    cv2.setNumThreads(1)  # times are of one thread
    models = session.config().models
    faces = load_faces(pack or models.pack, session.packs_folder(), score_min=SCORE_MIN)
    found = evaluate(
        faces,
        open_labeller(models.scenes),
        folder,
        teacher=None if teacher is None else open_teacher(teacher),
        clock=time.process_time,
        progress=lambda what: click.echo(what, err=True),
    )
    told = document(found)
    if as_json:
        echo_json(told)
        return
    for line in tables(told):
        click.echo(line)


def open_teacher(path: Path) -> "FaceDetector":
    """A detector from a file of its own."""
    from indexer.errors import ModelPackMissingError
    from indexer.models.evaluate.judge import SCORE_MIN
    from indexer.models.registry import kind_of
    from indexer.models.session import open_session

    network = open_session(path)
    kind = kind_of(network)
    if kind is None:
        raise ModelPackMissingError(path.name, "is no detector with five landmarks that we know")
    return kind.read(network, SCORE_MIN)


def open_labeller(path: Path | None) -> "Labeller | None":
    """The labeller of the configuration, or the built-in one; None where there is none."""
    from indexer.errors import ModelPackMissingError
    from indexer.models.evaluate.judge import Labeller
    from indexer.scenes.labels import BUILTIN_SCENES, load_scenes
    from indexer.scenes.words import WORDS_OF_LABEL

    try:
        labeller = load_scenes(path)
    except ModelPackMissingError as error:
        click.echo(f"scenes are not judged: {error}", err=True)
        return None
    file = BUILTIN_SCENES if path is None else path
    itself: dict[str, tuple[str, ...]] = {word: (word,) for word in labeller.words}
    return Labeller(chances=labeller.chances, answers=itself | WORDS_OF_LABEL, file=file)


def tables(told: Mapping[str, Any]) -> Iterator[str]:
    """What was measured, for a person's eyes."""
    yield f"pack {told['pack']}"
    yield from _detector(told)
    yield from _embedder(told)
    if told["scenes"]:
        yield f"\n{'scenes':24}{'pictures':>9}{'top-1 %':>9}{'error of probability':>22}"
        for name, s in told["scenes"].items():
            yield f"{name:24}{s['pictures']:9,}{100 * s['top1']:9.1f}{s['ece']:22.3f}"
    yield f"\n{'network':24}{'ms':>9}{'MB':>9}"
    for name, size in told["mb"].items():
        yield f"{name:24}{told['ms'][name]:9.1f}{size:9.2f}"


def _detector(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"\n{'faces':24}{'pictures':>9}{'found %':>9}{'false %':>9}"
    for name, s in told["detector"].items():
        shares = [100 * s[key] if key in s else None for key in ("recall", "false_share")]
        yield f"{name:24}{s['pictures']:9,}" + "".join(
            f"{'':9}" if share is None else f"{share:9.1f}" for share in shares
        )
    if told["face_sizes"]:
        yield f"\n{'face in a 1280 px picture':33}{'found %':>9}"
        for width, s in told["face_sizes"].items():
            yield f"{width + ' px':24}{s['faces']:9,}{100 * s['recall']:9.1f}"
    if told["landmarks"]:
        yield f"\n{'landmarks off, % of width':33}{'mean':>9}{'worst 10th':>12}"
        for name, x in told["landmarks"].items():
            shown = f"{100 * x['mean']:9.1f}{100 * x['worst_tenth']:12.1f}"
            yield f"{name:24}{x['faces']:9,}{shown}"
    yield from _groups("found or false", told["groups"]["detector"], "share")


def _embedder(told: Mapping[str, Any]) -> Iterator[str]:
    if not told["embedder"]:
        return
    yield f"\n{'people':24}{'pairs':>9}{'right %':>9}{'found at 0.1 % false':>22}"
    for name, p in told["embedder"].items():
        rates = f"{100 * p['accuracy']:9.2f}{100 * p['tpr_at_fpr_0.001']:22.1f}"
        yield f"{name:24}{p['pairs']:9,}{rates}"
    yield from _groups("people told apart", told["groups"]["embedder"], "accuracy")


def _groups(title: str, sets: Mapping[str, Any], key: str) -> Iterator[str]:
    for name, kinds in sets.items():
        for kind, groups in kinds.items():
            shown = ", ".join(
                f"{group} {100 * figures[key]:.1f}"
                for group, figures in groups.items()
                if group != "gap"
            )
            yield f"  {title}, {name} by {kind}: {shown}; gap {100 * groups['gap']:.1f}"
