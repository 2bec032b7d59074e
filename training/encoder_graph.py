"""The MiniLM encoder as an ONNX graph, shared by the embedder's graph and the reader's."""

import onnx
from onnx import TensorProto, helper

HIDDEN, HEADS, LAYERS, INNER, VOCABULARY, POSITIONS = 384, 12, 6, 1536, 30522, 512
HEAD = HIDDEN // HEADS


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
        """A weight that is fed in when the session is made; the file only says its name and shape."""
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
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
        """x · Wᵀ + b, for x of any number of leading axes."""
        turned = self.node("Transpose", self.weight(f"{name}.weight", rows, columns), perm=[1, 0])
        return self.node("Add", self.node("MatMul", x, turned), self.weight(f"{name}.bias", rows))

    def normalise(self, x: str, name: str) -> str:
        scale, bias = self.weight(f"{name}.weight", HIDDEN), self.weight(f"{name}.bias", HIDDEN)
        return self.node("LayerNormalization", x, scale, bias, axis=-1, epsilon=1e-12)


def attention(graph: Graph, x: str, mask: str, layer: str) -> str:
    def heads(part: str, turn: list[int]) -> str:
        dense = graph.dense(x, f"{layer}.attention.self.{part}", HIDDEN, HIDDEN)
        return graph.node("Transpose", graph.node("Reshape", dense, graph.integers(0, 0, HEADS, HEAD)), perm=turn)

    query, key, value = heads("query", [0, 2, 1, 3]), heads("key", [0, 2, 3, 1]), heads("value", [0, 2, 1, 3])
    scale = graph.constant("scale", TensorProto.FLOAT, [HEAD**-0.5])
    scores = graph.node("Add", graph.node("Mul", graph.node("MatMul", query, key), scale), mask)
    mixed = graph.node("MatMul", graph.node("Softmax", scores, axis=-1), value)
    joined = graph.node("Reshape", graph.node("Transpose", mixed, perm=[0, 2, 1, 3]), graph.integers(0, 0, HIDDEN))
    return graph.dense(joined, f"{layer}.attention.output.dense", HIDDEN, HIDDEN)


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
    kept = graph.node("Unsqueeze", graph.node("Cast", "attention_mask", to=TensorProto.FLOAT), graph.integers(1, 2))
    one, low = graph.constant("one", TensorProto.FLOAT, [1.0]), graph.constant("low", TensorProto.FLOAT, [-1e9])
    mask = graph.node("Mul", graph.node("Sub", one, kept), low)
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        x = graph.normalise(
            graph.node("Add", x, attention(graph, x, mask, layer)), f"{layer}.attention.output.LayerNorm"
        )
        inner = graph.node("Gelu", graph.dense(x, f"{layer}.intermediate.dense", INNER, HIDDEN))
        outer = graph.dense(inner, f"{layer}.output.dense", HIDDEN, INNER)
        x = graph.normalise(graph.node("Add", x, outer), f"{layer}.output.LayerNorm")
    return x


def model_of(graph: Graph, name: str, outputs: dict[str, list[str | int]]) -> onnx.ModelProto:
    """The finished model; inputs are token ids, mask and segments, `outputs` maps names to their axes."""
    inputs = [
        helper.make_tensor_value_info(one, TensorProto.INT64, ["batch", "tokens"])
        for one in ("input_ids", "attention_mask", "token_type_ids")
    ]
    results = [helper.make_tensor_value_info(one, TensorProto.FLOAT, axes) for one, axes in outputs.items()]
    body = helper.make_graph(graph.nodes, name, inputs, results, initializer=graph.initializers)
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
