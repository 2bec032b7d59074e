"""reStructuredText and AsciiDoc: what a reader of the page sees; nothing is included or run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loaded import blocks, read
from test_load_builder import check_outcome

from index.load.asciidoc_inline import shown
from index.load.formats import load_bytes

RST = """
=============
Harbour rules
=============

:Date: 2024-05-06

Fees
====

Ships of more than *40 m* need a :ref:`pilot <pilots>`, see :py:func:`~port.rules.find`.

.. note:: Ask the master.

.. versionadded:: 2.1
   It holds for small ships.

Bring:

* the form

  * signed
* a crew list

#. Call the master.

draught
    The depth of a ship.

.. list-table:: The fees
   :header-rows: 1

   * - Length
     - Fee
   * - small
     - 40

.. code-block:: python
   :emphasize-lines: 1

   print(1)

.. include:: /etc/passwd
.. csv-table::
   :file: /etc/passwd

.. raw:: html

   <b>raw</b>
.. toctree::

   other

.. tabs::

   .. tab:: Night

      Ships wait.
"""

ADOC = """= Harbour rules
Ann Miller <ann@example.org>
v1.0, 2024-05-06
:port: Ostrand

The port of {port} is *open*. See https://port.example[the site] and <<fees,the fees>>.

// a comment
[[fees]]
== Fees

NOTE: Ask the master.

Bring:

* the form
** signed
* a crew list
+
More about the list.

. Call the master.

Draught:: The depth of a ship.

.The fees
[cols="1,2",options="header"]
|===
|Length |Fee

|small
|40
2+|all ships
|===

[source,java]
----
int a = 1; // <1>
----

include::/etc/passwd[]
image::plan.png[A plan]

____
Quoted words stand here.
____
"""


def test_restructured_text_is_read_as_its_page() -> None:
    """Headings with anchors, lists, terms, tables, code; Sphinx's directives and roles by their text."""
    loaded = read(RST, "a.rst")
    assert blocks(loaded) == [
        ("heading", "Harbour rules", ""),
        ("heading", "Fees", ""),
        ("prose", "Ships of more than 40 m need a pilot, see find.", ""),
        ("prose", "Ask the master.", ""),
        ("prose", "New in version 2.1\nIt holds for small ships.", ""),
        ("prose", "Bring:", ""),
        ("item", "the form", "Bring:"),
        ("item", "signed", "the form"),
        ("item", "a crew list", "Bring:"),
        ("item", "Call the master.", ""),
        ("item", "draught", ""),
        ("item", "The depth of a ship.", "draught"),
        ("prose", "The fees", ""),
        ("row", "small | 40", "Length | Fee"),
        ("code", "print(1)", ""),
        ("prose", "Night", ""),
        ("prose", "Ships wait.", ""),
    ]
    assert (loaded.title, loaded.modified) == ("Harbour rules", "2024-05-06T00:00:00Z")
    assert [heading.anchor for heading in loaded.headings] == ["harbour-rules", "fees"]


def test_asciidoc_is_read_as_its_page() -> None:
    """Headings with anchors, attributes, lists, terms, tables, code and quotations."""
    loaded = read(ADOC, "a.adoc")
    assert blocks(loaded) == [
        ("heading", "Harbour rules", ""),
        ("prose", "The port of Ostrand is open. See the site and the fees.", ""),
        ("heading", "Fees", ""),
        ("prose", "Ask the master.", ""),
        ("prose", "Bring:", ""),
        ("item", "the form", "Bring:"),
        ("item", "signed", "the form"),
        ("item", "a crew list", "Bring:"),
        ("item", "More about the list.", "Bring:"),
        ("item", "Call the master.", "Bring:"),  # another marker opens a list inside the item
        ("item", "Draught", ""),
        ("item", "The depth of a ship.", "Draught"),
        ("prose", "The fees", ""),
        ("row", "small | 40", "Length | Fee"),
        ("row", "all ships", "Length"),
        ("code", "int a = 1;", ""),
        ("prose", "Quoted words stand here.", ""),
    ]
    assert (loaded.title, loaded.modified) == ("Harbour rules", "2024-05-06T00:00:00Z")
    assert [heading.anchor for heading in loaded.headings] == ["", "fees"]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("*bold* _slanted_ `code` #marked#", "bold slanted code marked"),
        ("un**bold**ed and 2 * 3 * 4", "unbolded and 2 * 3 * 4"),
        ("link:rules.html[the *rules*^] or mailto:a@b.example[Ann]", "the rules or Ann"),
        ("xref:other.adoc#the_fees[] or <<the-fees>>", "the fees or the fees"),
        ("+++<u>x</u>+++ and pass:[*y*]", "<u>x</u> and *y*"),
        ("image:ship.png[] H~2~O, x^2^, kbd:[Enter], menu:File[Save]", " H2O, x2, Enter, File > Save"),
        ("{unknown} {plus} \\*kept*", "{unknown} + *kept*"),
        ('"`quoted`" -- (C)', "“quoted”—©"),
    ],
)
def test_inline_asciidoc_loses_its_marks(written: str, read_as: str) -> None:
    """Marks go and words stay, links by their text, what is passed through as it stands."""
    assert shown(written, {}) == read_as


PIECES = st.sampled_from(
    ["= A\n", "== B\n", "|===\n", "|a |b\n", "----\n", "====\n", "* x\n", ". y\n", "t:: u\n", "[source]\n", "+\n", "\n", "*a",
     "_", ".. note:: x\n", "   y\n", "a\n==\n", "::\n", "`x`_", "|x|", ".. x\n", ":a: b\n", "* \n", "+--+\n", "1. z\n", "``"]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=8), max_size=20).map("".join))
def test_any_markup_keeps_the_invariants(text: str) -> None:
    """Any source gives a document that keeps the promises, or a reason, in either language."""
    for suffix in ("rst", "adoc"):
        check_outcome(lambda suffix=suffix: load_bytes(text.encode("utf-8", "replace"), f"a.{suffix}"))  # type: ignore[misc]
