"""How much one client, and all together, may ask: length, rate, answers at once, and requests of every kind.

| limit | over it |
|---|---|
| characters of a question | 413 |
| questions a minute, of one client and of all | 429 and when to come back |
| answers at once, and questions that wait for one | 429 and when to come back |
| requests of any kind a minute, of one client | 429 and when to come back |
"""

from __future__ import annotations

import asyncio
import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from assistant.service.caller import CLOSING, Refused

MOST_CLIENTS = 10_000  # that are remembered; then the one that was longest away is forgotten
BUSY_SECONDS = 2  # after which it is worth trying again when all places are taken
ALMOST = 1e-6  # what adding up fractions may be wrong by
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What is allowed. Rates are a minute's; a client may ask that many at once after a quiet minute."""

    rate: float = 30
    total_rate: float = 600
    concurrent: int = 8
    waiting: int = 64
    characters: int = 2000
    requests: float = 1200  # of any kind, of one client


class Bucket:
    """Tokens that come back at a steady rate, up to a minute's worth."""

    __slots__ = ("_at", "_level", "_rate")

    def __init__(self, rate: float, now: float) -> None:
        self._rate = rate
        self._level = max(rate, 1.0)
        self._at = now

    def wait(self, now: float) -> float:
        """Seconds until there is a whole token; 0 if there is one."""
        self._level = min(max(self._rate, 1.0), self._level + (now - self._at) * self._rate / 60)
        self._at = now
        missing = 1 - self._level
        return 0.0 if missing < ALMOST else missing * 60 / self._rate - ALMOST

    def take(self) -> None:
        self._level -= 1


class Buckets:
    """One bucket for each client, of as many as are remembered."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._held: OrderedDict[str, Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def of(self, client: str, now: float) -> Bucket:
        bucket = self._held.pop(client, None) or Bucket(self._rate, now)
        self._held[client] = bucket
        if len(self._held) > MOST_CLIENTS:
            self._held.popitem(last=False)
        return bucket


class Limits:
    """Counts questions by client, and answers them in order in a pool of threads of its own. Thread-safe."""

    def __init__(self, allowed: Allowed | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.allowed = allowed or Allowed()
        self._clock = clock
        self._total = Bucket(self.allowed.total_rate, clock())
        self._clients = Buckets(self.allowed.rate)
        self._requests = Buckets(self.allowed.requests)
        self._pool = ThreadPoolExecutor(self.allowed.concurrent, "answer")
        self._counting = threading.Lock()
        self._pending = 0

    @property
    def running(self) -> int:
        """Answers that are being found."""
        return min(self._pending, self.allowed.concurrent)

    @property
    def waiting(self) -> int:
        """Questions that wait for their turn."""
        return max(0, self._pending - self.allowed.concurrent)

    def request(self, client: str) -> int:
        """Counts a request of any kind: 0, or the seconds after which it may come again, and then it is not counted."""
        with self._counting:
            now = self._clock()
            bucket = self._requests.of(client, now)
            wait = math.ceil(bucket.wait(now))
            if not wait:
                bucket.take()
        return wait

    async def run(self, client: str, question: str, work: Callable[[], T]) -> T:
        """What `work` gives, done as `submit` does it. Who gives up waiting gives its position back."""
        return await asyncio.wrap_future(self.submit(client, question, work))

    def close(self) -> None:
        """Questions that wait are given up; those that are being answered end by themselves."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def submit(self, client: str, question: str, work: Callable[[], T]) -> Future[T]:
        """What `work` will give, done in a thread; Refused(413) or Refused(429) if it is not to be done.

        One that is cancelled before its turn gives its position back; work that has begun keeps its place until it ends.
        """
        length = len(question)
        if length > self.allowed.characters:
            most = f"{self.allowed.characters:,}"
            raise Refused(413, f"The question has {length:,} characters; shorten it to at most {most}.")
        with self._counting:
            if self._pending >= self.allowed.concurrent + self.allowed.waiting:
                raise Refused(429, "Too many questions are waiting; ask again in a moment.", BUSY_SECONDS)
            self._take(client)
            self._pending += 1
        try:
            future = self._pool.submit(work)
        except RuntimeError:  # the pool is shut
            self._done()
            raise Refused(503, CLOSING) from None
        future.add_done_callback(self._done)
        return future

    def _take(self, client: str) -> None:
        now = self._clock()
        bucket = self._clients.of(client, now)
        wait = max(bucket.wait(now), self._total.wait(now))
        if wait > 0:
            raise Refused(429, "Too many questions in a short time; ask again in a moment.", math.ceil(wait))
        bucket.take()
        self._total.take()

    def _done(self, future: object = None) -> None:
        with self._counting:
            self._pending -= 1


def client_of(address: str) -> str:
    """What a network address is counted as: itself, or its /64 for IPv6, of which one machine has them all."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
