"""DokuWiki's markup to HTML, for a wiki whose pages are read from its disk: headings, lists, tables, code, and text.

Only what a reader would see is kept: a link's text, a picture's caption, footnotes at the end. Plugins are not known:
their tags are dropped, what they enclose stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

LIST_ITEM = re.compile(r"((?:  |\t)[ \t]*)([*-])[ \t]*(\S.*)$")
OPENED = re.compile(r"<(code|file|html|php|HTML|PHP)\b[^<>\n]{0,200}>")
MACRO = re.compile(r"~~[A-Za-z:_ -]{1,60}~~")
KEPT = "\ue000{}\ue001"  # stands for what is put back at the end; both are private to us and taken out of the page
HOLDER = re.compile("\ue000(\\d+)\ue001")
INLINE = re.compile(
    r"""(?P<nowiki><nowiki>.{0,2000}?</nowiki>|%%.*?%%)
    | \[\[(?P<target>[^\[\]\|\n]+)(?:\|(?P<shown>[^\[\]\n]*))?\]\]
    | \{\{(?P<media>[^{}\|\n]+)(?:\|(?P<caption>[^{}\n]*))?\}\}
    | (?P<url>\b(?:https?|ftp)://[^\s<>"|\[\]^]+)
    | (?P<mark>\*\*|//|__|'')
    | (?P<tag></?(?:sub|sup|del|wrap|WRAP|note|color|fc|fs|hidden|todo|box|block)(?:\s[^<>\n]{0,200})?/?>)
    | (?P<line>\\\\(?:\s|$))""",
    re.VERBOSE,
)
SIGNS = tuple(
    pair.split() for pair in "<-> ↔|-> →|<- ←|<=> ⇔|=> ⇒|<= ⇐|>> »|<< «|--- —|-- –|... …|(c) ©|(tm) ™|(r) ®".split("|")
)
TIMES = re.compile(r"(?<=\b\d)x(?=\d)|(?<=\d\d)x(?=\d+\b)")
OPENING = re.compile(r"(^|[\s(\[{/—–-])(\"|')(?=\S)")


def to_html(markup: str) -> str:
    """The page's body. Every character of the markup is escaped, so that nothing in it is HTML of its own."""
    return _Page(markup).html()


def page_title(markup: str) -> str:
    """The text of the first heading; `""` if there is none."""
    for line in markup.split("\n"):
        if found := _heading(line):
            return found[1]
    return ""


class _Page:
    def __init__(self, markup: str) -> None:
        self._kept: list[str] = []
        self._notes: list[str] = []
        self._anchors: dict[str, int] = {}
        text = markup.replace("\ue000", "").replace("\ue001", "").replace("\r\n", "\n")
        self._text = self._without_notes(MACRO.sub("", self._without_code(text)))

    def html(self) -> str:
        body = "\n".join(self._blocks(self._text.split("\n")))
        notes = "".join(f"<p>{note}</p>\n" for note in self._notes)
        return HOLDER.sub(lambda found: self._kept[int(found[1])], f"{body}\n{notes}")

    def _blocks(self, lines: Sequence[str]) -> Iterator[str]:
        at = 0
        while at < len(lines):
            line, start = lines[at], at
            if found := _heading(line):
                level, text = found
                yield f'<h{level} id="{self._anchor(text)}">{escape(text)}</h{level}>'
                at += 1
            elif line.startswith(("^", "|")):
                at = _end(lines, at, lambda one: one.startswith(("^", "|")))
                yield self._table(lines[start:at])
            elif LIST_ITEM.match(line):
                at = _end(lines, at, lambda one: bool(LIST_ITEM.match(one)))
                yield self._list(lines[start:at])
            elif line.startswith(("  ", "\t")) and line.strip():
                at = _end(lines, at, lambda one: one.startswith(("  ", "\t")) and not LIST_ITEM.match(one))
                yield f"<pre>{escape(chr(10).join(one[2:] for one in lines[start:at]))}</pre>"
            elif not line.strip() or re.fullmatch(r"[ \t]*-{4,}[ \t]*", line):
                at += 1
            else:
                at = _end(lines, at, _is_text)
                yield self._paragraph(lines[start:at])

    def _anchor(self, text: str) -> str:
        """The anchor that DokuWiki gives a heading: its id without colons and dots, with a number if it is taken."""
        base = re.sub(r"[^\w-]+", "_", text.lower(), flags=re.UNICODE).strip("_-").lstrip("0123456789_-") or "section"
        number = self._anchors.get(base, 0)
        self._anchors[base] = number + 1
        return escape(f"{base}{number or ''}")

    def _list(self, lines: Sequence[str]) -> str:
        out, open_lists = [], list[tuple[int, str]]()
        for line in lines:
            found = LIST_ITEM.match(line)
            assert found is not None
            depth, tag = len(found[1].expandtabs(2)) // 2, "ul" if found[2] == "*" else "ol"
            while open_lists and (
                open_lists[-1][0] > depth or open_lists[-1] == (depth, "ol" if tag == "ul" else "ul")
            ):
                out.append(f"</li></{open_lists.pop()[1]}>")
            if open_lists and open_lists[-1][0] == depth:
                out.append("</li>")
            else:
                out.append(f"<{tag}>")
                open_lists.append((depth, tag))
            out.append(f"<li>{self._inline(found[3])}")
        return "".join(out) + "".join(f"</li></{tag}>" for _, tag in reversed(open_lists))

    def _table(self, lines: Sequence[str]) -> str:
        above: list[str] = []
        rows = []
        for line in lines:
            cells = _cells(line)
            filled = [
                above[at] if text.strip() == ":::" and at < len(above) else text for at, (_, text) in enumerate(cells)
            ]
            shown = [
                f"<{tag}>{self._inline(text.strip())}</{tag}>" for (tag, _), text in zip(cells, filled, strict=True)
            ]
            rows.append(f"<tr>{''.join(shown)}</tr>")
            above = filled
        return f"<table>{''.join(rows)}</table>"

    def _paragraph(self, lines: Sequence[str]) -> str:
        held = [line.strip() for line in lines]
        if len(held) == 1 and HOLDER.fullmatch(held[0]):
            return held[0]
        return f"<p>{self._inline(' '.join(line.lstrip('> ') if line.startswith('>') else line for line in held))}</p>"

    def _inline(self, text: str) -> str:
        """Text of one line as HTML: marks and tags gone, links and pictures by what is read of them."""
        out, last = [], 0
        for found in INLINE.finditer(text):
            out.append(_written(text[last : found.start()]))
            out.append(_shown(found))
            last = found.end()
        return "".join(out) + _written(text[last:])

    def _without_code(self, text: str) -> str:
        """The text with its code put aside, and without what is HTML or PHP of its own."""
        out, last, unclosed = [], 0, set[str]()
        for found in OPENED.finditer(text):
            tag = found[1]
            if found.start() < last or tag in unclosed:
                continue
            end = text.find(f"</{tag}>", found.end())
            if end < 0:
                unclosed.add(tag)
                continue
            out.append(text[last : found.start()])
            if tag in ("code", "file"):
                code = text[found.end() : end].strip("\n")
                out.append(f"\n{self._keep(f'<pre>{escape(code)}</pre>')}\n")
            last = end + len(tag) + 3
        return "".join(out) + text[last:]

    def _without_notes(self, text: str) -> str:
        """The text without its footnotes `((…))`, which are kept for the end. They do not nest."""
        out, last = [], 0
        while (start := text.find("((", last)) >= 0 and (end := text.find("))", start)) >= 0:
            out.append(text[last:start].rstrip(" "))
            self._notes.append(self._inline(" ".join(text[start + 2 : end].split())))
            last = end + 2
        return "".join(out) + text[last:]

    def _keep(self, html: str) -> str:
        self._kept.append(html)
        return KEPT.format(len(self._kept) - 1)


def _heading(line: str) -> tuple[int, str] | None:
    """Level and text of a line that is a heading."""
    line = line.strip(" \t")
    marks = len(line) - len(line.lstrip("="))
    text = line.strip("=").strip()
    return (max(1, 7 - marks), text) if marks > 1 and line.endswith("==") and text else None


def _end(lines: Sequence[str], at: int, belongs: object) -> int:
    assert callable(belongs)
    while at < len(lines) and belongs(lines[at]):
        at += 1
    return at


def _is_text(line: str) -> bool:
    return bool(line.strip()) and not _heading(line) and not line.startswith(("^", "|", "  ", "\t"))


def _cells(line: str) -> list[tuple[str, str]]:
    """Tag and text of each cell; the sign before a cell says whether it heads a column, not one inside a link."""
    cells, sign, text, inside, plain = list[tuple[str, str]](), line[0], "", 0, 0
    for at, letter in enumerate(line[1:].rstrip(), start=1):
        inside += line.startswith(("[[", "{{"), at) - line.startswith(("]]", "}}"), at)
        plain += line.startswith("%%", at)
        if letter in "^|" and inside <= 0 and plain % 2 == 0:
            cells.append(("th" if sign == "^" else "td", text))
            sign, text = letter, ""
        else:
            text += letter
    return cells or [("td", text)]


def _shown(found: re.Match[str]) -> str:
    """What a reader sees of one piece of markup."""
    if found["nowiki"]:
        return escape(re.sub(r"^(<nowiki>|%%)|(</nowiki>|%%)$", "", found[0]))
    if found["url"]:
        return escape(found["url"])
    if found["target"]:
        target = found["target"].strip()
        page = target if "//" in target or "@" in target else target.rpartition(":")[2].split("#")[0].split("?")[0]
        return _written((found["shown"] or "").strip()) or escape(page or target)
    if found["media"]:
        return _written((found["caption"] or "").strip())
    if found["line"]:
        return "<br>"
    return ""


def _written(text: str) -> str:
    """Plain text as HTML, with the signs that DokuWiki shows for others."""
    for typed, shown in SIGNS:
        text = text.replace(typed, shown)
    text = TIMES.sub("×", text)
    text = OPENING.sub(lambda found: found[1] + ("“" if found[2] == '"' else "‘"), text)
    return escape(text.replace('"', "”").replace("'", "’"), quote=False)
