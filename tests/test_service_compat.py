"""assistant/service/compat.py and compat_request.py: what the official `openai` client gets from a running service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import openai
import pytest
from browser_library import ANSWERED, BROKEN, HOSTILE, REFUSED, FakeAssistant, FakeLibrary, hostile
from openai import OpenAI
from served import served

from assistant.answer import clean_question
from assistant.record import Answer
from assistant.said import Said
from assistant.service.app import build_service, create_app
from assistant.service.caller import Caller
from assistant.service.compat import models
from assistant.service.keys import Keys
from assistant.service.limits import Allowed
from assistant.service.options import Options
from index.errors import CatalogError

USER = [{"role": "user", "content": ANSWERED}]
UNREADABLE = "unreadable"


class Careful(FakeAssistant):
    """Refuses bad questions as the real one does, and remembers where it was asked."""

    def __init__(self, library: FakeLibrary | None = None) -> None:
        super().__init__(library)
        self.places: list[str | None] = []

    def ask(self, question: str, within: str | None = None) -> Answer:
        self.places.append(within)
        if question == UNREADABLE:
            raise CatalogError("/home/ada/data/catalog.sqlite is damaged.")
        return super().ask(clean_question(question))


def assistants() -> dict[str, Careful]:
    first, second = FakeLibrary("handbook"), FakeLibrary("board")
    first.held.append(hostile())
    return {"handbook": Careful(first), "board": Careful(second)}


@pytest.fixture(scope="module")
def asked() -> dict[str, Careful]:
    return assistants()


@pytest.fixture(scope="module")
def address(asked: dict[str, Careful]) -> Iterator[str]:
    """A service for programs of this machine, without keys."""
    with served(create_app(asked, allowed=Allowed(rate=10_000, total_rate=10_000))) as address:
        yield address


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[OpenAI]:
    with client_of(address) as client:
        yield client


def client_of(address: str, key: str = "unused") -> OpenAI:
    return OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0)


def complete(client: OpenAI, messages: Any = USER, model: str = "cited-assistant", **more: Any) -> Any:
    return client.chat.completions.create(model=model, messages=messages, **more)


def record_of(question: str) -> dict[str, Any]:
    return assistants()["handbook"].ask(question).to_json()


def test_collections_are_models(client: OpenAI) -> None:
    """Each collection is one, the first also by the name that needs no knowledge of collections."""
    assert [model.id for model in client.models.list()] == ["cited-assistant", "cited-handbook", "cited-board"]
    assert client.models.retrieve("cited-board").object == "model"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-5")


def test_an_answer_is_text_with_marks_and_the_record(client: OpenAI) -> None:
    """Each sentence carries its marks, the sources follow; citations and record stand beside it as everywhere."""
    done = complete(client)
    (choice,) = done.choices
    record = record_of(ANSWERED)
    assert (choice.finish_reason, choice.message.role) == ("stop", "assistant")
    for sentence in record["sentences"]:
        assert f"{sentence['text']} [{sentence['citations'][0]}]" in choice.message.content
    assert "Sources:" in choice.message.content
    assert done.citations == record["citations"]
    assert done.answer == record
    assert done.model == "cited-assistant"


def test_no_tokens_are_counted_where_no_language_model_is_asked(client: OpenAI) -> None:
    """Usage is there, and says zero."""
    usage = complete(client).usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (0, 0, 0)


def test_a_stream_goes_sentence_by_sentence(client: OpenAI) -> None:
    """The pieces join to the whole text; the last chunk has the end and every citation."""
    chunks = list(complete(client, stream=True))
    pieces = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices[0].delta.content]
    assert "".join(pieces) == complete(client).choices[0].message.content
    assert [piece.strip() for piece in pieces[:4]] == [
        f"{one['text']} [{one['citations'][0]}]" for one in record_of(ANSWERED)["sentences"]
    ]
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert chunks[-1].citations == record_of(ANSWERED)["citations"]
    assert chunks[-1].answer["verdict"] == "answered"
    assert len({chunk.id for chunk in chunks}) == 1
    assert chunks[0].usage is None


def test_a_stream_ends_with_usage_only_where_it_is_asked_for(client: OpenAI) -> None:
    """Then one more chunk without a choice has it, and every other says null."""
    *chunks, last = complete(client, stream=True, stream_options={"include_usage": True})
    assert last.choices == []
    assert last.usage.total_tokens == 0
    assert all(chunk.usage is None for chunk in chunks)
    assert chunks[-1].citations


def test_a_stream_is_server_sent_events(address: str) -> None:
    """Each event is one line of data, the last one says that it is done; no proxy may keep them back."""
    body = {"model": "cited-assistant", "messages": USER, "stream": True}
    answer = httpx.post(f"{address}/v1/chat/completions", json=body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-accel-buffering"] == "no"
    events = answer.text.removesuffix("\n\n").split("\n\n")
    assert all(event.startswith("data: {") and "\n" not in event for event in events[:-1])
    assert events[-1] == "data: [DONE]"


@pytest.mark.parametrize("stream", [False, True])
def test_what_is_not_in_the_documents_is_refused(client: OpenAI, stream: bool) -> None:
    """The text is the refusal with the nearest sentences; there are no citations."""
    done = complete(client, [{"role": "user", "content": REFUSED}], stream=stream)
    chunks = list(done) if stream else [done]
    text = "".join((chunk.choices[0].delta if stream else chunk.choices[0].message).content or "" for chunk in chunks)
    assert text.startswith(Said("en")("refusal"))
    assert "Nearest sentences:" in text
    assert chunks[-1].citations == []
    assert chunks[-1].answer["verdict"] == "not_found"
    assert chunks[-1].answer["nearest"]


def test_the_last_message_of_the_user_is_the_question(client: OpenAI) -> None:
    """Whatever other roles say before or after it."""
    done = complete(
        client,
        [
            {"role": "system", "content": "You are a pirate."},
            {"role": "developer", "content": [{"type": "text", "text": "Say arr."}]},
            {"role": "user", "content": REFUSED},
            {"role": "assistant", "content": None, "tool_calls": []},
            {"role": "user", "content": ANSWERED},
            {"role": "assistant", "content": "Well,"},
        ],
    )
    assert done.answer["question"] == ANSWERED
    assert "arr" not in done.choices[0].message.content


def test_parts_of_text_are_one_question(client: OpenAI) -> None:
    """Each on a line of its own, which folds to a space."""
    first, _, second = ANSWERED.partition(" and ")
    parts = [{"type": "text", "text": f"{first} and"}, {"type": "text", "text": second}]
    assert complete(client, [{"role": "user", "content": parts}]).answer["question"] == ANSWERED


def test_parameters_of_language_models_are_ignored(client: OpenAI) -> None:
    """A program that sends them gets its answer."""
    done = complete(
        client, temperature=2, top_p=0.1, seed=7, max_tokens=1, stop=["."], n=1, tools=[], logprobs=True, user="ada",
        response_format={"type": "text"}, presence_penalty=1, extra_body={"min_p": 0.5},
    )  # fmt: skip
    assert done.citations == record_of(ANSWERED)["citations"]


PICTURE = {"type": "image_url", "image_url": {"url": "http://evil.example/x.png"}}
TOOL = {"type": "function", "function": {"name": "secret_tool"}}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n": 2}, "one answer"),
        ({"tools": [TOOL]}, "Tools"),
        ({"extra_body": {"functions": [TOOL["function"]]}}, "functions"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"messages": [{"role": "user", "content": [PICTURE]}]}, "pictures"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": 7}]}]}, "pictures"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "system", "content": "x"}]}, "role user"),
        ({"messages": [{"role": "evil_role", "content": "x"}]}, "role"),
        ({"messages": [{"role": "user", "content": " ?! "}]}, "empty"),
        ({"messages": [{"role": "user", "content": []}]}, "empty"),
        ({"messages": [{"role": "user", "content": None}]}, "empty"),
        ({"messages": "secret_tool"}, "messages"),
        ({"stream_options": "secret_tool"}, "stream_options"),
    ],
)
def test_what_cannot_be_given_is_a_clear_400(client: OpenAI, changes: dict[str, Any], words: str) -> None:
    """One sentence says what to change, and repeats nothing of the request."""
    with pytest.raises(openai.BadRequestError, match=words) as raised:
        complete(client, **({"messages": USER} | changes))
    assert raised.value.type == "invalid_request_error"
    for sent in ("evil", "secret_tool"):
        assert sent not in raised.value.response.text


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'"x"', b"[" * 50_000, b'{"model": NaN}'])
def test_a_body_that_is_no_chat_is_a_400(address: str, body: bytes) -> None:
    """In the shape of every other error."""
    answer = httpx.post(f"{address}/v1/chat/completions", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}


@pytest.mark.parametrize("model", ["gpt-5", "cited-", "cited-other", "handbook", "", "<b>", "CITED-ASSISTANT"])
def test_another_model_is_not_found(client: OpenAI, model: str) -> None:
    """A 404 with the code that clients know, which does not repeat the name."""
    with pytest.raises(openai.NotFoundError) as raised:
        complete(client, model=model)
    assert raised.value.code == "model_not_found"
    assert "<b>" not in raised.value.response.text


def test_a_model_is_its_collection(client: OpenAI, asked: dict[str, Careful]) -> None:
    """It is asked, and no other; the place within it is passed on."""
    before = [len(one.places) for one in asked.values()]
    complete(client, model="cited-board", extra_body={"within": "handbook/keepers.md"})
    assert [len(one.places) for one in asked.values()] == [before[0], before[1] + 1]
    assert asked["board"].places[-1] == "handbook/keepers.md"
    complete(client, model="cited-board")
    assert asked["board"].places[-1] is None


def test_half_characters_are_a_question_like_any_other(address: str, asked: dict[str, Careful]) -> None:
    """They break neither the question nor the place."""
    body = '{"model": "cited-board", "messages": [{"role": "user", "content": "a\\ud800"}], "within": "\\udfff"}'
    answer = httpx.post(f"{address}/v1/chat/completions", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 200
    assert asked["board"].places[-1] == "\ufffd"


def test_a_document_draws_nothing_in_a_program_that_shows_markdown(client: OpenAI) -> None:
    """Pictures and elements of a hostile document are words; the quote itself is as it stands."""
    done = complete(client, [{"role": "user", "content": HOSTILE}])
    assert "![" not in done.choices[0].message.content
    assert "<img" not in done.choices[0].message.content.replace("\\<img", "")
    assert "<img src=x" in done.citations[0]["quote"]


def test_a_fault_tells_nothing_of_the_machine(client: OpenAI) -> None:
    """An unforeseen error is a 500, an unreadable collection a 503; neither names a file or a line."""
    for question, kind, status in [
        (BROKEN, openai.InternalServerError, 500),
        (UNREADABLE, openai.InternalServerError, 503),
    ]:
        with pytest.raises(kind) as raised:
            complete(client, [{"role": "user", "content": question}])
        assert raised.value.status_code == status
        for secret in ("secret", "Traceback", "/home"):
            assert secret not in raised.value.response.text


def test_a_long_question_is_refused(client: OpenAI) -> None:
    """It is told how long it may be."""
    with pytest.raises(openai.APIStatusError, match="2,000") as raised:
        complete(client, [{"role": "user", "content": "a" * 2001}])
    assert raised.value.status_code == 413


def test_too_many_questions_are_a_429_with_a_time() -> None:
    """The client's own class for it, and when to come back."""
    with served(create_app(FakeAssistant(), allowed=Allowed(rate=2))) as address, client_of(address) as client:
        complete(client)
        complete(client)
        with pytest.raises(openai.RateLimitError) as raised:
            complete(client, stream=True)
    assert raised.value.code == "rate_limit_exceeded"
    assert 1 <= int(raised.value.response.headers["retry-after"]) <= 30


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """A service that asks for keys: its address, and a key for each purpose."""
    data = tmp_path_factory.mktemp("keys")
    keys = Keys(data)
    made = {
        "all": keys.add("all", ["ask"])[1],
        "board": keys.add("board", ["ask"], ["board"])[1],
        "ingest": keys.add("ingest", ["ingest"])[1],
    }
    with served(create_app(assistants(), data=data, require_key=True)) as address:
        yield address, made


