"""Source code: comments and documentation as prose beside what they are about, the rest as code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loaded import blocks, read
from test_load_builder import check_outcome

from index.load.formats import load_bytes
from index.load.programming import LEXERS
from index.load.source_code import parts

PYTHON = '''#!/usr/bin/env python
"""Fees of the port."""

import math


# The board raised it in May.
RATE = 40


def fee(
    length: float,
) -> float:
    """The fee of a ship in silver.

    It grows with the length.
    """
    # if length > 5: x = foo(bar[1])
    return RATE * length  # by the metre
'''
JAVA = """package port;

/**
 * Finds the <b>fee</b> of a ship, see {@link Ship#length}.
 *
 * @param length The length in metres.
 */
@Override
public int fee(int length) {
    return 40 * length;
}
"""


def test_docstrings_and_comments_of_python() -> None:
    """A docstring stands beside its `def`, a comment beside the line below; a comment that is code stays code."""
    found = [(kind, text, context) for kind, text, context in blocks(read(PYTHON, "fees.py")) if kind != "code"]
    assert found == [
        ("prose", "Fees of the port.", ""),
        ("prose", "The board raised it in May.", "RATE = 40"),
        ("prose", "The fee of a ship in silver.", "def fee( length: float, ) -> float:"),
        ("prose", "It grows with the length.", "def fee( length: float, ) -> float:"),
    ]
    loaded = read(PYTHON, "fees.py")
    assert loaded.title == "fees.py"
    assert "# by the metre" in next(text for kind, text, _ in blocks(loaded) if "RATE * length" in text)


def test_documentation_of_java() -> None:
    """Stars, tags and links of a documentation comment go; its context is the declaration, not the annotation."""
    found = [(kind, text, context) for kind, text, context in blocks(read(JAVA, "Fee.java")) if kind != "code"]
    assert found == [
        ("prose", "Finds the fee of a ship, see Ship#length.", "public int fee(int length)"),
        ("prose", "param length The length in metres.", "public int fee(int length)"),
    ]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a.js", "// The fee grows with the length.\nconst a = 1;\n"),
        ("a.c", "/* The fee grows with the length. */\nint a = 1;\n"),
        ("a.rs", "/// The fee grows with the length.\nfn a() {}\n"),
        ("a.go", "// The fee grows\n// with the length.\nfunc a() {}\n"),
        ("a.sql", "-- The fee grows with the length.\nselect 1;\n"),
        ("a.sh", "#!/bin/sh\n# The fee grows with the length.\ntrue\n"),
        ("a.rb", "# The fee grows with the length.\ndef a; end\n"),
        ("a.hs", "-- | The fee grows with the length.\na = 1\n"),
        ("a.lua", "--[[ The fee grows with the length. ]]\nlocal a = 1\n"),
        ("a.php", "<?php\n# The fee grows with the length.\n$a = 1;\n"),
        ("a.ps1", "<# The fee grows with the length. #>\n$a = 1\n"),
        ("a.clj", ";; The fee grows with the length.\n(def a 1)\n"),
        ("a.ex", "# The fee grows with the length.\ndef a, do: 1\n"),
        ("a.r", "#' The fee grows with the length.\na <- 1\n"),
        ("a.tsx", "/** The fee grows with the length. */\nexport const a = 1;\n"),
    ],
)
def test_comments_of_other_languages(name: str, source: str) -> None:
    """The marks of each language's comments go, and the sentence in them is prose."""
    assert "The fee grows with the length." in [text for kind, text, _ in blocks(read(source, name)) if kind == "prose"]


@pytest.mark.parametrize("suffix", LEXERS)
def test_every_language_is_known(suffix: str) -> None:
    """Each suffix names a language that Pygments knows."""
    assert read("the words of a file\n", f"a{suffix}").text


@given(
    st.lists(
        st.sampled_from(['"""', "'''", "# a b c\n", "\n", "x = 1\n", "def f():\n    ", "/*", "*/", "// d\n"])
        | st.text(max_size=6),
        max_size=15,
    ).map("".join)
)
def test_nothing_of_a_source_is_lost(text: str) -> None:
    """The parts of any source joined are the source; and it is read or refused with a reason."""
    for language in ("python", "javascript"):
        assert "".join(part.text for part in parts(text, language)) == text
    check_outcome(lambda: load_bytes(text.encode("utf-8", "replace"), "a.py"))
