"""State of a rich text file while it is read: what groups and paragraphs may change, and the control words by what
they do."""

from __future__ import annotations

from dataclasses import dataclass

# Groups that hold no text of the document.
UNREAD = frozenset(
    "colortbl pict object fldinst datafield listtable listoverridetable revtbl rsidtbl themedata colorschememapping "
    "datastore xmlnstbl generator header headerl headerr headerf footer footerl footerr footerf annotation atnid "
    "atnauthor atnref atndate atrfstart atrfend bkmkstart bkmkend xe tc filetbl pn pnseclvl nonshppict template "
    "latentstyles ftnsep ftnsepc aftnsep aftnsepc sp operator author company category keywords comment subject "
    "doccomm manager creatim printim buptim hlinkbase".split()
)
ENTERED = frozenset("shpinst shptxt footnote fldrslt background".split())  # of the groups that older readers pass over
HOLDERS = frozenset("fonttbl stylesheet info footnote upr".split())
MARKERS = frozenset("listtext pntext".split())
CHARACTER = frozenset("ansicpg mac pc pca uc f fcharset plain v deleted".split())  # they change how bytes are read
DEPTH = 5_000  # groups inside each other


@dataclass(slots=True)
class Group:
    """What a group in brackets may change for what stands in it."""

    destination: str = ""  # `unread`, `fonttbl`, `stylesheet`, `info`, `title`, `marker`, `footnote` or `""`
    page: str = "cp1252"
    skip: int = 1  # characters behind each `\\u` for programs that know no Unicode
    hidden: bool = False
    font: int = 0  # the font or style that is being defined


@dataclass(slots=True)
class Paragraph:
    """The properties of the paragraph in hand."""

    style: int = 0
    outline: int = 9
    in_table: bool = False
    listed: bool = False
    level: int = 0
    marker: str = ""
