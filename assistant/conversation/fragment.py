"""Follow-ups that are no whole question, put into the last one: "why not?", "and Shikotan?", "no, I meant the treaty"."""

from __future__ import annotations

import re

from assistant.conversation.mentions import ADDED_TOPIC, is_time
from assistant.conversation.phrases import Phrase, generic, phrases
from assistant.conversation.vocabulary import PREPOSITIONS
from assistant.conversation.words import split

MOST_WORDS = 10
_BARE = re.compile(
    r"(?:(?:and|but|so)\s+)?(?P<asks>why not|how so|how come|since when|until when|when exactly|why exactly|where exactly|"
    r"when|where|why|how|who|whom|which ones?|(?:by|for|with|to|from|of|about) (?:whom|what|where)|what for|where (?:to|from)|"
    r"how (?:many|much|long|far|often|many times|exactly)|by how (?:many|much))"
    r"(?:\s+(?:was|is|were|are|did|does)\s+(?:that|this)(?:\s+(?:happen|exactly|so|then|be))?)?\W*",
    re.IGNORECASE,
)
_RESHAPED = frozenset("when where why how".split())  # asking words that can take the place of another one
_ABROAD = re.compile(  # the same in German, French, Spanish, Italian
    r"\W*(?:(?:und|aber|et|mais|y|pero|e|ma)\s+)?(?:wann|warum|wieso|weshalb|wo|wer|wie(?: viele?| lange)?|quand|pourquoi|où|qui|"
    r"combien|comment|cuándo|por qué|dónde|quién|cuántos?|cómo|quando|perché|dove|chi|quanti|come)\W*",
    re.IGNORECASE,
)
MOST_LETTERS = 6  # of a fragment in a script other than Latin
_INSTEAD = re.compile(
    r"^\W*(?:(?:no|sorry|oh|well|wait|actually|ok|okay|but)\b\W*)*(?:i (?:mean|meant)|i was asking about|not that one but)\b"
    r"\W*(?:for |about )?",
    re.IGNORECASE,
)
_ALSO = re.compile(
    r"^\W*(?:(?:and|but|so|or|ok|okay|then|now|also|well)\b\W*)*(?:(?:what|how) about|and|or|but)\b\W*", re.IGNORECASE
)
_YEAR = re.compile(r"\s+(?:in|since|from|until|of)\s+\d{4}\b")
_NOW = re.compile(r"\s+(?:now|today|nowadays|currently|at present)(?=\W*$)", re.IGNORECASE)
_THE_ONE = re.compile(r"^(?:the|that|those|these) (?:ones?|those)\s+(?=\w)", re.IGNORECASE)
_NOT = {"can": "can't", "will": "won't"}


def completed(fragment: str, last: str) -> str | None:
    """The last question with what the fragment asks in the place of its own; None if it is no fragment of these kinds."""
    bare = _BARE.fullmatch(fragment.strip())
    if bare:
        return _asked_anew(" ".join(bare["asks"].lower().split()), last)
    if _ABROAD.fullmatch(fragment) or _short_elsewhere(fragment):
        return f"{fragment.strip().rstrip('?？')} ({_apart(last)[0].rstrip(' ?？')})?"
    opening = _INSTEAD.match(fragment) or _ALSO.match(fragment)
    rest = fragment[opening.end() :].strip(" ?.!") if opening else ""
    return _put_into(rest, last) if rest and _is_phrase(rest) else None


def _short_elsewhere(fragment: str) -> bool:
    """Whether a text in a script other than Latin is too short to be a question of its own."""
    letters = [letter for letter in fragment if letter.isalpha()]
    return 0 < len(letters) <= MOST_LETTERS and all(ord(letter) > 0x24F for letter in letters)


def instead(question: str) -> str:
    """What a correction asks: "no, I meant when it took effect" without its first words; any other question as it is."""
    opening = _INSTEAD.match(question)
    rest = question[opening.end() :].strip() if opening else ""
    return rest or question


