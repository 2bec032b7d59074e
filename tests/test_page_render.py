"""assistant/page/render.py, listing.py and address.py: what leaves them is inert, complete and the same each time."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser

import pytest
from browser_library import ANSWERED, HOSTILE_TITLE, REFUSED, TABLE, FakeAssistant, FakeLibrary, make
from hypothesis import given
from hypothesis import strategies as st

from assistant.page.address import sentence_anchor, source_address
from assistant.page.escape import escape
from assistant.page.listing import render_listing, render_welcome
from assistant.page.plain import plain_text
from assistant.page.render import render_answer, render_failure, render_growing, render_question
from assistant.record import Answer, AnswerSentence, Citation
from assistant.said import Said, day

HOSTILE = [
    "<script>alert(1)</script>",
    "${alert(1)}",
    "![x](http://evil.example/x.png)",
    '<img src=x onerror="alert(1)">',
    "[x](javascript:alert(1))",
    "</div></div>",
    "`code` **bold** _it_ ~~x~~ # head",
    "http://evil.example www.evil.example a@evil.example",
    "\u202egpj.exe",
    "\n\n- list\n\n    code\n",
    "$$x$$",
    "a\x00b\ud800",
    "&lt;b&gt; &#60;",
    '" onmouseover="x',
    "<!--",
    "{{7*7}}",
]


class Reader(HTMLParser):
    """Collects tags, attributes and text; complains about tags that do not close."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


ALLOWED = {
    "div",
    "span",
    "p",
    "a",
    "bdi",
    "ol",
    "li",
    "ul",
    "section",
    "h2",
    "h3",
    "mark",
    "time",
    "button",
    "pre",
    "i",
    "small",
    "b",
    "strong",
    "code",
    "progress",
}
ATTRIBUTES = {"class", "id", "href", "type", "value", "max", "title"}


def check_inert(html: str) -> Reader:
    """Only our own tags and attributes, addresses only into our own pages, no line break."""
    read = Reader(html)
    assert "\n" not in html
    assert "$" not in html
    assert "`" not in html
    assert "![" not in html
    for tag, attributes in read.tags:
        assert tag in ALLOWED
        assert set(attributes) <= ATTRIBUTES
        assert re.match(r"#|\./source/", attributes.get("href") or "#")
    return read


