"""Evidence to citations: everything in them is read off the stored document."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.read import Evidence
from assistant.record import Citation, CitedDocument
from index import Document, Sentence
from index.passages import heading_path


def cite(number: int, one: Evidence) -> Citation:
    """The citation of a sentence, with this number; `phrase` is what the reader took for the answering words."""
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


@dataclass(slots=True)
class Numbering:
    """The citations of an answer in the making: one number for each sentence, in order of first use."""

    citations: list[Citation] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def number(self, one: Evidence) -> int:
        """The number of this sentence; with its first use it gets the next one."""
        if one.sentence.id not in self._numbers:
            self._numbers[one.sentence.id] = len(self.citations) + 1
            self.citations.append(cite(len(self.citations) + 1, one))
        return self._numbers[one.sentence.id]


def _pages(document: Document, sentence: Sentence) -> tuple[int, int] | None:
    numbers = [page.number for page in document.pages if page.start < sentence.end and page.end > sentence.start]
    return (min(numbers), max(numbers)) if numbers else None
