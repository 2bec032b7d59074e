"""assistant/service/api*.py and changes.py: the API over HTTP, with a fake assistant and, once, with a real collection."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_library import ANSWERED, BROKEN, REFUSED, FakeAssistant
from fakes import HashEmbedder, WordReader
from service_library import KEEPER, LOCAL, OTHER, OWNER, Shelf, keepers
from starlette.testclient import TestClient
from test_service_events import read

from assistant.answer import Assistant
from assistant.record import Answer
from assistant.service import api_questions
from assistant.service.api_models import AnswerRecord, ConversationRecord, DocumentList, Report
from assistant.service.app import create_app
from assistant.service.caller import Refused
from assistant.service.changes import CLOSING, Changes
from assistant.service.keys import Keys
from assistant.service.store import FILE, Store
from index.collection import Collection
from index.errors import CatalogError, CollectionBusy
from index.settings import Settings

EVENTS = {"accept": "text/event-stream"}
SECRET = f"browser {OWNER['x-assistant-owner']}"  # as the store is told
COLLECTIONS = ("default", "other")


class Heard(FakeAssistant):
    """Remembers what it was asked, fails at some words, and waits at one until its gate is open."""

    def __init__(self, name: str) -> None:
        super().__init__(Shelf(name))
        self.heard: list[tuple[str, str | None]] = []
        self.gate = threading.Event()

    def ask(self, question: str, within: str | None = None) -> Answer:
        self.heard.append((question, within))
        if question.startswith("wait"):
            assert self.gate.wait(20)
        if "damaged" in question:
            raise CatalogError("/home/ada/data/default/catalog.sqlite cannot be used as a catalog.")
        return super().ask(question.removeprefix("wait "), within)


@pytest.fixture(scope="module")
def assistants() -> dict[str, Heard]:
    return {name: Heard(name) for name in COLLECTIONS}


@pytest.fixture(scope="module")
def client(assistants: dict[str, Heard], tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service of two collections on this machine, without keys."""
    app = create_app(assistants, data=tmp_path_factory.mktemp("data"), upload_limit=2**20)
    with TestClient(app, base_url=LOCAL, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(autouse=True)
def as_it_was(assistants: dict[str, Heard]) -> None:
    """Each test begins with the three documents, and no question heard."""
    for name, assistant in assistants.items():
        assistant.collection = Shelf(name)
        assistant.heard.clear()
        assistant.gate.clear()


def ask(client: TestClient, question: str = ANSWERED, owner: dict[str, str] = OWNER, **more: Any) -> dict[str, Any]:
    answer = client.post("/api/ask", json={"question": question, **more}, headers=owner)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refusal(answer: Any, status: int) -> str:
    """The sentence of an error, which has the one shape that errors have."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert list(body) == ["error"]
    assert list(body["error"]) == ["message"]
    assert answer.headers["content-type"] == "application/json"
    return str(body["error"]["message"])


# -- asking --------------------------------------------------------------------------------------------------------


def test_the_answer_is_the_record(client: TestClient) -> None:
    """As the assistant made it, with its conversation and the source views; nobody on the way keeps it."""
    answer = client.post("/api/ask", json={"question": ANSWERED}, headers=OWNER)
    record = answer.json()
    views, conversation = record.pop("views"), record.pop("conversation")
    expected = FakeAssistant().ask(ANSWERED).to_json()
    assert expected.pop("conversation") is None
    assert record == expected
    assert len(conversation) == 24
    assert list(views) == ["1", "2", "3", "4"]
    assert answer.headers["cache-control"] == "no-store"


def test_the_described_shape_is_the_real_one(client: TestClient) -> None:
    """Answers have the fields that their description names, no more and no fewer, in the same order."""
    for question in (ANSWERED, REFUSED):
        record = ask(client, question)
        AnswerRecord.model_validate(record)
        names = [field.alias or name for name, field in AnswerRecord.model_fields.items()]
        assert list(record) == names
    kept = client.get(f"/api/conversations/{record['conversation']}", headers=OWNER)
    ConversationRecord.model_validate(kept.json())
    DocumentList.model_validate(client.get("/api/documents").json())
    Report.model_validate(client.post("/api/sync").json())


def test_a_view_opens_the_sentence(client: TestClient) -> None:
    """Each address leads to the document with the cited sentence marked; of a refusal, those of the nearest sentences."""
    for question, kind in ((ANSWERED, "citations"), (REFUSED, "nearest")):
        record = ask(client, question)
        for citation in record[kind]:
            page = client.get(record["views"][str(citation["number"])])
            assert page.status_code == 200
            assert "<mark>" in page.text


def test_the_filters_reach_the_assistant(client: TestClient, assistants: dict[str, Heard]) -> None:
    """The collection that is named is asked, within the place that is named."""
    ask(client, ANSWERED, collection="other", within="handbook/harbour")
    ask(client, REFUSED, within="")
    assert assistants["other"].heard == [(ANSWERED, "handbook/harbour")]
    assert assistants["default"].heard == [(REFUSED, None)]
    answer = client.post("/api/ask", json={"question": ANSWERED, "collection": "../default"})
    assert "collection" in refusal(answer, 404)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"null", "application/json"),
        (b"{}", "application/json"),
        (b'{"question": 1}', "application/json"),
        (b'{"question": ""}', "application/json"),
        (b'{"question": null}', "application/json"),
        (b'{"question": "x", "conversation": ""}', "application/json"),
        (b'{"question": "x", "within": ["a"]}', "application/json"),
        (b'{"question": "x", "qvestion": "y"}', "application/json"),
        (b'{"question": "x", "\\ud800": "y"}', "application/json"),
        (b'{"question": "x"}', "text/plain"),
        (b'{"question": "x"}', ""),
        (b"question=x", "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_question_is_400(client: TestClient, body: bytes, kind: str) -> None:
    """Whatever is wrong with it, in the one shape; nothing of what was sent is repeated."""
    answer = client.post("/api/ask", content=body, headers={"content-type": kind} if kind else {})
    assert "qvestion" not in refusal(answer, 400)


def test_half_a_character_is_taken_for_an_unreadable_one(client: TestClient, assistants: dict[str, Heard]) -> None:
    """JSON can write it, and nothing after that could."""
    content = b'{"question": "what is \\ud83d?", "within": "\\udc00"}'
    headers = {"content-type": "application/json; charset=utf-8"} | OWNER
    answer = client.post("/api/ask", content=content, headers=headers)
    assert answer.status_code == 200
    assert assistants["default"].heard == [("what is \ufffd?", "\ufffd")]


def test_a_long_question_is_413(client: TestClient) -> None:
    """Over the limit of characters, and over that of any body."""
    assert "2,000" in refusal(client.post("/api/ask", json={"question": "x" * 2001}), 413)
    refusal(client.post("/api/ask", json={"question": "x" * 300_000}), 413)


@pytest.mark.parametrize(("question", "status"), [(BROKEN, 500), ("damaged", 503)])
@pytest.mark.parametrize("headers", [{}, EVENTS])
def test_a_failure_tells_nothing_of_the_machine(
    client: TestClient, question: str, status: int, headers: dict[str, str]
) -> None:
    """With or without events: a status and a fixed sentence."""
    reason = refusal(client.post("/api/ask", json={"question": question}, headers=headers), status)
    assert "secret detail" not in reason
    assert "/home" not in reason


# -- events --------------------------------------------------------------------------------------------------------


def test_events(client: TestClient) -> None:
    """Asked for with events, the answer comes in parts, and last whole, as it comes without."""
    answer = client.post("/api/ask", json={"question": ANSWERED}, headers=OWNER | EVENTS)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    events = read([answer.content])
    assert [name for name, _ in events] == ["start", "understood", *["citation", "sentence"] * 4, "done"]
    conversation = events[-1][1]["conversation"]
    assert events[-1][1] | {"views": 0} == ask(client, conversation=conversation) | {"views": 0}
    assert len(client.get(f"/api/conversations/{conversation}", headers=OWNER).json()["turns"]) == 2


def test_what_is_refused_at_once_has_its_status(client: TestClient) -> None:
    """A program need not read events to learn that there are none."""
    for body, status in (({"question": "x" * 2001}, 413), ({"question": "x", "collection": "no"}, 404)):
        refusal(client.post("/api/ask", json=body, headers=EVENTS), status)


def test_a_slow_answer_keeps_the_connection_alive(
    client: TestClient, assistants: dict[str, Heard], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Comments come until the sentences do."""
    monkeypatch.setattr(api_questions, "SOON", 0.01)
    monkeypatch.setattr(api_questions, "PULSE_SECONDS", 0.02)
    threading.Timer(0.3, assistants["default"].gate.set).start()
    answer = client.post("/api/ask", json={"question": f"wait {ANSWERED}"}, headers=EVENTS)
    assert b"event: start" in answer.content.partition(b": waiting\n\n")[0]
    assert answer.content.index(b": waiting\n\n") < answer.content.index(b"event: sentence")
    assert [name for name, _ in read([answer.content])][-1] == "done"


@pytest.mark.parametrize(("question", "status"), [(f"wait {BROKEN}", 500), ("wait damaged", 503)])
def test_a_late_failure_is_an_event(
    client: TestClient, assistants: dict[str, Heard], monkeypatch: pytest.MonkeyPatch, question: str, status: int
) -> None:
    """When the stream has begun, the status comes in it."""
    monkeypatch.setattr(api_questions, "SOON", 0.01)
    threading.Timer(0.1, assistants["default"].gate.set).start()
    answer = client.post("/api/ask", json={"question": question}, headers=EVENTS)
    assert answer.status_code == 200
    _, (name, data) = read([answer.content])
    assert (name, data["status"]) == ("error", status)
    assert "secret" not in answer.text
    assert "/home" not in answer.text


# -- conversations and feedback ------------------------------------------------------------------------------------


def test_a_conversation_goes_on(client: TestClient) -> None:
    """The same browser gets its answers again, in order, as they were."""
    first = ask(client)
    second = ask(client, REFUSED, conversation=first["conversation"])
    assert second["conversation"] == first["conversation"]
    body = client.get(f"/api/conversations/{first['conversation']}", headers=OWNER).json()
    assert [turn["answer"]["question"] for turn in body["turns"]] == [ANSWERED, REFUSED]
    assert body["turns"][0]["answer"]["sentences"] == first["sentences"]
    assert [turn["collection"] for turn in body["turns"]] == ["default", "default"]


def test_another_owner_gets_404_everywhere(client: TestClient, assistants: dict[str, Heard]) -> None:
    """For every use of the id of a conversation, and nothing is asked; also without any secret."""
    record = ask(client)
    assistants["default"].heard.clear()
    conversation = record["conversation"]
    given = {"conversation": conversation, "answer": record["id"], "value": "up"}
    for owner in (OTHER, {}):
        told = {
            refusal(client.get(f"/api/conversations/{conversation}", headers=owner), 404),
            refusal(client.delete(f"/api/conversations/{conversation}", headers=owner), 404),
            refusal(client.post("/api/feedback", json=given, headers=owner), 404),
            refusal(
                client.post("/api/ask", json={"question": ANSWERED, "conversation": conversation}, headers=owner), 404
            ),
            refusal(client.get("/api/conversations/never", headers=OWNER), 404),
        }
        assert len(told) == 1
    assert assistants["default"].heard == []
    assert client.get(f"/api/conversations/{conversation}", headers=OWNER).status_code == 200


def test_without_a_secret_no_conversation_is_kept(client: TestClient) -> None:
    """The answer says so, and a secret that is too short is refused."""
    assert ask(client, owner={})["conversation"] is None
    answer = client.post("/api/ask", json={"question": ANSWERED}, headers={"x-assistant-owner": "short"})
    refusal(answer, 400)


def test_a_changed_source_shows(client: TestClient, assistants: dict[str, Heard]) -> None:
    """A sentence that changed is stale with its old quote; one that moved is cited where it stands now, and can be seen."""
    record = ask(client)
    shelf = assistants["default"].collection
    shelf.held[0] = keepers("Something new stands first.", KEEPER)  # type: ignore[attr-defined]
    (turn,) = client.get(f"/api/conversations/{record['conversation']}", headers=OWNER).json()["turns"]
    moved, gone = turn["answer"]["citations"][2:]
    document = shelf.document(moved["document"]["id"])
    assert document is not None
    assert document.text[moved["start"] : moved["end"]] == moved["quote"] == KEEPER
    assert moved["start"] != record["citations"][2]["start"]
    assert moved["document"]["revision"] == document.revision
    assert not moved["stale"]
    assert gone["stale"]
    assert gone["quote"] == record["citations"][3]["quote"]
    assert "<mark>" in client.get(turn["answer"]["views"]["3"]).text


def test_a_deleted_conversation_is_gone(client: TestClient) -> None:
    """Its owner deletes it, once."""
    conversation = ask(client)["conversation"]
    assert client.delete(f"/api/conversations/{conversation}", headers=OWNER).status_code == 204
    refusal(client.delete(f"/api/conversations/{conversation}", headers=OWNER), 404)
    refusal(client.get(f"/api/conversations/{conversation}", headers=OWNER), 404)


def test_feedback(client: TestClient) -> None:
    """A thumb is kept with the turn, and a thumb down is a gap with its comment."""
    record = ask(client)
    given = {"conversation": record["conversation"], "answer": record["id"], "value": "down", "comment": " too old \n"}
    assert client.post("/api/feedback", json=given, headers=OWNER).json() == {"kept": True}
    (turn,) = client.get(f"/api/conversations/{record['conversation']}", headers=OWNER).json()["turns"]
    assert turn["feedback"] == "down"
    gaps = client.app.state.service.store.gaps(10_000)  # type: ignore[attr-defined]
    assert ("too old",) in [gap.comments for gap in gaps if gap.question == ANSWERED]
    refusal(client.post("/api/feedback", json=given | {"value": "meh"}, headers=OWNER), 400)
    refusal(client.post("/api/feedback", json=given | {"answer": "another"}, headers=OWNER), 404)


# -- documents -----------------------------------------------------------------------------------------------------


def send(client: TestClient, *files: tuple[str, bytes], field: str = "files", **options: Any) -> Any:
    return client.post("/api/documents", files=[(field, file) for file in files], **options)


def test_the_list_of_documents(client: TestClient, assistants: dict[str, Heard]) -> None:
    """Of the collection that is named, without their texts; in parts, each of which says where the next one begins."""
    body = client.get("/api/documents").json()
    assert [one["path"] for one in body["documents"]] == ["keepers.md", "north-point.pdf", "lights.csv"]
    assert set(body["documents"][0]) == {"id", "title", "source", "path", "modified", "sentences"}
    assistants["other"].collection.held.clear()
    empty = client.get("/api/documents?collection=other").json()
    assert empty == {"collection": "other", "total": 0, "offset": 0, "next": None, "documents": []}
    parts, offset = [], 0
    while offset is not None:
        part = client.get(f"/api/documents?limit=2&offset={offset}").json()
        assert (part["total"], part["offset"]) == (3, offset)
        parts.append([one["path"] for one in part["documents"]])
        offset = part["next"]
    assert parts == [["keepers.md", "north-point.pdf"], ["lights.csv"]]
    assert client.get("/api/documents?offset=7").json()["documents"] == []
    for wrong in ("limit=0", "limit=1001", "limit=x", "offset=-1", f"offset={2**70}"):
        refusal(client.get(f"/api/documents?{wrong}"), 400)
    refusal(client.get("/api/documents?collection=nobody"), 404)
    refusal(client.get(f"/api/documents?collection={'x' * 64}"), 400)


def test_an_upload(client: TestClient, assistants: dict[str, Heard]) -> None:
    """The report says what was added, by id, and what could not be read, by name and without a path of the server."""
    answer = send(client, ("../../walrus.md", b"A walrus rests."), ("x/bad.md", b"x"), ("seal.txt", b"Another."))
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["collection"], body["added"]) == ("default", 2)
    titles = {one.id: one.title for one in assistants["default"].collection.documents()}
    assert {titles[one] for one in body["documents"]} == {"walrus", "seal"}
    assert body["failures"] == [{"path": "bad.md", "reason": "no text found (scanned?)", "unsupported": False}]


