"""Workbooks: rows with their header, values as a person sees them, sheets bounded."""

from __future__ import annotations

import datetime
import io
from typing import Any

import openpyxl
import pytest
import small_files as small
from loaded import blocks, read

from index.errors import LoadError
from index.load import sheets
from index.load.number_format import shown_number


def saved(build: Any) -> bytes:
    """A workbook as openpyxl writes it."""
    book = openpyxl.Workbook()
    build(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def fees(book: Any) -> None:
    sheet = book.active
    sheet.title = "Fees"
    for line in [
        ("Fees of the port in 2024",),
        (),
        ("Length", "Fee", "From", "Share"),
        ("small", 40, datetime.date(2024, 5, 6), 0.25),
    ]:
        sheet.append(line)
    sheet.append(("large", 1234.5, datetime.datetime(2024, 5, 6, 9, 30), 1))
    sheet["B5"].number_format = "#,##0.00"
    sheet["D4"].number_format = sheet["D5"].number_format = "0%"
    hidden = book.create_sheet("Keys")
    hidden["A1"] = "secret"
    hidden.sheet_state = "hidden"
    book.create_sheet("Empty")
    book.create_sheet("Notes")["A1"] = "The fees were raised in May."


def test_sheets_are_read_as_a_person_sees_them() -> None:
    """Each sheet under its name, a title above the table as prose, dates, thousands and shares as they are shown."""
    loaded = read(saved(fees), "a.xlsx")
    assert blocks(loaded) == [
        ("heading", "Fees", ""),
        ("prose", "Fees of the port in 2024", ""),
        ("row", "small | 40 | 2024-05-06 | 25%", "Length | Fee | From | Share"),
        ("row", "large | 1,234.50 | 2024-05-06 09:30:00 | 100%", "Length | Fee | From | Share"),
        ("heading", "Notes", ""),
        ("prose", "The fees were raised in May.", ""),
    ]
    assert loaded.notes == ("The hidden sheet “Keys” was not read.",)


def test_a_merge_of_rows_is_said_in_each_of_them() -> None:
    """What stands in one cell beside several rows belongs to each row."""

    def build(book: Any) -> None:
        for line in [("Kind", "Ship", "Fee"), ("sail", "sloop", 1), (None, "yawl", 2), ("steam", "tug", 3)]:
            book.active.append(line)
        book.active.merge_cells("A2:A3")

    assert [text for _, text, _ in blocks(read(saved(build), "a.xlsx"))][1:] == [
        "sail | sloop | 1",
        "sail | yawl | 2",
        "steam | tug | 3",
    ]


def test_formulas_count_by_their_last_value() -> None:
    """The value that the spreadsheet program left is read; where it left none, a note says so."""
    cells = '<row r="1"><c r="A1" t="str"><f>B1</f><v>The sum is forty.</v></c></row>'
    loaded = read(small.zipped(small.xlsx_parts(f"<sheetData>{cells}</sheetData>")), "a.xlsx")
    assert ("prose", "The sum is forty.", "") in blocks(loaded)
    assert not loaded.notes

    def build(book: Any) -> None:
        book.active.append(["Sum", "=1+1"])

    assert "has formulas without a value" in read(saved(build), "a.xlsx").notes[0]


def test_rich_strings_and_strict_namespaces_are_read() -> None:
    """A string of several runs is one text, readings above it left out; ISO's strict variant reads the same."""
    string = "<si><r><t>The port </t></r><r><t>is open.</t></r><rPh><t>reading</t></rPh></si>"
    parts = small.xlsx_parts('<sheetData><row><c t="s"><v>0</v></c></row></sheetData>', strings=string)
    strict = {
        name: content.replace(
            "http://schemas.openxmlformats.org/spreadsheetml/2006/", "http://purl.oclc.org/ooxml/spreadsheetml/"
        ).replace(
            "http://schemas.openxmlformats.org/officeDocument/2006/", "http://purl.oclc.org/ooxml/officeDocument/"
        )
        for name, content in parts.items()
    }
    assert strict != parts
    for made in (parts, strict):
        assert ("prose", "The port is open.", "") in blocks(read(small.zipped(made), "a.xlsx"))


def test_a_huge_sheet_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first rows are read, up to the limit, and a note says that there are more."""
    monkeypatch.setattr(sheets, "SHEET_ROWS", 10)
    lines = [("Name", "Number"), *((f"ship {number}", str(number)) for number in range(30))]
    loaded = read(small.zipped(small.xlsx_parts(small.rows(*lines))), "a.xlsx")
    assert [text for kind, text, _ in blocks(loaded) if kind == "row"] == [f"ship {n} | {n}" for n in range(9)]
    assert loaded.notes == ("Of the sheet “Fees” only the first 10 rows were read: split it.",)


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("45292", "yyyy-mm-dd", "2024-01-01"),
        ("45292.5", "m/d/yy h:mm", "2024-01-01 12:00"),
        ("1", "yyyy-mm-dd", "1900-01-01"),
        ("45292", "dddd, d. mmmm yyyy", "Monday, 1. January 2024"),
        ("45292", '[$-409]d" of "mmmm', "1 of January"),
        ("0.5", "h:mm AM/PM", "12:00"),
        ("1.5", "[h]:mm", "36:00"),
        ("0.256", "0.0%", "25.6%"),
        ("-12.5", "#,##0.00;[Red](#,##0.00)", "(12.50)"),
        ("-5", "$#,##0", "-$5"),
        ("1234.5", "#,##0.00 [$€-407]", "1,234.50 €"),
        ("12", '0 "km"', "12 km"),
        ("12345678", '0.0,,"M"', "12.3M"),
        ("123", "00000", "00123"),
        ("0", '0;-0;"none"', "none"),
        ("0.30000000000000004", "General", "0.3"),
        ("12345678901", "", "12345678901"),
        ("0.00001234", "0.00E+00", "1.23E-05"),
        ("2.50", "0.##", "2.5"),
        ("1e999999999", "0.00", "1e999999999"),
        ("-1", "yyyy-mm-dd", "-1"),
        ("99999999", "yyyy-mm-dd", "99999999"),
        ("n/a", "0", "n/a"),
    ],
)
def test_numbers_are_shown_by_their_format(value: str, code: str, shown: str) -> None:
    """Dates, times, shares, sums and units read as the spreadsheet shows them; what is no date stays a number."""
    assert shown_number(value, code) == shown


def test_days_may_be_counted_from_1904() -> None:
    """A workbook from an old Mac counts its days from another start."""
    assert shown_number("43830", "yyyy-mm-dd", from_1904=True) == "2024-01-01"


def test_a_workbook_without_text_says_so() -> None:
    """An empty workbook is a named failure."""
    with pytest.raises(LoadError, match="no text found in the workbook"):
        read(saved(lambda book: None), "a.xlsx")
