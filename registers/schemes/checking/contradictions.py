"""What a scheme says in one place and denies in another: levels, groups, names, settings of steps.

Pure: no Django, no database.
"""

from collections import Counter

from registers.schemes.language import Brings, StepKind

REVIEWS = {
    StepKind.DISCUSS,
    StepKind.COLLECTIVE_REVIEW,
    StepKind.SIGN,
    StepKind.ENDORSE,
    StepKind.ADJUDICATE,
    StepKind.FILE,
}
# Setting of a step → the kinds of steps that heed it.
HEEDED_BY = {
    "sheet_check": REVIEWS,
    "line_check": REVIEWS,
    "quorum": {StepKind.COLLECTIVE_REVIEW},
    "sets": {StepKind.ADJUDICATE},
    "audience": {StepKind.PUBLICISE},
    "chosen_units": {StepKind.PUBLICISE},
    "days": {StepKind.PUBLICISE},
    "outside": {StepKind.FILE},
}
# The sections that are lists of items, each with its code and its label.
LISTS = (
    "domains",
    "categories",
    "grades",
    "stages",
    "natures",
    "finding_sources",
    "phases",
    "tasks",
    "warning_actions",
    "activities",
)


def faults(scheme, *, whole=True):
    """Yield ``(where, fault, remedy)`` for each contradiction.

    ``whole``: nothing was left out of the scheme, so that what is not there is missing.
    """
    for check in (_names, _steps, *((_levels, _points, _forced, _groups, _succession) if whole else ())):
        yield from check(scheme)


def _names(scheme):
    """Yield names that stand for two things."""
    for section in LISTS:
        yield from _repeated((section,), [item.label for item in getattr(scheme, section)], "label")
    yield from _repeated(("ranks",), scheme.ranks)
    for place, factor in enumerate(scheme.grading.factors):
        where = ("grading", "factors", place, "values")
        yield from _repeated(where, [value.label for value in factor.values], "label")
    yield from _repeated(("grading", "factors"), [factor.label for factor in scheme.grading.factors], "label")
    yield from _repeated_keys(("routes",), {slug: route.label for slug, route in scheme.routes.items()}, "label")
    for slug, route in scheme.routes.items():
        yield from _repeated(("routes", slug, "steps"), [step.label for step in route.steps], "label")
        for place, step in enumerate(route.steps):
            where = ("routes", slug, "steps", place, "documents")
            yield from _repeated(where, [document.label for document in step.documents], "label")
    yield from _repeated(("notices",), [kind.label for kind in scheme.notices], "label")
    for place, kind in enumerate(scheme.notices):
        yield from _repeated(("notices", place, "places"), kind.places)
    yield from _repeated(("vacations",), [vacation.label for vacation in scheme.vacations], "label")
    for level, group in scheme.groups.items():
        yield from _repeated(("groups", level, "member_types"), group.member_types)
    titles = {slug: f"{paper.label}{paper.title}" for slug, paper in scheme.papers.items()}
    yield from _repeated_keys(("papers",), titles, "title")
    yield from _repeated_keys(("bodies",), {code: body.label for code, body in scheme.bodies.items()}, "label")
    yield from _repeated_keys(("levels",), scheme.levels)
    yield from _repeated_keys(("roles",), scheme.roles)


def _repeated(where, names, *last):
    seen = set()
    for index, name in enumerate(names):
        if name in seen:
            yield (*where, index, *last), f"名称“{name}”重复", "同一组内每个名称只用一次，否则填报人分不清"
        seen.add(name)


def _repeated_keys(where, names, *last):
    counts, seen = Counter(names.values()), set()
    for key, name in names.items():
        if counts[name] > 1 and name in seen:
            yield (*where, key, *last), f"名称“{name}”重复", "同一组内每个名称只用一次，否则填报人分不清"
        seen.add(name)


def _levels(scheme):
    """Yield levels that are used and have no name."""
    used = {task.level: ("tasks", index, "level") for index, task in reversed(list(enumerate(scheme.tasks)))}
    for index, category in enumerate(scheme.categories):
        for level in category.levels:
            used.setdefault(level, ("categories", index, "levels"))
    for level, where in used.items():
        if level not in scheme.levels:
            yield where, f"用到层面“{level}”，但 levels 中没有它的名称", f"在 levels 中补上 {level}: 名称"


