"""Words of a text, as the lexical index and the reader compare them: folded, stemmed, stop words known."""

from __future__ import annotations

import re
import threading
from functools import lru_cache

_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_TERM = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_stemming = threading.Lock()  # the stemmer keeps the word that it works on in itself
_SEPARATED = re.compile(rf"([{_UNSPACED}])")

STOP_WORDS = frozenset(
    """a about above after again against all also am an and any are as at be because been before being below between both
    but by can cannot could did do does doing done down during each few for from further get give given go going got had
    has have having he her here hers herself him himself his how i if in into is it its itself just know let like made
    make many may me might more most much must my myself no nor not now of off on once one only or other ought our ours
    ourselves out over own please same say says said shall she should so some such tell than that the their theirs them
    themselves then there these they this those through to too under until up upon us very was we were what when where
    whether which while who whom whose why will with within without would you your yours yourself s t d ll re ve m""".split()
)


def searchable(text: str) -> str:
    """The text as the lexical index takes it: letters of scripts without spaces stand apart, so that each is a term."""
    return _SEPARATED.sub(r" \1 ", text)


def match_expression(question: str) -> str:
    """An FTS5 expression for any of the question's content words (all its words when it has no others); "" if none."""
    terms = list(dict.fromkeys(_TERM.findall(question.lower())))
    content = [term for term in terms if term not in STOP_WORDS] or terms
    return " OR ".join(f'"{term}"' for term in content)


def words(text: str) -> list[str]:
    """The words of a text in order, lower case, possessive endings removed."""
    return list(_TERM.findall(text.lower().replace("’", "'").replace("'s ", " ")))


def content_stems(text: str) -> list[str]:
    """Stems of the content words, in order, repeats kept."""
    return [stem(word) for word in words(text) if word not in STOP_WORDS]


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The Snowball (English) stem of a lower-case word."""
    with _stemming:
        return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer():  # type: ignore[no-untyped-def]  # the library has no types
    import snowballstemmer

    return snowballstemmer.stemmer("english")
