"""A job that keeps its movie with the due time, and then takes too long to end."""

import time
from pathlib import Path

from indexer.catalog.jobs import note_due
from indexer.catalog.memories import MemoryId
from indexer.catalog.movies import StoryboardId, add_movie, all_movies
from memoriesd.clock import stamp
from memoriesd.worker import Task, serve


def run(task: Task) -> dict[str, object]:
    catalog, made_at = task.catalog, stamp(task.now)
    with catalog.transaction():
        movie = add_movie(
            catalog,
            MemoryId(catalog.scalar("SELECT id FROM memories")),
            StoryboardId(catalog.scalar("SELECT id FROM storyboards")),
            Path(f"/movies/{len(all_movies(catalog))}.mp4"),
            5.0,
            made_at,
        )
        if "due" in task.args:
            due = task.args["due"]
            note_due(catalog, due["key"], due["due_at"], made_at, movie)
    time.sleep(60)
    return {}


if __name__ == "__main__":
    serve(run)
