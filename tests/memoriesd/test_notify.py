import logging
import sys
from pathlib import Path

import pytest

from memoriesd.notify import tell_of_movies


def test_command_is_run_with_each_path(tmp_path: Path) -> None:
    told = tmp_path / "told.txt"
    code = f"import sys; open({str(told)!r}, 'a').write(sys.argv[1] + ';')"

    tell_of_movies([sys.executable, "-c", code], ["/a b.mp4", "/c.mp4"])

    assert told.read_text(encoding="utf-8") == "/a b.mp4;/c.mp4;"


def test_command_that_fails_is_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        tell_of_movies(["/no/such/program"], ["/a.mp4"])

    assert "[notify] command" in caplog.text
