"""training/: claims made from answered questions, claims beside other sentences of their document, claims about open passages."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from training import claim_data
from training.claim_data import Claim, load_open
from training.claim_evidence import away, beside
from training.claim_mix import in_documents
from training.question_claims import kind, question_claims, told
from training.reading_data import Example, passage_key, read_rows


@pytest.mark.parametrize(
    ("question", "answer", "sentence"),
    [
        ("Who led the march?", "Ada Hall", "Ada Hall led the march."),
        ("What team won the cup in 1990?", "Ostmark", "Ostmark won the cup in 1990."),
        ("How many ships foundered that night?", "four", "Four ships foundered that night."),
        ("How many people lived there?", "300 people", "300 people lived there."),
        ("What is the capital of Tovia?", "Orsk", "The capital of Tovia is Orsk."),
        ("Who was the first keeper", "Elin.", "Elin was the first keeper."),
        ("When did the war end?", "1945", None),
        ("What city was the treaty signed in?", "Orsk", None),
        ("What is the island called?", "Hallen", None),
        ("Who led the march?", "", None),
        ("Who led the march?", "a committee of nine people from the two towns that quarrelled", None),
    ],
)
def test_told(question: str, answer: str, sentence: str | None) -> None:
    """A question about the subject becomes a sentence; what would need a bent verb becomes nothing."""
    assert told(question, answer) == sentence


@pytest.mark.parametrize(
    ("answer", "sort"), [("1888", "year"), ("4.5 m", "number"), ("Orsk", "name"), ("the sea", "other")]
)
def test_kind(answer: str, sort: str) -> None:
    assert kind(answer) == sort


def test_question_claims_come_in_pairs() -> None:
    """Each true sentence has a false one: with another answer, or beside a passage of the document without the answer."""
    first, second = ("Ada Hall led the march.", "It rained."), ("Bo Lind led the choir.", "The march was long.")
    examples = [
        Example("Who led the march?", first, (1, 0), True, "March", "squad-dev", ("Ada Hall",)),
        Example("Who led the choir?", second, (1, 0), True, "March", "squad-dev", ("Bo Lind",)),
    ]
    made = [one for seed in range(20) for one in question_claims(examples, random.Random(seed))]
    assert sum(supported for *_, supported, _ in made) * 2 == len(made) > 0
    false = {(text, passage) for text, passage, supported, _ in made if not supported}
    assert ("Ada Hall led the march.", second) in false
    assert ("Bo Lind led the march.", first) in false
    assert all(passage in (first, second) for _, passage in false)
    assert not any(text == "Ada Hall led the march." and passage == first for text, passage in false)


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "tower.md"
    path.write_text(
        "# The tower\n\nThe tower was built in 1888 by Ada Hall. Its lamp burns whale oil every night. "
        "The keeper lives in the tower with two dogs. Visitors may climb the tower on Sundays.\n"
    )
    return path


def test_beside_keeps_the_label_and_the_order(document: Path) -> None:
    """The claim's own sentences stay, others of the document come with them, in its order."""
    own = "Its lamp burns whale oil every night."
    claim = Claim("The lamp burns whale oil.", (own,), True, "own", document=document)
    found = beside(claim, document, random.Random(1))
    assert found.supported
    assert own in found.premise
    assert len(found.premise) > 1
    text = document.read_text()
    assert [text.index(one) for one in found.premise] == sorted(text.index(one) for one in found.premise)


def test_away_takes_the_evidence(document: Path) -> None:
    """What is left when the claim's own sentences are gone does not support it."""
    own = "Its lamp burns whale oil every night."
    found = away(Claim("The lamp burns whale oil.", (own,), True, "own", document=document), document, random.Random(1))
    assert found is not None
    assert not found.supported
    assert own not in found.premise
    assert "whale" not in " ".join(found.premise)


def test_in_documents_takes_from_supported_claims_only(document: Path) -> None:
    """An unsupported claim is not asked again without its evidence."""
    own = ("Its lamp burns whale oil every night.",)
    claims = [
        Claim("The lamp burns whale oil.", own, True, "own", document=document),
        Claim("The lamp burns gas.", own, False, "own", document=document),
    ]
    assert [one.supported for one in in_documents(claims, random.Random(1))] == [True, False, False]


def test_claims_about_open_passages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A passage is found by the hash of its sentences; a claim about one that is not there is left out."""
    sentences = ["The tower was built in 1888.", "It is white."]
    folder = tmp_path / "train" / "reading"
    folder.mkdir(parents=True)
    row = {"question": "?", "sentences": sentences, "labels": None, "answerable": True, "doc": "Tower", "source": "qed"}
    with gzip.open(folder / "qed.jsonl.gz", "wt") as stream:
        stream.write(json.dumps(row) + "\n")
    claims = [{"claim": "The tower dates from 1888.", "label": "supported", "kind": "paraphrase"}]
    rows = [{"passage": passage_key(sentences), "claims": claims}, {"passage": "0" * 10, "claims": claims}]
    (tmp_path / "001.jsonl").write_text("\n".join(map(json.dumps, rows)))
    monkeypatch.setattr(claim_data, "CLAIMS_OPEN", tmp_path)
    found = load_open(tmp_path) + load_open(tmp_path, held_out=True)
    assert [(one.text, one.premise, one.supported, one.context) for one in found] == [
        ("The tower dates from 1888.", tuple(sentences), True, "Tower")
    ]


def test_our_claims_about_open_passages() -> None:
    """Each names its passage once, has a label, and both labels are about as frequent."""
    rows = [row for path in sorted(claim_data.CLAIMS_OPEN.glob("*.jsonl")) for row in read_rows(path)]
    assert len({row["passage"] for row in rows}) == len(rows) > 400
    claims = [one for row in rows for one in row["claims"]]
    assert {one["label"] for one in claims} == {"supported", "unsupported"}
    assert 0.45 < sum(one["label"] == "supported" for one in claims) / len(claims) < 0.55
