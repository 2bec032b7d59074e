"""Hostile and awkward texts in the widget, in a real browser: nothing runs, and nothing leaves."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from widget_library import HOSTILE, LONG, REFUSED
from widget_visit import Sites, Visit, ask, opened

pytest_plugins = ["widget_fixtures"]

SHARED = Path(os.environ.get("ASSISTANT_SHARED") or Path(__file__).resolve().parents[2] / "shared")
LIST = SHARED / "data" / "naughty_strings.txt"


def awkward_strings() -> list[str]:
    """Texts that try something, and the shared list of such texts where it is at hand."""
    own = [
        "<img src=http://evil.example/x onerror=document.title=1>",
        "javascript:document.title=2",
        'http://evil.example/"onclick=document.title=3',
        "//evil.example/source/",
        "/source/../api/ask",
        "@evil.example/source/",
        ".evil.example/source/x",
        "/source/x?pass=1#:~:text=a",
        "${document.title=4}",
        "\u202e\u2066\u202a",
        "\ud800",
        "__proto__",
        "constructor",
        "0",
    ]
    listed = LIST.read_bytes().decode("utf-8", "replace").split("\n") if LIST.is_file() else []
    return [*own, *(line for line in listed if line and not line.startswith("#"))]


def awkward_record(text: str) -> dict[str, Any]:
    """An answer that says it everywhere."""
    document = {"id": text, "revision": text, "title": text, "source": text, "modified": text}
    citation = {
        "number": 1,
        "quote": text,
        "phrase": [0, 3],
        "context": text,
        "sentence_id": text,
        "document": document,
        "pages": None,
        "heading": [text],
        "address": text,
        "stale": True,
    }
    return {
        "id": text,
        "conversation": text,
        "question": text,
        "standalone_question": f"{text} {text}",
        "verdict": "partial",
        "sentences": [{"text": text, "citations": [1], "verdict": "partly", "support": 1}],
        "citations": [citation],
        "nearest": [],
        "coverage": {"sentences": 1, "cited": 1},
        "notes": [text],
        "withheld": 0,
        "views": {"1": text},
    }


def open_to(origin: str) -> dict[str, str]:
    """Headers with which a browser lets a page of this origin read a response."""
    return {"access-control-allow-origin": origin, "access-control-allow-headers": "*"}


def test_hostile_texts_do_nothing(visit: Visit) -> None:
    """Markup, scripts, templates, addresses that run code, and marks that turn text: shown as text, in their own place."""
    page = opened(visit())
    turn = ask(page, HOSTILE)
    turn.locator(".chip").click()
    card = turn.locator(".card")
    expect(card.locator(".name")).to_contain_text("<script>document.title=2</script>")
    expect(card.locator("b")).to_have_text("<img")
    expect(card.get_by_role("link", name="Open in page")).to_have_count(0)
    href = card.locator("a").get_attribute("href") or ""
    assert "/source/" in href
    assert page.locator("cited-assistant img, cited-assistant script").count() == 0
    behind = turn.locator(".sentence").evaluate(
        """e => { const chip = e.querySelector('.chip').getBoundingClientRect();
        const lines = [...e.querySelector('bdi').getClientRects()].filter(one => one.bottom > chip.top && one.top < chip.bottom);
        return lines.every(one => one.right <= chip.left + 1) }"""
    )
    assert behind
    ask(page, '<img src=x onerror="document.title=4"> ${document.title=4}')
    page.goto(page.url)
    expect(page.locator(".turn")).to_have_count(2)


@pytest.mark.parametrize("policy", [True, False])
def test_awkward_strings_in_every_place_are_text(visit: Visit, sites: Sites, policy: bool) -> None:
    """As question, sentence, title, quote, context, heading, date, address, view and note; with the page's policy and
    without: no element is made of them, no address but of the web is linked, nothing is requested."""
    page = visit(bypass_csp=not policy)
    turns = [{"answer": awkward_record(one), "feedback": None} for one in awkward_strings()]
    body = json.dumps({"turns": turns})
    page.route("**/api/conversations/*", lambda route: route.fulfill(body=body, headers=open_to(sites.wiki)))
    ask(opened(page), REFUSED)
    page.reload()
    expect(page.locator(".turn")).to_have_count(len(turns), timeout=30_000)
    found = page.locator("cited-assistant").evaluate(
        """e => { const root = e.shadowRoot;
        for (const chip of root.querySelectorAll('.chip')) chip.click();
        return { tags: [...new Set([...root.querySelectorAll('*')].map(one => one.localName))].sort(),
            ways: [...root.querySelectorAll('a')].map(one => one.protocol),
            views: [...root.querySelectorAll('a')].map(one => one.href).filter(one => one.startsWith('http://127.0.0.1')),
            cards: root.querySelectorAll('.card').length,
            handlers: [...root.querySelectorAll('*')].flatMap(one => one.getAttributeNames())
                .filter(name => /^on|style|src/.test(name) && name !== 'style') } }"""
    )
    assert set(found["tags"]) <= set(
        "a b bdi blockquote button div form h2 h3 header p path section small span svg textarea time".split()
    )
    assert set(found["ways"]) <= {"http:", "https:"}
    assert all(view.startswith(f"{sites.service}/source/") for view in found["views"])
    assert found["handlers"] == []
    assert found["cards"] >= len(turns) - 5


def test_a_word_without_end_is_broken(visit: Visit) -> None:
    """Ten thousand letters fill lines and push nothing out."""
    page = opened(visit())
    turn = ask(page, LONG)
    assert turn.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert len(turn.locator(".sentence bdi").inner_text()) > 10_000
