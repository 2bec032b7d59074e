"""The options of the service: one frozen record of plain values. Building it loads nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from assistant.errors import ServeError
from assistant.service.guard import LOOPBACK
from assistant.service.limits import Allowed
from assistant.service.origins import Origins

UPLOAD_LIMIT = 50 * 2**20  # bytes of one upload
_PAGES = ("source", "docs", "signin", "signout", "assets", "gradio_api", "static")
OUR_PATHS = ("api", "v1", "mcp", "widget.js", "embed", "embed.js", "embed.css", *_PAGES)
_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")


@dataclass(frozen=True, slots=True)
class Options:
    """How the service is reached, and by whom.

    `host` is the address that is bound: on a loopback address only loopback names are answered, against DNS rebinding,
    and the further `names`; on any other address every name, unless `names` says which. `origins` are the other sites
    that may call the service and show it in a frame. `force` opens it to whoever reaches it, to ask.
    """

    host: str = "127.0.0.1"
    names: tuple[str, ...] = ()
    root_path: str = ""  # as /assistant, where a proxy serves it under a path
    origins: tuple[str, ...] = ()
    tickets: Literal["open", "minted"] = "open"  # to pages of the origins, or only by a key
    ticket_collections: tuple[str, ...] = ()  # that tickets without a key open; none: the first one that is served
    require_key: bool = False  # also from programs of this machine and from our own page on it
    force: bool = False
    user_header: str = ""  # in which a proxy names who is signed on
    trusted_proxy: str = ""  # the address of this proxy
    examples: tuple[str, ...] = ()  # questions offered on the empty page
    uploads: bool | None = None  # in the page; None: on loopback only
    upload_limit: int = UPLOAD_LIMIT  # bytes
    data: Path | None = None  # folder of keys, secret and conversations; None: nothing outlives the service
    keep_days: float = 90.0  # for which conversations, feedback and gaps are kept
    log_questions: bool = False  # their text, too, in the log of requests
    allowed: Allowed = field(default_factory=Allowed)

    def __post_init__(self) -> None:
        root = self.root_path.rstrip("/")
        if not _PATH.fullmatch(root):
            raise ServeError(f"{self.root_path!r} is no path to serve under: write it as in /assistant.")
        if root.split("/")[1:2] and root.split("/")[1] in OUR_PATHS:
            raise ServeError(f"{self.root_path!r} begins like a path of the service itself: choose another one.")
        Origins(self.origins)
        if self.user_header and not self.trusted_proxy:
            raise ServeError("A header that names the user is believed from one proxy only: name its address, too.")
        object.__setattr__(self, "root_path", root)

    @property
    def loopback(self) -> bool:
        """Whether only programs of this machine can connect."""
        return self.host in LOOPBACK or self.host.startswith("127.")

    @property
    def hosts(self) -> tuple[str, ...] | None:
        """The host names that are answered, or None for every name."""
        return (*LOOPBACK, self.host, *self.names) if self.loopback else (self.names or None)

    @property
    def with_uploads(self) -> bool:
        """Whether the page takes documents."""
        return self.loopback and not self.names if self.uploads is None else self.uploads
