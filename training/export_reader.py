"""Writes assistant/models/reader.onnx or checker.onnx from trained weights: the network in int8.

python -m training.export_reader build/reader/model.pt
python -m training.export_reader build/checker/model.pt checker
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from training.encoder_graph import HIDDEN, Graph, encoder, model_of

MODELS = Path(__file__).parent.parent / "assistant" / "models"
AXES: dict[str, list[str | int]] = {
    "tokens_out": ["batch", "tokens", 2],
    "passage_out": ["batch"],
    "claim_out": ["batch"],
    "claim_tokens_out": ["batch", "tokens"],
}
OUTPUTS = {"reader": ("tokens_out", "passage_out"), "checker": ("claim_out", "claim_tokens_out")}


class StoredGraph(Graph):
    """A graph that holds its weights, matrices turned for the product, so that they can be quantised."""

    def __init__(self, weights: dict[str, NDArray[np.float32]]) -> None:
        super().__init__()
        self._weights = weights

    def _store(self, name: str, values: NDArray[np.float32]) -> str:
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def weight(self, name: str, *shape: int) -> str:
        values = self._weights[name]
        if values.shape != shape:
            raise ValueError(f"{name} has the shape {values.shape}, not {shape}")
        return self._store(name, values)

    def dense(self, x: str, name: str, rows: int, columns: int) -> str:
        matrix = self._weights[f"{name}.weight"]
        if matrix.shape != (rows, columns):
            raise ValueError(f"{name} has the shape {matrix.shape}, not {(rows, columns)}")
        product = self.node("MatMul", x, self._store(f"{name}.weight", matrix.T))
        return self.node("Add", product, self.weight(f"{name}.bias", rows))


def network_model(state: dict[str, torch.Tensor], kind: str) -> onnx.ModelProto:
    """The network in float32, `kind` reader or checker.

    The reader gives `tokens` (batch, tokens, 2) support and answer logits and `passage` (batch) logits; the checker, with
    a claim in the question's place, `claim` (batch) and `claim_tokens` (batch, tokens) logits.
    """
    weights = {name.removeprefix("encoder."): tensor.float().numpy() for name, tensor in state.items()}
    # the encoder's layers are named encoder.layer.… within the model, encoder.encoder.layer.… in the training module
    graph = StoredGraph(weights)
    hidden = encoder(graph)
    first = graph.node("Gather", hidden, graph.constant("zero", TensorProto.INT64, [0]), axis=1)
    if kind == "reader":
        found = graph.dense(hidden, "tokens", 2, HIDDEN), _whole(graph, first, "inner", "passage")
    else:
        per_token = graph.node("Squeeze", graph.dense(hidden, "claim_tokens", 1, HIDDEN), graph.integers(2))
        found = _whole(graph, first, "claim_inner", "claim"), per_token
    for name, source in zip(OUTPUTS[kind], found, strict=True):
        graph.nodes.append(helper.make_node("Identity", [source], [name], name=name))
    return model_of(graph, kind, {name: AXES[name] for name in OUTPUTS[kind]})


def _whole(graph: Graph, first: str, inner: str, outer: str) -> str:
    """One logit for the whole window, from its first token."""
    hidden = graph.node("Tanh", graph.dense(first, inner, HIDDEN, HIDDEN))
    return graph.node("Squeeze", graph.dense(hidden, outer, 1, HIDDEN), graph.integers(1))


def quantised(model: onnx.ModelProto, out: Path) -> None:
    """int8 weights; 7 bits are used, since processors without VNNI saturate on 8."""
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        onnx.save(model, str(full))
        quantize_dynamic(
            full,
            out,
            op_types_to_quantize=["MatMul", "Gather"],
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            extra_options={"DefaultTensorType": TensorProto.FLOAT},  # of what onnxruntime's own operators give
        )


def largest_difference(model: onnx.ModelProto, state: dict[str, torch.Tensor], kind: str) -> float:
    """Between the float32 graph and the training module, over a random window."""
    from training.reader_model import ReaderModel

    network = ReaderModel()
    network.load_state_dict(network.state_dict() | state)
    network.precision = torch.float32
    network.eval()
    ids = torch.randint(1000, 20000, (1, 90), generator=torch.Generator().manual_seed(1))
    segments = torch.zeros_like(ids)
    segments[:, 20:] = 1
    with torch.no_grad():
        wanted = (network if kind == "reader" else network.claim_logits)(ids, torch.ones_like(ids), segments)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    feed = {"input_ids": ids.numpy(), "token_type_ids": segments.numpy()}
    differences = (
        np.abs(one - other.numpy()) for one, other in zip(session.run(list(OUTPUTS[kind]), feed), wanted, strict=True)
    )
    return float(max(one.max() for one in differences))


def main() -> None:
    state = torch.load(sys.argv[1])
    state = state.get("model", state)
    kind = sys.argv[2] if len(sys.argv) > 2 else "reader"
    model = network_model(state, kind)
    print(f"largest difference to the training module: {largest_difference(model, state, kind):.6f}")
    out = MODELS / f"{kind}.onnx"
    quantised(model, out)
    print(f"{out}: {out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
