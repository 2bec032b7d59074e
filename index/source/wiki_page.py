"""A wiki's page as an HTML file: what the wiki renders, under what it says of the page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

NAME = "page.html"


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A page as the wiki renders it, and what it says of itself."""

    title: str
    address: str
    modified: str  # ISO 8601, or ""
    language: str
    html: str


def write_page(page: RenderedPage, folder: Path) -> Path:
    """The page as a file in this folder."""
    file = folder / NAME
    file.write_text(document(page), encoding="utf-8", errors="replace")
    return file


def document(page: RenderedPage) -> str:
    """The page as an HTML document. What it says of itself stands first, so that nothing inside it can say otherwise."""
    address = escape(page.address) if page.address.startswith(("http://", "https://")) else ""
    heading = "" if re.search(r"<h1\b", page.html) else f"<h1>{escape(page.title)}</h1>\n"
    return (
        f'<!doctype html>\n<html lang="{escape(page.language)}"><head><meta charset="utf-8">\n'
        f"<title>{escape(page.title)}</title>\n"
        f'<link rel="canonical" href="{address}">\n'
        f'<meta property="article:modified_time" content="{escape(page.modified)}">\n'
        f"</head><body><main>\n{heading}{page.html}\n</main></body></html>\n"
    )
