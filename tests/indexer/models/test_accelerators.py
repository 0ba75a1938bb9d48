"""Networks go to an accelerator that computes as the CPU does, and to no other."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import ModelPackMissingError
from indexer.models.accelerators import (
    PROVIDERS,
    Accelerator,
    Device,
    Guarded,
    Provider,
    RefusedError,
    candidates,
    trial,
)
from indexer.models.golden import gap, known_inputs
from indexer.models.registry import WEIGHTS
from indexer.models.session import open_session, start_session

MODELS = Path(__file__).parents[3].parent / "shared" / "models"
PACKS = MODELS / "insightface" / "models"
DETECTOR = PACKS / "scrfd500m_mobilefacenet" / "det_500m.onnx"
MOBILEFACENET = PACKS / "scrfd500m_mobilefacenet" / "mobilefacenet.onnx"
EMBEDDER = WEIGHTS / "embedder.onnx"
OTHER_DETECTOR = PACKS / "scrfd2.5g_mobilefacenet" / "det_2.5g.onnx"
needs_models = pytest.mark.skipif(
    not MODELS.is_dir(), reason="no ../shared/models beside the project"
)

CUDA = PROVIDERS[Device.CUDA].name
COREML = PROVIDERS[Device.COREML].name
AZURE = Provider(name="AzureExecutionProvider", called="Azure", settings={}, comes_with="")
"""The one provider beside the CPU that each wheel lists: without a server it computes nothing
itself, so the CPU does, through the provider's own way into a session."""


class Posing:
    """A session that says it is another provider's, and may fail after some runs."""

    def __init__(self, session: Any, provider: str, runs_left: float = float("inf")) -> None:
        self._session = session
        self._provider = provider
        self._runs_left = runs_left

    def run(self, names: Any, feed: Any) -> Any:
        self._runs_left -= 1
        if self._runs_left < 0:
            raise RuntimeError("CUDA failure 999: unknown error\nat some line")
        return self._session.run(names, feed)

    def get_providers(self) -> list[str]:
        return [self._provider, "CPUExecutionProvider"]


def computing(network: Path | None = None) -> Any:
    """A way to start sessions that computes with another network, or with the right one."""

    def start(path: Path, provider: str, settings: Mapping[str, str]) -> Any:
        return Posing(start_session(network or path), provider)

    return start


@given(st.lists(st.sampled_from([*(p.name for p in PROVIDERS.values()), AZURE.name])))
def test_auto_takes_every_accelerator_that_is_there_and_nothing_else(there: list[str]) -> None:
    tried = [PROVIDERS[device].name for device in candidates(Device.AUTO, there)]

    assert set(tried) == set(there) - {AZURE.name}


@given(st.sampled_from(list(PROVIDERS)), st.sets(st.sampled_from(list(PROVIDERS))))
def test_named_device_is_tried_alone(device: Device, there: set[Device]) -> None:
    tried = candidates(device, [PROVIDERS[each].name for each in there])

    assert tried == ([device] if device in there else [])


def test_cpu_is_taken_where_it_is_asked_for() -> None:
    assert candidates(Device.CPU, [p.name for p in PROVIDERS.values()]) == []


def test_device_that_is_not_there_is_told_with_its_package() -> None:
    accelerator = Accelerator(Device.CUDA, ["CPUExecutionProvider"])

    assert "onnxruntime-gpu" in accelerator.notes[0]
    assert "CPU computes" in accelerator.notes[0]


def test_this_machines_own_providers_need_no_note() -> None:
    there = ort.get_available_providers()
    if set(there) & {p.name for p in PROVIDERS.values()}:
        pytest.skip(f"an accelerator is here: {there}")
    accelerator = Accelerator(Device.AUTO)

    session = accelerator.open(EMBEDDER)

    assert session.get_providers() == ["CPUExecutionProvider"]
    assert (accelerator.used, accelerator.notes) == (("CPU",), ())


@needs_models
def test_provider_that_computes_as_the_cpu_does_is_trusted() -> None:
    session = trial(DETECTOR, AZURE, open_session(DETECTOR), start_session)

    assert session.get_providers()[0] == AZURE.name


def test_right_answers_bring_a_network_to_the_accelerator() -> None:
    accelerator = Accelerator(Device.AUTO, [CUDA], computing())

    session = accelerator.open(EMBEDDER)

    assert session.get_providers()[0] == CUDA
    assert (accelerator.used, accelerator.notes) == (("CUDA",), ())


@needs_models
def test_answers_of_another_network_are_refused_and_the_cpu_computes() -> None:
    accelerator = Accelerator(Device.AUTO, [CUDA], computing(OTHER_DETECTOR))

    session = accelerator.open(DETECTOR)

    assert session.get_providers() == ["CPUExecutionProvider"]
    assert accelerator.used == ("CPU",)
    (note,) = accelerator.notes
    assert note.startswith("det_500m.onnx is not left to CUDA: its answers to known inputs")
    assert "5% is allowed" in note


