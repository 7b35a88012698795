"""Faults in what a scheme says of inspections and rectification."""

from itertools import pairwise

from registers.schemes.checking.doubles import doubled

WHOLE = 100  # points of a checklist
PARTS = ("kinds", "methods", "checklist")
WORDS = {"kinds": "检查种类", "methods": "检查方法", "checklist": "检查项目"}


def faults(scheme):
    """Yield the contradictions within ``inspection``, and between it and grades and roles."""
    said = scheme.inspection
    for part in PARTS:
        yield from doubled(("inspection", part), getattr(said, part))
    yield from _whole(scheme, said)
    yield from _frequency(scheme, said)
    points = sum(item.points for item in said.checklist)
    if said.checklist and points != WHOLE:
        yield (
            ("inspection", "checklist"),
            f"检查项目的分值合计 {points} 分，不是 {WHOLE} 分",
            f"调整各项的 points，使合计为 {WHOLE}",
        )


def _whole(scheme, said):
    """Yield what is missing beside the parts that are there: inspections need all of them, and an office that holds them."""
    there = [part for part in PARTS if getattr(said, part)]
    missing = [part for part in PARTS if part not in there]
    if there and missing:
        yield (
            ("inspection",),
            f"写了{'、'.join(WORDS[part] for part in there)}，没有写{'、'.join(WORDS[part] for part in missing)}",
            f"补上 {'、'.join(missing)}，或删去整节 inspection",
        )
    if there and "office" not in scheme.roles:
        yield ("inspection",), "检查没有人组织：roles 中没有 office", "在 roles 中补上 office: 名称"


def _frequency(scheme, said):
    ranks = {grade.code: grade.rank for grade in scheme.grades}
    by_rank = {}
    for index, item in enumerate(said.frequency):
        where = ("inspection", "frequency", index)
        if item.grade not in ranks:
            yield (*where, "grade"), f"等级“{item.grade}”不在 grades 中", f"改为已有的：{'、'.join(ranks)}"
        elif ranks[item.grade] in by_rank:
            yield (*where, "grade"), f"等级“{item.grade}”的检查频次写了两次", "每个等级只写一次"
        else:
            by_rank[ranks[item.grade]] = (where, item)
    ordered = [by_rank[rank] for rank in sorted(by_rank)]
    for (_, graver), (where, slighter) in pairwise(ordered):
        for name in ("unit_months", "office_months"):
            often, seldom = getattr(graver, name), getattr(slighter, name)
            if seldom is not None and (often is None or often > seldom):
                yield (
                    (*where, name),
                    f"等级“{slighter.grade}”比更重的“{graver.grade}”检查得更勤",
                    "核对两个等级的月数：等级越重，间隔越短",
                )
