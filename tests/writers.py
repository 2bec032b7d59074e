"""Language models for tests: pure functions of the prompt, in pieces, and a checker by shared words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from scripted_endpoint import in_pieces

from assistant.errors import ModelError
from assistant.writing.check import Judgement, Source
from assistant.writing.model import Limit
from index.lexical import content_stems

KEYED = re.compile(r"^\[(\w{4})\] (.+)$", re.MULTILINE)


@dataclass
class Scripted:
    """A LanguageModel that writes what a function makes of the sentences that it is given, as pairs of key and text."""

    write: Callable[[list[tuple[str, str]]], str]
    fails: bool = False  # once it has written
    name: str = "scripted"
    prompts: list[tuple[str, str]] = field(default_factory=list)  # system and prompt of each call
    closed: int = 0

    def stream(self, system: str, prompt: str, limit: Limit, *, tokens: int = 600) -> Iterator[str]:
        self.prompts.append((system, prompt))
        try:
            for piece in in_pieces(self.write(KEYED.findall(prompt))):
                limit.check()
                yield piece
            if self.fails:
                raise ModelError("It broke off.")
        finally:
            self.closed += 1


class WordChecker:
    """A Checker: a sentence is supported by sources that have all its content stems, partly by those that have most."""

    def judge(self, sentence: str, cited: Sequence[Source], others: Sequence[Source] = ()) -> Judgement:
        wanted = set(content_stems(sentence)) or {""}

        def share(sources: Sequence[Source]) -> float:
            return len(wanted & set(content_stems(" ".join(one.text for one in sources)))) / len(wanted)

        if cited and share(cited) >= 0.6:
            verdict = "supported" if share(cited) == 1 else "partly"
            return Judgement(verdict, share(cited), "", tuple(one.key for one in cited))
        for one in others:
            if share([one]) == 1:
                return Judgement("supported", 1.0, "", (one.key,), repaired=True)
        return Judgement("unsupported", share(cited), "meaning", tuple(one.key for one in cited))


class Trusting:
    """A Checker that takes every sentence for supported by what it names, or by the first of the others."""

    def judge(self, sentence: str, cited: Sequence[Source], others: Sequence[Source] = ()) -> Judgement:
        return Judgement("supported", 1.0, "", tuple(one.key for one in cited or others[:1]))


def quoting(number: int = 9) -> Callable[[list[tuple[str, str]]], str]:
    """Repeats the first sentences, each with its key."""
    return lambda given: " ".join(f"{text.rstrip('.')} [{key}]." for key, text in given[:number])


def saying(text: str) -> Callable[[list[tuple[str, str]]], str]:
    """Writes this, with `{0}`, `{1}` … for the keys that it was given."""
    return lambda given: text.format(*(key for key, _ in given))
