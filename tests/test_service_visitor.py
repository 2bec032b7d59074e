"""assistant/service/visitor.py: who looks at the chat page, and which conversation goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from browser_library import ANSWERED, REFUSED, FakeAssistant
from service_library import OTHER, OWNER, Shelf
from starlette.requests import Request

from assistant.conversation import Turn
from assistant.errors import QuestionError, StoreError
from assistant.record import Answer
from assistant.service.app import build_service
from assistant.service.context import Service
from assistant.service.limits import Allowed
from assistant.service.options import Options
from assistant.service.visitor import visitors

BEFORE = (Turn("What was said in this window?", "Something."),)


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return build_service(
        FakeAssistant(Shelf()), Options(data=tmp_path, user_header="x-user", trusted_proxy="192.0.2.1")
    )


def visitor(service: Service, proxied: bool = False, **headers: str) -> Any:
    """The visitor behind an event of the page with these headers."""
    told = {"host": "127.0.0.1:7860", **{name.replace("_", "-"): value for name, value in headers.items()}}
    plain = [(name.encode(), value.encode()) for name, value in told.items()]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "headers": plain,
        "client": ("127.0.0.1", 1),
        "scheme": "http",
    }
    return visitors(service)(Request(scope | {"proxied": proxied, "forwarded": proxied}))


def ask(who: Any, question: str = ANSWERED, history: Sequence[Turn] = ()) -> Answer:
    async def last() -> Any:
        return [event async for event in who.stream(question, history)][-1]

    answer = asyncio.run(last())
    assert isinstance(answer, Answer)
    return answer


def answers(who: Any) -> list[str]:
    return [one.question for one in asyncio.run(who.answers())]


def test_a_conversation_goes_on_by_its_id_and_its_owner(service: Service) -> None:
    """Its kept turns are the history of the next question, whatever the window says."""
    first = ask(visitor(service, **OWNER), ANSWERED, BEFORE)
    assert service.assistants["default"].history == BEFORE  # type: ignore[attr-defined]
    going_on = visitor(service, **OWNER, x_assistant_conversation=first.conversation or "")
    assert ask(going_on, REFUSED, BEFORE).conversation == first.conversation
    assert [turn.question for turn in service.assistants["default"].history] == [ANSWERED]  # type: ignore[attr-defined]
    assert answers(going_on) == [ANSWERED, REFUSED]


def test_a_conversation_of_another_owner_is_none(service: Service) -> None:
    """Nothing of it is shown or deleted, and the next question begins a new one."""
    first = ask(visitor(service, **OWNER))
    stranger = visitor(service, **OTHER, x_assistant_conversation=first.conversation or "")
    assert answers(stranger) == []
    asyncio.run(stranger.forget())
    assert ask(stranger).conversation != first.conversation
    owner = visitor(service, **OWNER, x_assistant_conversation=first.conversation or "")
    assert answers(owner) == [ANSWERED]
    asyncio.run(owner.forget())
    assert answers(owner) == []


def test_a_signed_on_user_owns_a_conversation_in_any_browser(service: Service) -> None:
    """The proxy's name counts, not the browser's secret; another user finds nothing."""
    first = ask(visitor(service, proxied=True, x_user="ada", **OWNER))
    conversation = first.conversation or ""
    assert answers(visitor(service, proxied=True, x_user="ada", x_assistant_conversation=conversation)) == [ANSWERED]
    for other in ({"x_user": "bo"}, {"x_user": "bo", **OWNER}):
        assert answers(visitor(service, proxied=True, x_assistant_conversation=conversation, **other)) == []


def test_without_a_secret_nothing_is_kept(service: Service) -> None:
    """A browser that keeps nothing is answered all the same."""
    assert ask(visitor(service)).conversation is None


def test_what_is_refused_is_told_as_a_question_error(tmp_path: Path) -> None:
    """In the service's own sentence."""
    service = build_service(FakeAssistant(Shelf()), Options(data=tmp_path, allowed=Allowed(rate=1)))
    ask(visitor(service))
    with pytest.raises(QuestionError, match="Too many questions"):
        ask(visitor(service))
    with pytest.raises(QuestionError, match="characters"):
        ask(visitor(service, x_assistant_owner="short"))


def test_a_store_that_fails_costs_the_history_and_not_the_answer(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A damaged file, a full disk."""

    def fail(*given: Any, **named: Any) -> Any:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(service.store, "conversation", fail)
    monkeypatch.setattr(service.store, "keep", fail)
    assert ask(visitor(service, **OWNER, x_assistant_conversation="x")).verdict == "answered"
