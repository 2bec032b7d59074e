"""Scanned PDFs: pages without text are read by tesseract where it is installed, and named where it is not."""

from __future__ import annotations

import io
import shutil
import stat
import sys
from pathlib import Path

import pytest
from loaded import blocks
from test_load_builder import check_invariants
from test_load_pdf import pdf

from index.errors import LoadError, ReadingFailed
from index.load import ocr
from index.load.limits import Limits
from index.load.ocr import Ocr, read_tsv
from index.load.pdf import _open, load
from index.load.worker import LoadWorker

PIL = pytest.importorskip("PIL.Image")
HEAD = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"


def tsv(*lines: tuple[int, int, str], confidence: float = 95.0) -> str:
    """Tesseract's table of these lines: distance from the top and height in dots, words."""
    rows = [
        f"5\t1\t1\t1\t{number}\t{place}\t{200 + 100 * place}\t{top}\t90\t{height}\t{confidence}\t{word}"
        for number, (top, height, words) in enumerate(lines)
        for place, word in enumerate(words.split())
    ]
    return "\n".join([HEAD, "1\t1\t0\t0\t0\t0\t0\t0\t2550\t3300\t-1\t", *rows])


STORM = tsv(
    (300, 90, "Harbour rules"), (500, 40, "The storm came on Monday and lasted for three"), (560, 42, "days in a row.")
)


def scan(pages: int = 1) -> bytes:
    """A PDF whose pages are pictures."""
    pictures = [PIL.new("L", (600, 800), 255 - number) for number in range(pages)]
    for picture in pictures:
        picture.paste(0, (50, 50, 500, 60))
    out = io.BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:], resolution=72)
    return out.getvalue()


def mixed() -> bytes:
    """A PDF with text on its first and third page, and a picture in between."""
    import pypdf

    writer = pypdf.PdfWriter()
    text = pypdf.PdfReader(
        io.BytesIO(
            pdf([[(70, 700, 10, "The first page has words on it.")], [(70, 700, 10, "The last page has others.")]])
        )
    )
    writer.add_page(text.pages[0])
    writer.add_page(pypdf.PdfReader(io.BytesIO(scan())).pages[0])
    writer.add_page(text.pages[1])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.fixture
def tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of that name which takes a picture and answers with what lies in `answer` beside it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "tesseract"
    program.write_text(
        f"#!{sys.executable}\nimport os, sys, time\nhere = {str(folder)!r}\npicture = sys.stdin.buffer.read()\n"
        "open(here + '/asked', 'a').write(' '.join(sys.argv[1:]) + f' {picture[:15]!r} {len(picture)}\\n')\n"
        "if os.path.exists(here + '/slow'): time.sleep(float(open(here + '/slow').read()))\n"
        "if os.path.exists(here + '/failure'): sys.exit(open(here + '/failure').read())\n"
        "sys.stdout.write(open(here + '/answer').read())\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (folder / "answer").write_text(STORM)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def test_a_picture_of_a_page_is_read(tesseract: Path) -> None:
    """The page goes to tesseract as a grey picture of 300 dots per inch, and its lines become paragraphs and headings."""
    loaded = load(scan(), "a.pdf", ocr=Ocr("eng+deu"))
    check_invariants(loaded)
    assert blocks(loaded) == [
        ("heading", "Harbour rules", ""),
        ("prose", "The storm came on Monday and lasted for three days in a row.", ""),
    ]
    assert [page.number for page in loaded.pages] == [1]
    asked = (tesseract / "asked").read_text()
    assert asked.startswith("stdin stdout -l eng+deu --dpi 300 tsv b'P5\\n2500 3334\\n25")


def test_only_pages_without_text_are_asked_for(tesseract: Path) -> None:
    """Pages with text are read as ever; the picture between them is read in its place."""
    loaded = load(mixed(), "a.pdf")
    assert loaded.text.index("first page") < loaded.text.index("storm") < loaded.text.index("last page")
    assert len((tesseract / "asked").read_text().splitlines()) == 1
    assert sorted({page.number for page in loaded.pages}) == [1, 2, 3]


def test_without_tesseract_the_pages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of pictures is refused with the word to install it; of a mixed file the rest is read, and a note says so.

    It is worth trying again: the file is not to blame.
    """
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ReadingFailed, match="its pages are pictures; install tesseract to have them read"):
        load(scan(2), "a.pdf")
    loaded = load(mixed(), "a.pdf")
    assert "first page" in loaded.text
    assert loaded.notes == ("Page 2 has no text but pictures: install tesseract to have them read.",)


def test_a_missing_language_is_named(tesseract: Path) -> None:
    """Where tesseract has no data for a language, the reason names the language and the setting."""
    (tesseract / "failure").write_text("Error opening data file deu.traineddata\nFailed loading language 'deu'")
    with pytest.raises(
        LoadError, match="no data for the languages deu: install them, or name others by ASSISTANT_OCR_LANGUAGES"
    ):
        load(scan(), "a.pdf", ocr=Ocr("deu"))


def test_pages_beyond_the_time_are_noted(tesseract: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the time for pictures is up, the pages read so far make the document, and a note names the others."""
    (tesseract / "slow").write_text("0.3")
    monkeypatch.setattr(ocr, "PAGE_SECONDS", 5.0)
    loaded = load(scan(4), "a.pdf", ocr=Ocr(seconds=5.2))
    assert loaded.pages
    assert loaded.notes[0].endswith("reading the pictures took longer than 5.2 seconds.")
    monkeypatch.setattr(ocr, "PAGE_SECONDS", 0.1)
    with pytest.raises(LoadError, match=r"Page 1 has not been read: tesseract took longer than 0.1 seconds"):
        load(scan(), "a.pdf")


def test_the_worker_gives_more_time_for_pictures_and_no_more(tesseract: Path, tmp_path: Path) -> None:
    """A scanned file may take longer than another, up to its own limit; then its process is ended."""
    (tmp_path / "a.pdf").write_bytes(scan())
    (tesseract / "slow").write_text("4")
    with LoadWorker(Limits(seconds=3, ocr_seconds=300)) as worker:
        assert "storm" in worker.load(tmp_path / "a.pdf").text
    (tesseract / "slow").write_text("60")
    with (
        LoadWorker(Limits(seconds=2, ocr_seconds=1)) as worker,
        pytest.raises(LoadError, match=r"longer than|took longer"),
    ):
        worker.load(tmp_path / "a.pdf")


def test_words_that_tesseract_doubts_are_left_out() -> None:
    """Specks read as letters do not become text; a table of another shape gives no lines."""
    assert read_tsv(tsv((10, 10, "~ §"), confidence=12.0), 1.0, 1) == []
    assert read_tsv("", 1.0, 1) == read_tsv("a\tb\n1\t2\n", 1.0, 1) == []


def test_text_that_pypdf_does_not_find_is_found_by_pdfium() -> None:
    """A file that says nothing of where its table of contents stands is read all the same."""
    whole = pdf([[(70, 700, 10, "The storm came on Monday.")]])
    start = whole.rindex(b"startxref")
    broken = whole[: whole.rindex(b"xref\n0", 0, start)] + b"trailer << /Root 1 0 R >>\nstartxref\n%%EOF"
    with pytest.raises(LoadError):
        _open(broken)
    assert blocks(load(broken, "a.pdf")) == [("prose", "The storm came on Monday.", "")]


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")
def test_the_real_tesseract_reads_a_scan() -> None:
    """A rendered page of text comes back as its words."""
    import pypdfium2

    page = pypdfium2.PdfDocument(pdf([[(70, 700, 14, "The storm came on Monday and lasted for three days.")]]))[0]
    out = io.BytesIO()
    page.render(scale=3, grayscale=True).to_pil().save(out, "PDF", resolution=216)
    assert "storm came on Monday" in load(out.getvalue(), "a.pdf").text
