"""assistant/service/answer_text.py: the text says what the record says, and nothing in it acts or hides."""

from __future__ import annotations

import dataclasses
import unicodedata

import pytest
from browser_library import ANSWERED, HOSTILE, REFUSED, TABLE, FakeAssistant, FakeLibrary, hostile
from hypothesis import given
from hypothesis import strategies as st

from assistant.record import Answer
from assistant.said import Said
from assistant.service.answer_text import answer_pieces, answer_text, one_line, visible, web_address


def answer(question: str, **changes: object) -> Answer:
    library = FakeLibrary()
    library.held.append(hostile())
    return dataclasses.replace(FakeAssistant(library).ask(question), **changes)  # type: ignore[arg-type]


def test_every_sentence_has_its_marks_and_every_mark_its_source() -> None:
    """A piece for each sentence, `[n]` behind it; then each quote with number, title, place and day."""
    one = answer(ANSWERED)
    pieces = list(answer_pieces(one))
    assert len(pieces) == len(one.sentences) + 1
    for sentence, piece in zip(one.sentences, pieces, strict=False):
        assert piece.strip() == f"{sentence.text} [{sentence.citations[0]}]"
    for citation in one.citations:
        assert f"[{citation.number}] “{citation.quote}” — {citation.document.title}, " in pieces[-1]
    assert "page 2 · History, 3 May 2025" in pieces[-1]
    assert "".join(pieces) == answer_text(one)


def test_a_row_is_shown_with_its_column_names() -> None:
    """What stands beside a quote, and is no part of it, stands before it."""
    assert "[1] Name | Height | Light: “North Point | 31 m | white every 10 s”" in answer_text(answer(TABLE))


def test_a_refusal_is_told_with_the_nearest_sentences() -> None:
    """It says that the documents do not answer, and calls the nearest sentences that, not sources."""
    text = answer_text(answer(REFUSED))
    assert text.startswith(f"{Said('en')('refusal')}\n\nNearest sentences:\n\n[1] “")
    assert "Sources" not in text


def test_notes_are_told() -> None:
    """What is missing in a partial answer stands between the sentences and the sources."""
    text = answer_text(answer(ANSWERED, verdict="partial", notes=("Not on “Mars”.",)))
    assert text.index("[4]") < text.index("Not on “Mars”.") < text.index("Sources:")


def test_a_document_draws_nothing_and_hides_nothing() -> None:
    """Taken for Markdown, a hostile document shows no picture and no element; its lines are not lines of ours."""
    text = answer_text(answer(HOSTILE))
    assert "onerror" in text  # the words are there
    assert "![" not in text
    assert "<img" not in text.replace("\\<img", "")
    assert "\u202e" not in text


@given(st.text())
def test_visible_leaves_nothing_unseen(text: str) -> None:
    """No control, direction mark, private or half character is left, and twice is the same as once for those."""
    shown = visible(text)
    left = {unicodedata.category(letter) for letter in shown if letter not in "\n\t\u200c\u200d"}
    assert left.isdisjoint({"Cc", "Cf", "Co", "Cs"})
    assert "\n" not in one_line(text)
    shown.encode("utf-8")


def test_words_keep_their_letters() -> None:
    """A soft hyphen goes without a gap, joiners of scripts and emoji stay."""
    assert one_line("co\u00adoperate") == "cooperate"
    assert one_line("می\u200cخواهم") == "می\u200cخواهم"
    assert one_line("3 < 5 and a[1]!") == "3 < 5 and a[1]!"


@pytest.mark.parametrize(
    "address", [None, "", "javascript:alert(1)", "file:///etc/passwd", "http://[", "//x", "data:x"]
)
def test_only_addresses_of_the_web_are_shown(address: str | None) -> None:
    """Any other is left out."""
    assert web_address(address) == ""
    assert web_address("https://wiki.example/Page") == "https://wiki.example/Page"
