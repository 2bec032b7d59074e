"""Mail: people and date as a row, the sender's own words as text, quotations as boilerplate, attachments named."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from loaded import blocks, read

from index.errors import LoadError
from index.load.mail_body import text_pieces

BODY = """Hello Bob,

the archive opens at nine on Mondays, and it closes at five.

On Sun, 5 May 2024 at 09:00, Bob Smith <bob@example.org>
wrote:
> When does it open?
>> Ask Ann.

It is closed on holidays.

--
Ann Miller
"""


def message(body: str = BODY, **headers: str) -> EmailMessage:
    made = EmailMessage()
    given = {"Subject": "Opening hours – März", "From": "Ann Müller <ann@example.org>", "To": "bob@example.org"}
    for name, value in {**given, "Date": "Mon, 06 May 2024 10:00:00 +0200", **headers}.items():
        made[name] = value
    made.set_content(body)
    return made


def test_a_message_is_read_with_its_people_and_date() -> None:
    """The subject is the title and heading; who wrote when to whom is a row; the date is the document's own time."""
    loaded = read(message().as_bytes(), "a.eml")
    assert loaded.title == "Opening hours – März"
    assert loaded.modified == "2024-05-06T08:00:00Z"
    assert blocks(loaded)[:2] == [
        ("heading", "Opening hours – März", ""),
        ("row", "Ann Müller <ann@example.org> | bob@example.org | 2024-05-06 10:00 +0200", "From | To | Date"),
    ]


def test_quotations_and_signatures_are_kept_and_not_cited() -> None:
    """What the sender wrote is prose, above and below a quotation; the quotation and the signature are boilerplate."""
    found = [(piece.kind, " ".join(piece.text.split())) for piece in text_pieces(BODY) if piece.text.strip()]
    assert found == [
        ("prose", "Hello Bob,"),
        ("prose", "the archive opens at nine on Mondays, and it closes at five."),
        ("boilerplate", "On Sun, 5 May 2024 at 09:00, Bob Smith <bob@example.org> wrote: When does it open? Ask Ann."),
        ("prose", "It is closed on holidays."),
        ("boilerplate", "-- Ann Miller"),
    ]


def test_plain_text_is_preferred_and_attachments_are_named() -> None:
    """Of two versions the plain one is read, once; a file that came along is a row and a note, and not read."""
    made = message("The archive opens at nine.\n")
    made.add_alternative("<p>The archive opens at <b>nine</b>.</p>", subtype="html")
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="../rules.pdf")
    loaded = read(made.as_bytes(), "a.eml")
    assert blocks(loaded)[2:] == [
        ("prose", "The archive opens at nine.", ""),
        ("row", "rules.pdf | application/pdf", "Attachment | Kind"),
    ]
    assert loaded.notes == (
        "The attachment “rules.pdf” of “Opening hours – März” was not read: save it as a file of its own.",
    )


def test_html_is_read_where_there_is_nothing_else() -> None:
    """A message in HTML alone is read as a page; what its program marked as quoted is boilerplate."""
    made = message()
    page = (
        "<p>The archive opens at nine.</p><div class='gmail_quote'>On Sunday Bob wrote:<blockquote type='cite'>"
        "<p>When does it open?</p></blockquote></div><script>x()</script>"
    )
    made.set_content(page, subtype="html")
    found = [(kind, text) for kind, text, _ in blocks(read(made.as_bytes(), "a.eml"))[2:]]
    assert found[0] == ("prose", "The archive opens at nine.")
    assert {kind for kind, _ in found[1:]} == {"boilerplate"}
    assert "When does it open?" in [text for _, text in found]


def test_flowed_lines_are_joined() -> None:
    """Lines that a mail program broke behind a space are one paragraph."""
    made = (
        b"Subject: a\nContent-Type: text/plain; format=flowed\n\nThe archive \nopens \nat nine.\nIt closes at five.\n"
    )
    assert "The archive opens at nine." in read(made, "a.eml").text


def test_each_message_of_an_mbox_stands_under_its_subject() -> None:
    """One document: a heading for each message, the latest date as its time, escaped lines put right."""
    first = message("The archive opens at nine.\n\nFrom Monday on it closes at five.\n").as_bytes()
    second = message(
        "The ships lie in the harbour.\n", Subject="Ships", Date="Tue, 07 May 2024 10:00:00 +0000"
    ).as_bytes()
    box = b"".join(
        b"From ann@example.org Mon May  6 10:00:00 2024\n" + one.replace(b"\nFrom ", b"\n>From ") + b"\n"
        for one in (first, second)
    )
    loaded = read(box, "letters.mbox")
    assert [heading.text for heading in loaded.headings] == ["Opening hours – März", "Ships"]
    assert ("prose", "From Monday on it closes at five.", "") in blocks(loaded)
    assert (loaded.title, loaded.modified) == ("letters", "2024-05-07T10:00:00Z")


def test_a_saved_page_is_read_without_headers() -> None:
    """A page saved as .mht is its text and pictures in one message: the text is read, and nobody is named."""
    page = (
        b"From: <Saved by a browser>\nSubject: Harbour rules\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n"
        b"--b\nContent-Type: text/html\n\n<h1>Harbour rules</h1><p>Ships need a pilot.</p>\n--b\nContent-Type: image/png\n"
        b"Content-Location: https://port.example/a.png\n\nx\n--b--\n"
    )
    loaded = read(page, "a.mht")
    assert "Saved by" not in loaded.text
    assert not loaded.notes
    assert "Ships need a pilot." in loaded.text


@pytest.mark.parametrize("data", [b"\n\n\nx", b"<p>Words.</p>"])
def test_what_has_no_headers_is_no_message(data: bytes) -> None:
    """A file that does not begin with headers is refused."""
    with pytest.raises(LoadError, match=r"not a \.eml"):
        read(data, "a.eml")
