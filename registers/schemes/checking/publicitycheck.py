"""Faults in what a scheme says of notices: nothing said, said in vain, or what no row would hold.

Each check yields ``(where, fault, remedy)`` as in ``crosscheck``.
"""

from typing import get_args

from registers.papers import given
from registers.schemes.language import StepKind
from registers.schemes.layout import leaf_columns
from registers.schemes.publicity import GRADE, LABELS, MEASURES, ListField

VERBS = {"notice": "公示", "standing": "公开", "result": "通报"}


def faults(scheme):
    """Yield the faults of ``publicity`` in the tasks of a scheme, of its notices and vacations."""
    yield from _kinds(scheme)
    yield from _named_kinds(scheme)
    yield from _chosen_units(scheme)
    yield from _vacations(scheme)
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


def _kinds(scheme):
    """Yield kinds that stand twice, end in a way that their verb does not allow, or publish what no paper lists."""
    seen = set()
    for index, kind in enumerate(scheme.notices):
        where, verb = ("notices", index), VERBS[kind.verb]
        if kind.code in seen:
            yield (*where, "code"), f"代号“{kind.code}”重复", "每一种公示、公开、通报的代号只用一次"
        seen.add(kind.code)
        if kind.verb == "notice" and kind.after_end == "standing":
            yield (
                (*where, "after_end"),
                f"“{kind.label}”是公示，期满须撤下或去掉姓名，不能长期保留",
                "改为 removed（撤下）或 nameless（去掉姓名后保留）；长期保留的写 verb: standing（公开）",
            )
        if kind.verb == "standing":
            yield from _list_of(where, scheme, kind)
        elif kind.paper is not None or kind.shows:
            name = "paper" if kind.paper is not None else "shows"
            yield (*where, name), f"“{kind.label}”是{verb}，不按登记册的目录公开，{name} 用不到", f"删去 {name}"


def _list_of(where, scheme, kind):
    """Yield what a standing list lacks: the paper whose rows it publishes, and columns of that which name nobody."""
    layout = scheme.papers.get(kind.paper)
    lists = [code for code, paper in scheme.papers.items() if paper.compiled and paper.about == "unit" and paper.rows]
    if layout is None or kind.paper not in lists:
        yield (
            (*where, "paper") if kind.paper else where,
            f"“{kind.label}”没有写公开哪一份由系统汇编的目录",
            f"写 paper，例如：{'、'.join(lists) or 'process-directory'}",
        )
        return
    if not kind.shows:
        yield where, f"“{kind.label}”没有写公开哪些栏目", "补上 shows，例如 shows: [name, accountable_post]"
    columns = [leaf.field for leaf in leaf_columns(layout)]
    for place, field in enumerate(kind.shows):
        here = (*where, "shows", place)
        if field in kind.shows[:place]:
            yield here, f"公开内容“{field}”写了两次", "删去其中一个"
        elif field not in columns:
            known = "、".join(name for name in get_args(ListField) if name in columns)
            yield here, f"“{layout.title}”没有“{field}”一栏", f"改为这份目录有的：{known}"


def _named_kinds(scheme):
    """Yield steps that name a kind of notice which is not there, or is none."""
    known = [kind.code for kind in scheme.notices if kind.verb == "notice"]
    for code, route in scheme.routes.items():
        for index, step in enumerate(route.steps):
            where = ("routes", code, "steps", index, "notice")
            if step.notice is not None and step.kind is not StepKind.PUBLICISE:
                yield where, f"步骤“{step.label}”不是公示，notice 用不到", "删去 notice"
            elif step.notice is not None and step.notice not in known:
                yield (
                    where,
                    f"notices 中没有公示“{step.notice}”",
                    f"改为已有的：{'、'.join(known) or '（先写 notices）'}",
                )


def _chosen_units(scheme):
    """Yield notices to some units of the school whose usual readers are not the whole school."""
    for code, route in scheme.routes.items():
        for index, step in enumerate(route.steps):
            if step.kind is StepKind.PUBLICISE and step.chosen_units and step.audience != "school":
                yield (
                    ("routes", code, "steps", index, "chosen_units"),
                    f"步骤“{step.label}”不是面向全校的公示，chosen_units（选定几个单位）用不到",
                    "删去 chosen_units，或把 audience 改为 school",
                )


def _vacations(scheme):
    for index, vacation in enumerate(scheme.vacations):
        if vacation.start.on(2023) > vacation.end.on(2023):
            yield (
                ("vacations", index, "start"),
                f"“{vacation.label}”的开始晚于结束",
                "改正日期；跨年的，开始写作 Y-1 12-20",
            )