def test_two_files_of_one_name(client: TestClient, assistants: dict[str, Heard]) -> None:
    """Both reach the collection."""
    assert send(client, ("a.md", b"One."), ("a.md", b"Another.")).json()["added"] == 2


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data; boundary=b"),
        (b"garbage", "multipart/form-data; boundary=b"),
        (b"garbage", "multipart/form-data"),
        (b"{}", "application/json"),
        (
            b'--b\r\nContent-Disposition: form-data; name="files"\r\n\r\ntext\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
        ),
        (
            b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.md"\r\n\r\nhalf',
            "multipart/form-data; boundary=b",
        ),
        (b"--b\r\nContent-Disposition\r\n\r\nx\r\n--b--\r\n", "multipart/form-data; boundary=b"),
        (
            b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nx\r\n--b--\r\n',
            "multipart/form-data; boundary=b; charset=no",
        ),
    ],
)
@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # Starlette leaves half a file to the collector
def test_what_is_no_upload(client: TestClient, assistants: dict[str, Heard], body: bytes, kind: str) -> None:
    """A broken one, half a file, or none is 400, and nothing is added; a name in an unknown script is a name."""
    answer = client.post("/api/documents", content=body, headers={"content-type": kind})
    gc.collect()
    if "charset" in kind:
        assert answer.status_code == 200
        return
    assert "multipart/form-data" in refusal(answer, 400)
    assert len(assistants["default"].collection.documents()) == 3


