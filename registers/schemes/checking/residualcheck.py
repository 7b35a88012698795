"""Faults of a scheme's rule for expected and actual grades. Pure: no Django, no database."""

from registers.schemes.language import Brings
from registers.schemes.parts import Role

# Who verifies for somebody outside the unit.
ABOVE = (Role.LEADER_IN_CHARGE, Role.OFFICE, Role.SCHOOL_GROUP, Role.PARTY_COMMITTEE)


def faults(scheme):
    """Yield ``(where, fault, remedy)`` for a rule that does not fit the rest.

    It names what the scheme lacks, or it could never apply.
    """
    rule, ranks = scheme.residual, {grade.rank for grade in scheme.grades}
    if rule.levels_down >= len(ranks):
        yield (
            ("residual", "levels_down"),
            f"只有 {len(ranks)} 个等级，不能下降 {rule.levels_down} 级",
            f"改为 1 至 {len(ranks) - 1}",
        )
    if wrong := set(rule.outside_unit) - ranks:
        yield (
            ("residual", "outside_unit"),
            f"等级序号 {sorted(wrong)} 不存在",
            f"只能用 {sorted(ranks)}；都由岗位以外的人核查的，写 outside_unit: []",
        )
    yield from _floor(scheme, ranks)
    if rule.enabled:
        yield from _possible(scheme)


def _floor(scheme, ranks):
    floor, factors = scheme.residual.floor, {factor.code: factor for factor in scheme.grading.factors}
    if floor.rank not in ranks:
        yield (("residual", "floor", "rank"), f"等级序号 {floor.rank} 不存在", f"只能用 {sorted(ranks)}")
    for code, values in floor.factors.items():
        where = ("residual", "floor", "factors", code)
        if code not in factors:
            yield where, f"因素“{code}”不存在", f"改为已有的：{'、'.join(factors)}"
            continue
        known = [value.code for value in factors[code].values]
        for value in values:
            if value not in known:
                yield where, f"因素“{factors[code].label}”没有取值“{value}”", f"改为：{'、'.join(known)}"


def _possible(scheme):
    for index, task in enumerate(scheme.tasks):
        measured = task.brings == Brings.MEASURES or "measures" in task.also
        if measured and "due" not in task.measure_asks:
            yield (
                ("tasks", index, "measure_asks"),
                f"“{task.label}”不询问完成时限，其风险点永远达不到预期等级",
                "在 measure_asks 中补上 due，或在 residual 中写 enabled: false",
            )
    if scheme.residual.outside_unit and not set(ABOVE) & set(scheme.roles):
        yield (
            ("residual", "enabled"),
            "等级高的须由单位以外的人核查，roles 中却没有单位以上的角色",
            f"在 roles 中补上以下之一：{'、'.join(ABOVE)}，或写 outside_unit: []",
        )
