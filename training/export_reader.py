"""Writes assistant/models/reader.onnx from trained weights: the network in int8, run by assistant/network.py.

python -m training.export_reader build/reader/model.pt
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

OUT = Path(__file__).parent.parent / "assistant" / "models" / "reader.onnx"


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


def reader_model(state: dict[str, torch.Tensor]) -> onnx.ModelProto:
    """The network in float32: `tokens` (batch, tokens, 2) support and answer logits, `passage` (batch) logits."""
    weights = {name.removeprefix("encoder."): tensor.float().numpy() for name, tensor in state.items()}
    # the encoder's layers are named encoder.layer.… within the model, encoder.encoder.layer.… in the training module
    graph = StoredGraph(weights)
    hidden = encoder(graph)
    tokens = graph.dense(hidden, "tokens", 2, HIDDEN)
    first = graph.node("Gather", hidden, graph.constant("zero", TensorProto.INT64, [0]), axis=1)
    inner = graph.node("Tanh", graph.dense(first, "inner", HIDDEN, HIDDEN))
    passage = graph.node("Squeeze", graph.dense(inner, "passage", 1, HIDDEN), graph.integers(1))
    for name, source in (("tokens_out", tokens), ("passage_out", passage)):
        graph.nodes.append(helper.make_node("Identity", [source], [name], name=name))
    return model_of(graph, "reader", {"tokens_out": ["batch", "tokens", 2], "passage_out": ["batch"]})


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
        )


def largest_difference(model: onnx.ModelProto, state: dict[str, torch.Tensor]) -> float:
    """Between the float32 graph and the training module, over random windows."""
    from training.reader_model import ReaderModel

    network = ReaderModel()
    network.load_state_dict(state)
    network.precision = torch.float32
    network.eval()
    ids = torch.randint(1000, 20000, (3, 90), generator=torch.Generator().manual_seed(1))
    mask, segments = torch.ones_like(ids), torch.zeros_like(ids)
    mask[1, 60:], segments[:, 20:] = 0, 1
    with torch.no_grad():
        tokens, passage = network(ids, mask, segments)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    feed = {"input_ids": ids.numpy(), "attention_mask": mask.numpy(), "token_type_ids": segments.numpy()}
    found_tokens, found_passage = session.run(["tokens_out", "passage_out"], feed)
    kept = mask.numpy().astype(bool)
    return float(max(np.abs(found_tokens - tokens.numpy())[kept].max(), np.abs(found_passage - passage.numpy()).max()))


def main() -> None:
    state = torch.load(sys.argv[1])
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else OUT
    model = reader_model(state)
    print(f"largest difference to the training module: {largest_difference(model, state):.6f}")
    quantised(model, out)
    print(f"{out}: {out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
