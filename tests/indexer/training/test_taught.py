"""Teachers' answers are computed once, taken up again, and made anew when stale."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.errors import UnreadableMediaError
from indexer.faces.detector import Rgb8
from indexer.training.sets import Row
from indexer.training.taught import PICTURES_A_FILE, Listeners, ask_all


@dataclass
class Numbers:
    """A set whose pictures say their own number; every tenth is damaged."""

    n: int
    name: str = "numbers"
    rows: tuple[Row, ...] = ()
    reads: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rows = tuple(Row(file=f"{n:05}.jpg") for n in range(self.n))

    def read(self, index: int) -> Rgb8:
        self.reads.append(index)
        if index % 10 == 9:
            raise UnreadableMediaError("cut off")
        return np.full((2, 2, 3), index % 256, np.uint8)


def twice_the_odd(image: Rgb8) -> Mapping[str, NDArray[np.generic]]:
    """Two answers about a picture of an odd number, none about others."""
    number = int(image[0, 0, 0])
    return {"number": np.full(2 * (number % 2), number, np.int64)}


def nobody(*_: object) -> None:
    """Hears and does nothing."""


def listeners(bad: list[str]) -> Listeners:
    return Listeners(progress=nobody, on_bad=lambda file, _: bad.append(file))


def test_answers_name_their_rows(tmp_path: Path) -> None:
    bad: list[str] = []

    answers = ask_all(Numbers(12), twice_the_odd, tmp_path, "t-1", listeners(bad))

    assert answers["row"].tolist() == [1, 1, 3, 3, 5, 5, 7, 7, 11, 11]
    assert answers["number"].tolist() == answers["row"].tolist()
    assert bad == ["00009.jpg"]


def test_what_was_computed_is_not_computed_again(tmp_path: Path) -> None:
    n, bad = 2 * PICTURES_A_FILE + 5, list[str]()
    first = ask_all(Numbers(n), twice_the_odd, tmp_path, "t-1", listeners([]))
    again = Numbers(n)

    answers = ask_all(again, twice_the_odd, tmp_path, "t-1", listeners(bad))

    assert again.reads == []
    assert np.array_equal(answers["row"], first["row"])
    assert np.array_equal(answers["number"], first["number"])
    assert len(bad) == n // 10


def test_a_run_that_was_stopped_is_taken_up(tmp_path: Path) -> None:
    n = PICTURES_A_FILE + 50

    def stop(done: int, *_: object) -> None:
        if done == PICTURES_A_FILE + 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask_all(
            Numbers(n),
            twice_the_odd,
            tmp_path,
            "t-1",
            Listeners(progress=stop, on_bad=nobody),
        )
    rest = Numbers(n)
    answers = ask_all(rest, twice_the_odd, tmp_path, "t-1", listeners([]))

    assert rest.reads == list(range(PICTURES_A_FILE, n))
    whole = ask_all(Numbers(n), twice_the_odd, tmp_path / "anew", "t-1", listeners([]))
    assert np.array_equal(answers["row"], whole["row"])


def test_another_teacher_or_other_pictures_are_asked_anew(tmp_path: Path) -> None:
    ask_all(Numbers(20), twice_the_odd, tmp_path, "t-1", listeners([]))
    more, other = Numbers(21), Numbers(20)

    ask_all(more, twice_the_odd, tmp_path, "t-1", listeners([]))
    ask_all(other, twice_the_odd, tmp_path, "t-2", listeners([]))

    assert len(more.reads) == 21
    assert len(other.reads) == 20


def test_a_set_in_which_nothing_is_seen_has_no_answers(tmp_path: Path) -> None:
    answers = ask_all(Numbers(1), twice_the_odd, tmp_path, "t-1", listeners([]))

    assert {name: values.tolist() for name, values in answers.items()} == {"row": []}
