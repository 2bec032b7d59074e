"""MediaWiki from Debian's package: a private copy with SQLite, PHP's own server, pages made from documents."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from wikis import WikiError
from wikis.pages import WikiPage, wikitext
from wikis.php import copy_program, run_php
from wikis.wiki import Wiki

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


class MediaWiki(Wiki):
    """A MediaWiki with SQLite; its user is Admin."""

    packages = PACKAGES
    user = "Admin"

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

    def extend(self, name: str) -> None:
        """Switches on an extension that the package brings along."""
        copy_program(PROGRAM / "extensions" / name, self.server.root / "extensions" / name)
        self.configure(f'wfLoadExtension("{name}");')

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

    def edit(self, title: str, text: str) -> None:
        """Saves one page as its user does in the browser: the wiki's recent changes name it."""
        run_php(self.server.root, "maintenance/edit.php", "-u", self.user, title, text=text)

    def move(self, title: str, to: str) -> None:
        """Gives a page another title, and leaves a redirect."""
        self._batch("moveBatch.php", f"{title}|{to}")

    def delete(self, title: str) -> None:
        """Deletes a page."""
        self._batch("deleteBatch.php", title)

    def _batch(self, script: str, line: str) -> None:
        file = (self.folder / "batch.txt").resolve()
        file.write_text(f"{line}\n", encoding="utf-8")
        run_php(self.server.root, f"maintenance/{script}", "-u", self.user, str(file))

    def embed(self, snippet: str) -> None:
        """Puts JavaScript on every page, as an administrator does: into the page MediaWiki:Common.js."""
        self.save({"MediaWiki:Common.js": snippet})

    def page_address(self, page: WikiPage) -> str:
        """The address of a page that was written."""
        return f"{self.address}/index.php/{title_of(page).replace(' ', '_')}"


def title_of(page: WikiPage) -> str:
    """The page's title as MediaWiki allows it: no signs of its markup, no subpages, a capital first, at most 240 bytes."""
    title = " ".join(NOT_IN_TITLES.sub(" ", page.title).split()).lstrip(":") or page.name
    title = title.encode()[:240].decode(errors="ignore").strip()
    return title[:1].upper() + title[1:]
