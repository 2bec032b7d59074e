"""Units of measure: their dimension, and what one is worth in the dimension's own unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """`worth` is the number of base units of `name`; units of one name can be converted."""

    name: str
    worth: float = 1.0


def _table(lines: str) -> dict[str, Unit]:
    """Each line: dimension, worth, and the words for it."""
    units: dict[str, Unit] = {}
    for line in lines.strip().splitlines():
        name, worth, *words = line.split()
        units |= {word: Unit(name, float(worth)) for word in words}
    return units


_UNITS = _table("""
% 1 % percent pct prozent
second 1 second seconds sec secs
second 60 minute minutes min mins
second 3600 hour hours hr hrs
second 86400 day days night nights
second 604800 week weeks
second 1209600 fortnight fortnights
month 1 month months
month 12 year years
month 120 decade decades
month 1200 century centuries
metre 0.001 mm millimetre millimetres millimeter millimeters
metre 0.01 cm centimetre centimetres centimeter centimeters
metre 1 m metre metres meter meters
metre 1000 km kilometre kilometres kilometer kilometers
foot 1 foot feet ft
foot 0.0833 inch inches
mile 1 mile miles
gram 0.001 mg milligram milligrams
gram 1 g gram grams gramme grammes
gram 1000 kg kilogram kilograms kilo kilos
gram 1000000 tonne tonnes
gram 1000000 ton tons
pound 1 lb lbs
litre 0.001 ml millilitre millilitres milliliter milliliters
litre 1 litre litres liter liters
hectare 1 hectare hectares ha
acre 1 acre acres
celsius 1 °c celsius
fahrenheit 1 °f fahrenheit
watt 1 w watt watts
watt 1000 kw kilowatt kilowatts
watt 1000000 mw megawatt megawatts
byte 1000000 mb megabyte megabytes
byte 1000000000 gb gigabyte gigabytes
$ 1 $ dollar dollars usd
€ 1 € euro euros eur
£ 1 £ gbp sterling pounds
¥ 1 ¥ yen jpy
rouble 1 rouble roubles ruble rubles rub
crown 1 crown crowns
franc 1 franc francs chf
cent 1 cent cents
penny 1 penny pence
""")
CURRENCIES = {sign: _UNITS[sign] for sign in "$ € £ ¥ usd eur gbp jpy chf".split()}
_BETWEEN = frozenset("-,us,u.s.,square,cubic,nautical,metric,working,calendar,consecutive,full,whole,more".split(","))


def unit_of(words: Sequence[str]) -> Unit | None:
    """The unit that lower-case words begin with, or None; "square" or "working" may stand before it, and "per cent" is one."""
    for place, word in enumerate(words[:3]):
        if word in _UNITS:
            return _UNITS[word]
        if word == "per" and list(words[place + 1 : place + 2]) == ["cent"]:
            return _UNITS["%"]
        if word == "°" and len(words) > place + 1 and "°" + words[place + 1] in _UNITS:
            return _UNITS["°" + words[place + 1]]
        if word not in _BETWEEN:
            return None
    return None
