"""Development collections: small sets of documents with questions whose answering sentences are known, none trained on.

Five kinds: articles of SQuAD 2.0, passages of our own pairs, passages of the open sets with our own questions, large
collections where something always looks like an answer, and folders written for this
(training/collections/development), as an organisation would have them.
"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.question import analyse
from index import Collection, Embedder, Sentence, Settings
from training.reading_data import (
    CLEAN,
    HELD_OUT,
    Example,
    load,
    load_aside,
    load_pairs,
    load_questions,
    passage_key,
    read_rows,
)

FOLDERS = Path(__file__).parent / "collections"  # development/ and training/
QUESTIONS = 18  # of one collection, so that all weigh about the same
PASSAGES = 25  # of the open sets in one collection
LARGE = 6  # collections with RIVALS passages that have nothing to do with the questions
RIVALS = 600


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the sentences that answer it; none if it is not answered."""

    question: str
    gold: tuple[str, ...]

    def answered_by(self, sentences: Sequence[Sentence]) -> list[bool]:
        """For each sentence whether it answers."""
        return [any(same(one.text, text) for text in self.gold) for one in sentences]


@dataclass(frozen=True, slots=True)
class Development:
    """File name to text, and what is asked about it."""

    name: str
    documents: dict[str, str]
    questions: tuple[Asked, ...]


@contextmanager
def opened(one: Development, embedder: Embedder) -> Iterator[Collection]:
    """The documents ingested, for as long as it is needed."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "documents").mkdir()
        for document, text in one.documents.items():
            (folder / "documents" / document).write_text(text, encoding="utf-8")
        with Collection.open(replace(Settings(), data=folder), create=True, embedder=embedder) as collection:
            collection.ingest(folder / "documents")
            yield collection


def same(one: str, other: str) -> bool:
    """Whether two splitters meant the same sentence: one lies in the other and has at least half of it."""
    one, other = (re.sub(r"\W+", " ", text).strip() for text in (one, other))  # marks of Markdown aside
    return (one in other or other in one) and 2 * min(len(one), len(other)) >= max(len(one), len(other))


def development(data: Path) -> list[Development]:
    """All development collections; `data` is the folder that holds `eval` and `train`."""
    return [*articles(data), *pairs(), *passages(data), *large(data), *folders("development")]


def articles(data: Path) -> list[Development]:
    rows = [row for row in read_rows(data / "eval" / "squad2_articles.jsonl.gz") if row["title"] in HELD_OUT]
    found = []
    for title in sorted(HELD_OUT):
        mine = [row for row in rows if row["title"] == title]
        paragraphs = dict.fromkeys(" ".join(row["sentences"]) for row in mine)
        text = "\n\n".join([title.replace("_", " "), *paragraphs])
        shuffled = sorted(mine, key=lambda row: _key((row["question"],)))  # by hash: the same every time
        asked = [
            Asked(row["question"], ())
            if row["is_impossible"]
            else Asked(row["question"], tuple(row["sentences"][number] for number in row["answer_sents"]))
            for row in shuffled[:QUESTIONS]
        ]
        found.append(Development(title, {f"{title}.txt": text}, tuple(asked)))
    return found


def pairs() -> list[Development]:
    """One collection a file of our own pairs."""
    return _grouped(load_pairs(held_out=True), lambda one, _: one.document.rsplit("-", 1)[0])


def passages(data: Path) -> list[Development]:
    """Passages of the open sets, PASSAGES in a collection, with our own questions about them."""
    return _grouped(load_questions(data, held_out=True), lambda _, number: f"passages-{number // PASSAGES}")


def large(data: Path) -> list[Development]:
    """Passages of documents that are kept aside among RIVALS others, every second one taken out: its questions are not answered.

    Asked is only what names something, so that it can be understood among so many passages.
    """
    rivals = sorted({one.sentences for one in load(data, random.Random(1)) if one.source in CLEAN}, key=_key)
    aside = [*load_questions(data, held_out=True), *load_aside(data)]
    asked = [one for one in aside if one.answerable and (analyse(one.question).names or analyse(one.question).numbers)]
    return [_large(number, asked, rivals[number * RIVALS : (number + 1) * RIVALS]) for number in range(LARGE)]


def _large(number: int, asked: list[Example], rivals: list[tuple[str, ...]]) -> Development:
    mine = [one for one in asked if int(_key((one.document,)), 16) % LARGE == number]
    gone = {one.sentences for one in mine if int(_key(one.sentences), 16) % 2}
    gone_texts = {text for sentences in gone for text in sentences}
    here = dict.fromkeys(one.sentences for one in mine if not gone_texts & set(one.sentences))
    texts = ["\n".join(one) for one in [*here, *rivals]]
    shuffled = sorted(mine, key=lambda one: _key((one.question,)))
    groups = [one for one in shuffled if one.sentences in here], [one for one in shuffled if one.sentences in gone]
    questions = [
        Asked(one.question, _gold(one) if one.sentences in here else ())
        for group in groups
        for one in group[:QUESTIONS]
    ]
    return Development(f"large-{number}", _files(texts), tuple(questions))


def folders(kind: str) -> list[Development]:
    """The folders written for `development` or for `training`, each with its questions.jsonl, by name."""
    return [_folder(path) for path in sorted((FOLDERS / kind).iterdir()) if path.is_dir()]


def _folder(path: Path) -> Development:
    documents = {
        file.name: file.read_text(encoding="utf-8") for file in sorted(path.iterdir()) if file.suffix != ".jsonl"
    }
    rows = [json.loads(line) for line in (path / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    asked = [Asked(row["question"], tuple(one["quote"] for one in row["quotes"])) for row in rows]
    return Development(path.name, documents, tuple(asked))


def _grouped(examples: Iterable[Example], name: Callable[[Example, int], str]) -> list[Development]:
    """Examples as collections of their passages; `name` gives the collection of an example and its passage's number."""
    numbers: dict[tuple[str, ...], int] = {}
    members: dict[str, list[Example]] = defaultdict(list)
    for one in examples:
        number = numbers.setdefault(one.sentences, len(numbers))
        members[name(one, number)].append(one)
    return [_of_passages(group, found) for group, found in sorted(members.items())]


def _of_passages(name: str, examples: list[Example]) -> Development:
    texts = dict.fromkeys("\n".join(one.sentences) for one in examples)
    shuffled = sorted(examples, key=lambda one: _key((one.question,)))[:QUESTIONS]
    return Development(name, _files(texts), tuple(Asked(one.question, _gold(one)) for one in shuffled))


def _files(texts: Iterable[str]) -> dict[str, str]:
    return {f"{number:03d}.txt": text for number, text in enumerate(texts)}


def _gold(one: Example) -> tuple[str, ...]:
    return tuple(text for text, label in zip(one.sentences, one.labels or (), strict=True) if label)


def _key(texts: Sequence[str]) -> str:
    return passage_key(list(texts))
