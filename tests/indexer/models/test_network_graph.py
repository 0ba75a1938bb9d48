"""What is read of ONNX files, against the runtime that runs them and, where present, onnx."""

from pathlib import Path

import numpy as np
import pytest

from indexer.errors import ModelPackMissingError
from indexer.models.graph import Constant, Graph, Node, read_graph
from indexer.models.packs import WEIGHTS
from indexer.models.session import open_session
from indexer.models.shape_rules import UnknownOperatorError
from indexer.models.shapes import infer_shapes

MODELS = Path(__file__).parents[3].parent / "shared" / "models"
OTHERS = sorted(MODELS.rglob("*.onnx"))
PLANNED = [WEIGHTS / "detector.onnx", *OTHERS]
READ = [*sorted(WEIGHTS.glob("*.onnx")), *OTHERS]


def shapes_at(graph: Graph, height: int, width: int) -> dict[str, tuple[int, ...]]:
    """Shapes of the inputs, one picture of this size where sizes are open."""
    shapes = {}
    for name, dims in graph.inputs.items():
        wanted = (1, height, width, 3) if dims[3:] == (3,) else (1, 3, height, width)
        shapes[name] = tuple(
            n if isinstance(n, int) else open_dim for n, open_dim in zip(dims, wanted, strict=True)
        )
    return shapes


@pytest.mark.parametrize("path", PLANNED, ids=lambda path: path.name)
def test_results_have_the_shapes_that_were_inferred(path: Path) -> None:
    graph = read_graph(path)
    inputs = shapes_at(graph, 96, 160)
    session = open_session(path)
    numbers = {name: np.zeros(shape, np.float32) for name, shape in inputs.items()}

    known = infer_shapes(graph, inputs)

    results = session.run(list(graph.outputs), numbers)
    assert [known[name].shape for name in graph.outputs] == [result.shape for result in results]


@pytest.mark.parametrize("path", READ, ids=lambda path: path.name)
def test_the_graph_is_what_onnx_reads(path: Path) -> None:
    onnx = pytest.importorskip("onnx", reason="the extra train is absent")
    theirs = onnx.load(path).graph

    ours = read_graph(path)

    assert [(n.op, list(n.inputs), list(n.outputs)) for n in ours.nodes] == [
        (n.op_type, list(n.input), list(n.output)) for n in theirs.node
    ]
    assert list(ours.outputs) == [output.name for output in theirs.output]
    for theirs_one in theirs.initializer:
        constant = ours.constants[theirs_one.name]
        values = onnx.numpy_helper.to_array(theirs_one)
        assert constant.shape == values.shape
        assert constant.value is None or np.array_equal(constant.value, values)


@pytest.mark.parametrize("content", [b"", b"not a network", b"\x3a\xff\xff\xff\xff\x0f", b"\x0b"])
def test_other_files_are_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(content)

    with pytest.raises(ModelPackMissingError, match="not an ONNX file"):
        read_graph(path)


def test_a_file_cut_anywhere_is_refused_or_read(tmp_path: Path) -> None:
    whole = (WEIGHTS / "detector.onnx").read_bytes()
    path = tmp_path / "net.onnx"

    for length in range(1, len(whole), 9973):
        path.write_bytes(whole[:length])
        with pytest.raises(ModelPackMissingError, match="not an ONNX file"):
            read_graph(path)


def test_an_absent_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelPackMissingError, match="No such file"):
        read_graph(tmp_path / "net.onnx")


def test_an_operator_that_is_not_known_is_named() -> None:
    node = Node(op="Sorcery", inputs=("x",), outputs=("y",), attributes={})
    graph = Graph(nodes=(node,), constants={}, inputs={"x": (1, 3)}, outputs=("y",))

    with pytest.raises(UnknownOperatorError, match="'Sorcery'") as caught:
        infer_shapes(graph, {"x": (1, 3)})

    assert "--pack" in caught.value.remedy


def test_arithmetic_on_shapes_is_carried_out() -> None:
    two = Constant(shape=(1,), dtype=np.dtype(np.int64), value=np.array([2]))
    nodes = (
        Node(op="Shape", inputs=("x",), outputs=("shape",), attributes={}),
        Node(op="Slice", inputs=("shape", "two", "four"), outputs=("sides",), attributes={}),
        Node(op="Mul", inputs=("sides", "two"), outputs=("doubled",), attributes={}),
        Node(op="ConstantOfShape", inputs=("doubled",), outputs=("y",), attributes={}),
    )
    four = Constant(shape=(1,), dtype=np.dtype(np.int64), value=np.array([4]))
    constants = {"two": two, "four": four}
    graph = Graph(nodes=nodes, constants=constants, inputs={"x": (1, 3, 5, 7)}, outputs=("y",))

    known = infer_shapes(graph, {"x": (1, 3, 5, 7)})

    assert known["y"].shape == (10, 14)
