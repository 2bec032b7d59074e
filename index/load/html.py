"""HTML (`.html`, `.htm`): a page's main text with headings, lists and tables. Scripts never run, nothing is fetched."""

from __future__ import annotations

from index.load.builder import TextBuilder
from index.load.encoding import decode
from index.load.html_meta import page_address, page_language, page_modified, page_title
from index.load.html_walk import parse, walk
from index.load.language import language_of
from index.load.normalise import normalise
from index.load.title import first_words, is_telling, title_of
from index.records import Loaded


def load(data: bytes, name: str) -> Loaded:
    """The main text of a page in a file."""
    return load_source(decode(data, html=True), name)


def load_source(source: str, name: str) -> Loaded:
    """The main text of a page's source, which a wiki hands over as text; `name` stands in where it has no title."""
    source = normalise(source)
    if not source.strip():
        source = "<html></html>"  # the parser takes an empty document for an error of its own
    root = parse(source)
    builder = TextBuilder()
    builder.extend(walk(root))
    title = title_of(page_title(root), name, builder.first_heading())
    if not page_title(root) and not builder.first_heading() and not is_telling(name):
        title = first_words(builder.sample()) or title
    return builder.build(
        title,
        language=language_of(builder.sample(), page_language(root)),
        modified=page_modified(root),
        address=page_address(root),
        empty="no text found in the page",
    )