def test_too_much_at_once(client: TestClient) -> None:
    """Too many files are 400, too many bytes 413, and another field is none."""
    refusal(send(client, *[(f"{number}.md", b"x") for number in range(101)]), 400)
    refusal(send(client, ("a.md", b"x" * (2**20 + 1))), 413)
    refusal(send(client, ("a.md", b"x"), field="documents"), 400)


def test_deleting_a_document(client: TestClient, assistants: dict[str, Heard]) -> None:
    """It is gone, and so are its quotes in answers; one of a folder stays, and is told why; an unknown one is 404."""
    record = ask(client, REFUSED)
    (quoted,) = [one for one in record["nearest"] if one["document"]["source"] == "tables/lights.csv"]
    assert client.delete(f"/api/documents/{quoted['document']['id']}").status_code == 204
    refusal(client.delete(f"/api/documents/{quoted['document']['id']}"), 404)
    assert len(client.get("/api/documents").json()["documents"]) == 2
    kept = client.get(f"/api/conversations/{record['conversation']}", headers=OWNER).text
    assert quoted["quote"] not in kept
    of_folder = record["nearest"][0]["document"]["id"]
    assert "come back" in refusal(client.delete(f"/api/documents/{of_folder}"), 409)
    assert len(client.get("/api/documents").json()["documents"]) == 2


