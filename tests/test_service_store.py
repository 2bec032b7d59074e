"""assistant/service/store.py, gaps.py and store_file.py: conversations, feedback, gaps, and how long they are kept."""

from __future__ import annotations

import re
import sqlite3
import stat
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from browser_library import ANSWERED, REFUSED
from hypothesis import given
from hypothesis import strategies as st
from service_library import an_answer

from assistant.errors import StoreError
from assistant.service import store as store_module
from assistant.service.caller import Refused
from assistant.service.gaps import Gap, Gaps, fold
from assistant.service.store import FILE, Store

ADA, BEN = "browser ada-ada-ada-ada-ada", "browser ben-ben-ben-ben-ben"


class Clock:
    """The time, which stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 3, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Store:
    return Store(tmp_path / FILE, now=clock)


def keep(
    store: Store, question: str = ANSWERED, owner: str = ADA, conversation: str | None = None, **changes: object
) -> str:
    kept = store.keep(an_answer(question, conversation=conversation, **changes), collection="default", owner=owner)
    assert kept is not None
    return kept


def refused(act: object, *arguments: object) -> int:
    with pytest.raises(Refused) as caught:
        act(*arguments)  # type: ignore[operator]
    return caught.value.status


def test_a_conversation_is_kept_in_order(store: Store, clock: Clock) -> None:
    """Its turns come back oldest first, each with its time, its record whole, and its own id in it."""
    conversation = keep(store)
    clock.move(seconds=2)
    assert keep(store, REFUSED, conversation=conversation) == conversation
    first, second = store.conversation(conversation, ADA)
    assert first.record == an_answer(conversation=conversation).to_json()
    assert second.record["question"] == REFUSED
    assert (first.at, second.at) == ("2026-05-03T09:00:00.000+00:00", "2026-05-03T09:00:02.000+00:00")
    assert first.collection == "default"
    assert first.feedback is None


def test_ids_cannot_be_guessed(store: Store) -> None:
    """A new conversation has a long random id."""
    ids = {keep(store) for _ in range(20)}
    assert len(ids) == 20
    assert all(re.fullmatch(r"[\w-]{24}", one) for one in ids)


def test_another_owner_is_told_that_there_is_nothing(store: Store) -> None:
    """Whatever is done with the id of another's conversation is refused like that of one that never was."""
    conversation = keep(store)
    answer = an_answer().id
    for one in (conversation, "never"):
        for owner in (BEN, ""):
            assert refused(store.check, one, owner) == 404
            assert refused(store.conversation, one, owner) == 404
            assert refused(store.delete, one, owner) == 404
            assert refused(store.feedback, one, answer, owner, "up") == 404
            assert refused(lambda one=one, owner=owner: keep(store, owner=owner, conversation=one)) == 404
    assert len(store.conversation(conversation, ADA)) == 1


def test_without_an_owner_nothing_is_kept(store: Store) -> None:
    """But the question that was not answered is counted."""
    assert store.keep(an_answer(REFUSED), collection="default") is None
    assert store.query("SELECT * FROM turns") == []
    assert [gap.question for gap in store.gaps()] == [REFUSED]


def test_owners_are_kept_as_hashes(store: Store) -> None:
    """The secret of a browser is nowhere in the file."""
    keep(store)
    store.close()
    assert b"ada-ada" not in store.path.read_bytes()


def test_a_deleted_conversation_takes_everything_with_it(store: Store) -> None:
    """Its turns, its feedback and its gaps; another's stay. An answer that comes too late does not bring it back."""
    conversation, other = keep(store, REFUSED), keep(store, REFUSED, BEN)
    store.feedback(conversation, an_answer().id, ADA, "down")
    store.delete(conversation, ADA)
    assert refused(store.conversation, conversation, ADA) == 404
    assert refused(lambda: keep(store, conversation=conversation)) == 404
    assert [row["conversation"] for row in store.query("SELECT * FROM turns")] == [other]
    assert store.query("SELECT * FROM feedback") == []
    assert [gap.times for gap in store.gaps()] == [1]


