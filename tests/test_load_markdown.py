"""Markdown: the text of the rendered page."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from test_load_builder import check_outcome

from index.load.markdown import load

PAGE = b"""---
title: Quay watch
date: 2024-01-02
---
# Reading *gauges*

See [the manual](http://x/y) and `quay.toml`,
over two lines. ![a badge](b.svg)

You need:

1. a gauge
2. a [x] cable
   - [ ] two metres

| Name | Size |
|------|------|
| A    | 1    |

```py
x = 1
```

<div><p>Raw <b>words</b>.</p></div>
<!-- hidden -->
"""


def test_a_page_is_read_as_rendered() -> None:
    """Links keep their text, code is apart, rows know their header, list markers stand outside the blocks."""
    loaded = load(PAGE, "a.md")
    assert [(block.kind, loaded.text[block.start : block.end], block.context) for block in loaded.blocks] == [
        ("heading", "Reading gauges", ""),
        ("prose", "See the manual and quay.toml, over two lines.", ""),
        ("prose", "You need:", ""),
        ("item", "a gauge", "You need:"),
        ("item", "a [x] cable", "You need:"),
        ("item", "two metres", "a [x] cable"),
        ("row", "A | 1", "Name | Size"),
        ("code", "x = 1", ""),
        ("prose", "Raw words.", ""),
    ]
    assert "1. a gauge\n2. a [x] cable\n- two metres" in loaded.text


def test_front_matter_names_title_and_date() -> None:
    """Front matter is not text; its title and date are the document's."""
    loaded = load(PAGE, "a.md")
    assert (loaded.title, loaded.modified, loaded.headings[0].level) == ("Quay watch", "2024-01-02T00:00:00Z", 1)


def test_the_first_heading_is_the_title() -> None:
    """Without front matter the first heading is the title."""
    assert load(b"# The lake\n\nIt is deep.", "a.md").title == "The lake"


@given(st.text(st.characters(), max_size=300) | st.text("#*`>-|[]()<a>1. \n", max_size=120))
def test_any_text_keeps_the_invariants(text: str) -> None:
    """Any text gives a document that keeps the promises, or the reason why there is none."""
    check_outcome(lambda: load(text.encode("utf-8", "surrogatepass"), "a.md"))
