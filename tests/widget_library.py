"""What the widget's tests ask, and of what: a small company wiki as documents and as pages, and an assistant over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from browser_library import FakeLibrary, Streamed, make

from assistant.record import Answer, AnswerSentence, Citation, CitedDocument, Coverage
from index.records import Document, Sentence

ANSWERED = "How do I get access from home?"
TWICE = "What is said twice?"
TABLE = "Which days does the office close?"
REFUSED = "What is the capital of France?"
PARTIAL = "Who pays for it?"
HOSTILE = "hostile"
LONG = "long word"
FOLLOW_UP = "and what do I need for it?"
STANDALONE = "What do I need for access from home?"
THANKS = "Thanks!"
TROUBLE = {
    "busy": "busy for a moment",
    "crowded": "busy for long",
    "cut": "the stream is cut",
    "slow": "the stream is slow",
    "failing": "the server fails in the stream",
    "expired": "the ticket has expired",
    "unknown": "too long a question",
}
EVIL = (
    '<img src="http://evil.example/x.png" onerror="document.title=1"><script>document.title=2</script>'
    " ${document.title=3} javascript:document.title=4 \u202eevil\u2066 &lt;b&gt;"
)
WORD = "Donau" + "dampfschiff" * 1000

Blocks = Sequence[tuple[str, Sequence[str], str]]
PAGES: dict[str, Blocks] = {
    "Remote access": [
        ("#", ["Remote access"], ""),
        (
            "prose",
            [
                "Everyone with a company laptop can work from home on up to three days a week.",
                "The network behaves as it does in the office, only slower.",
            ],
            "",
        ),
        ("##", ["Getting connected"], ""),
        (
            "prose",
            [
                "Access from home goes through the VPN, and the service desk sets it up within one working day.",
                "You sign in with your usual password and a six-digit code from your phone.",
                "The code changes every thirty seconds.",
            ],
            "",
        ),
        ("item", ["Your laptop's inventory number."], "Bring these to the service desk:"),
        ("item", ["The approval of your manager, by mail."], "Bring these to the service desk:"),
        ("##", ["When it does not work"], ""),
        ("prose", ["Restart the laptop before you call.", "Most failures are a clock that runs wrong."], ""),
        ("##", ["From abroad"], ""),
        ("prose", ["Ask the security team first.", "Restart the laptop before you call."], ""),
    ],
    "Opening hours": [
        ("#", ["Opening hours"], ""),
        ("row", ["24 December | closes at noon - all sites | Facilities, site desk"], "Day | Office | Who to ask"),
        ("row", ["31 December | closed | Facilities"], "Day | Office | Who to ask"),
        ("prose", ["The reception is staffed from seven in the morning until six in the evening."], ""),
    ],
}


def wiki(origin: str) -> dict[str, tuple[Document, tuple[Sentence, ...]]]:
    """The pages as documents, addressed as MediaWiki's API does it, which is not how its links do."""
    found = {}
    for title, blocks in PAGES.items():
        document, sentences = make("wiki", title, title, blocks, "2026-03-09T08:00:00+00:00")
        address = f"{origin}/index.php?title={title.replace(' ', '_')}"
        found[title] = (replace(document, address=address), sentences)
    return found


def other_documents() -> list[tuple[Document, tuple[Sentence, ...]]]:
    """A PDF without a web address, and one that attacks from every place."""
    leaflet = make(
        "handbook",
        "welcome.pdf",
        "Welcome to the company",
        [("##", ["Your equipment"], ""), ("prose", ["New colleagues get the code app on their first day."], "")],
        "2025-11-20T08:00:00+00:00",
    )
    attack = make(
        "<b>evil", "<u>evil", EVIL, [("prose", [EVIL], ""), ("item", [EVIL + "!"], EVIL), ("prose", [WORD], "")]
    )
    return [leaflet, (replace(attack[0], address="javascript:document.title=5"), attack[1])]


