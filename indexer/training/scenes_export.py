"""The fixed layers and the taught head as one ONNX file that explains itself."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from indexer.models.session import open_session
from indexer.scenes.labels import INPUT_PX, STUDENT_OUTPUTS, WORDS_FACT
from indexer.training.export import Exported, checked_write
from indexer.training.scenes_backbone import FEATURES, read_backbone
from indexer.training.scenes_student import Head

DIFFERENCE_MOST = 0.01
"""Of the largest output: the head's weights are stored with eleven bits."""

Weights = dict[str, NDArray[np.float32]]


def export_student(
    backbone: Path, head: Head, words: Sequence[str], path: Path, *, licence: str
) -> Exported:
    """Write the student, once onnxruntime gives what torch gives for random pictures.

    Parameters
    ----------
    backbone : Path
        The ImageNet network whose layers the head was taught on.
    words : sequence of str
        In the order of the head's probabilities.
    licence : str
        One line that goes into the file.

    Raises
    ------
    ExportError
        If the file does not do what the head does.
    """
    fixed = read_backbone(backbone, keep_classes=False)
    images = np.random.default_rng(1).normal(0, 1, (4, 3, INPUT_PX, INPUT_PX)).astype(np.float32)
    model = joined(fixed, head)
    facts = {WORDS_FACT: "\n".join(words), "licence": licence}
    helper.set_model_props(model, facts)
    wanted = _torch_outputs(fixed, head, images, path)
    return checked_write(model, path, [images], [wanted], DIFFERENCE_MOST)


def joined(fixed: ModelProto, head: Head) -> ModelProto:
    """One graph; means, gains and calibration are folded into the head's weights, stored halved."""
    weights = folded(head)
    probabilities, vector = STUDENT_OUTPUTS
    n_words, length = len(weights["words.b"]), len(weights["vector.w"])
    nodes: list[NodeProto] = [
        helper.make_node("Gemm", [FEATURES, "hidden.w", "hidden.b"], ["hidden"], transB=1),
        helper.make_node("Relu", ["hidden"], ["active"]),
        helper.make_node("Gemm", ["active", "words.w", "words.b"], ["logits"], transB=1),
        helper.make_node("Sigmoid", ["logits"], [probabilities]),
        helper.make_node("Gemm", [FEATURES, "vector.w", "vector.b"], ["direction"], transB=1),
        helper.make_node("LpNormalization", ["direction"], [vector], axis=1, p=2),
    ]
    model = ModelProto()
    model.CopyFrom(fixed)
    for name, values in weights.items():
        # Half precision, made whole once, while the file is loaded.
        halved = np.asarray(values, np.float16)
        model.graph.initializer.append(numpy_helper.from_array(halved, f"{name}.half"))
        cast = helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT)
        model.graph.node.append(cast)
    model.graph.node.extend(nodes)
    del model.graph.output[:]
    model.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["b", n])
        for name, n in ((probabilities, n_words), (vector, length))
    )
    return model


def folded(head: Head) -> Weights:
    """The head's weights on features as they come, with the calibration in the last layer."""
    told = {name: values.detach().numpy() for name, values in head.state_dict().items()}
    mean, gain, slope = told["mean"], told["gain"], told["slope"]
    hidden, vector = told["hidden.weight"] * gain, told["vector.weight"] * gain
    return {
        "hidden.w": hidden,
        "hidden.b": told["hidden.bias"] - hidden @ mean,
        "words.w": told["words.weight"] * slope[:, None],
        "words.b": told["words.bias"] * slope + told["shift"],
        "vector.w": vector,
        "vector.b": -(vector @ mean),
    }


def _torch_outputs(
    fixed: ModelProto, head: Head, images: NDArray[np.float32], path: Path
) -> list[NDArray[np.float32]]:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.fixed.part")
    beside.write_bytes(fixed.SerializeToString())
    session = open_session(beside)
    beside.unlink()
    (features,) = session.run(None, {session.get_inputs()[0].name: images})
    with torch.no_grad():
        return [output.numpy() for output in head.eval()(torch.from_numpy(features))]
