"""Gates for any language: figures of two digits or more, and whether anything is denied at all."""

from __future__ import annotations

import re
import unicodedata

_FIGURE = re.compile(r"\d(?:[\d.,\u00a0\u202f’']*\d)?")
_WORDS = frozenset(
    """nicht kein keine keinen keinem keiner keines nie niemals niemand nirgends weder ohne ne pas jamais aucun aucune
    personne rien sans non no nunca jamás ningún ninguno ninguna nadie nada sin tampoco não nunca nenhum nenhuma ninguém sem
    né nessuno nessuna mai senza niet geen nooit niemand zonder ikke ingen aldrig inte aldrig ingen nie nigdy żaden nikt bez
    не нет ни никогда никто ничто нельзя без ні ніколи δεν όχι ποτέ κανένας χωρίς değil yok hiç لا لم لن ليس ليست غير بدون
    לא אין बिना नहीं मत not never none nobody nothing without cannot""".split()
)
_SIGNS = re.compile("[不没沒無无未非勿]|ない|ません|なかった|ぬ|ずに|않|없|못|아니|ไม่|mıyor|miyor")


def missing_figures(claim: str, premise: str) -> list[str]:
    """Figures of two digits or more that the premise does not have, however it groups them."""
    there = _figures(premise)
    return [one for one in sorted(_figures(claim) - there) if len(one) > 1]


def _figures(text: str) -> set[str]:
    plain = "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)
    whole = {re.sub(r"\D", "", match.group()) for match in _FIGURE.finditer(plain)}
    return whole | set(re.findall(r"\d+", plain))


def denies_otherwise(claim: str, premise: str) -> list[str]:
    """Words of denial of a claim whose premise has none; or those of the premise, if the claim has none."""
    ours, theirs = _denials(claim), _denials(premise)
    return [] if bool(ours) == bool(theirs) else sorted(ours or theirs)


def _denials(text: str) -> set[str]:
    words = set(re.findall(r"[^\W\d_]+", text.casefold()))
    return (words & _WORDS) | set(_SIGNS.findall(text))
