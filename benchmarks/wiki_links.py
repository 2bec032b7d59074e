"""How often the link of a citation highlights the cited sentence in a real wiki page.

    python -m benchmarks.wiki_links [--pages 30]

A real MediaWiki is filled with pages made of our training documents and given what pages of wikis have: an infobox and
notes by templates, footnotes behind and within sentences, links, bold and italic words, tables, a box of links at the end.
The pages are read as any wiki is, our questions about them are asked, and the link of each citation, made by the widget's
own code, is opened in Chromium. It counts if the beginning and the end of the sentence (of a table row, of its longest
cell) are in the colour of a highlight.
"""

from __future__ import annotations

import argparse
import io
import random
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from assistant.answer import Assistant
from benchmarks.measures import interval
from benchmarks.report import publish
from index import Settings
from index.collection import Collection
from training.claim_data import COLLECTIONS
from training.reading_data import read_rows
from wikis.demo import make_wiki, read_wiki
from wikis.mediawiki import MediaWiki, title_of
from wikis.pages import WikiPage, pages_of, wikitext

QUESTIONS = 8  # at most so many a page
CHROMIUM = "/usr/bin/chromium"
COLOUR = (233, 210, 253)  # Chromium's of a text fragment
ADDRESS = Path(__file__).parent.parent / "assistant" / "widget" / "address.js"
SENTENCE_END = re.compile(r"(?<=[a-z]{3})\. (?=[A-Z])")
COMMA = re.compile(r"(?<=[a-z]{3}), (?=[a-z])")
NAME = re.compile(r"(?<=[a-z] )[A-Z][a-z]{3,}(?: [A-Z][a-z]+)*")
WORD = re.compile(r"(?<=[a-z] )[a-z]{6,}(?= [a-z])")
TEMPLATES = {
    "Template:Infobox": (
        '{| class="infobox" style="float:right; width:20em"\n! colspan="2" | {{{name}}}\n|-\n! Kind\n| {{{kind}}}\n|-\n'
        "! Checked\n| {{{checked|not yet}}}\n|}"
    ),
    "Template:Note": "<div class=\"ambox\" role=\"note\">This page is about ''{{{1}}}''. Please help to correct it.</div>",
    "Template:Source needed": "<sup>[''[[Help:Sources|source needed]]'']</sup>",
    "Template:See": '<div class="hatnote">See also [[{{{1}}}]].</div>',
    "Template:Box": (
        '{| class="navbox" style="width:100%"\n! {{{title}}}\n|-\n| [[One page]] · [[Another page]] · [[A third page]]\n|}'
    ),
}
# The first and the last box of a text on the page, footnote marks and hidden text left out; null where it is not there.
BOXES = """wanted => {
  const root = document.querySelector("#mw-content-text"), places = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, node =>
    node.parentElement.closest("sup, style, script") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  let text = "";
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    for (let at = 0; at < node.data.length; at++)
      if (!/\\s/.test(node.data[at])) { text += node.data[at]; places.push([node, at]); }
  const start = text.indexOf(wanted.replace(/\\s+/g, ""));
  if (start < 0) return null;
  const box = ([node, at]) => {
    const range = new Range(); range.setStart(node, at); range.setEnd(node, at + 1);
    const {x, y, width, height} = range.getBoundingClientRect();
    return {x, y, width, height};
  };
  const length = wanted.replace(/\\s+/g, "").length;
  return [0, 1, 2].map(step => [box(places[start + step]), box(places[start + length - 1 - step])]).flat();
}"""


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation of an answer, as the widget gets it, with the kind of its sentence."""

    quote: str
    context: str
    address: str
    kind: str

    @property
    def named(self) -> str:
        """The text that the link names: a row's longest cell, else the sentence."""
        return max(self.quote.split(" | "), key=len) if self.context else self.quote


def decorated(page: WikiPage, chance: random.Random) -> str:
    """The page's wikitext with templates, footnotes, links and emphasis: none changes what is read as its text."""
    lines = []
    for line in wikitext(page).splitlines():
        if line and line[0] not in "=|!{*#<-":
            line = SENTENCE_END.sub(lambda _: f".{_mark(chance)} ", line)
            line = COMMA.sub(lambda _: f",{_mark(chance, 0.15)} ", line)
            line = NAME.sub(lambda found: f"[[{found[0]}]]" if chance.random() < 0.4 else found[0], line)
            line = WORD.sub(lambda found: f"''{found[0]}''" if chance.random() < 0.05 else found[0], line)
            line += _mark(chance)
        lines.append(line)
    title = title_of(page)
    return (
        f"{{{{Infobox|name={title}|kind=A page of the company|checked={chance.randint(2015, 2026)}}}}}\n{{{{Note|{title}}}}}\n"
        + "\n".join(lines)
        + "\n== Notes ==\n{{See|Main Page}}\n<references />\n{{Box|title=Pages nearby}}\n[[Category:Documents]]\n"
    )


