"""Gradio's HTML document → the same with our title, icon, styles and script in its head; the files they name."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent
ASSETS = ("palette.css", "icons.css", "page.css", "kept.js", "page.js", "mark.svg")
ASSET_ROUTE = "/assets/assistant"  # longer than Gradio's own /assets, so both can stand at the root
TITLE = "Cited Assistant"


def dress(document: str, upload_limit: int = 0) -> str:
    """Gradio's HTML with our head: no social-network metadata, and style and script before the first paint."""
    icon = re.sub(
        r'[<>"#%\n]', lambda found: f"%{ord(found[0]):02X}", (FOLDER / "mark.svg").read_text(encoding="utf-8")
    )
    styles = "".join(
        f'<link rel="stylesheet" href=".{ASSET_ROUTE}/{name}">' for name in ASSETS if name.endswith(".css")
    )
    scripts = "".join(f'<script src=".{ASSET_ROUTE}/{name}"></script>' for name in ASSETS if name.endswith(".js"))
    head = (
        f'<title>{TITLE}</title><meta name="upload-limit" content="{upload_limit}">'
        '<meta name="description" content="Answers from your documents, with the exact source sentences.">'
        f'<link rel="icon" href="data:image/svg+xml,{icon}">{styles}{scripts}'
    )
    document = re.sub(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>', "", document)
    document = document.replace('<link rel="manifest" href="/manifest.json" />', "")
    document = document.replace("shrink-to-fit=no", "interactive-widget=resizes-content")
    boot = '<div id="boot" role="status">Opening the assistant…</div><noscript>This page needs JavaScript.</noscript>'
    document = re.sub(r"(<body[^>]*>)", lambda found: found[1] + boot, document, count=1)
    return document.replace("</head>", head + "</head>", 1)
