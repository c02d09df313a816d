from io import BytesIO

from pypdf import PdfReader, PdfWriter

from index.article import Article, Failure, page_at
from index.extract import read_bytes
from index.extract.pdf import paged_text

FIRST = [
    "Fjord Institute Report 7",
    "Two Depots in the North",
    "The depot would be finished by autumn, the minister said, and the road to it would be wid-",
    "ened first, whatever the contractors might think of it. Officials in the region had asked",
    "for both for years.",
    "The second depot is smaller, and nobody has asked for a road to it, so that work on it can",
    "1",
]
SECOND = [
    "Fjord Institute Report 7",
    "begin at once. A third depot is not planned, according to the people who wrote this report",
    "for the institute in the north.",
    "2",
]


def pdf(*pages: list[str]) -> bytes:
    """A document of pages of lines, written by hand."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>")
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for number, lines in enumerate(pages):
        shown = " ".join(f"({line}) Tj T*" for line in lines)
        stream = f"BT /F1 10 Tf 14 TL 50 750 Td {shown} ET"
        font = "/Resources << /Font << /F1 3 0 R >> >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] {font} /Contents {5 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    body, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    xref = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer << /Root 1 0 R /Size {size} >>\n"
    return f"{body}{xref}startxref\n{len(body)}\n%%EOF".encode()


def read(content: bytes) -> Article | Failure:
    (found,) = read_bytes(content, source="report.pdf", name="report.pdf")
    return found


def test_pages_become_paragraphs_without_what_every_page_repeats() -> None:
    found = read(pdf(FIRST, SECOND))
    assert isinstance(found, Article)
    assert "road to it would be widened first, whatever the contractors might think" in found.text
    assert "so that work on it can begin at once." in found.text
    assert "Fjord Institute Report" not in found.text
    assert "Two Depots in the North" in (found.title, *found.text.split("\n"))
    assert found.published is None


def test_a_place_in_the_text_is_found_on_its_page() -> None:
    paged = paged_text(
        [["The first page says this.", "And this."], ["The second page says that."], ["A third."]]
    )
    places = [page_at(paged.starts, paged.text.index(word)) for word in ("first", "And", "second", "third")]
    assert places == [1, 1, 2, 3]


def test_a_paragraph_that_runs_over_a_page_stands_on_both() -> None:
    found = read(pdf(FIRST, SECOND, ["Fjord Institute Report 7", "A last page says little.", "3"]))
    assert isinstance(found, Article)

    def page(words: str) -> int | None:
        return page_at(found.page_starts, found.text.index(words))

    assert page("The depot would be finished") == 1
    assert page("so that work on it can") == 1
    assert page("begin at once") == 2
    assert page("A last page") == 3


def test_a_title_that_is_taken_off_the_text_moves_no_page() -> None:
    with_title = PdfWriter(
        clone_from=PdfReader(BytesIO(pdf(["Two Depots in the North", *FIRST[2:6]], SECOND[1:])))
    )
    with_title.add_metadata({"/Title": "Two Depots in the North"})
    stream = BytesIO()
    with_title.write(stream)
    found = read(stream.getvalue())
    assert isinstance(found, Article)
    assert found.title == "Two Depots in the North"
    assert not found.text.startswith("Two Depots")
    assert found.text[found.page_starts[1] :].startswith("begin at once")


def test_what_is_no_document_of_pages_has_none() -> None:
    (found,) = read_bytes(b"A plain text has no pages that could be cited.", source="a.txt", name="a.txt")
    assert isinstance(found, Article)
    assert found.page_starts == ()
    assert page_at(found.page_starts, 10) is None


def test_an_encrypted_document_is_named() -> None:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf(FIRST))))
    writer.encrypt("secret", algorithm="RC4-128")
    stream = BytesIO()
    writer.write(stream)
    found = read(stream.getvalue())
    assert isinstance(found, Failure)
    assert "encrypted" in found.reason


def test_a_scanned_document_is_named_with_what_to_do() -> None:
    writer = PdfWriter()
    writer.add_blank_page(600, 800)
    stream = BytesIO()
    writer.write(stream)
    found = read(stream.getvalue())
    assert isinstance(found, Failure)
    assert "OCR" in found.reason


def test_a_damaged_document_is_named() -> None:
    for content in (b"%PDF-1.4\n%%EOF", pdf(FIRST)[:300], b"%PDF-1.7 rubbish"):
        assert isinstance(read(content), Failure)


def test_what_only_has_the_name_of_a_pdf_is_named() -> None:
    found = read(b"this is no such document")
    assert isinstance(found, Failure)
    assert "not a PDF" in found.reason
