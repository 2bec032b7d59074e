"""`mcp_program.py DATA COLLECTION`: what `assistant mcp` does, with an embedder and a reader that need no model, and noisy."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

from fakes import HashEmbedder, WordReader  # noqa: E402

from assistant.answer import Assistant  # noqa: E402
from assistant.record import Event  # noqa: E402
from assistant.service.mcp_door import stdio  # noqa: E402
from index.collection import Collection  # noqa: E402
from index.settings import Settings  # noqa: E402


class Noisy(Assistant):
    """Prints with every answer, as a library may."""

    def stream(self, *asked: Any) -> Iterator[Event]:
        print("noise on standard output")
        return super().stream(*asked)


if __name__ == "__main__":
    settings = replace(Settings(), data=Path(sys.argv[1]), collection=sys.argv[2])
    with Collection.open(settings, embedder=HashEmbedder(64)) as collection:
        stdio(Noisy(collection, WordReader()))
