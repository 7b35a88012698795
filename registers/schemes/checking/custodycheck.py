"""Faults of a scheme's custody: who keeps what above the units. Pure: no Django, no database."""

from registers.schemes.custody import EVERY_GRADE, KEEPERS, read_on_routes


def faults(scheme):
    """Yield ``(where, fault, remedy)`` for custody by itself, and beside the routes."""
    ranks, seen = {grade.rank for grade in scheme.grades}, set()
    for index, item in enumerate(scheme.custody):
        where = ("custody", index)
        for role in item.roles:
            yield from _role(where, role, scheme)
        for level in item.levels:
            if level not in scheme.levels:
                known = "、".join(scheme.levels)
                yield (
                    (*where, "levels"),
                    f"层面“{level}”在 levels 中没有名称",
                    f"改为已有的：{known}，或在 levels 中补上",
                )
        if wrong := set(item.grades) - ranks:
            yield (
                (*where, "grades"),
                f"等级序号 {sorted(wrong)} 不存在",
                f"只能用 {sorted(ranks)}；全部等级都留存的，不写 grades",
            )
        for pair in [(role, level) for role in item.roles for level in item.levels]:
            if pair in seen:
                yield where, f"“{_name(scheme, pair)}”写了两次", "同一角色、同一层面只写一条"
            seen.add(pair)
        yield from _copies(where, item, scheme)
    yield from _left_open(scheme, seen)


def _role(where, role, scheme):
    if role not in KEEPERS:
        yield (
            (*where, "roles"),
            f"“{role}”不必写：本单位的负责人、联络员和领导小组对本单位的内容都有权查阅",
            f"只写单位以上的角色：{'、'.join(KEEPERS)}",
        )
    elif role not in scheme.roles:
        yield ("roles",), f"custody 用到角色“{role}”，但 roles 中没有它的名称", f"在 roles 中补上 {role}: 名称"


def _copies(where, item, scheme):
    """Yield grades that a route copies to a role and that it does not keep."""
    known = {grade.rank for grade in scheme.grades}
    for pair in [(role, level) for role in item.roles for level in item.levels]:
        copied = {rank for ranks in read_on_routes(scheme, *pair) for rank in ranks} & known
        if item.grades and (lost := copied - set(item.grades)):
            yield (
                (*where, "grades"),
                f"流程把等级 {sorted(lost)} 抄送给“{_name(scheme, pair)}”，这里却没有写",
                f"改为 grades: {sorted(copied | set(item.grades))}，或修改流程中抄送的等级",
            )


def _left_open(scheme, said):
    """Yield roles that pass on whole sheets and get copies of some grades: what they keep has to be said."""
    for role in KEEPERS:
        for level in scheme.levels:
            read = read_on_routes(scheme, role, level)
            if (role, level) not in said and EVERY_GRADE in read and len(read) > 1:
                some = sorted({rank for ranks in read for rank in ranks})
                yield (
                    ("routes",),
                    f"“{_name(scheme, (role, level))}”既经办全部等级的表，又只抄送等级 {some}，没有写明留存哪些",
                    f"补上 custody 一节，例如 - {{roles: [{role}], levels: [{level}], grades: {some}}}",
                )


def _name(scheme, pair):
    role, level = pair
    return f"{scheme.roles.get(role, role)}·{scheme.levels.get(level, level)}"
