"""assistant/service/access.py and origins.py: who a request comes from, and what it may do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from browser_library import FakeAssistant

from assistant.errors import ServeError
from assistant.service.access import Access, refuse_open
from assistant.service.app import create_app
from assistant.service.caller import SCOPES, Caller, Refused
from assistant.service.keys import Keys
from assistant.service.options import Options
from assistant.service.tickets import Tickets

WIKI = "https://wiki.corp"
HERE = "http://127.0.0.1:7860"


def scope(**headers: str) -> dict[str, Any]:
    """A request as it stands behind the guard; header names with `_` for `-`."""
    plain = {"host": "127.0.0.1:7860"} | {key.replace("_", "-"): value for key, value in headers.items()}
    return {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "client": ("127.0.0.1", 5),
        "headers": [(key.encode(), value.encode("latin-1")) for key, value in plain.items()],
    }


def request(**headers: str) -> Any:
    return SimpleNamespace(scope=scope(**headers))


def bearer(text: str) -> str:
    return f"Bearer {text}"


def access(folder: Path | None = None, **changes: Any) -> Access:
    return Access(Options(**({"origins": (WIKI,)} | changes)), Keys(folder), Tickets(b"s" * 64), ["a", "b"])


def refusal(one: Access, asked: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        one.caller(asked)
    return refused.value


OTHERS = [
    "null",
    "http://wiki.corp",
    "https://wiki.corp:8443",
    "https://wiki.corp.",
    "https://wiki.corp.evil",
    "https://evil.wiki.corp",
    "https://wiki.corp@evil.example",
    "https://user:pw@wiki.corp",
    "https://evilwiki.corp",
    "https://wiki.corpevil",
    "https://wiki-corp",
    "https://evil.example",
    "chrome-extension://wiki.corp",
    "http://127.0.0.1",
    "http://localhost:7860",
    "https://127.0.0.1:7860",
    "",
]


@pytest.mark.parametrize("origin", OTHERS)
def test_other_origins_are_refused(origin: str) -> None:
    """Also with a key or a ticket, and also where the browser calls them the same site."""
    one = access()
    ticket = one.tickets.mint(WIKI, ["a"])
    for more in (
        {},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"authorization": bearer(ticket)},
    ):
        assert refusal(one, request(origin=origin, **more)).status == 403


def test_two_origins_are_none() -> None:
    """Of two headers neither counts."""
    asked = request(origin=HERE)
    asked.scope["headers"].append((b"origin", b"https://evil.example"))
    assert refusal(access(), asked).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": HERE},
        {"origin": HERE, "sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "none"},
        {"host": "localhost:7860", "origin": "http://localhost:7860"},
        {"host": "[::1]:7860", "origin": "http://[::1]:7860"},
    ],
)
def test_programs_and_our_own_pages_on_loopback_may_everything(headers: dict[str, str]) -> None:
    """Without any key; limits count them by their address."""
    caller = access().caller(request(**headers))
    assert caller == Caller("local", "", SCOPES, None, None, "127.0.0.1")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_without_a_name_is_not_local(site: str) -> None:
    """Pictures, forms and links of other pages reach no route for programs."""
    assert refusal(access(), request(sec_fetch_site=site)).status == 403
    assert refusal(access(), request(origin=HERE, sec_fetch_site=site)).status == 403


def test_a_link_is_followed_and_a_frame_is_not() -> None:
    """What a browser opens as a page is shown, though the link stood elsewhere; in a frame only where a site is listed."""
    link = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}
    opened = {**scope(**link), "method": "GET"}
    assert access(origins=()).visitor(opened).kind == "local"
    with pytest.raises(Refused):
        access(origins=()).visitor({**opened, "method": "POST"})
    framed = {**scope(**link | {"sec_fetch_dest": "iframe"}), "method": "GET"}
    with pytest.raises(Refused):
        access(origins=()).visitor(framed)
    assert access().visitor(framed).kind == "local"  # the browser compares it with `frame-ancestors`
    with pytest.raises(Refused):
        access().visitor({**scope(sec_fetch_site="cross-site", sec_fetch_mode="no-cors"), "method": "GET"})


def test_a_listed_origin_is_not_local() -> None:
    """It needs a ticket, on loopback, too."""
    assert refusal(access(), request(origin=WIKI)).status == 401


@pytest.mark.parametrize("name", ["ask.corp", "127.0.0.1.evil.example"])
def test_another_name_is_not_local(name: str) -> None:
    """Who comes under a name of the network comes from the network."""
    assert refusal(access(names=(name,)), request(host=name)).status == 401


def test_what_a_proxy_forwards_is_not_local() -> None:
    """Behind a proxy everybody seems to be on this machine."""
    asked = request()
    asked.scope["forwarded"] = True
    assert refusal(access(), asked).status == 401


# -- keys ------------------------------------------------------------------------------------------------------------


def test_a_key_says_who_asks(tmp_path: Path) -> None:
    """Its scopes, its collections and its name, in any letters of `Bearer`, on any address."""
    _, text = Keys(tmp_path).add("bot", ["ask"], ["b"])
    for host in ("127.0.0.1", "0.0.0.0"):
        one = access(tmp_path, host=host)
        for scheme in ("Bearer", "bearer"):
            caller = one.caller(request(authorization=f"{scheme} {text}"))
            assert caller == Caller("key", "bot", frozenset({"ask"}), frozenset({"b"}), None, "key bot")
        assert one.caller(request(authorization=bearer(text), origin=WIKI)).kind == "key"


def test_a_wrong_key_is_refused(tmp_path: Path) -> None:
    """Also on loopback, where none would have been needed; where there are no keys at all, any will do there."""
    Keys(tmp_path).add("bot")
    for wrong in ("x", "a.b.c", "ca_" + "x" * 43):
        assert refusal(access(tmp_path), request(authorization=bearer(wrong))).status == 401
        assert refusal(access(tmp_path, host="0.0.0.0"), request(authorization=bearer(wrong))).status == 401
    assert access().caller(request(authorization="Bearer none-needed")).kind == "local"
    assert refusal(access(), request(authorization=bearer("a.b.c"))).status == 401


def test_with_keys_the_machine_itself_may_still_ask(tmp_path: Path) -> None:
    """Unless a key is required; on another address it always is."""
    Keys(tmp_path).add("bot")
    assert access(tmp_path).caller(request()).kind == "local"
    assert refusal(access(tmp_path, require_key=True), request()).status == 401
    assert refusal(access(tmp_path, host="0.0.0.0"), request()).status == 401
    assert refusal(access(host="0.0.0.0"), request()).status == 401


def test_force_lets_everybody_ask_and_nothing_else() -> None:
    """Not ingest, unless uploads were switched on in so many words, and not from other sites."""
    one = access(host="0.0.0.0", force=True)
    caller = one.caller(request(host="ask.corp"))
    assert (caller.kind, caller.scopes) == ("page", {"ask"})
    assert refusal(one, request(origin="https://evil.example")).status == 403
    assert access(host="0.0.0.0", force=True, uploads=True).caller(request()).scopes == {"ask", "ingest"}


def test_a_damaged_key_file_shuts_the_door(tmp_path: Path) -> None:
    """No key can be told from none, so nobody is let in by one."""
    (tmp_path / "keys.json").write_text("{")
    with pytest.raises(ServeError):
        access(tmp_path).caller(request(authorization=bearer("x")))


def test_scopes() -> None:
    """Each is needed by itself; `admin` is all of them."""
    caller = Caller("key", "x", frozenset({"ask"}), None, None, "x")
    caller.require("ask")
    for scope_name in ("ingest", "admin"):
        with pytest.raises(Refused, match=f"scope {scope_name}"):
            caller.require(scope_name)  # type: ignore[arg-type]
    for scope_name in SCOPES:
        replace(caller, scopes=frozenset({"admin"})).require(scope_name)


# -- sessions and proxies --------------------------------------------------------------------------------------------


def test_a_session_is_its_key(tmp_path: Path) -> None:
    """With the key's scopes and collections, from our own pages only, until the key is removed."""
    key, _ = Keys(tmp_path).add("ann", ["ask"], ["a"])
    one = access(tmp_path, host="0.0.0.0")
    cookie = f"motion=any; assistant-session={one.tickets.mint_session(key.id)}; x=y"
    caller = one.caller(request(cookie=cookie))
    assert caller == Caller("page", "ann", frozenset({"ask"}), frozenset({"a"}), None, "key ann")
    for site in ("cross-site", "same-site"):
        assert refusal(one, request(cookie=cookie, sec_fetch_site=site)).status == 403
    assert refusal(one, request(cookie=cookie, origin=WIKI)).status == 401
    assert refusal(one, request(cookie="assistant-session=a.b.c")).status == 401
    assert refusal(one, request(cookie=f"assistant-session={one.tickets.mint(WIKI, ['a'])}")).status == 401
    Keys(tmp_path).remove("ann")
    assert refusal(one, request(cookie=cookie)).status == 401


