"""The widget's script, and the page that holds it in a frame.

| route | gives |
|---|---|
| `GET /widget.js` | the widget, for pages of any origin; what it may ask is decided when it asks |
| `GET /embed` | a page with nothing but the widget, which the allowed origins may frame |
| `GET /embed.js`, `/embed.css` | what that page loads beside the widget |

The script is put together from the parts in `assistant/widget/`, in the order of `PARTS`, without comments, without white
space that means nothing, and with short names for what is private.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING

from assistant.service.guard import frame_ancestors

if TYPE_CHECKING:
    from fastapi import APIRouter, Request, Response

    from assistant.service.context import Service

FOLDER = Path(__file__).parent.parent / "widget"
PARTS = ("labels.js", "elements.js", "address.js", "page.js", "server.js", "answer.js", "element.js", "start.js")
KEEP_SECONDS = 300  # for which a browser uses a file without asking whether it has changed
_COMMENT = re.compile(r"^\s*//[^\n]*|  // [^\n]*|/\*.*?\*/", re.MULTILINE | re.DOTALL)
# A text, a template or a pattern, which stay as they are, or the last semicolon of a block or white space around a sign,
# which go.
_TOKEN = re.compile(
    r"""("(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|(?<=[(=,:|?&!>])[ ]?/(?!/)(?:[^/\\\n\[]|\\.|\[(?:[^\]\\]|\\.)*\])+/\w*)"""
    r"""|;\s*(?=})|\s*([{}()\[\];,=<>+*?:&|!])\s*"""
)
_NAME = re.compile(r"(?:#|--)[\w-]+")
_DECLARED = {
    "#": re.compile(r"^(?:async |get )*(#\w+)\s*[;(=]", re.MULTILINE),
    "--": re.compile(r"(?<=[{;])--[a-z-]+(?=:)"),
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent: its bytes plain and compressed, its type, and the entity tag of its content."""

    plain: bytes
    packed: bytes
    media_type: str
    tag: str

    @classmethod
    def of(cls, text: str, media_type: str) -> Asset:
        plain = text.encode("utf-8")
        tag = f'"{hashlib.sha256(plain).hexdigest()[:32]}"'
        return cls(plain, gzip.compress(plain, mtime=0), f"{media_type}; charset=utf-8", tag)


@cache
def widget_script() -> Asset:
    """The whole widget as one script. It defines the element `<cited-assistant>`, once, and no global name."""
    style = re.sub(r"(?<=[{};,:])\s+|\s+(?=[{}])|;\s*(?=\})", "", _joined("widget.css"))
    script = "\n".join(map(_joined, PARTS))
    short = _short_names(f"{style}\n{script}")
    style, script = (_NAME.sub(lambda found: short.get(found[0], found[0]), text) for text in (style, script))
    script = _TOKEN.sub(lambda found: found[1] or found[2] or "", script)
    return Asset.of(
        'try{(()=>{"use strict";if(customElements.get("cited-assistant"))return;'
        f"const STYLE={json.dumps(style, ensure_ascii=False)};{script}"
        '})()}catch(error){console.warn("cited-assistant:",error)}\n',
        "text/javascript",
    )


@cache
def embed_files() -> dict[str, Asset]:
    """The page for a frame and what it loads, by route."""
    kinds = {"/embed": ("embed.html", "text/html"), "/embed.js": ("embed.js", "text/javascript")}
    kinds |= {"/embed.css": ("embed.css", "text/css")}
    return {route: Asset.of(_part(name), kind) for route, (name, kind) in kinds.items()}


def embed_policy(origins: Iterable[str]) -> str:
    """The content policy of the framed page: its own files and its own server, in frames of the origins."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
        f"base-uri 'none'; form-action 'none'; {frame_ancestors(origins)}"
    )


def router(service: Service) -> APIRouter:
    """The routes."""
    from fastapi import APIRouter

    page_headers = {"content-security-policy": embed_policy(service.access.origins), "cache-control": "no-cache"}
    files = {route: (asset, page_headers if route == "/embed" else {}) for route, asset in embed_files().items()}
    files["/widget.js"] = (widget_script(), {"cross-origin-resource-policy": "cross-origin"})

    def send(request: Request) -> Response:
        # A proxy may have left the root path before it.
        asset, headers = files["/" + request.scope["path"].rpartition("/")[2]]
        return _answer(request, asset, headers)

    routes = APIRouter()
    for path in files:
        routes.add_route(path, send, methods=["GET"], include_in_schema=False)
    return routes


def _answer(request: Request, asset: Asset, extra: dict[str, str]) -> Response:
    """The file, compressed for who takes that; or, for who has it already, that it has not changed."""
    from fastapi import Response

    headers = {"etag": asset.tag, "cache-control": f"public, max-age={KEEP_SECONDS}", "vary": "accept-encoding"} | extra
    known = re.split(r"\s*,\s*", request.headers.get("if-none-match", "").strip())
    if "*" in known or asset.tag in [one.removeprefix("W/") for one in known]:
        return Response(status_code=304, headers=headers)
    if takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(asset.packed, media_type=asset.media_type, headers=headers | {"content-encoding": "gzip"})
    return Response(asset.plain, media_type=asset.media_type, headers=headers)


def takes_gzip(accepted: str) -> bool:
    """Whether an `Accept-Encoding` header names gzip, and not with the weight 0."""
    return re.search(r"(?:^|,)\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[^,]*)?(?:,|$)", accepted.lower()) is not None


def _short_names(text: str) -> dict[str, str]:
    """A letter or two for each name that is declared and can be seen by nobody else: private members of our classes, and
    the custom properties of our styles."""
    short: dict[str, str] = {}
    for sign, declaration in _DECLARED.items():
        names = sorted(set(declaration.findall(text)), key=lambda name: (-text.count(name), name))
        letters = (f"{mark}{letter}" for mark in ("", "_") for letter in ascii_lowercase)
        short |= {name: f"{sign}{letter}" for name, letter in zip(names, letters, strict=False)}
    return short


def _part(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _joined(name: str) -> str:
    """A part without its comments, indents and empty lines."""
    return "\n".join(line.strip() for line in _COMMENT.sub("", _part(name)).splitlines() if line.strip())
