"""Awkward and hostile texts as document text, titles and file names, in a real browser: chat page and source view.

A real collection is made of them; nothing of it may run or reach another host, with the content policy and without.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import HashEmbedder
from playwright.sync_api import Browser, Page, expect
from served import served
from test_service_hostile import lines

from assistant.page.address import document_address
from assistant.record import Answer, AnswerSentence, Citation, CitedDocument, Coverage
from assistant.service.app import create_app
from assistant.service.limits import Allowed
from index.collection import Collection
from index.sentences import can_stand_alone
from index.settings import Settings

# the page's own library asks an old option of another one, and may
pytestmark = pytest.mark.filterwarnings("ignore:.*no_silent_downcasting", "ignore:The copy keyword is deprecated")

OURS = (
    "<img src=http://evil.example/x onerror=\"document.body.dataset.ran='1'\">",
    "<script>document.body.dataset.ran='2'</script>",
    "<svg onload=document.body.dataset.ran='3'>",
    "![x](http://evil.example/y.png) [x](javascript:document.body.dataset.ran='4')",
    "</textarea></bdi></span><iframe src=http://evil.example/></iframe>",
    "<style>@import url(http://evil.example/z.css)</style><base href=http://evil.example/>",
    '"><link rel=stylesheet href=http://evil.example/s.css><meta http-equiv=refresh content="0;url=http://evil.example">',
)
RAN = "() => document.body.dataset.ran || [...document.querySelectorAll('iframe')].map(e => e.src).find(s => /evil/.test(s))"


def texts() -> list[str]:
    return [one for one in dict.fromkeys([*OURS, *lines()]) if any(map(str.isprintable, one)) and _storable(one)]


def _storable(text: str) -> bool:
    """Files with NUL are taken for binary ones, lone surrogates cannot be written."""
    return not any(letter == "\x00" or 0xD800 <= ord(letter) < 0xE000 for letter in text)


def _file_name(text: str) -> str:
    return text.replace("/", "⁄").replace("\x00", "")[:60].strip(".") or "none"


def write(folder: Path) -> None:
    """For each text a file of that name whose title, heading, sentence and raw markup it is, and two files with all of them."""
    for number, text in enumerate(texts()):
        safe = html.escape(text)
        page = f"<title>{safe}</title><h1>{safe}</h1><p>Lamp {number} is kept by {safe} and by nobody else.</p>{text}"
        (folder / f"{_file_name(text)}-{number}.html").write_text(page, encoding="utf-8")
    (folder / "all.md").write_text("\n\n".join(texts()), encoding="utf-8")
    (folder / "all.txt").write_text("\n\n".join(texts()), encoding="utf-8")


class Everything:
    """Answers any question with a sentence of every document, cited with its title, heading and file name."""

    model = None

    def __init__(self, collection: Collection) -> None:
        self.collection = collection

    def ask(self, question: str, within: str | None = None, *_: object) -> Answer:
        citations = [self._citation(number, one.id) for number, one in enumerate(self.collection.documents(), 1)]
        sentences = tuple(AnswerSentence(one.quote, (one.number,), "partly", 0.5) for one in citations)
        notes = tuple(one.document.title for one in citations)
        return Answer(
            "everything", question, "partial", sentences, tuple(citations), (),
            Coverage(len(sentences), len(sentences)), {}, question, notes=notes,
        )  # fmt: skip

    def stream(self, question: str, within: str | None = None, *_: object) -> Iterator[Answer]:
        yield self.ask(question, within)

    def _citation(self, number: int, identity: str) -> Citation:
        document = self.collection.document(identity)
        assert document is not None
        sentence = next(one for one in self.collection.sentences(identity) if can_stand_alone(one))
        source = f"{document.source}/{document.path}"
        cited = CitedDocument(identity, document.revision, document.title, source, document.modified)
        return Citation(
            number, sentence.text, sentence.id, cited, sentence.start, sentence.end,
            context=document.title, heading=tuple(one.text for one in document.headings),
        )  # fmt: skip


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    folder = tmp_path_factory.mktemp("hostile")
    files = folder / "files"
    files.mkdir()
    write(files)
    settings = replace(Settings(), data=folder / "data", collection="hostile")
    with Collection.open(settings, create=True, embedder=HashEmbedder(8)) as opened:
        report = opened.ingest(files)
        assert not report.failures
        assert len(opened.documents()) == len(texts()) + 2
        yield opened


@pytest.fixture(scope="module")
def service(collection: Collection) -> Iterator[str]:
    allowed = Allowed(rate=100_000)
    with served(create_app(Everything(collection), data=collection.settings.data, allowed=allowed)) as address:
        yield address


@pytest.fixture
def visit(service: str, browser: Browser) -> Iterator[Callable[[bool], Page]]:
    """A page, with the content policy or without; afterwards: no other host was asked, no dialog was opened."""
    wrong: list[str] = []
    contexts = []

    def opened(policy: bool) -> Page:
        context = browser.new_context(bypass_csp=not policy)
        contexts.append(context)
        page = context.new_page()
        context.on("request", lambda one: _note(wrong, one.url, service))
        page.on("dialog", lambda one: (wrong.append(f"dialog: {one.message}"), one.dismiss()))
        page.set_default_timeout(60_000)
        return page

    yield opened
    for one in contexts:
        one.close()
    assert wrong == []


def _note(wrong: list[str], url: str, service: str) -> None:
    if not url.startswith((f"{service}/", "data:", "blob:", "about:blank")):
        wrong.append(url)


@pytest.mark.parametrize("policy", [True, False])
def test_the_chat_page_shows_them_as_text(visit: Callable[[bool], Page], service: str, policy: bool) -> None:
    """In answer, quote, context, heading, title, file name, note and list of documents."""
    page = visit(policy)
    page.goto(service)
    page.fill("#question textarea", "Who keeps the lamps?")
    page.press("#question textarea", "Enter")
    expect(page.locator(".answer.complete")).to_have_count(1, timeout=60_000)
    assert page.locator("#chat .answer .sentence").count() == len(texts()) + 2
    assert page.evaluate(RAN) is None
    assert (
        page.locator("#chat .answer").evaluate(
            "e => [...e.querySelectorAll('img, script, iframe, object, embed, link, meta, style, base, form')].length"
        )
        == 0
    )
    hrefs = page.locator("#chat .answer a").evaluate_all("all => [...new Set(all.map(one => one.protocol))]")
    assert hrefs == ["http:"]


@pytest.mark.parametrize(
    ("policy", "step"),
    [
        (True, 12),
        (False, 6),
        pytest.param(False, 1, marks=[pytest.mark.soak, pytest.mark.timeout(3600)]),
        pytest.param(True, 1, marks=[pytest.mark.soak, pytest.mark.timeout(3600)]),
    ],
)
def test_the_source_view_shows_them_as_text(
    visit: Callable[[bool], Page], service: str, collection: Collection, policy: bool, step: int
) -> None:
    """Every `step`th document, and the two that hold all the texts; without the policy what could run would."""
    page = visit(policy)
    documents = collection.documents()
    for one in [*documents[::step], *(d for d in documents if d.path.startswith("all."))]:
        page.goto(service + document_address(one.id), wait_until="domcontentloaded")
        assert page.evaluate(RAN) is None, one.path
        assert page.locator("img, iframe, object, embed, base, form").count() == 0, one.path
        assert page.locator("[onerror], [onload], [onclick], [onmouseover], [style]").count() == 0, one.path
