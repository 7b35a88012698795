"""The names of the values that a column, a header field or a sign-off of a paper can print, by task.

``composing`` makes the values. A scheme file may name what stands here and nothing else;
``tests/workflows/test_every_scheme.py`` compares it with the documents of every sheet of every scheme.
"""

from registers.papers.given import GIVEN
from registers.schemes.language import Brings, Level, StepKind
from workflows.sheets.composing import COMPILED

GRADED = ("grade", "rank")
COPIED = "copied"  # the mark of a paper of which the office has a copy


def rows_of(rules, task):
    """Return the names of the columns that the rows of a task's sheet can fill."""
    paper = rules.papers[task.paper]
    if paper.rows in COMPILED:
        return {*GIVEN[paper.rows].rows} if task.brings == Brings.REPORT else set()
    names = _OWN[task.brings](rules, task)
    if paper.includes is not None:
        names |= _included(rules)
    for carried in rules.tasks:
        if carried.code == task.carries and carried.paper in rules.papers:  # a draft may name what is not there
            names |= rows_of(rules, carried)
    return names


def _points(rules, task):
    names = {"category", "change", "reason", *GRADED, *_asked(task), *_about_points(rules, task, [task])}
    if "grades" in task.also:
        names |= {"weighed"} | _grades(rules, task) | {factor.code for factor in rules.grading.factors}
    return names | (_measures(rules, task) if "measures" in task.also else set())


def _graded_points(rules, task):
    factors = {factor.code for factor in rules.grading.factors}
    found = _searches(rules, task.points or task.level)
    return (
        {"category", "change", "reason", *GRADED} | factors | _grades(rules, task) | _about_points(rules, task, found)
    )


def _measured_points(rules, task):
    found = _searches(rules, task.points or task.level)
    return {"category", "change", *GRADED} | _measures(rules, task) | _about_points(rules, task, found)


def _posts(rules, task):
    return {"post", "holder", "remark", "category", "change", "reason", *GRADED} | _grades(rules, task)


def _powers(rules, task):
    asked = _asked(task)
    holder = {"accountable_person"} if "accountable_post" in asked else set()
    return {"accountable_post", "category", "change", "reason"} | asked | holder


def _members(rules, task):
    group = rules.groups.get("unit")
    types = {"member_type"} if group and group.member_types else set()
    contact = {"contact", "phone"} if group and group.contact else set()
    return {"seat", "name", "title", "change"} | types | contact


_OWN = {
    Brings.POINTS: _points,
    Brings.GRADES: _graded_points,
    Brings.MEASURES: _measured_points,
    Brings.POST_GRADES: _posts,
    Brings.POWERS: _powers,
    Brings.GROUP: _members,
    Brings.REPORT: lambda rules, task: set(),
}


def _asked(task):
    return {ask.field for ask in task.asks}


def _searches(rules, level):
    """The tasks that bring the points that a later sheet of this level is about."""
    return [task for task in rules.tasks if task.brings == Brings.POINTS and (task.points or task.level) == level]


def _about_points(rules, task, searches):
    """What is printed of a point: its words, its post and who answers for it. ``searches``: the tasks that asked."""
    asked = {field for search in searches for field in _asked(search)}
    names = {"content", "content_and_manifestation", "leader_in_charge"}
    names |= asked & {"manifestation", "power_item", "involved_posts"}
    of_a_person = (task.points or task.level) == Level.PERSONAL
    names |= {"responsible_post", "post_and_person"}  # of a point without a post the head of its unit answers
    if of_a_person or asked & {"post", "involved_posts"}:
        names.add("post")
    if of_a_person or "post" in asked:
        names.add("responsible_person")
    return names


def _grades(rules, task):
    routes = [rules.routes.get(one.route) for one in (task, rules.carrier_of(task.code)) if one is not None]
    proposes = any(step.sets == "proposed_grade" for route in routes if route is not None for step in route.steps)
    return {"self_grade", "final_grade"} | ({"proposed_grade"} if proposes else set())


def _measures(rules, task):
    stages = [f"measures.{stage.code}" for stage in rules.measure_stages]
    named = {f"{stage}.{ask}" for stage in stages for ask in task.measure_asks}
    arranged = {f"{stage}.arranged" for stage in stages if task.measure_asks}
    responsible = {"responsible_person"} if "responsible" in task.measure_asks else set()
    return {*stages} | named | arranged | responsible


def _included(rules):
    """What the rows of people's points in force fill, which a unit's paper lists after its own."""
    searches = _searches(rules, Level.PERSONAL)
    names = {"category", *GRADED}
    for task in rules.tasks:
        if task.level != Level.PERSONAL:
            continue
        if task in searches:
            names |= _about_points(rules, task, searches)
        if task.brings == Brings.MEASURES or "measures" in task.also:
            names |= {name for name in _measures(rules, task) if not name.endswith(".arranged")}
    return names


def fields_of(rules, task):
    """Return the names of the fields that the head and the foot of a task's sheet can fill."""
    names = {"unit.name", "unit.head", "unit.leader", "filled_on"}
    if task.level == Level.PERSONAL:
        names |= {"person.name", "person.title", "post.name", "post.duties", "post.tier"}
    if any(ask.field == "narrative" for ask in (*task.asks, *task.report)):
        names.add("narrative")
    if task.brings == Brings.GROUP and (group := rules.groups.get("unit")) and group.work_plan:
        names.add("work_plan")
    for step, kind in steps_of(rules, task).items():
        # Nobody in person makes a copy, and a notice has its own block.
        words = {StepKind.COPY: ("on",), StepKind.PUBLICISE: ()}.get(kind, ("by", "on"))
        names |= {f"{word}.{step}" for word in words}
    return names


def steps_of(rules, task):
    """Return the steps whose acts the paper of a task's sheet prints: ``{code: kind}``.

    A sheet of measures also prints the notice of the sheet before it, and what was decided there (R1-27, R2-14), a carried
    sheet what was decided on its carrier.
    """
    route = rules.routes.get(task.route)
    own = {step.code: step.kind for step in route.steps} if route else {}
    carrier = rules.carrier_of(task.code)
    earlier = steps_of(rules, carrier) if carrier is not None else {}
    if task.brings == Brings.MEASURES and StepKind.PUBLICISE not in own.values():
        for before in rules.tasks:
            if before.code in task.after and before.route in rules.routes:
                steps = rules.routes[before.route].steps
                if any(step.kind is StepKind.PUBLICISE for step in steps):
                    earlier |= {step.code: step.kind for step in steps}
    return earlier | own


def marks_of(rules, task):
    """Return the marks that the paper of a task's sheet can carry."""
    return {COPIED} if StepKind.COPY in steps_of(rules, task).values() else set()
