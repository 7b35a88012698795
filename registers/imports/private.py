"""What is never read from a file.

Numbers of identity, private telephones, birth days, passwords, and their like.
It is taken out before anything leaves the limited process, so that no page, table, log or returned workbook can hold it.
"""

import re
from itertools import pairwise

from registers.imports.cards import is_cards
from registers.imports.grid import NUMBER, TEXT, Cell
from registers.imports.heads import NO_HEAD, columns_of, head_of, is_known, normalised

NOT_READ = "（不读取）"
LEAST_DIGITS = 4  # of a value in the line of heads
# A head that holds one of these words is private, whatever else stands in it.
_WORDS = (
    "身份证 证件号 证件号码 SFZH SFZJH 手机 移动电话 联系电话 联系方式 YDDH 住址 户籍 籍贯 出生 CSRQ CSNY 生日 年龄 民族 婚姻 健康"
    " 银行 卡号 工资 薪 密码 口令 PASSWORD 照片 宗教 家庭"
)
WORDS = tuple(_WORDS.split())
EXACT = ("MZ", "PWD")
ALLOWED = ("办公电话", "一卡通号", "校园卡号")
# What stands before a value in a card, beside it or in the same cell.
_OWN = (
    "身份证 身份证号 身份证号码 证件号 证件号码 手机 手机号 手机号码 移动电话 出生日期 出生年月 出生时间 生日 家庭住址 住址 户籍 籍贯"
    " 密码 初始密码 口令 银行卡号 银行账号"
)
LABELS = {*_OWN.split(), "联系电话", "联系方式", "民族", "年龄", "婚姻状况", "健康状况", "宗教信仰"}
_FIRST = {label[0] for label in LABELS}
_LABELLED = re.compile(rf"((?:{'|'.join(sorted(_OWN.split(), key=len, reverse=True))})\s*[:：]\s*)[^\s，,；;]+")
_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
_MOBILE = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])")


def is_private(head):
    """Whether a column with this head is never read."""
    text = normalised(head).upper()
    if any(word in text for word in ALLOWED):
        return False
    return text in EXACT or any(word in text for word in WORDS)


def without_private(book):
    """Return the book without private columns and without numbers that look private elsewhere.

    The head of a private column stays, so that the page can say that it is not read.
    """
    for sheet in book.sheets:
        head = head_of(sheet)
        if head is None and not is_cards(sheet):  # nobody knows what its columns are
            sheet.unseen = f"{sheet.unseen} {NO_HEAD}".strip() if sheet.rows else sheet.unseen
            sheet.rows = {}
            continue
        heads, last = (columns_of(sheet, head), head[1]) if head else ({}, 0)
        private = {column for column, text in heads.items() if is_private(text)}
        numbers = {
            column for column, text in heads.items() if normalised(text).endswith(("工号", "证号", "编号", "GH"))
        }
        for row, cells in sheet.rows.items():
            for column in _beside_labels(cells, in_head=bool(head) and head[0] <= row <= last):
                cells[column] = Cell(NOT_READ)
            for column, cell in list(cells.items()):
                if row > last and column in private:
                    del cells[column]
                elif (clean := _scrubbed(cell, is_number=column in numbers)) != cell.text:
                    cells[column] = Cell(clean)
        sheet.rows = {row: cells for row, cells in sheet.rows.items() if cells}
    return book


def _beside_labels(cells, *, in_head):
    """Return the columns of values that stand to the right of a private label, as in a card.

    In the line of heads most labels have another head beside them, so there only what holds digits is a value.
    """
    labelled = [column for column, cell in cells.items() if _is_label(cell.text)]
    if not labelled:
        return []
    beside, found = dict(pairwise(sorted(cells))), []
    for column in labelled:
        value = cells[beside[column]].text if column in beside else ""
        if not value or _is_label(value) or is_known(value):
            continue
        if not in_head or len(re.findall("[0-9]", value)) >= LEAST_DIGITS:
            found.append(beside[column])
    return found


def _is_label(text):
    return len(text) <= 20 and text.lstrip(" \t\n\u3000*")[:1] in _FIRST and normalised(text) in LABELS


def _scrubbed(cell, *, is_number):
    """Return the text of a cell without what looks private. ``is_number``: its column holds numbers of people or papers."""
    text = cell.text
    if cell.kind in (TEXT, NUMBER) and len(text) > 10:
        text = _IDENTITY.sub(NOT_READ, text)
        text = text if is_number else _MOBILE.sub(NOT_READ, text)
    if ":" in text or "：" in text:
        text = _LABELLED.sub(rf"\1{NOT_READ}", text)
    return text