def test_reading_everything_again(client: TestClient, assistants: dict[str, Heard]) -> None:
    """The report says what was done; what vanished from the collection is no longer quoted, not even in the store."""
    record = ask(client)
    shelf = assistants["default"].collection
    shelf.next = shelf.held[1:]  # type: ignore[attr-defined]
    body = client.post("/api/sync").json()
    assert (body["removed"], body["unchanged"]) == (1, 2)
    (turn,) = client.app.state.service.store.conversation(  # type: ignore[attr-defined]
        record["conversation"], SECRET
    )
    assert KEEPER not in json.dumps(turn.record)
    assert record["citations"][0]["quote"] in json.dumps(turn.record)


def test_a_place_that_is_gone_does_not_keep_the_rest_from_being_read(
    client: TestClient, assistants: dict[str, Heard]
) -> None:
    """It is told by its name, and nothing of it is removed. Where nothing was ever read, nothing is to do."""
    shelf = assistants["default"].collection
    shelf.places.append(Path("/no/such/place"))  # type: ignore[attr-defined]
    body = client.post("/api/sync").json()
    assert body["unchanged"] == 3
    assert [one["path"] for one in body["failures"]] == ["place"]
    shelf.places.clear()  # type: ignore[attr-defined]
    assert client.post("/api/sync").json()["unchanged"] == 0


