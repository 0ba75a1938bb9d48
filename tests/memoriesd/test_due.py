from datetime import UTC, datetime

from indexer.catalog import jobs as rows
from indexer.catalog.connection import Catalog
from memoriesd.config import Schedule
from memoriesd.due import MOST_CRASHES, DueMovie, key_of


def test_movie_whose_job_crashes_is_given_up_though_the_daemon_starts_anew_each_time(
    filled: Catalog,
) -> None:
    other, moment = (datetime(2026, 6, day, 9, 0, tzinfo=UTC) for day in (1, 2))

    given_up = []
    for crashed in (other, *[moment] * MOST_CRASHES):
        started_anew = DueMovie(filled, Schedule())
        started_anew.moment = crashed
        started_anew.crash()
        given_up.append(rows.due_done(filled, key_of(crashed)))

    assert given_up == [False] * MOST_CRASHES + [True]
