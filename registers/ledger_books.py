"""The workbook of a ledger: columns, cells, summary by grade, a sheet for each unit (R1-29, R1-31)."""

from itertools import groupby

from registers.ledgers import each_row, totals
from registers.papers.writing import LedgerSheet

HEAD = [
    ("序号", 6),
    ("单位", 16),
    ("层面", 8),
    ("岗位", 14),
    ("责任人", 10),
    ("权力（业务）事项", 16),
    ("风险类别", 10),
    ("风险内容", 36),
    ("表现形式", 36),
    ("风险等级", 9),
]
RESIDUAL = [("预期等级", 9), ("实际等级", 9)]  # where the scheme switches them on
ARRANGED = [("措施责任人", 16), ("完成时限", 16)]
TAIL = [("责任领导", 10), ("备案日期", 12), ("调整记录", 16), ("备注", 14)]


def columns(scheme):
    """Return the ledger's columns under a scheme, its measure stages among them: ``[(label, width)]``."""
    residual = RESIDUAL if scheme.rules.residual.enabled else []
    return [*HEAD, *residual, *((stage.label, 30) for stage in scheme.rules.measure_stages), *ARRANGED, *TAIL]


def cells(number, row, levels):
    """Return one ledger row as texts, in the order of ``columns``."""
    point = row.point
    return [
        number,
        point.unit.name,
        levels.get(point.level, point.level),
        point.post.name if point.post else point.involved_posts,
        row.person,
        row.power,
        point.category.label,
        point.content,
        point.manifestation,
        point.final_grade.label if point.final_grade else "未评定",
        *row.residual,
        *(row.measures.get(code, "") for code, _ in row.stages),
        _each(row.people, len(row.stages)),
        _each(row.days, len(row.stages)),
        row.leader,
        f"{row.first_filed:%Y-%m-%d}" if row.first_filed else "",
        row.changed,
        "",
    ]


def _each(labelled, stages):
    """Write ``[(stage label, value)]`` in lines, or the value alone where all ``stages`` have the same."""
    if len(labelled) == stages and len({value for _, value in labelled}) == 1:
        return str(labelled[0][1])
    return "\n".join(f"{label}：{value}" for label, value in labelled)


def worksheets(scope, scheme, unit, *, on, year, said=""):
    """Yield the ledger's sheets: a summary by grade, then a sheet per unit.

    A sheet's rows are read as they are asked for, so each sheet has to be read to its end before the next. ``said``: who has it
    and why, written beside the day.
    """
    rules = scheme.rules
    labels = [grade.label for grade in rules.grades] + ["未评定"]
    title = f"{rules.identity.institution}{year}年度{rules.ledger_title}"
    note = f"截至{on.year}年{on.month}月{on.day}日" + (f"　{said}" if said else "")
    summed = totals(scheme, unit, on=on)
    summary = [[name, *(counted[label] for label in labels), total] for name, counted, total in summed]
    if summary:
        summary.append(
            [
                "合计",
                *(sum(counted[label] for _, counted, _ in summed) for label in labels),
                sum(total for *_, total in summed),
            ]
        )
    yield LedgerSheet(
        title=f"{title}按等级汇总",
        name="汇总",
        columns=[("单位", 28), *((label, 10) for label in labels), ("合计", 10)],
        note=note,
        rows=summary,
    )
    levels = {level.value: label for level, label in rules.levels.items()}

    def of_unit(name, listed):
        return LedgerSheet(
            title=f"{name}{rules.ledger_title}",
            name=name,
            columns=columns(scheme),
            note=note,
            rows=(cells(number, row, levels) for number, row in enumerate(listed, start=1)),
        )

    empty = True
    each = each_row(scope, scheme, unit, on=on)
    for (_, name), listed in groupby(each, key=lambda row: (row.point.unit_id, row.point.unit.name)):
        empty = False
        yield of_unit(name, listed)
    if empty:
        yield of_unit(unit.name, ())
