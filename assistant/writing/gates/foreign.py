"""The gate of foreign matter: links, addresses, markup and code in a claim must stand in its premise."""

from __future__ import annotations

import re

_TOP = (
    "com|org|net|edu|gov|mil|int|info|biz|io|ai|app|dev|co|me|tv|uk|de|fr|es|it|nl|eu|ch|at|ru|jp|cn|in|br|us|ca|au|xyz|top|"
    "site|online|shop|ly|gl"
)
_FOREIGN = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,15}:(?://)?[^\s<>()\[\]\"“”]{3,}"  # https://…, mailto:…, javascript:…
    r"|\bwww\.[^\s<>()\[\]\"“”]+"
    rf"|\b(?:[\w-]+\.)+(?:{_TOP})\b(?:/[^\s<>()\[\]\"“”]*)?"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b"
    r"|</?[a-z][^<>]{0,200}>|&(?:\w{2,8}|#\w{1,7});"
    r"|!?\[[^\]\n]{0,200}\]\([^)\n]{0,500}\)"
    r"|`[^`\n]{1,300}`"
    r"|(?:^|\s)(?:/[\w.-]+){2,}|\b[A-Za-z]:\\[^\s]+"
    r"|\b\w+\([^()\n]{0,80}\);?|\$\{[^}\n]{0,80}\}|\{\{[^}\n]{0,80}\}\}"
    r"|(?:^|\s)(?:sudo|curl|wget|rm -|pip install|npm|chmod|ssh)\s\S+",
    re.IGNORECASE,
)
_EDGE = " \t.,;:!?'\"“”‘’`()"


def foreign(claim: str, premise: str) -> list[str]:
    """Links, addresses, markup and code of the claim that the premise does not hold letter by letter, white space aside."""
    there = _folded(premise)
    found = [match.group().strip(_EDGE) for match in _FOREIGN.finditer(claim)]
    return [one for one in found if len(one) > 2 and _folded(one) not in there]


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text).casefold()