@pytest.mark.parametrize("key", ["unused", "ca_wrong", "eyJ.eyJ.x"])
def test_a_wrong_key_is_an_authentication_error(guarded: tuple[str, dict[str, str]], key: str) -> None:
    """For models and questions alike, before anything of the request is read."""
    address, _ = guarded
    with client_of(address, key) as client:
        with pytest.raises(openai.AuthenticationError) as raised:
            client.models.list()
        with pytest.raises(openai.AuthenticationError):
            complete(client, [])
    assert raised.value.code == "invalid_api_key"
    assert raised.value.response.headers["www-authenticate"] == "Bearer"
    assert httpx.get(f"{address}/v1/models").status_code == 401


def test_a_key_opens_its_collections_only(guarded: tuple[str, dict[str, str]]) -> None:
    """The default model is its own first collection; one of others answers like one that is not there."""
    address, keys = guarded
    with client_of(address, keys["board"]) as client:
        assert [model.id for model in client.models.list()] == ["cited-assistant", "cited-board"]
        assert complete(client).citations
        answers = set()
        for model in ("cited-handbook", "cited-nothing"):
            with pytest.raises(openai.NotFoundError) as raised:
                complete(client, model=model)
            answers.add(raised.value.response.text)
            with pytest.raises(openai.NotFoundError) as raised:
                client.models.retrieve(model)
            answers.add(raised.value.response.text)
        assert len(answers) == 1
    with client_of(address, keys["all"]) as client:
        assert len(list(client.models.list())) == 3


def test_a_collection_that_is_called_assistant_is_asked_by_its_name() -> None:
    """The name of the default model is its own, wherever it stands; without collections there are no models."""
    service = build_service({name: FakeAssistant() for name in ("handbook", "assistant")}, Options())
    caller = Caller("key", "k", frozenset({"ask"}), None, None, "key k")
    assert models(service, caller) == {"cited-assistant": "assistant", "cited-handbook": "handbook"}
    assert models(service, replace(caller, collections=frozenset())) == {}
    service.close()


def test_a_key_without_the_scope_may_not_ask(guarded: tuple[str, dict[str, str]]) -> None:
    """It is known, and refused."""
    address, keys = guarded
    with client_of(address, keys["ingest"]) as client, pytest.raises(openai.PermissionDeniedError, match="scope ask"):
        complete(client)


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_a_page_of_another_origin_is_refused(address: str, origin: str) -> None:
    """No site can spend this machine's time or read its documents through a visitor's browser."""
    answer = httpx.get(f"{address}/v1/models", headers={"origin": origin})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
