"""Examples of what the API takes and gives, for its description."""

from __future__ import annotations

from typing import Any

CITATION: dict[str, Any] = {
    "number": 1,
    "quote": "The lighthouse was built in 1874.",
    "phrase": [28, 32],
    "context": "",
    "sentence_id": "0f3a9c1d2b4e5f60-9b1c2d3e4f-0",
    "document": {
        "id": "0f3a9c1d2b4e5f60",
        "revision": "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
        "title": "North Point",
        "source": "wiki/North Point",
        "modified": "2025-05-03T09:00:00+00:00",
    },
    "start": 120,
    "end": 153,
    "pages": None,
    "heading": ["History"],
    "address": "https://wiki.example/North_Point",
    "stale": False,
}
SENTENCE: dict[str, Any] = {
    "text": "The lighthouse was built in 1874.",
    "citations": [1],
    "verdict": "source",
    "support": 0.93,
}
ANSWER: dict[str, Any] = {
    "schema": 1,
    "id": "4d186321c1a7f0f3",
    "conversation": "Vq3vXy8kz0m1c9wQf2sB7tLd",
    "mode": "extractive",
    "verdict": "answered",
    "question": "When was the lighthouse built?",
    "standalone_question": "When was the lighthouse built?",
    "notes": [],
    "withheld": 0,
    "sentences": [SENTENCE],
    "citations": [CITATION],
    "coverage": {"sentences": 1, "cited": 1},
    "nearest": [],
    "timings_ms": {"retrieve": 12.5, "read": 140.2, "answer": 0.4},
    "views": {"1": "/source/0f3a9c1d2b4e5f60?sentence=0f3a9c1d2b4e5f60-9b1c2d3e4f-0"},
}
REPORT: dict[str, Any] = {
    "collection": "default",
    "added": 1,
    "changed": 0,
    "unchanged": 0,
    "removed": 0,
    "passages": 4,
    "seconds": 0.8,
    "documents": ["0f3a9c1d2b4e5f60"],
    "failures": [{"path": "scan.pdf", "reason": "no text found (scanned?)", "unsupported": False}],
    "notes": [{"path": "sales.xlsx", "note": "The hidden sheet Drafts was not read."}],
}
CONVERSATION: dict[str, Any] = {
    "conversation": ANSWER["conversation"],
    "turns": [
        {"at": "2026-05-03T09:00:00.000+00:00", "collection": "default", "feedback": None, "answer": ANSWER},
    ],
}
LISTED: dict[str, Any] = {
    "collection": "default",
    "total": 1,
    "offset": 0,
    "next": None,
    "documents": [
        {
            "id": "0f3a9c1d2b4e5f60",
            "title": "North Point",
            "source": "wiki",
            "path": "North Point",
            "modified": "2025-05-03T09:00:00+00:00",
            "sentences": 42,
        }
    ],
}
REASONS = {
    400: ("The request is not as described here.", "question: a text is needed."),
    401: ("No key or ticket, or one that is not valid.", "This needs a key or a ticket, as `Authorization: Bearer …`."),
    403: ("Not allowed to this key, ticket or origin.", "This needs the scope ingest."),
    404: ("Not there, or not the caller's.", "There is no such document."),
    409: (
        "It cannot be done now, or not in this way.",
        "Documents are being read already; try again when that is done.",
    ),
    413: ("Too long or too large.", "The question has 2,001 characters; shorten it to at most 2,000."),
    429: ("Too much at once; `Retry-After` says when to come back.", "Too many questions in a short time."),
    500: ("A fault of the service; its log says what.", "Something went wrong here; the service's log says what."),
    503: ("The service or a collection cannot answer now.", "The service is closing."),
}
