"""One question to checked sentences: the model writes, each of its sentences is judged, and only what holds is given on."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from assistant.errors import ModelError
from assistant.read import Evidence, spoken
from assistant.writing.clean import clean, has_address
from assistant.writing.evidence import NONE, Prompt, prompt
from assistant.writing.imperatives import tells_to_do
from assistant.writing.language import differ
from assistant.writing.stream import Parsed, Parser
from index.lexical import content_stems
from index.passages import heading_path

if TYPE_CHECKING:
    from assistant.writing.check import Checker, Source
    from assistant.writing.model import LanguageModel, Limit

MOST_SENTENCES = 12  # of one answer; what a model writes beyond is not read
Reason = Literal["", "model_failed", "model_unsupported", "model_none"]  # names of prompts
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence that a model wrote and the cited sentences support, wholly or partly; `support` is 0–1.

    `source` is one that repeats the cited sentence word by word: it is shown as it is stored.
    """

    text: str
    cited: tuple[Evidence, ...]
    verdict: Literal["source", "supported", "partly"]
    support: float


@dataclass(slots=True)
class Draft:
    """What a model writes to a question from evidence. Iterate `sentences`, then ask `reason` whether it is of use."""

    model: LanguageModel
    checker: Checker
    question: str
    evidence: Sequence[Evidence]
    written: list[Written] = field(default_factory=list)
    withheld: int = (
        0  # sentences that are not supported, bring in a word and are supported in part, or are in another language
    )
    invented: int = 0  # keys that do not exist
    _failed: bool = False
    _none: bool = False
    _seen: set[str] = field(default_factory=set)
    _quoted: set[str] = field(default_factory=set)  # ids of sentences
    _sources: list[Source] = field(default_factory=list)  # the evidence, as the checker takes it

    def sentences(self, limit: Limit) -> Generator[Written, None, None]:
        """Each sentence once it is checked. Whatever the model does, nothing is raised: then the sentences end early."""
        try:
            asked = prompt(self.question, self.evidence)
            self._sources = [_source(position, one) for position, one in enumerate(self.evidence)]
            if not self.evidence:
                return
            limit.check()
            for parsed in self._parsed(asked, limit):
                one = self._checked(parsed, asked)
                if one is not None:
                    self.written.append(one)
                    yield one
                limit.check()
        except ModelError as error:
            _log.warning("the language model %s failed: %s", self.model.name, error)
            self._failed = True
        except Exception:  # whoever asks gets an answer, whatever the model wrote
            _log.exception("what the language model %s wrote could not be checked", self.model.name)
            self._failed = True
        if self.invented:
            _log.info("the language model %s named %d keys that do not exist", self.model.name, self.invented)

    @property
    def reason(self) -> Reason:
        """Why what was written is not of use, as the name of the prompt that says so; "" if it is."""
        if self._failed:
            return "model_failed"
        supported = sum(one.verdict != "partly" for one in self.written)
        if supported and self.withheld <= len(self.written):
            return ""
        return "model_none" if self._none and not self.written else "model_unsupported"

    def _parsed(self, asked: Prompt, limit: Limit) -> Iterator[Parsed]:
        """The sentences of the stream, at most MOST_SENTENCES; then the model is stopped."""
        parser, number = Parser(asked.evidence), 0
        with ExitStack() as left:
            stream = self.model.stream(asked.system, asked.text, limit)
            if isinstance(stream, Generator):
                left.callback(stream.close)
            for piece in stream:
                for one in parser.feed(piece):
                    number += 1
                    yield one
                if parser.full or number >= MOST_SENTENCES:
                    return
        yield from parser.close()

    def _checked(self, parsed: Parsed, asked: Prompt) -> Written | None:
        self.invented += parsed.invented
        folded = parsed.text.casefold()
        if NONE.casefold() in folded.replace(" ", "_"):
            self._none = True
            return None
        if not parsed.whole or folded in self._seen:
            return None
        self._seen.add(folded)
        positions = list(asked.evidence)
        cited = [self._sources[positions.index(key)] for key in parsed.keys]
        text = clean(parsed.text, _said(cited))
        if not any(map(str.isalnum, text)):
            return None
        if differ(self.question, text):
            self.withheld += 1
            return None
        judged = self.checker.judge(text, cited, [one for one in self._sources if one not in cited])
        rests = tuple(self.evidence[key] for key in judged.cited)
        if judged.verdict == "unsupported" or not rests or (judged.verdict == "partly" and self._brings_in(text)):
            self.withheld += 1
            return None
        text = clean(text, _said([self._sources[key] for key in judged.cited]))
        quote = _quote(text, rests)
        if quote is not None and quote.sentence.id in self._quoted:
            return None
        if quote is not None:
            self._quoted.add(quote.sentence.id)
            return Written(" ".join(quote.sentence.text.split()), (quote,), "source", judged.support)
        return Written(text, rests, judged.verdict, judged.support)

    def _brings_in(self, text: str) -> bool:
        """Whether a sentence has a content word that neither the evidence nor the question has."""
        known = {stem for one in self._sources for stem in content_stems(f"{one.text} {one.context}")}
        return not set(content_stems(text)) <= known | set(content_stems(self.question))


def _quote(text: str, rests: Sequence[Evidence]) -> Evidence | None:
    """The sentence to show in place of one that repeats it, that has its address or that rests on what it tells to do:
    those are quoted, never reworded."""
    if len(rests) == 1 and _letters(text) == _letters(rests[0].sentence.text):
        return rests[0]
    addressed = [one for one in rests if has_address(one.sentence.text)] if has_address(text) else []
    return next((one for one in [*addressed, *rests] if one in addressed or tells_to_do(one.sentence.text)), None)


def _letters(text: str) -> list[str]:
    """Letters and digits alone, case aside."""
    return [letter for letter in text.casefold() if letter.isalnum()]


def _said(sources: Sequence[Source]) -> str:
    return " ".join(f"{one.text} {one.context}" for one in sources)


def _source(position: int, one: Evidence) -> Source:
    from assistant.writing.check import Source

    path = heading_path(one.document.headings, one.sentence.start)
    context = " › ".join(dict.fromkeys(filter(None, [one.document.title, *path, one.sentence.context])))
    return Source(position, spoken(one.sentence), context)
