"""Faults in what tasks say of their notices: nothing said, said in vain, or what no row would hold.

Each check yields ``(where, fault, remedy)`` as in ``crosscheck``. Source: domain D2.
"""

from registers.papers import given
from registers.schemes.language import StepKind
from registers.schemes.publicity import GRADE, LABELS, MEASURES


def faults(scheme):
    """Yield the faults of ``publicity`` in the tasks of a scheme."""
    for index, task in enumerate(scheme.tasks):
        where, publicised = ("tasks", index), _is_publicised(scheme, task)
        if publicised and task.publicity is None:
            yield (
                where,
                f"“{task.label}”要公示，却没有写公示哪些内容",
                f"补上 publicity，例如 publicity: {{shows: [{'、'.join(_usual(task)).replace('、', ', ')}]}}",
            )
        elif task.publicity is not None:
            where = (*where, "publicity")
            if not publicised:
                yield (
                    where,
                    f"“{task.label}”的流程没有公示步骤，publicity 用不到",
                    "删去 publicity，或在流程中补上 kind: publicise 的步骤",
                )
            yield from _shown(where, scheme, task)
            yield from _person(where, task)


def _is_publicised(scheme, task):
    """Whether a notice shows the sheets of a task: on their own route, or with the sheet that carries them."""
    carrier = scheme.carrier_of(task.code)
    routes = [scheme.routes.get(one.route) for one in (task, carrier) if one is not None]
    return any(step.kind is StepKind.PUBLICISE for route in routes if route is not None for step in route.steps)


def _usual(task):
    return ["name", "legal_basis", "procedure", "accountable_post"] if task.brings == "powers" else ["category", GRADE]


def _shown(where, scheme, task):
    """Yield columns that stand twice, or that no sheet of the task fills."""
    filled = _filled(scheme, task)
    for place, field in enumerate(task.publicity.shows):
        here = (*where, "shows", place)
        if field in task.publicity.shows[:place]:
            yield here, f"公示内容“{field}”写了两次", "删去其中一个"
        elif filled is not None and field not in filled:
            yield (
                here,
                f"“{task.label}”的表没有“{field}”（{LABELS[field]}），公示不出来",
                f"改为这张表有的：{'、'.join(name for name in LABELS if name in filled)}",
            )


def _filled(scheme, task):
    """Return the fields that the sheets of a task fill, None where nothing makes sheets, or the paper is not there."""
    made = given.of_sheet(scheme, task) if task.paper in scheme.papers else None
    if made is None:
        return None
    return made[0] | ({MEASURES} if any(name.startswith(f"{MEASURES}.") for name in made[0]) else set())


def _person(where, task):
    """Yield names that are masked in vain, or of sheets that nobody fills for himself."""
    if task.publicity.person != "masked":
        return
    if task.level != "personal":
        yield (*where, "person"), f"“{task.label}”不是个人表，没有填报人的姓名可公示", "删去 person"
    elif task.publicity.place == "post":
        yield (
            (*where, "person"),
            f"“{task.label}”同时公示岗位和姓氏，一个岗位只有一人时等于公开姓名",
            "改为 place: unit，或删去 person（只公示岗位）",
        )
