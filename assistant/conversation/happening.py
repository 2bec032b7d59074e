"""What a question says to have happened: what a bare "that" points at, or who is meant by "they" after "Who met …?"."""

from __future__ import annotations

from assistant.conversation.mentions import ADDED_TOPIC
from assistant.conversation.words import split

MOST_WORDS = 12


def happening(question: str, pointed_at: bool) -> str:
    """“met in Oslo” of “Who met in Oslo?” and, if a bare "that" points at it, “the fleet sail” of “Did the fleet sail?”.

    "" if the question asks otherwise, or at length.
    """
    text = ADDED_TOPIC.sub("", question).rstrip(" ?.!")
    words = [word for word in split(text) if word.kind not in ("conjunction", "adverb")]
    if not words or len(words) > MOST_WORDS:
        return ""
    if pointed_at and words[0].kind == "aux" and len(words) > 2:
        return text[words[1].start :]
    if words[0].lower in ("who", "what", "which"):
        at = next((at for at, word in enumerate(words) if word.kind in ("verb", "aux")), 0)
        if at and words[at].kind == "verb" and at + 1 < len(words):
            return text[words[at].start :]
    return ""
