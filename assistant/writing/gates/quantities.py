"""Numbers of a text with what they count: figures and words, scales, units, ordinals, shares of a whole."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest

from assistant.writing.gates.calendar import dates
from assistant.writing.gates.clock import times
from assistant.writing.gates.lemmas import IRREGULAR
from assistant.writing.gates.number_words import SCALES, WORD_SCALES, spelled
from assistant.writing.gates.units import CURRENCIES, Unit, unit_of
from index.lexical import STOP_WORDS, stem

_GROUPED = r"\d{1,3}(?:[ \u00a0\u2009\u202f’']\d{3})+(?!\d)"
LONGEST = 20  # figures of a number; anything longer is a code
_VULGAR = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅛⅜⅝⅞"
_LETTER = rf"[^\W\d_{_VULGAR}]"
_TOKEN = re.compile(
    rf"(?P<code>(?<![\w$€£¥]){_LETTER}+-?\d\w*(?:[-.]\w*\d\w*)*)|"
    rf"(?P<figure>{_GROUPED}|\d+(?:[.,]\d+)*)(?P<tail>{_LETTER}*)|"
    rf"(?P<vulgar>[{_VULGAR}])|(?P<word>{_LETTER}+)|(?P<sign>\S)"
)
_ORDINAL_ENDS = ("st", "nd", "rd", "th")
_JOINED = re.compile(r"\s?(?:[-–—]|to|and|or|until)\s?")
_ABOUT = frozenset(
    """about around roughly approximately approx nearly almost some circa ca estimated say near close ~ ≈ just slightly
    well""".split()
)
_OVER = frozenset("over above exceeding exceeds exceeded beyond".split())
_UNDER = frozenset("under below".split())


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number. `values` has more than one where its writing leaves it open ("1.500"); none for a code or version.

    `kind` is count, ordinal, part (of a whole, so 0.5 for half and for 50 %) or code. `bound` is +1 after "more than", -1
    after "less than". `counted` are stems of the words right after it.
    """

    start: int
    end: int
    values: tuple[float, ...]
    kind: str
    unit: Unit | None = None
    counted: tuple[str, ...] = ()
    about: bool = False
    bound: int = 0
    precision: float = 1.0  # what one step of its last written figure is worth


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int
    kind: str
    tail: str = ""


@lru_cache(maxsize=64)
def quantities(text: str) -> tuple[Quantity, ...]:
    """The numbers of a text, in order, without those that belong to dates and times of day."""
    plain = _blanked(_ascii_figures(text))
    return tuple(_shared_units(list(_found([_token(match) for match in _TOKEN.finditer(plain)])), plain))


def _token(match: re.Match[str]) -> _Token:
    kind = "figure" if match["figure"] else match.lastgroup or "sign"
    return _Token(match[kind], match.start(), match.end(), kind, match["tail"] or "")


def _shared_units(found: list[Quantity], text: str) -> Iterator[Quantity]:
    """The same, where the first of "5 to 10 weeks" has the unit of the second."""
    for one, other in zip_longest(found, found[1:]):
        if other is None or one.unit or not other.unit or not _JOINED.fullmatch(text[one.end : other.start]):
            yield one
        elif other.unit.name == "%" and one.kind == "count":
            values = tuple(value / 100 for value in one.values)
            yield replace(one, values=values, kind="part", unit=other.unit, precision=one.precision / 100)
        else:
            yield replace(one, unit=other.unit, counted=other.counted)


def _blanked(text: str) -> str:
    """The text with dates and times of day blanked out, so that offsets stay."""
    letters = list(text)
    for start, end in [(one.start, one.end) for one in dates(text)] + [(one.start, one.end) for one in times(text)]:
        letters[start:end] = " " * (end - start)
    return "".join(letters)


def _ascii_figures(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)


def _found(tokens: Sequence[_Token]) -> Iterator[Quantity]:
    place = 0
    while place < len(tokens):
        token, length = tokens[place], 1
        if token.kind == "code":
            yield Quantity(token.start, token.end, (), "code")
        elif token.kind == "figure":
            length, one = _figure(tokens, place)
            yield one
        elif token.kind == "vulgar":
            yield Quantity(token.start, token.end, (unicodedata.numeric(token.text),), "part")
        elif token.kind == "word":
            words = [one.text.lower() for one in tokens[place : place + 12]]
            if (number := spelled(words)) is not None:
                length, value, kind = number.length, number.value, number.kind
                step = 0.03 if kind == "part" else 1.0
                if kind == "count":
                    value, step, length = _and_a_half(words, value, length)
                elif kind == "part" and (unit := unit_of(_without_article(words[length:]))) is not None:
                    yield Quantity(token.start, tokens[place + length - 1].end, (value,), "count", unit, precision=0.01)
                    kind = ""
                if kind:
                    yield _quantity(tokens, place, length, (value,), kind, step)
        place += length


