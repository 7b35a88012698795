"""What is never read from a file.

Numbers of identity, private telephones, birth days, passwords, and their like.
It is taken out before anything leaves the cage, so that no page, table, log or returned workbook can hold it.
"""

import re

from registers.imports.grid import NUMBER, TEXT, Cell
from registers.imports.heads import NO_HEAD, columns_of, head_of, normalised

NOT_READ = "（不读取）"
# A head that holds one of these words is private, whatever else stands in it.
_WORDS = (
    "身份证 证件号 证件号码 SFZH SFZJH 手机 移动电话 联系电话 联系方式 YDDH 住址 户籍 籍贯 出生 CSRQ CSNY 生日 年龄 民族 婚姻 健康"
    " 银行 卡号 工资 薪 密码 口令 PASSWORD 照片 宗教 家庭"
)
WORDS = tuple(_WORDS.split())
EXACT = ("MZ", "PWD")
ALLOWED = ("办公电话", "一卡通号", "校园卡号")
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
        if head is None:  # nobody knows what its columns are
            sheet.rows, sheet.unseen = {}, f"{sheet.unseen} {NO_HEAD}".strip()
            continue
        heads, last = columns_of(sheet, head), head[1]
        private = {column for column, text in heads.items() if is_private(text)}
        numbers = {
            column for column, text in heads.items() if normalised(text).endswith(("工号", "证号", "编号", "GH"))
        }
        for row, cells in sheet.rows.items():
            for column, cell in list(cells.items()):
                if row > last and column in private:
                    del cells[column]
                elif cell.kind in (TEXT, NUMBER) and len(cell.text) > 10:
                    clean = _IDENTITY.sub(NOT_READ, cell.text)
                    clean = clean if column in numbers else _MOBILE.sub(NOT_READ, clean)
                    if clean != cell.text:
                        cells[column] = Cell(clean)
        sheet.rows = {row: cells for row, cells in sheet.rows.items() if cells}
    return book