def proxied(**headers: str) -> Any:
    asked = request(**headers)
    asked.scope |= {"proxied": True, "forwarded": True}
    return asked


def test_a_trusted_proxy_names_its_users() -> None:
    """They may ask; nobody else can say so, and without a name nobody is signed on."""
    one = access(host="0.0.0.0", user_header="X-Remote-User", trusted_proxy="192.0.2.1")
    caller = one.caller(proxied(x_remote_user="ann"))
    assert caller == Caller("proxy", "ann", frozenset({"ask"}), None, None, "user ann")
    assert refusal(one, request(x_remote_user="ann")).status == 401
    assert refusal(one, proxied()).status == 401
    assert refusal(one, proxied(x_remote_user=" ")).status == 401
    assert refusal(one, proxied(x_remote_user="ann", origin="https://evil.example")).status == 403
    twice = proxied(x_remote_user="ann")
    twice.scope["headers"].append((b"x-remote-user", b"bob"))
    assert refusal(one, twice).status == 401
    assert refusal(access(host="0.0.0.0"), proxied(x_remote_user="ann")).status == 401
    with pytest.raises(ServeError, match="one proxy only"):
        Options(user_header="X-Remote-User")


def test_owners() -> None:
    """A browser's secret, the user whom a proxy names, or the key; none can be taken for another."""
    one = access()
    key = Caller("key", "ann", SCOPES, None, None, "key ann")
    user = replace(key, kind="proxy")
    local = replace(key, kind="local", name="")
    secret = "0123456789abcdef"
    owners = [
        one.owner(request(x_assistant_owner=secret), local),
        one.owner(request(x_assistant_owner="user ann but longer"), local),
        one.owner(request(), key),
        one.owner(request(), user),
    ]
    assert len(set(owners)) == 4
    assert one.owner(request(), local) == ""
    assert one.owner(request(x_assistant_owner=secret), user) == one.owner(request(), user)
    assert one.owner(request(x_assistant_owner=secret), key) == one.owner(request(x_assistant_owner=secret), local)
    for wrong in ("short", "x" * 300):
        with pytest.raises(Refused) as refused:
            one.owner(request(x_assistant_owner=wrong), local)
        assert refused.value.status == 400


