import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from indexer.errors import ModelPackMissingError
from indexer.faces.octave import OctaveDetector
from indexer.models.packs import WEIGHTS
from indexer.models.registry import UNKNOWN_LICENCE, load_builtin, load_faces
from indexer.models.session import content_id, open_session

MODELS = Path(__file__).parents[3].parent / "shared" / "models"
PACK = MODELS / "insightface" / "models" / "scrfd500m_mobilefacenet"
needs_models = pytest.mark.skipif(
    not MODELS.is_dir(), reason="no ../shared/models beside the project"
)


def make_pack(folder: Path, *names: str) -> Path:
    home = folder / "models" / "mine"
    home.mkdir(parents=True)
    for name in names:
        shutil.copyfile(PACK / name, home / name)
    return home


@pytest.mark.parametrize(
    ("pack", "message"),
    [
        ("insightface:", "must be"),
        ("insightface:../../etc", "must be"),
        ("buffalo_l", "must be"),
        ("insightface:absent", "no .onnx file"),
    ],
)
def test_a_pack_that_cannot_be_had_says_why(tmp_path: Path, pack: str, message: str) -> None:
    with pytest.raises(ModelPackMissingError, match=message) as raised:
        load_faces(pack, tmp_path)

    assert "[models]" in raised.value.remedy


def test_a_pack_without_a_folder_says_so() -> None:
    with pytest.raises(ModelPackMissingError, match=r"no \[models\] folder is set"):
        load_faces("insightface:buffalo_s", None)


@pytest.mark.parametrize("present", [(), ("detector.onnx",)])
def test_installation_without_the_built_in_networks_says_so(
    tmp_path: Path, present: tuple[str, ...]
) -> None:
    for name in present:
        (tmp_path / name).touch()

    with pytest.raises(ModelPackMissingError, match="missing from this installation"):
        load_builtin(tmp_path)


@needs_models
def test_folder_with_the_names_of_the_built_in_networks_is_read(tmp_path: Path) -> None:
    shutil.copyfile(PACK / "det_500m.onnx", tmp_path / "detector.onnx")
    shutil.copyfile(PACK / "mobilefacenet.onnx", tmp_path / "embedder.onnx")

    pack = load_builtin(tmp_path)

    assert pack.name == "builtin"
    assert pack.licence == "Apache-2.0"
    assert [path.name for path in pack.files] == ["detector.onnx", "embedder.onnx"]


@needs_models
def test_faces_of_a_clip_are_alike_as_the_embedder_counts_it(tmp_path: Path) -> None:
    make_pack(tmp_path, "det_500m.onnx", "mobilefacenet.onnx")

    ours, theirs = load_faces("builtin", None), load_faces("insightface:mine", tmp_path)

    assert ours.same_face_cosine > 0.8
    assert theirs.same_face_cosine == 0.5


@needs_models
def test_only_our_embedder_says_how_alike_strangers_look(tmp_path: Path) -> None:
    make_pack(tmp_path, "det_500m.onnx", "mobilefacenet.onnx")

    ours, theirs = load_faces("builtin", None), load_faces("insightface:mine", tmp_path)

    assert ours.strangers is not None
    assert 0.5 < ours.strangers.mean < 0.8
    assert 0.05 < ours.strangers.spread < 0.15
    assert theirs.strangers is None


@needs_models
def test_score_that_is_asked_for_goes_before_the_detectors_own(tmp_path: Path) -> None:
    make_pack(tmp_path, "det_500m.onnx", "mobilefacenet.onnx")
    image = np.random.default_rng(1).integers(0, 255, (256, 256, 3), np.uint8)

    own = load_faces("insightface:mine", tmp_path)
    low = load_faces("insightface:mine", tmp_path, score_min=0.001)

    assert own.detector_id != low.detector_id
    assert len(low.detector.detect(image)) > len(own.detector.detect(image))


@needs_models
def test_detector_and_embedder_are_told_apart_by_their_outputs(tmp_path: Path) -> None:
    home = make_pack(tmp_path, "det_500m.onnx", "mobilefacenet.onnx")
    (home / "det_500m.onnx").rename(home / "zz.onnx")
    (home / "mobilefacenet.onnx").rename(home / "aa.onnx")

    pack = load_faces("insightface:mine", tmp_path)

    assert pack.detector_id.startswith("zz-")
    assert pack.model_id.startswith("aa-")


@needs_models
@pytest.mark.parametrize(
    ("present", "missing"), [("det_500m.onnx", "embedder"), ("mobilefacenet.onnx", "detector")]
)
def test_half_a_pack_is_refused(tmp_path: Path, present: str, missing: str) -> None:
    make_pack(tmp_path, present)

    with pytest.raises(ModelPackMissingError, match=missing):
        load_faces("insightface:mine", tmp_path)


@needs_models
def test_detector_of_ours_is_recognised_by_what_its_file_says(tmp_path: Path) -> None:
    home = make_pack(tmp_path, "mobilefacenet.onnx")
    shutil.copyfile(WEIGHTS / "detector.onnx", home / "taught.onnx")

    pack = load_faces("insightface:mine", tmp_path)

    assert isinstance(pack.detector, OctaveDetector)
    assert pack.detector_id.startswith("taught-")
    assert (pack.detector.score_min, pack.longest_px) == (0.5, 1280)


def test_a_damaged_network_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "models" / "mine" / "det.onnx"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"\x08\x07not a network at all")

    with pytest.raises(ModelPackMissingError, match="cannot be read"):
        load_faces("insightface:mine", tmp_path)


@needs_models
def test_the_licence_beside_the_networks_is_told(tmp_path: Path) -> None:
    home = make_pack(tmp_path, "det_500m.onnx", "mobilefacenet.onnx")
    before = load_faces("insightface:mine", tmp_path).licence
    (home / "LICENSE").write_text("\nCC0-1.0\n\nNo rights reserved.\n")

    after = load_faces("insightface:mine", tmp_path).licence

    assert (before, after) == (UNKNOWN_LICENCE, "CC0-1.0")


def test_a_models_id_follows_its_content_and_its_recipe(tmp_path: Path) -> None:
    file = tmp_path / "net.onnx"
    file.write_bytes(b"one")
    first = content_id(file, recipe="a")
    other_recipe = content_id(file, recipe="b")
    file.write_bytes(b"two")
    other_content = content_id(file, recipe="a")

    assert first.startswith("net-")
    assert len({first, other_recipe, other_content}) == 3


def test_a_models_id_has_no_comma_whatever_its_file_is_called(tmp_path: Path) -> None:
    file = tmp_path / "our wörds, new.onnx"
    file.write_bytes(b"one")

    assert content_id(file, recipe="a").startswith("our_wörds__new-")


def test_a_missing_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelPackMissingError, match="cannot be read"):
        open_session(tmp_path / "absent.onnx")


def test_importing_the_session_switches_telemetry_off() -> None:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"CI", "ORT_DISABLE_TELEMETRY"}
    }
    code = "import os, indexer.models.session; print(os.environ['ORT_DISABLE_TELEMETRY'])"

    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "1"
