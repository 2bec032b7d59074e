"""Another embedder, or another way to cut passages: everything is embedded anew beside the old, then changed over."""

from __future__ import annotations

from collections.abc import Callable

from index.catalog import Catalog
from index.dense import DenseIndex
from index.embed import Embedder
from index.ingest import embed_missing
from index.passages import make_passages


def reindex(
    catalog: Catalog, index: DenseIndex, embedder: Embedder, progress: Callable[[int, int], None] | None
) -> int:
    """The number of passages made. The caller holds the lock; `progress` gets documents done and in all.

    The old passages answer until one transaction changes over. What was embedded is kept, so an interrupted run goes on.
    """
    summaries = catalog.documents()
    made = []
    for done, summary in enumerate(summaries, start=1):
        document = catalog.document(summary.id)
        if document is None:  # cannot be while the lock is held
            continue
        passages = make_passages(document.title, document.headings, catalog.sentences(document), embedder)
        embed_missing(catalog, embedder, passages)
        made.append((document.id, passages))
        if progress:
            progress(done, len(summaries))
    catalog.replace_passages(made, embedder.stamp)
    index.rebuild()
    catalog.sweep()
    return sum(len(passages) for _, passages in made)
