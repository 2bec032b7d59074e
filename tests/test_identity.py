"""index/identity.py: names that stay while what they name stays."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from index.identity import content_hash, document_id, passage_id, revision, sentence_ids
from index.records import Loaded

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SENTENCES = st.lists(
    st.one_of(TEXTS, st.sampled_from(["The same.", "the same.", "The  same.", "The\nsame.", ""])), max_size=12
)


def test_document_id_is_as_written_down() -> None:
    """A document's id is the first 16 hex digits of SHA-256 of source name, newline, relative path."""
    assert document_id("notes", "a/b.md") == hashlib.sha256(b"notes\na/b.md").hexdigest()[:16]


@given(st.from_regex(r"[\w.-]{1,9}", fullmatch=True), TEXTS, st.from_regex(r"[\w.-]{1,9}", fullmatch=True), TEXTS)
def test_document_ids_are_apart(source: str, path: str, other_source: str, other_path: str) -> None:
    """Two documents share an id only if source and path are the same."""
    same = (source, path) == (other_source, other_path)
    assert (document_id(source, path) == document_id(other_source, other_path)) is same


def test_revision_is_the_hash_of_the_text() -> None:
    """A revision is the whole SHA-256 of the stored text, whatever the title."""
    assert revision(Loaded("täxt", "a", ())) == hashlib.sha256("täxt".encode()).hexdigest()
    assert revision(Loaded("täxt", "a", ())) == revision(Loaded("täxt", "b", ()))


def test_sentence_id_is_as_written_down() -> None:
    """Document id, 10 hex digits of the sentence with white space folded, number of equal sentences before it."""
    digest = hashlib.sha256(b"It is so.").hexdigest()[:10]
    assert sentence_ids("d", ["It is so.", "It\n is  so."]) == [f"d-{digest}-0", f"d-{digest}-1"]


@given(SENTENCES)
def test_sentence_ids_are_unique(texts: list[str]) -> None:
    """No two sentences of a document share an id, however often one is repeated."""
    ids = sentence_ids("d", texts)
    assert len(set(ids)) == len(ids) == len(texts)


@given(SENTENCES, SENTENCES, SENTENCES)
def test_sentence_ids_survive_edits_elsewhere(before: list[str], kept: list[str], after: list[str]) -> None:
    """Whatever is put before and after, sentences that are not repeated there keep their ids."""
    folded = {" ".join(text.split()) for text in before}
    middle = sentence_ids("d", [*before, *kept, *after])[len(before) : len(before) + len(kept)]
    for text, old, new in zip(kept, sentence_ids("d", kept), middle, strict=True):
        assert old == new or " ".join(text.split()) in folded


@given(st.lists(TEXTS, max_size=3), TEXTS, st.tuples(st.integers(0, 9), st.integers(0, 9)))
def test_passage_id_tells_everything_apart(sentences: list[str], text: str, part: tuple[int, int]) -> None:
    """Another document, sentence, embedded text or part is another passage; the same is the same."""
    one = passage_id("d", sentences, text, part)
    assert one == passage_id("d", list(sentences), text, part)
    others = {
        passage_id("e", sentences, text, part),
        passage_id("d", [*sentences, "x"], text, part),
        passage_id("d", sentences, text + "x", part),
        passage_id("d", sentences, text, (part[0], part[1] + 1)),
    }
    assert one not in others
    assert len(others) == 4


def test_content_hash_holds_the_embedder() -> None:
    """One text under two embedders has two keys; the documents that it stands in do not matter."""
    assert content_hash("a/1", "text") != content_hash("a/2", "text")
    assert content_hash("a/1", "text") == content_hash("a/1", "text")