def test_one_change_at_a_time(client: TestClient, assistants: dict[str, Heard]) -> None:
    """While a collection is read, another change of it is 409 with a time to come back; another collection is free."""
    begun, gate = threading.Event(), threading.Event()
    shelf = assistants["default"].collection

    def hold() -> None:
        begun.set()
        assert gate.wait(20)

    shelf.before_reading = hold  # type: ignore[attr-defined]
    statuses: list[int] = []
    thread = threading.Thread(target=lambda: statuses.append(client.post("/api/sync").status_code))
    thread.start()
    assert begun.wait(20)
    for answer in (client.post("/api/sync"), send(client, ("a.md", b"x")), client.delete("/api/documents/x")):
        refusal(answer, 409)
        assert answer.headers["retry-after"] == "10"
    assert client.post("/api/sync?collection=other").status_code == 200
    assert client.get("/api/documents").status_code == 200
    gate.set()
    thread.join(20)
    assert statuses == [200]
    shelf.before_reading = lambda: None  # type: ignore[attr-defined]
    assert client.post("/api/sync").status_code == 200


def test_another_process_is_writing(client: TestClient, assistants: dict[str, Heard]) -> None:
    """Then it is 409, too."""

    def busy() -> None:
        raise CollectionBusy("Another process is writing.")

    assistants["default"].collection.before_reading = busy  # type: ignore[attr-defined]
    refusal(client.post("/api/sync"), 409)


