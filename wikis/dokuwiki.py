"""DokuWiki from Debian's package: a private copy, PHP's own server, pages made from documents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from wikis import WikiError
from wikis.pages import WikiPage, dokuwiki_text
from wikis.php import copy_program, run_php
from wikis.wiki import Wiki

PROGRAM, SETTINGS = Path("/usr/share/dokuwiki"), Path("/etc/dokuwiki")
PACKAGES = ("dokuwiki", "php-cli", "php-xml")
NAMESPACE = "briefings"
NOT_IN_NAMES = re.compile(r"[^a-z0-9.-]+")
FOLDERS = "attic cache index locks log media media_attic media_meta meta pages tmp".split()
LOCAL = """<?php
$conf['title'] = 'Internal Wiki';
$conf['savedir'] = '%s';
$conf['useacl'] = 1;
$conf['superuser'] = '@admin';
$conf['disableactions'] = 'register,resendpwd,profile';
$conf['remote'] = 1;
$conf['remoteuser'] = '';
"""


class DokuWiki(Wiki):
    """A DokuWiki whose settings and pages lie outside of what is served; its user is admin."""

    packages = PACKAGES
    user = "admin"

    @property
    def settings(self) -> Path:
        """The folder of its settings."""
        return self.folder / "conf"

    def create(self) -> None:
        """Copies the program and sets it up. Raises WikiError where the package is missing."""
        if not (PROGRAM / "doku.php").exists():
            raise WikiError(f"DokuWiki is not in {PROGRAM}; install it: apt-get install {' '.join(PACKAGES)}")
        root, data = self.server.root, (self.folder / "data").resolve()
        copy_program(PROGRAM, root, without=("install.php",))
        copy_program(SETTINGS, self.settings, without=("local.php", "acl.auth.php", "users.auth.php"))
        for name in FOLDERS:
            (data / name).mkdir(parents=True)
        (root / "inc" / "preload.php").write_text(
            f"<?php\ndefine('DOKU_CONF', '{_quoted(self.settings.resolve())}/');\n"
        )
        (self.settings / "local.php").write_text(LOCAL % _quoted(data))
        (self.settings / "acl.auth.php").write_text("# <?php exit()?>\n*\t@ALL\t1\n")
        digest = run_php(
            root, "-r", "echo password_hash(stream_get_contents(STDIN), PASSWORD_BCRYPT);", text=self.password
        )
        (self.settings / "users.auth.php").write_text(
            f"# <?php exit()?>\nadmin:{digest}:Admin:admin@localhost:admin,user\n"
        )

    def write(self, pages: Sequence[WikiPage]) -> None:
        """Saves the pages in the namespace `briefings`, and a start page that links to them."""
        links = []
        for page in pages:
            self.save(id_of(page), dokuwiki_text(page))
            links.append(f"  * [[:{id_of(page)}|{link_text(page.title)}]]")
        self.save("start", "====== Internal Wiki ======\n\n" + "\n".join(links) + "\n")

    def save(self, page_id: str, text: str) -> None:
        """One page with this text, in place of what it held."""
        file = self.folder / "data" / "pages" / (page_id.replace(":", "/") + ".txt")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def edit(self, page_id: str, text: str) -> None:
        """Saves one page as its user does in the browser: the wiki's recent changes name it. No text deletes it."""
        program = "require 'inc/init.php'; saveWikiText($argv[1], stream_get_contents(STDIN), 'edited');"
        run_php(self.server.root, "-r", program, "--", page_id, text=text)

    def embed(self, snippet: str) -> None:
        """Puts JavaScript on every page, as an administrator does: into conf/userscript.js."""
        (self.settings / "userscript.js").write_text(snippet, encoding="utf-8")
        (self.settings / "local.php").touch()  # tells DokuWiki that what it keeps of its scripts is old

    def page_address(self, page: WikiPage) -> str:
        """The address of a page that was written."""
        return f"{self.address}/doku.php?id={id_of(page)}"


def id_of(page: WikiPage) -> str:
    """The page's id as DokuWiki allows it: lower case, a few signs, in the namespace of the briefings."""
    return f"{NAMESPACE}:{NOT_IN_NAMES.sub('-', page.name.lower()).strip('-.') or 'page'}"


def link_text(title: str) -> str:
    """A title as the text of a link, in which only the signs that end it mean anything."""
    return re.sub(r"[\[\]|{}]+", " ", title).strip()


def _quoted(path: Path) -> str:
    """The path for a PHP text in single quotes."""
    return str(path).replace("\\", "\\\\").replace("'", "\\'")
