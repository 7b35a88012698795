"""Finding the line of column heads in a sheet, and what its columns are. Pure: no Django.

A head may stand in one to three lines, below titles, with merged cells.
"""

import re
import unicodedata
from dataclasses import replace
from functools import lru_cache

from registers.imports.grid import address
from registers.imports.synonyms import IGNORED, KINDS, SYNONYMS, TICKED

SEARCHED = 30  # rows from the first one that holds anything
MOST_LINES = 3
LEAST = 2  # known heads without which a line is none
NO_HEAD = "no-head"
_DROPPED = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff*:☆★]+")
_PLAIN = re.compile("[0-9A-Za-z@._-]*")  # numbers and addresses, which come once and have nothing to be dropped
_BRACKETS = re.compile(r"[(\[【〔](.*?)[)\]】〕]")


def normalised(text):
    """Return a head as it is compared.

    Full-width forms made plain, without blanks, marks and what stands in brackets.
    """
    return text if _PLAIN.fullmatch(text) else _normalised(text)


@lru_cache(maxsize=20_000)
def _normalised(text):
    plain = _DROPPED.sub("", unicodedata.normalize("NFKC", text))
    return _BRACKETS.sub("", plain) or plain


@lru_cache(maxsize=1)
def _words():
    """Return kind → normalised word (in capitals) → field."""
    return {
        kind: {normalised(word).upper(): field for field, words in SYNONYMS[kind].items() for word in words.split()}
        for kind in KINDS
    }


@lru_cache(maxsize=1)
def _ignored():
    return {normalised(word).upper() for word in IGNORED.split()}


def is_ignored(head):
    """Whether a head is known and never taken over, such as 序号."""
    return not {normalised(line).upper() for line in (head, head.split("/")[-1])}.isdisjoint(_ignored())


@lru_cache(maxsize=1)
def _known():
    return _ignored().union(
        *({word for word, field in _words()[kind].items() if (kind, field) not in TICKED} for kind in KINDS)
    )


def field_of(head, kind):
    """Return the field that a column with this head gives in a file of ``kind``, "" for none.

    Of a head in several lines the last line counts first, then the whole, then the lines above it.
    """
    lines = head.split("/")
    tried = [lines[-1], head, "".join(lines), *reversed(lines[:-1])]
    words = _words()[kind]
    return next((words[word] for text in tried if (word := normalised(text).upper()) in words), "")


def is_known(text):
    """Whether a text is the head of a column in any kind of file."""
    return normalised(text).upper() in _known()


def head_of(sheet):
    """Return (first row, last row) of the heads of a sheet, None where no line looks like one."""
    rows = sorted(sheet.rows)[:SEARCHED]
    if not rows:
        return None
    sheet = replace(sheet, merges=[merge for merge in sheet.merges if merge[0] <= rows[-1] + MOST_LINES])
    best, most = None, LEAST - 0.5
    for row in rows:
        lines = _filled(sheet, row, row)
        for last in range(row, row + MOST_LINES):
            if last > row:
                if last not in sheet.rows:
                    break
                for column, texts in _filled(sheet, last, last).items():
                    lines.setdefault(column, []).extend(texts)
            score = sum(any(is_known(text) for text in texts) for texts in lines.values()) - (last - row) * 0.6
            if score > most:
                best, most = (row, last), score
    return _with_lines_above(sheet, _with_lines_below(sheet, best)) if best else None


def _with_lines_below(sheet, head):
    """Return the head with the lines below that part its merged cells: 防控措施 over 前期预防, 中期监控 and 后期处置."""
    first, last = head
    while last - first + 1 < MOST_LINES:
        parted = set()
        for top, left, bottom, right in sheet.merges:
            if first <= top and bottom == last and left < right <= left + 200:
                parted.update(range(left, right + 1))
        below = sheet.rows.get(last + 1, {})
        if not below or not parted.issuperset(below):
            break
        if not any(first <= top <= last < bottom for top, _, bottom, _ in sheet.merges) and not all(
            is_known(cell.text) for cell in below.values()
        ):
            break
        last += 1
    return first, last


def _with_lines_above(sheet, head):
    """Return the head with the lines above that belong to it: a merged cell reaches from them into it, or over some of it."""
    first, last = head
    width = len(_filled(sheet, last, last))
    for top, left, bottom, right in sheet.merges:
        if bottom < first - MOST_LINES or top >= first:
            continue
        reaches = bottom >= first
        groups = bottom == first - 1 and left < right and right - left + 1 < width and not _is_entry(sheet, top, left)
        if (reaches or groups) and top >= last - MOST_LINES:
            first = min(first, top)
    return first, last


def _is_entry(sheet, row, column):
    """Whether a cell is an entry above the table, such as 单位：教务处, and no head over several columns."""
    cell = sheet.cell(row, column)
    return cell is not None and ":" in unicodedata.normalize("NFKC", cell.text)


def _filled(sheet, first, last):
    """Return column → texts of the lines, each text of a merged range under all of its columns."""
    filled = {}
    for row in range(first, last + 1):
        cells = {column: cell.text for column, cell in sheet.rows.get(row, {}).items()}
        for top, left, bottom, right in sheet.merges:
            if top <= row <= bottom and right - left < 200 and bottom - top < 8:
                text = sheet.cell(top, left)
                cells |= dict.fromkeys(range(left, right + 1), text.text) if text else {}
        for column, text in cells.items():
            filled.setdefault(column, []).append(text)
    return filled


def columns_of(sheet, head):
    """Return column → its head.

    The lines of a head in several lines are joined by a stroke.
    """
    columns = {}
    for column, texts in sorted(_filled(sheet, *head).items()):
        lines = []
        for text in texts:
            line = " ".join(unicodedata.normalize("NFKC", text).split())
            if line and line not in lines:
                lines.append(line)
        columns[column] = "/".join(line.replace("/", "／") if len(lines) > 1 else line for line in lines)
    return columns


def guessed(columns, kind):
    """Return (column → field, [(field, columns)] of fields that several columns claim)."""
    claims = {}
    for column, head in columns.items():
        if field := field_of(head, kind):
            claims.setdefault(field, []).append(column)
    return claims


def crossing(sheet, head):
    """Return the first merged range that begins in the head and ends in the data, as A3:B9, or ""."""
    last = head[1]
    for top, left, bottom, right in sheet.merges:
        if top <= last < bottom:
            return f"{address(top, left)}:{address(bottom, right)}"
    return ""
