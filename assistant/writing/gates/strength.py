"""The gate of strength: the claim must not say it of more than the premise does, nor give a reason where it gives none."""

from __future__ import annotations

import re

from assistant.writing.gates.clauses import sentences

_ALL = re.compile(
    r"\b(?:all|every|each|everyone|everybody|everything|everywhere|always|entire|entirely|whole|wholly|both|any|never|none|no|"
    r"without exception|nobody|throughout|full|fully|complete|completely|total|100)\b",
    re.IGNORECASE,
)
_ALL_CLAIMED = re.compile(
    r"\b(?:all|every|everyone|everybody|everything|always|entirely|wholly)\b(?! but)", re.IGNORECASE
)
_SOME = re.compile(
    r"\b(?:some|several|many|most|mostly|mainly|largely|few|part(?:ly)?|partially|half|majority|often|usually|sometimes|"
    r"generally|typically|occasionally|nearly|almost|except|apart from|other than|unless)\b",
    re.IGNORECASE,
)
_ONLY_CLAIMED = re.compile(r"\b(?:only|solely|exclusively|alone)\b", re.IGNORECASE)
_ONLY = re.compile(
    r"\b(?:only|sole|solely|exclusively|exclusive|alone|just|merely|single|except|unless|nothing but|no other|nobody else|"
    r"no one else|not|no|nor|never|cannot|without|until|less than|fewer|limited|restricted|reserved|remaining|last|rest|nothing|"
    r"none|must|least|one of|unique)\b|n[’']t\b",
    re.IGNORECASE,
)
_EVER_CLAIMED = re.compile(r"\b(?:ever|any kind|at all|whatsoever)\b", re.IGNORECASE)
_EVER = re.compile(
    r"\b(?:ever|never|always|all|any|every|history|not|no|none|nothing|whatever|first|record\w*)\b", re.IGNORECASE
)
_REASON_CLAIMED = re.compile(
    r"\b(?:because|due to|owing to|thanks to|as a result|resulted in|therefore|led to|caus(?:e|ed|es|ing)|which is why|"
    r"that is why|in order to|for fear|citing|in response to|consequently|prompted|triggered|on account of)\b",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"\b(?:because|since|due to|owing to|thanks to|as a result|result(?:ed|s)?|therefore|thus|hence|so|that is why|"
    r"le(?:a)?ds? to|caus\w+|reason\w*|why|in order to|for|out of|citing|in response|"
    r"consequen\w+|trigger\w+|prompt\w+|made it|forc\w+|"
    r"explain\w*|thereby|on account of|on the ground\w*|in view of|given that|as|after|when)\b",
    re.IGNORECASE,
)


def wider(claim: str, premise: str) -> list[str]:
    """The claim's "all", "only" or "ever" where the premise, in a sentence about the same, has no such word."""
    found = []
    for one in sentences(claim):
        near = [other for other in sentences(premise) if one.alike(other)] or list(sentences(premise))
        text = " ".join(other.text for other in near)
        if (match := _ALL_CLAIMED.search(one.text)) and not _ALL.search(text) and _SOME.search(text):
            found.append(match.group())
        if (match := _ONLY_CLAIMED.search(one.text)) and not _ONLY.search(premise):
            found.append(match.group())
        if (match := _EVER_CLAIMED.search(one.text)) and not _EVER.search(premise):
            found.append(match.group())
    return found


def reasoned(claim: str, premise: str) -> list[str]:
    """The claim's "because" where nothing in the premise may give a reason."""
    match = _REASON_CLAIMED.search(claim)
    return [match.group()] if match and not _REASON.search(premise) else []
