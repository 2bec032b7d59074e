"""Gaps: the questions that the documents do not answer well, counted for those who write the documents."""

from __future__ import annotations

import sqlite3
import unicodedata
from dataclasses import dataclass
from typing import Literal

from assistant.service.store_file import StoreFile
from index.lexical import words

Reason = Literal["not_found", "partial", "disliked"]
REASONS: tuple[Reason, ...] = ("not_found", "partial", "disliked")
MOST_COMMENTS = 3


@dataclass(frozen=True, slots=True)
class Gap:
    """A question as it was last asked, how often, when last (ISO 8601, UTC), and how often for which reason.

    One asking counts once in `times`, and may have two reasons. `comments` are the latest of those who disliked an answer.
    """

    question: str
    collection: str
    times: int
    latest: str
    reasons: dict[Reason, int]
    comments: tuple[str, ...] = ()


class Gaps(StoreFile):
    """The reading of gaps; `add_gap` writes one inside a transaction of its caller."""

    def gaps(self, limit: int = 50, collection: str | None = None) -> tuple[Gap, ...]:
        """The most frequent gaps first, at most `limit`; of every collection unless one is named."""
        counted = ", ".join(f"sum(reason = '{reason}') AS {reason}" for reason in REASONS)
        rows = self.query(  # SQLite takes question and time from the row that has the highest number, the latest
            f"SELECT question, collection, folded, count(DISTINCT coalesce(turn, -number)) AS times, "
            f"at AS latest, max(number), {counted} FROM gaps WHERE ? IS NULL OR collection = ? GROUP BY collection, folded "
            "ORDER BY times DESC, latest DESC, folded LIMIT ?",
            collection,
            collection,
            limit,
        )
        return tuple(
            Gap(
                row["question"],
                row["collection"],
                row["times"],
                row["latest"],
                {reason: row[reason] for reason in REASONS if row[reason]},
                self._comments(row["collection"], row["folded"]),
            )
            for row in rows
        )

    def _comments(self, collection: str, folded: str) -> tuple[str, ...]:
        rows = self.query(
            "SELECT comment FROM gaps JOIN feedback USING (turn) WHERE collection = ? AND folded = ? "
            "AND reason = 'disliked' AND comment <> '' ORDER BY feedback.at DESC LIMIT ?",
            collection,
            folded,
            MOST_COMMENTS,
        )
        return tuple(row["comment"] for row in rows)


def add_gap(
    connection: sqlite3.Connection, turn: int | None, collection: str, question: str, reason: str, at: str
) -> None:
    """Counts a question once more; with the turn that it belongs to, it is deleted together with that."""
    connection.execute(
        "INSERT INTO gaps (turn, collection, folded, question, reason, at) VALUES (?, ?, ?, ?, ?, ?)",
        (turn, collection, fold(question), question, reason, at),
    )


def fold(question: str) -> str:
    """What a question is counted by: its words in small letters, without marks; itself where it has no words."""
    text = unicodedata.normalize("NFKC", question).casefold()
    return " ".join(words(text)) or " ".join(text.split())
