"""Documents that answer the same question differently, told by the answering words of their best sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from assistant.question import analyse
from assistant.read import Evidence, stems_of
from assistant.writing.gates.calendar import dates
from assistant.writing.gates.clock import times
from assistant.writing.gates.dates import wrong_dates
from assistant.writing.gates.names import is_name, unknown_names
from assistant.writing.gates.numbers import wrong_numbers
from assistant.writing.gates.quantities import quantities
from index.embed import Vectors
from index.lexical import content_stems
from index.sentences import can_stand_alone

# Chosen on benchmarks/disagree.py and on questions about collections where nothing disagrees (LOG.md).
SURE = 0.5  # score of a best sentence that is taken for an answer,
SHARE = 0.2  # and what another document's must have of it, to be another answer
ALIKE = 0.4  # similarity of the two sentences,
ASKED = 0.5  # and of the second one and the question
DOCUMENTS = 4  # that are compared

Embed = Callable[[Sequence[str]], Vectors]


def differing(question: str, evidence: Sequence[Evidence], embed: Embed) -> tuple[Evidence, ...]:
    """The best sentence, and the best of each other document that answers with another date, time, number or name.

    Newest document first; empty where the documents agree, where they speak of different things, or where nothing of the
    kind answers. `evidence` is best first.
    """
    answers = list(islice(_answers(evidence), DOCUMENTS))
    if len(answers) < 2 or answers[0].score < SURE:
        return ()
    best, *others = answers
    against = [one for one in others if _contradict(best, one) and _same_subject(question, best, one, embed)]
    return tuple(sorted([best, *against], key=lambda one: one.document.modified, reverse=True)) if against else ()


def _answers(evidence: Sequence[Evidence]) -> Iterator[Evidence]:
    """The best sentence of each document, as far as it says in which words it answers."""
    seen: set[str] = set()
    for one in evidence:
        if one.score < SHARE * evidence[0].score:
            return
        if one.document.id not in seen and can_stand_alone(one.sentence) and one.phrase:
            seen.add(one.document.id)
            yield one


def _same_subject(question: str, one: Evidence, other: Evidence, embed: Embed) -> bool:
    """Whether the sentences are alike, the documents have the same of the question's names and numbers, and no title has
    a word of it in place of another word of the other's, as "Harbour site" and "Hill site" do."""
    asked = analyse(question)
    named = asked.names | asked.numbers
    if named and (stems_of(one.document) ^ stems_of(other.document)) & named:
        return False
    titles = [{*content_stems(each.document.title)} for each in (one, other)]
    if titles[0] & titles[1] and (titles[0] ^ titles[1]) & {*asked.stems}:
        return False
    mine, theirs, wanted = embed([one.sentence.text, other.sentence.text, question])
    return float(mine @ theirs) >= ALIKE and float(theirs @ wanted) >= ASKED


def _contradict(one: Evidence, other: Evidence) -> bool:
    """Whether both answer with a value of one kind, and neither's stands in the other's sentence."""
    (kind, mine), (other_kind, theirs) = _value(one), _value(other)
    return kind == other_kind != "" and _unmet(kind, mine, one, other) and _unmet(kind, theirs, other, one)


def _value(one: Evidence) -> tuple[str, str]:
    """The first date, else number, else time that the answering words touch, else the names in them: its kind, a number's
    with the unit, and how it is written."""
    assert one.phrase is not None
    text, (start, end) = one.sentence.text, one.phrase
    numbers = [each for each in quantities(text) if each.kind in ("count", "part")]
    found = [
        *(("date", each.start, each.end) for each in dates(text)),
        *((f"number {each.unit.name if each.unit else ''}", each.start, each.end) for each in numbers),
        *(("time", each.start, each.end) for each in times(text)),
    ]
    for kind, first, last in found:
        if first < end and start < last:
            return kind, text[first:last]
    words = [word.strip(".,;:’'\"”") for word in text[start:end].split() if word[0].isupper()]
    names = " ".join(word for word in words if is_name(word))
    return "name" if names else "", names


def _unmet(kind: str, value: str, one: Evidence, other: Evidence) -> bool:
    """Whether a value of one sentence does not stand in the other in any form."""
    text, premise = one.sentence.text, other.sentence.text
    if kind == "name":
        return bool(unknown_names(f"so {value}", premise))
    return value in [*wrong_dates(text, premise), *wrong_numbers(text, premise)]
