"""Reading one cell as what its column says it is: a number of a person, a name, a day, yes or no.

Pure: no Django.
Each reader returns the value, or raises ``Wrong`` with what stands there and what to do about it. Nothing is cut.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from registers.imports.formats import day_of
from registers.imports.grid import BOOLEAN, DAY, ERROR, NUMBER, TEXT
from registers.imports.listed import listed
from registers.imports.private import NOT_READ
from registers.refusals import Refused
from registers.text import without_unseen

NOTHING = {"", "-", "--", "—", "——", "/", "\\", "无", "空", "null", "none", "nan", "n/a", "#n/a"}
VACANT = {"空缺", "待补", "暂缺", "空岗", "缺", *NOTHING}
YES = {"是", "√", "✓", "✔", "●", "1", "y", "yes", "有", "true", "对"}
NO = {"否", "×", "✗", "✘", "○", "0", "n", "no", "false", "非", *NOTHING}
LOST = "Excel 已丢失末尾数字，无法还原。请把该列设为文本格式，重新填写后再上传"
_REORDERS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_HAN = r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_BETWEEN_HAN = re.compile(rf"(?<={_HAN})\s+(?={_HAN})")
_MARK = re.compile(r"[(（]([^()（）]{1,12})[)）]\s*\*?$|\*+$")
_ORDINARY = re.compile("[A-Za-z]*[0-9]+")
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*$")
_DAY = re.compile(r"(\d{2}|\d{4})[-./年\s](\d{1,2})(?:[-./月\s](\d{1,2}))?[月日号]?$")
_OPEN_ENDS = {"至今", "现在", "今", *NOTHING}


class Wrong(Refused):
    """A cell that cannot be read as what its column says.

    ``remedy`` says what to do about it.
    """

    def __init__(self, text, remedy):
        self.remedy = remedy
        super().__init__(text)


class TwoDays(Wrong):
    """A day that means one of two: 1985.1 is January or October."""


@dataclass(frozen=True)
class Day:
    """A day as it was written: ``precision`` says 日, 月 or 年."""

    day: date
    precision: str = "日"


def plain(cell):
    """Return the text of a cell in plain forms.

    It has no blanks at its ends and no characters that cannot be seen.
    """
    if cell is None:
        return ""
    words = cell.text
    if not (words.isascii() and words.isprintable()):
        if _REORDERS.search(words):
            raise Wrong("含有改变文字顺序的不可见字符", "请删除后重新输入")
        words = without_unseen(unicodedata.normalize("NFKC", words))[0]
    return words.strip().strip("'").strip()


def text(cell, label, most):
    """Return the text of a cell, "" for what means nothing.

    Raises ``Wrong`` where it is too long or an error of Excel.
    """
    if cell is None:
        return ""
    if cell.kind == ERROR:
        raise Wrong(f"{label}处是错误值 {cell.text}", "请改正公式或直接填写")
    words = plain(cell) if cell.kind != TEXT else _kept(cell.text)
    if words.lower() in NOTHING:
        return ""
    if len(words) > most:
        raise Wrong(f"{label}“{words[:12]}…”有 {len(words)} 个字，最多 {most} 个字", "请缩短")
    return words


@lru_cache(maxsize=2_000)
def _kept(words):
    """Return a text with its own punctuation, which plain forms would change."""
    if not (words.isascii() and words.isprintable()):
        if _REORDERS.search(words):
            raise Wrong("含有改变文字顺序的不可见字符", "请删除后重新输入")
        words = unicodedata.normalize("NFC", without_unseen(words)[0])
    return words.strip(" \t\r\n\u3000\u00a0'")


def identifier(cell, label="工号", *, most=20):
    """Return a number of a person, a unit or a post as text.

    A number cell gives its digits, with the zeros of its format.
    """
    raw = cell.text if cell else ""
    if cell is not None and cell.kind == TEXT and len(raw) <= most and _ORDINARY.fullmatch(raw):
        return raw
    if NOT_READ in raw:
        raise Wrong(f"{label}处是 18 位数字，像身份证号，没有读取；若是{label}，{LOST}", "请填写工号")
    if cell is not None and cell.kind in (ERROR, BOOLEAN, DAY):
        what = "错误值" if cell.kind == ERROR else "日期" if cell.kind == DAY else "逻辑值"
        raise Wrong(f"{label}处是{what} {raw}", f"请把该列设为文本格式，填写{label}")
    if cell is not None and cell.kind == NUMBER:
        return _digits(raw, cell.form, label)
    words = re.sub(r"\s+", "", plain(cell))
    if re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", words):
        raise Wrong(f"{label}“{words}”是科学记数，{LOST}", "请重新填写")
    words = re.sub(r"^(\d+)\.0$", r"\1", words)
    if words.lower() in NOTHING or words.startswith("#") or words.lower() in ("true", "false"):
        raise Wrong(f"{label}处是“{raw.strip()[:20]}”" if raw.strip() else f"没有{label}", f"请填写{label}，或删去本行")
    if len(words) > most:
        raise Wrong(f"{label}“{words}”有 {len(words)} 个字符，最多 {most} 个", "请核对")
    if not _NUMBER.match(words):
        raise Wrong(f"{label}“{words}”含有字母、数字和 . _ - 以外的字符", "请核对")
    return words


def _digits(raw, form, label):
    if not re.fullmatch(r"\d+", raw):
        raise Wrong(f"{label}处是数值 {raw[:20]}", f"请把该列设为文本格式，填写{label}")
    if len(raw) > 15:
        raise Wrong(f"{label} {raw} 超过 15 位数字，{LOST}", "请重新填写")
    return raw.zfill(len(form)) if re.fullmatch(r"0+", form) else raw


def person_name(cell, *, most=40):
    """Return (name, remark).

    Blanks between single Han characters and marks behind the name are none of it.
    """
    words = text(cell, "姓名", 200)
    if words[:1] in tuple("=+@") or "://" in words:
        raise Wrong(f"姓名处是“{words[:20]}”，像是公式或网址", "请填写姓名")
    if re.search(r"[、,，;；\n]", words):
        raise Wrong(f"姓名处有几个人：“{words[:20]}”", "请每人一行")
    remark = ""
    while mark := _MARK.search(words):
        words, remark = words[: mark.start()].strip(), mark[1] or remark
    words = re.sub(r"\s*[•・‧･·]\s*", "·", _BETWEEN_HAN.sub("", " ".join(words.split())))
    if len(words) > most:
        raise Wrong(f"姓名“{words[:12]}…”有 {len(words)} 个字，最多 {most} 个字", "请核对")
    return words, remark


def is_vacant(words):
    """Whether a name cell says that nobody is there."""
    return words.lower() in VACANT


def boolean(cell):
    """Return True or False, None for what is neither."""
    words = plain(cell).lower()
    return True if words in YES else False if words in NO else None


def day(cell, *, this_year, two="", since_1904=False):
    """Return the ``Day`` of a cell, None where it is empty or still runs.

    ``two``: what a number with one decimal means, "1" the first to the ninth month and "10" the tenth. Raises ``Wrong``.
    """
    words = plain(cell)
    if words in _OPEN_ENDS:
        return None
    if cell.kind == DAY:
        return Day(_real(words, *words.split("-")))
    if cell.kind == ERROR:
        raise Wrong(f"日期处是错误值 {words}", "请填写日期")
    if cell.kind == NUMBER and (by_number := _day_of_number(words, cell.form, two, since_1904)):
        return by_number
    words = re.sub(r"\s*([-./年月日])\s*", r"\1", words.split("T")[0]).rstrip("起")
    words = re.sub(r" 0{1,2}:00(:00)?$", "", words)
    if match := re.fullmatch(r"(\d{4})(\d{2})?(\d{2})?年?", words):
        return _written(words, *match.groups())
    if match := _DAY.match(words):
        year, month, on = match.groups()
        if len(year) == 2 and not (on or "年" in words):
            raise Wrong(f"日期“{words[:20]}”无法识别", "请把年份写成四位")
        if len(year) == 2:
            year = int(year) + (2000 if int(year) <= (this_year + 1) % 100 else 1900)
        return _written(words, year, month, on)
    raise Wrong(f"日期“{words[:20]}”无法识别", "请写成 2026-09-30 或 2026年9月")


def _day_of_number(words, form, two, since_1904):
    if re.fullmatch(r"\d+", words):
        if 20_000 <= int(words) <= 60_000 and (serial := day_of(int(words), since_1904)):
            return Day(serial)
        return None
    match = re.fullmatch(r"(\d{4})\.(\d{1,2})", words)
    if match is None:
        return None
    year, month = match.groups()
    if len(month) == 1 and form == "0.00":
        month += "0"
    if month == "1":
        if not two:
            raise TwoDays(f"“{words}”可以是 {year}年1月，也可以是 {year}年10月", "请在下面选择")
        month = two
    return _written(words, year, month, None)


def _written(words, year, month, on):
    precision = "日" if on else "月" if month else "年"
    return Day(_real(words, year, month or 1, on or 1), precision)


def _real(words, year, month, on):
    try:
        made = date(int(year), int(month), int(on))
    except ValueError:
        raise Wrong(f"日期“{words[:20]}”不存在", "请核对") from None
    if not 1900 < made.year < 2100:
        raise Wrong(f"日期“{words[:20]}”不在 1901 年至 2099 年之间", "请核对")
    return made


def span(cell, **more):
    """Return (first ``Day``, first ``Day`` no longer included) of a cell such as 2019.02—2022.03.

    Each is None where it is open.
    """
    words = plain(cell)
    parts = re.split(r"\s*(?:—+|–|~|～|至(?!今)|--+)\s*", words) if cell and cell.kind == "t" else [words]
    if len(parts) == 1 and (match := re.fullmatch(r"(.*\d)\s*(?:至今|-)", words)):
        parts = [match[1], ""]
    if len(parts) != 2:
        return day(cell, **more), None
    first, last = (day(type(cell)(part), **more) for part in parts)
    return first, last and Day(_after(last), last.precision)


def _after(last):
    """Return the first day after a day, a month or a year."""
    if last.precision == "日":
        return date.fromordinal(last.day.toordinal() + 1)
    if last.precision == "年" or last.day.month == 12:
        return date(last.day.year + 1, 1, 1)
    return last.day.replace(month=last.day.month + 1)


def party(cell):
    """Return whether somebody is a member of the Party, None where the cell does not say.

    A candidate counts as one.
    """
    if cell is None:
        return None
    words = re.sub(r"^\d{2}\s*[-—]?\s*|[(（]\d{2}[)）]$", "", plain(cell)) or plain(cell)
    if words.lower() in NOTHING and words != "无":
        return None
    if words in ("01", "02", "是", "中共党员", "党员", "共产党员", "中国共产党党员", "正式党员"):
        return True
    return "预备党员" in words


LEFT = ("退休", "离休", "死亡", "去世", "调出", "辞职", "离职", "开除", "解聘", "已故")


def has_left(words):
    """Whether a status says that somebody works here no longer. Who was called back after retiring does."""
    return any(word in words for word in LEFT) and "返聘" not in words and "待退休" not in words


def items(words):
    """Return the parts of a cell that holds several: by line, else by semicolon, else by comma.

    The mark 、 parts nothing.
    """
    for mark in (r"\n+", r"[;；]", r"[,，]"):
        parts = [part.strip() for part in re.split(mark, words) if part.strip()]
        if len(parts) > 1:
            return parts
    return [words] if words else []


def numbered(words):
    """Return the items of a text that numbers them 1. 2. 3. from 1 on, else its lines (``listed``)."""
    found = listed(words)
    if not found.items:
        return [line.strip() for line in words.splitlines() if line.strip()]
    return [item for item in (found.preface, *found.items) if item]
