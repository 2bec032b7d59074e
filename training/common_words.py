"""Writes assistant/models/common_words.txt: stems of English words that are seldom names, one a line, sorted.

    python -m training.common_words DATA

Counted over the texts of train/: how often a word stands in lower case, and how often it has a capital in the middle of a
sentence. The checker must know whether a capital at the beginning of a sentence makes a name.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from assistant.writing.gates.names import COMMON_WORDS
from index.lexical import stem
from training.reading_data import read_rows

LOWERED = ("squad-nqg", "begin")  # sets whose texts have lost their capitals
LEAST = 6  # times in lower case
SHARE = 0.75  # of a word's occurrences that are in lower case
_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)?")
_OPENS = frozenset(".!?:;\"“‘'(*-–—•")


def texts(data: Path) -> Iterator[str]:
    for path in sorted((data / "train").rglob("*.jsonl.gz")):
        if path.name.split(".")[0] not in LOWERED:
            for row in read_rows(path):
                yield row["premise"] if "premise" in row else " ".join(row["sentences"])


def common(of: Iterator[str]) -> list[str]:
    """Stems of the words that are in lower case nearly always."""
    lower: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for text in of:
        for match in _WORD.finditer(text):
            word, before = match.group(), text[: match.start()].rstrip()[-1:]
            if word[0].islower():
                lower[word.lower()] += 1
            elif before and before not in _OPENS:
                capital[word.lower()] += 1
    kept = (word for word, count in lower.items() if count >= LEAST and count >= SHARE * (count + capital[word]))
    return sorted({stem(word) for word in kept if word.isascii() and len(word) > 2})


def main() -> None:
    found = common(texts(Path(sys.argv[1])))
    COMMON_WORDS.write_text("\n".join(found) + "\n", encoding="utf-8")
    print(f"{len(found):,} stems in {COMMON_WORDS}")


if __name__ == "__main__":
    main()
