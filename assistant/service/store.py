"""What the service keeps of questions and answers: conversations, feedback and gaps.

What is older than `days` goes. With a conversation go its feedback and its gaps, with a document the quotes from it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from assistant.record import Answer
from assistant.service.caller import Refused
from assistant.service.gaps import Gaps, add_gap
from assistant.service.kept import cited_documents, without_quotes

FILE = "service.sqlite"  # in the data folder
KEPT_DAYS = 90.0
MOST_TURNS = 500  # of one conversation; then its oldest go
MOST_ROWS = 200_000  # of all turns, and of all gaps; then the oldest go
UNANSWERED = ("not_found", "partial")
PRUNE_EVERY = timedelta(days=1)
NO_CONVERSATION = "There is no such conversation."
NO_ANSWER = "There is no such answer in this conversation."

Thumb = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """One answer of a conversation as it was given, its time (ISO 8601, UTC), and the thumb that it got."""

    collection: str
    at: str
    record: dict[str, Any]
    feedback: Thumb | None


class Store(Gaps):
    """Thread-safe; several processes may use one file. StoreError, from any method, if the file cannot be used.

    An owner is any text that only its owner sends; it is kept as a hash.
    """

    def __init__(
        self, path: Path, days: float = KEPT_DAYS, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        super().__init__(path)
        self.days = days
        self._now = now
        self._pruned = now()

    @classmethod
    def open(cls, folder: Path, days: float = KEPT_DAYS) -> Store:
        """The store of a data folder, made if it is not there; what is too old is removed at once."""
        store = cls(folder / FILE, days)
        store.prune()
        return store

    # -- conversations -------------------------------------------------------------------------------------------

    def check(self, conversation: str, owner: str) -> None:
        """Returns if this conversation is this owner's; Refused(404) otherwise, whether or not it exists."""
        rows = self.query("SELECT owner FROM conversations WHERE id = ?", conversation)
        if not (rows and owner and secrets.compare_digest(rows[0]["owner"], _hashed(owner))):
            raise Refused(404, NO_CONVERSATION)

    def keep(self, answer: Answer, *, collection: str, owner: str = "") -> str | None:
        """The id of the conversation that the answer was put into: the one that it names, or a new one.

        Without an owner only its gap is kept, and None comes back. Refused(404) if the conversation that it names is not
        the owner's.
        """
        conversation = (answer.conversation or secrets.token_urlsafe(18)) if owner else None
        now, turn = self._time(), None
        with self.transaction() as connection:
            if answer.conversation is not None:
                self.check(answer.conversation, owner)  # it may have been deleted while the answer was sought
            elif conversation is not None:
                connection.execute("INSERT INTO conversations VALUES (?, ?, ?)", (conversation, _hashed(owner), now))
            if conversation is not None:
                turn = _add_turn(connection, replace(answer, conversation=conversation), collection, now)
            if answer.verdict in UNANSWERED:
                add_gap(connection, turn, collection, answer.standalone_question, answer.verdict, now)
        if self._now() - self._pruned > PRUNE_EVERY:
            self.prune()
        return conversation

    def conversation(self, conversation: str, owner: str, most: int | None = None) -> tuple[KeptTurn, ...]:
        """The latest turns of a conversation, all or at most so many, oldest first. Refused(404) if it is not the owner's."""
        self.check(conversation, owner)
        rows = self.query(
            "SELECT collection, turns.at AS at, record, value FROM turns LEFT JOIN feedback ON turn = number "
            "WHERE conversation = ? ORDER BY number DESC LIMIT ?",
            conversation,
            MOST_TURNS if most is None else most,
        )
        found = [KeptTurn(row["collection"], row["at"], json.loads(row["record"]), row["value"]) for row in rows]
        return tuple(reversed(found))

    def delete(self, conversation: str, owner: str) -> None:
        """Removes a conversation with its feedback and gaps. Refused(404) if it is not this owner's."""
        self.check(conversation, owner)
        with self.transaction() as connection:
            connection.execute("DELETE FROM conversations WHERE id = ?", (conversation,))

    def feedback(self, conversation: str, answer: str, owner: str, value: Thumb, comment: str = "") -> None:
        """Keeps a thumb for the latest answer of this id, in place of an earlier one. Refused(404) if there is none."""
        self.check(conversation, owner)
        now = self._time()
        with self.transaction() as connection:
            found = connection.execute(
                "SELECT number, collection, record FROM turns WHERE conversation = ? AND answer = ? ORDER BY number DESC",
                (conversation, answer),
            ).fetchone()
            if found is None:
                raise Refused(404, NO_ANSWER)
            turn, question = found["number"], json.loads(found["record"])["standalone_question"]
            connection.execute("INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?)", (turn, value, comment, now))
            connection.execute("DELETE FROM gaps WHERE turn = ? AND reason = 'disliked'", (turn,))
            if value == "down":
                add_gap(connection, turn, found["collection"], question, "disliked", now)

    # -- retention -----------------------------------------------------------------------------------------------

    def quoted_documents(self, collection: str) -> set[str]:
        """The ids of all documents that answers of a collection quote."""
        rows = self.query(
            "SELECT DISTINCT document FROM cited JOIN turns ON number = turn WHERE collection = ?", collection
        )
        return {row["document"] for row in rows}

    def forget_documents(self, collection: str, documents: Iterable[str]) -> None:
        """Removes from all answers of a collection what they quote of these documents."""
        with self.transaction() as connection:
            for document in documents:
                rows = connection.execute(
                    "SELECT number, record FROM turns JOIN cited ON turn = number WHERE document = ? AND collection = ?",
                    (document, collection),
                ).fetchall()
                for row in rows:
                    record = json.dumps(without_quotes(json.loads(row["record"]), {document}), ensure_ascii=False)
                    connection.execute("UPDATE turns SET record = ? WHERE number = ?", (record, row["number"]))
                    connection.execute("DELETE FROM cited WHERE turn = ? AND document = ?", (row["number"], document))

    def prune(self) -> None:
        """Removes what is older than `days`, and the oldest of what is too much."""
        self._pruned = self._now()
        oldest = self._time(self._pruned - timedelta(days=self.days))
        with self.transaction() as connection:
            for table in ("turns", "gaps"):
                connection.execute(
                    f"DELETE FROM {table} WHERE at < ? OR number <= (SELECT max(number) - ? FROM {table})",
                    (oldest, MOST_ROWS),
                )
            connection.execute("DELETE FROM conversations WHERE id NOT IN (SELECT conversation FROM turns)")

    def _time(self, moment: datetime | None = None) -> str:
        return (moment or self._now()).isoformat(timespec="milliseconds")


def _hashed(owner: str) -> str:
    return hashlib.sha256(f"conversation owner {owner}".encode("utf-8", "surrogatepass")).hexdigest()


def _add_turn(connection: sqlite3.Connection, answer: Answer, collection: str, now: str) -> int:
    record = answer.to_json()
    turn = connection.execute(
        "INSERT INTO turns (conversation, collection, answer, at, record) VALUES (?, ?, ?, ?, ?)",
        (answer.conversation, collection, answer.id, now, json.dumps(record, ensure_ascii=False)),
    ).lastrowid
    assert turn is not None
    connection.executemany("INSERT INTO cited VALUES (?, ?)", ((turn, one) for one in cited_documents(record)))
    connection.execute(
        "DELETE FROM turns WHERE conversation = ? AND number NOT IN "
        "(SELECT number FROM turns WHERE conversation = ? ORDER BY number DESC LIMIT ?)",
        (answer.conversation, answer.conversation, MOST_TURNS),
    )
    return turn
