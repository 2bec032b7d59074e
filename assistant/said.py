"""What the assistant itself says around an answer, in the language of the question where that is one of LANGUAGES.

The texts stand in `prompts/said/`, a file a language. What documents say is quoted in their own language, always.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache

from assistant.errors import PromptError
from assistant.prompts import read, require
from assistant.writing.language import language

LANGUAGES = ("en", "de", "fr", "es", "ja")
DEFAULT = "en"
_NUMBER = frozenset({"number"})
# Each text with the variables that it must use, no more and no fewer.
DECLARED: dict[str, frozenset[str]] = dict.fromkeys(
    "refusal refusal_more nothing_near partial doubt_partly doubt_unsupported doubtful withheld_one model_failed "
    "model_unsupported model_none instead asked understood sources nearest one_document citation changed gone "
    "copy_answer copy_sentences reading talk_greeting talk_thanks talk_goodbye talk_other talk_about talk_documents".split(),
    frozenset[str](),
) | {
    "missing": frozenset({"words"}),
    "unanswered": frozenset({"question"}),
    "differ": frozenset({"numbers"}),
    "differ_newest": frozenset({"numbers", "number", "date"}),
    "withheld_many": _NUMBER,
    "many_documents": _NUMBER,
    "open_source": _NUMBER,
    "page": frozenset({"first"}),
    "pages": frozenset({"first", "last"}),
    "cited": frozenset({"cited", "number"}),
    "checked": frozenset({"whole", "number"}),
}
# Words that open a question in one of these languages and no other; short questions have little else to tell by.
_ASKING = {
    "de": "warum wieso weshalb wer wen wem wessen wann wo wohin woher wie welche welcher welches welchen wieviel worüber "
    "wodurch womit wozu gibt gab",
    "fr": "pourquoi qui quoi quand où comment combien quel quelle quels quelles est-ce qu'est-ce",
    "es": "qué quién quiénes cuándo dónde adónde cómo cuál cuáles cuánto cuánta cuántos cuántas",
    "en": "why who whom whose what when where which how does did",
}
_ASKING_WORDS = {name: frozenset(words.split()) for name, words in _ASKING.items()}
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
FIRST = 3  # words in which what opens a question stands


@dataclass(frozen=True, slots=True)
class Said:
    """The texts of one language."""

    language: str

    def __call__(self, name: str, **values: object) -> str:
        """The text of this name with its variables filled in. PromptError if the language's file is not as declared."""
        return _texts(self.language)[name].format(**values)


ENGLISH = Said(DEFAULT)


def day(modified: str, say: Said = ENGLISH) -> str:
    """`2025-05-03T…` as `3 May 2025`, in other languages as `2025-05-03`; what is no ISO date comes back as it is."""
    try:
        moment = datetime.fromisoformat(modified)
    except ValueError:
        return modified
    return f"{moment.day} {moment:%B %Y}" if say == ENGLISH else f"{moment:%Y-%m-%d}"


def said_to(question: str) -> Said:
    """The texts in the language of a question; in English where it is of another one or cannot be told."""
    return Said(question_language(question))


@lru_cache(maxsize=1024)
def question_language(question: str) -> str:
    """One of LANGUAGES: by script, by the words that open the question, or by its function words."""
    words = [word.lower() for word in _WORD.findall(question)]
    found = language(question)
    if found is not None and found.script == "HIRAGANA":
        return "ja"
    if found is not None and found.script != "LATIN":
        return DEFAULT
    asking = [name for name, known in _ASKING_WORDS.items() if known & set(words[:FIRST])]
    if "¿" in question:
        asking = ["es"]
    name = asking[0] if len(asking) == 1 else found.name if found is not None else ""
    return name if name in LANGUAGES else DEFAULT


@cache
def _texts(code: str) -> dict[str, str]:
    where = f"said/{code}.toml"
    try:
        texts: dict[str, str] = tomllib.loads(read(where))
    except tomllib.TOMLDecodeError as error:
        raise PromptError(f"prompts/{where} is not TOML ({error}).") from error
    if texts.keys() != DECLARED.keys():
        raise PromptError(f"prompts/{where} has other texts than declared: {sorted(texts.keys() ^ DECLARED.keys())}.")
    for name, text in texts.items():
        require(f"prompts/{where}, {name}", text, DECLARED[name])
    return texts
