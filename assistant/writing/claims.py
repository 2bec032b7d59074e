"""What a sentence claims: its parts, whether it claims anything, and whether it only repeats a source."""

from __future__ import annotations

import re

from assistant.writing.gates.lemmas import IRREGULAR, lemma
from index.lexical import STOP_WORDS, words

LEAST_WORDS = 4  # of a part that is judged by itself
LONGEST_SUBJECT = 8  # words that are carried over to a part without a subject

_META = frozenset(
    """answer answers answered based below content context details document documents evidence excerpt excerpts find findings
    following follows found help helpful hope hopes here information key list listed look mentioned note overview point points
    provide provided provides question questions relevant response see sentence sentences source sources statement sum
    summarise summarize summary summarised summarized text sure certainly okay ok yes thank thanks please assist assistance
    feel free ask anything else happy glad course brief short conclusion overall according state states stated""".split()
)
_AUXILIARY = frozenset(
    """is are was were be been has have had does do did will would can could may might must shall should cannot isn't aren't
    wasn't weren't hasn't haven't hadn't doesn't don't didn't won't wouldn't can't couldn't mustn't shouldn't""".split()
)
# Stop words that a retelling must not change.
_BINDING = frozenset(
    """not no nor never cannot before after above below under over until against with without up down off out by between during
    may can could might must should will would because but while if although though since whether or than so again only all
    any both each few most more many some such other own once same when where who whom""".split()
)
_JOINT = re.compile(r"\s*;\s+|,?\s+(?:and|but|while|whereas|whilst|though|although)\s+", re.IGNORECASE)
_SUBJECTS = frozenset(
    """the a an this that these those he she it they we i you his her its their our my there both each every some all no none
    many most several another neither one two three four five""".split()
)


def is_empty(sentence: str) -> bool:
    """Whether it says nothing that a source could support, as "Here is what I found:" or "I hope this helps!"."""
    content = [word for word in words(sentence) if word not in STOP_WORDS and word not in _META]
    return not content


def repeats(sentence: str, source: str) -> bool:
    """Whether both are the same words in the same order, whatever their marks and capitals; a mere "However," may open it."""
    ours, theirs = _plain(sentence), _plain(source)
    return bool(ours) and ours == theirs


def retells(sentence: str, source: str) -> bool:
    """Whether both have the same content words in the same order, and the same words that bind, deny or bound them; only
    articles, auxiliaries, pronouns and endings may differ."""
    ours, theirs = _content(sentence), _content(source)
    return len(ours) >= LEAST_WORDS and ours == theirs


def _content(text: str) -> list[str]:
    found = re.findall(r"[^\W_]+(?:'[^\W\d_]+)?|[%$€£¥+±<>=°]", text.lower().replace("’", "'"))
    return [
        "not" if word.endswith("n't") or word == "cannot" else lemma(word.removesuffix("'s"))
        for word in found
        if word not in STOP_WORDS or word in _BINDING or word.endswith("n't")
    ]


def _plain(text: str) -> list[str]:
    found = re.findall(r"[^\W_]+(?:[.,:/-]\d+)*|[%$€£¥+±<>=°-]", text.casefold().replace("’", "'"))
    opener = {("however",), ("moreover",), ("furthermore",), ("additionally",), ("also",)}
    return found[1:] if tuple(found[:1]) in opener else found


def parts(sentence: str) -> list[str]:
    """The parts of a sentence that can be judged by themselves, split at clear conjunctions; itself alone if there is none.

    A part that begins with a verb gets the subject of the part before it.
    """
    cuts = [(match.start(), match.end()) for match in _JOINT.finditer(sentence)]
    found, start = [], 0
    for before, after in cuts:
        left, right = sentence[start:before], sentence[after:]
        if _stands(left) and _stands(_until_next(right)) and (_own_subject(right) or _opens_with_verb(right)):
            found.append(left)
            start = after
    found.append(sentence[start:])
    if len(found) == 1:
        return found
    return [part if number == 0 else _complete(part, found[0]) for number, part in enumerate(found)]


def _stands(text: str) -> bool:
    tokens = text.split()
    return len(tokens) >= LEAST_WORDS and any(map(_is_verb, tokens))


def _until_next(text: str) -> str:
    cut = _JOINT.search(text)
    return text[: cut.start()] if cut and len(text[: cut.start()].split()) >= LEAST_WORDS else text


def _own_subject(text: str) -> bool:
    first = text.split()[0]
    return first.lower().strip(",") in _SUBJECTS or first[0].isupper() or first[0].isdigit()


def _opens_with_verb(text: str) -> bool:
    return _is_verb(text.split()[0])


def _is_verb(token: str) -> bool:
    word = token.lower().strip(".,:()\"'”’")
    return word in _AUXILIARY or word in IRREGULAR or (len(word) > 4 and word.endswith("ed"))


def _complete(part: str, first: str) -> str:
    if not _opens_with_verb(part):
        return part[0].upper() + part[1:]
    tokens = first.split()
    verb = next((place for place, token in enumerate(tokens) if _is_verb(token)), 0)
    return f"{' '.join(tokens[:verb])} {part}" if 0 < verb <= LONGEST_SUBJECT else part