def test_a_long_conversation_loses_its_oldest_turns(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nobody can fill the disk with one."""
    monkeypatch.setattr(store_module, "MOST_TURNS", 3)
    conversation = keep(store, "question 0")
    for number in range(1, 6):
        keep(store, f"question {number}", conversation=conversation)
    assert [turn.record["question"] for turn in store.conversation(conversation, ADA)] == [
        f"question {number}" for number in (3, 4, 5)
    ]


def test_a_thumb_can_be_turned(store: Store) -> None:
    """The last one counts, for the latest answer of this id; only a thumb down is a gap."""
    conversation = keep(store)
    keep(store, conversation=conversation)
    answer = an_answer().id
    store.feedback(conversation, answer, ADA, "down", "too old")
    assert [turn.feedback for turn in store.conversation(conversation, ADA)] == [None, "down"]
    assert [(gap.reasons, gap.comments) for gap in store.gaps()] == [({"disliked": 1}, ("too old",))]
    store.feedback(conversation, answer, ADA, "up")
    assert [turn.feedback for turn in store.conversation(conversation, ADA)] == [None, "up"]
    assert store.gaps() == ()
    assert refused(store.feedback, conversation, "no such answer", ADA, "up") == 404


def test_gaps_are_counted_by_folded_question(store: Store, clock: Clock) -> None:
    """Most frequent first, as last asked, with when and why; one asking counts once, whatever its reasons."""
    keep(store, "Who is  the KING?")
    clock.move(days=1)
    conversation = keep(store, "who is the king")
    store.feedback(conversation, an_answer().id, ADA, "down", "there is one")
    keep(store, "And the queen?", verdict="partial")
    keep(store, ANSWERED)
    king, queen = store.gaps()
    assert king == Gap(
        "who is the king",
        "default",
        2,
        "2026-05-04T09:00:00.000+00:00",
        {"not_found": 2, "disliked": 1},
        ("there is one",),
    )
    assert (queen.question, queen.times, queen.reasons) == ("And the queen?", 1, {"partial": 1})
    assert store.gaps(limit=1) == (king,)


def test_gaps_of_one_collection(store: Store) -> None:
    """The same question in two collections is two gaps."""
    for collection in ("a", "b", "b"):
        store.keep(an_answer(REFUSED), collection=collection)
    assert [(gap.collection, gap.times) for gap in store.gaps()] == [("b", 2), ("a", 1)]
    assert [gap.times for gap in store.gaps(collection="a")] == [1]
    assert store.gaps(collection="c") == ()


@given(st.text())
def test_folding_is_done_once(question: str) -> None:
    """A folded question folds to itself."""
    assert fold(fold(question)) == fold(question)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Who’s there?", "who's  there"), ("ＷＨＯ?", "who"), ("Straße", "STRASSE"), ("?!", " ?! "), ("誰？", "誰")],
)
def test_folding(one: str, other: str) -> None:
    """Case, width, marks and white space make no other question; a question of marks only is itself."""
    assert fold(one) == fold(other) != ""


def test_what_is_old_goes(store: Store, clock: Clock) -> None:
    """After its days a turn goes with its feedback, a gap, and the conversation that is empty then; the rest stays."""
    old, going_on = keep(store, REFUSED), keep(store, REFUSED)
    store.feedback(old, an_answer().id, ADA, "down")
    store.keep(an_answer(REFUSED), collection="default")
    clock.move(days=60)
    keep(store, ANSWERED, conversation=going_on)
    clock.move(days=31)
    store.prune()
    assert refused(store.conversation, old, ADA) == 404
    assert [turn.record["question"] for turn in store.conversation(going_on, ADA)] == [ANSWERED]
    assert store.gaps() == ()
    assert store.query("SELECT * FROM feedback") == []


def test_old_things_go_at_the_start(tmp_path: Path) -> None:
    """Opening for the service prunes; opening to look does not."""
    long_ago = Clock()
    long_ago.now = datetime(2001, 1, 1, tzinfo=UTC)
    Store(tmp_path / FILE, now=long_ago).keep(an_answer(REFUSED), collection="default")
    assert len(Gaps(tmp_path / FILE).gaps()) == 1
    assert Store.open(tmp_path).gaps() == ()


def test_a_service_that_runs_for_long_prunes_daily(store: Store, clock: Clock) -> None:
    """No restart is needed."""
    store.keep(an_answer(REFUSED), collection="default")
    clock.move(days=91)
    store.keep(an_answer(ANSWERED), collection="default")
    assert store.gaps() == ()


def test_the_number_of_rows_is_limited(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond it the oldest go."""
    monkeypatch.setattr(store_module, "MOST_ROWS", 3)
    for number in range(6):
        keep(store, f"question {number}")
    store.prune()
    assert [row["question"] for row in store.query("SELECT question FROM gaps ORDER BY number")] == [
        f"question {number}" for number in (3, 4, 5)
    ]
    assert len(store.query("SELECT * FROM conversations")) == 3


def test_a_deleted_document_takes_its_quotes_with_it(store: Store) -> None:
    """From the records, and from the bytes of the file; other documents' quotes stay."""
    conversation = keep(store)
    answer = an_answer()
    lost = answer.citations[0].document.id
    assert lost in store.quoted_documents("default")
    store.forget_documents("other", [lost])
    assert store.conversation(conversation, ADA)[0].record == an_answer(conversation=conversation).to_json()
    store.forget_documents("default", [lost])
    (turn,) = store.conversation(conversation, ADA)
    quotes = {one["document"]["id"]: one["quote"] for one in turn.record["citations"]}
    assert quotes[lost] == ""
    assert all(quote for document, quote in quotes.items() if document != lost)
    assert store.quoted_documents("default") == {one.document.id for one in answer.citations} - {lost}
    store.query("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    assert answer.citations[0].quote.encode() not in store.path.read_bytes()
    assert answer.citations[2].quote.encode() in store.path.read_bytes()


def test_only_its_user_reads_the_file(store: Store) -> None:
    """Not even the companions that SQLite makes."""
    keep(store)
    files = list(store.path.parent.iterdir())
    assert {file.name for file in files} >= {FILE, f"{FILE}-wal"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    """The error says what to do; the version stays."""
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer version"):
        Store(tmp_path / FILE)
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        assert database.execute("PRAGMA user_version").fetchone()[0] == 99


def test_a_damaged_file_is_a_store_error(tmp_path: Path) -> None:
    """So is a place where there can be no file."""
    (tmp_path / FILE).write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match="cannot be used"):
        Store(tmp_path / FILE)
    with pytest.raises(StoreError, match="cannot be used"):
        Store(tmp_path / FILE / "below" / FILE)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """Whoever can write to the folder cannot have another file opened and made over."""
    (tmp_path / "elsewhere").write_bytes(b"")
    (tmp_path / FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError):
        Store(tmp_path / FILE)


def test_many_threads(store: Store) -> None:
    """What they keep at the same time is all kept, and no conversation is mixed up."""
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            owner = f"browser of thread {number}"
            conversation = keep(store, f"question 0 of {number}", owner)
            for turn in range(1, 5):
                keep(store, f"question {turn} of {number}", owner, conversation)
            kept = store.conversation(conversation, owner)
            assert [one.record["question"] for one in kept] == [f"question {turn} of {number}" for turn in range(5)]
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert store.query("SELECT count(*) AS n FROM turns")[0]["n"] == 40


def test_any_text_can_be_kept(store: Store) -> None:
    """Quotation marks, NUL and statements are text."""
    for question in ("'; DROP TABLE turns; --", 'a " b \x00 c', "\u202e𝕏 \u2028", "%s %n {0}"):
        conversation = keep(store, question)
        assert store.conversation(conversation, ADA)[0].record["question"] == question
