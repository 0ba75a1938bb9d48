"""The job ``compose``: make movies.

Arguments, all optional: ``memory`` (id), ``count``, ``theme``, ``length``, ``seed``, ``out``
(folder), ``storyboard`` (file), ``draft`` and ``due`` (``key`` and ``due_at`` of the schedule).
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from composer.compose import compose
from composer.request import ComposeRequest, Due
from composer.storyboard.brief import Length
from composer.storyboard.canvas import Canvas, Codec
from composer.storyboard.codec import read_storyboard
from composer.written import render_storyboard
from indexer.catalog.memories import MemoryId
from indexer.errors import MissingResourceError
from memoriesd.config import Config, Output
from memoriesd.retire import retire_old
from memoriesd.room import free_gb
from memoriesd.tasks.curation import curation_settings
from memoriesd.worker import Task, serve

_SHORT_SIDE_PX = {"720p": 720, "1080p": 1080, "4k": 2160}
_ASPECTS = {"16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1)}


def run(task: Task) -> dict[str, Any]:
    """Do the job."""
    request = _request(task)
    _check_room(request.out, task.config)
    # In the zone of this machine, whose days count.
    now = task.now.astimezone()
    board = task.args.get("storyboard")
    if board is None:
        made = compose(
            task.catalog,
            request,
            now,
            checkpoint=task.checkpoint,
            progress=task.progress,
        )
    else:
        movie = render_storyboard(
            task.catalog,
            request,
            read_storyboard(Path(board)),
            now,
            checkpoint=task.checkpoint,
            progress=task.progress,
        )
        made = (movie,)
    retired = retire_old(task.catalog, task.config.output.keep_days, task.now)
    return {"movies": [asdict(movie) for movie in made], "retired": retired}


def _request(task: Task) -> ComposeRequest:
    args, config = task.args, task.config
    told_due = args.get("due")
    told_memory = args.get("memory")
    output = config.output
    return ComposeRequest(
        out=Path(args.get("out") or output.folder),
        today=task.today,
        settings=curation_settings(task),
        memory_id=None if told_memory is None else MemoryId(told_memory),
        count=args.get("count", 1),
        theme=args.get("theme") or config.theme.name,
        theme_is_told=bool(args.get("theme")),
        length=Length(args.get("length") or config.theme.length),
        seed=args.get("seed"),
        canvas=canvas_of(output),
        codec=Codec(output.codec),
        hardware=output.encoder == "hardware",
        music=config.theme.music if isinstance(config.theme.music, Path) else None,
        draft=bool(args.get("draft")),
        due=None if told_due is None else Due(**told_due),
    )


def canvas_of(output: Output) -> Canvas:
    """The movie's frame; the resolution names its shorter side."""
    short = _SHORT_SIDE_PX[output.resolution]
    w, h = _ASPECTS[output.aspect]
    width, height = short * w // min(w, h), short * h // min(w, h)
    return Canvas(width=width, height=height, fps=output.fps)


def _check_room(out: Path, config: Config) -> None:
    free = free_gb(out)
    if free < config.guest.min_free_gb:
        raise MissingResourceError(
            f"{out} has {free:.1f} GB free, less than [guest] min_free_gb"
            f" = {config.guest.min_free_gb:g}",
            remedy="make room on that disk, or lower min_free_gb",
        )


if __name__ == "__main__":
    serve(run)
