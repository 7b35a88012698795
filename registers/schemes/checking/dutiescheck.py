"""Faults in what a scheme asks of heads and units beside their sheets. Pure: no Django, no database."""

from registers.schemes.checking.doubles import doubled
from registers.schemes.language import Brings
from registers.schemes.parts import Level, Role


def faults(scheme):
    """Yield ``(where, fault, remedy)`` for duties that nobody could fulfil.

    Or that name what the scheme lacks.
    """
    said = scheme.duties
    yield from _statement(scheme, said.statement)
    if said.avoidance is not None:
        yield from doubled(("duties", "avoidance", "relations"), said.avoidance.relations)
    yield from _leaving(scheme, said.leaving_audit)
    yield from _education(scheme, said.education)
    searched = any(task.brings == Brings.POINTS and task.level == Level.PERSONAL for task in scheme.tasks)
    if said.leaders_first is not None and not searched:
        yield (
            ("duties", "leaders_first"),
            "没有个人排查风险点的事项，带头查找无从对照",
            "删去 leaders_first，或在 tasks 中补上 level: personal、brings: points 的事项",
        )
    kept = (("statement", said.statement), ("avoidance", said.avoidance), ("leaving_audit", said.leaving_audit))
    for name, part in kept:
        if part is not None and Role.OFFICE not in scheme.roles:
            yield ("duties", name), "没有人办理：roles 中没有 office", "在 roles 中补上 office: 名称"


def _statement(scheme, statement):
    if statement is None:
        return
    yield from doubled(("duties", "statement", "parts"), statement.parts)
    if Role.UNIT_HEAD not in scheme.roles:
        yield (
            ("duties", "statement"),
            f"“{statement.label}”没有人签：roles 中没有 unit_head",
            "在 roles 中补上 unit_head: 名称",
        )
    paper = scheme.papers.get(statement.paper) if statement.paper else None
    if statement.paper and (paper is None or paper.about != "duty"):
        known = "、".join(slug for slug, layout in scheme.papers.items() if layout.about == "duty")
        yield (
            ("duties", "statement", "paper"),
            f"“{statement.paper}”不是这种表格",
            f"改为 about: duty 的表格：{known or '（无，请先补上）'}",
        )


def _leaving(scheme, leaving):
    if leaving is None:
        return
    yield from doubled(("duties", "leaving_audit", "kinds"), leaving.kinds)
    known = [domain.code for domain in scheme.domains]
    for index, code in enumerate(leaving.domains):
        if code not in known:
            yield (
                ("duties", "leaving_audit", "domains", index),
                f"领域“{code}”不存在",
                f"改为已有的：{'、'.join(known) or '（无，请先补上 domains）'}",
            )


def _education(scheme, education):
    if education is None:
        return
    ranks = {grade.rank for grade in scheme.grades}
    if wrong := set(education.ranks) - ranks:
        yield (
            ("duties", "education", "ranks"),
            f"等级序号 {sorted(wrong)} 不存在",
            f"只能用 {sorted(ranks)}",
        )
    if not any(kind.purpose == "education" for kind in scheme.activities):
        yield (
            ("duties", "education"),
            "没有教育活动的种类，计划无从落实",
            "在 activities 中补上 purpose: education 的种类，或删去 education",
        )