def _points(scheme):
    """Yield tasks about points that nobody can have found or graded by then."""
    about = {Brings.POINTS, Brings.GRADES, Brings.MEASURES}
    for index, task in enumerate(scheme.tasks):
        where = ("tasks", index)
        if task.points is not None and (task.brings not in about or task.points is not task.level):
            yield (
                (*where, "points"),
                f"“{task.label}”是 {task.level} 层面的 {task.brings}，points 写的却是 {task.points}",
                f"改为 points: {task.level}，或删去 points" if task.brings in about else "删去 points",
            )
        if task.brings is Brings.POINTS and not scheme.categories_for(task.level):
            yield (
                (*where, "level"),
                f"“{task.label}”没有可选的风险类别",
                f"在 categories 中至少一类的 levels 里写上 {task.level}",
            )
        found = [other for other in scheme.tasks if other.brings is Brings.POINTS and other.level is task.level]
        if task.brings in (Brings.GRADES, Brings.MEASURES) and not found:
            yield (
                (*where, "brings"),
                f"“{task.label}”没有风险点可填：没有哪项任务查找 {task.level} 层面的风险点",
                f"补上一项 level: {task.level}、brings: points 的任务",
            )
        elif task.brings is Brings.MEASURES and not _graded(scheme, task.level):
            yield (
                (*where, "brings"),
                f"“{task.label}”只列已定级的风险点，却没有哪项任务给 {task.level} 层面的风险点定级",
                "在查找风险点的任务中写 also: [grades]，或补上一项 brings: grades 的任务",
            )


def _graded(scheme, level):
    return any(task.level is level and (task.brings is Brings.GRADES or "grades" in task.also) for task in scheme.tasks)


def _forced(scheme):
    """Yield facts that decide a grade although no task asks for them."""
    for name in scheme.grading.forced:
        searches = [task for task in scheme.tasks if task.brings is Brings.POINTS]
        if not any(ask.field == name for task in searches for ask in task.asks):
            yield (
                ("grading", "forced", name),
                f"“{name}”一律定为某个等级，却没有哪项查找风险点的任务询问它",
                f"在任务的 asks 中补上 field: {name}，或删去 forced",
            )


def _groups(scheme):
    """Yield reviews by a group, or lists of its members, that the rules of the group do not bear."""
    group = scheme.groups.get("unit")
    if group is None:
        for index, task in enumerate(scheme.tasks):
            if task.brings is Brings.GROUP:
                yield (
                    ("tasks", index, "brings"),
                    f"“{task.label}”报领导小组名单，却没有写小组的要求",
                    "补上 groups: unit: 一节（label、min_members）",
                )
    filed = any(task.brings is Brings.GROUP for task in scheme.tasks)
    for slug, route in scheme.routes.items():
        for index, step in enumerate(route.steps):
            if step.kind is not StepKind.COLLECTIVE_REVIEW:
                continue
            where = ("routes", slug, "steps", index)
            if not filed:
                yield (
                    (*where, "kind"),
                    f"“{step.label}”须由领导小组审核，却没有哪项任务报领导小组名单",
                    "补上一项 brings: group 的任务，或改为由一人审核的步骤",
                )
            elif group and step.quorum > group.min_members:
                yield (
                    (*where, "quorum") if "quorum" in step.model_fields_set else where,
                    f"“{step.label}”须 {step.quorum} 人表决，领导小组却可以只有 {group.min_members} 人",
                    f"减小 quorum，或把 groups.unit.min_members 提高到 {step.quorum}",
                )


def _steps(scheme):
    """Yield settings of steps whose kind does not heed them."""
    for slug, route in scheme.routes.items():
        for index, step in enumerate(route.steps):
            where = ("routes", slug, "steps", index)
            for name in sorted(step.model_fields_set & set(HEEDED_BY)):
                kinds = HEEDED_BY[name]
                if getattr(step, name) and step.kind not in kinds:
                    yield (
                        (*where, name),
                        f"步骤“{step.label}”是 {step.kind}，不能写 {name}",
                        f"删去 {name}；只有 {'、'.join(sorted(kinds))} 用得到它",
                    )
            if "redo_days" in step.model_fields_set and not step.may_return:
                yield (
                    (*where, "redo_days"),
                    f"步骤“{step.label}”不能退回，redo_days 用不到",
                    "补上 may_return: true，或删去 redo_days",
                )
            if "line_check" in step.model_fields_set and not _judges_lines(step):
                yield (
                    (*where, "line_check"),
                    f"步骤“{step.label}”不能退回，line_check 不会出现",
                    "补上 may_return: true，或删去 line_check",
                )


def _judges_lines(step):
    return step.kind not in REVIEWS or step.kind is StepKind.COLLECTIVE_REVIEW or step.may_return


def _succession(scheme):
    """Yield a route for successors that is not filled in by one of them."""
    slug = scheme.conduct.succession.route
    route = scheme.routes.get(slug) if slug else None
    if route and (scheme.succession is None or route.steps[0].role != "post_holder"):
        yield (
            ("conduct", "succession", "route"),
            f"接任人确认所用的流程“{slug}”不是由 post_holder 填报的",
            "换一条由 post_holder 填报的流程，或删去 route",
        )
