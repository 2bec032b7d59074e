"""The measures of the checker, and how the files of claims are read."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from assistant.writing.check import Judgement, Source
from benchmarks.check import best_threshold, crossed, shares
from benchmarks.claim_sets import Claim, _parsed, _picked, own_claims
from tests.fakes import HashEmbedder
from training.common_words import common


def claim(supported: bool) -> Claim:
    return Claim("It is so.", (Source(1, "It is so."),), supported)


def test_shares() -> None:
    """Withheld are the supported that are judged unsupported; shown are the unsupported that are judged anything else."""
    judged = [
        (claim(True), Judgement("supported", 1.0)),
        (claim(True), Judgement("partly", 0.5)),
        (claim(True), Judgement("unsupported", 0.0)),
        (claim(True), Judgement("supported", 1.0)),
        (claim(False), Judgement("supported", 1.0)),
        (claim(False), Judgement("partly", 0.5)),
        (claim(False), Judgement("unsupported", 0.0)),
        (claim(False), Judgement("unsupported", 0.0)),
    ]
    found = shares(judged)
    assert (found["withheld"], found["shown in full"], found["as supported"], found["shown"]) == (0.25, 0.5, 0.25, 0.5)
    assert math.isnan(shares(judged[:4])["shown"])


def test_thresholds_are_fixed_on_other_rows() -> None:
    """Each half is judged by the threshold of the other: where the halves disagree the accuracy shows it."""
    assert best_threshold([True, False, True], [0.9, 0.4, 0.6]) == 0.6
    marks = [True, True, False, False]
    assert crossed(marks, [0.9, 0.8, 0.1, 0.2]) == 0.75  # 0.9, the best on even rows, is above the 0.8 of an odd one
    assert crossed([True, False] * 2, [0.9, 0.1] * 2) != crossed(marks, [0.9, 0.8, 0.1, 0.2])


def test_formats() -> None:
    """Rows of the three sets give claim, title, evidence and label; marks are taken off, and what nobody judged has no label."""
    wice = {"claim": "C.", "label": "partially_supported", "evidence": ["(meta data) TITLE: T", "One."]}
    assert _parsed({**wice, "supporting_sentences": [[1]]}) == ("C.", "T", ["One."], False)
    assert _parsed({"article": "One. Two.", "sentence": "C.", "supported": True}) == ("C.", "", ["One.", "Two."], True)
    expert = {"claim": "C goes on [3].", "evidence": [{"text": "One."}], "support": "N/A"}
    assert _parsed(expert) == ("C goes on.", "", ["One."], None)
    assert _parsed({**expert, "support": "Complete"})[3] is True


def test_picked_evidence() -> None:
    """Short evidence is taken whole; of long evidence the five sentences nearest to the claim, in their order."""
    lines = [f"Sentence {number} is about seals, rocks and the weather at sea that day." for number in range(40)]
    lines[30] = "The treaty was signed in Moscow."
    lines[10] = "A treaty needs to be signed."
    embedder = HashEmbedder()
    assert len(_picked("The treaty was signed in Moscow.", "T", lines[:5], embedder)) == 5
    found = _picked("The treaty was signed in Moscow.", "T", lines, embedder)
    assert len(found) == 5
    assert {10, 30} <= {one.key for one in found}
    assert [one.key for one in found] == sorted(one.key for one in found)


def test_own_claims(tmp_path: Path) -> None:
    """A row of our own becomes a claim whose sources carry title and headings of their document."""
    row = {
        "document": "four-islands.md",
        "quotes": ["Etorofu is the largest and the most distant of the four."],
        "claim": "Etorofu is the largest.",
        "label": "supported",
        "kind": "shorter",
    }
    file = tmp_path / "claims.jsonl"
    file.write_text(json.dumps(row) + "\n", encoding="utf-8")
    (found,) = own_claims(file)
    assert (found.text, found.supported, found.kind) == ("Etorofu is the largest.", True, "shorter")
    assert found.sources[0].text == row["quotes"][0]
    assert "Etorofu" in found.sources[0].context
    assert " · " in found.sources[0].context


def test_common_words() -> None:
    """Common are words that stand in lower case often enough, and nearly always where a sentence does not begin."""
    texts = ["The seals sleep. Officials met in Seoul, where the green hall is."] * 6 + ["We saw Green there."] * 6
    found = common(iter(texts))
    assert "sleep" in found
    assert "seoul" not in found
    assert "green" not in found


@pytest.mark.parametrize("name", ["claims_seeds_dev.jsonl", "claims_seeds.jsonl"])
def test_quotes_stand_in_their_documents(name: str) -> None:
    """Every claim about the seeds rests on quotes, of documents that are there."""
    found = list(own_claims(Path(__file__).parent / "data" / name))
    assert len(found) == 200
    assert all(one.sources and one.sources[0].context for one in found)
