"""What a model wrote to what may be shown: no link, picture or element that the cited sentences do not have, nothing unseen."""

from __future__ import annotations

import re
import unicodedata

_JOINERS = "\u200c\u200d"  # without them some scripts and many emoji read otherwise
_TARGET = r"(?:\((?:[^()\n]|\([^()\n]*\))*\)|\[[^\]\n]*\])"
_PICTURE = re.compile(rf"!\[[^\]\n]*\]{_TARGET}?")
_LINK = re.compile(rf"\[([^\]\n]*)\]{_TARGET}")
_ELEMENT = re.compile(r"<!--.*?(?:-->|$)|</?[A-Za-z!?|][^<>]*>?", re.DOTALL)
_ADDRESS = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]*:)?//[^\s<>\"”)\]]+|\b(?:javascript|data|mailto|vbscript|file|tel):[^\s<>\"”)\]]+"
    r"|\bwww\.[^\s<>\"”)\]]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s<>\"”)\]]*"
    r"|\b(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|info|biz|io|ai|app|dev|co|me|ly|gl|xyz|top|site|online|shop|link)\b",
    re.IGNORECASE,
)
_STRONG = re.compile(r"(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1")
_SLANTED = re.compile(r"(?<!\w)([*_])(?=\S)([^*_\n]+?)(?<=\S)\1(?!\w)")
_CODE = re.compile(r"`+")


def seen(text: str) -> str:
    """The text on one line without characters that cannot be seen, that turn its direction or that mean nothing."""
    kept = (
        letter if letter in _JOINERS else " " if letter.isspace() else "" if _unseen(letter) else letter
        for letter in text
    )
    return " ".join("".join(kept).split())


def clean(text: str, cited: str) -> str:
    """The sentence without pictures, links, elements and emphasis, save what stands so in the cited text.

    What a link is written around stays, since it is text like any other.
    """
    there = seen(cited).casefold()

    def only_if_cited(match: re.Match[str]) -> str:
        found = match.group()
        return found if found.rstrip(".,;:!?").casefold() in there else ""

    text = _LINK.sub(r"\1", _PICTURE.sub(" ", seen(text)))
    text = _ADDRESS.sub(only_if_cited, _ELEMENT.sub(only_if_cited, text))
    text = _CODE.sub("", _SLANTED.sub(r"\2", _STRONG.sub(r"\2", text)))
    text = re.sub(r"[(\[]\s*[)\]]", "", text)
    return re.sub(r"\s+([.,;:!?。！？])", r"\1", " ".join(text.split()))


def has_address(text: str) -> bool:
    """Whether an address of the web or of a mailbox stands in the text."""
    return bool(_ADDRESS.search(text))


def _unseen(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cs", "Cn")
