"""The checker: verdicts, reasons, which citations stay, and repair of wrong ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from assistant.writing.check import Checker, Source, Support, premise
from assistant.writing.claims import is_empty, parts, repeats, retells
from assistant.writing.coverage import LexicalSupport, coverage, terms
from assistant.writing.support import TrainedSupport
from benchmarks.check import SimilaritySupport
from tests.fakes import HashEmbedder

SIGNED = Source(1, "The declaration was signed in Moscow on 19 October 1956.", "Joint Declaration")
FORCE = Source(
    2, "The declaration took effect on 12 December 1956, when the papers were exchanged.", "Joint Declaration"
)
FISH = Source(3, "Boats from Nemuro fished around the four islands without a quota.", "Fishing")
MEMBER = Source(4, "Japan was admitted to the United Nations as its eightieth member.", "Results")


class Scripted:
    """A Support: what a function says of premise and claim."""

    threshold, partly = 0.8, 0.4

    def __init__(self, score: Callable[[str, str], float]) -> None:
        self._score = score
        self.asked: list[tuple[str, str]] = []

    def scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        self.asked += pairs
        return [self._score(*pair) for pair in pairs]


def words_in(text: str, claim: str) -> float:
    """The share of the claim's content words that the premise has."""
    return coverage(terms(claim), terms(text))


@pytest.fixture
def checker() -> Checker:
    return Checker(Scripted(words_in))


def test_supported(checker: Checker) -> None:
    """A sentence whose source supports it is supported and keeps its citation."""
    found = checker.judge("In Moscow the declaration was signed in October 1956.", [SIGNED])
    assert (found.verdict, found.reason, found.cited, found.repaired) == ("supported", "", (1,), False)


def test_unsupported(checker: Checker) -> None:
    """A sentence about something else is unsupported, for its meaning."""
    found = checker.judge("The seals of the harbour sleep on warm rocks.", [SIGNED])
    assert (found.verdict, found.reason) == ("unsupported", "meaning")


def test_partly(checker: Checker) -> None:
    """A score between the two thresholds is partly."""
    found = checker.judge("The declaration was signed in Moscow after long and bitter talks.", [SIGNED])
    assert (found.verdict, found.reason) == ("partly", "meaning")


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("In Moscow the declaration was signed on 19 October 1965.", "date"),
        ("In Moscow two declarations were signed, with 14 articles, on 19 October 1956.", "number"),
        ("In Moscow Hatoyama signed the declaration on 19 October 1956.", "name"),
        ("In Moscow the declaration was never signed on 19 October 1956.", "negation"),
        ("In Moscow the declaration was signed on 19 October 1956, see https://evil.example/x.", "foreign"),
    ],
)
def test_a_gate_forbids(sentence: str, reason: str) -> None:
    """What a gate forbids is unsupported whatever the score, and passes where gates are off."""
    sure = Scripted(lambda text, claim: 1.0)
    found = Checker(sure).judge(sentence, [SIGNED])
    assert (found.verdict, found.reason, found.support) == ("unsupported", reason, 0.0)
    assert Checker(sure, gates=False).judge(sentence, [SIGNED]).verdict == "supported"


def test_a_gate_doubts() -> None:
    """What a gate only doubts is partly supported, however high the score."""
    offer = Source(1, "Norvolt has offered to dig the plants up and move them to the park.")
    found = Checker(Scripted(lambda text, claim: 1.0)).judge("Norvolt has moved the plants to the park.", [offer])
    assert (found.verdict, found.reason) == ("partly", "strength")


def test_verbatim_needs_no_score() -> None:
    """A source sentence repeated word for word is supported at once, whatever its marks and capitals."""
    support = Scripted(lambda text, claim: 0.0)
    found = Checker(support).judge("the declaration was signed in Moscow, on 19 October 1956", [FISH, SIGNED])
    assert (found.verdict, found.support, found.cited, found.repaired) == ("supported", 1.0, (1,), False)
    assert support.asked == []


def test_verbatim_of_another_source() -> None:
    """A repeated sentence is cited from where it stands, though another source was cited."""
    found = Checker(Scripted(lambda text, claim: 0.0)).judge(SIGNED.text, [FISH], [FISH, SIGNED])
    assert (found.verdict, found.cited, found.repaired) == ("supported", (1,), True)