def _figure(tokens: Sequence[_Token], place: int) -> tuple[int, Quantity]:
    token = tokens[place]
    tail = token.tail.lower()
    if tail in _ORDINAL_ENDS and len(token.text) <= LONGEST:
        return 1, _quantity(tokens, place, 1, (float(re.sub(r"\D", "", token.text)),), "ordinal", 1.0)
    values = _values(token.text)
    if not values or (tail and tail not in SCALES and unit_of([tail]) is None):
        return 1, Quantity(token.start, token.end, (), "code")
    length, scale = 1, 1.0
    if tail == "m" and (place == 0 or tokens[place - 1].text not in CURRENCIES):
        values = (*values, values[0] * SCALES["m"])  # metres or millions
    elif tail in SCALES:
        scale = float(SCALES[tail])
    elif not tail:
        after = tokens[place + 1].text.lower() if place + 1 < len(tokens) else ""
        if after in SCALES and len(after) > 1:
            length, scale = 2, float(SCALES[after])
        elif place + 1 < len(tokens) and tokens[place + 1].kind == "vulgar":
            length, values = 2, (values[0] + unicodedata.numeric(after),)
    decimals = len(re.split("[.,]", token.text)[-1]) if len(values) == 1 and values[0] % 1 else 0
    return length, _quantity(tokens, place, length, tuple(one * scale for one in values), "count", scale / 10**decimals)


def _values(figure: str) -> tuple[float, ...]:
    """What a figure can be worth: its points and commas group thousands or begin decimals. Nothing for a version."""
    digits = re.sub("[ \u00a0\u2009\u202f’']", "", figure)
    if len(digits) > LONGEST:
        return ()
    marks = re.findall("[.,]", digits)
    groups = re.split("[.,]", digits)
    thousands = all(len(one) == 3 for one in groups[1:]) and 0 < len(groups[0]) <= 3 and groups[0] != "0"
    whole = float("".join(groups))
    if not marks:
        return (whole,)
    if len(marks) == 1:
        decimal = float(".".join(groups))
        return (whole, decimal) if thousands else (decimal,)
    if len(set(marks)) == 2 and marks.count(marks[-1]) == 1:
        return (float("".join(groups[:-1]) + "." + groups[-1]),)
    return (whole,) if thousands and len(set(marks)) == 1 else ()


def _without_article(words: Sequence[str]) -> Sequence[str]:
    """What follows "of an" or "an", as in "a quarter of an hour", "half a year"; nothing where it does not."""
    rest = words[1:] if words[:1] == ["of"] else words
    return rest[1:] if rest[:1] in (["a"], ["an"]) else ()


def _and_a_half(words: Sequence[str], value: float, length: int) -> tuple[float, float, int]:
    """Value, worth of a step, and length, with "and a half" and the scale after it taken in."""
    if list(words[length : length + 3]) != ["and", "a", "half"]:
        return value, 1.0, length
    after = words[length + 3] if len(words) > length + 3 else ""
    scale = SCALES[after] if after in WORD_SCALES else 1
    return (value + 0.5) * scale, scale / 2, length + 3 + (scale > 1)


def _quantity(
    tokens: Sequence[_Token], place: int, length: int, values: tuple[float, ...], kind: str, step: float
) -> Quantity:
    last = tokens[place + length - 1]
    before = [one.text.lower() for one in tokens[max(0, place - 4) : place]]
    after = [one.text.lower() for one in tokens[place + length : place + length + 6]]
    unit = unit_of(after if last.tail in ("", *_ORDINAL_ENDS, *SCALES) else [last.tail.lower()])
    if unit is None and before and before[-1] in CURRENCIES:
        unit = CURRENCIES[before[-1]]
    if unit is not None and unit.name == "%":
        values, kind, step = tuple(one / 100 for one in values), "part", step / 100
    return Quantity(
        tokens[place].start,
        last.end,
        values,
        kind,
        unit,
        _counted(after),
        bool(_ABOUT & set(before[-2:])) or after[:2] == ["or", "so"],
        _bound(before, after),
        step,
    )


def _counted(after: Sequence[str]) -> tuple[str, ...]:
    """Stems of up to three words after a number, as far as they run without a stop word or a mark."""
    stems = []
    for word in after[:3]:
        if not word.isalpha() or word in STOP_WORDS or spelled([word]) is not None or _is_verb(word):
            break
        stems.append(stem(word))
    return tuple(stems)


def _is_verb(word: str) -> bool:
    return word.endswith("ed") or word in IRREGULAR


def _bound(before: Sequence[str], after: Sequence[str]) -> int:
    pair = " ".join(before[-2:])
    turned = -1 if before[-3:-2] == ["no"] else 1
    if set(before[-1:]) & _OVER or pair == "at least":
        return 1
    if pair in ("more than", "greater than", "longer than", "higher than"):
        return turned
    if after[:2] == ["or", "more"] or after[:2] == ["and", "more"] or after[:1] == ["+"]:
        return 1
    if set(before[-1:]) & _UNDER or pair in ("at most", "up to"):
        return -1
    if pair in ("less than", "fewer than", "shorter than", "lower than"):
        return -turned
    return 0
