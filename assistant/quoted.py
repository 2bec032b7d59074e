"""What was found to the extractive answer: source sentences, each its own citation, or the refusal with the nearest ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.cite import cite
from assistant.findings import Findings
from assistant.question import analyse
from assistant.read import Evidence, stems_of
from assistant.record import Answer, AnswerSentence, Citation, Coverage, Shown, Verdict
from assistant.said import day, said_to
from index.lexical import content_stems
from index.sentences import can_stand_alone

NEAREST = 3


def quoted(question: str, found: Findings) -> Answer:
    """The answer to `question`, as it was asked, that quotes what was found for it. Its timings are those of the search."""
    chosen = found.chosen
    citations = tuple(cite(number, one) for number, one in enumerate(chosen, start=1))
    sentences = tuple(sentence_of(one, number) for number, one in enumerate(chosen, start=1))
    nearest = [] if chosen else [one for one in found.evidence if can_stand_alone(one.sentence)][:NEAREST]
    notes = notes_on(found)
    verdict: Verdict = "not_found" if not chosen else "partial" if notes else "answered"
    return Answer(
        id=identity(question, [*chosen, *nearest]),
        question=question,
        standalone_question=found.question,
        verdict=verdict,
        sentences=sentences,
        citations=citations,
        nearest=tuple(replace(cite(number, one), phrase=None) for number, one in enumerate(nearest, start=1)),
        coverage=Coverage(len(sentences), len(sentences)),
        timings_ms={key: round(1000 * value, 1) for key, value in found.seconds.items()},
        notes=(*notes, *differences(found, citations)),
    )


def shown(answer: Answer) -> Iterator[Shown]:
    """The sentences of an answer one by one, each with the citations that are new with it."""
    seen = 0
    for sentence in answer.sentences:
        new = answer.citations[seen : max((seen, *sentence.citations))]
        seen += len(new)
        yield Shown(sentence, new, answer.standalone_question)


def sentence_of(one: Evidence, number: int) -> AnswerSentence:
    """A source sentence as a sentence of the answer."""
    return AnswerSentence(" ".join(one.sentence.text.split()), (number,), "source", one.score)


def identity(question: str, used: Sequence[Evidence], *written: str) -> str:
    """The id of an answer: the same for the same question, sources and words."""
    parts = [question, *(f"{one.sentence.id}@{one.document.revision}" for one in used), *written]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def notes_on(found: Findings) -> tuple[str, ...]:
    """Which of the things asked are not answered, and which names and numbers of the others no cited document has.

    With a note the question is answered in part only.
    """
    if not found.chosen:
        return ()
    say = said_to(found.question)
    unanswered = [say("unanswered", question=part.question) for part in found.parts if not part.chosen]
    return (*unanswered, *_missing(" ".join(part.question for part in found.parts if part.chosen), found.chosen))


def differences(found: Findings, citations: Sequence[Citation]) -> tuple[str, ...]:
    """Which citations do not say the same, and which of them is the newest where they are of different days; as far as
    they are in the answer."""
    numbers = {one.sentence_id: one.number for one in citations}
    notes = []
    for part in found.parts:
        cited = [one for one in part.differing if one.sentence.id in numbers]
        if len(cited) < 2:
            continue
        marks = [f"[{numbers[one.sentence.id]}]" for one in cited]
        say, days = said_to(found.question), [one.document.modified[:10] for one in cited]
        listed = ", ".join(sorted(marks))
        if days[0] > days[1]:
            notes.append(
                say("differ_newest", numbers=listed, number=marks[0], date=day(cited[0].document.modified, say))
            )
        else:
            notes.append(say("differ", numbers=listed))
    return tuple(notes)


def _missing(question: str, chosen: Sequence[Evidence]) -> tuple[str, ...]:
    asked = analyse(question)
    documents = {one.document.id: one.document for one in chosen}.values()
    said = frozenset[str]().union(*map(stems_of, documents))
    missing = [stem for stem in asked.stems if stem in asked.names | asked.numbers and stem not in said]
    words = [next((word for word in question.split() if stem in content_stems(word)), stem) for stem in missing]
    named = ", ".join(f"“{word.strip('.,;:?!()')}”" for word in words)
    return (said_to(question)("missing", words=named),) if words else ()
