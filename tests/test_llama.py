"""The collection as a llama-index retriever."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

from fakes import HashEmbedder

from index import Collection, Settings


def test_nodes_hold_the_range_that_they_quote(tmp_path: Path) -> None:
    """A node's text is its range of the stored document, and its metadata name the document."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own deprecations at import
        from assistant.llama import CollectionRetriever
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "tides.txt").write_text("The tide turns at noon. Boats wait for it in the outer harbour.\n")
    with Collection.open(
        replace(Settings(), data=tmp_path / "data"), create=True, embedder=HashEmbedder()
    ) as collection:
        collection.ingest(tmp_path / "docs")
        [found] = CollectionRetriever(collection).retrieve("when does the tide turn?")
        node = found.node
        document = collection.document(node.metadata["document_id"])
        assert document is not None
        assert node.text == document.text[node.start_char_idx : node.end_char_idx]
        assert node.metadata["source"] == "docs/tides.txt"
