"""A file of figures, whichever of the known kinds it is."""

from datetime import date
from pathlib import PurePath

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
        if "sipri" in file.casefold() or "milex" in file.casefold():
            return (sipri.read_workbook(content, file, url=url, today=today),)
        return (nato.read_workbook(content, file, url=url, today=today),)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise FiguresError(f"{file} is in Excel's old format: save it as .xlsx or .csv.")
    return plain.read_table(content, file, today=today)
