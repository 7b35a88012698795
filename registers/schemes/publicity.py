"""What a notice shows, and what kinds of notices there are.

A notice is a whitelist: what the task (公示) or the kind (公开) does not name stands on none. Pure: no Django, no database.
Source: R2-16.
"""

from typing import Annotated, Literal

from pydantic import Field

from registers.schemes.parts import Anonymous, Code, Day, Named, Part, Text

GRADE, MEASURES = "grade", "measures"
PERSON, PERSON_LABEL = "person", "姓名"
# Field → the heading of its column where no task asks for it. Nothing else may be public: no reasons, no ways of finding,
# no names, no remarks.
LABELS = {
    "category": "风险类别",
    "power_item": "权力（业务）事项",
    "content": "风险点",
    "manifestation": "表现形式",
    "involved_posts": "涉及岗位",
    "name": "权力事项",
    "domain": "领域",
    "kind": "权力性质",
    "legal_basis": "行使依据",
    "procedure": "办理流程",
    "time_limit": "办理时限",
    "accountable_post": "行使岗位",
    "service_commitment": "服务承诺",
    "discipline": "工作纪律",
    "check_and_balance": "监督制约",
    "complaint_channel": "监督渠道",
    GRADE: "风险等级",
    MEASURES: "防控措施",
}
PublicField = Literal[*LABELS]
# Columns of a compiled list that may be published: of powers, their processes and regulations. No names, no risk points.
ListField = Literal[
    "unit",
    "name",
    "accountable_post",
    "domain",
    "kind",
    "legal_basis",
    "procedure",
    "time_limit",
    "service_commitment",
    "check_and_balance",
    "complaint_channel",
    "chart_number",
    "regulation",
    "document_number",
    "issued_by",
    "effective_on",
    "state",
]


class Publicity(Part):
    """What a notice shows of each entry of a task's sheets.

    ``shows``: the columns, in their order. ``place``: is a row named by its post, or by its unit only? ``person``: is whoever
    filled in a personal sheet left out, or named by family name (张某)? A masked name beside a post would hide nobody.
    ``anonymous``: whether objections without a name are taken, where it is not as the public door says for all.
    """

    shows: Annotated[list[PublicField], Field(min_length=1)]
    place: Literal["post", "unit"] = "post"
    person: Literal["hidden", "masked"] = "hidden"
    anonymous: Anonymous | None = None
    source: str = ""
    inferred: bool = False


class Vacation(Part):
    """A vacation of the school (寒假、暑假), every year between the same days, both included.

    Its working days count; whoever releases a notice that lies in it is warned.
    """

    label: Text
    start: Day
    end: Day
    source: str = ""
    inferred: bool = False

    def covers(self, day):
        """Whether ``day`` lies in this vacation, which may begin in the year before."""
        return any(self.start.on(year) <= day <= self.end.on(year) for year in (day.year, day.year + 1))


class NoticeKind(Named):
    """One kind of notice.

    ``verb``: a ``notice`` (公示) asks for objections and ends, a ``standing`` list (公开) holds until the next version, a ``result``
    (通报) tells what was decided. ``counts``: its days are working days or calendar days. ``warn_vacation``: warn where more than half
    of the days lie in a vacation. ``after_end``: what readers see of it afterwards. ``issuer``: who signs it, by default the unit
    or the office; ``seal``: whose seal it bears where that is another's (代章). ``places``: where else it is put up. ``paper``: the
    compiled list that a standing one publishes, and ``shows`` the columns of it. ``audience``: who reads a standing list or a result;
    that of a 公示 is said by its step.
    """

    verb: Literal["notice", "standing", "result"]
    counts: Literal["working", "calendar"] = "working"
    warn_vacation: bool = True
    after_end: Literal["removed", "nameless", "standing"] = "removed"
    audience: Literal["unit", "school", "public", "chosen"] = "school"
    issuer: Annotated[str, Field(max_length=60)] = ""
    seal: Annotated[str, Field(max_length=60)] = ""
    places: list[Annotated[str, Field(min_length=1, max_length=60)]] = []
    paper: Code | None = None
    shows: list[ListField] = []
    source: str = ""
    inferred: bool = False


def kind_named(rules, code, verb="notice"):
    """Return the kind ``code`` of notices, without one the first of its ``verb``.

    A version of a scheme from before there were kinds has the usual ones.
    """
    kinds = [kind for kind in rules.notices if kind.verb == verb]
    usual = kinds[0] if kinds else USUAL[verb]
    return next((kind for kind in kinds if kind.code == code), usual)


def days_in_words(kind, days):
    """Return for how many days a notice of a ``kind`` runs, in words."""
    return f"{days} 个工作日" if kind.counts == "working" else f"{days} 天（自然日）"


USUAL = {
    "notice": NoticeKind(code="notice", label="公示", verb="notice", inferred=True),
    "standing": NoticeKind(code="standing", label="公开", verb="standing", after_end="standing", inferred=True),
    "result": NoticeKind(code="result", label="通报", verb="result", inferred=True),
}


def shown_of(task):
    """Return the ``Publicity`` of a task, else the least that makes sense.

    A version of a scheme from before tasks could say it is still in force where a campaign runs.
    """
    if task.publicity is not None:
        return task.publicity
    return Publicity(shows=["name"] if task.brings == "powers" else ["category", GRADE], inferred=True)


def columns_of(rules, tasks):
    """Return the columns of a notice about sheets of ``tasks`` as ``[(field, heading)]``.

    Those of place and person come on top. Where one sheet carries the other, the columns of both stand side by side.
    """
    fields = dict.fromkeys(field for task in tasks for field in shown_of(task).shows)
    if len(tasks) > 1:  # the first task's order, and the grade and measures behind what only the others show
        fields = dict.fromkeys(sorted(fields, key=list(LABELS).index))
    columns = []
    for field in fields:
        if field == MEASURES:
            columns += [(f"{MEASURES}.{stage.code}", stage.label) for stage in rules.measure_stages]
        else:
            columns.append((field, _label(rules, tasks, field)))
    return columns


def _label(rules, tasks, field):
    asked = (ask for task in (*tasks, *rules.tasks) for ask in task.asks if ask.field == field)
    return next((ask.label for ask in asked), LABELS[field])