def test_next_accelerator_is_tried_after_one_that_fails() -> None:
    def start(path: Path, provider: str, settings: Mapping[str, str]) -> Any:
        if provider == COREML:
            raise RuntimeError("no Core ML here\nmore")
        return Posing(start_session(path), provider)

    accelerator = Accelerator(Device.AUTO, [CUDA, COREML], start)

    accelerator.open(EMBEDDER)

    assert accelerator.used == ("CUDA",)
    assert accelerator.notes == (
        "embedder.onnx is not left to Core ML: it failed (no Core ML here).",
    )


def test_provider_that_leaves_itself_out_is_refused() -> None:
    def start(path: Path, provider: str, settings: Mapping[str, str]) -> Any:
        return start_session(path)

    with pytest.raises(RefusedError, match="did not start"):
        trial(EMBEDDER, AZURE, open_session(EMBEDDER), start)


def test_answers_to_another_question_are_refused() -> None:
    class Overhead(Posing):
        """Looks at its pictures upside down."""

        def run(self, names: Any, feed: Any) -> Any:
            return super().run(
                names, {key: value[..., ::-1, :].copy() for key, value in feed.items()}
            )

    def start(path: Path, provider: str, settings: Mapping[str, str]) -> Any:
        return Overhead(start_session(path), provider)

    with pytest.raises(RefusedError, match="are not the CPU's"):
        trial(EMBEDDER, AZURE, open_session(EMBEDDER), start)


@needs_models
def test_half_precision_is_near_enough(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx", reason="needs the extra train")
    from onnxruntime.transformers.float16 import convert_float_to_float16

    half = tmp_path / "half.onnx"
    whole = onnx.load(MOBILEFACENET)
    onnx.save(convert_float_to_float16(whole, keep_io_types=True, disable_shape_infer=True), half)

    session = trial(MOBILEFACENET, AZURE, open_session(MOBILEFACENET), computing(half))

    assert session.get_providers()[0] == AZURE.name


@needs_models
def test_one_layer_a_third_too_strong_is_refused(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx", reason="needs the extra train")
    wrong = tmp_path / "wrong.onnx"
    model = onnx.load(MOBILEFACENET)
    layer = next(each for each in model.graph.initializer if len(each.dims) == 4)
    values = onnx.numpy_helper.to_array(layer)
    stronger = values.copy()
    stronger[: len(values) // 2] *= 1.33
    layer.CopyFrom(onnx.numpy_helper.from_array(stronger, layer.name))
    onnx.save(model, wrong)

    with pytest.raises(RefusedError, match="are not the CPU's"):
        trial(MOBILEFACENET, AZURE, open_session(MOBILEFACENET), computing(wrong))


def test_accelerator_that_gives_up_later_is_replaced_by_the_cpu() -> None:
    face = known_inputs([1, 3, 112, 112])[0]
    dying = Posing(start_session(EMBEDDER), CUDA, runs_left=1)
    session = Guarded(dying, EMBEDDER, "CUDA")
    name = session_input(EMBEDDER)

    before = session.run(None, {name: face})[0]
    after = session.run(None, {name: face})[0]

    assert np.array_equal(before, after)
    assert session.get_providers() == ["CPUExecutionProvider"]


def session_input(network: Path) -> str:
    return str(open_session(network).get_inputs()[0].name)


def test_missing_network_is_an_error_on_any_device(tmp_path: Path) -> None:
    with pytest.raises(ModelPackMissingError, match="cannot be read"):
        Accelerator(Device.AUTO, [CUDA], computing()).open(tmp_path / "absent.onnx")


def test_known_inputs_are_the_same_at_each_call_and_fit_the_network() -> None:
    first, again = known_inputs(["n", 3, 112, 112]), known_inputs(["n", 3, 112, 112])

    assert [each.shape for each in first] == [(2, 3, 112, 112)] * 2
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert (first[0].min() >= -1, first[1].max() <= 255) == (True, True)
    assert {each.shape[2:] for each in known_inputs([1, 3, "h", "w"])} >= {(64, 1280), (1280, 64)}


def test_networks_with_colours_last_get_whole_pictures() -> None:
    session = open_session(WEIGHTS / "detector.onnx")

    known = known_inputs(session.get_inputs()[0].shape)

    assert {each.shape[1:] for each in known} >= {(64, 1280, 3), (1280, 64, 3)}
    answers = [session.run(None, {session_input(WEIGHTS / "detector.onnx"): k}) for k in known]
    assert min(answer[0].size for answer in answers) > 1000


@pytest.mark.parametrize(
    "answer", [np.full(3, np.nan), np.full(3, np.inf), np.zeros(4)], ids=["nan", "inf", "shape"]
)
def test_what_is_no_answer_is_infinitely_far(answer: Any) -> None:
    assert gap(answer.astype(np.float32), np.zeros(3, np.float32)) == float("inf")


def test_gap_is_measured_in_shares_of_the_largest_value() -> None:
    expected = np.array([6.33, 4.65, 4.45], np.float32)

    assert gap(expected, expected) == 0
    assert gap(expected + np.float32(0.02 * 6.33), expected) < 1
    # What Core ML made of it in onnxruntime's issue 32569.
    assert gap(np.array([5.52, 4.61, 4.41], np.float32), expected) > 2