def test_a_service_that_closes_ends_what_it_reads(tmp_path: Path) -> None:
    """At the next file: a long reading does not keep the process alive."""
    changes = Changes(Store(tmp_path / FILE))
    changes.close()
    with pytest.raises(Refused, match=CLOSING):
        asyncio.run(changes.read_again("default", Shelf()))


# -- who may -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, dict[str, dict[str, str]]]]:
    """A service of two collections that asks for keys, and the headers of some."""
    folder = tmp_path_factory.mktemp("keyed")
    keys = Keys(folder)
    made = {
        "reader": keys.add("reader", ["ask"], ["default"])[1],
        "neighbour": keys.add("neighbour", ["ask", "ingest"], ["other"])[1],
        "writer": keys.add("writer", ["ingest"], None)[1],
    }
    served = {name: Heard(name) for name in COLLECTIONS}
    with TestClient(create_app(served, data=folder, require_key=True), base_url=LOCAL) as client:
        yield client, {name: {"authorization": f"Bearer {text}"} for name, text in made.items()}


def test_changes_need_the_scope(keyed: tuple[TestClient, dict[str, dict[str, str]]]) -> None:
    """Who may ask may not change, and who may change may not ask; without a key nothing is read."""
    client, keys = keyed
    for act in (
        lambda headers: send(client, ("a.md", b"x"), headers=headers),
        lambda headers: client.delete("/api/documents/x", headers=headers),
        lambda headers: client.post("/api/sync", headers=headers),
    ):
        assert "ingest" in refusal(act(keys["reader"]), 403)
        refusal(act({}), 401)
    refusal(client.post("/api/ask", json={"question": ANSWERED}, headers=keys["writer"]), 403)
    refusal(client.get("/api/documents", headers=keys["writer"]), 403)
    assert client.post("/api/sync", headers=keys["writer"]).status_code == 200


