"""A question to an answer: understand, find, quote or write, cite. Every door asks here and shows what comes back."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.conversation import Turn, Understood, understand
from assistant.errors import QuestionError
from assistant.findings import find
from assistant.plugged import PluggedReader
from assistant.quoted import NEAREST, identity, quoted, shown
from assistant.read import Reader
from assistant.record import Answer, Coverage, Event, Shown
from assistant.settings import SECONDS
from assistant.similarity import SimilarityReader
from assistant.trained import TrainedReader
from assistant.writing.model import LanguageModel, Limit
from assistant.written import Writer
from index import Collection
from index.embed import MiniLM

if TYPE_CHECKING:
    from assistant.writing.check import Checker

__all__ = ["MOST_CHARACTERS", "NEAREST", "Assistant", "Event", "Shown", "clean_question"]
MOST_CHARACTERS = 2000
_log = logging.getLogger(__name__)


class Assistant:
    """Answers questions from one collection. Thread-safe; the models are loaded with the first question.

    With a language model the answer is written by it, each sentence judged by `checker`; that takes at most `seconds`.
    """

    def __init__(
        self,
        collection: Collection,
        reader: Reader | None = None,
        model: LanguageModel | None = None,
        checker: Checker | None = None,
        *,
        seconds: float = SECONDS,
    ) -> None:
        self.collection = collection
        self.model = model
        self._given_checker = checker
        self.seconds = seconds
        self._given_reader = reader

    @cached_property
    def reader(self) -> Reader:
        """The one given, or named in the settings; else the trained one, or similarity where the embedder is not the one
        that it was calibrated with. ReaderError if the one that is named cannot be loaded."""
        if self._given_reader is not None:
            return self._given_reader
        if self.collection.settings.reader:
            return PluggedReader(self.collection.settings.reader)
        embedder = self.collection.embedder
        return TrainedReader() if embedder.stamp == MiniLM.stamp else SimilarityReader(embedder)

    @cached_property
    def checker(self) -> Checker:
        """The one given, or the bundled one: it judges each sentence that the language model writes."""
        from assistant.writing.check import Checker

        return self._given_checker or Checker()

    def ask(
        self,
        question: str,
        within: str | None = None,
        history: Sequence[Turn] = (),
        cancelled: threading.Event | None = None,
    ) -> Answer:
        """The answer to one question. QuestionError if it is empty or too long; the collection's errors pass through.

        `within` restricts it to the documents at `source/path` or below; `history` is what was said before, oldest
        first. Once `cancelled` is set, no time is spent on writing any more.
        """
        *_, answer = self.stream(question, within, history, cancelled)
        assert isinstance(answer, Answer)
        return answer

    def stream(
        self,
        question: str,
        within: str | None = None,
        history: Sequence[Turn] = (),
        cancelled: threading.Event | None = None,
    ) -> Iterator[Event]:
        """Each sentence as soon as it may be shown, and at last the answer, which is the truth and may differ from them."""
        question = clean_question(question)
        limit = Limit.of(self.seconds, cancelled)
        understood = self._understand(question, history, limit)
        if understood.kind != "question":
            yield _talk(question, understood)
            return
        found = find(self.collection, self.reader, understood.text, within)
        if self.model is not None and found.chosen:
            yield from Writer(self.collection, self.model, self.checker).write(question, found, limit)
            return
        started = time.perf_counter()
        answer = quoted(question, found)
        yield from shown(answer)
        answer.timings_ms["answer"] = round(1000 * (time.perf_counter() - started), 1)
        yield answer

    def _understand(self, question: str, history: Sequence[Turn], limit: Limit) -> Understood:
        try:
            understood = understand(question, history, self.model, limit)
        except Exception:  # whoever asks gets an answer, whatever the model did
            _log.exception("the language model could not be asked what a question means")
            understood = understand(question, history)
        text = understood.text[:MOST_CHARACTERS]
        return replace(understood, text=clean_question(text) if any(map(str.isalnum, text)) else question)


def clean_question(question: str) -> str:
    """The question with white space folded and control characters gone. QuestionError if nothing or too much is left."""
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in question).split())
    if not any(map(str.isalnum, text)):
        raise QuestionError("The question is empty; ask it in words, as in: why is there no peace treaty?")
    if len(text) > MOST_CHARACTERS:
        raise QuestionError(f"The question has {len(text):,} characters; shorten it to at most {MOST_CHARACTERS:,}.")
    return text


def _talk(question: str, understood: Understood) -> Answer:
    """The reply to what asks nothing of the documents."""
    return Answer(
        id=identity(question, ()),
        question=question,
        standalone_question=understood.text,
        verdict="talk",
        sentences=(),
        citations=(),
        nearest=(),
        coverage=Coverage(0, 0),
        timings_ms={"retrieve": 0.0, "read": 0.0, "answer": 0.0},
        notes=(understood.reply,),
    )
