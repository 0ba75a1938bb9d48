"""Plans of memory: sound by construction of random ones, and near the least for real networks."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.faces.memory_plan import (
    ALIGNMENT_BYTES,
    COPY,
    LiveTensor,
    MemoryPlan,
    blocks_of,
    known_at,
    plan_pyramid,
    planned,
)
from indexer.faces.plan_drawing import drawn
from indexer.faces.tiles import TILE_USUAL_PX
from indexer.models.graph import Constant, Graph, Node, read_graph
from indexer.models.packs import WEIGHTS

MODELS = Path(__file__).parents[3].parent / "shared" / "models"
DETECTORS = (
    "detectors/face_detection_yunet_2026may.onnx",
    "detectors/yunet_n_dynamic.onnx",
    "insightface/models/scrfd2.5g_mobilefacenet/det_2.5g.onnx",
    "insightface/models/scrfd500m_mobilefacenet/det_500m.onnx",
)
OCTAVES = ((1280, 960), (640, 480), (320, 256), (160, 128), (96, 64))
needs_networks = pytest.mark.skipif(
    not MODELS.is_dir(), reason="no ../shared/models beside the project"
)


def make_tensor(first: int, length: int, n_blocks: int) -> LiveTensor:
    return LiveTensor(
        name="t",
        scale=0,
        first_step=first,
        last_step=first + length,
        size_bytes=n_blocks * ALIGNMENT_BYTES,
    )


tensors = st.lists(
    st.builds(make_tensor, st.integers(0, 60), st.integers(0, 40), st.integers(0, 50)), max_size=40
)


def collisions(plan: MemoryPlan) -> list[tuple[LiveTensor, LiveTensor]]:
    """Pairs that are alive at the same time in the same place."""
    placed = list(zip(plan.tensors, plan.offsets, strict=True))
    return [
        (a, b)
        for (a, at), (b, bt) in itertools.combinations(placed, 2)
        if a.first_step <= b.last_step
        and b.first_step <= a.last_step
        and at < bt + b.size_bytes
        and bt < at + a.size_bytes
    ]


@given(tensors)
def test_no_two_living_tensors_overlap_and_no_plan_beats_the_bound(
    wanted: list[LiveTensor],
) -> None:
    plan = planned(wanted)

    assert collisions(plan) == []
    assert plan.peak_bytes >= plan.bound_bytes
    assert all(offset >= 0 and offset % ALIGNMENT_BYTES == 0 for offset in plan.offsets)


@given(tensors)
def test_the_bound_is_the_fullest_moment(wanted: list[LiveTensor]) -> None:
    moments = [
        sum(t.size_bytes for t in wanted if t.first_step <= step <= t.last_step)
        for step in range(101)
    ]

    assert planned(wanted).bound_bytes == max(moments)


def test_what_is_not_alive_together_shares_its_place() -> None:
    plan = planned([make_tensor(0, 1, 8), make_tensor(2, 1, 8), make_tensor(4, 1, 5)])

    assert plan.offsets == (0, 0, 0)


def test_activations_write_over_their_input_unless_it_is_read_again() -> None:
    nodes = (
        Node(op="Relu", inputs=("x",), outputs=("a",), attributes={}),
        Node(op="Sigmoid", inputs=("a",), outputs=("b",), attributes={}),
        Node(op="Mul", inputs=("a", "b"), outputs=("c",), attributes={}),
        Node(op="Reshape", inputs=("c", "flat"), outputs=("d",), attributes={}),
    )
    flat = read_constant([1, -1])
    graph = Graph(
        nodes=nodes, constants={"flat": flat}, inputs={"x": (1, 3, "h", "w")}, outputs=("d",)
    )

    blocks = blocks_of(graph, known_at(graph, (8, 8)))

    assert set(blocks) == {"x", "b"}
    assert blocks["x"][:2] == (-1, 4)


def read_constant(values: list[int]) -> Constant:
    array = np.array(values, np.int64)
    return Constant(shape=array.shape, dtype=array.dtype, value=array)


def detector_file(name: str) -> Path:
    """A detector of ../shared, or the built-in one for an empty name."""
    if name and not MODELS.is_dir():
        pytest.skip("no ../shared/models beside the project")
    return MODELS / name if name else WEIGHTS / "detector.onnx"


@pytest.mark.parametrize("name", ["", *DETECTORS])
def test_five_scales_in_tiles_take_six_per_cent_of_all_tensors_and_the_least_possible(
    name: str,
) -> None:
    plan = plan_pyramid(read_graph(detector_file(name)), OCTAVES, most_px=TILE_USUAL_PX**2)

    for block in (plan.whole, plan.joint):
        assert collisions(block) == []
        assert block.peak_bytes <= 1.02 * block.bound_bytes
    assert plan.joint.peak_bytes <= 0.06 * plan.naive_bytes
    assert plan.joint.peak_bytes < plan.whole.peak_bytes < plan.separate_bytes < plan.naive_bytes


def test_a_copy_in_tiles_is_kept_until_its_last_tile() -> None:
    graph = read_graph(detector_file(""))

    whole = plan_pyramid(graph, [(640, 480)])
    cut = plan_pyramid(graph, [(640, 480)], most_px=320 * 320)

    (copy,) = (t for t in cut.joint.tensors if t.name == COPY)
    assert (copy.size_bytes, copy.last_step) == (3 * 640 * 480, cut.joint.n_steps - 1)
    assert cut.joint.peak_bytes < whole.joint.peak_bytes == cut.whole.peak_bytes


@needs_networks
def test_the_plan_of_yunet_n_is_as_was_measured_by_others() -> None:
    """1,040 MB, 99 MB and 52 MB for the activations of five squares of 160 to 1280 px."""
    sides = (1280, 960, 640, 320, 160)

    plan = plan_pyramid(
        read_graph(MODELS / "detectors" / "yunet_n_dynamic.onnx"), [(px, px) for px in sides]
    )

    assert plan.naive_bytes / 1e6 == pytest.approx(1040, rel=0.005)
    assert plan.separate_bytes / 1e6 == pytest.approx(99, rel=0.005)
    assert plan.joint.peak_bytes / 1e6 == pytest.approx(52, rel=0.01)


def test_the_drawing_has_a_block_for_every_tensor() -> None:
    plan = plan_pyramid(read_graph(detector_file("")), OCTAVES[2:])

    svg = drawn(plan, title="a < b")

    assert svg.count("<title>") == len(plan.joint.tensors)
    assert "a &lt; b" in svg
    assert "320 x 256 px" in svg
