"""assistant/said.py: what the assistant says itself, in the language of the question."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import HashEmbedder

from assistant import prompts, said
from assistant.answer import Assistant
from assistant.conversation.talk import talk
from assistant.errors import PromptError
from assistant.page.render import render_answer
from assistant.said import DECLARED, LANGUAGES, Said, question_language, said_to
from assistant.service.answer_text import answer_text
from assistant.service.compat_request import _BELOW
from index import Collection, Settings

ROOT = Path(__file__).parent.parent
QUESTIONS = {
    "en": "Why is there no peace treaty? what does “warum” mean? Was the treaty signed? Who was Der Spiegel's editor?",
    "de": "Warum gibt es keinen Friedensvertrag? Wer gewann die Weltmeisterschaft? Wann? Welche Inseln sind das?",
    "fr": "Pourquoi n'y a-t-il pas de traité ? Qu'est-ce que le traité ? Combien coûte-t-il ? Qui a signé le traité ?",
    "es": "¿Por qué no hay tratado? Cuándo se firmó? ¿Y Moscú?",
    "ja": "なぜ平和条約がないのですか? 北方領土はどこ?",
}


@pytest.fixture(autouse=True)
def _unread() -> Iterator[None]:
    said._texts.cache_clear()
    yield
    said._texts.cache_clear()


@pytest.mark.parametrize(
    ("language", "question"),
    [(code, f"{one.strip()}?") for code, all_of_it in QUESTIONS.items() for one in all_of_it.split("?") if one.strip()],
)
def test_language_of_a_question(language: str, question: str) -> None:
    """The language is told from as little as a question has."""
    assert question_language(question) == language


@pytest.mark.parametrize("question", ["Когда был подписан договор?", "为什么没有和平条约?", "42?", "", "¶", "x" * 3000])
def test_other_languages_are_answered_in_english(question: str) -> None:
    """Where there are no texts in a language, or it cannot be told, they are English."""
    assert question_language(question) == "en"


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_every_text(code: str) -> None:
    """Each text takes its declared variables and shows their values as they are; no two languages say the same."""
    for name, variables in DECLARED.items():
        values = {variable: f"{{{variable}}} %s ${{x}}" for variable in variables}
        text = Said(code)(name, **values)
        assert text == text.strip() != ""
        assert all(value in text for value in values.values()), name
    others = [Said(one)("refusal") for one in LANGUAGES if one != code]
    assert Said(code)("refusal") not in others


def test_files_are_those_of_the_languages() -> None:
    """There is a file for each language and no other."""
    assert {path.name for path in (ROOT / "prompts" / "said").iterdir()} == {f"{code}.toml" for code in LANGUAGES}


def test_refusal_stands_in_no_code() -> None:
    """The refusal is said from its file only: no Python file repeats it."""
    refusal = Said("en")("refusal")
    for path in [*(ROOT / "assistant").rglob("*.py"), *(ROOT / "index").rglob("*.py")]:
        strings = [
            node.value
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        assert all(refusal.rstrip(".") not in string for string in strings), path


@pytest.mark.parametrize(
    "broken",
    ["refusal = ", 'refusal = "x"', 'refusal = "{x}"'],
)
def test_broken_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    """A file that is no TOML, or lacks a text, is a PromptError that names it."""
    (tmp_path / "said").mkdir()
    (tmp_path / "said" / "de.toml").write_text(broken)
    monkeypatch.setattr(prompts, "_FOLDERS", (tmp_path,))
    with pytest.raises(PromptError, match=r"prompts/said/de\.toml"):
        Said("de")("refusal")


def test_other_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A translation that uses other variables than declared is a PromptError, too."""
    text = (ROOT / "prompts" / "said" / "de.toml").read_text().replace("{words}", "{word}")
    (tmp_path / "said").mkdir()
    (tmp_path / "said" / "de.toml").write_text(text)
    monkeypatch.setattr(prompts, "_FOLDERS", (tmp_path,))
    with pytest.raises(PromptError, match=r"de\.toml, missing uses the variables \['word'\], declared are \['words'\]"):
        Said("de")("refusal")


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("said")
    (folder / "turm.txt").write_text("Der Leuchtturm von Ostrand wurde 1888 gebaut. Er ist 30 Meter hoch.\n")
    with Collection.open(Settings(folder / "data"), create=True, embedder=HashEmbedder()) as collection:
        collection.ingest(folder / "turm.txt")
        yield Assistant(collection)


def test_refusal_and_labels_follow_the_question(assistant: Assistant) -> None:
    """The refusal, the labels and the notes are in the question's language at every door."""
    answer = assistant.ask("Wer gewann die Weltmeisterschaft 2018?")
    assert answer.verdict == "not_found"
    german, page, text = Said("de"), render_answer(answer, "a1"), answer_text(answer)
    for name in ("refusal", "nearest"):
        assert german(name) in page
        assert german(name) in text
    assert german("copy_sentences") in page
    assert Said("en")("refusal") not in page + text
    assert Said("fr")("refusal") in render_answer(assistant.ask("Qui a gagné la coupe du monde ?"), "a1")


def test_quotes_keep_their_language(assistant: Assistant) -> None:
    """What a document says is quoted as it stands, whatever language it is asked in."""
    answer = assistant.ask("How tall is the Leuchtturm von Ostrand, 30 Meter hoch?")
    quotes = [one.quote for one in (*answer.citations, *answer.nearest)]
    assert quotes
    assert all("Leuchtturm" in quote or "Meter" in quote for quote in quotes)


@pytest.mark.parametrize("code", LANGUAGES)
def test_own_labels_are_known_in_earlier_messages(code: str) -> None:
    """What stands below an answer that a program sends back is cut off, in each language."""
    for name in ("sources", "nearest"):
        assert _BELOW.split(f"Text. [1]\n\n{Said(code)(name)}:\n\n[1] “Text.”")[0] == "Text. [1]"


@pytest.mark.parametrize(
    ("utterance", "language", "name"),
    [
        ("Vielen Dank!", "de", "talk_thanks"),
        ("Hallo", "de", "talk_greeting"),
        ("merci beaucoup", "fr", "talk_thanks"),
        ("Au revoir.", "fr", "talk_goodbye"),
        ("¡Hola!", "es", "talk_greeting"),
        ("Gracias", "es", "talk_thanks"),
        ("ありがとうございます。", "ja", "talk_thanks"),
        ("thanks", "en", "talk_thanks"),
    ],
)
def test_courtesies(utterance: str, language: str, name: str) -> None:
    """Thanks and greetings are returned in their language and search nothing; what is more than that is a question."""
    understood = talk(utterance)
    assert understood is not None
    assert understood.reply == Said(language)(name)
    assert talk(f"{utterance} Warum gibt es keinen Friedensvertrag?") is None


def test_said_to() -> None:
    """The texts of a question are those of its language."""
    assert said_to("Warum?") == Said("de")
