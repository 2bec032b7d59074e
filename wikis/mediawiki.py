"""MediaWiki from Debian's package: a private copy with SQLite, PHP's own server, pages made from documents."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from wikis import WikiError
from wikis.pages import WikiPage, wikitext
from wikis.php import PhpServer, copy_program, run_php

PROGRAM = Path("/usr/share/mediawiki")
PACKAGES = ("mediawiki", "php-cli", "php-sqlite3", "php-mbstring", "php-xml", "php-intl")
NOT_COPIED = ("LocalSettings.php", "config", "images", "mw-config", "extensions", "extensions-core")
NOT_IN_TITLES = re.compile(r"[#<>\[\]|{}_/\x00-\x1f\x7f]+")
SETTINGS = """
# What this wiki does beyond MediaWiki's defaults.
$wgDefaultSkin = "vector-2022";
$wgVectorResponsive = true;
$wgLogos = false;
$wgFavicon = "data:,";
$wgArticlePath = "/index.php/$1";
$wgEnableEmail = false;
$wgEnableUploads = false;
$wgGroupPermissions["*"]["edit"] = false;
$wgGroupPermissions["*"]["createaccount"] = false;
$wgShowExceptionDetails = false;
$wgUsePathInfo = true;
"""


class MediaWiki:
    """A MediaWiki in a folder of its own. `create` makes it, `write` fills it, `start` and `stop` serve it.

    `password` is that of its only user, Admin. Everyone may read.
    """

    packages = PACKAGES
    user = "Admin"

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder
        self.server = PhpServer(folder / "wiki", port)
        self.password = secrets.token_urlsafe(15)

    @property
    def address(self) -> str:
        """The wiki's origin."""
        return self.server.address

    def create(self) -> None:
        """Copies the program and sets it up. Raises WikiError where the package is missing."""
        if not (PROGRAM / "maintenance" / "install.php").exists():
            raise WikiError(f"MediaWiki is not in {PROGRAM}; install it: apt-get install {' '.join(PACKAGES)}")
        root, data = self.server.root, self.folder / "database"
        copy_program(PROGRAM, root, without=NOT_COPIED)
        data.mkdir()
        run_php(
            root,
            "maintenance/install.php",
            "--dbtype=sqlite",
            f"--dbpath={data.resolve()}",
            "--dbname=wiki",
            f"--pass={self.password}",
            f"--server={self.address}",
            "--scriptpath=",
            "Internal Wiki",
            "Admin",
        )
        self.configure(SETTINGS)

    def configure(self, settings: str) -> None:
        """Appends PHP to the wiki's settings."""
        with (self.server.root / "LocalSettings.php").open("a") as file:
            file.write(f"\n{settings}")

    def write(self, pages: Sequence[WikiPage]) -> None:
        """Saves the pages, and a main page that links to them."""
        texts = {title_of(page): wikitext(page) for page in pages}
        self.save({**texts, "Main Page": "".join(f"* [[{title}]]\n" for title in texts)})

    def save(self, texts: Mapping[str, str]) -> None:
        """Saves a page for each title and its wikitext, in place of what it held."""
        folder = self.folder / "texts"
        folder.mkdir(exist_ok=True)
        for title, text in texts.items():
            (folder / f"{title}.txt").write_text(text, encoding="utf-8")
        files = [str((folder / f"{title}.txt").resolve()) for title in texts]
        run_php(
            self.server.root, "maintenance/importTextFiles.php", "-u", "Admin", "-s", "Imported", "--overwrite", *files
        )

    def embed(self, snippet: str) -> None:
        """Puts JavaScript on every page, as an administrator does: into the page MediaWiki:Common.js."""
        self.save({"MediaWiki:Common.js": snippet})

    def page_address(self, page: WikiPage) -> str:
        """The address of a page that was written."""
        return f"{self.address}/index.php/{title_of(page).replace(' ', '_')}"

    def start(self) -> None:
        self.server.start()

    def stop(self) -> None:
        self.server.stop()


def title_of(page: WikiPage) -> str:
    """The page's title as MediaWiki allows it: no signs of its markup, no subpages, a capital first, at most 240 bytes."""
    title = " ".join(NOT_IN_TITLES.sub(" ", page.title).split()).lstrip(":") or page.name
    title = title.encode()[:240].decode(errors="ignore").strip()
    return title[:1].upper() + title[1:]
