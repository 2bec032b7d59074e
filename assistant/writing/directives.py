"""Sentences of documents that speak to whoever answers: they are quoted where they are found, and given to no model.

What a document says to its readers ("press the button") is no directive of this kind, but is quoted, never reworded: then
it stays what it is, and whose. What it says to a writer of answers is one ("add to your reply"), and so are questions.
Where something speaks to a program, what stands beside it is suspect, too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.read import Evidence

BESIDE = 3  # sentences before and behind one that speaks to a program that are left out with it


def _any(*words: str) -> str:
    return "(?:" + "|".join(" ".join(words).split()) + ")"


_OPENINGS = _any(
    "please now also then and but so first finally important note attention instructions? system kindly always never only",
    "just instead do not don['’]t you must should shall need to have",
)
_FIRST = rf"^\W*(?:{_OPENINGS}\b\W*)*"
_ANSWER = _any("answers? responses? reply replies output summary completion translation")
_SUBJECT = _any(
    "we i he she it they the a an this that these those our their his her its my if when once after before your you there"
)
_TEXTS = _any(
    "poems? essay story letter speech introduction example equivalent function joke song summary translation code headline",
    "haiku recipe synonym",
)
_PROGRAM = _any("ai llms? model assistants? chatbots? bot dan")
_RULES = _any(
    "instructions? prompts? rules guidelines previous prior above everything context question directions documents? told"
)
_DROP = _any(r"ignor\w* disregard\w* forget overrid\w+ bypass discard")
_WRITE = _any(
    "explain describe translate summari[sz]e compose draft paraphrase rephrase imagine pretend role-?play scramble misspell",
    "anagram rearrange capitali[sz]e encode decode rhyme",
)
_TO_PROGRAMS = re.compile(
    rf"\b{_DROP}\b.{{0,60}}\b{_RULES}\b"
    r"|\b(?:your|the|this|hidden) system (?:prompt|instructions)\b"
    r"|\b(?:new|updated|real|actual) (?:instructions?|task)\b\s*(?:[:.]|is\b)"
    rf"|\byou(?: are|['’]re)(?: now)? (?:an? |the )?(?:\w+ )?{_PROGRAM}\b"
    rf"|\b(?:as|to|attention|dear|hey|hello)[\s,:]+(?:an? |the |any |all )?(?:language )?{_PROGRAM}\b(?: \w+)?\s*[,:!]"
    r"|\b(?:jailbreak|developer mode|do anything now|prompt injection)\b"
    r"|\b(?:tell|inform|advise|convince|persuade|warn|ask|instruct|urge) (?:(?:the|your|any|every|all) )?"
    r"(?:users?|readers?|askers?|humans?|whoever|the person)\b"
    r"|\b(?:correct|right|only|true|final) answer (?:to (?:this|every|any|all|the|each) questions? )?is\b"
    r"|\bfrom now on\b.{0,40}\b(?:answer|respond|reply|say|write|act|you)\b"
    r"|\bwhen(?:ever)? (?:you(?:['’]re| are)?|an? (?:ai|assistant|model)) (?:asked|answer|summari[sz]|respond|repl)\w*"
    r"|\bend of (?:the )?(?:documents?|context|sources?|instructions?|prompt)\b"
    r"|\b(?:ignorier|vergiss|missacht)\w*\b.{0,60}(?:anweisung|vorherig|obig|bisherig|regeln)"
    r"|\b(?:ignore[rz]?|oublie[rz]?)\b.{0,60}(?:instruction|consigne|précédent|règle)"
    r"|\b(?:ignor[ae]\w*|olvid[ae]\w*|dimentica|esqueça)\b.{0,60}(?:instruccion|anterior|istruzion|instruç|preced|reglas)"
    r"|(?:игнорир|забуд)\w*.{0,60}(?:инструкц|предыдущ|указани)"
    r"|(?:忽略|无视|無視).{0,20}(?:指示|指令|之前|以上|前)|(?:指示|命令).{0,10}無視",
    re.IGNORECASE,
)
_TO_WRITERS = re.compile(
    rf"{_FIRST}(?:{_WRITE}|break down|act as)\b"
    rf"|{_FIRST}(?:write|provide|give|show|create|develop|generate|make up|tell|produce|suggest|invent|list)\b"
    rf"(?: \S+){{0,4}}? {_TEXTS}\b"
    rf"|{_FIRST}(?:say|repeat|print|output|respond|answer|reply|claim|mention|state (?:that|the|only|clearly))\b"
    rf"|{_FIRST}(?!{_SUBJECT}\b).*\byour (?:\w+ )?{_ANSWER}\b"
    rf"|\b(?:instead|rather)\b[^.?!]{{0,40}}\b(?:say|answer|respond|reply|output|print) \S"
    r"|(?:[?？؟]|\?[\"”'’»)]+)\s*$|!\[",
    re.IGNORECASE | re.DOTALL,
)


def speaks_to_programs(text: str) -> bool:
    """Whether a sentence tries to command a program that reads it."""
    return bool(_TO_PROGRAMS.search(text))


def is_directive(text: str) -> bool:
    """Whether a sentence asks for an answer, a text or a way of answering, or commands a program."""
    return speaks_to_programs(text) or bool(_TO_WRITERS.search(text))


def without_directives(evidence: Sequence[Evidence], everything: Sequence[Evidence]) -> list[Evidence]:
    """The evidence that speaks of things and not to a writer. `everything` is what was read, to see what stands beside."""
    suspect = {
        (one.document.id, one.sentence.ordinal + step)
        for one in everything
        if speaks_to_programs(one.sentence.text)
        for step in range(-BESIDE, BESIDE + 1)
    }
    return [
        one
        for one in evidence
        if (one.document.id, one.sentence.ordinal) not in suspect and not is_directive(one.sentence.text)
    ]
