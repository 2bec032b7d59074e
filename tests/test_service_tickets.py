"""assistant/service/tickets.py: what is signed is read back, and nothing else is."""

from __future__ import annotations

import base64
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jwt
import pytest

from assistant.errors import ServeError
from assistant.service.caller import Refused
from assistant.service.tickets import FILE, PASS_SECONDS, SESSION_SECONDS, TICKET_SECONDS, Ticket, Tickets, is_token

SECRET = b"s" * 64
ORIGIN = "https://wiki.example"


class Clock:
    """A clock that is set by hand; it begins at a true time, since the library looks at dates, too."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tickets(clock: Clock) -> Tickets:
    return Tickets(SECRET, clock)


def signed(claims: dict[str, object], secret: bytes = SECRET, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, secret, algorithm)


def test_a_ticket_says_what_it_was_made_for(tickets: Tickets) -> None:
    """Its origin and its collections come back."""
    token = tickets.mint(ORIGIN, ["b", "a"])
    assert tickets.ticket(token) == Ticket(ORIGIN, frozenset({"a", "b"}))
    assert is_token(token)


def test_each_kind_ends_after_its_time(tickets: Tickets, clock: Clock) -> None:
    """A second before the end it is read, at the end no more."""
    ticket, passed, session = tickets.mint(ORIGIN, "a"), tickets.mint_pass("a", "d1"), tickets.mint_session("k")
    began = clock.now
    for token, seconds, read in (
        (ticket, TICKET_SECONDS, tickets.ticket),
        (passed, PASS_SECONDS, lambda token: tickets.passes(token, "d1")),
        (session, SESSION_SECONDS, tickets.session),
    ):
        clock.now = began + seconds - 1
        assert read(token)
        clock.now = began + seconds
        with pytest.raises(Refused, match="not valid or has expired") as refused:
            read(token)
        assert refused.value.status == 401


def test_one_kind_is_never_taken_for_another(tickets: Tickets) -> None:
    """A pass is no ticket, a session no pass, and so on."""
    made = {
        "ticket": tickets.mint(ORIGIN, "a"),
        "pass": tickets.mint_pass("a", "d1"),
        "session": tickets.mint_session("k"),
    }
    read = {"ticket": tickets.ticket, "pass": lambda token: tickets.passes(token, "d1"), "session": tickets.session}
    for kind, token in made.items():
        for other, reader in read.items():
            if kind != other:
                with pytest.raises(Refused):
                    reader(token)


def test_a_pass_opens_its_document_only(tickets: Tickets) -> None:
    """The name of the collection comes back for this document, nothing for another one."""
    token = tickets.mint_pass("a", "d1")
    assert tickets.passes(token, "d1") == "a"
    with pytest.raises(Refused, match="another document"):
        tickets.passes(token, "d2")


def _whole(**changes: object) -> dict[str, object]:
    return {"aud": "ticket", "org": ORIGIN, "col": ["a"], "exp": 1_800_000_030} | changes


@pytest.mark.parametrize(
    "token",
    [
        "",
        "..",
        "a.b.c",
        "x" * 100_000,
        "é.ü.ß",
        signed(_whole(), b"t" * 64),
        signed(_whole(), algorithm="HS512"),
        signed(_whole(aud=["ticket", "pass"])),
        signed({key: value for key, value in _whole().items() if key != "exp"}),
        signed({key: value for key, value in _whole().items() if key != "org"}),
        signed({key: value for key, value in _whole().items() if key != "aud"}),
        jwt.encode(_whole(), "", "none"),
        signed(_whole()) + "x",
        signed(_whole()).rpartition(".")[0] + ".",
    ],
)
def test_nothing_else_is_a_ticket(tickets: Tickets, token: str) -> None:
    """Another secret, another algorithm or none, a missing claim, a changed or endless text: 401."""
    with pytest.raises(Refused) as refused:
        tickets.ticket(token)
    assert refused.value.status == 401
    assert tickets.ticket(signed(_whole()))  # the whole one is good, so that what is wrong above is what is said


def test_changed_claims_are_seen(tickets: Tickets) -> None:
    """The origin of a ticket cannot be written over."""
    head, body, signature = tickets.mint(ORIGIN, "a").split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed = base64.urlsafe_b64encode(json.dumps(claims | {"org": "https://evil.example"}).encode()).rstrip(b"=")
    with pytest.raises(Refused):
        tickets.ticket(f"{head}.{changed.decode()}.{signature}")


def test_the_secret_outlives_a_restart_and_is_private(tmp_path: Path) -> None:
    """It stands in a file of the data folder that its user alone can read, also if it was open before."""
    token = Tickets.open(tmp_path / "data").mint(ORIGIN, "a")
    file = tmp_path / "data" / FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    assert Tickets.open(tmp_path / "data").ticket(token).origin == ORIGIN
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in (tmp_path / "data").iterdir()] == [FILE]
    with pytest.raises(Refused):
        Tickets.open(tmp_path / "other").ticket(token)


def test_two_that_begin_at_once_have_one_secret(tmp_path: Path) -> None:
    """Whoever is first makes the file; all others read it."""
    with ThreadPoolExecutor(16) as pool:
        opened = list(pool.map(lambda _: Tickets.open(tmp_path), range(16)))
    token = opened[0].mint(ORIGIN, "a")
    assert all(one.ticket(token) for one in opened)


def test_a_damaged_secret_is_told(tmp_path: Path) -> None:
    """A short file is no secret, and a folder in its place is said in a sentence."""
    (tmp_path / FILE).write_bytes(b"short")
    with pytest.raises(ServeError, match="damaged"):
        Tickets.open(tmp_path)
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).mkdir()
    with pytest.raises(ServeError, match="cannot be used"):
        Tickets.open(tmp_path)
