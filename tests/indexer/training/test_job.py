"""A job's folder belongs to one question, and what comes of it is a pack that can be used."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.errors import MissingResourceError
from indexer.models.registry import licence_of
from indexer.training.extras import MissingExtraError, require
from indexer.training.job import (
    Job,
    JobMixedUpError,
    NetworkFile,
    Report,
    claim,
    kept_rows,
    report_json,
)
from indexer.training.own_pack import how_to_use, put_into_pack
from indexer.training.sets import FolderSet, Row
from indexer.training.teachers import TERMS, Terms

FOREIGN = Terms(licence="non-commercial research", pictures="faces of the web", may_ship=False)


def pictures(*files: str, **told: str) -> FolderSet:
    rows = tuple(Row(file=file, **told) for file in files)  # type: ignore[arg-type]
    return FolderSet(name="holiday", rows=rows, folder=Path("holiday"), max_side_px=640)


def make_job(out: Path) -> Job:
    return Job(sets=(pictures("a.jpg", "b.jpg"),), teacher="yunet", teacher_files=None, out=out)


def make_report(student: str, teacher: str, terms: Terms, onnx: Path) -> Report:
    return Report(
        student=student,
        teachers={teacher: terms},
        n_pictures={"holiday": 2},
        n_taught={"faces": 1},
        figures={"recall": 0.87654321},
        onnx=NetworkFile(path=onnx, size_bytes=3, difference=1e-6),
    )


def test_the_same_question_goes_on(tmp_path: Path) -> None:
    job = make_job(tmp_path / "out")

    claim(job, "detector")
    claim(replace(job, coreml=True), "detector")

    assert json.loads((job.out / "job.json").read_text())["teacher"] == "yunet"


def test_more_steps_go_on_for_an_embedder_and_fewer_are_refused(tmp_path: Path) -> None:
    job = replace(make_job(tmp_path / "out"), steps=10)
    claim(job, "embedder")
    (job.out / "answers").mkdir()

    claim(replace(job, steps=20), "embedder")

    assert json.loads((job.out / "job.json").read_text())["steps"] == 20
    with pytest.raises(JobMixedUpError, match="with steps 20, not 10"):
        claim(job, "embedder")


@pytest.mark.parametrize("student", ["detector", "scenes"])
def test_more_steps_take_a_new_folder_for_students_of_several_stages(
    tmp_path: Path, student: str
) -> None:
    job = replace(make_job(tmp_path / "out"), steps=10)
    claim(job, student)
    (job.out / "answers").mkdir()

    with pytest.raises(JobMixedUpError, match="with steps 10, not 20") as caught:
        claim(replace(job, steps=20), student)

    assert "another folder with --out" in caught.value.remedy


def test_claim_that_says_the_same_is_not_written_again(tmp_path: Path) -> None:
    job = make_job(tmp_path / "out")
    claim(job, "detector")
    (job.out / "answers").mkdir()
    before = (job.out / "job.json").stat()

    claim(job, "detector")

    assert (job.out / "job.json").stat() == before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"teacher": "builtin"}, "with teacher yunet, not builtin"),
        ({"seed": 2}, "with seed 1, not 2"),
        ({"steps": 9}, "with steps None, not 9"),
        ({"sets": (pictures("a.jpg"),)}, "with pictures 2, not 1"),
        ({"sets": (pictures("a.jpg", "c.jpg"),)}, "with other pictures$"),
        ({"sets": (pictures("a.jpg", "b.jpg", label="dog"),)}, "with other pictures$"),
        ({"sets": (pictures("a.jpg", "b.jpg", split="test"),)}, "with other pictures$"),
        ({"sets": (pictures("a.jpg", "b.jpg", identity="Ada"),)}, "with other pictures$"),
    ],
)
def test_another_question_is_refused(tmp_path: Path, change: dict[str, object], told: str) -> None:
    job = make_job(tmp_path / "out")
    claim(job, "detector")
    (job.out / "answers").mkdir()

    with pytest.raises(JobMixedUpError, match=told) as caught:
        claim(replace(job, **change), "detector")  # type: ignore[arg-type]

    assert "--out" in caught.value.remedy


def test_question_of_which_nothing_came_binds_nobody(tmp_path: Path) -> None:
    job = make_job(tmp_path / "out")
    claim(replace(job, teacher="yunnet"), "detector")

    claim(job, "detector")

    assert json.loads((job.out / "job.json").read_text())["teacher"] == "yunet"


def test_rows_of_any_other_split_are_kept_from_teaching() -> None:
    rows = tuple(Row(file=name, split=name) for name in ("test", "train", "val"))
    of = FolderSet(name="holiday", rows=rows, folder=Path("holiday"), max_side_px=640)

    assert kept_rows(of) == {0, 2}


def test_pack_says_whose_work_it_is(tmp_path: Path) -> None:
    for student, teacher, terms in (
        ("detector", "yunet", TERMS["yunet"]),
        ("embedder", "insightface:buffalo_l", FOREIGN),
    ):
        onnx = tmp_path / student / f"{student}.onnx"
        onnx.parent.mkdir()
        onnx.write_bytes(b"net")
        report = report_json(make_report(student, teacher, terms, onnx), bad={})

        put_into_pack(tmp_path, onnx, report)

    pack = tmp_path / "models" / "own"
    assert sorted(path.name for path in pack.iterdir() if path.name != "LICENSE") == [
        "detector.onnx",
        "embedder.onnx",
    ]
    assert licence_of(pack) == (
        "for your own use only; taught: detector by yunet (MIT),"
        " embedder by insightface:buffalo_l (non-commercial research)"
    )


def test_pack_of_permissive_teachers_may_be_given_on(tmp_path: Path) -> None:
    onnx = tmp_path / "detector" / "detector.onnx"
    onnx.parent.mkdir()
    onnx.write_bytes(b"net")
    report = report_json(make_report("detector", "yunet", TERMS["yunet"], onnx), bad={})

    put_into_pack(tmp_path, onnx, report)

    assert licence_of(tmp_path / "models" / "own").startswith("may be given to others")


def test_report_is_plain_and_names_what_could_not_be_read(tmp_path: Path) -> None:
    report = make_report("detector", "insightface:x", FOREIGN, tmp_path / "detector.onnx")

    told = report_json(report, bad={"broken.jpg": "cut off"})

    assert json.loads(json.dumps(told)) == told
    assert told["may_be_shipped"] is False
    assert told["figures"] == {"recall": 0.8765}
    assert told["unreadable"] == {"broken.jpg": "cut off"}
    assert told["coreml"] == []


def test_lines_for_the_configuration_name_the_pack(tmp_path: Path) -> None:
    faces, scenes = how_to_use(tmp_path, "detector.onnx"), how_to_use(tmp_path, "scenes.onnx")

    assert 'pack = "insightface:own"' in faces
    assert f'folder = "{tmp_path}"' in faces
    assert f'scenes = "{tmp_path / "models" / "own" / "scenes.onnx"}"' in scenes


def test_missing_extra_says_what_to_install() -> None:
    with pytest.raises(MissingExtraError, match="needs the package no_such_package") as caught:
        require("train", "no_such_package", purpose="training")

    assert caught.value.remedy == "run, in the folder of the source: pip install '.[train]'"
    assert isinstance(caught.value, MissingResourceError)
