"""assistant/service/kept.py: citations of kept answers, found again in the documents of today."""

from __future__ import annotations

import json
from typing import Any

from browser_library import ANSWERED, REFUSED, make
from hypothesis import given
from hypothesis import strategies as st
from service_library import KEEPER, Shelf, an_answer, keepers

from assistant.service.kept import REMOVED, cited_documents, renewed, without_quotes


def replaced(*sentences: str, title: str = "Keepers of the light") -> Shelf:
    """A library in which the keepers' document has other sentences."""
    library = Shelf()
    library.held[0] = keepers(*sentences, title=title)
    return library


def of_keepers(record: dict[str, Any]) -> dict[str, Any]:
    """The citation of who keeps the lighthouse."""
    (found,) = [one for one in record["citations"] if one["quote"] in (KEEPER, KEEPER.replace(" ", "\n", 1))]
    return dict(found)


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


def test_nothing_has_changed() -> None:
    """Then sentence, range and revision are the same, and nothing is stale."""
    record = an_answer().to_json()
    again = renewed(record, Shelf())
    for before, after in zip(record["citations"], again["citations"], strict=True):
        assert {**after, "heading": None, "address": None} == {**before, "heading": None, "address": None}
    assert again["sentences"] == record["sentences"]


def test_a_sentence_that_moved() -> None:
    """It is cited where it stands now, at the revision of now, and is not stale."""
    library = replaced("A new first sentence.", KEEPER, title="Who keeps it")
    document, _ = library.held[0]
    found = of_keepers(renewed(an_answer().to_json(), library))
    assert document.text[found["start"] : found["end"]] == found["quote"] == KEEPER
    assert found["document"]["revision"] == document.revision
    assert found["document"]["title"] == "Who keeps it"
    assert found["heading"] == ["Keepers"]
    assert not found["stale"]
    assert found["phrase"] == [0, 13]


def test_a_sentence_whose_white_space_changed() -> None:
    """It is the same sentence; its quote is what stands there, and the answering words are no longer marked."""
    library = replaced("A first one.", KEEPER.replace(" ", "\n", 1))
    found = of_keepers(renewed(an_answer().to_json(), library))
    assert found["quote"] == KEEPER.replace(" ", "\n", 1)
    assert found["phrase"] is None
    assert not found["stale"]


def test_a_sentence_that_changed() -> None:
    """The citation is stale and keeps its quote, range and revision; the others of the answer are not touched."""
    record = an_answer().to_json()
    again = renewed(record, replaced("Bo Ek has kept the lighthouse since 2026."))
    assert of_keepers(again) == of_keepers(record) | {"stale": True}
    assert [one["stale"] for one in again["citations"]] == [False, False, True, True]
    assert again["sentences"] == record["sentences"]


def test_a_document_that_is_gone() -> None:
    """Nothing of it is quoted any more, in citations, nearest sentences or the answer's own words."""
    for question in (ANSWERED, REFUSED):
        record = an_answer(question).to_json()
        library = Shelf()
        gone = library.held.pop(0)[0]
        again = renewed(record, library)
        said = json.dumps(again)
        for one in [*record["citations"], *record["nearest"]]:
            assert (one["quote"] in said) == (one["document"]["id"] != gone.id)
        for citation in again["citations"]:
            if citation["document"]["id"] == gone.id:
                assert citation["stale"]
                assert citation["start"] == citation["end"]
    assert REMOVED in json.dumps(renewed(an_answer().to_json(), library))


def test_a_table_row_keeps_its_header() -> None:
    """The context of a row is what it is now."""
    library = Shelf()
    library.held[2] = make(
        "tables", "lights.csv", "Lights", [("row", ["South Mole | 12 m | red every 4 s"], "Name | Tall | Light")]
    )
    (row,) = [one for one in renewed(an_answer(REFUSED).to_json(), library)["nearest"] if "South Mole" in one["quote"]]
    assert row["context"] == "Name | Tall | Light"


@given(st.lists(st.sampled_from([KEEPER, "One more.", "She is helped by two volunteers in summer.", "Last one."])))
def test_quotes_stand_where_they_are_said_to(sentences: list[str]) -> None:
    """Whatever became of a document: what is not stale stands in it, what is stale does not."""
    library = replaced(*sentences) if sentences else replaced("Empty.")
    again = renewed(an_answer().to_json(), library)
    for one in again["citations"]:
        document = library.document(one["document"]["id"])
        assert document is not None
        if one["stale"]:
            assert one["quote"] not in document.text
        else:
            assert document.text[one["start"] : one["end"]] == one["quote"]
            assert one["document"]["revision"] == document.revision


def test_renewing_is_pure_and_can_be_repeated() -> None:
    """The record that is given stays as it is; a second time changes nothing more."""
    record = an_answer().to_json()
    before = plain(record)
    library = replaced(KEEPER)
    once = renewed(record, library)
    assert plain(record) == before
    assert renewed(once, library) == once
    assert without_quotes(once, ()) == once


def test_the_documents_of_a_record() -> None:
    """Each once, of citations and of nearest sentences."""
    documents = [one.document.id for one in an_answer().citations]
    assert cited_documents(an_answer().to_json()) == list(dict.fromkeys(documents))
    assert len(cited_documents(an_answer(REFUSED).to_json())) == 3
