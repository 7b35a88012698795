"""Which category of the rule book a point of an old ledger has.

By the word of the file, else as its registrar answers.

A ledger without categories holds points of many. So the answer may be one for all, one a unit, or one a wording.
"""

from registers.imports.heads import normalised
from registers.schemes.parts import Level
from registers.text import digest_of_text

BY_UNIT, BY_WORDS = "by-unit", "by-words"
APART = (
    (BY_UNIT, "各单位不同，逐个单位选择"),
    (BY_WORDS, "各风险点不同，逐个选择（同样的文字只选一次）"),
)


class Categories:
    """Finds the categories of points. Each word is asked for once a level."""

    def __init__(self, rules, report):
        self.rules, self.report = rules, report

    def of(self, record, words):
        """Return the code of the category of a record, "" after having asked.

        ``words``: what the file says of it.
        """
        offered = self.rules.categories_for(record.level)
        if code := _named(words, offered):
            return code
        where = "岗位" if record.level == Level.PERSONAL else "单位"
        options = [(category.code, category.label) for category in offered]
        key, cell = f"category:{record.level}:", f"{record.row.sheet}!{record.row.place('category')}"
        if words:
            record.notes.append(f"原类别：{words}")
            text = f"{where}风险点的类别“{words}”是方案中的哪一类？"
            return self.report.ask(f"{key}{words[:40]}", text, options, cell)
        answer = self.report.ask(key, f"没有写类别的{where}风险点归入哪一类？", [*options, *APART], cell)
        if answer == BY_UNIT:
            text = f"“{record.unit}”没有写类别的{where}风险点归入哪一类？"
            return self.report.ask(f"{key}unit:{record.unit.code}", text, options, cell)
        if answer == BY_WORDS:
            said = _without_post(record)
            named = f"{key}words:{digest_of_text(normalised(said))[:16]}"
            return self.report.ask(named, f"{where}风险点“{said[:60]}”归入哪一类？", options, cell)
        return answer


def _named(words, offered):
    """Return the code of the category that has this name or other name, "" where none has."""
    key = normalised(words) if words else ""
    for category in offered if key else ():
        names = [normalised(name) for name in (category.label, *category.aliases)]
        if key in names or key.removesuffix("风险") in [name.removesuffix("风险") for name in names]:
            return category.code
    return ""


def _without_post(record):
    """Return the words of a point without its post in brackets at their end, with which the same words differ."""
    post = record.post.name if record.post else record.involved
    for bracketed in (f"（{post}）", f"({post})"):
        if post and record.content.endswith(bracketed):
            return record.content.removesuffix(bracketed)
    return record.content
