"""Documents with questions about them, of the formats in use, as one kind of record, and a collection made of them."""

from __future__ import annotations

import csv
import io
import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.cases import UnknownFormat
from index import Collection, Settings
from training.reading_data import read_rows

SHINGLE = 8  # consecutive words that two texts share when one is taken from the other


@dataclass(frozen=True, slots=True)
class Text:
    """A document to be: its name, title, text and ISO date, each `""` where there is none."""

    name: str
    title: str
    text: str
    date: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A question and what is known of its answer; `type` names the kind of question, for refusals by kind.

    `documents` are the names of those that answer, `quotes` texts that stand there and answer, `answers` phrases that an
    answer holds. All are empty where the documents do not answer.
    """

    question: str
    type: str
    documents: frozenset[str] = frozenset()
    quotes: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        return bool(self.documents or self.quotes or self.answers)

    def answered_by(self, document: str, text: str) -> bool:
        """Whether a text of a document answers: a gold quote, or else an answer phrase, or else any of a gold document."""
        if self.documents and document not in self.documents:
            return False
        if self.quotes:
            return any(overlap(quote, text) for quote in self.quotes)
        return not self.answers or self.held_by(text)

    def held_by(self, text: str) -> bool:
        """Whether a text holds one of the answer phrases."""
        folded = f" {fold(text)} "
        return any(f" {fold(answer)} " in folded for answer in self.answers if fold(answer))


def fold(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.lower()).strip()


def overlap(one: str, other: str) -> bool:
    """Whether one text stands in the other, or both share SHINGLE words in a row."""
    first, second = sorted((fold(one), fold(other)), key=len)
    words = first.split()
    shingles = (" ".join(words[n : n + SHINGLE]) for n in range(len(words) - SHINGLE + 1))
    return bool(first) and (f" {first} " in f" {second} " or any(f" {part} " in f" {second} " for part in shingles))


def read_corpus(documents: Path, questions: Path) -> tuple[list[Text], list[Query]]:
    """Documents and questions of a pair of files; squad2 and SciFact are one file, given twice."""
    if documents.suffix == ".zip":
        return _scifact(documents)
    return read_texts(documents), [_query(row) for row in read_rows(questions)]


def read_texts(documents: Path) -> list[Text]:
    """The documents of a file of rows."""
    rows = list(read_rows(documents))
    return _squad_texts(rows) if "is_impossible" in rows[0] else [_text(row) for row in rows]


def _text(row: dict[str, Any]) -> Text:
    for name, title in (("doc_id", "title"), ("corpus_id", "corpus_id"), ("index", "")):
        if name in row and "text" in row:
            return Text(str(row[name]), row.get(title, ""), row["text"], row.get("date", ""))
    raise UnknownFormat(f"A document with the fields {', '.join(sorted(row))} is of no format that is known.")


def _query(row: dict[str, Any]) -> Query:
    if "is_impossible" in row:
        quotes = () if row["is_impossible"] else tuple(row["sentences"][number] for number in row["answer_sents"])
        kind = "impossible" if row["is_impossible"] else "answerable"
        return Query(row["question"], kind, frozenset([row["title"]] if quotes else []), quotes, tuple(row["answers"]))
    if "gold_docs" in row:  # news: where the documents that answer were taken out, the answer is known and not there
        gone = row["type"] != "answerable"
        gold, answers = ((), ()) if gone else (row["gold_docs"], row["answers"])
        return Query(row["question"], row["type"], frozenset(gold), (), tuple(answers))
    if "references" in row:
        quotes = tuple(reference["content"] for reference in row["references"])
        return Query(row["question"], "answerable", frozenset([row["corpus_id"]]), quotes)
    if "document_index" in row:
        gold = [] if row["type"] == "no_answer" else [str(row["document_index"])]
        return Query(row["question"], row["type"], frozenset(gold))
    raise UnknownFormat(f"A question with the fields {', '.join(sorted(row))} is of no format that is known.")


def _squad_texts(rows: list[dict[str, Any]]) -> list[Text]:
    paragraphs: dict[str, dict[str, None]] = {}
    for row in rows:
        paragraphs.setdefault(row["title"], {})[" ".join(row["sentences"])] = None
    return [Text(title, title.replace("_", " "), "\n\n".join(parts)) for title, parts in paragraphs.items()]


def _scifact(file: Path) -> tuple[list[Text], list[Query]]:
    """BEIR's protocol: whole abstracts, the claims of the validation split, the documents that they cite as evidence."""
    with zipfile.ZipFile(file) as archive:
        abstracts, claims = (
            list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8"))))
            for name in ("corpus_train.csv", "claims_validation.csv")
        )
    texts = [Text(row["doc_id"], row["title"], _strings(row["abstract"])) for row in abstracts]
    cited: dict[str, set[str]] = {}
    for row in claims:
        cited.setdefault(row["claim"], set()).update(re.findall(r"\d+", row["cited_doc_ids"]))
    return texts, [Query(claim, "answerable", frozenset(gold)) for claim, gold in cited.items()]


def _strings(listed: str) -> str:
    """The strings of a printed array of strings, joined."""
    return " ".join(
        match[1] or match[2] for match in re.finditer(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"", listed)
    )


@contextmanager
def collection_of(texts: list[Text]) -> Iterator[Collection]:
    """A fresh collection of these documents; their paths are their names with `.txt`, or `.md` where there is a title."""
    with TemporaryDirectory() as name:
        folder = Path(name) / "documents"
        folder.mkdir()
        for text in texts:
            file = folder / f"{text.name}{'.md' if text.title else '.txt'}"
            file.write_text(f"# {text.title}\n\n{text.text}\n" if text.title else text.text, encoding="utf-8")
            if text.date:
                seconds = datetime.fromisoformat(text.date.replace("/", "-")).timestamp()
                os.utime(file, (seconds, seconds))
        with Collection.open(replace(Settings(), data=Path(name) / "data"), create=True) as collection:
            collection.ingest(folder)
            yield collection


def name_of(path: str) -> str:
    """The name of the document that a path in the collection stands for."""
    return path.removesuffix(".txt").removesuffix(".md")
