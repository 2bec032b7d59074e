"""Real wikis on this machine: MediaWiki and DokuWiki from Debian, filled with pages made from `seeds/`, with the widget.

For `make wiki-demo` and the tests. The data's way: `pages` → `mediawiki` or `dokuwiki`, which `assistant sync` reads.
"""

from __future__ import annotations


class WikiError(Exception):
    """A wiki could not be installed, set up, started or read; the message says what failed and what to do."""
