"""All claims that the checker is trained on, each source in its measure."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from training.claim_data import Claim, load_open, load_own, load_support
from training.claim_evidence import away, beside
from training.made_claims import Perturbation, made
from training.question_claims import question_claims
from training.reading_data import Example

OWN_TIMES, OPEN_TIMES = 3, 4
MADE, CORRUPTED = 5000, 2500


def all_claims(data: Path, examples: Sequence[Example], chance: random.Random) -> list[Claim]:
    """`examples` are the answered questions and passages that claims are made from."""
    open_sets, own = load_support(data, chance), load_own()
    passages = defaultdict(list)
    for one in examples:
        passages[one.document].append(one.sentences)
    texts = [sentences for group in passages.values() for sentences in dict.fromkeys(group)]
    return [
        *open_sets,
        *own * OWN_TIMES,
        *in_documents(own, chance),
        *load_open(data) * OPEN_TIMES,
        *corrupted(open_sets, chance, CORRUPTED),
        *(Claim(text, premise, supported, "made") for text, premise, supported in made(texts, chance, MADE)),
        *(
            Claim(text, premise, supported, "asked", title)
            for text, premise, supported, title in question_claims(examples, chance)
        ),
    ]


def in_documents(own: Sequence[Claim], chance: random.Random) -> Iterator[Claim]:
    """Our own claims beside the nearest sentences of their document, and the supported ones with those alone."""
    for one in own:
        if one.document is not None:
            yield beside(one, one.document, chance)
            lost = away(one, one.document, chance) if one.supported else None
            if lost is not None:
                yield lost


def corrupted(claims: Sequence[Claim], chance: random.Random, most: int) -> Iterator[Claim]:
    """Supported claims of the sets with one thing changed that their premise does not say."""
    supported = [one for one in claims if one.supported and one.source != "snli"]
    change = Perturbation([" ".join(one.premise) for one in supported], chance)
    for one in chance.sample(supported, min(most, len(supported))):
        text = change(one.text, " ".join(one.premise))
        if text is not None:
            yield replace(one, text=text, supported=False, source="made")