# -- tickets ---------------------------------------------------------------------------------------------------------


def test_a_listed_page_gets_a_ticket_and_asks_with_it() -> None:
    """For the first collection, bound to the origin that the browser sent."""
    one = access()
    ticket, name = one.mint(request(origin=WIKI, sec_fetch_site="cross-site"))
    assert name == "a"
    caller = one.caller(request(origin="https://WIKI.corp:443", authorization=bearer(ticket)))
    assert caller == Caller("ticket", "", frozenset({"ask"}), frozenset({"a"}), WIKI, "127.0.0.1")


def test_a_ticket_is_of_no_use_elsewhere() -> None:
    """Not to another listed origin, not without an origin, not to our own page, not when its origin is listed no more."""
    one = access(origins=(WIKI, "https://other.corp"))
    ticket = bearer(one.mint(request(origin=WIKI))[0])
    assert one.caller(request(origin=WIKI, authorization=ticket))
    for headers in ({"origin": "https://other.corp"}, {}, {"origin": HERE}, {"sec_fetch_site": "same-origin"}):
        refused = refusal(one, request(authorization=ticket, **headers))
        assert (refused.status, refused.reason) == (403, "This ticket belongs to another origin.")
    assert refusal(access(origins=("https://other.corp",)), request(origin=WIKI, authorization=ticket)).status == 403


def test_a_wiki_on_our_own_origin_uses_tickets_too() -> None:
    """Under a path of the wiki's own name; its reading requests carry no origin."""
    one = access(host="0.0.0.0")
    same = {"host": "wiki.corp", "sec_fetch_site": "same-origin"}
    ticket, _ = one.mint(request(origin=WIKI, **same))
    assert one.caller(request(origin=WIKI, authorization=bearer(ticket), **same)).kind == "ticket"
    assert one.caller(request(authorization=bearer(ticket), **same)).kind == "ticket"