def hostile_answer(text: str, verdict: str = "answered") -> Answer:
    """The fake's answer with one text in every place that a document, a question or a model fills."""
    answer = FakeAssistant().ask(TABLE)

    def spoil(citation: Citation) -> Citation:
        document = dataclasses.replace(citation.document, id=text, title=text, source=text, modified=text)
        return dataclasses.replace(
            citation,
            quote=text,
            sentence_id=text,
            document=document,
            context=text,
            heading=(text, text),
            address=text,
            phrase=(0, len(text)),
            stale=True,
            pages=(1, 2),
        )

    citations = tuple(map(spoil, answer.citations))
    sentences = (AnswerSentence(text, (1, 2, 99), "partly", 0.5), AnswerSentence(text, (), "unsupported", 0.1))
    refused = verdict == "not_found"
    return dataclasses.replace(
        answer,
        question=text,
        standalone_question=f"{text} {text}",
        verdict=verdict,
        notes=(text,),
        withheld=2,
        sentences=() if refused else sentences,
        citations=() if refused else citations,
        nearest=citations if refused else (),
    )


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("verdict", ["answered", "partial", "not_found"])
def test_hostile_text_stays_text(text: str, verdict: str) -> None:
    """Markup, Markdown, template literals and addresses in any field are shown, and do nothing."""
    read = check_inert(render_answer(hostile_answer(text, verdict), "a1"))
    shown = text.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    assert any(shown in piece for piece in read.text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_questions_names_and_errors_stay_text(text: str) -> None:
    """The question, a failure, the list of documents: the same rule."""
    library = FakeLibrary(held=[make(text, text, text, [("prose", [text], "")], text)] if "\ud800" not in text else [])
    for html in (
        render_question(text),
        render_failure(text),
        render_listing(library).html,
        render_welcome(library, uploads=True),
    ):
        check_inert(html)


@given(st.text())
def test_escaped_text_reads_back_as_itself(text: str) -> None:
    """Escaping loses nothing but control characters and surrogates, and leaves no character that any parser acts on."""
    html = escape(text)
    lines = text.replace("\r\n", "\n")
    kept = "".join(
        "\ufffd" if (ord(c) < 32 and c not in "\t\n") or ord(c) == 127 or 0xD800 <= ord(c) <= 0xDFFF else c
        for c in text
    )
    read: list[str] = []
    parser = HTMLParser(convert_charrefs=True)
    parser.handle_data = read.append  # type: ignore[method-assign]
    parser.feed(html)
    parser.close()
    assert lines is not None
    assert not re.search(r"[<>\"`*_\[\]{}$\\~|!\n]", html)
    # C1 controls as numeric references mean Windows letters in HTML; they never stand in stored text.
    if not re.search(r"[\x80-\x9f\ufdd0-\ufdef\ufffe\uffff]|[^\u0000-\uffff]", text):
        assert "".join(read) == kept


TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize("verdict", ["answered", "not_found"])
@pytest.mark.parametrize("mark", TURNING)
def test_marks_that_turn_text_are_not_shown(mark: str, verdict: str) -> None:
    """One that is left open would turn what stands behind its <bdi>. What is copied is the text as it was."""
    html = render_answer(hostile_answer(f"{mark}abc", verdict), "a1")
    shown, _, copied = html.partition('<pre class="plain">')
    assert shown.count("<bdi>abc</bdi>") >= 2
    assert f"&#{ord(mark)};" not in shown
    assert f"&#{ord(mark)};abc" in copied
    library = FakeLibrary(held=[make(f"{mark}s", f"{mark}p", f"{mark}t", [("prose", ["One."], "")])])
    for other in (render_question(f"a{mark}b"), render_failure(f"a{mark}b"), render_listing(library).html):
        assert f"&#{ord(mark)};" not in other


def test_the_phrase_is_found_before_marks_are_left_out() -> None:
    """Its range counts the characters of the quote as it is stored."""
    answer = FakeAssistant().ask(ANSWERED)
    cited = dataclasses.replace(answer.citations[0], quote="\u202eone two\u202c three", phrase=(5, 8))
    html = render_answer(dataclasses.replace(answer, citations=(cited, *answer.citations[1:])), "a1")
    assert "one <mark>two</mark> three" in html


def test_letters_from_right_to_left_are_isolated() -> None:
    """Each piece of foreign text stands in <bdi>, so its letters cannot turn the rest of the line."""
    html = render_answer(hostile_answer("שלום"), "a1")
    assert html.count("<bdi>שלום</bdi>") >= 4


def test_every_chip_leads_to_its_source() -> None:
    """A chip's address is the id of an item in the sources; names for screen readers are in its text."""
    answer = FakeAssistant().ask(ANSWERED)
    html = render_answer(answer, "a7")
    chips = re.findall(r'class="chip" href="#([^"]+)"', html)
    assert len(chips) == 4
    assert all(f'id="{chip}"' in html for chip in chips)
    assert 'Citation </span>1<span class="unseen">&#58; North Point&#58; a history' in html


def test_sources_are_grouped_by_document() -> None:
    """Four citations from two documents make two groups, with place and date."""
    html = render_answer(FakeAssistant().ask(ANSWERED), "a1")
    assert html.count('<div class="document">') == 2
    assert html.count("<li ") == 4
    assert "page 2 &#183; History" in html
    assert "3 May 2025" in html


def test_a_growing_answer_only_grows() -> None:
    """Each step shows one more sentence and no sources, the whole has them; what stood above stays as it was."""
    answer = FakeAssistant().ask(ANSWERED)
    steps = [
        render_growing(answer.question, answer.sentences[:shown], answer.citations[:shown], "a1")
        for shown in range(1, 5)
    ]
    assert [step.count('class="sentence') for step in steps] == [1, 2, 3, 4]
    assert not any("Sources" in step for step in steps)
    whole = render_answer(answer, "a1", fresh=True)
    assert "Sources" in whole
    assert steps[-1].partition(">")[2].removesuffix("</div>") in whole


def test_a_refusal_shows_the_nearest_sentences() -> None:
    """It says so in the one refusal phrase, and lists them with their places."""
    html = render_answer(FakeAssistant().ask(REFUSED), "a1")
    assert Said("en")("refusal") in html
    assert "Nearest sentences" in html
    assert html.count('class="quote"') == 3


def test_doubt_is_marked_and_withheld_sentences_are_counted() -> None:
    """Sentences that are not fully supported carry a label; what was withheld is said."""
    html = render_answer(dataclasses.replace(hostile_answer("x", "partial"), mode="generated"), "a1")
    assert "partly supported" in html
    assert "not supported by the documents" in html
    assert Said("en")("partial") in html
    assert "2 sentences were withheld" in html
    assert "The source has changed since" in html
    assert "0 of 2 sentences supported" in html


def test_what_is_supported_is_not_marked() -> None:
    """Sentences of a language model that hold stand plainly; the footer says how many, and who wrote them."""
    answer = FakeAssistant().ask(ANSWERED)
    written = tuple(dataclasses.replace(one, verdict="supported") for one in answer.sentences)
    html = render_answer(dataclasses.replace(answer, sentences=written, mode="generated"), "a1")
    assert "doubt" not in html
    assert "remark" not in html
    assert "4 of 4 sentences supported · written by a language model" in html.replace("&#183;", "·")
    assert html.count("sentence supported") == 4


def test_what_is_gone_is_not_quoted_and_leads_nowhere() -> None:
    """Of a removed document there is a place in the list and no link."""
    answer = FakeAssistant().ask(ANSWERED)
    gone = dataclasses.replace(answer.citations[0], quote="", phrase=None, stale=True)
    html = render_answer(dataclasses.replace(answer, citations=(gone, *answer.citations[1:])), "a1")
    assert "The document was removed." in html
    assert html.count('class="quote"') == 3


def test_a_table_row_is_shown_with_its_column_names() -> None:
    """Cells stand under the names of their columns."""
    html = render_answer(FakeAssistant().ask(TABLE), "a1")
    assert '<small><bdi>Height</bdi><span class="unseen">&#58;</span></small> <bdi>31 m</bdi>' in html
    assert "Height&#58; 31 m" in html


def test_the_phrase_is_marked_inside_the_quote() -> None:
    """The answering words are marked; the quote around them is whole."""
    html = render_answer(FakeAssistant().ask(ANSWERED), "a1")
    assert "built in <mark>1874</mark> and rebuilt" in html


def test_plain_text_carries_numbers_and_sources() -> None:
    """What is copied names the question, the numbers and every quote with its document."""
    text = plain_text(FakeAssistant().ask(ANSWERED))
    assert "storm of 1911. [1] Its lamp" in text
    assert (
        "[3] “Ada Lindqvist has kept the lighthouse since 2019.” — "
        "Keepers of the light, handbook/keepers.md, Keepers, 2 November 2025" in text
    )
    assert plain_text(FakeAssistant().ask(REFUSED)).count("\n[") == 3


def test_plain_text_drops_direction_marks_of_titles() -> None:
    """A right-to-left override in a title would turn the rest of the line wherever it is pasted."""
    assert "\u202e" not in plain_text(hostile_answer("x")).replace("x", "")
    assert (
        "\u202e"
        not in plain_text(dataclasses.replace(hostile_answer("\u202eabc"), question="q", sentences=())).split(" — ")[-1]
    )


def test_addresses_are_safe_in_attributes() -> None:
    """Ids of any shape give an address without a quote or a bracket, and an anchor of letters."""
    assert source_address('a/"b', "x y<>") == "/source/a%2F%22b?sentence=x%20y%3C%3E#s-x_y__"
    assert re.fullmatch(r"s-[\w-]+", sentence_anchor("0f-12-0"))


def test_days_are_written_out() -> None:
    """ISO dates become a day; anything else is left alone."""
    assert day("2025-05-03T09:00:00+00:00") == "3 May 2025"
    assert day("2025-05-03T09:00:00Z") == "3 May 2025"
    assert day("soon") == "soon"


def test_an_empty_collection_says_how_to_add_documents() -> None:
    """With uploads by the button, without them by the command alone."""
    empty = FakeLibrary(held=[])
    assert "Add documents" in render_welcome(empty, uploads=True)
    assert "Add documents" not in render_welcome(empty, uploads=False)
    assert "assistant ingest" in render_welcome(empty, uploads=False)
    assert "3 documents" in render_welcome(FakeLibrary(), uploads=True)


def test_a_long_list_of_documents_is_shown_in_parts() -> None:
    """A hundred at once, with their places and what lies before and after; an offset past the end is the last part."""
    library = FakeLibrary(held=[make("s", f"{n:04}.md", HOSTILE_TITLE, [("prose", ["One."], "")]) for n in range(250)])
    parts = [render_listing(library, offset) for offset in (0, 100, 200, 900)]
    assert [part.html.count("<li>") for part in parts] == [100, 100, 50, 50]
    assert [(part.before, part.after) for part in parts] == [(False, True), (True, True), (True, False), (True, False)]
    assert "101–200 of 250 documents" in parts[1].html
    assert [part.offset for part in parts] == [0, 100, 200, 200]
    short = render_listing(FakeLibrary())
    assert "of 3" not in short.html
    assert not short.after
