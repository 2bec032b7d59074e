"""What a model writes, made in a thread of its own and given piece by piece to whoever waits, no longer than a limit.

However long a library or a server takes, the one who waits is free when the limit is over, and the thread is told to stop.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue

from assistant.errors import ModelError
from assistant.writing.model import Limit

TICK = 0.05  # seconds between two looks at whether anybody still waits


class Stop:
    """Tells the thread that writes to stop: `set` once nobody waits for it any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[Callable[[], object]] = []
        self._set = False

    def set(self) -> None:
        with self._lock:
            self._set = True
            calls, self._calls = self._calls, []
        for call in calls:
            with suppress(RuntimeError):  # its event loop has ended meanwhile
                call()

    def is_set(self) -> bool:
        return self._set

    def then(self, call: Callable[[], object]) -> None:
        """Calls this when `set` is called; at once if it was."""
        with self._lock:
            if not self._set:
                self._calls.append(call)
                return
        call()


Work = Callable[[Callable[[str], None], Stop], None]


def pieces(work: Work, limit: Limit, *, native: bool = False) -> Iterator[str]:
    """What `work` hands to its first argument, until it returns. ModelError if it raises, or when the limit is over.

    `native` work, in a compiled library, is waited for at the end of the program: cut off there, it would crash it.
    """
    limit.check()
    queue: SimpleQueue[str | ModelError | None] = SimpleQueue()
    stop = Stop()

    def run() -> None:
        try:
            work(queue.put, stop)
            queue.put(None)
        except ModelError as error:
            queue.put(error)
        except BaseException as error:  # a library's own, with who knows what in its text
            queue.put(
                ModelError(f"The language model failed ({type(error).__name__}); the log of its server may say why.")
            )

    threading.Thread(target=run, name="language-model", daemon=not native).start()
    try:
        while True:
            with suppress(Empty):
                piece = queue.get(timeout=min(TICK, limit.left() + 0.001))
                if piece is None:
                    return
                if isinstance(piece, ModelError):
                    raise piece
                limit.check()
                yield piece
                continue
            limit.check()
    finally:
        stop.set()
