"""Who a request comes from, and what it may do: key, ticket, session, a proxy's user, or this machine itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from assistant.errors import ServeError
from assistant.service.caller import SCOPES, Caller, Refused
from assistant.service.guard import LOOPBACK, Scope, header, host_name
from assistant.service.keys import Key, Keys
from assistant.service.limits import client_of
from assistant.service.options import Options
from assistant.service.origins import Origins, normalise, own_origins
from assistant.service.signin import SESSION
from assistant.service.tickets import Tickets, is_token

OWNER = "x-assistant-owner"
OWNER_LENGTH = (16, 256)  # characters of a browser's secret
ELSEWHERE = "Requests from other sites are refused."
FRAMES = ("iframe", "frame", "embed", "object")


class Access:
    """Decides by the options, the keys, the tickets and what the browser says of the page that asks."""

    def __init__(self, options: Options, keys: Keys, tickets: Tickets, served: Sequence[str]) -> None:
        self.options = options
        self.keys = keys
        self.tickets = tickets
        self.origins = Origins(options.origins)
        self._served = tuple(served)
        self._open_to_tickets = frozenset(options.ticket_collections or served[:1])
        unknown = sorted(self._open_to_tickets - set(served))
        if unknown:
            raise ServeError(f"Collection {unknown[0]!r} is not served: name it with --collection, too.")

    def caller(self, request: Any) -> Caller:
        """Who a request of a program or a script comes from; Refused(401) or Refused(403) if from nobody who may call.

        It is left in the request's state, too, for the log.
        """
        caller = self._caller(request.scope, self.origins.sender(request.scope))
        request.scope.setdefault("state", {})["caller"] = caller
        return caller

    def visitor(self, scope: Scope) -> Caller:
        """The same for what a browser opens: a link on another site is followed, and shown in its frame if it is listed."""
        sender = self.origins.sender(scope)
        opened = header(scope, b"sec-fetch-mode") == "navigate" and scope["method"] in ("GET", "HEAD")
        framed = header(scope, b"sec-fetch-dest") in FRAMES and not self.origins
        caller = self._caller(scope, "own" if sender == "elsewhere" and opened and not framed else sender)
        scope.setdefault("state", {})["caller"] = caller
        return caller

    def owner(self, request: Any, caller: Caller) -> str:
        """Whose conversations are meant: the signed-on user, else the browser's own secret, else the key; or nobody."""
        secret = header(request.scope, OWNER.encode("ascii"))
        if caller.kind == "proxy":
            return f"user {caller.name}"
        if secret:
            if not OWNER_LENGTH[0] <= len(secret) <= OWNER_LENGTH[1]:
                raise Refused(400, f"{OWNER} must have {OWNER_LENGTH[0]} to {OWNER_LENGTH[1]} characters.")
            return f"browser {secret}"
        return f"key {caller.name}" if caller.kind == "key" else ""

    def mint(self, request: Any, origin: str | None = None, collection: str | None = None) -> tuple[str, str]:
        """A ticket, and the name of the collection that is asked with it where none is named.

        For the page that asks, by the origin that its browser sends; with a key, for the `origin` that is named.
        """
        scope = request.scope
        if header(scope, b"authorization"):
            caller = self.caller(request)
            if caller.kind != "key":
                raise Refused(403, "Only a key can make a ticket for another origin.")
            caller.require("ask")
            bound, opened = origin or "", caller.collections
        else:
            if self.options.tickets == "minted":
                raise Refused(403, "Tickets are made by the server of the site, with a key.")
            bound, opened = header(scope, b"origin"), self._open_to_tickets
            if self.origins.sender(scope) not in ("own", "listed"):
                raise Refused(403, ELSEWHERE)
        if not self.origins.allows(bound):
            raise Refused(403, "This origin is not on the list of the service.")
        names = [name for name in self._served if (opened is None or name in opened) and collection in (None, name)]
        if not names:
            raise Refused(404, "There is no such collection.")
        return self.tickets.mint(normalise(bound), names), names[0]

    def _caller(self, scope: Scope, sender: str) -> Caller:
        if sender == "foreign":
            raise Refused(403, ELSEWHERE)
        scheme, _, secret = header(scope, b"authorization").partition(" ")
        if secret and scheme.lower() == "bearer":
            found = self._with_secret(scope, secret.strip())
            if found:
                return found
            if self.keys.all() or not (sender == "own" and self._is_local(scope)):
                raise Refused(401, "This key is not known.")
        if sender == "elsewhere":
            raise Refused(403, ELSEWHERE)
        found = self._without_secret(scope) if sender == "own" else None
        if found is None:
            raise Refused(401, "This needs a key or a ticket, as `Authorization: Bearer …`.")
        return found

    def _with_secret(self, scope: Scope, secret: str) -> Caller | None:
        if not is_token(secret):
            key = self.keys.find(secret)
            return _of_key("key", key) if key else None
        ticket = self.tickets.ticket(secret)
        if not self._is_bearer(scope, ticket.origin):
            raise Refused(403, "This ticket belongs to another origin.")
        return Caller("ticket", "", frozenset({"ask"}), ticket.collections, ticket.origin, _address(scope))

    def _is_bearer(self, scope: Scope, origin: str) -> bool:
        """Whether the page that shows a ticket is of the ticket's origin, and this one still on the list.

        A page of our own origin sends no `Origin` when it only reads; a page of another one always does with a ticket.
        """
        named = header(scope, b"origin")
        own = {one.partition("://")[2] for one in own_origins(scope)}
        same = normalise(named) == origin if named else origin.partition("://")[2] in own
        return same and self.origins.allows(origin)

    def _without_secret(self, scope: Scope) -> Caller | None:
        return self.session(scope) or self._of_proxy(scope) or self._of_this_machine(scope)

    def session(self, scope: Scope) -> Caller | None:
        """Who is signed on to the page, if anybody; where the request comes from is not asked here."""
        token = cookie(scope, SESSION)
        try:
            key = self.keys.by_id(self.tickets.session(token)) if token else None
        except Refused:
            return None
        return _of_key("page", key) if key else None

    def _of_proxy(self, scope: Scope) -> Caller | None:
        wanted = self.options.user_header.lower().encode("ascii")
        said = [value.decode("latin-1").strip() for key, value in scope["headers"] if wanted and key == wanted]
        if len(said) != 1 or not said[0] or not scope.get("proxied"):
            return None
        return Caller("proxy", said[0], frozenset({"ask"}), None, None, f"user {said[0]}")

    def _of_this_machine(self, scope: Scope) -> Caller | None:
        if self._is_local(scope):
            return Caller("local", "", SCOPES, None, None, _address(scope))
        if self.options.force and not self.options.require_key:
            uploads: Iterable[Any] = ("ask", "ingest") if self.options.uploads else ("ask",)
            return Caller("page", "", frozenset(uploads), None, None, _address(scope))
        return None

    def _is_local(self, scope: Scope) -> bool:
        """Whether it comes from this machine itself: not by another name, and not through a proxy."""
        if not self.options.loopback or self.options.require_key or scope.get("forwarded"):
            return False
        return host_name(header(scope, b"host")) in (*LOOPBACK, self.options.host)


def cookie(scope: Scope, name: str) -> str:
    """The value of a cookie, or an empty text."""
    pairs = (pair.strip().partition("=") for pair in header(scope, b"cookie").split(";"))
    return next((value for key, _, value in pairs if key == name), "")


def refuse_open(options: Options, keys: Keys) -> None:
    """ServeError if the service would be open to others without a key, and this is not asked for."""
    if options.force or options.user_header or keys.all() or (options.loopback and not options.names):
        return
    where = f"names {', '.join(options.names)}" if options.loopback else f"address {options.host}"
    raise ServeError(
        f"Others can reach the {where} and there are no keys yet: make one with `assistant key add NAME`, "
        "or let everybody ask with --force."
    )


def _of_key(kind: Any, key: Key) -> Caller:
    return Caller(kind, key.name, key.scopes, key.collections, None, f"key {key.name}")


def _address(scope: Scope) -> str:
    return client_of(scope["client"][0]) if scope.get("client") else "unknown"
