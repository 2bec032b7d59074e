"""Source code (`.py`, `.js`, `.java` and many more): comments and documentation as prose, the rest as code."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath

from index.load.builder import Piece, TextBuilder
from index.load.encoding import decode
from index.load.language import language_of
from index.load.normalise import fold, normalise
from index.load.plain import CODE_CHARACTERS
from index.load.plain import pieces as plain_pieces
from index.load.programming import LEXERS
from index.records import Loaded

CODE = "code"
CODE_SHARE = 0.09  # of the visible characters of a comment; with more it is code that somebody switched off
SIGNATURE = 200  # characters
OPENING = re.compile(r"\A\s*(?:[rRuUbBfF]{0,2}(?:\"\"\"|'''|\"|')|/\*+!?|\(\*+|\{-+\|?|<#|=begin\b|=pod\b|--\[=*\[)")
DOCUMENTS = re.compile(r"\s*(?:/\*\*|///|//!|[rRuU]?\"\"\"|[rRuU]?'''|#')")
TAGS = re.compile(
    r"</?(?:p|br|b|i|em|strong|code|pre|ul|ol|li|para|summary|remarks|returns|param|see|c|tt|h[1-6])\b[^<>]{0,200}>"
)
LINK = re.compile(r"\{@\w+\s+#?([^{}]{0,200})\}")
CLOSING = re.compile(r"(?:\"\"\"|'''|\"|'|\*+/|\*+\)|-\}|#>|=end|=cut|\]=*\])\s*\Z")
LINE_MARK = re.compile(r"^[ \t]*(?:///?!?|//!|#+'?(?!!)|--+(?: ?\|)?|;+|%+|\*(?!/)|')[ \t]?")
RULE = re.compile(r"^\W*$")
TYPE_ALONE = re.compile(r"(?:[A-Za-z_]\w*[ *]*){1,4}")  # as C has it above the name of a function
DECORATION = ("@", "#[", "[", "template", "export default")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a source file: a comment or docstring, or the code between two of them."""

    text: str
    is_comment: bool


def load(data: bytes, name: str) -> Loaded:
    """The comments and the code of a source file, titled by its name."""
    text = normalise(decode(data))
    builder = TextBuilder()
    builder.extend(_pieces(list(parts(text, LEXERS[PurePath(name).suffix.lower()]))))
    return builder.build(PurePath(name).name, language=language_of(builder.sample()))


def parts(text: str, language: str) -> Iterator[Part]:
    """The stretches of a source text; joined they give it back. A comment behind code on its line is code."""
    held, kind, begins_line = "", CODE, True
    for value, found in _tokens(text, language):
        blank = not value.strip() and value.count("\n") < 2 and not held.endswith("\n\n")
        if found != CODE and (kind != CODE or begins_line):
            if found != kind:
                kept = held if kind == CODE else held.rstrip()
                yield Part(kept, kind != CODE)
                if held[len(kept) :]:
                    yield Part(held[len(kept) :], False)
                held, kind = "", found
        elif found == CODE and kind != CODE and not blank:
            kept = held.rstrip()
            yield Part(kept, True)
            held, kind = held[len(kept) :], CODE
        held += value
        begins_line = not value.rpartition("\n")[2].strip() and (begins_line or "\n" in value)
    yield Part(held, kind != CODE)


def _tokens(text: str, language: str) -> Iterator[tuple[str, str]]:
    """Each token's text and what it is: `comment`, `document` or `code`."""
    from pygments.lexers import get_lexer_by_name
    from pygments.token import Comment, String

    instructions = (Comment.Preproc, Comment.PreprocFile, Comment.Hashbang)
    for _, kind, value in get_lexer_by_name(language).get_tokens_unprocessed(text):
        if kind in Comment and not any(kind in one for one in instructions):
            yield value, "comment"
        else:
            yield value, "document" if kind in String.Doc else CODE


def _pieces(found: list[Part]) -> Iterator[Piece]:
    for position, part in enumerate(found):
        if not part.is_comment:
            yield Piece("code", part.text)
            continue
        before = found[position - 1].text if position else ""
        after = found[position + 1].text if position + 1 < len(found) else ""
        context = _signature(before, after)
        prose = _without_marks(part.text)
        if not DOCUMENTS.match(part.text) and _is_code(prose):
            yield Piece("code", part.text)
            continue
        for piece in plain_pieces(prose) if prose.strip() else ():
            kind = "prose" if piece.kind == "heading" else piece.kind
            yield replace(piece, kind=kind, context=piece.context or context)


def _signature(before: str, after: str) -> str:
    """The line of code that a comment is about: the one above a docstring, or the one right below a comment."""
    above = before.rstrip().rpartition("\n\n")[2]
    if above.endswith(":") and not before.rstrip(" \t").endswith("\n\n"):
        start = max((match.start() for match in re.finditer(r"(?m)^[ \t]*(?:async |def |class )", above)), default=0)
        return fold(above[start:])[:SIGNATURE]
    if after[: len(after) - len(after.lstrip())].count("\n") > 1:
        return ""
    lines = [line.strip() for line in after.strip()[: 10 * SIGNATURE].split("\n")]
    lines = [line for line in lines if line and not line.startswith(DECORATION)]
    line = " ".join(lines[: 2 if lines and TYPE_ALONE.fullmatch(lines[0]) else 1])
    return fold(line.rstrip("{ "))[:SIGNATURE]


def _without_marks(comment: str) -> str:
    """The words of a comment: without the marks around it and before its lines, and without ruled lines."""
    text = CLOSING.sub("", OPENING.sub("", comment))
    marked = not re.match(r"\s*(?:[rRuUbBfF]{0,2}(?:\"\"\"|'''))", comment)
    first, *rest = [LINE_MARK.sub("", line) if marked else line for line in text.split("\n")]
    lines = [first.strip(), *textwrap.dedent("\n".join(rest)).split("\n")]
    text = LINK.sub(r"\1", TAGS.sub(" ", "\n".join("" if RULE.match(line) else line for line in lines)))
    return re.sub(r"(?m)^[ \t]*@(?=\w)", "\n", text)  # `@param` begins a paragraph


def _is_code(text: str) -> bool:
    visible = [char for char in text if not char.isspace()]
    return sum(char in CODE_CHARACTERS for char in visible) > CODE_SHARE * len(visible)