def test_a_collection_is_one_audience(keyed: tuple[TestClient, dict[str, dict[str, str]]]) -> None:
    """What is of another collection is 404 everywhere: its documents, its name, and conversations over it."""
    client, keys = keyed
    reader, neighbour = keys["reader"], keys["neighbour"]
    document = client.get("/api/documents", headers=reader).json()["documents"][0]["id"]
    asked = {"question": ANSWERED, "collection": "other"}
    refusal(client.post("/api/ask", json=asked, headers=reader), 404)
    refusal(client.get("/api/documents?collection=other", headers=reader), 404)
    refusal(client.post("/api/sync?collection=default", headers=neighbour), 404)
    refusal(client.delete(f"/api/documents/{document}?collection=default", headers=neighbour), 404)
    secret = OWNER
    conversation = ask(client, owner=neighbour | secret)["conversation"]
    refusal(client.get(f"/api/conversations/{conversation}", headers=reader | secret), 404)
    assert client.get(f"/api/conversations/{conversation}", headers=neighbour | secret).status_code == 200


def test_conversations_of_a_key(keyed: tuple[TestClient, dict[str, dict[str, str]]]) -> None:
    """Without a browser's secret they are the key's own; a secret that looks like a key's name is another owner."""
    client, keys = keyed
    conversation = ask(client, owner=keys["reader"])["conversation"]
    address = f"/api/conversations/{conversation}"
    assert client.get(address, headers=keys["reader"]).status_code == 200
    refusal(client.get(address, headers=keys["neighbour"]), 404)
    disguised = {"x-assistant-owner": "key reader" + " " * 10}
    refusal(client.get(address, headers=keys["reader"] | disguised), 404)


def test_old_answers_are_checked_when_the_service_starts(tmp_path: Path) -> None:
    """What was deleted meanwhile, by a command for instance, is no longer quoted; a damaged collection keeps nobody out."""
    assistant = Heard("default")
    with TestClient(create_app(assistant, data=tmp_path), base_url=LOCAL) as client:
        record = ask(client)
    assistant.collection.held.pop(0)

    def stored() -> str:
        store = Store(tmp_path / FILE)
        found = json.dumps([turn.record for turn in store.conversation(record["conversation"], SECRET)])
        store.close()
        return found

    assert KEEPER in stored()
    with TestClient(create_app(assistant, data=tmp_path), base_url=LOCAL):
        pass
    assert KEEPER not in stored()

    def damaged() -> Any:
        raise CatalogError("It is damaged.")

    app = create_app(assistant, data=tmp_path)
    assistant.collection.documents = damaged  # type: ignore[method-assign]
    with TestClient(app, base_url=LOCAL) as client:
        assert client.get("/healthz").status_code == 200


# -- with a real collection ----------------------------------------------------------------------------------------


def test_the_way_of_a_document(tmp_path: Path) -> None:
    """Uploaded, asked for, kept, deleted: after that nothing of it is found or quoted, and it does not come back."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "seals.md").write_text("Seals lie on the warm rocks.")
    settings = Settings(tmp_path / "data")
    with Collection.serve(settings, HashEmbedder(64)) as collection:
        collection.ingest(tmp_path / "notes")
        app = create_app(Assistant(collection, WordReader()), data=settings.data)
        with TestClient(app, base_url=LOCAL) as client:
            report = send(client, ("walrus.md", b"The walrus rests upon the ice.")).json()
            (document,) = report["documents"]
            record = ask(client, "Where does the walrus rest?")
            assert record["citations"][0]["document"]["id"] == document
            (tmp_path / "notes" / "seals.md").write_text("Nothing. Seals lie on the warm rocks.")
            assert client.post("/api/sync").json()["changed"] == 1
            assert client.delete(f"/api/documents/{document}").status_code == 204
            assert client.post("/api/sync").json()["unchanged"] == 1
            assert "walrus.md" not in client.get("/api/documents").text
            kept = client.get(f"/api/conversations/{record['conversation']}", headers=OWNER).json()
            assert kept["turns"][0]["answer"]["citations"][0]["quote"] == ""
            assert "walrus rests" not in json.dumps(kept)
            folder_document = client.get("/api/documents").json()["documents"][0]["id"]
            refusal(client.delete(f"/api/documents/{folder_document}"), 409)
