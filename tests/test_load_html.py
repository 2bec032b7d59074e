"""HTML: a page's text with its structure, without its chrome."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_load_builder import check_outcome

from index.errors import LoadError
from index.load.html import load, load_source
from index.records import Loaded

PAGE = """<!doctype html><html lang="de-AT"><head><title>Harbour rules - Port of Ostrand</title>
<meta property="article:modified_time" content="2025-03-04T10:00:00+01:00"><link rel="canonical" href="https://port.example/rules">
<style>p { color: red }</style><script>document.write("<p>Never run.</p>")</script></head><body>
<nav><a href="/">Start</a></nav><div role="navigation"><p>Menu</p></div>
<div class="cookie-banner"><p>We use cookies.</p></div>
<main><h1 id="rules">Harbour rules</h1>
<p>Ships of more than 40&nbsp;m need a <a href="/pilot">pilot</a>,<br>day and night.
<p style="display: none">Hidden words.</p>
<p>Bring:</p><ul><li>the form <b>H-7</b><ul><li>signed</li></ul></li><li>a crew list</li></ul>
<h2><a name="fees"></a>Fees</h2>
<table><tr><th>Length</th><th>Fee</th></tr><tr><td rowspan="2">small</td><td>40</td></tr><tr><td>45</td></tr></table>
<dl><dt>Draught</dt><dd>The depth of a ship below the water.</dd></dl>
<pre>VHF 12
  always</pre><aside><p>Aside words.</p></aside></main><footer><p>Footer words.</p></footer></body></html>"""


def found(loaded: Loaded) -> list[tuple[str, str, str]]:
    return [(block.kind, loaded.text[block.start : block.end], block.context) for block in loaded.blocks]


def test_a_page_has_its_structure_and_no_chrome() -> None:
    """Headings, paragraphs, items, rows and code come in reading order; navigation, hidden parts and scripts do not."""
    assert found(load(PAGE.encode(), "rules.html")) == [
        ("heading", "Harbour rules", ""),
        ("prose", "Ships of more than 40 m need a pilot,\nday and night.", ""),
        ("prose", "Bring:", ""),
        ("item", "the form H-7", "Bring:"),
        ("item", "signed", "the form H-7"),
        ("item", "a crew list", "Bring:"),
        ("heading", "Fees", ""),
        ("row", "small | 40", "Length | Fee"),
        ("row", "small | 45", "Length | Fee"),
        ("item", "Draught", ""),
        ("item", "The depth of a ship below the water.", "Draught"),
        ("code", "VHF 12\n  always", ""),
    ]


def test_a_page_says_what_it_is() -> None:
    """Title without the site's name, language, own time in UTC, canonical address, anchors of headings."""
    loaded = load(PAGE.encode(), "rules.html")
    assert (loaded.title, loaded.language, loaded.modified) == ("Harbour rules", "de", "2025-03-04T09:00:00Z")
    assert loaded.address == "https://port.example/rules"
    assert [(heading.level, heading.anchor) for heading in loaded.headings] == [(1, "rules"), (2, "fees")]


@pytest.mark.parametrize(
    ("marked", "read"),
    [
        ("It opens<sup>[3]</sup> at eight.", "It opens at eight."),
        ("It opens at eight.<sup>[<i>source needed</i>]</sup> It closes.", "It opens at eight. It closes."),
        ("The hall has 40 m<sup>2</sup>.", "The hall has 40 m2."),
        ("The array a<sup>[i]b</sup> is short.", "The array a[i]b is short."),
    ],
)
def test_marks_in_brackets_above_the_line_are_no_text(marked: str, read: str) -> None:
    """Footnote numbers and requests for a source go; a power stays."""
    assert found(load(f"<p>{marked}</p>".encode(), "a.html")) == [("prose", read, "")]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "/rules", "//port.example/rules", ""])
def test_only_a_web_address_is_an_address(address: str) -> None:
    """A canonical address that is not absolute, or not of http or https, is none."""
    page = f'<link rel="canonical" href="{address}"><p>Ships need a pilot.</p>'
    assert load_source(page, "a.html").address is None


def test_a_layout_table_is_no_table() -> None:
    """A table that arranges the page gives paragraphs, not rows."""
    page = "<table><tr><td><p>One.</p><p>Two.</p></td></tr></table>"
    assert [kind for kind, _, _ in found(load_source(page, "a.html"))] == ["prose", "prose"]


def test_names_that_only_sound_like_chrome_do_not_hide_the_text() -> None:
    """A wrapper that holds most of the page stays, whatever its class is called."""
    page = (
        f"<div class='sidebar'><article><p>{'The text of the page stands here. ' * 20}</p></article></div><p>End.</p>"
    )
    assert len(found(load_source(page, "a.html"))) == 2


def test_deep_nesting_is_read_or_named() -> None:
    """Two thousand nested elements are read; beyond what the parser reads, the page is refused and not cut short in
    silence."""
    assert "The bottom." in load_source("<div>" * 2_000 + "<p>The bottom.</p>", "a.html").text
    with pytest.raises(LoadError, match="nested too deeply"):
        load_source("<p>The top.</p>" + "<div>" * 100_000 + "<p>The bottom.</p>", "a.html")


@pytest.mark.parametrize("page", ["", "<p></p>", "<script>x</script>", "<!-- x -->", "\ufeff"])
def test_a_page_without_text_says_so(page: str) -> None:
    """An empty page is a named failure, not an empty document."""
    with pytest.raises(LoadError, match="no text found in the page"):
        load_source(page, "a.html")


TAGS = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<li>",
        "<ul>",
        "</ul>",
        "<table>",
        "<tr>",
        "<td>",
        "</table>",
        "<a href=x>",
        "</a>",
        "<h2>",
        "<pre>",
        "<br>",
        "<dd>",
        "<dt>",
        "<dl>",
        "</dl>",
    ]
)


@given(st.lists(TAGS | st.text(st.characters(), max_size=12), max_size=30).map("".join))
def test_any_page_keeps_the_invariants(page: str) -> None:
    """Any source gives a document that keeps the promises, or the reason why there is none."""
    check_outcome(lambda: load_source(page, "a.html"))


@given(
    st.lists(
        TAGS.filter(lambda tag: "td" not in tag and "table" not in tag and "tr" not in tag)
        | st.sampled_from(["alpha", "beta"]),
        max_size=20,
    ).map(" ".join)
)
def test_no_word_outside_tables_is_lost(page: str) -> None:
    """However badly elements nest, every word of the page is read, and read once."""
    try:
        text = load_source(page, "a.html").text
    except LoadError:
        text = ""
    assert [word for word in text.split() if word in ("alpha", "beta")] == [
        word for word in page.split() if word in ("alpha", "beta")
    ]
