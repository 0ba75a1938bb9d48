"""Which error ends with which code, and what is told of it."""

import pytest

from clustering.people.corrections import SeenTogetherError
from indexer.catalog.faces import PersonId
from indexer.errors import MemoriesError, MissingResourceError, NotFoundError, NothingToDoError
from memoriesd.exits import Exit, exit_of, explain


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoriesError("that does not go", remedy="do this"), Exit.NOTHING),
        (SeenTogetherError("Ada", PersonId(1), PersonId(2)), Exit.NOTHING),
        (NothingToDoError("nothing"), Exit.NOTHING),
        (NotFoundError("no"), Exit.NOT_FOUND),
        (MissingResourceError("full"), Exit.MISSING_RESOURCE),
    ],
)
def test_error_that_a_person_can_act_on_has_a_code(error: MemoriesError, code: Exit) -> None:
    assert exit_of(error) == code
    assert explain(error) == (str(error), error.remedy)


def test_fault_of_the_program_has_none() -> None:
    assert exit_of(ZeroDivisionError("by nothing")) is None