@pytest.mark.parametrize("origin", [*OTHERS, HERE])
def test_no_ticket_for_other_origins(origin: str) -> None:
    """Whatever the page claims: what it names in its body is believed with a key only."""
    for claimed in (None, WIKI):
        with pytest.raises(Refused) as refused:
            access().mint(request(origin=origin), claimed)
        assert refused.value.status == 403


def test_no_ticket_without_an_origin() -> None:
    """Nor when a page of this machine names one."""
    for claimed in (None, WIKI):
        with pytest.raises(Refused):
            access().mint(request(), claimed)


def test_a_server_mints_with_its_key(tmp_path: Path) -> None:
    """For a listed origin and the key's collections; with the scope ask."""
    _, text = Keys(tmp_path).add("wiki", ["ask"], ["b"])
    _, loader = Keys(tmp_path).add("loader", ["ingest"])
    one = access(tmp_path, tickets="minted")
    ticket, name = one.mint(request(authorization=bearer(text)), "https://WIKI.corp")
    assert name == "b"
    assert one.tickets.ticket(ticket).origin == WIKI
    assert one.tickets.ticket(ticket).collections == {"b"}
    for key, origin, status in (
        (text, "https://evil.example", 403),
        (text, None, 403),
        (loader, WIKI, 403),
        ("x", WIKI, 401),
    ):
        with pytest.raises(Refused) as refused:
            one.mint(request(authorization=bearer(key)), origin)
        assert refused.value.status == status
    with pytest.raises(Refused, match="by the server"):
        one.mint(request(origin=WIKI))


def test_a_ticket_cannot_be_made_from_a_ticket() -> None:
    """It ends after its minute, and is renewed by the page's origin alone."""
    one = access()
    ticket, _ = one.mint(request(origin=WIKI))
    with pytest.raises(Refused) as refused:
        one.mint(request(origin=WIKI, authorization=bearer(ticket)), WIKI)
    assert refused.value.status == 403


def test_collections_of_tickets() -> None:
    """The ones that were opened to tickets, or the one that is asked for among them."""
    one = access(ticket_collections=("a", "b"))
    assert one.tickets.ticket(one.mint(request(origin=WIKI))[0]).collections == {"a", "b"}
    ticket, name = one.mint(request(origin=WIKI), collection="b")
    assert (name, one.tickets.ticket(ticket).collections) == ("b", {"b"})
    for other in ("b", "c"):
        with pytest.raises(Refused) as refused:
            access().mint(request(origin=WIKI), collection=other)
        assert refused.value.status == 404
    with pytest.raises(ServeError, match="'c' is not served"):
        access(ticket_collections=("c",))


# -- starting --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reach", [{"host": "0.0.0.0"}, {"host": "192.0.2.1"}, {"names": ("ask.corp",)}])
def test_it_does_not_start_open_to_others(tmp_path: Path, reach: dict[str, Any]) -> None:
    """Without a key it says what to do; with one, or by force, it starts."""
    with pytest.raises(ServeError, match="assistant key add"):
        refuse_open(Options(**reach), Keys(None))
    refuse_open(Options(**reach, force=True), Keys(None))
    refuse_open(Options(**reach, user_header="X-Remote-User", trusted_proxy="192.0.2.9"), Keys(None))
    Keys(tmp_path).add("x")
    refuse_open(Options(**reach), Keys(tmp_path))
    with pytest.raises(ServeError):
        create_app(FakeAssistant(), **reach)


WRONG_ROOTS = ["assistant", "/a b", "/a?b", "/../x", "/api", "/v1/x", "/<b>", "https://x"]
WRONG_ROOTS += ["/widget.js", "/embed", "/embed.js/x", "/embed.css"]


@pytest.mark.parametrize("path", WRONG_ROOTS)
def test_root_paths_are_plain(path: str) -> None:
    """Nothing that would have to be escaped, and nothing that begins like a route of ours."""
    with pytest.raises(ServeError, match=r"choose another|is no path"):
        Options(root_path=path)
    assert Options(root_path="/assistant/").root_path == "/assistant"
