"""A file of figures, whichever of the known kinds it is."""

from datetime import date
from io import BytesIO
from pathlib import PurePath
from zipfile import BadZipFile, ZipFile

from index.errors import FiguresError
from index.figures import nato, plain, sipri
from index.figures.figure import Release


def read_figures(content: bytes, name: str, *, url: str | None = None, today: date) -> tuple[Release, ...]:
    """The editions in NATO's workbook, SIPRI's workbook or a plain CSV, told apart by name and content.

    Raises:
        FiguresError: it is none of them, or not laid out as it should be; the message says what to do.
    """
    file = PurePath(name).name
    if content.startswith(b"%PDF"):
        raise FiguresError(
            f"{file} is a PDF, whose tables cannot be read reliably: import the workbook (.xlsx)."
        )
    if content.startswith(b"PK"):
        if _has_sheet(content, "Share of GDP"):
            return (sipri.read_workbook(content, file, url=url, today=today),)
        return (nato.read_workbook(content, file, url=url, today=today),)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise FiguresError(f"{file} is in Excel's old format: save it as .xlsx or .csv.")
    return plain.read_table(content, file, today=today)


def _has_sheet(content: bytes, title: str) -> bool:
    """Whether a workbook's list of sheets has this title; SIPRI's file is told from NATO's by it."""
    try:
        with ZipFile(BytesIO(content)) as package:
            return title in package.read("xl/workbook.xml").decode("utf-8", "replace")
    except (BadZipFile, KeyError, OSError, ValueError, NotImplementedError, RuntimeError):
        return False  # no workbook, which its reader will say
