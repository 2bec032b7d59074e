"""When two names mean the same: inflection, people and country, capital and government, abbreviation and full name."""

from __future__ import annotations

import re
import unicodedata

# Names in one line stand for each other in a text about affairs of state; multi-word names are matched as they stand.
_GROUPS = [
    frozenset(name.strip() for name in line.split(","))
    for line in """
britain, british, briton, uk, united kingdom, great britain, london, england, english
america, american, us, usa, u s, united states, washington, white house
russia, russian, moscow, kremlin, russian federation
soviet, soviets, ussr, soviet union, moscow, russia, russian
japan, japanese, tokyo
china, chinese, beijing, prc, sino
korea, korean, seoul, pyongyang
ukraine, ukrainian, kyiv, kiev
germany, german, berlin, bonn
france, french, paris
netherlands, dutch, holland, the hague
spain, spanish, spaniard, madrid
poland, polish, pole, warsaw
sweden, swedish, swede, stockholm
denmark, danish, dane, copenhagen
finland, finnish, finn, helsinki
norway, norwegian, oslo
greece, greek, athens
turkey, turkish, turk, ankara
switzerland, swiss, bern
wales, welsh
ireland, irish, dublin
scotland, scottish, scot, scots
europe, european, eu, brussels, european union
israel, israeli, jerusalem
iran, iranian, tehran
iraq, iraqi, baghdad
india, indian, delhi
philippines, filipino, philippine, manila
thailand, thai, bangkok
nato, north atlantic treaty organization, atlantic alliance
wwii, world war ii, second world war, world war two
wwi, world war i, first world war, world war one, great war
""".strip().splitlines()
]
_ENDINGS = tuple(
    "ians ian ese ans an ish is ic ia en ey ers er ites ite i s n a y e o".split()
)  # longest first where one ends another
_WORD = re.compile(r"[^\W_]+")
_SMALL = frozenset("of the and for in on to a an de la le du des der die das und et y".split())


def fold(word: str) -> str:
    """The word in lower case without accents, dots and a possessive ending."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", word) if not unicodedata.combining(one))
    return plain.casefold().replace("’", "'").removesuffix("'s").replace("'", "").replace(".", "")


def roots(word: str) -> frozenset[str]:
    """What may be left of a folded name without an ending of people or places; four letters at least."""
    return frozenset(
        {word} | {word.removesuffix(one) for one in _ENDINGS if len(word) - len(one) >= 4 and word.endswith(one)}
    )


def stand_ins(text: str) -> frozenset[str]:
    """Every folded name that may stand for one that the text has: the groups that it touches, and abbreviations of it."""
    flat = f" {' '.join(map(fold, _WORD.findall(text)))} "
    grouped = {name for group in _GROUPS if any(f" {one} " in flat for one in group) for name in group}
    return frozenset(word for name in grouped for word in name.split()) | initials(text)


def initials(text: str) -> frozenset[str]:
    """Abbreviations, of two to six letters, that runs of words of the text may have."""
    letters = [
        word[0].casefold() if word[0].isupper() else " "
        for word in re.findall(r"[^\W\d_][\w’]*", text)
        if word not in _SMALL
    ]
    line = "".join(letters)
    return frozenset(
        line[start : start + length]
        for length in range(2, 7)
        for start in range(len(line) - length + 1)
        if " " not in line[start : start + length]
    )
