"""The ruler of ``bench``, and its floors of quality with the built-in models."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import NothingToDoError
from indexer.models.packs import BUILTIN
from indexer.samples.library import Drawn, DrawnFace
from memoriesd.bench import bcubed, bench, command, configured, fits, score
from memoriesd.cli.bench import lines
from memoriesd.config import Config, Index, Models, load_config
from memoriesd.measured import run_measured

TRUE = DrawnFace(person=3, box=(100.0, 100.0, 80.0, 80.0))
groups = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30)


@given(groups)
def test_scores_lie_between_nought_and_one_and_the_truth_scores_one(
    pairs: list[tuple[int, int]],
) -> None:
    assert 0 < bcubed(pairs)[2] <= 1
    assert bcubed([(true, f"person {true}") for true, _ in pairs])[2] == pytest.approx(1)


def test_score_of_two_people_taken_for_one() -> None:
    # Four faces, two and two: precision one half, recall 1.
    assert bcubed([("a", 1), ("a", 1), ("b", 1), ("b", 1)])[2] == pytest.approx(2 / 3)


def test_unknown_people_are_each_alone() -> None:
    # Two faces of one person: precision 1, recall one half.
    assert bcubed([("a", None), ("a", None)])[2] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("box", "fitting"),
    [
        ((100, 100, 80, 80), True),
        ((120, 110, 80, 80), True),
        ((95, 90, 100, 110), True),
        ((140, 100, 80, 80), False),
        ((120, 120, 40, 40), False),
        ((60, 60, 160, 160), False),
    ],
)
def test_face_is_found_near_and_about_as_large(box: tuple[float, ...], *, fitting: bool) -> None:
    assert fits(TRUE, box) is fitting


def test_score_counts_each_face_once() -> None:
    drawn = [
        Drawn(name="a.jpg", event=0, faces=(TRUE, DrawnFace(person=4, box=(400, 100, 80, 80)))),
        Drawn(name="b.jpg", event=0, faces=(TRUE,)),
        Drawn(name="c.jpg", event=1, faces=()),
    ]
    twice = [found_face(TRUE.box, 7), found_face(TRUE.box, 7)]
    items = [item("a.jpg", 1, twice), item("c.jpg", 2, [])]

    quality = score(drawn, items)

    assert quality.face_recall == pytest.approx(1 / 3)
    assert quality.face_precision == pytest.approx(1 / 2)
    assert quality.people_f == 1
    # b.jpg is in no event: two of three elements have half the recall.
    assert quality.event_f == pytest.approx(2 * 1 * (2 / 3) / (1 + 2 / 3))


def found_face(box: tuple[float, ...], person: int) -> dict[str, Any]:
    return {"box": list(box), "person": person}


def item(name: str, event: int, faces: list[dict[str, Any]]) -> dict[str, Any]:
    return {"path": name, "event": event, "faces": faces}


def test_configuration_of_the_measured_commands_is_the_users_models(tmp_path: Path) -> None:
    models = Models(pack="insightface:x", folder=tmp_path / 'odd "name"', device="cpu")
    config = Config(models=models, index=Index(memory_limit_mb=900))

    environment = configured(config, tmp_path, tmp_path / "library")

    written = load_config(Path(environment["MEMORIESD_CONFIG"]))
    assert written.models == models
    assert written.index.memory_limit_mb == 900
    assert written.library.roots == (tmp_path / "library",)


def test_command_that_fails_says_why(tmp_path: Path) -> None:
    environment = configured(Config(), tmp_path, tmp_path)

    with pytest.raises(NothingToDoError, match="no-such-command"):
        command(["no-such-command"], environment)


def test_memory_of_a_process_tree_is_seen(tmp_path: Path) -> None:
    hold = "x = bytearray(100 << 20); import time; time.sleep(0.6)"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hold!r}])"

    cost = run_measured([sys.executable, "-c", code], {})

    assert cost.exit_code == 0
    assert 100 < cost.peak_mb < 200
    assert cost.wall_s > 0.6 > cost.memory[0][0]


def test_quality_with_the_built_in_models_stays(tmp_path: Path) -> None:
    config = Config(models=Models(pack=BUILTIN))
    said: list[str] = []

    result = bench(config, tmp_path, say=said.append, size_px=(1280, 960))

    assert said == ["drawing pictures", "indexing 48 pictures", "finding people and events"]
    assert json.loads(json.dumps(result)) == result
    told = "\n".join(lines(result))
    assert f"48 pictures of 1.2 megapixels: {result['pictures_a_second']} a second" in told
    assert f"at most {result['peak_mb']} MB" in told
    assert f"recall {result['drawn_faces']['recall']}" in told
    assert f"events F {result['event_f']}" in told
    faces = result["drawn_faces"]
    # Measured: 0.98 of 60 faces, all of those faces, people 1.0, events 1.0. All drawn people taken
    # for one would be 0.33, all for different ones 0.15.
    assert faces["recall"] >= 0.95
    assert faces["precision"] >= 0.96
    assert faces["people_f"] >= 0.9
    assert result["event_f"] >= 0.97
    assert result["peak_mb"] < 1024
