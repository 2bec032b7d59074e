"""Another embedder, or another way to cut passages: everything is embedded anew beside the old, then changed over.

The new vectors are kept beside the old ones as they are made, and no sweep drops them while `meta` says `reindexing`; an
interrupted run goes on from there. One transaction at the end gives every document its new passages. Until then the old
ones answer, and after it the new ones: exactly, until the vector index is built anew. Memory holds one document at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from index.catalog import Catalog
from index.embed import Embedder
from index.passages import make_passages
from index.records import Document, Passage
from index.writing import IndexTurn, embed_missing

IDS_AT_ONCE = 500
Show = Callable[[int, int], None]


def reindex(
    catalog: Catalog, turn: IndexTurn, embedder: Embedder, coming: Callable[[], None], show: Show | None
) -> int:
    """The number of passages made. `show` gets documents done and in all.

    `turn` gives the right to write, for as long as one document takes and for the change at the end: what is read by others
    in between is embedded at the end. `coming` is called just before the change, when it is certain.
    """
    catalog.set_meta(reindexing=embedder.stamp)
    change, total = catalog.change(), catalog.document_count()
    for done, document in enumerate(_documents(catalog), start=1):
        passages = _passages(catalog, document, embedder)
        with turn():
            embed_missing(catalog, embedder, passages)
        if show:
            show(done, max(done, total))
    with turn() as index:
        if catalog.change() != change:
            for document in _documents(catalog):
                embed_missing(catalog, embedder, _passages(catalog, document, embedder))
        coming()
        index.retire("the vectors are made anew")
        catalog.replace_passages(
            ((document.id, _passages(catalog, document, embedder)) for document in _documents(catalog)), embedder.stamp
        )
        catalog.drop_meta("reindexing")
        catalog.sweep()
        index.rebuild()
        return catalog.counts()["passages"]


def _documents(catalog: Catalog) -> Iterator[Document]:
    """Every document, in the order of the ids; those that come meanwhile, too, if their turn has not passed."""
    last = ""
    while rows := catalog.query("SELECT id FROM documents WHERE id > ? ORDER BY id LIMIT ?", last, IDS_AT_ONCE):
        for row in rows:
            document = catalog.document(row["id"])
            if document is not None:
                yield document
        last = rows[-1]["id"]


def _passages(catalog: Catalog, document: Document, embedder: Embedder) -> tuple[Passage, ...]:
    return make_passages(document.title, document.headings, catalog.sentences(document), embedder)
