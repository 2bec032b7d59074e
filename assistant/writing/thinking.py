"""What some models write before their answer, between <think> and </think>, is taken out of the stream."""

from __future__ import annotations

from collections.abc import Iterator

_OPENING = ("<think>", "<thinking>")
_CLOSING = ("</think>", "</thinking>")


class Thinking:
    """Lets the letters of a stream through, except a block of thoughts at its beginning."""

    def __init__(self) -> None:
        self._held = ""  # what may become a tag
        self._state = "before"  # then "inside" the block, then "after" it

    def feed(self, piece: str) -> Iterator[str]:
        """The letters that are let through."""
        for letter in piece:
            if self._state == "after":
                yield letter
            else:
                yield from self._step(letter)

    def close(self) -> Iterator[str]:
        """What was held back at the end of the stream."""
        if self._state == "before":
            yield from self._held

    def _step(self, letter: str) -> Iterator[str]:
        self._held += letter
        if self._state == "inside":
            if self._held.endswith(_CLOSING):
                self._state = "after"
            self._held = self._held[-max(map(len, _CLOSING)) :]
            return
        start = self._held.lstrip().lower()
        if start in _OPENING:
            self._state = "inside"
        elif not any(tag.startswith(start) for tag in _OPENING):
            self._state = "after"
            yield from self._held
