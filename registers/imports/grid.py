"""Sheets of cells, as every kind of file gives them. Pure: no Django."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

MOST_ROWS = 50_000
MOST_COLUMNS = 500
MOST_CELLS = 2_000_000
MOST_CHARACTERS = 32_767  # what a cell of a workbook may hold
TEXT, NUMBER, DAY, BOOLEAN, ERROR = "t", "n", "d", "b", "e"
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})$")


class Cell(NamedTuple):
    """One cell: its ``text`` and what ``kind`` of value it is.

    ``form``: the format that a number is shown with.
    """

    text: str
    kind: str = TEXT
    form: str = ""


@dataclass(slots=True)
class Sheet:
    """One sheet. ``rows``: row number → column number → cell, both counted from 1, without empty cells.

    ``merges``: (first row, first column, last row, last column). ``unseen``: "" or why it is not seen ("hidden").
    """

    name: str
    rows: dict = field(default_factory=dict)
    merges: list = field(default_factory=list)
    hidden_rows: set = field(default_factory=set)
    hidden_columns: set = field(default_factory=set)
    unseen: str = ""

    def cell(self, row, column):
        """Return the cell, or None where it is empty."""
        return self.rows.get(row, {}).get(column)


@dataclass(slots=True)
class Book:
    """What a file holds: its sheets, and what should be known about how it was read (Chinese sentences)."""

    sheets: list
    notes: list = field(default_factory=list)


def letters(column):
    """Return the letters of a column: 1 is A, 28 is AB."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def address(row, column):
    """Return the address of a cell, such as B7."""
    return f"{letters(column)}{row}"


def position(reference):
    """Return (row, column) of an address, None where it is no address of a workbook."""
    match = _REFERENCE.match(reference)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    row = int(match[2])
    return (row, column) if column <= 16_384 and row <= 1_048_576 else None


def packed(book):
    """Return a book as plain lists and texts that JSON holds."""
    return {
        "notes": book.notes,
        "sheets": [
            {
                "name": sheet.name,
                "unseen": sheet.unseen,
                "merges": [list(merge) for merge in sheet.merges],
                "hidden_rows": sorted(sheet.hidden_rows),
                "hidden_columns": sorted(sheet.hidden_columns),
                "rows": [
                    [row, [_packed(column, cell) for column, cell in cells.items()]]
                    for row, cells in sheet.rows.items()
                ],
            }
            for sheet in book.sheets
        ],
    }


def _packed(column, cell):
    if cell.kind == TEXT:
        return [column, cell.text]
    return [column, cell.text, cell.kind, cell.form] if cell.form else [column, cell.text, cell.kind]


def unpacked(data):
    """Return the book that was packed."""
    return Book([_sheet(sheet) for sheet in data["sheets"]], data["notes"])


def _sheet(data):
    return Sheet(
        data["name"],
        {row: {cell[0]: Cell(*cell[1:]) for cell in cells} for row, cells in data["rows"]},
        [tuple(merge) for merge in data["merges"]],
        set(data["hidden_rows"]),
        set(data["hidden_columns"]),
        data["unseen"],
    )
