"""The settings of a campaign in a scheme: reminders, newcomers, successors, activities, rotation.

The five documents say little of this; what they leave open has a customary default here, so that a file without these sections
works. Pure: no Django, no database.
"""

from typing import Annotated, Literal

from pydantic import Field

from registers.schemes.parts import Ask, Code, Named, Part, Role, Text

Days = Annotated[int, Field(ge=1, le=60)]


class Escalation(Part):
    """A role that hears of an overdue sheet ``after`` so many working days."""

    after: Days
    tell: Role


class Reminding(Part):
    """When somebody who owes a sheet is reminded, and who else hears of it later.

    ``before``: working days before the deadline; the day itself always reminds. ``escalate``: who hears afterwards.
    Source: R1-12 and every dated step; R0-31.
    """

    before: list[Days] = [5, 1]
    escalate: list[Escalation] = [
        Escalation(after=1, tell=Role.LIAISON),
        Escalation(after=3, tell=Role.UNIT_HEAD),
        Escalation(after=5, tell=Role.LEADER_IN_CHARGE),
        Escalation(after=10, tell=Role.OFFICE),
    ]


class Succession(Part):
    """The task of a new holder of a post: to go through the post's risk points.

    He confirms, revises or disputes each of them within ``days`` working days.
    ``route``: one of the scheme's own, in place of filling and the head's signature. Source: R0-26.
    """

    route: Code | None = None
    label: Text = "岗位风险点交接确认"
    days: Days = 10
    guidance: str = "登记的风险点属于岗位。请逐条核对前任登记的内容：确认的选“沿用”，要改的选“修改”，认为不成立的选“存疑”并写明理由。"


class Conduct(Part):
    """How a campaign is run under a scheme.

    ``newcomer_days``: working days that somebody who joins in the middle has at least; ``review_days``: working days that
    whoever acts at a step has, ``meeting_days`` where a body meets for it, unless the step says ``within``;
    ``extensions``: who grants a longer term for a task whose ``deadline`` is ``extension``.
    """

    review_days: Days = 3
    meeting_days: Days = 5
    reminders: Reminding = Reminding()
    newcomer_days: Days = 10
    succession: Succession = Succession()
    extensions: Role = Role.UNIT_HEAD


class ActivityKind(Named):
    """A kind of meeting or education that is recorded.

    A ``consultation`` asks people or experts before something is decided, and keeps what they said and what came of it (R4-03,
    R4-04). Source: R0-15, R0-16, R1-42, R3-09, R3-29, R4-01, R4-18.
    """

    purpose: Literal["mobilisation", "education", "supervision", "consultation"] = "education"
    source: str = ""
    inferred: bool = False


class Rotation(Part):
    """Limits on time in a post and on duties in one hand.

    They lead to hints, never to refusals.
    ``post_years``: years in a post (of those with ``flag``, if given) after which rotation is due, announced ``alert_months``
    before. ``leader_terms`` of ``term_years`` each: how long a leader's portfolio stays as it is. ``heads_kept_from``: domains
    that the head of the institution does not take charge of himself. ``separation``: whether to look for one person on steps
    of a process that check each other; a step ``checks`` what came before it when its words hold one of these. ``inferred``:
    the institution's document names no number of years. Source: R1-39, R1-40, R4-05, R4-06, R4-09.
    """

    post_years: Annotated[int, Field(ge=1, le=30)] | None = None
    flag: Literal["risk_post", "key_post"] | None = None
    alert_months: Annotated[int, Field(ge=0, le=24)] = 6
    leader_terms: Annotated[int, Field(ge=1, le=5)] | None = None
    term_years: Annotated[int, Field(ge=1, le=10)] = 5
    heads_kept_from: list[Code] = []
    separation: bool = True
    checks: Annotated[list[Text], Field(min_length=1)] = [
        "审核",
        "复核",
        "审批",
        "批准",
        "审定",
        "核准",
        "核签",
        "验收",
        "监督",
        "复查",
        "审查",
        "抽查",
    ]
    source: str = ""
    inferred: bool = False


class Adjustment(Part):
    """How the register is changed at any time, whether or not a campaign is running.

    ``routes``: the route of an adjustment, by level of its points, and of ``powers``. Without one it takes the first route of that
    level that decides a grade, else the first of that level. ``every_stage``: no measure can be retired without its point; else
    one measure has to remain. ``powers``: what is asked of a power, in place of what the scheme's task on powers asks and all
    else there is to say of one. Source: R0-32, R4-34.
    """

    routes: dict[Literal["personal", "unit", "school", "powers"], Code] = {}
    papers: dict[Literal["points", "powers"], Code] = {}
    label: Text = "动态调整"
    guidance: str = "情况有变化的，随时提出调整：先选要修改或撤销的登记项，也可以新增；每一项写明理由。按规定的程序审核后，登记册随之更新。"
    every_stage: bool = False
    powers: list[Ask] = []


class Importing(Part):
    """How what an institution kept before comes into the register (历史台账导入).

    ``routes``: the route of imported ``points`` and of ``powers``. Without one the head of the unit signs what was brought in; no
    institution's document says so, it is the least that lets nothing in unsigned. ``labels``: what the sheets are called.
    """

    routes: dict[Literal["points", "powers"], Code] = {}
    labels: dict[Literal["points", "powers"], Text] = {"points": "历史台账导入", "powers": "权力事项导入"}
    guidance: str = "由管理员从本单位以前的台账或清单导入，请逐项核对原文和来源；有误的退回，由管理员改正后重新提交。"
    inferred: bool = False
