"""JSON and notebooks: records as rows with their keys, long fields as prose, cells with their outputs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loaded import blocks, read
from test_load_builder import check_outcome

from index.errors import LoadError
from index.load.formats import load_bytes

PORT = {
    "title": "Port of Ostrand",
    "fees": [{"length": "small", "fee": 40}, {"length": "large", "fee": 90, "note": "by day"}],
    "server": {"host": "a.example", "open": True, "closed": None},
    "bring": ["the form", "a crew list"],
    "articles": [
        {
            "title": "Dredging",
            "id": 7,
            "body": "The port is deepened by two metres.\n\nIt takes a year.",
            "tags": ["sand"],
        },
        {"id": 8, "body": "<h2>Ships</h2><p>They need a <b>pilot</b>.</p><ul><li>by night</li></ul>"},
    ],
    "hours": [["Day", "Hours"], ["Monday", "9 to 5"]],
    "updated": "2024-05-06",
}


def test_a_file_of_many_shapes_is_read_with_its_keys() -> None:
    """Fields of an object are rows of key and value, equal records a table, long texts prose with their key beside
    them, HTML in a field a page; keys of what is nested are headings
    with nothing else below them."""
    loaded = read(json.dumps(PORT), "a.json")
    assert blocks(loaded) == [
        ("row", "title | Port of Ostrand", ""),
        ("row", "updated | 2024-05-06", ""),
        ("heading", "fees", ""),
        ("row", "small | 40", "length | fee"),
        ("row", "large | 90 | by day", "length | fee | note"),
        ("heading", "server", ""),
        ("row", "host | a.example", ""),
        ("row", "open | true", ""),
        ("heading", "bring", ""),
        ("item", "the form", "bring"),
        ("item", "a crew list", "bring"),
        ("heading", "articles", ""),
        ("heading", "Dredging", ""),
        ("row", "7", "id"),
        ("prose", "The port is deepened by two metres.", "body"),
        ("prose", "It takes a year.", "body"),
        ("item", "sand", "tags"),
        ("heading", "articles 2", ""),
        ("row", "8", "id"),
        ("heading", "Ships", ""),
        ("prose", "They need a pilot.", "body"),
        ("item", "by night", "body"),
        ("heading", "hours", ""),
        ("row", "Monday | 9 to 5", "Day | Hours"),
    ]
    assert (loaded.title, loaded.modified) == ("Port of Ostrand", "2024-05-06T00:00:00Z")


def test_numbers_stay_as_they_are_written() -> None:
    """A number is text to be read: no zero is lost, no digit rounded."""
    assert "fee | 40.10" in read('{"fee": 40.10, "id": 123456789012345678901234567890}', "a.json").text


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json"])
def test_one_record_a_line_is_a_table(name: str) -> None:
    """Lines of records are read as one table; a line that is none is noted, wherever the suffix says what."""
    loaded = read('{"ship": "sloop", "fee": 1}\n\n{"ship": "yawl", "fee": 2}\nbroken\n', name)
    assert [text for _, text, _ in blocks(loaded)] == ["sloop | 1", "yawl | 2"]
    assert loaded.notes == ("Line 4 is no JSON and was not read.",)


def test_a_mistake_is_named_with_its_line() -> None:
    """JSON that breaks off is refused with the line of the mistake."""
    with pytest.raises(LoadError, match="damaged JSON: line 3"):
        read('{"a": 1,\n"b": 2,\n}', "a.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_any_json_keeps_the_invariants(value: Any) -> None:
    """Any value gives a document that keeps the promises, or the reason why there is none."""
    check_outcome(lambda: load_bytes(json.dumps(value).encode(), "a.json"))
    check_outcome(
        lambda: load_bytes(
            json.dumps({"cells": [value, {"cell_type": "code", "outputs": [value]}]}).encode(), "a.ipynb"
        )
    )


def cell(kind: str, source: Any, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": kind, "source": source, **({"outputs": list(outputs)} if kind == "code" else {})}


def test_a_notebook_is_read_with_what_its_cells_put_out() -> None:
    """Markdown as shown, code as code; printed text as prose, tables as rows, failures as code, pictures left out."""
    table = "<table><tr><th>Ship</th><th>Fee</th></tr><tr><td>sloop</td><td>1</td></tr></table>"
    plot = {"data": {"image/png": "iVBOR", "text/plain": ["<Figure size 640x480 with 1 Axes>"]}}
    book = {
        "cells": [
            cell("markdown", ["# Fees\n", "Ships pay by *length*."]),
            cell(
                "code",
                "print(1)",
                {
                    "output_type": "stream",
                    "name": "stdout",
                    "text": ["10%\r100%\n", "The \x1b[1mmean\x1b[0m fee is 40.\n"],
                },
                {"output_type": "stream", "name": "stderr", "text": "a warning"},
                {"output_type": "execute_result", "data": {"text/html": [table], "text/plain": "Ship Fee"}},
                {"output_type": "display_data", **plot},
                {"output_type": "error", "traceback": ["Traceback", "\x1b[31mKeyError\x1b[0m"]},
            ),
        ],
        "metadata": {"title": ""},
    }
    loaded = read(json.dumps(book), "a.ipynb")
    assert loaded.title == "Fees"
    assert blocks(loaded) == [
        ("heading", "Fees", ""),
        ("prose", "Ships pay by length.", ""),
        ("code", "print(1)", ""),
        ("prose", "100%\nThe mean fee is 40.", "Output"),
        ("code", "a warning", ""),
        ("row", "sloop | 1", "Ship | Fee"),
        ("code", "Traceback\nKeyError", ""),
    ]


def test_old_notebooks_keep_their_cells_in_worksheets() -> None:
    """A notebook of version 3 is read, too."""
    cells = [
        {"cell_type": "heading", "level": 2, "source": "Fees"},
        {"cell_type": "code", "input": "x = 1", "outputs": []},
    ]
    assert [kind for kind, _, _ in blocks(read(json.dumps({"worksheets": [{"cells": cells}]}), "a.ipynb"))] == [
        "heading",
        "code",
    ]
