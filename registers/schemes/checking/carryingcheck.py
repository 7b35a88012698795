"""Faults in what a scheme says of personal sheets that a unit's sheet takes along (``carries``).

Each check yields ``(where, fault, remedy)`` as in ``crosscheck``. Source: R3-24, R4-27.
"""

from registers.schemes.language import Level, StepKind


def faults(scheme):
    """Yield the faults of ``carries`` and of the steps ``await``."""
    tasks = {task.code: task for task in scheme.tasks}
    for index, task in enumerate(scheme.tasks):
        if task.carries is not None:
            yield from _carrier(scheme, tasks, ("tasks", index), task)
        yield from _awaits(scheme, ("tasks", index), task)
    yield from _steps(scheme)
    if loop := _loop(scheme, tasks):
        place = list(tasks).index(loop)
        yield (
            ("tasks", place, "carries"),
            f"“{tasks[loop].label}”与它所带的个人表互相等待，先后关系成环",
            "核对这些事项的 after 和 carries，删去其中一个",
        )


def _carrier(scheme, tasks, where, task):
    """Yield what is wrong with a task that carries another."""
    here, carried = (*where, "carries"), tasks.get(task.carries)
    if carried is None:
        known = [other.code for other in scheme.tasks if other.level is Level.PERSONAL]
        yield (
            here,
            f"随表审核的任务“{task.carries}”不存在",
            f"改为个人任务：{'、'.join(known) or '（方案没有个人任务）'}",
        )
        return
    if task.level is not Level.UNIT or carried.level is not Level.PERSONAL:
        yield here, "只有单位表可以带个人表一并审核", "在单位任务上写 carries，所带的任务须是 level: personal"
        return
    if (task.brings, sorted(task.also)) != (carried.brings, sorted(carried.also)):
        yield (
            here,
            f"“{task.label}”与所带的“{carried.label}”填报的内容不同，不能列在一张表上",
            "两个任务的 brings 和 also 须相同",
        )
    if scheme.carrier_of(task.carries) is not task:
        first = scheme.carrier_of(task.carries)
        yield here, f"“{carried.label}”已随“{first.label}”审核", "一个任务只能随一张单位表审核，删去其中一个 carries"
    route = scheme.routes.get(carried.route)
    if route is not None and route.steps[-1].kind is not StepKind.AWAIT:
        yield (
            here,
            f"所带任务“{carried.label}”的路线“{route.label}”不以等待步骤结束，会自行办结",
            "把该路线的最后一步改为 kind: await",
        )
    if task.paper in scheme.papers and scheme.papers[task.paper].includes:
        yield here, "表格已写 includes，个人的各项会列两遍", "删去该表格的 includes"


def _awaits(scheme, where, task):
    """Yield a task whose sheets would wait for ever."""
    route = scheme.routes.get(task.route)
    if route is None or route.steps[-1].kind is not StepKind.AWAIT or scheme.carrier_of(task.code) is not None:
        return
    yield (
        (*where, "route"),
        f"“{task.label}”的路线以等待步骤结束，却没有单位表带它审核",
        f"在单位任务中写上 carries: {task.code}，或换一条路线",
    )


def _steps(scheme):
    """Yield steps ``await`` in a place where they make no sense."""
    asked = scheme.conduct.succession.route
    for slug, route in scheme.routes.items():
        for index, step in enumerate(route.steps):
            if step.kind is not StepKind.AWAIT:
                continue
            here = ("routes", slug, "steps", index)
            if step is not route.steps[-1] or index == 0:
                yield (
                    (*here, "kind"),
                    f"等待步骤“{step.label}”只能是路线的最后一步",
                    "把它移到最后，其后的步骤写进单位表的路线",
                )
            if step.may_return:
                yield (*here, "may_return"), f"步骤“{step.label}”由单位表的审核人退回", "删去 may_return"
            if step.grades:
                yield (*here, "grades"), f"步骤“{step.label}”不能只限某些等级", "删去 grades"
        if slug == asked and any(step.kind is StepKind.AWAIT for step in route.steps):
            yield ("conduct", "succession", "route"), "接任人确认不随单位表审核", "换一条没有等待步骤的路线"


def _loop(scheme, tasks):
    """Return the code of a task that would have to be filed before itself, None where there is none.

    What is carried is filed with its carrier, so both count as one.
    """

    def filed_with(code):
        carrier = scheme.carrier_of(code)
        return carrier.code if carrier is not None else code

    needed = {}
    for code, task in tasks.items():
        needed.setdefault(filed_with(code), set()).update(filed_with(after) for after in task.after if after in tasks)
    for code, before in needed.items():
        seen, waiting = set(), list(before)
        while waiting:
            earlier = waiting.pop()
            if earlier == code and scheme.tasks and any(tasks[other].carries for other in seen | {code}):
                return code
            if earlier not in seen:
                seen.add(earlier)
                waiting.extend(needed.get(earlier, ()))
    return None
