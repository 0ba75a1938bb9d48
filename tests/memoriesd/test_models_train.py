"""``models train`` teaches with a person's own pictures, goes on where it was, says what to do."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

from indexer.faces.octave import open_octave
from indexer.scenes.labels import load_scenes
from indexer.training.sets import open_tar_set
from memoriesd.cli.main import run
from memoriesd.cli.training import LOCK
from memoriesd.exits import Exit
from memoriesd.locks import hold

SHARED = Path(__file__).parents[2].parent / "shared"
needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="needs the extra 'train'")
needs_shared = pytest.mark.skipif(
    not (SHARED / "models").is_dir(), reason="no ../shared beside the project"
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMORIESD_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dozen faces, a dozen places, and a file that only looks like a photograph."""
    folder = tmp_path_factory.mktemp("library")
    for name in ("lfw", "scenes"):
        of = open_tar_set(SHARED / "data" / f"{name}.tar")
        (folder / name).mkdir()
        for index in range(0, 12 * 40, 40):
            path = folder / name / f"{index}.png"
            cv2.imwrite(str(path), cv2.cvtColor(of.read(index), cv2.COLOR_RGB2BGR))
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(200))
    return folder


def words_for(library: Path, out: Path, *more: str) -> list[str]:
    files = str(SHARED / "models")
    return [
        "models", "train", "detector", "--data", str(library), "--out", str(out),
        "--teacher-files", files, *more,
    ]  # fmt: skip


@needs_shared
@needs_torch
def test_a_detector_of_ones_own_is_made_and_taken_up(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "own"
    words = words_for(library, out, "--teacher", "yunet", "--steps", "2", "--json")

    code = run(words)
    first = json.loads(capsys.readouterr().out)
    again_code = run(words)
    again = json.loads(capsys.readouterr().out)

    assert (code, again_code) == (Exit.DONE, Exit.DONE)
    assert again == first
    assert first["may_be_shipped"] is True
    assert first["unreadable"].keys() == {"broken.jpg"}
    assert first["taught"]["faces"] > 5
    assert "insightface:own" in first["use"]
    detector = open_octave(out / "models" / "own" / "detector.onnx", score_min=0.5)
    assert detector.band_px[0] > 0
    assert (out / "detector" / "run" / "again" / "curves.png").is_file()


@needs_shared
@needs_torch
def test_a_non_commercial_teacher_is_named_plainly(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    teacher = "insightface:scrfd500m_mobilefacenet"

    code = run(words_for(library, tmp_path / "own", "--teacher", teacher, "--steps", "1"))

    told = capsys.readouterr()
    assert code == Exit.DONE, told.err
    assert "for your own use" in told.err
    assert "for your own use" in told.out
    licence = (tmp_path / "own" / "models" / "own" / "LICENSE").read_text()
    assert licence.startswith("for your own use only")


@needs_shared
@needs_torch
def test_folders_become_the_words_of_a_labeller(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    of = open_tar_set(SHARED / "data" / "scenes.tar")
    for index in range(0, len(of.rows), 37):
        path = tmp_path / "data" / of.rows[index].label / f"{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), cv2.cvtColor(of.read(index), cv2.COLOR_RGB2BGR))
    words = [
        "models", "train", "scenes", "--data", str(tmp_path / "data"), "--teacher", "imagenet",
        "--teacher-files", str(SHARED / "models"), "--out", str(tmp_path / "own"),
    ]  # fmt: skip

    code = run([*words, "--steps", "12", "--json"])

    told = capsys.readouterr()
    assert code == Exit.DONE, told.err
    report = json.loads(told.out)
    labeller = load_scenes(tmp_path / "own" / "models" / "own" / "scenes.onnx")
    assert {"desert", "kitchen", "waterfall"} <= set(labeller.words)
    assert 0 <= report["figures"]["data top1"] <= 1
    assert report["taught"]["pictures"] > 20
    assert "scenes.onnx" in report["use"]


@needs_shared
@needs_torch
def test_wrong_questions_are_told_before_work_begins(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown = run(words_for(library, tmp_path / "a", "--teacher", "nobody"))
    missing = run(words_for(library, tmp_path / "b", "--teacher", "insightface:absent"))

    within = run(words_for(library, library / "own", "--teacher", "yunet"))
    pointless = run(words_for(library, tmp_path / "c", "--teacher", "ultraface"))

    told = capsys.readouterr().err
    assert (unknown, missing) == (Exit.NOT_FOUND, Exit.MISSING_RESOURCE)
    assert (within, pointless) == (Exit.USAGE, Exit.USAGE)
    assert "ultraface tells no landmarks" in told
    assert "nobody has non-commercial" not in told
    assert "--out lies within --data" in told
    assert "no teacher 'nobody'" in told
    assert "models pull absent" in told


@needs_torch
def test_sets_of_one_name_and_two_trainings_in_one_folder_are_kept_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in ("mine", "yours"):
        (tmp_path / place / "faces").mkdir(parents=True)
        picture = np.full((24, 32, 3), 200, np.uint8)
        cv2.imwrite(str(tmp_path / place / "faces" / "one.png"), picture)
    mine, yours = tmp_path / "mine" / "faces", tmp_path / "yours" / "faces"
    words = [*words_for(mine, tmp_path / "own"), "--teacher", "yunet"]

    twins = run([*words, "--data", str(yours)])
    with hold(tmp_path / "own" / LOCK):
        meanwhile = run(words)

    told = " ".join(capsys.readouterr().err.split())
    assert (twins, meanwhile) == (Exit.USAGE, Exit.NOTHING)
    assert f"--data {mine} and --data {yours} both hold pictures called 'faces'" in told
    assert f"a training is at work in {tmp_path / 'own'} already" in told


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    words = ["models", "train", "detector", "--data", str(tmp_path), "--teacher", "yunet"]
    code = (
        "import sys; sys.modules['torch'] = None;"
        "from memoriesd.cli.main import main;"
        f"main({[*words, '--out', str(tmp_path / 'own')]!r})"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == Exit.MISSING_RESOURCE
    assert "pip install '.[train]'" in done.stderr
    assert not (tmp_path / "own").exists()
