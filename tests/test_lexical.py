"""index/lexical.py and what the catalog makes of it: the ranks of a plain BM25, and no text that breaks a search."""

from __future__ import annotations

import itertools
import math
import re
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.catalog import Catalog, Entry
from index.lexical import STOP_WORDS, content_stems, match_expression, searchable, stem, words
from index.records import Document, Passage

NAUGHTY = [
    "",
    " ",
    '"',
    '""',
    "'",
    "NEAR",
    "NEAR(a b, 3)",
    "a NEAR b",
    "AND",
    "OR",
    "NOT",
    "a AND",
    "*",
    "a*",
    "^a",
    "body:a",
    "{body}:a",
    "-a",
    "+a",
    "(",
    ")",
    "a)",
    "\\",
    ";",
    "--",
    "/*",
    "'; DROP TABLE passages; --",
    '" OR "1"="1',
    "\0",
    "a\0b",
    "%",
    "_",
    "\u202e",
    "\ufeff",
    "\ud800",
    "²³",
    "½",
    "İstanbul",
    "ǅ",
    "ﬁ",
    "①",
    "ªº",
    "𝒜",
    "\U0010ffff",
    "\ue000",
    "ß",
    "٣",
    "๓",
    "\u0e31",
    "\u0301",
    "e\u0301",
    "🏳️‍🌈",
    "・",
    "䷀",
    "ﷺ",
    "a_b_c",
    "don't",
    "x" * 40_000,
]
WORDS = [
    "treaty",
    "island",
    "islands",
    "fishing",
    "the",
    "of",
    "fish",
    "peace",
    "peaceful",
    "1956",
    "Ø",
    "île",
    "naïve",
    "naive",
]


def fill(catalog: Catalog, texts: list[str]) -> list[str]:
    """Writes a document of one passage for each text; the passage ids, in order."""
    if "s" not in catalog.sources():
        catalog.add_source("s", "/s")
    catalog.remove([document.id for document in catalog.documents()])
    catalog.keep_vectors([f"c{number}" for number in range(len(texts))], np.ones((len(texts), 2), np.float32))
    catalog.write(
        [
            Entry(
                Document(f"d{number}", "s", f"d{number}", "", text, "r", "2026-01-01"),
                "f",
                (),
                (Passage(f"p{number:03}", f"d{number}", 0, 0, 0, 0, len(text), text, f"c{number}"),),
            )
            for number, text in enumerate(texts)
        ]
    )
    return [f"p{number:03}" for number in range(len(texts))]


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    with closing(Catalog(tmp_path_factory.mktemp("lexical") / "catalog.sqlite", create=True)) as opened:
        yield opened


