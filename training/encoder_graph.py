"""The MiniLM encoder as an ONNX graph, shared by the embedder's graph and the reader's. It reads one text: there is no mask."""

import onnx
from onnx import TensorProto, helper

HIDDEN, HEADS, LAYERS, INNER, VOCABULARY, POSITIONS = 384, 12, 6, 1536, 30522, 512
RUNTIME = "com.microsoft"  # onnxruntime's own operators


class Graph:
    """Collects nodes and initializers; every method returns the name of its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.count = 0

    def node(self, kind: str, *inputs: str, **attributes: object) -> str:
        self.count += 1
        name = f"{kind}_{self.count}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def weight(self, name: str, *shape: int) -> str:
        """A weight that is fed in when the session is made."""
        return self._fed(name, TensorProto.FLOAT, *shape)

    def _fed(self, name: str, kind: int, *shape: int) -> str:
        """What is fed in: the file only says its name, its type and its shape."""
        tensor = TensorProto(name=name, data_type=kind, dims=shape, data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value="weights")
        self.initializers.append(tensor)
        return name

    def constant(self, name: str, kind: int, values: list[float] | list[int], *shape: int) -> str:
        if all(tensor.name != name for tensor in self.initializers):
            self.initializers.append(helper.make_tensor(name, kind, shape, values))
        return name

    def integers(self, *values: int) -> str:
        return self.constant(
            "ints_" + "_".join(map(str, values)).replace("-", "m"), TensorProto.INT64, list(values), len(values)
        )

    def dense(self, x: str, name: str, rows: int, columns: int) -> str:
        """x · Wᵀ + b, for x of any number of leading axes; the product is made of 8-bit numbers, as `index.embed.rounded`
        gives them."""
        matrix = self._fed(f"{name}.weight", TensorProto.INT8, columns, rows)
        scale, bias = self.weight(f"{name}.scale", rows), self.weight(f"{name}.bias", rows)
        return self.node("DynamicQuantizeMatMul", x, matrix, scale, "", bias, domain=RUNTIME)

    def normalise(self, x: str, name: str) -> str:
        scale, bias = self.weight(f"{name}.weight", HIDDEN), self.weight(f"{name}.bias", HIDDEN)
        return self.node("LayerNormalization", x, scale, bias, axis=-1, epsilon=1e-12)


def attention(graph: Graph, x: str, layer: str) -> str:
    parts = [graph.dense(x, f"{layer}.attention.self.{part}", HIDDEN, HIDDEN) for part in ("query", "key", "value")]
    mixed = graph.node("MultiHeadAttention", *parts, num_heads=HEADS, domain=RUNTIME)
    return graph.dense(mixed, f"{layer}.attention.output.dense", HIDDEN, HIDDEN)


def encoder(graph: Graph) -> str:
    words = graph.node("Gather", graph.weight("embeddings.word_embeddings.weight", VOCABULARY, HIDDEN), "input_ids")
    length = graph.node("Slice", graph.node("Shape", "input_ids"), graph.integers(1), graph.integers(2))
    positions = graph.node(
        "Slice",
        graph.weight("embeddings.position_embeddings.weight", POSITIONS, HIDDEN),
        graph.integers(0),
        length,
        graph.integers(0),
    )
    types = graph.node("Gather", graph.weight("embeddings.token_type_embeddings.weight", 2, HIDDEN), "token_type_ids")
    x = graph.normalise(graph.node("Add", graph.node("Add", words, types), positions), "embeddings.LayerNorm")
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        x = graph.normalise(graph.node("Add", x, attention(graph, x, layer)), f"{layer}.attention.output.LayerNorm")
        inner = graph.node("Gelu", graph.dense(x, f"{layer}.intermediate.dense", INNER, HIDDEN))
        outer = graph.dense(inner, f"{layer}.output.dense", HIDDEN, INNER)
        x = graph.normalise(graph.node("Add", x, outer), f"{layer}.output.LayerNorm")
    return x


def model_of(graph: Graph, name: str, outputs: dict[str, list[str | int]]) -> onnx.ModelProto:
    """The finished model; inputs are token ids and segments, `outputs` maps names to their axes."""
    inputs = [
        helper.make_tensor_value_info(one, TensorProto.INT64, ["batch", "tokens"])
        for one in ("input_ids", "token_type_ids")
    ]
    results = [helper.make_tensor_value_info(one, TensorProto.FLOAT, axes) for one, axes in outputs.items()]
    body = helper.make_graph(graph.nodes, name, inputs, results, initializer=graph.initializers)
    return helper.make_model(
        body, opset_imports=[helper.make_opsetid("", 20), helper.make_opsetid(RUNTIME, 1)], ir_version=9
    )
