"""The column of people's numbers as a whole: Excel takes zeros away, and a column shows how many."""

import re

from registers.imports import values
from registers.imports.grid import NUMBER
from registers.imports.values import Wrong

SHARED = 0.95  # of the texts that begin with 0 have to be of one length


class Numbers:
    """Reads the numbers of a column, and gives those that became numbers of Excel their zeros back.

    By the number format; by a number on record that is the same but for its zeros; else, once a file, by asking whether
    they have the length that the texts beside them share.
    """

    def __init__(self, tables, name, known, report, label="工号"):
        self.name, self.known, self.report, self.label = name, known, report, label
        self.width = _width(tables, name)
        self.short = [
            (row, cell)
            for table in tables
            for row in table.rows
            if (cell := row.get(name)) and cell.kind == NUMBER and not cell.form and len(cell.text) < self.width
        ]
        self.by_end = {}
        for number in known:
            if number[:1] == "0" and number.isascii():
                self.by_end.setdefault(number.lstrip("0"), []).append(number)

    def read(self, row):
        """Return the number in a row, or None after having said what is wrong with it."""
        cell = row.get(self.name)
        try:
            number = values.identifier(cell, self.label)
        except Wrong as wrong:
            self.report.fault(row.sheet, row.place(self.name), str(wrong), wrong.remedy)
            return None
        if cell.kind != NUMBER or cell.form or number in self.known:
            return number
        if len(same := self.by_end.get(number, [])) == 1:
            return same[0]
        return self._padded(number) if len(number) < self.width else number

    def _padded(self, number):
        places = "、".join(row.place(self.name) for row, _ in self.short[:8])
        text = f"有 {len(self.short)} 个{self.label}是数值，前面的 0 可能被 Excel 去掉了。是否补足 {self.width} 位？"
        options = [("pad", f"补足 {self.width} 位，如 {number} → {number.zfill(self.width)}"), ("keep", "不补，照原样")]
        answer = self.report.ask(f"zeros:{self.name}", text, options, places)
        return number.zfill(self.width) if answer == "pad" else number


def _width(tables, name):
    """Return the length that nearly all texts with a leading zero share, 0 where there is none."""
    lengths = {}
    for table in tables:
        for row in table.rows:
            cell = row.get(name)
            if cell is not None and cell.kind != NUMBER and re.fullmatch(r"0\d{1,19}", words := values.plain(cell)):
                lengths[len(words)] = lengths.get(len(words), 0) + 1
    width = max(lengths, key=lambda length: lengths[length], default=0)
    return width if width and lengths[width] >= SHARED * sum(lengths.values()) else 0


def say_alike(people, report):
    """Find numbers of people that differ in case or in leading zeros alone."""
    seen = {}
    for person in people:
        other = seen.setdefault(person.number.lstrip("0").upper() or "0", person)
        if other is not person:
            cells = f"{other.row.place('number')}、{person.row.place('number')}"
            text = f"工号 {other.number} 和 {person.number} 只差大小写或前面的 0"
            report.fault(person.row.sheet, cells, text, "请核对后改为一致，或改正其中一个")
