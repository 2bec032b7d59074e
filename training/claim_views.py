"""Claims to training views: packed as at work, in batches of about the same length."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from assistant.window import CLAIM, pack
from training.claim_data import Claim
from training.reader_model import ClaimView, padded
from training.views import CHUNK, TOKENS, Tokens

DISTRACTED, MOST_OTHER = 0.35, 4  # share that is read among sentences of other premises, and of how many of these


class ClaimViews:
    """An endless stream of batches, each claim once before any comes again."""

    def __init__(self, claims: Sequence[Claim], tokens: Tokens, seed: int) -> None:
        self._claims = list(claims)
        self._tokens = tokens
        self._chance = random.Random(seed)  # not for secrets
        tokens.warm([text for one in claims for text in (one.text, one.context, *one.premise)])

    def batches(self) -> Iterator[list[ClaimView]]:
        while True:
            self._chance.shuffle(self._claims)
            for start in range(0, len(self._claims), CHUNK):
                views = sorted(map(self.view, self._claims[start : start + CHUNK]), key=lambda one: len(one.window.ids))
                yield from self._shuffled(views)

    def view(self, claim: Claim, distracted: float = DISTRACTED) -> ClaimView:
        ids = self._tokens.ids
        premise = list(claim.premise)
        if self._chance.random() < distracted:
            for other in self._chance.sample(self._claims, self._chance.randint(1, MOST_OTHER)):
                premise = (
                    [*other.premise[:3], *premise] if self._chance.random() < 0.5 else [*premise, *other.premise[:3]]
                )
        context = ids(f"{claim.context}.") if claim.context else []
        return ClaimView(pack(ids(claim.text), context, [ids(one) for one in premise], most=CLAIM), claim.supported)

    def _shuffled(self, views: list[ClaimView]) -> list[list[ClaimView]]:
        batches: list[list[ClaimView]] = [[]]
        for view in views:
            if batches[-1] and padded(len(view.window.ids)) * (len(batches[-1]) + 1) > TOKENS:
                batches.append([])
            batches[-1].append(view)
        self._chance.shuffle(batches)
        return batches
