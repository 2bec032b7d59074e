"""Content: what a file's first bytes say that it is, against what its name says."""

from __future__ import annotations

from pathlib import PurePath

from index.errors import LoadError

HEAD = 1024  # bytes
OLE = b"\xd0\xcf\x11\xe0"
# What files begin with, and what to call them.
SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"{\\rtf", "a rich text file"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"RIFF", "a sound or film"),
    (OLE, "an encrypted or old Office file"),
    (b"PK\x03\x04", "a zip archive"),
)
PAGE_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body")
ZIPPED = frozenset(".docx .docm .dotx .pptx .pptm .ppsx .potx .xlsx .xlsm .xltx .odt .ods .odp .ott .epub".split())


def check_content(data: bytes, name: str) -> None:
    """Nothing; raises `LoadError` where the file is empty or its first bytes are not of the format in its name."""
    suffix = PurePath(name).suffix.lower()
    if not data.strip(b"\0 \t\r\n"):
        raise LoadError("the file is empty")
    if suffix == ".pdf" and b"%PDF" not in data[:HEAD]:
        raise LoadError(f"not a PDF: {_instead(data, 'does not begin with %PDF')}")
    if suffix == ".rtf" and not data.lstrip().startswith(b"{\\rtf"):
        raise LoadError(f"not a rich text file: {_instead(data, 'does not begin as one')}")
    if suffix in ZIPPED and not data.startswith((b"PK", OLE)):
        flat = suffix.startswith(".od") and data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml")
        if not flat:
            raise LoadError(f"not a {suffix}: {_instead(data, 'is no zip archive')}")


def kind_of_content(data: bytes) -> str:
    """What the first bytes say that the file is, such as `a PNG picture`; `""` where they say nothing."""
    named = next((name for start, name in SIGNATURES if data.startswith(start)), "")
    head = data[:HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return named or ("a web page" if head.startswith(PAGE_STARTS) else "")


def _instead(data: bytes, otherwise: str) -> str:
    found = kind_of_content(data)
    return f"it is {found}; give it the suffix of its kind" if found else f"it {otherwise}"