def test_retold_needs_no_score() -> None:
    """The same content words in the same order are supported; not with a denial, another bound or another order."""
    checker = Checker(Scripted(lambda text, claim: 0.0))
    source = [Source(1, "Boats from Nemuro have fished around the four islands without any quota.")]
    assert (
        checker.judge("The boats from Nemuro fished around these four islands without any quota.", source).support == 1
    )
    assert (
        checker.judge("Boats from Nemuro have not fished around the four islands without any quota.", source).support
        == 0
    )
    assert checker.judge("Boats from Nemuro have fished around the four islands with any quota.", source).support == 0
    assert (
        checker.judge("Around the four islands boats from Nemuro have fished without any quota.", source).support == 0
    )


def test_empty(checker: Checker) -> None:
    """A sentence that claims nothing is withheld as empty."""
    for sentence in ("Here is what I found:", "Based on the provided sources, the answer is as follows:", "…"):
        assert (checker.judge(sentence, [SIGNED]).verdict, checker.judge(sentence, [SIGNED]).reason) == (
            "unsupported",
            "empty",
        )
    assert not is_empty("The declaration was signed.")


def test_needless_citations_go(checker: Checker) -> None:
    """A cited source that adds nothing is dropped."""
    found = checker.judge("The declaration was signed in Moscow in October 1956.", [FISH, SIGNED, MEMBER])
    assert found.cited == (1,)


def test_merged_facts_need_both(checker: Checker) -> None:
    """A sentence that merges two sources keeps both, and one alone does not support it."""
    sentence = "The declaration was signed in Moscow on 19 October 1956 and took effect on 12 December 1956."
    assert checker.judge(sentence, [SIGNED, FORCE]).cited == (1, 2)
    assert checker.judge(sentence, [SIGNED]).verdict == "unsupported"


def test_repair(checker: Checker) -> None:
    """A wrong citation is replaced by the source that supports the sentence."""
    found = checker.judge("In October 1956 the declaration was signed in Moscow.", [FISH], [FISH, SIGNED, MEMBER])
    assert (found.verdict, found.cited, found.repaired) == ("supported", (1,), True)


def test_repair_with_two(checker: Checker) -> None:
    """Two other sources together may repair, or one beside the one that was cited."""
    sentence = "The declaration was signed in Moscow on 19 October 1956 and took effect on 12 December 1956."
    assert checker.judge(sentence, [FISH], [SIGNED, FORCE, MEMBER]).cited == (1, 2)
    assert checker.judge(sentence, [SIGNED], [FISH, FORCE, MEMBER]).cited == (1, 2)


def test_no_repair_past_a_gate(checker: Checker) -> None:
    """No other source repairs a sentence whose date it contradicts."""
    found = checker.judge("In October 1965 the declaration was signed in Moscow.", [FISH], [SIGNED, MEMBER])
    assert (found.verdict, found.repaired) == ("unsupported", False)


def test_uncited(checker: Checker) -> None:
    """A sentence without a citation gets one if a source supports it, and is withheld as uncited otherwise."""
    assert checker.judge("In October 1956 the declaration was signed in Moscow.", [], [SIGNED]).cited == (1,)
    found = checker.judge("Seals sleep on warm rocks all day.", [], [SIGNED])
    assert (found.verdict, found.reason) == ("unsupported", "uncited")


def test_repair_is_bounded() -> None:
    """However many sources there are, only a few are scored."""
    support = Scripted(lambda text, claim: 0.0)
    others = [Source(key, f"The declaration number {key} was signed in Moscow by somebody.") for key in range(200)]
    Checker(support).judge("The declaration was once signed in Moscow.", [FISH, MEMBER], others)
    asked = {text for text, _ in support.asked} - {premise([FISH, MEMBER])}
    assert len(asked) == 8
    assert len(asked & {one.text for one in others}) == 4


def test_worst_part_counts() -> None:
    """Where one part of a sentence is not supported the sentence is partly so, though its whole scores high."""
    support = Scripted(lambda text, claim: 0.1 if claim.startswith("They received") else 0.95)
    sentence = "The boats from Nemuro had fished near the islands; they received a large sum of money for that."
    assert Checker(support).judge(sentence, [FISH]).verdict == "partly"


