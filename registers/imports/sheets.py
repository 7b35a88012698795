"""Which sheets of a file count. Pure: no Django.

Each of several may be left out, such as the one of those who have retired.
"""

from collections import Counter

from registers.refusals import Refused

MOST_ASKED = 8  # of more only those are asked about that have other columns than most


def wanted(tables, report):
    """Return those of ``tables``, each with its sheet, that nobody leaves out.

    Raises ``Refused`` where none is left.
    """
    if len(tables) < 2:
        return tables
    layouts = [frozenset(table.fields.values()) for _, table in tables]
    [(usual, _)] = Counter(layouts).most_common(1)
    kept = []
    for (sheet, table), layout in zip(tables, layouts, strict=True):
        if len(tables) <= MOST_ASKED or layout != usual:
            rows = sum(row > table.head[1] for row in sheet.rows)
            text = f"工作表“{sheet.name}”（{rows} 行）要导入吗？"
            options = [("read", "导入"), ("leave", "不导入这张工作表")]
            if report.ask(f"sheet:{sheet.name}", text, options, sheet.name, default="read") == "leave":
                continue
        kept.append((sheet, table))
    if not kept:
        raise Refused("没有留下要导入的工作表，请至少导入一张。")
    return kept
