"""A vault of linked Markdown notes, as Obsidian keeps them: a folder whose notes' links and marks are read as their text."""

from __future__ import annotations

import os
import re
from pathlib import Path

from index.load.encoding import decode
from index.load.read import read_file
from index.source.folder import FolderSource
from index.source.item import Fetched, Item

NOTE_BYTES = 20_000_000
NOTES = (".md", ".markdown")
PICTURES = (
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".svg",
    ".webp",
    ".bmp",
    ".avif",
    ".mp3",
    ".mp4",
    ".wav",
    ".pdf",
    ".canvas",
)
# Code stands first: what is in it is left as it is.
MARKS = re.compile(
    r"""(?P<code>^(?P<fence>```+|~~~+)[^\n]*\n.*?(?:^(?P=fence)[^\n]*$|\Z)|(?<!`)(?P<ticks>`{1,9})(?!`)[^`\n]+(?P=ticks))
    | (?P<comment>%%.*?%%)
    | (?P<embed>!)?\[\[(?P<target>[^\[\]|\n]*)(?:\|(?P<shown>[^\[\]\n]*))?\]\]
    | (?P<callout>^(?P<quote>[ \t]*(?:>[ \t]*)+)\[!\w+\][+-]?[ \t]*)
    | ==(?P<marked>[^\s=](?:[^=\n]*[^\s=])?)==
    | (?P<block>[ \t]\^[A-Za-z0-9-]+[ \t]*$)""",
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)


class VaultSource(FolderSource):
    """A folder whose Markdown files are notes."""

    def fetch(self, item: Item, known: str, folder: Path) -> Fetched | None:
        file = self.root / item.path
        if file.suffix.lower() not in NOTES:
            return super().fetch(item, known, folder)
        text = decode(read_file(Path(os.path.realpath(file)), within=self.root, limit=NOTE_BYTES))
        note = folder / file.name
        note.write_text(plain_note(text), encoding="utf-8", errors="replace")
        state = file.stat()
        os.utime(note, ns=(state.st_atime_ns, state.st_mtime_ns))  # the time of the document
        return Fetched(note, folder)


def plain_note(text: str) -> str:
    """The note in plain Markdown: `[[page|words]]` as words, `[[page#part]]` as “page > part”, comments gone."""
    return MARKS.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    if found["code"]:
        return found[0]
    if found["target"] is not None:
        target = found["target"].strip()
        if found["embed"] and target.split("#")[0].lower().endswith(PICTURES):
            return ""
        parts = [part.removesuffix(".md").strip() for part in target.split("#") if part.strip() and part[:1] != "^"]
        return (found["shown"] or "").strip() or " > ".join(parts)
    if found["callout"]:
        return found["quote"]
    return found["marked"] or ""