def test_parts() -> None:
    """A sentence falls apart at clear conjunctions; a part without a subject gets the one before."""
    assert parts("The board met in May; the members were not told about it.") == [
        "The board met in May",
        "The members were not told about it.",
    ]
    assert parts("Ms Holm signed the papers in May and visited the harbour in June.") == [
        "Ms Holm signed the papers in May",
        "Ms Holm visited the harbour in June.",
    ]
    assert parts("The boats and the nets were sold by the coast guard.") == [
        "The boats and the nets were sold by the coast guard."
    ]


def test_repeats_and_retells() -> None:
    """Repeating is word for word; retelling may change articles, auxiliaries and endings, and nothing that binds or denies."""
    assert repeats("However, it costs £29 million!", "It costs £29 million.")
    assert not repeats("It costs £29 million.", "It costs $29 million.")
    assert retells("The union organised the occupation of a hall.", "A union has organised occupations of the hall.")
    assert not retells("It was sold because the boat sank in May.", "It was sold before the boat sank in May.")


def test_premise_has_each_context_once() -> None:
    """The premise is the sources in order, behind what stands above them, which is said once for neighbours."""
    assert premise([SIGNED, FORCE, FISH]) == f"Joint Declaration. {SIGNED.text} {FORCE.text} Fishing. {FISH.text}"


def test_context_counts() -> None:
    """A year and a name that stand in the context are known."""
    source = Source(1, "It was signed on 19 October.", "Joint Declaration of 1956 by Ichiro Hatoyama")
    found = Checker(Scripted(lambda text, claim: 1.0)).judge(
        "Hatoyama signed the declaration on 19 October 1956.", [source]
    )
    assert found.verdict == "supported"


def test_other_languages() -> None:
    """Without a checker for the language, text that is nearly the same is supported; another figure or a denial never is."""
    support = Scripted(lambda text, claim: 1.0)
    german = [
        Source(1, "Der Vertrag wurde im Oktober 1956 von der Regierung in Moskau unterzeichnet und später bestätigt.")
    ]
    judge = Checker(support).judge
    assert (
        judge("Im Oktober 1956 wurde der Vertrag von der Regierung in Moskau unterzeichnet.", german).verdict
        == "supported"
    )
    assert (
        judge("Im Oktober 1965 wurde der Vertrag von der Regierung in Moskau unterzeichnet.", german).reason == "number"
    )
    assert judge("Der Vertrag wurde von der Regierung in Moskau nicht unterzeichnet.", german).reason == "negation"
    assert judge("Die Fischer erhielten vom Staat eine Entschädigung für ihre Boote.", german).verdict == "unsupported"
    chinese = [Source(1, "日本和苏联于1956年10月在莫斯科签署了联合宣言。")]
    assert judge("1956年10月日本和苏联在莫斯科签署了联合宣言。", chinese).verdict != "unsupported"
    assert judge("日本和苏联于1965年10月在莫斯科签署了联合宣言。", chinese).verdict == "unsupported"
    assert support.asked == []


def test_hostile_sentence(checker: Checker) -> None:
    """Very long or strange sentences are judged without an error."""
    for sentence in ("not " * 3000, "\u202e" * 50 + " 1/0", "[[k1]]" * 500, "A. " * 2000):
        assert checker.judge(sentence, [SIGNED], [FISH]).verdict in ("unsupported", "partly", "supported")


@pytest.mark.parametrize("support", [LexicalSupport(), TrainedSupport(), SimilaritySupport(HashEmbedder(64))], ids=type)
def test_every_support_obeys_the_protocol(support: Support) -> None:
    """Scores come in order, one per pair, and a text supports itself better than one that has nothing to do with it."""
    pairs = [(SIGNED.text, SIGNED.text), (SIGNED.text, "Seals sleep on warm rocks."), (FISH.text, FISH.text)]
    same, other, again = support.scores(pairs)
    assert min(same, again) > other
    assert max(same, again) <= 1 + 1e-6
    assert support.scores([]) == []
    assert support.partly < support.threshold


def test_with_the_trained_support() -> None:
    """The checker as it is by default shows what its source says and withholds what it does not."""
    checker = Checker()
    assert (
        checker.judge("It was in Moscow that the declaration was signed in October 1956.", [SIGNED]).verdict
        != "unsupported"
    )
    assert checker.judge("Seals sleep on the warm rocks of the northern coast.", [SIGNED]).verdict == "unsupported"
    assert checker.judge("The declaration was signed in London in October 1956.", [SIGNED]).verdict == "unsupported"
