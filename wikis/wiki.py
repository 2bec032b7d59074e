"""What every wiki of this room has: a folder of its own, PHP's server, one user, pages."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from wikis.pages import WikiPage
from wikis.php import PhpServer


class Wiki:
    """A wiki in a folder of its own. `create` makes it, `write` fills it, `start` and `stop` serve it.

    `password` is that of its only user. Everyone may read.
    """

    packages: tuple[str, ...]
    user: str

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder
        self.server = PhpServer(folder / "wiki", port)
        self.password = secrets.token_urlsafe(15)

    @property
    def address(self) -> str:
        """The wiki's origin."""
        return self.server.address

    def start(self) -> None:
        self.server.start()

    def stop(self) -> None:
        self.server.stop()

    def create(self) -> None:
        """Copies the program and sets it up. Raises WikiError where the package is missing."""
        raise NotImplementedError

    def write(self, pages: Sequence[WikiPage]) -> None:
        """Saves the pages, and a first page that links to them."""
        raise NotImplementedError

    def embed(self, snippet: str) -> None:
        """Puts JavaScript on every page, as an administrator does."""
        raise NotImplementedError

    def page_address(self, page: WikiPage) -> str:
        """The address of a page that was written."""
        raise NotImplementedError