def _asked_anew(asks: str, last: str) -> str:
    """The last question with another asking word: "Did they win?" and "why not" make "Why didn't they win?"."""
    words = split(last)
    at = next((index for index, word in enumerate(words[:6]) if word.kind == "aux" and word.lower != "not"), None)
    negated = asks == "why not"
    asks = {"how so": "how", "how come": "why", "why not": "why"}.get(asks, asks)
    subject_asked = at is None or any(word.kind == "verb" for word in words[:at])
    if at is None or subject_asked or asks.split()[0] not in _RESHAPED | {"since", "until"} or asks.startswith("how "):
        question, topic = _apart(last)
        return f"{question.rstrip(' ?.!')}, and {'why not' if negated else asks}{topic}?"
    auxiliary = words[at].text.lower()
    if negated:
        auxiliary = _NOT.get(auxiliary, auxiliary if auxiliary.endswith("n't") else f"{auxiliary}n't")
    return f"{asks.capitalize()} {auxiliary}{last[words[at].end :].rstrip(' ?.!')}?"


def _is_phrase(text: str) -> bool:
    """Whether a text has neither a verb nor a word that asks: a phrase, perhaps with a preposition."""
    words = split(text)
    return len(words) <= MOST_WORDS and not any(word.kind in ("wh", "aux", "verb", "pronoun") for word in words)


def _put_into(rest: str, last: str) -> str | None:
    """The last question with a phrase in the place of one of its own of the same kind, or else behind it."""
    last, topic = _apart(last)
    rest = _THE_ONE.sub("", rest)
    said = phrases(rest)
    if not said or (_of_something(said[-1]) and not is_time(said[-1].text)):
        return None
    first = next(word for word in split(rest) if word.kind != "adverb")
    preposition = first.lower if first.lower in PREPOSITIONS else ""
    time = is_time(said[0].text)
    if not time and any(is_time(one.text) for one in said):
        last = _YEAR.sub("", last)
    place = _place(said[0], preposition, time, last)
    if place is None:
        return f"{(_NOW.sub('', last) if time else last).rstrip(' ?.!')}, {rest}{topic}?"
    inserted = rest[first.end :].strip() if preposition else rest
    if said[0].head in ("one", "ones"):
        inserted = re.sub(r"\bones?\b", place.head, inserted, count=1)
    start = place.start - (len(place.opening) + 1 if place.opening else 0)
    end = _end_with_complement(place, last) if " of " in inserted else place.end
    whole = f"{last[:start]}{inserted}{last[end:].rstrip(' ?.!')}"
    alike = time or place.head == said[0].head or (_capital(place) and _capital(said[0]))
    return f"{whole}{topic}?" if alike or topic else f"{whole} ({place.text})?"


def _end_with_complement(place: Phrase, last: str) -> int:
    """Where a phrase ends together with what "of" joins to it."""
    joined = re.compile(r"\s+of\s+(?:the\s+)?").match(last, place.end)
    following = [one for one in phrases(last) if joined is not None and one.start == joined.end()]
    return following[0].end if following else place.end


def _capital(phrase: Phrase) -> bool:
    return any(word.capital for word in phrase.words)


def _of_something(phrase: Phrase) -> bool:
    """Whether a phrase asks about the topic rather than to replace it: "the reasons", "Tokyo's reply"."""
    owner = next((at for at, word in enumerate(phrase.words) if word.owner), -1)
    return generic(phrase.words[owner + 1 :])


def _apart(question: str) -> tuple[str, str]:
    """A question and the topic that was added to it in brackets, with the blank before it; "" if none was."""
    match = ADDED_TOPIC.search(question)
    return (question[: match.start()], match.group().rstrip("?")) if match else (question, "")


def _place(phrase: Phrase, preposition: str, time: bool, last: str) -> Phrase | None:
    """The phrase of the last question that another one is to replace: of its kind, and the later the better."""
    candidates = [one for one in phrases(last) if not one.generic and is_time(one.text) == time]
    if preposition:
        candidates = [one for one in candidates if one.after == preposition]
    return max(
        candidates,
        key=lambda one: (
            2 * (one.named == _capital(phrase))
            + 2 * (one.head == phrase.head)
            + ((one.after in PREPOSITIONS) == bool(preposition))
            + 0.5 * (len(one.words) == len(phrase.words)),
            one.start,
        ),
        default=None,
    )
