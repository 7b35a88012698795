"""The tasks on which old ledgers and lists of powers come in (历史台账导入).

They are worked out from what a scheme says of its points and powers. Pure: no Django, no database.
"""

from registers.schemes import adjusting
from registers.schemes.parts import Ask, Level, Role
from registers.schemes.routes import Route, Step, StepKind

PREFIX = "import-"  # of the codes of these tasks and routes: no scheme may use it itself
POINTS, POWERS = f"{PREFIX}points", f"{PREFIX}powers"
PAPERS = {POINTS: "imported-points", POWERS: "imported-powers"}
SAID = {POINTS: "points", POWERS: "powers"}  # what a scheme calls them
# What an old ledger can say of a point. Whatever else a scheme asks is asked by its own sheets later.
OF_A_POINT = (
    Ask(field="post", label="岗位"),
    Ask(field="power_item", label="权力（业务）事项", max_length=120),
    Ask(field="content", label="风险内容", required=True, lines=3, max_length=5000),
    Ask(field="manifestation", label="表现形式", lines=2, max_length=5000),
    Ask(field="involved_posts", label="涉及岗位", max_length=200),
)


def is_import(code):
    """Return whether a task with this code is one of these."""
    return code.startswith(PREFIX)


def tasks_of(scheme):
    """Return code → task: for points, where the scheme has any, and for powers."""
    tasks = (_of_points(scheme), _of_powers(scheme))
    return {task.code: task for task in tasks if task is not None}


def level_for(scheme, *, held, root):
    """Return the level of an imported point.

    ``held``: somebody holds its post. ``root``: its unit is the institution itself.
    """
    if held and adjusting.code_for(Level.PERSONAL) in scheme.adjustments:
        return Level.PERSONAL
    return Level.SCHOOL if root and adjusting.code_for(Level.SCHOOL) in scheme.adjustments else Level.UNIT


def route_of(scheme, code):
    """Return the route of imports for which the scheme names none.

    Whoever brings them hands in, the head of the unit signs.
    """
    fallback = next(role for role in scheme.roles if role != Role.POST_HOLDER)
    head = Role.UNIT_HEAD if Role.UNIT_HEAD in scheme.roles else fallback
    filler = Role.LIAISON if Role.LIAISON in scheme.roles else fallback
    return Route(
        label=scheme.importing.labels[SAID[code]],
        steps=[
            Step(code="fill", kind=StepKind.FILL, role=filler, label="管理员导入"),
            Step(
                code="sign",
                kind=StepKind.SIGN,
                role=head,
                label=f"{scheme.roles[head]}核对签字",
                may_return=True,
                redo_days=10,
            ),
        ],
    )


def _of_points(scheme):
    own = next((task for task in scheme.tasks if task.brings == "points"), None)
    if own is None:
        return None
    update = _common(scheme, POINTS, own) | {"also": ["grades", "measures"], "points": None, "asks": [*OF_A_POINT]}
    return own.model_copy(update=update | {"measure_asks": ["responsible"]})


def _of_powers(scheme):
    own = next((task for task in scheme.tasks if task.brings == "powers"), None)
    pattern = own or next((task for task in scheme.tasks if task.level == Level.UNIT), None)
    if pattern is None or (own is None and PAPERS[POWERS] not in scheme.papers):
        return None
    asks = [
        ask.model_copy(
            update={"required": ask.field == "name", "max_length": 5000 if ask.lines > 1 else ask.max_length}
        )
        for ask in adjusting.OF_A_POWER
        if ask.field != "domain" or scheme.domains
    ]
    update = _common(scheme, POWERS, pattern) | {"brings": "powers", "also": [], "points": None, "asks": asks}
    return pattern.model_copy(update=update)


def _common(scheme, code, own):
    """What both have: no day, a route and a paper. ``own``: the task of the scheme that it goes by."""
    return adjusting.without_days() | {
        "code": code,
        "label": scheme.importing.labels[SAID[code]],
        "level": Level.UNIT,
        "guidance": scheme.importing.guidance,
        "route": scheme.importing.routes.get(SAID[code], code),
        "paper": PAPERS[code] if PAPERS[code] in scheme.papers else own.paper,
        "carries": None,
        "publicity": None,
    }
