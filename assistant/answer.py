"""A question to an answer: retrieve, read, extract, cite. Every door asks here and shows what comes back."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.errors import QuestionError
from assistant.extract import MOST, extract, in_reading_order, needs_antecedent
from assistant.parts import parts
from assistant.plugged import PluggedReader
from assistant.prompts import say
from assistant.question import analyse
from assistant.read import Evidence, Reader, gather, strongest
from assistant.record import Answer, AnswerSentence, Citation, CitedDocument, Coverage, Verdict
from assistant.similarity import SimilarityReader
from assistant.trained import TrainedReader
from index import Collection, Document, Hit, Sentence
from index.embed import MiniLM
from index.lexical import content_stems
from index.passages import heading_path
from index.sentences import can_stand_alone

NEAREST = 3
PART_HITS = 6  # passages found by a part of a question, and by the whole, that are read for the part
MOST_CHARACTERS = 2000
REFUSAL = say("refusal")


@dataclass(frozen=True, slots=True)
class _Part:
    """What was read for one thing that is asked: evidence, best first, and the sentences that answer it, if any do."""

    evidence: Sequence[Evidence]
    chosen: Sequence[Evidence]


class Assistant:
    """Answers questions from one collection. Thread-safe; the models are loaded with the first question."""

    def __init__(self, collection: Collection, reader: Reader | None = None) -> None:
        self.collection = collection
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

    def ask(self, question: str, within: str | None = None) -> Answer:
        """The answer to one question. QuestionError if it is empty or too long; the collection's errors pass through.

        `within` restricts it to the documents at `source/path` or below.
        """
        question = clean_question(question)
        started = time.perf_counter()
        asked = parts(question)
        found = self._search(question, asked, within)
        retrieved = time.perf_counter()
        read = [self._read(one, hits, MOST // len(asked)) for one, hits in zip(asked, found, strict=True)]
        finished = time.perf_counter()
        evidence = strongest(one for part in read for one in part.evidence)
        chosen = self._with_antecedents(strongest(one for part in read for one in part.chosen), evidence)
        answered = {one: bool(part.chosen) for one, part in zip(asked, read, strict=True)}
        answer = _answer(question, answered, chosen, evidence)
        timings = {
            "retrieve": retrieved - started,
            "read": finished - retrieved,
            "answer": time.perf_counter() - finished,
        }
        answer.timings_ms.update({key: round(1000 * value, 1) for key, value in timings.items()})
        return answer

    def _search(self, question: str, asked: Sequence[str], within: str | None) -> list[tuple[Hit, ...]]:
        """The hits of each thing that is asked; of several, with those of the whole question, which names what they are about."""
        whole = self.collection.search(question, within=within)
        if len(asked) == 1:
            return [whole]
        both = [[*self.collection.search(one, within=within)[:PART_HITS], *whole[:PART_HITS]] for one in asked]
        return [tuple({hit.passage.id: hit for hit in hits}.values()) for hits in both]

    def _read(self, question: str, hits: Sequence[Hit], most: int) -> _Part:
        readings = self.reader.read(question, hits)
        evidence = gather(hits, readings)
        answerable = max((reading.passage for reading in readings), default=0.0) >= self.reader.threshold
        return _Part(evidence, extract(evidence, most) if answerable else ())

    def _with_antecedents(self, chosen: Sequence[Evidence], evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """The chosen sentences, each that opens with a pronoun preceded by the one it points back to."""
        scores = {one.sentence.id: one for one in evidence}
        complete = {one.sentence.id: one for one in chosen}
        for one in chosen:
            before = self._before(one)
            if before is not None and before.id not in complete and len(complete) < MOST:
                complete[before.id] = scores.get(before.id, Evidence(before, one.document, 0.0))
        return in_reading_order(list(complete.values()))

    def _before(self, one: Evidence) -> Sentence | None:
        if not needs_antecedent(one.sentence) or one.sentence.ordinal == 0:
            return None
        ordinal = one.sentence.ordinal - 1
        before = self.collection.catalog.sentences(one.document, ordinal, ordinal)
        return before[0] if before and before[0].kind == "prose" and can_stand_alone(before[0]) else None


def clean_question(question: str) -> str:
    """The question with white space folded and control characters gone. QuestionError if nothing or too much is left."""
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in question).split())
    if not any(map(str.isalnum, text)):
        raise QuestionError("The question is empty; ask it in words, as in: why is there no peace treaty?")
    if len(text) > MOST_CHARACTERS:
        raise QuestionError(f"The question has {len(text):,} characters; shorten it to at most {MOST_CHARACTERS:,}.")
    return text


def _answer(
    question: str, answered: dict[str, bool], chosen: Sequence[Evidence], evidence: Sequence[Evidence]
) -> Answer:
    """`answered` has each thing that is asked, in order, and whether it is answered."""
    citations = tuple(_citation(number, one) for number, one in enumerate(chosen, start=1))
    sentences = tuple(
        AnswerSentence(" ".join(one.sentence.text.split()), (number,), "source", one.score)
        for number, one in enumerate(chosen, start=1)
    )
    nearest = [] if chosen else [one for one in evidence if can_stand_alone(one.sentence)][:NEAREST]
    unanswered = [say("unanswered", question=one) for one, found in answered.items() if chosen and not found]
    notes = (*unanswered, *_notes(" ".join(one for one, found in answered.items() if found), chosen))
    verdict: Verdict = "not_found" if not chosen else "partial" if notes else "answered"
    identity = [question, *(f"{one.sentence.id}@{one.document.revision}" for one in [*chosen, *nearest])]
    return Answer(
        id=hashlib.sha256("\n".join(identity).encode()).hexdigest()[:16],
        question=question,
        standalone_question=question,
        verdict=verdict,
        sentences=sentences,
        citations=citations,
        nearest=tuple(_citation(number, one) for number, one in enumerate(nearest, start=1)),
        coverage=Coverage(len(sentences), len(sentences)),
        timings_ms={},
        notes=notes,
    )


def _notes(question: str, chosen: Sequence[Evidence]) -> tuple[str, ...]:
    """Says which names and numbers of the question none of the cited documents has: then it is answered in part only."""
    if not chosen:
        return ()
    asked = analyse(question)
    documents = {one.document.id: one.document for one in chosen}.values()
    said = {stem for document in documents for stem in content_stems(f"{document.title} {document.text}")}
    missing = [stem for stem in asked.stems if stem in asked.names | asked.numbers and stem not in said]
    shown = [next((word for word in question.split() if stem in content_stems(word)), stem) for stem in missing]
    return (say("missing", words=", ".join(f"“{word.strip('.,;:?!()')}”" for word in shown)),) if shown else ()


def _citation(number: int, one: Evidence) -> Citation:
    sentence, document = one.sentence, one.document
    cited = CitedDocument(
        document.id, document.revision, document.title, f"{document.source}/{document.path}", document.modified
    )
    return Citation(
        number=number,
        quote=document.text[sentence.start : sentence.end],
        sentence_id=sentence.id,
        document=cited,
        start=sentence.start,
        end=sentence.end,
        phrase=one.phrase,
        context=sentence.context,
        pages=_pages(document, sentence),
        heading=tuple(name for name in heading_path(document.headings, sentence.start) if name != document.title),
        address=document.address,
    )


def _pages(document: Document, sentence: Sentence) -> tuple[int, int] | None:
    numbers = [page.number for page in document.pages if page.start < sentence.end and page.end > sentence.start]
    return (min(numbers), max(numbers)) if numbers else None
