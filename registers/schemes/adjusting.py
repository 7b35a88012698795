"""The tasks by which a register is changed at any time.

They are worked out from what a scheme says of its campaign. Pure: no Django, no database. Source: R0-32, R4-34.
"""

from registers.schemes.parts import Ask, Level

POWERS = "powers"
ROWS = "adjustments"  # ``rows`` of a paper that lists every entry, also what is retired, with what differs
PREFIX = "adjust-"  # of the codes of these tasks: no scheme may use it itself
PAPERS = {"points": "adjustment-points", POWERS: "adjustment-powers"}  # where the scheme names no others
# Everything that can be said of a power, in the order of the form.
OF_A_POWER = (
    Ask(field="name", label="权力事项名称", required=True, max_length=120),
    Ask(field="domain", label="类别"),
    Ask(field="kind", label="权力性质", required=True),
    Ask(field="accountable_post", label="责任岗位", required=True),
    Ask(field="legal_basis", label="行使依据", lines=2),
    Ask(field="procedure", label="运作程序"),
    Ask(field="time_limit", label="办理时限", max_length=60),
    Ask(field="service_commitment", label="服务承诺", lines=2),
    Ask(field="discipline", label="工作纪律", lines=2),
    Ask(field="check_and_balance", label="监督制约", lines=2),
    Ask(field="complaint_channel", label="投诉举报途径和方式", lines=2),
    Ask(field="major_matter", label="三重一大"),
    Ask(field="touches_vital_interests", label="涉及师生切身利益"),
    Ask(field="chart_number", label="流程图编号", max_length=30),
    Ask(field="remark", label="备注", max_length=200),
)


def tasks_of(scheme):
    """Return code → task, for points of every level of the scheme that has any, and for powers."""
    tasks = [_of_points(scheme, level) for level in Level]
    return {task.code: task for task in (*tasks, _of_powers(scheme)) if task is not None}


def routes_of(scheme):
    """Return code → route of adjustments for which the scheme has none of its own.

    A person's sheets that a unit's sheet carries have no end of their own: a change of them begins with himself and goes on as the
    carrier does.
    """
    found = {}
    for own in scheme.tasks:
        carrier = scheme.carrier_of(own.code)
        if carrier is not None and own.route in scheme.routes and carrier.route in scheme.routes:
            way = scheme.routes[carrier.route]
            found[_as_carried(own)] = way.model_copy(
                update={"label": own.label, "steps": [scheme.routes[own.route].steps[0], *way.steps[1:]]}
            )
    return found


def _as_carried(own):
    return f"{PREFIX}{own.code}"


def code_for(what):
    """Return the code of the task that adjusts ``what``: points of a level, or powers."""
    return f"{PREFIX}{what}"


def is_adjustment(code):
    """Return whether a task with this code is one of these."""
    return code.startswith(PREFIX)


def _of_points(scheme, level):
    own = next(
        (task for task in scheme.tasks if task.brings == "points" and (task.points or task.level) == level), None
    )
    if own is None:
        return None
    measured = next((task for task in scheme.tasks if _measures(task) and (task.points or task.level) == level), own)
    return own.model_copy(
        update={
            **_common(scheme, level, level, own),
            "label": f"风险点和防控措施{scheme.adjustment.label}",
            "also": ["grades", "measures"],
            "points": level,
            "measure_asks": measured.measure_asks,
        }
    )


def _of_powers(scheme):
    own = next((task for task in scheme.tasks if task.brings == "powers"), None)
    pattern = own or next((task for task in scheme.tasks if task.level == Level.UNIT), None)
    paper = scheme.adjustment.papers.get(POWERS, PAPERS[POWERS])
    if pattern is None or (own is None and paper not in scheme.papers):
        return None
    return pattern.model_copy(
        update={
            **_common(scheme, POWERS, Level.UNIT, pattern),
            "label": f"权力事项{scheme.adjustment.label}",
            "brings": POWERS,
            "also": [],
            "points": None,
            "asks": scheme.adjustment.powers or _asks_of_powers(scheme, own),
        }
    )


def without_days():
    """What a task has that a year does not ask for: no phase and no day, nothing before it, no files."""
    return {
        "redo_guidance": "",
        "phase": None,
        "step_label": "",
        "opens": None,
        "due": None,
        "deadline": "soft",
        "after": [],
        "report": [],
        "attachments": "none",
        "attachment_label": "",
    }


def _common(scheme, what, level, own):
    """What all of these tasks have: no day, a route and a paper. ``own``: the task of the scheme that it goes by."""
    kind = POWERS if what == POWERS else "points"
    paper = scheme.adjustment.papers.get(kind, PAPERS[kind])
    return without_days() | {
        "code": code_for(what),
        "guidance": scheme.adjustment.guidance,
        "route": scheme.adjustment.routes.get(what) or _first_route(scheme, level, own, kind),
        "paper": paper if paper in scheme.papers else own.paper,
        "publicity": own.publicity or _publicised_alike(scheme, what, level),
    }


def _publicised_alike(scheme, what, level):
    """What a notice shows of the sheets of this level that are about the same: a grading's, where the search has no notice."""
    alike = (task for task in scheme.tasks if task.level == level and (task.brings == POWERS) == (what == POWERS))
    return next((task.publicity for task in alike if task.publicity is not None), None)


def _first_route(scheme, level, own, kind):
    """The first route of the level that decides a grade, else the first; for powers the first that decides none."""
    if own.brings == kind == POWERS:
        return own.route
    if scheme.carrier_of(own.code) is not None:
        return _as_carried(own)
    order = ("measures", "report", "group") if kind == POWERS else ("points", "grades")
    of_level = [task for brings in order for task in scheme.tasks if (task.level, task.brings) == (level, brings)]
    fitting = (task.route for task in of_level if _decides_grades(scheme, task.route) == (kind != POWERS))
    return next(fitting, own.route)


def _decides_grades(scheme, route):
    return route in scheme.routes and any(step.sets for step in scheme.routes[route].steps)


def _measures(task):
    return task.brings == "measures" or "measures" in task.also


def _asks_of_powers(scheme, own):
    """What the scheme's own task asks of a power, and after it whatever else there is to say of one."""
    asked = list(own.asks) if own else []
    named = {ask.field for ask in asked}
    more = [ask for ask in OF_A_POWER if ask.field not in named and (ask.field != "domain" or scheme.domains)]
    return asked + [ask if not asked else ask.model_copy(update={"required": False}) for ask in more]
