"""A collection as a llama-index retriever, so that any pipeline of that library can search it."""

from __future__ import annotations

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from index import Collection, Hit
from index.passages import heading_path


class CollectionRetriever(BaseRetriever):
    """Passages as nodes, best first: text as stored, ids of passage and document, and the range in the document."""

    def __init__(self, collection: Collection, limit: int = 10) -> None:
        super().__init__()
        self._collection = collection
        self._limit = limit

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self._collection.search(query_bundle.query_str, self._limit)
        return [NodeWithScore(node=_node(hit), score=hit.score) for hit in hits]


def _node(hit: Hit) -> TextNode:
    document, start, end = hit.document, hit.sentences[0].start, hit.sentences[-1].end
    metadata = {
        "document_id": document.id,
        "revision": document.revision,
        "title": document.title,
        "source": f"{document.source}/{document.path}",
        "modified": document.modified,
        "heading": " › ".join(heading_path(document.headings, start)),
        "similarity": hit.similarity,
    }
    return TextNode(
        id_=hit.passage.id,
        text=document.text[start:end],
        start_char_idx=start,
        end_char_idx=end,
        metadata=metadata,
        excluded_embed_metadata_keys=list(metadata),
        excluded_llm_metadata_keys=["document_id", "revision", "similarity"],
    )
