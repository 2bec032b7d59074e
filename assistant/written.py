"""What was found to the written answer: each thing that is asked is answered by the model, or quoted where that failed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.cite import Numbering
from assistant.extract import MOST
from assistant.findings import Findings, Part, with_antecedents
from assistant.quoted import differences, identity, notes_on, quoted, sentence_of
from assistant.read import Evidence
from assistant.record import Answer, AnswerSentence, Coverage, Event, Shown
from assistant.said import said_to
from assistant.writing.directives import without_directives
from assistant.writing.draft import Draft, Written
from index import Collection
from index.sentences import can_stand_alone

if TYPE_CHECKING:
    from assistant.writing.check import Checker
    from assistant.writing.model import LanguageModel, Limit

MOST_EVIDENCE = 12  # sentences that a model is given for one thing that is asked,
MOST_WITH_ANTECEDENTS = 16  # and with those that they point back to
LEAST_SHARE = 0.02  # of the best score, for a sentence to be given


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes answers from what was found in a collection."""

    collection: Collection
    model: LanguageModel
    checker: Checker

    def write(self, question: str, found: Findings, limit: Limit) -> Iterator[Event]:
        """Each sentence once it is checked, then the answer: the quoted one where nothing written is of use."""
        started = time.perf_counter()
        numbering = Numbering()
        drafts: list[tuple[Part, Draft]] = []
        for part in found.parts:
            if part.chosen:
                draft = Draft(self.model, self.checker, part.question, self._evidence(part))
                drafts.append((part, draft))
                with closing(draft.sentences(limit)) as sentences:
                    for one in sentences:
                        yield _shown(one, numbering, found.question)
        answer = self._answer(question, found, drafts)
        answer.timings_ms["answer"] = round(1000 * (time.perf_counter() - started), 1)
        yield answer

    def _evidence(self, part: Part) -> tuple[Evidence, ...]:
        """What the model is given: the best sentences, those that quote the answer among them, in reading order; none that
        speaks to whoever answers."""
        best = part.evidence[0].score if part.evidence else 0.0
        good = [one for one in part.evidence if can_stand_alone(one.sentence) and one.score >= LEAST_SHARE * best]
        plain = without_directives([*part.chosen, *good], part.evidence)
        given = list({one.sentence.id: one for one in plain}.values())[:MOST_EVIDENCE]
        complete = with_antecedents(self.collection, given, part.evidence, MOST_WITH_ANTECEDENTS)
        return tuple(without_directives(complete, part.evidence))

    def _answer(self, question: str, found: Findings, drafts: Sequence[tuple[Part, Draft]]) -> Answer:
        withheld = sum(draft.withheld for _, draft in drafts)
        reasons = dict.fromkeys(draft.reason for _, draft in drafts if draft.reason)
        failed = tuple(map(said_to(found.question), reasons))
        answer = quoted(question, found)
        if all(draft.reason for _, draft in drafts):
            verdict = "partial" if "model_none" in reasons else answer.verdict
            return replace(answer, verdict=verdict, notes=(*answer.notes, *failed), withheld=withheld)
        numbering = Numbering()
        sentences, used = self._sentences(drafts, numbering)
        notes = notes_on(replace(found, chosen=tuple(used)))
        return replace(
            answer,
            id=identity(question, used, *(one.text for one in sentences)),
            mode="generated",
            verdict="partial" if notes else "answered",
            sentences=tuple(sentences),
            citations=tuple(numbering.citations),
            coverage=Coverage(len(sentences), sum(bool(one.citations) for one in sentences)),
            notes=(*notes, *differences(found, numbering.citations), *failed),
            withheld=withheld,
        )

    def _sentences(
        self, drafts: Sequence[tuple[Part, Draft]], numbering: Numbering
    ) -> tuple[list[AnswerSentence], list[Evidence]]:
        """The sentences of the answer, and the evidence that they cite."""
        sentences: list[AnswerSentence] = []
        used: list[Evidence] = []
        for part, draft in drafts:
            if draft.reason:
                chosen = with_antecedents(self.collection, part.chosen, part.evidence, MOST, part.differing)
                sentences += [sentence_of(one, numbering.number(one)) for one in chosen]
                used += chosen
            else:
                sentences += [_sentence(one, numbering) for one in draft.written]
                used += [cited for one in draft.written for cited in one.cited]
        return sentences, used


def _shown(one: Written, numbering: Numbering, question: str) -> Shown:
    known = len(numbering.citations)
    sentence = _sentence(one, numbering)
    return Shown(sentence, tuple(numbering.citations[known:]), question)


def _sentence(one: Written, numbering: Numbering) -> AnswerSentence:
    numbers = tuple(numbering.number(cited) for cited in one.cited)
    return AnswerSentence(one.text, numbers, one.verdict, one.support)
