"""assistant/service/source.py: the whole document, safe, with the cited sentence marked."""

from __future__ import annotations

import re
from html import unescape

import pytest
from browser_library import HOSTILE_TITLE, FakeLibrary, make

from assistant.page.address import sentence_anchor
from assistant.service.source import STALE, render_missing, render_source
from index.records import Page

LIBRARY = FakeLibrary()


def text_of(html: str) -> str:
    """What is read on the page, with white space folded."""
    body = re.sub(r"<header>.*?</header>", "", html.partition("<body>")[2], flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.mark.parametrize("held", LIBRARY.held, ids=lambda held: held[0].path)
def test_the_whole_document_is_there(held: tuple) -> None:
    """Every word of the text, in order; of a table every cell."""
    document, _ = held
    shown = re.sub(r"Page \d+ ", "", text_of(render_source(*held)) + " ")
    expected = " ".join(document.text.replace(" | ", " ").split())
    assert (
        expected in shown
        if not document.path.endswith("csv")
        else all(cell in shown for line in document.text.split("\n") for cell in line.split(" | "))
    )


@pytest.mark.parametrize("held", LIBRARY.held, ids=lambda held: held[0].path)
def test_each_sentence_can_be_marked(held: tuple) -> None:
    """Its element has its anchor, and its words, and no others, stand in <mark>."""
    document, sentences = held
    for sentence in sentences:
        html = render_source(document, sentences, sentence.id)
        assert f'id="{sentence_anchor(sentence.id)}"' in html
        marked = " ".join(unescape(" ".join(re.findall(r"<mark>(.*?)</mark>", html, re.DOTALL))).split())
        assert marked == " ".join(sentence.text.replace(" | ", " ").split())
        assert STALE not in html


def test_structure_is_kept() -> None:
    """Headings, lists, tables with their column names, code and page marks are what they were."""
    keepers, history, lights = (render_source(*held) for held in LIBRARY.held)
    assert "<h2><span" in keepers
    assert "<h3><span" in keepers
    assert keepers.count("<li>") == 2
    assert "<pre>" in keepers
    assert 'class="page">Page 1<' in history
    assert 'class="page">Page 2<' in history
    assert '<th scope="col">Height</th>' in lights
    assert lights.count("<tr ") == 2
    assert "3 May 2025" in history
    assert 'href="https://wiki.example/Keepers"' in keepers


def test_rows_that_leave_cells_out_stay_under_their_names() -> None:
    """A cell stands in the column that its context names."""
    html = render_source(*make("t", "t.csv", "T", [("row", ["a | c"], "A | C"), ("row", ["1 | 2 | 3"], "A | B | C")]))
    assert "<td>a</td><td></td><td>c</td>" in html
    assert "<td>1</td><td>2</td><td>3</td>" in html


def test_rows_that_do_not_pair_up_are_one_cell() -> None:
    """A cell that holds the separator itself is not torn apart."""
    html = render_source(*make("t", "t.csv", "T", [("row", ["a | b | c"], "A | B")]))
    assert "<td>a &#124; b &#124; c</td>" in html


def test_a_wide_table_becomes_records() -> None:
    """Above five columns each row is a list of names and values, still one marked element."""
    row = make("t", "t.csv", "T", [("row", ["1 | 2 | 3 | 4 | 5 | 6"], "A | B | C | D | E | F")])
    html = render_source(*row, row[1][0].id)
    assert "<dt>F</dt><dd><mark>6</mark></dd>" in html
    assert 'class="cited"' in html
    assert "<table" not in html


def test_rows_without_names_have_no_head() -> None:
    """No header is made up."""
    html = render_source(*make("t", "t.csv", "T", [("row", ["a | b"], "")]))
    assert "<th" not in html
    assert "<td>a</td><td>b</td>" in html


@pytest.mark.parametrize("kind", ["prose", "item", "row", "#", "code", "boilerplate"])
def test_everything_is_escaped(kind: str) -> None:
    """A document cannot add markup through its text, title, path, names or language."""
    evil = '<script>x</script> ${y} "><img src=x onerror=z>'
    document, sentences = make(evil, evil, HOSTILE_TITLE, [(kind, [evil], evil)])
    html = render_source(document, sentences, sentences[0].id, '"><script>')
    assert "<script" not in html
    assert "<img" not in html
    assert not re.search(r"<[^>]*\sonerror", html)


def test_addresses_that_run_code_are_no_links() -> None:
    """Only http and https are linked."""
    import dataclasses

    document, sentences = make("s", "p.md", "T", [("prose", ["One two three."], "")])
    assert "javascript" not in render_source(dataclasses.replace(document, address="javascript:alert(1)"), sentences)


def test_text_outside_sentences_is_shown() -> None:
    """What belongs to no sentence is still part of the document."""
    import dataclasses

    document, sentences = make("s", "p.md", "T", [("prose", ["One two three."], "")])
    html = render_source(
        dataclasses.replace(document, text="One two three. <rest>", pages=(Page(0, 21, 1),)), sentences
    )
    assert "&#60;rest&#62;" in html


def test_a_sentence_that_is_gone_is_said_to_be() -> None:
    """The document is shown with a notice and nothing marked."""
    document, sentences = LIBRARY.held[0]
    html = render_source(document, sentences, "gone")
    assert STALE in html
    assert "<mark>" not in html


def test_the_theme_is_one_of_two() -> None:
    """Any other value leaves the reader's own."""
    document, sentences = LIBRARY.held[0]
    assert 'data-theme="dark"' in render_source(document, sentences, None, "dark")
    assert "data-theme" not in render_source(document, sentences, None, "x")
    assert "not here" in render_missing()


@pytest.mark.parametrize("kind", ["prose", "item", "row", "#", "code", "boilerplate"])
@pytest.mark.parametrize("mark", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_marks_that_turn_text_are_not_shown(kind: str, mark: str) -> None:
    """One that is left open would turn the rest of the page. Text, title, path and names of columns are without them, and
    the cited sentence is marked where it stands."""
    document, sentences = make(f"{mark}s", f"{mark}p", f"{mark}Title", [(kind, [f"{mark}abc", "def"], f"{mark}name")])
    html = render_source(document, sentences, sentences[-1].id)
    assert mark not in html
    assert f"&#{ord(mark)};" not in html
    assert "<title>Title</title>" in html
    assert "<mark>def</mark>" in html
    assert mark in document.text