@pytest.fixture(scope="module")
def tokens() -> Iterator[Callable[[str], list[str]]]:
    """The tokens that SQLite makes of a text: what the oracle counts."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute('CREATE VIRTUAL TABLE t USING fts5 (body, tokenize = "porter unicode61 remove_diacritics 2")')
        database.execute("CREATE VIRTUAL TABLE v USING fts5vocab (t, instance)")

        def of(text: str) -> list[str]:
            database.execute("DELETE FROM t")
            database.execute("INSERT INTO t VALUES (?)", (text,))
            return [row[0] for row in database.execute("SELECT term FROM v ORDER BY offset")]

        yield of


def bm25(passages: list[list[str]], terms: list[str]) -> list[float]:
    """Okapi BM25 (Robertson et al., TREC-3), k1 1.2, b 0.75; a term in over half of the passages hardly counts."""
    average = sum(map(len, passages)) / len(passages)
    scores = []
    for passage in passages:
        count, score = Counter(passage), 0.0
        for term in terms:
            holding = sum(term in other for other in passages)
            weight = max(math.log((len(passages) - holding + 0.5) / (holding + 0.5)), 1e-6)
            score += weight * count[term] * 2.2 / (count[term] + 1.2 * (0.25 + 0.75 * len(passage) / average))
        scores.append(score)
    return scores


@settings(max_examples=40)
@given(
    texts=st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join), min_size=1, max_size=9),
    question=st.lists(st.sampled_from([*WORDS, "whale"]), min_size=1, max_size=5).map(" ".join),
)
@example(texts=["the the", "of"], question="the")
def test_scores_are_those_of_bm25(
    catalog: Catalog, tokens: Callable[[str], list[str]], texts: list[str], question: str
) -> None:
    """Catalog.lexical finds what a plain BM25 over the same stemmed tokens finds, with its scores, ties by id."""
    ids = fill(catalog, texts)
    asked = list(dict.fromkeys(question.lower().split()))
    terms = [tokens(word)[0] for word in asked if word not in STOP_WORDS] or [tokens(word)[0] for word in asked]
    passages = [tokens(text) for text in texts]
    expected = {
        identity: score
        for identity, score, passage in zip(ids, bm25(passages, terms), passages, strict=True)
        if set(terms) & set(passage)
    }
    found = catalog.lexical(question, 100)
    assert dict(found) == pytest.approx(expected, rel=1e-9)
    for (first, score), (second, other) in itertools.pairwise(found):
        assert score > other or (score == other and first < second)


def test_limit(catalog: Catalog) -> None:
    """The limit keeps the best."""
    fill(catalog, ["peace"] * 3 + ["peace peace treaty"] + ["other words"] * 20)
    assert [identity for identity, _ in catalog.lexical("treaty peace", 2)] == ["p003", "p000"]
    assert len(catalog.lexical("treaty peace", 10)) == 4


@pytest.mark.parametrize(
    ("text", "question", "found"),
    [
        ("北方領土問題はまだ解決していない。", "領土", True),
        ("北方領土問題はまだ解決していない。", "北方領土問題は何ですか？", True),
        ("四つの島、択捉島。", "択捉", True),
        ("Договор о мире не подписан.", "договор", True),
        ("กรุงเทพมหานคร", "เทพ", True),
        ("The ISLANDS' fisheries", "fishery island", True),
        ("île d'Itouroup", "ile", True),
        ("Straße", "STRASSE", False),  # SQLite folds no ß
        ("The year 1956", "1956", True),
        ("R2-D2 and x86_64", "x86", True),
        ("nothing of the kind", "islands", False),
    ],
)
def test_found(catalog: Catalog, text: str, question: str, found: bool) -> None:
    """Words are found without regard to case, accents and English endings; letters of unspaced scripts one by one."""
    fill(catalog, [text])
    assert bool(catalog.lexical(question, 5)) is found


def test_unspaced_rank(catalog: Catalog) -> None:
    """A passage with all letters of a Japanese question stands before one with some of them."""
    fill(catalog, ["北の海", "北方領土問題はまだ解決していない", "南の海", "東の町", "西の町", "山と川"])
    assert catalog.lexical("北方領土", 5)[0][0] == "p001"


@pytest.mark.parametrize("question", NAUGHTY)
def test_naughty(catalog: Catalog, question: str) -> None:
    """No question is a syntax error in SQLite, and none finds what has not one of its words."""
    fill(catalog, ["peace treaty", "island"])
    assert catalog.lexical(question, 5) == []


@given(st.text(max_size=60))
def test_no_text_raises(catalog: Catalog, question: str) -> None:
    """Whatever is asked for, also in text that is searched for itself, SQLite answers."""
    text = question.encode("utf-8", "replace").decode()  # stored text has no lone surrogates
    fill(catalog, [text, "island"])
    found = catalog.lexical(question, 5)
    assert all(score > 0 for _, score in found)
    plain = {word for word in re.findall(r"[a-z]+", question) if word not in STOP_WORDS}
    if plain and question.isascii():
        assert "p000" in dict(found)


def test_very_many_words(catalog: Catalog) -> None:
    """A question of 2,000 different words, more than any question may have, is answered."""
    fill(catalog, ["word1999"])
    assert catalog.lexical(" ".join(f"word{number}" for number in range(2000)), 5)
    assert catalog.lexical("".join(map(chr, range(0x4E00, 0x4E00 + 2000))), 5) == []


def test_expression_has_only_quoted_words() -> None:
    """An expression is quoted words joined by OR; stop words stay only where there is no other word."""
    assert match_expression('Why "is" there NO peace-treaty? Peace!') == '"peace" OR "treaty"'
    assert match_expression("who is it") == '"who" OR "is" OR "it"'
    assert match_expression("?!") == ""


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_searchable_only_adds_spaces(text: str) -> None:
    """Without its spaces the searchable text is the text without its own."""
    assert searchable(text).replace(" ", "") == text.replace(" ", "")


@given(st.text(max_size=60))
def test_words_and_stems(text: str) -> None:
    """Words are lower case and without white space; content stems are the stems of those that are no stop words."""
    found = words(text)
    assert all(word and word == word.lower() and not any(map(str.isspace, word)) for word in found)
    assert content_stems(text) == [stem(word) for word in found if word not in STOP_WORDS]


def test_possessives() -> None:
    """Possessive endings of either apostrophe are no words of their own; the end of the text is no exception."""
    assert words("Russia's and Japan’s claims") == ["russia", "and", "japan", "claims"]
    assert content_stems("Russia's") == content_stems("Russia")
    assert content_stems("“Japan’s”") == content_stems("Japan")


def test_stems_are_the_same_from_any_number_of_threads() -> None:
    """The stemmer keeps the word that it works on, and questions are answered side by side."""
    asked = [f"{first}{second}" for first in sorted(STOP_WORDS) for second in ("ing", "ations", "fulness", "ies")]
    stem.cache_clear()
    alone = [stem(word) for word in asked]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(3):
            stem.cache_clear()
            with ThreadPoolExecutor(8) as pool:
                assert list(pool.map(stem, asked)) == alone
    finally:
        sys.setswitchinterval(before)
