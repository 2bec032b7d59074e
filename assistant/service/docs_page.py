"""The description of the service: `/openapi.json`, and `/docs`, a page made of it here. No script, nothing from elsewhere.

| step | takes | gives |
|---|---|---|
| `description` | the application | its OpenAPI description, errors in our own shape |
| `render_docs` | the description | the page |
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from assistant.service.api_examples import REASONS
from assistant.service.api_route import Plain
from assistant.service.context import Service

FOLDER = Path(__file__).parent
SUMMARY = (
    "Answers questions from your own documents and cites the exact source sentence behind every sentence. "
    "Programs send a key as `Authorization: Bearer KEY`; programs of the same machine need none unless keys are required. "
    'Every error of `/api` is `{"error": {"message": "…"}}` with its HTTP status.'
)
METHODS = ("get", "post", "put", "patch", "delete")
OPEN = ("/healthz", "/readyz")  # to whoever reaches the service
Schema = dict[str, Any]


def router(service: Service) -> APIRouter:
    """The two routes, open to everybody who can reach the service."""

    def openapi(request: Request) -> Response:
        return Plain(description(request.app))

    def docs(request: Request) -> Response:
        style = _style()
        digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
        policy = (
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'"
        )
        page = render_docs(description(request.app), style)
        return HTMLResponse(page, headers={"content-security-policy": policy, "cache-control": "no-cache"})

    routes = APIRouter()
    routes.add_api_route("/openapi.json", openapi, methods=["GET"], include_in_schema=False)
    routes.add_api_route("/docs", docs, methods=["GET"], include_in_schema=False)
    return routes


def description(app: FastAPI) -> Schema:
    """The OpenAPI description, made once. Where FastAPI says 422, such a request is answered with 400 here."""
    if app.openapi_schema is None:
        app.description = SUMMARY
        whole = app.openapi()
        parts = whole.setdefault("components", {})
        for path, _, operation in operations(whole):
            if operation["responses"].pop("422", None):
                operation["responses"].setdefault("400", {"description": REASONS[400][0]})
            if path not in OPEN:
                operation["security"] = [{"bearer": []}, {}]
        for name in ("HTTPValidationError", "ValidationError"):
            parts.get("schemas", {}).pop(name, None)
        parts["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer", "description": "A key, or a ticket."}
        }
    return app.openapi()


def operations(whole: Schema) -> Iterator[tuple[str, str, Schema]]:
    """Path, method and operation of everything that is described, in order."""
    for path, methods in whole["paths"].items():
        for method in METHODS:
            if method in methods:
                yield path, method, methods[method]


def render_docs(whole: Schema, style: str = "") -> str:
    """The page of a description. Every text of it is escaped."""
    groups: dict[str, list[str]] = {}
    for path, method, operation in operations(whole):
        tag = (operation.get("tags") or ["Others"])[0]
        groups.setdefault(tag, []).append(_operation(whole, path, method, operation))
    body = "".join(f"<section><h2>{escape(tag)}</h2>{''.join(parts)}</section>" for tag, parts in groups.items())
    title = escape(f"{whole['info']['title']}: the API")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<title>{title}</title><link rel="icon" href="data:,"><style>{style}</style></head><body><main>'
        f"<h1>{title}</h1><p>{_marked(whole['info'].get('description', ''))}</p>"
        f'<p>The same for programs: <a href="openapi.json">openapi.json</a></p>{body}</main></body></html>'
    )


def _operation(whole: Schema, path: str, method: str, operation: Schema) -> str:
    parts = [
        f'<h3><span class="method">{method.upper()}</span> {escape(path)}</h3>',
        f"<p>{_marked(operation.get('summary', ''))}</p>",
    ]
    if operation.get("description"):
        parts.append(f'<p class="soft">{_marked(operation["description"])}</p>')
    parts.append(_rows("Parameters", [_parameter(one) for one in operation.get("parameters", [])]))
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        parts += [f"<h4>Body, {escape(kind)}</h4>", _content(whole, content)]
    answers = operation["responses"]
    parts.append(_rows("Answers", [(status, _marked(one["description"])) for status, one in answers.items()]))
    for status, one in answers.items():
        for kind, content in one.get("content", {}).items():
            shown = _content(whole, content) if status.startswith("2") else ""
            if shown:
                parts.append(f"<details><summary>{escape(status)}, {escape(kind)}</summary>{shown}</details>")
    return f"<article>{''.join(parts)}</article>"


def _parameter(one: Schema) -> tuple[str, str]:
    need = "needed" if one.get("required") else "may be left out"
    said = one.get("description") or one.get("schema", {}).get("description") or ""
    return one["name"], f"{escape(one['in'])}, {need}. {_marked(said)}"


def _rows(title: str, rows: list[tuple[str, str]]) -> str:
    lines = "".join(f'<tr><th scope="row"><code>{escape(name)}</code></th><td>{html}</td></tr>' for name, html in rows)
    return f"<h4>{title}</h4><table><tbody>{lines}</tbody></table>" if rows else ""


def _content(whole: Schema, content: Schema) -> str:
    """The fields of a body and an example of it."""
    schema = _resolved(whole, content.get("schema", {}))
    rows = [(name, _field(whole, one)) for name, one in schema.get("properties", {}).items()]
    example = content.get("example") or schema.get("example") or next(iter(schema.get("examples", [])), None)
    shown = json.dumps(example, ensure_ascii=False, indent=2) if example is not None else ""
    return _rows("Fields", rows) + (f'<h4>Example</h4><pre tabindex="0">{escape(shown)}</pre>' if shown else "")


def _field(whole: Schema, one: Schema) -> str:
    return " ".join(
        part for part in (f"<code>{escape(_kind(whole, one))}</code>", _marked(one.get("description", "")))
    ).strip()


def _kind(whole: Schema, one: Schema) -> str:
    """What a field holds, in a word or two."""
    if "anyOf" in one:
        return " or ".join(_kind(whole, option) for option in one["anyOf"])
    if "$ref" in one:
        return str(one["$ref"].rpartition("/")[2])
    if "const" in one or "enum" in one:
        return " or ".join(json.dumps(value) for value in one.get("enum", [one.get("const")]))
    if one.get("type") == "array":
        return f"list of {_kind(whole, one['items'])}" if "items" in one else "list"
    return str(one.get("type", "any"))


def _resolved(whole: Schema, schema: Mapping[str, Any]) -> Schema:
    options = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    schema = options[0] if len(options) == 1 else schema
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return dict(whole["components"]["schemas"][name]) if name else dict(schema)


def _marked(text: str) -> str:
    """The escaped text, with what stands between backticks as code."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if number % 2 else piece for number, piece in enumerate(pieces))


@cache
def _style() -> str:
    return "\n".join(
        path.read_text(encoding="utf-8") for path in (FOLDER.parent / "page" / "palette.css", FOLDER / "docs.css")
    )
