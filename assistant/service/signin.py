"""Signing on to the chat page with a key, once: the form, the session's cookie, and the way out.

The cookie is read by no script and sent by no other site (`HttpOnly`, `SameSite=Strict`). It holds a signed session
that names the key, so that removing the key ends it.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from assistant.service.guard import Send
from assistant.service.tickets import SESSION_SECONDS

if TYPE_CHECKING:
    from fastapi import APIRouter, Request, Response

    from assistant.service.context import Service

SESSION = "assistant-session"
FORM_LIMIT = 4096  # bytes
POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
UNKNOWN = "This key is not known, or may not ask here."
NO_STORE = {
    "cache-control": "no-store",
    "content-security-policy": POLICY,
    "referrer-policy": "same-origin",  # without a referrer, browsers send a form with the origin `null`
}


def router(service: Service) -> APIRouter:
    """`GET` and `POST /signin`, `POST /signout`."""
    from fastapi import APIRouter
    from fastapi.responses import HTMLResponse, RedirectResponse

    access, root = service.access, service.root_path

    def form(request: Request) -> Response:
        if access.session(request.scope):
            return RedirectResponse(f"{root}/", 303, NO_STORE)
        return HTMLResponse(_form(), headers=NO_STORE)

    async def sign_on(request: Request) -> Response:
        if access.origins.sender(request.scope) != "own":
            return HTMLResponse(_form("This form is sent from our own page only."), 403, NO_STORE)
        key = access.keys.find(await _sent_key(request))
        if key is None or not key.scopes & {"ask", "admin"}:
            return HTMLResponse(_form(UNKNOWN), 401, NO_STORE)
        response = RedirectResponse(f"{root}/", 303, NO_STORE)
        _set(response, request, access.tickets.mint_session(key.id), SESSION_SECONDS, root)
        return response

    def sign_off(request: Request) -> Response:
        if access.origins.sender(request.scope) != "own":
            return HTMLResponse(_form("This form is sent from our own page only."), 403, NO_STORE)
        response = RedirectResponse(f"{root}/signin", 303, NO_STORE)
        _set(response, request, "", 0, root)
        return response

    routes = APIRouter()
    routes.add_route("/signin", form, methods=["GET"], include_in_schema=False)
    routes.add_route("/signin", sign_on, methods=["POST"], include_in_schema=False)
    routes.add_route("/signout", sign_off, methods=["POST"], include_in_schema=False)
    return routes


async def turn_to_signin(send: Send) -> None:
    """Tells a visitor without a session that one is needed, and leads to the form by a step of our own page: a browser
    keeps the cookie back on the way from a link on another site, and sends it from here, so that the form can tell."""
    body = b'<!doctype html><title>Sign in</title><meta http-equiv="refresh" content="0; url=signin"><a href="signin">Sign in</a>'
    headers = {**NO_STORE, "content-type": "text/html; charset=utf-8", "content-length": str(len(body))}
    plain = [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 401, "headers": plain})
    await send({"type": "http.response.body", "body": body})


def _set(response: Response, request: Request, value: str, seconds: int, root_path: str) -> None:
    secure = request.scope["scheme"] == "https" or request.headers.get("origin", "").startswith("https:")
    response.set_cookie(
        SESSION, value, max_age=seconds, path=root_path or "/", secure=secure, httponly=True, samesite="strict"
    )


async def _sent_key(request: Request) -> str:
    """The key in a form that was sent, or an empty text if it is no such form."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_LIMIT:
            return ""
    fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
    return fields.get("key", [""])[0].strip()


def _form(problem: str = "") -> str:
    said = f'<p class="notice" role="alert">{escape(problem)}</p>' if problem else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        '<title>Sign in – Cited Assistant</title><link rel="icon" href="data:,">'
        '<link rel="stylesheet" href="assets/assistant/palette.css">'
        '<link rel="stylesheet" href="assets/assistant/source.css"></head>'
        f'<body><main class="missing"><h1>Sign in</h1>{said}<form method="post" action="signin">'
        '<p><label for="key">Your access key</label></p><p><input id="key" name="key" type="password" required '
        'autofocus autocomplete="current-password" spellcheck="false"></p><p><button>Sign in</button></p></form>'
        "</main></body></html>"
    )
