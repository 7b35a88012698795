"""What a word for a grade means in another scale: 高, Ⅰ级, 一级风险, A, 红, ★★☆. Pure: no Django.

A word is first looked for among the grades of the rule book. Else it has a place in its own scale, the gravest first, and the place
counts where the rule book has as many grades. Whatever may mean two things is asked once for the file.
"""

import re
import unicodedata

from registers.imports.listed import han_number
from registers.imports.vocabulary import ALIKE, SCALES

NONE = "none"  # the answer that a word is no grade
_WEAK = re.compile(r"廉政|廉洁|风险|等级|级别|点$|[\s:：()（）]")
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5}
_NOTHING = {"", "-", "—", "——", "/", "无", "未定", "未评定", "待定", "暂无", "空"}
_STARS = re.compile(r"[★☆*＊]{1,5}")


def _bare(words):
    return _WEAK.sub("", unicodedata.normalize("NFKC", words)).upper()


class Scale:
    """Reads the words for grades in a file. ``grades``: (code, label) each, the gravest first."""

    def __init__(self, grades, report):
        self.grades, self.report = list(grades), report
        self.by_label = {_bare(label): code for code, label in self.grades}

    def read(self, words, place):
        """Return the code of the grade, "" for none, None after having asked what a word means."""
        bare = _bare(words)
        if bare.lower() in _NOTHING:
            return ""
        bare = ALIKE.get(bare, bare)
        if code := self.by_label.get(bare) or self.by_label.get(bare.removesuffix("级")):
            return code
        if (number := self._place(words, bare, place)) is None:
            return None
        if 1 <= number <= len(self.grades):
            return self.grades[number - 1][0]
        return self._asked(words.strip(), place)

    def _place(self, words, bare, place):
        """Return the place of a word in its scale, 1 for the gravest, 0 where it has none, None after having asked."""
        if stars := _STARS.search(words):
            filled = sum(star in "★*＊" for star in stars[0])
            whole = len(stars[0]) if "☆" in stars[0] else len(self.grades)
            return whole - filled + 1 if whole == len(self.grades) else 0
        short = bare.removesuffix("级")
        if short.isdecimal():
            number = int(short) if len(short) < 3 else 0
            return number if short != bare else self._bare_number(number, place)
        if short in _ROMAN or han_number(short):
            return _ROMAN.get(short) or han_number(short)
        if re.fullmatch("[A-E]", short):
            return ord(short) - 64
        return next(
            (scale.index(short) + 1 for scale in SCALES if short in scale and len(scale) == len(self.grades)), 0
        )

    def _bare_number(self, number, place):
        """Return the place of a number that does not say whether 1 is the gravest grade or the slightest."""
        options = [("top", "1 最重"), ("bottom", f"{len(self.grades)} 最重，1 最轻")]
        text = "风险等级写成了数字，哪一个最重？"
        answer = self.report.ask("grade-numbers", text, options, place)
        if not answer:
            return None
        return number if answer == "top" else len(self.grades) - number + 1

    def _asked(self, words, place):
        options = [*self.grades, (NONE, "不是等级，按未评定导入")]
        answer = self.report.ask(f"grade:{words[:40]}", f"风险等级“{words[:40]}”是方案的哪个等级？", options, place)
        return {"": None, NONE: ""}.get(answer, answer)
