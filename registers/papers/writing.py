"""Writing a ``Paper`` in any of its file types, at once or packed for a worker that writes it later.

The libraries for workbooks and Word files are loaded by who writes one: they would be a sixth of every start.
"""

import io
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, is_dataclass, replace
from functools import cache
from types import GenericAlias
from typing import get_args, get_type_hints

from registers.papers import pages
from registers.papers.compose import Paper


@dataclass(frozen=True)
class LedgerSheet:
    """One sheet of a ledger: ``name`` on its tab, ``title`` and ``note`` above the table.

    ``columns`` are (label, width in digits; a Chinese character takes two). ``rows``: any iterable of sequences of
    text, number, date, bool or None; it is read once, row by row.
    """

    title: str
    name: str
    columns: list[tuple[str, float]]
    rows: Iterable
    note: str = ""
    empty_text: str = "无数据"


def write_ledger(sheets, target):
    """Write ledger sheets as one workbook (XLSX) into ``target``, a path or a binary file."""
    from registers.papers import tables  # noqa: PLC0415 (slow import)

    tables.write_ledger(sheets, target)


def laid_out(sheets):
    """Yield ledger sheets as single things: a sheet without its rows, then each of the rows."""
    for sheet in sheets:
        yield replace(sheet, rows=())
        yield from sheet.rows


def gathered(things):
    """Yield the ledger sheets that were ``laid_out``. Each has to be read to its end before the next."""
    things = iter(things)
    following = [next(things, None)]

    def rows():
        for thing in things:
            if isinstance(thing, LedgerSheet):
                following.append(thing)
                return
            yield thing

    while following and (sheet := following.pop()):
        yield replace(sheet, rows=rows())


def write_laid_out(path, things):
    """Write ledger sheets that were ``laid_out`` as one workbook."""
    write_ledger(gathered(things), path)


def ledger_workbook(sheets):
    """Return ledger sheets as one workbook, as XLSX bytes."""
    target = io.BytesIO()
    write_ledger(sheets, target)
    return target.getvalue()


def _xlsx(papers):
    from registers.papers import xlsx  # noqa: PLC0415 (slow import)

    return xlsx.to_xlsx(papers)


def _docx(papers):
    from registers.papers import docx  # noqa: PLC0415 (slow import)

    return docx.to_docx(papers)


TYPES = {
    "pdf": ("application/pdf", pages.to_pdf),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _docx),
}
# What a page may take to write, in rows and characters of the body: some ten seconds as a PDF.
MOST_ROWS, MOST_CHARACTERS = 100, 60_000


def content_type(form):
    """Return the MIME type of a file type, also of a ZIP file of papers."""
    return "application/zip" if form == "zip" else TYPES[form][0]


def write(paper, form):
    """Return a paper as the bytes of a file of type ``form`` (pdf, xlsx, docx)."""
    return TYPES[form][1]([paper])


def is_heavy(paper):
    """Return whether writing the paper takes longer than a page may."""
    return len(paper.body) > MOST_ROWS or sum(len(cell.text) for row in paper.body for cell in row) > MOST_CHARACTERS


def pack(paper):
    """Return a paper as bytes from which ``unpack`` makes the same paper."""
    return json.dumps(asdict(paper), ensure_ascii=False).encode()


def unpack(packed):
    """Return the paper that was packed."""
    return _made(Paper, json.loads(packed))


def _made(kind, value):
    if is_dataclass(kind):
        return kind(**{name: _made(hint, value[name]) for name, hint in _hints(kind).items()})
    if isinstance(kind, GenericAlias) and isinstance(value, list):
        inner, *others = get_args(kind)
        kinds = [inner] * len(value) if others == [...] else [inner, *others]
        return tuple(_made(each, part) for each, part in zip(kinds, value, strict=True))
    return value


@cache
def _hints(kind):
    return get_type_hints(kind)
