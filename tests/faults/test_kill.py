"""Killed at any point, a job loses nothing that was committed and ends as if it had never been."""

import os
import sqlite3
from pathlib import Path

import av
import numpy as np
import pytest

from tests.faults.place import N_PICTURES, Place, damage_of, is_served, tables

POINTS = [
    ("migration", 0.5),
    ("index", 0.6),
    ("cluster", 0.5),
    ("cluster", 0.9),
    ("memories", 0.6),
    ("compose", 0.3),
    ("compose", 0.97),
    ("compose", 1.0),
]
"""Kinds of job with the share of their steps that is done; the last ones are where a movie gets its
name and its row."""

LONG_POINTS = 125
"""Of each of four kinds, so 500."""


@pytest.mark.parametrize(("kind", "share"), POINTS)
def test_job_killed_between_two_steps_ends_as_an_uninterrupted_one(
    place: Place, kind: str, share: float
) -> None:
    kill_at = max(1, round(share * place.told[kind]["steps"]))

    check_killed(place, kind, kill_at=kill_at)


@pytest.mark.long
@pytest.mark.parametrize("number", range(LONG_POINTS))
@pytest.mark.parametrize("kind", ["migration", "index", "cluster", "compose"])
def test_job_killed_anywhere_ends_as_an_uninterrupted_one(
    place: Place, kind: str, number: int
) -> None:
    random = np.random.default_rng([number, len(kind)])
    told = place.told[kind]

    if number % 2:
        check_killed(place, kind, kill_at=int(random.integers(1, told["steps"] + 1)))
    else:
        check_killed(place, kind, kill_after_s=float(random.uniform(0.001, told["took_s"])))


def check_killed(place: Place, kind: str, *, kill_at: int = 0, kill_after_s: float = 0.0) -> None:
    place.restore(kind)

    killed = place.do(kind, kill_at=kill_at, kill_after_s=kill_after_s)
    while kill_after_s and "signal" not in killed:  # it was quicker than the first time
        kill_after_s /= 2
        place.restore(kind)
        killed = place.do(kind, kill_after_s=kill_after_s)
    n_before = n_indexed(place.catalog)
    damage = damage_of(place.catalog)
    whole = [is_whole(place.home / "movies" / name) for name in place.in_movies()]
    again = {} if kind == "compose" and is_served(place.catalog) else place.do(kind)

    assert "signal" in killed
    assert damage == []
    assert all(whole)
    if kind == "index":
        assert n_before + again["done"] == N_PICTURES
    assert tables(place.catalog) == place.after[kind]
    assert place.in_movies() == (place.movies if kind == "compose" else [])


def n_indexed(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        sql = "SELECT count(*) FROM files WHERE state = 'indexed'"
        return int(connection.execute(sql).fetchone()[0])
    except sqlite3.OperationalError:  # killed before there was a table
        return 0
    finally:
        connection.close()


def is_whole(path: Path) -> bool:
    """Whether what can be seen in the output folder is complete; hidden names are not finished."""
    if path.name.startswith(".") or path.suffix == ".jpg":
        return path.name.startswith(".") or path.read_bytes().endswith(b"\xff\xd9")
    with av.open(os.fspath(path)) as movie:
        return sum(1 for _ in movie.demux(video=0)) > 100
