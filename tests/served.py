"""A running service for tests with real clients: an application under uvicorn, on a free port of 127.0.0.1."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from fakes import HashEmbedder, WordReader

from assistant.answer import Assistant
from assistant.service.server import address_of, bind
from index.collection import Collection
from index.settings import Settings


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The address of the application while it runs."""
    listening = bind("127.0.0.1", 0)
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="on", ws="none")
    server = Told(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        assert server.listens.wait(60)
        yield address_of(listening)
    finally:
        server.should_exit = True
        thread.join(30)
        listening.close()
    assert not thread.is_alive()


class Told(uvicorn.Server):
    """Says when it answers, or that it has ended."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = threading.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets=sockets)
        self.listens.set()


@contextmanager
def indexed(data: Path, name: str, documents: dict[str, str]) -> Iterator[Assistant]:
    """An assistant over a real collection of these files, found by words and without a model."""
    folder = data / "files" / name
    folder.mkdir(parents=True)
    for file, text in documents.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
    settings = replace(Settings(), data=data, collection=name)
    with Collection.open(settings, create=True, embedder=HashEmbedder(64)) as collection:
        collection.ingest(folder)
        yield Assistant(collection, WordReader())
