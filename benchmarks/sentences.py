"""Sentence splitters side by side: cases right by topic, F1 of sentences, speed. Run: `python -m benchmarks.sentences`.

Every splitter gets the same blocks: lists, headings and paragraph breaks go through the plain-text loader, as in the
product; the other cases are one paragraph each. Libraries that are not installed are named and left out; pysbd and
syntok are compared only, the product needs neither.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path

from index.load.builder import TextBuilder
from index.load.plain import pieces
from index.records import Loaded
from index.sentences import WHOLE, boundaries

DATA = Path(__file__).parent.parent / "tests" / "data"
SETS = ("sentences.jsonl", "sentences_second.jsonl")  # the frozen cases, and those written after the rules
SPEED_CHARACTERS = 200_000
Splitter = Callable[[str, str], Sequence[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Case:
    """One hard text and its sentences, in order; list markers and line breaks stand in them as in the text."""

    id: str
    topic: str
    language: str
    text: str
    sentences: tuple[str, ...]

    @property
    def has_blocks(self) -> bool:
        """Whether the case is about more than one block, so that the loader has a part in it."""
        return self.topic in ("list", "heading") or "\n\n" in self.text.replace("\r\n", "\n")


def read_cases(name: str) -> tuple[Case, ...]:
    """The cases of one file of tests/data."""
    rows = [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]
    return tuple(Case(row["id"], row["topic"], row["language"], row["text"], tuple(row["sentences"])) for row in rows)


def load(case: Case) -> Loaded:
    """The case's text as the plain-text loader stores it."""
    builder = TextBuilder()
    builder.extend(pieces(case.text))
    return builder.build("case", language=case.language)


def found(case: Case, splitter: Splitter) -> list[str]:
    """The sentences that the splitter finds, without white space; a list marker stands before its item."""
    if not case.has_blocks:
        return _squashed(case.text, splitter(case.text, case.language))
    loaded = load(case)
    ranges: list[tuple[int, int]] = []
    for block in loaded.blocks:
        text = loaded.text[block.start : block.end]
        inner = [(0, len(text))] if block.kind in WHOLE else splitter(text, case.language)
        ranges += [(block.start + start, block.start + end) for start, end in inner]
    return _squashed(loaded.text, ranges)


def expected(case: Case) -> list[str]:
    """The case's own sentences, without white space: hard-wrapped or joined, a text compares equal."""
    return ["".join(sentence.split()) for sentence in case.sentences]


def is_right(case: Case, splitter: Splitter) -> bool:
    """Whether every sentence of the case is found, and no other."""
    return found(case, splitter) == expected(case)


def sentence_f1(cases: Sequence[Case], splitter: Splitter) -> float:
    """Harmonic mean of precision and recall over all sentences of the cases; a sentence counts only whole."""
    right = made = wanted = 0
    for case in cases:
        ours, theirs = Counter(found(case, splitter)), Counter(expected(case))
        right, made, wanted = right + (ours & theirs).total(), made + ours.total(), wanted + theirs.total()
    return 2 * right / (made + wanted)


def megabytes_per_second(cases: Sequence[Case], splitter: Splitter) -> float:
    """UTF-8 megabytes per second over English paragraphs of about 1,000 characters."""
    prose = " ".join(case.text for case in cases if case.language == "en" and not case.has_blocks)
    paragraphs = [prose[start : start + 1_000] for start in range(0, len(prose), 1_000)]
    paragraphs *= max(1, SPEED_CHARACTERS // len(prose))
    splitter(paragraphs[0], "en")  # models load on the first call
    started = time.perf_counter()
    for paragraph in paragraphs:
        splitter(paragraph, "en")
    return sum(len(paragraph.encode()) for paragraph in paragraphs) / 1e6 / (time.perf_counter() - started)


def splitters() -> dict[str, Splitter]:
    """The splitters that are installed, by name and version; ours is last."""
    known: dict[str, Splitter] = {"sentencex": _sentencex, "nupunkt": _nupunkt, "pysbd": _pysbd, "syntok": _syntok}
    made: dict[str, Splitter] = {}
    for name, splitter in known.items():
        try:
            made[f"{name} {version(name)}"] = splitter
        except PackageNotFoundError:
            print(f"{name} is not installed: pip install {name}")
    return made | {"ours": boundaries}


def main() -> None:
    """Prints one table per set of cases."""
    everything = splitters()
    for name in SETS:
        cases = read_cases(name)
        topics = Counter(case.topic for case in cases)
        print(f"\n{name}: {len(cases)} cases\n\n| | " + " | ".join(everything) + " |")
        print("|---" * (len(everything) + 1) + "|")
        right = {label: [case for case in cases if is_right(case, splitter)] for label, splitter in everything.items()}
        for topic, count in sorted(topics.items()):
            cells = (str(sum(case.topic == topic for case in right[label])) for label in everything)
            print(f"| {topic} ({count}) | " + " | ".join(cells) + " |")
        print("| **all right** | " + " | ".join(str(len(right[label])) for label in everything) + " |")
        scores = (f"{sentence_f1(cases, splitter):.3f}" for splitter in everything.values())
        print("| sentence F1 | " + " | ".join(scores) + " |")
        if name == SETS[0]:
            speeds = (f"{megabytes_per_second(cases, splitter):.2f}" for splitter in everything.values())
            print("| MB/s | " + " | ".join(speeds) + " |")
        missed = [case.id for case in cases if case not in right["ours"]]
        print(f"\nours misses: {', '.join(missed) or 'none'}")


def _squashed(text: str, ranges: Sequence[tuple[int, int]]) -> list[str]:
    """Each range's text with the marker before it, without white space."""
    starts = [0, *(end for _, end in ranges)]
    return ["".join(text[start:end].split()) for start, (_, end) in zip(starts, ranges, strict=False)]


def _between(text: str, starts: Sequence[int]) -> list[tuple[int, int]]:
    """Ranges from each start to the next, those of white space left out."""
    places = sorted({0, *starts, len(text)})
    return [(start, end) for start, end in pairwise(places) if text[start:end].strip()]


def _sentencex(text: str, language: str) -> list[tuple[int, int]]:
    from sentencex import get_sentence_boundaries

    return _between(text, [piece["start_index"] for piece in get_sentence_boundaries(language, text)])


def _nupunkt(text: str, language: str) -> list[tuple[int, int]]:
    from nupunkt import sent_spans

    return _between(text, [start for start, _ in sent_spans(text)])


def _pysbd(text: str, language: str) -> list[tuple[int, int]]:
    pysbd = import_module("pysbd")  # by name: untyped, and no dependency of ours
    known = language if language in pysbd.languages.LANGUAGE_CODES else "en"
    segmenter = pysbd.Segmenter(language=known, clean=False, char_span=True)
    return _between(text, [span.start for span in segmenter.segment(text)])


def _syntok(text: str, language: str) -> list[tuple[int, int]]:
    segmenter = import_module("syntok.segmenter")  # by name: untyped, and no dependency of ours
    return _between(text, [sentence[0].offset for part in segmenter.analyze(text) for sentence in part if sentence])


if __name__ == "__main__":
    main()
