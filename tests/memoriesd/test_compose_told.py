"""What is mistyped is refused before ``compose`` starts a job."""

from pathlib import Path

import pytest

from indexer.catalog.connection import open_catalog
from memoriesd.cli.main import run
from memoriesd.exits import Exit


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--theme", "gentel"], Exit.CONFIGURATION, "there is no theme 'gentel'"),
        (["--theme", "/none.toml"], Exit.CONFIGURATION, "/none.toml"),
        (["999"], Exit.NOT_FOUND, "there is no memory 999"),
    ],
)
def test_no_job_is_begun_for_what_is_not_there(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, message: str
) -> None:
    got = run(["compose", *words])

    assert got == code
    assert message in capsys.readouterr().err
    with open_catalog(home / "catalog.db") as catalog:
        assert catalog.scalar("SELECT count(*) FROM jobs") == 0