def as_html(title: str, plain: bool = False) -> str:
    """A page of the wiki as HTML; unless `plain`, its sentences are broken over lines, with markup and a footnote's
    number inside."""
    out, items = [], []
    for kind, sentences, context in PAGES[title]:
        text = " ".join(escape(sentence) if plain else _marked_up(sentence) for sentence in sentences)
        if kind == "item":
            items.append((f"<p>{escape(context)}</p><ul>" if not items else "") + f"<li>{text}</li>")
            continue
        if items:
            out.append("".join(items) + "</ul>")
            items = []
        if kind == "row":
            cells = "".join(f"<td>{escape(cell)}</td>" for cell in sentences[0].split(" | "))
            out.append(f"<table><tr>{cells}</tr></table>")
        else:
            tag = f"h{len(kind)}" if kind.startswith("#") else "p"
            out.append(f"<{tag}>{text}</{tag}>")
    return "\n".join(out)


def _marked_up(sentence: str) -> str:
    words = [escape(word) for word in sentence.split(" ")]
    if len(words) > 8:
        words[2] = f"<b>{words[2][:2]}</b>{words[2][2:]}"
        words[4] = f"<i>{words[4]}</i><sup>[1]</sup>"
    return "\n  ".join(words)


@dataclass
class ScriptedAssistant(Streamed):
    """Answers by the tables below, over a library in memory; refuses every other question."""

    collection: FakeLibrary
    asked: list[tuple[str, str | None]]

    def ask(self, question: str, within: str | None = None) -> Answer:
        self.asked.append((question, within))
        parts = {
            ANSWERED: ["goes through the VPN", "six-digit code", "inventory number", "approval of", "code app"],
            TWICE: ["Restart the laptop"],
            TABLE: ["24 December", "31 December"],
            PARTIAL: ["approval of", "Ask the security"],
            HOSTILE: ["${document.title=3}"],
            LONG: [WORD],
            FOLLOW_UP: ["inventory number", "approval of"],
        }
        wanted = parts.get(question, parts[ANSWERED][:2] if question in TROUBLE.values() else [])
        phrases = {
            "goes through": "the VPN",
            "six-digit": "a six-digit code",
            "24 December": "closes at noon",
            "${": "<img",
        }
        cited = [self._cite(number, part, phrases) for number, part in enumerate(wanted, 1)]
        near = [self._cite(number, part, {}) for number, part in enumerate(["reception is", "code app", "31 Dec"], 1)]
        sentences = tuple(AnswerSentence(one.quote, (one.number,), "source", 0.9) for one in cited)
        answer = Answer(
            f"answer-{len(self.asked)}",
            question,
            "answered" if cited else "not_found",
            sentences,
            tuple(cited),
            () if cited else tuple(near),
            Coverage(len(sentences), len(sentences)),
            {"retrieve": 1.0, "read": 2.0, "answer": 0.1},
            question,
        )
        if question == THANKS:
            return replace(answer, verdict="talk", nearest=(), notes=("You are welcome.",))
        if question == FOLLOW_UP:
            return replace(answer, standalone_question=STANDALONE)
        return self._partial(answer) if question == PARTIAL else answer

    def _partial(self, answer: Answer) -> Answer:
        first = replace(answer.sentences[0], verdict="partly", text="Your manager approves it.", citations=(1, 2))
        return replace(
            answer,
            verdict="partial",
            mode="generated",
            sentences=(first, replace(answer.sentences[1], verdict="unsupported", citations=())),
            coverage=Coverage(2, 1),
            notes=("The second part was not found.",),
            withheld=2,
        )

    def _cite(self, number: int, part: str, phrases: dict[str, str]) -> Citation:
        found = [
            (document, one)
            for document, sentences in self.collection.held
            for one in sentences
            if part in one.text and one.kind != "heading"
        ]
        document, one = found[-1]  # of equal sentences, the later one
        phrase = next((words for key, words in phrases.items() if key in one.text and words in one.text), "")
        at = one.text.index(phrase)
        above = [heading.text for heading in document.headings if heading.start <= one.start][-1:]
        return Citation(
            number,
            one.text,
            one.id,
            CitedDocument(
                document.id, document.revision, document.title, f"{document.source}/{document.path}", document.modified
            ),
            one.start,
            one.end,
            (at, at + len(phrase)) if phrase else None,
            one.context,
            (2, 2) if document.pages else None,
            tuple(name for name in above if name != document.title),
            document.address,
        )
