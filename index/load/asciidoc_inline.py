"""Inline AsciiDoc: the words that a reader sees of a run of text, without its marks."""

from __future__ import annotations

import re
from collections.abc import Mapping

ATTRIBUTE = re.compile(r"(?<!\\)\{([\w-]+)\}")
PASSED = re.compile(r"\+\+\+(.{0,1000}?)\+\+\+|pass:[a-z,]*\[(.{0,1000}?)\]", re.DOTALL)
CROSS = re.compile(r"<<([^<>,]*)(?:,\s*([^<>]*))?>>|xref:([^\s\[\]]*)\[([^\]]*)\]")
LINK = re.compile(r"(?:link:|mailto:)([^\s\[\]]*)\[([^\]]*)\]|((?:https?|ftp|irc)://[^\s\[\]<>]*)\[([^\]]*)\]")
UNSEEN = re.compile(
    r"image:[^\s:\[\]][^\s\[\]]*\[[^\]]*\]|\[\[[^\[\]]*\]\]|\(\(\(.{0,500}?\)\)\)|anchor:[\w-]+\[[^\]]*\]|indexterm:\[[^\]]*\]"
)
MACRO = re.compile(r"(?:kbd|btn|footnote|footnoteref|term|indexterm2|stem|latexmath|asciimath):[\w-]*\[([^\]]*)\]")
MENU = re.compile(r"menu:([^\s\[\]][^\[\]]*)\[([^\]]*)\]")
ROLE = re.compile(r"\[[.#\w%-]+\](?=[#*_`])")
DOUBLE = re.compile(r"(\*\*|__|``|##|\+\+)(?=\S)(.{1,1000}?)(?<=\S)\1", re.DOTALL)  # bounded: a mark may never close
SINGLE = re.compile(r"(?<![\w*_`#+\\])([*_`#+])(?=\S)(.{1,1000}?)(?<=\S)\1(?![\w*_`#+])", re.DOTALL)
RAISED = re.compile(r"\^([^\s^]+)\^|(?<!~)~([^\s~]+)~(?!~)")
BREAK = re.compile(r" \+$", re.MULTILINE)
CURVED = (('"`', "“"), ('`"', "”"), ("'`", "‘"), ("`'", "’"), ("(C)", "©"), ("(R)", "®"), ("(TM)", "™"), ("...", "…"))
DASH = re.compile(r"(?<=\w)--(?=\w)| -- ")
ESCAPED = re.compile(r"\\(?=[*_`#+^~{<\[hlxm])")
KNOWN = {"nbsp": " ", "sp": " ", "empty": "", "blank": "", "amp": "&", "lt": "<", "gt": ">", "plus": "+", "asterisk": "*",
         "startsb": "[", "endsb": "]", "vbar": "|", "apos": "'", "quot": '"', "zwsp": "", "wj": "", "deg": "°", "cpp": "C++",
         "two-colons": "::", "two-semicolons": ";;", "backtick": "`", "tilde": "~", "caret": "^", "backslash": "\\"}  # fmt: skip


def shown(text: str, attributes: Mapping[str, str]) -> str:
    """The text as a page shows it; `attributes` are the document's own, and one that is unknown stays as written."""
    kept: list[str] = []

    def keep(words: str) -> str:
        kept.append(words)
        return f"\ue000{chr(0xE001 + len(kept))}"

    if len(text) < 6_000:  # what is passed through untouched; more in one paragraph is no prose
        text = PASSED.sub(lambda match: keep(match[1] or match[2] or ""), text)
    text = _with_attributes(text, attributes)
    text = UNSEEN.sub("", text)
    text = CROSS.sub(lambda match: match[2] or match[4] or _name_of(match[1] or match[3] or ""), text)
    text = LINK.sub(lambda match: _label(match[2] if match[1] else match[4]) or match[1] or match[3] or "", text)
    text = MENU.sub(lambda match: f"{match[1]} > {match[2]}" if match[2] else match[1], text)
    text = MACRO.sub(lambda match: f" ({match[1]})" if match[0].startswith("footnote") and match[1] else match[1], text)
    text = ROLE.sub("", text)
    for mark, character in CURVED:
        text = text.replace(mark, character)
    for _ in range(3):  # marks inside marks
        text = SINGLE.sub(r"\2", DOUBLE.sub(r"\2", text))
    text = RAISED.sub(lambda match: match[1] or match[2], text)
    text = ESCAPED.sub("", DASH.sub("—", BREAK.sub("", text)))
    return re.sub("\ue000(.)", lambda match: _kept(kept, match), text) if kept else text


def _with_attributes(text: str, attributes: Mapping[str, str]) -> str:
    return ATTRIBUTE.sub(
        lambda match: attributes.get(match[1].lower(), KNOWN.get(match[1].lower(), match.group())), text
    )


def _label(text: str | None) -> str:
    """A link's text: without attributes behind a comma, quotation marks, and the mark for a new window."""
    label = (text or "").strip().removesuffix("^")
    if label.startswith('"') and '"' in label[1:]:
        return label[1:].partition('"')[0].removesuffix("^")
    return re.split(r",\s*\w+=", label)[0].removesuffix("^")


def _name_of(target: str) -> str:
    return target.rpartition("#")[2].lstrip("_").replace("_", " ").replace("-", " ")


def _kept(kept: list[str], match: re.Match[str]) -> str:
    number = ord(match[1]) - 0xE002
    return kept[number] if 0 <= number < len(kept) else ""