def _mark(chance: random.Random, share: float = 0.5) -> str:
    if chance.random() >= share:
        return ""
    if chance.random() < 0.15:
        return "{{Source needed}}"
    return f"<ref>Papers of the board, sheet {chance.randint(1, 400)}, as copied in {chance.randint(1990, 2024)}.</ref>"


def chosen(number: int) -> tuple[list[WikiPage], dict[str, list[str]]]:
    """So many documents as pages, one of each collection, and the questions that they answer, by the page's title."""
    pages, questions = [], {}
    for folder in sorted(COLLECTIONS.iterdir())[:number]:
        asked = defaultdict(list)
        for row in read_rows(folder / "questions.jsonl"):
            for quote in row["quotes"][:1]:
                asked[Path(quote["document"]).stem].append(row["question"])
        page = max(
            pages_of(folder),
            key=lambda one: (sum(part.kind == "table" for part in one.parts) > 0, len(asked[one.name])),
        )
        pages.append(page)
        questions[title_of(page)] = asked[page.name][:QUESTIONS]
    return pages, questions


def cited(data: Path, questions: dict[str, list[str]]) -> list[Cited]:
    """What the answers to these questions cite, each sentence once."""
    found: dict[tuple[str, str], Cited] = {}
    with Collection.open(Settings(data)) as collection:
        assistant = Assistant(collection)
        kinds = {
            one.id: one.kind
            for summary in collection.documents()
            if (document := collection.document(summary.id))
            for one in collection.catalog.sentences(document)
        }
        for asked in questions.values():
            for question in asked:
                for one in assistant.ask(question).citations:
                    found[one.address or "", one.quote] = Cited(
                        one.quote, one.context, one.address or "", kinds[one.sentence_id]
                    )
    return list(found.values())


def is_highlighted(page: Page, one: Cited, link: str) -> bool:
    page.goto("about:blank")
    page.goto(link, wait_until="load")
    page.wait_for_timeout(250)
    boxes: list[dict[str, float]] | None = page.evaluate(BOXES, one.named)
    if not boxes:
        return False
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return _coloured(picture, boxes[0::2]) and _coloured(picture, boxes[1::2])


def _coloured(picture: Image.Image, boxes: list[dict[str, float]]) -> bool:
    """Whether most of one of these characters' boxes, in view, is in the colour of a highlight."""
    for box in boxes:
        left, top = round(box["x"]), round(box["y"])
        right, bottom = round(box["x"] + box["width"]), round(box["y"] + box["height"])
        if left < right <= picture.width and 0 <= top < bottom <= picture.height:
            part = picture.crop((left, top, right, bottom))
            if part.get_flattened_data().count(COLOUR) > 0.3 * part.width * part.height:
                return True
    return False


def measured(found: list[Cited]) -> Iterator[tuple[Cited, bool, str]]:
    script = ADDRESS.read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        for one in found:
            citation: dict[str, Any] = {"quote": one.quote, "context": one.context, "address": one.address}
            link = page.evaluate(f"citation => {{ {script}; return sentenceAddress(citation); }}", citation)
            yield one, is_highlighted(page, one, link), link
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=30)
    arguments = parser.parse_args()
    chance = random.Random(6)  # not for secrets
    with tempfile.TemporaryDirectory() as folder:
        pages, questions = chosen(arguments.pages)
        (Path(folder) / "none").mkdir()
        wiki = make_wiki("mediawiki", Path(folder) / "wiki", Path(folder) / "none")
        assert isinstance(wiki, MediaWiki)
        wiki.extend("Cite")
        wiki.save({**TEMPLATES, **{title_of(page): decorated(page, chance) for page in pages}})
        wiki.start()
        try:
            found = cited(read_wiki("mediawiki", wiki), questions)
            right: dict[str, list[bool]] = defaultdict(list)
            for one, highlighted, link in measured(found):
                right[one.kind].append(highlighted)
                right["all"].append(highlighted)
                if not highlighted:
                    print(f"not highlighted: {one.kind}: {one.quote}\n    {link}", file=sys.stderr)
        finally:
            wiki.stop()
    rows = [
        {"kind": kind, "cited": len(marks), "highlighted": sum(marks) / len(marks), "95 %": interval(marks)}
        for kind, marks in sorted(right.items())
    ]
    publish("wiki_links", rows, pages=arguments.pages)


if __name__ == "__main__":
    main()
