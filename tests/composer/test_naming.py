"""Names of movie files."""

import datetime as dt
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from composer.naming import LONGEST_BYTES, free_path, movie_name

DAY = dt.date(2026, 11, 21)


def test_a_name_says_when_what_and_how() -> None:
    assert movie_name(DAY, "Lisbon", "May 2024", "gentle") == "2026-11-21 Lisbon, May 2024 (gentle)"


@example(title="Lisbon", subtitle="", theme="é" * 150)
@given(title=st.text(max_size=300), subtitle=st.text(max_size=80), theme=st.text(max_size=300))
def test_a_name_is_safe_on_every_file_system(title: str, subtitle: str, theme: str) -> None:
    name = movie_name(DAY, title, subtitle, theme)

    assert not set(name) & set('<>:"/\\|?*\0\n\r\t')
    assert name == name.strip(" .")
    assert len(name.encode()) <= LONGEST_BYTES


def test_a_movie_never_overwrites_another_file() -> None:
    there = {Path("/out/a.mp4"), Path("/out/a 2.jpg")}

    assert free_path(Path("/out"), "a", there.__contains__) == Path("/out/a 3.mp4")
