"""Words that exclude each other, as a table of stems, and prefixes that turn a word round."""

from __future__ import annotations

from assistant.writing.gates.lemmas import lemma

_PAIRS = """
increase rise grow grew climb raise / decrease fall drop decline shrink lower reduce sink cut
accept approve agree endorse back / reject refuse decline oppose
allow permit legalise / forbid ban prohibit bar outlaw
include / exclude
win won / lose lost
buy bought purchase / sell sold
open reopen / close shut
begin start open launch / end finish stop cease close
before until / after
first / last second third
early earlier earliest / late later latest
more / less fewer
most / least fewest
higher highest high / lower lowest low
large larger largest bigger biggest / small smaller smallest
long longer longest / short shorter shortest
old older oldest elder / young younger youngest new newer newest
above over / below under beneath
north northern northward / south southern southward
east eastern eastward / west western westward
left / right
inside within indoors / outside outdoors
upper top / lower bottom
succeed success / fail failure
carry pass adopt / lose reject defeat
support back favour / oppose
confirm admit acknowledge / deny
always / never sometimes seldom rarely
all every everyone everybody / none nobody no
public / private
male man men boy / female woman women girl
day daytime / night
morning / evening afternoon
minimum / maximum
strengthen / weaken
appear / disappear vanish
arrive / leave depart
enter join / leave quit
import / export
love like / hate dislike
hot warm / cold cool
wet / dry
strong stronger / weak weaker
rich / poor
cheap cheaper / expensive dearer costly
safe / dangerous unsafe
guilty / innocent
victory / defeat
remember / forget forgot
build built / destroy demolish
create found / abolish destroy
borrow / lend lent
introduce / abolish withdraw
keep kept retain / lose remove
best better / worst worse
good / bad poor
easy easier / difficult hard harder
same / different
together jointly / separately apart alone
military / civilian
permanent / temporary
voluntary / compulsory mandatory obligatory
former / current present
domestic / foreign
summer / winter autumn spring
husband / wife
brother / sister
mother / father
son / daughter
landlord / tenant
buyer / seller vendor
employer / employee
majority / minority
with / without
faster fast quick quicker / slow slower
frequent often / rare rarely seldom
full / empty
heavy heavier / light lighter
positive / negative
visible / hidden
presence / absence
expand / contract
extend lengthen / shorten
ally friend / enemy
teacher / pupil student
doctor / patient nurse
"""


def _table() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for line in _PAIRS.strip().splitlines():
        left, right = ([*side.split(), *map(lemma, side.split())] for side in line.split("/"))
        for ours, theirs in ((left, right), (right, left)):
            for word in ours:
                table.setdefault(word, set()).update(theirs)
    return {word: frozenset(against - {word}) for word, against in table.items()}


_OPPOSITES = _table()
_PREFIXES = ("un", "in", "im", "il", "ir", "non", "dis", "anti")


def opposite(one: str, other: str) -> bool:
    """Whether two stems exclude each other, by the table or by a prefix that turns a word round."""
    return other in _OPPOSITES.get(one, ()) or _privative(one, other)


def _privative(one: str, other: str) -> bool:
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return len(shorter) >= 4 and any(longer == prefix + shorter for prefix in _PREFIXES)
