"""What was found for a question to the prompt: source sentences under random keys, between fences, made harmless."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.prompts import filled
from assistant.read import Evidence, spoken
from assistant.writing.clean import seen
from index.passages import heading_path

MOST_LETTERS = 600  # of a sentence; its end is left out of the prompt
NONE = "NO_ANSWER_FOUND"  # what the model writes when the sentences do not answer
_CAPITALS, _DIGITS = "BCDFGHJKLMNPQRSTVWXZ", "23456789"
_BRACKETS = str.maketrans("[]【】［］〔〕{}", "()()()()()")
_ELEMENT = re.compile(r"<(?=[A-Za-z/!|<])|(?<=[A-Za-z/\"'|>])>")
_ROLE = re.compile(
    r"\b(system|assistant|user|human|developer|instructions?|tool|im_start|im_end|inst|sys)\s*[:：]", re.IGNORECASE
)
_RULE = re.compile(r"([=#~`*_|-])\1{2,}")


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is said to the model, and the evidence behind each key that it may name."""

    system: str
    text: str
    evidence: Mapping[str, Evidence]


def prompt(question: str, evidence: Sequence[Evidence]) -> Prompt:
    """The prompt for a question and these sentences, in this order. Each call has keys and fences of its own."""
    lines = _lines(evidence)
    keys = _keys(len(evidence), " ".join([question, *lines]).upper())
    fence = "".join(secrets.choice(_CAPITALS) for _ in range(10))
    keyed = dict(zip(keys, evidence, strict=True))
    values = {"begin": f"BEGIN {fence}", "end": f"END {fence}"}
    said, about = [], ""
    for (key, one), line in zip(keyed.items(), lines, strict=True):
        if _about(one) != about:
            about = _about(one)
            said.append(about)
        said.append(f"[{key}] {line}")
    example = next(iter(keys), "B2C3")
    return Prompt(
        filled("write_system", none=NONE, example=example, **values),
        filled("write", question=harmless(question), evidence="\n".join(said), **values),
        keyed,
    )


def harmless(text: str) -> str:
    """Text of a document as it goes into a prompt: nothing in it looks like a key, a fence, a role or a control token."""
    text = seen(text).translate(_BRACKETS)
    text = _ELEMENT.sub(lambda match: "‹" if match.group() == "<" else "›", text)
    return _RULE.sub(r"\1\1", _ROLE.sub(r"\1 –", text))


def _lines(evidence: Sequence[Evidence]) -> list[str]:
    spoken_lines = [harmless(_with_context(one)) for one in evidence]
    return [line if len(line) <= MOST_LETTERS else f"{line[:MOST_LETTERS]}…" for line in spoken_lines]


def _with_context(one: Evidence) -> str:
    """An item of a list behind the line that leads into it."""
    item = one.sentence.kind == "item" and one.sentence.context
    return f"{one.sentence.context} {one.sentence.text}" if item else spoken(one.sentence)


def _about(one: Evidence) -> str:
    path = [one.document.title, *heading_path(one.document.headings, one.sentence.start)]
    return f"From: {harmless(' › '.join(dict.fromkeys(path)))}"


def _keys(number: int, taken: str) -> list[str]:
    """So many keys that stand nowhere in the text; letters and digits by turns, so that they look like no word or year."""
    keys: list[str] = []
    while len(keys) < number:
        key = "".join(secrets.choice(letters) for letters in (_CAPITALS, _DIGITS, _CAPITALS, _DIGITS))
        if key not in taken and key not in keys:
            keys.append(key)
    return keys
