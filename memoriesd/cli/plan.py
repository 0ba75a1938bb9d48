"""``models plan``: the memory that the detector's scales take, before anything is allocated."""

import re
from pathlib import Path
from typing import Any

import click

from indexer.faces.detector import padded_length
from indexer.faces.memory_plan import PyramidPlan, plan_pyramid
from indexer.faces.plan_drawing import drawn
from indexer.faces.pyramid import SCALES_MAX, copy_sizes
from indexer.faces.tiles import TILE_USUAL_PX
from indexer.models.graph import read_graph
from indexer.models.registry import load_faces
from memoriesd.cli.options import Session, echo_json, echo_path, json_option, session_command

MB = 1e6


def _to_size(_: click.Context, __: click.Parameter, value: str) -> tuple[int, int]:
    told = re.fullmatch(r"([1-9]\d{0,5})[xX]([1-9]\d{0,5})", value)
    if told is None:
        raise click.BadParameter(f"{value!r} is not WIDTHxHEIGHT, such as 4032x3024")
    return int(told[1]), int(told[2])


@click.command("plan")
@click.option("--pack", metavar="NAME", help="A pack; that of [models] pack where absent.")
@click.option(
    "--size",
    metavar="WxH",
    default="4032x3024",
    callback=_to_size,
    help="A picture's width and height, px.",
)
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw the plan into this SVG file.",
)
@json_option
@session_command
def plan_command(
    session: Session, *, pack: str | None, size: tuple[int, int], plot: Path | None, as_json: bool
) -> None:
    """Plan the memory of the pack's detector at five scales, an octave apart.

    The largest is that at which ordinary photographs are searched with it.

    What all tensors would take side by side, each scale in a block of its own, all scales in one
    block, the same with the large copies cut into tiles, and the least that any plan can take.
    """
    name = pack or session.config().models.pack
    faces = load_faces(name, session.packs_folder())
    path = faces.files[0]
    sizes = [
        (padded_length(width), padded_length(height))
        for width, height in copy_sizes(*size, longest_px=faces.longest_px, n_scales=SCALES_MAX)
    ]
    plan = plan_pyramid(read_graph(path), sizes, most_px=TILE_USUAL_PX**2)
    if plot is not None:
        title = (
            f"{name}: {path.name}, large copies in tiles of {TILE_USUAL_PX} x {TILE_USUAL_PX} px"
        )
        plot.write_text(drawn(plan, title=title), encoding="utf-8")
    document = {"pack": name, "network": path.name, **described(plan)}
    if as_json:
        echo_json(document)
        return
    click.echo(f"{path.name} at {', '.join(f'{w} x {h}' for w, h in plan.sizes)} px")
    for words, key in WORDS.items():
        click.echo(f"{words:<40}{document[key]:>9,.1f} MB")
    if plot is not None:
        click.echo(f"drawn: {echo_path(str(plot))}")


WORDS = {
    "every tensor in a place of its own": "naive_mb",
    "a block for each scale": "separate_mb",
    "one block for all scales": "whole_mb",
    f"the same, in tiles of {TILE_USUAL_PX} x {TILE_USUAL_PX} px": "joint_mb",
    "the least possible in tiles": "bound_mb",
}


def described(plan: PyramidPlan) -> dict[str, Any]:
    """A plan's figures."""
    return {
        "sizes": [list(size) for size in plan.sizes],
        "naive_mb": round(plan.naive_bytes / MB, 2),
        "separate_mb": round(plan.separate_bytes / MB, 2),
        "whole_mb": round(plan.whole.peak_bytes / MB, 2),
        "joint_mb": round(plan.joint.peak_bytes / MB, 2),
        "bound_mb": round(plan.joint.bound_bytes / MB, 2),
        "joint_of_naive": round(plan.joint.peak_bytes / plan.naive_bytes, 4),
        "tensors": len(plan.joint.tensors),
        "steps": plan.joint.n_steps,
    }
