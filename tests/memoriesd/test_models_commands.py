"""``models list``, ``pull`` and ``evaluate``, called in this process."""

from pathlib import Path
from typing import Any

import pytest

from indexer.models.packs import KNOWN
from memoriesd.cli.evaluation import open_labeller, tables
from memoriesd.cli.main import run
from memoriesd.exits import Exit
from memoriesd.locks import hold
from tests.memoriesd.called import Capture, call_json

SHARED = Path(__file__).parents[2].parent / "shared" / "models" / "insightface"
needs_models = pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared/models beside us")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """[models] folder of a library of our own."""
    monkeypatch.setenv("MEMORIESD_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MEMORIESD_CONFIG", raising=False)
    (tmp_path / "home").mkdir()
    place = tmp_path / "packs"
    (tmp_path / "home" / "config.toml").write_text(f'[models]\nfolder = "{place}"\n')
    return place


def listed(capsys: Capture) -> dict[str, dict[str, Any]]:
    return {pack["pack"]: pack for pack in call_json(capsys, "models", "list")["packs"]}


@pytest.mark.usefixtures("folder")
def test_built_in_pack_is_first_and_used_without_a_word(capsys: Capture) -> None:
    packs = listed(capsys)

    assert next(iter(packs)) == "builtin"
    assert packs["builtin"]["used"] is True
    assert packs["builtin"]["licence"] == "Apache-2.0"


@pytest.mark.usefixtures("folder")
def test_packs_that_can_be_had_are_told_with_terms_size_and_whose_figures(capsys: Capture) -> None:
    pack = listed(capsys)["insightface:buffalo_l"]

    assert (pack["here"], pack["used"]) == (False, False)
    assert pack["size_mb"] == 288.6
    assert pack["licence"] == "non-commercial research only"
    assert "LFW" in pack["figures"]["source"]


def test_pulled_pack_is_used_by_its_name_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("MEMORIESD_HOME", str(tmp_path))
    monkeypatch.delenv("MEMORIESD_CONFIG", raising=False)
    pulled = tmp_path / "packs" / "models" / "buffalo_sc"
    pulled.mkdir(parents=True)
    (pulled / "net.onnx").write_bytes(bytes(1000))

    before = listed(capsys)["insightface:buffalo_sc"]
    code = run(["models", "pull", "buffalo_sc", "--agree-to-licence"])
    told = capsys.readouterr().err
    (tmp_path / "config.toml").write_text('[models]\npack = "insightface:buffalo_sc"\n')
    after = listed(capsys)["insightface:buffalo_sc"]

    assert (before["here"], before["used"]) == (True, False)
    assert code == Exit.NOTHING
    assert 'pack = "insightface:buffalo_sc"' in told
    assert after["used"]


@needs_models
def test_packs_of_the_folder_are_told_with_what_is_known_of_their_content(
    folder: Path, capsys: Capture
) -> None:
    (folder / "models").mkdir(parents=True)
    source = SHARED / "models" / "scrfd500m_mobilefacenet"
    (folder / "models" / "mine").symlink_to(source)
    (folder / "models" / "other").mkdir()
    (folder / "models" / "other" / "net.onnx").write_bytes(b"\0" * 2_000_000)

    packs = listed(capsys)

    assert packs["insightface:mine"]["what"].startswith("SCRFD-500MF")
    assert packs["insightface:mine"]["here"] is True
    assert packs["insightface:other"]["size_mb"] == 2.0
    assert packs["insightface:other"]["figures"] is None


@pytest.mark.usefixtures("folder")
def test_list_for_a_persons_eyes_has_a_line_a_pack(capsys: Capture) -> None:
    run(["models", "list"])
    lines = capsys.readouterr().out.splitlines()

    assert lines[1].startswith("used  builtin")
    assert sum(line.startswith("pull ") for line in lines) == 5
    assert len(lines[1:]) > len(KNOWN) - 2


def test_terms_are_shown_and_without_agreement_nothing_is_downloaded(
    folder: Path, capsys: Capture
) -> None:
    code = run(["models", "pull", "buffalo_sc"])
    told = capsys.readouterr()

    assert code == Exit.NOTHING
    assert "non-commercial" in told.err
    assert "15 MB from https://github.com/deepinsight/" in told.err
    assert "--agree-to-licence" in told.err
    assert not folder.exists()


@pytest.mark.usefixtures("folder")
def test_pack_that_nobody_publishes_is_exit_6(capsys: Capture) -> None:
    code = run(["models", "pull", "buffalo_xxl", "--agree-to-licence"])

    assert code == Exit.NOT_FOUND
    assert "known are: buffalo_l" in capsys.readouterr().err


def test_pack_that_is_there_is_not_asked_for(folder: Path, capsys: Capture) -> None:
    (folder / "models" / "buffalo_sc").mkdir(parents=True)

    code = run(["models", "pull", "insightface:buffalo_sc", "--agree-to-licence"])

    assert code == Exit.NOTHING
    assert "is there already" in capsys.readouterr().err


def test_two_packs_are_not_pulled_at_once(tmp_path: Path, folder: Path, capsys: Capture) -> None:
    with hold(tmp_path / "home" / "pull.lock"):
        code = run(["models", "pull", "buffalo_sc", "--agree-to-licence"])

    assert code == Exit.NOTHING
    assert "being pulled already" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--pack", "insightface:absent"], Exit.MISSING_RESOURCE, "no .onnx file"),
        (["--pack", "nonsense"], Exit.MISSING_RESOURCE, "must be 'builtin'"),
        ([], Exit.USAGE, "Missing option '--data'"),
    ],
)
def test_evaluation_that_cannot_be_says_why(
    tmp_path: Path, capsys: Capture, words: list[str], code: int, message: str
) -> None:
    data = ["--data", str(tmp_path)] if words else []

    assert run(["models", "evaluate", *words, *data]) == code
    assert message in capsys.readouterr().err


@needs_models
def test_folder_without_sets_is_told(tmp_path: Path, folder: Path, capsys: Capture) -> None:
    (folder / "models").mkdir(parents=True)
    (folder / "models" / "mine").symlink_to(SHARED / "models" / "scrfd500m_mobilefacenet")

    code = run(["models", "evaluate", "--pack", "insightface:mine", "--data", str(tmp_path)])

    assert code == Exit.NOTHING
    assert "NAME.tar with NAME.csv" in capsys.readouterr().err


@needs_models
def test_every_word_of_a_labeller_answers_to_its_own_name() -> None:
    labeller = open_labeller(SHARED.parent / "scenes" / "mobilenetv2-12-int8.onnx")

    assert labeller is not None
    assert labeller.answers["mushroom"] == ("mushroom",)
    assert labeller.answers["highway"] == ("road",)


def test_tables_show_every_figure_and_the_gaps_between_groups() -> None:
    told = {
        "pack": "mine",
        "detector": {
            "lfw": {"pictures": 1641, "recall": 0.998},
            "animals": {"pictures": 94, "false_share": 0.117},
        },
        "embedder": {"lfw_pairs": {"pairs": 7359, "accuracy": 0.9895, "tpr_at_fpr_0.001": 0.974}},
        "scenes": {"scenes": {"pictures": 451, "top1": 0.91, "ece": 0.031}},
        "ms": {"detector": 12.3, "embedder": 2.8, "scenes": 2.2},
        "mb": {"detector": 0.144, "embedder": 4.0, "scenes": 3.6},
        "face_sizes": {"20": {"faces": 32, "recall": 0.8438}},
        "landmarks": {"lfw": {"faces": 1640, "mean": 0.021, "worst_tenth": 0.04}},
        "groups": {
            "detector": {
                "ages": {
                    "age": {
                        "gap": 0.02,
                        "child": {"n": 88, "share": 0.98},
                        "adult": {"n": 270, "share": 1.0},
                    }
                }
            },
            "embedder": {},
        },
    }

    text = "\n".join(tables(told))

    for figure in ("99.8", "11.7", "98.95", "97.4", "91.0", "0.031", "84.4", "12.3", "0.14"):
        assert figure in text
    assert "ages by age: child 98.0, adult 100.0; gap 2.0" in text
