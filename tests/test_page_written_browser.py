"""Answers of a language model in the browser, on the chat page and in the widget: as they are written, checked, or quoted
where the model failed. The assistant is the real one; the model is scripted and slow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fakes import WordReader
from playwright.sync_api import Browser, Page, expect
from served import indexed, served
from test_page_browser import ask
from writers import KEYED, WordChecker

from assistant.answer import Assistant
from assistant.errors import ModelError
from assistant.said import Said
from assistant.service.app import create_app
from assistant.writing.model import LanguageModel, Limit
from index.collection import Collection

say = Said("en")

QUESTION = "When was the lighthouse built?"
NOTES = {
    "lighthouse.md": "# History\n\nThe lighthouse was built of granite in 1874. The lighthouse lamp was lit in October 1874.\n"
}
PATIENCE = 20_000  # milliseconds
WITHIN = 1.0  # seconds


@dataclass
class Slow:
    """Writes its sentences word by word, with a pause at the beginning of the second one, or breaks off there."""

    sentences: Callable[[list[tuple[str, str]]], list[str]]
    pause: float = 0.0
    fails: bool = False
    name: str = "gguf:/home/ada/models/slow-1.gguf"
    first: float = 0.0  # when the first sentence was written, by `time.monotonic`
    stopped: list[str] = field(default_factory=list)

    def stream(self, system: str, prompt: str, limit: Limit, *, tokens: int = 600) -> Iterator[str]:
        for number, sentence in enumerate(self.sentences(KEYED.findall(prompt))):
            if number and self.fails:
                raise ModelError("It broke off.")
            first, *rest = sentence.split()
            yield f"{first} "
            if number:
                self._wait(limit)
            for word in rest:
                yield f"{word} "
            self.first = self.first or time.monotonic()

    def _wait(self, limit: Limit) -> None:
        until = time.monotonic() + self.pause
        while time.monotonic() < until:
            try:
                limit.check()
            except ModelError as error:
                self.stopped.append(str(error))
                raise
            time.sleep(0.02)


def repeated(given: list[tuple[str, str]]) -> list[str]:
    """Each sentence that it is given, with its key."""
    return [f"{text.rstrip('.')} [{key}]." for key, text in given]


def mixed(given: list[tuple[str, str]]) -> list[str]:
    """One that is supported, one that has a word from elsewhere in the evidence, one that nothing supports."""
    key = given[0][0]
    return [
        f"The lighthouse was built of granite in 1874 [{key}].",
        f"Built of granite, the lighthouse had a lamp in 1874 [{key}].",
        f"Nine dragons sleep beneath golden mountains [{key}].",
    ]


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    with indexed(tmp_path_factory.mktemp("written"), "default", NOTES) as assistant:
        yield assistant.collection


def writing(collection: Collection, model: LanguageModel | None) -> Any:
    return create_app(Assistant(collection, WordReader(), model, WordChecker()))  # type: ignore[arg-type]


def opened(browser: Browser, address: str) -> Page:
    """For a reader who wants no motion: what a model writes is shown as it comes, all the same."""
    page = browser.new_context(reduced_motion="reduce").new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    expect(page.locator("#question textarea")).to_be_focused(timeout=PATIENCE)
    return page


def seconds_until_shown(model: Slow, page: Page, send: Callable[[], None], sentence: str) -> float:
    """From the model's first sentence to the page's."""
    model.first = 0.0
    send()
    page.wait_for_selector(sentence, state="visible")
    return time.monotonic() - model.first


def test_the_first_sentence_is_there_within_a_second(browser: Browser, collection: Collection) -> None:
    """Of the model's first sentence, while the model is still at the next one: on the page, and in the widget."""
    model = Slow(repeated, pause=3.0)
    with served(writing(collection, model)) as address:
        page = opened(browser, address)
        expect(page.locator("#writer")).to_have_text("Answers written by slow-1.gguf, each sentence checked.")
        page.fill("#question textarea", QUESTION)
        took = seconds_until_shown(model, page, lambda: page.press("#question textarea", "Enter"), "#chat .sentence")
        assert page.locator("#chat .sentence").count() == 1
        assert page.locator(".answer.complete").count() == 0
        assert took < WITHIN
        expect(page.locator(".answer.complete .sentence")).to_have_count(2, timeout=PATIENCE)

        widget = page.context.new_page()
        widget.goto(f"{address}/embed")
        widget.locator("textarea").fill(QUESTION)
        took = seconds_until_shown(model, widget, lambda: widget.locator("textarea").press("Enter"), ".sentence")
        assert widget.locator(".foot").count() == 0
        assert took < WITHIN
        widget.get_by_role("button", name="Stop").click()
        for _ in range(200):
            if model.stopped:
                break
            time.sleep(0.02)
        assert "nobody waits" in model.stopped[0]
        page.context.close()


def test_what_is_doubtful_is_marked_and_what_is_wrong_is_not_shown(browser: Browser, collection: Collection) -> None:
    """On both: the supported one plainly, the one that says a little more with a label, the rest counted."""
    with served(writing(collection, Slow(mixed))) as address:
        page = opened(browser, address)
        ask(page, QUESTION)
        expect(page.locator("#chat .sentence")).to_have_count(2)
        expect(page.locator("#chat .doubt")).to_have_text(["partly supported"])
        expect(page.locator("#chat .remark").last).to_have_text(
            "1 sentence was withheld: the documents do not support it."
        )
        assert "dragons" not in page.content()
        widget = page.context.new_page()
        widget.goto(f"{address}/embed")
        widget.locator("textarea").fill(QUESTION)
        widget.locator("textarea").press("Enter")
        expect(widget.locator(".doubt")).to_have_text(["partly supported"], timeout=PATIENCE)
        expect(widget.locator(".remark")).to_contain_text(["withheld because they are not supported: 1"])
        page.context.close()


def test_where_the_model_breaks_off_the_quoted_answer_takes_its_place(browser: Browser, collection: Collection) -> None:
    """With a note; what had been shown of the model's is replaced, on the page and in the widget."""
    model = Slow(lambda given: [f"In 1874 the lighthouse was built of granite [{given[0][0]}].", "Then it"], fails=True)
    with served(writing(collection, model)) as address:
        page = opened(browser, address)
        ask(page, QUESTION)
        expect(page.locator("#chat .sentence").first).to_contain_text("The lighthouse was built of granite in 1874.")
        expect(page.locator("#chat .remark")).to_have_text([say("model_failed")])
        assert "In 1874 the lighthouse" not in page.locator("#chat").inner_text()
        widget = page.context.new_page()
        widget.goto(f"{address}/embed")
        widget.locator("textarea").fill(QUESTION)
        widget.locator("textarea").press("Enter")
        expect(widget.locator(".remark")).to_have_text([say("model_failed")], timeout=PATIENCE)
        expect(widget.locator(".sentence").first).to_contain_text("The lighthouse was built of granite in 1874.")
        assert "In 1874 the lighthouse" not in widget.locator(".log").inner_text()
        page.context.close()


def test_switching_the_model_off_needs_nothing_else(browser: Browser, collection: Collection) -> None:
    """The same collection, the same question: quoted, and nothing says that a model writes."""
    with served(writing(collection, None)) as address:
        page = opened(browser, address)
        expect(page.locator("#writer")).to_have_count(0)
        ask(page, QUESTION)
        expect(page.locator(".foot")).to_contain_text("quoted word for word")
        page.context.close()
