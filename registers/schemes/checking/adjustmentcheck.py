"""Faults of what a scheme says of adjustments and imports, found by comparing it with the rest.

Each check yields ``(where, fault, remedy)`` as in ``crosscheck``.
"""

from registers.schemes import adjusting, importing
from registers.schemes.parts import Level, Role
from registers.schemes.routes import StepKind


def faults(scheme, *, known):
    """Yield routes, papers and fields that adjustments cannot use. ``known``: the fields of a power."""
    yield from _codes(scheme)
    yield from _routes(scheme)
    yield from _papers(scheme)
    yield from _imports(scheme)
    where = ("adjustment", "powers")
    asked = {ask.field for ask in scheme.adjustment.powers}
    for index, ask in enumerate(scheme.adjustment.powers):
        if ask.field not in known:
            yield (
                (*where, index, "field"),
                f"“{ask.field}”不是可填写的内容",
                f"改为以下之一：{'、'.join(sorted(known))}",
            )
    if asked and "name" not in asked:
        yield where, "调整权力事项时没有询问“name”", "补上 field: name，或删去 powers 采用默认栏目"


def _codes(scheme):
    for index, task in enumerate(scheme.tasks):
        if adjusting.is_adjustment(task.code):
            yield ("tasks", index, "code"), f"以“{adjusting.PREFIX}”开头的代码由系统用于动态调整", "换一个代码"
        elif importing.is_import(task.code):
            yield ("tasks", index, "code"), f"以“{importing.PREFIX}”开头的代码由系统用于导入历史台账", "换一个代码"
    for code in scheme.routes:
        if importing.is_import(code):
            yield ("routes", code), f"以“{importing.PREFIX}”开头的代码由系统用于导入历史台账", "换一个代码"


def _routes(scheme):
    for what, code in scheme.adjustment.routes.items():
        where = ("adjustment", "routes", what)
        route = scheme.routes.get(code)
        if route is None:
            yield where, f"动态调整所用的流程“{code}”不存在", f"改为已有的：{'、'.join(sorted(scheme.routes))}"
            continue
        if (what == Level.PERSONAL) != (route.steps[0].role is Role.POST_HOLDER):
            yield (
                where,
                f"流程“{route.label}”的填报人与调整的内容不符",
                "个人岗位的调整由 post_holder 填报，其他的由 liaison 填报",
            )
        if route.steps[-1].kind is StepKind.AWAIT:
            yield where, f"流程“{route.label}”以等待单位表结束，动态调整没有单位表可随", "换一条自行办结的流程，或不写"
        if what == adjusting.POWERS and any(step.sets for step in route.steps):
            yield where, f"权力事项不评等级，流程“{route.label}”却有评定步骤", "换一条没有评定步骤的流程"


def _papers(scheme):
    for what, code in scheme.adjustment.papers.items():
        where = ("adjustment", "papers", what)
        paper = scheme.papers.get(code)
        if paper is None:
            yield where, f"动态调整所用的表格“{code}”不存在", f"改为已有的：{'、'.join(sorted(scheme.papers))}"
        elif paper.rows not in (what, adjusting.ROWS):
            yield (
                where,
                f"表格“{paper.title}”列的是 {paper.rows}",
                f"换一张 rows: {adjusting.ROWS} 或 rows: {what} 的表格",
            )


def _imports(scheme):
    """Yield routes on which no imported sheet could travel."""
    for what, code in scheme.importing.routes.items():
        where = ("importing", "routes", what)
        route = scheme.routes.get(code)
        if route is None:
            yield where, f"导入所用的流程“{code}”不存在", f"改为已有的：{'、'.join(sorted(scheme.routes))}"
            continue
        if route.steps[0].role is Role.POST_HOLDER:
            yield where, f"流程“{route.label}”由本人填报，导入的表属于单位", "换一条由 liaison 填报的流程"
        if route.steps[-1].kind is StepKind.AWAIT:
            yield where, f"流程“{route.label}”以等待单位表结束，导入的表没有单位表可随", "换一条自行办结的流程，或不写"
        if not any(step.kind in (StepKind.SIGN, StepKind.ADJUDICATE, StepKind.FILE) for step in route.steps):
            yield where, f"流程“{route.label}”没有人签字或评定", "换一条有签字的流程，未经签字的内容不入登记册"
        if what == adjusting.POWERS and any(step.sets for step in route.steps):
            yield where, f"权力事项不评等级，流程“{route.label}”却有评定步骤", "换一条没有评定步骤的流程"
