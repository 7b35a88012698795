"""The language of scheme files as types: everything that an institution's rules may say.

Pure: no Django, no database. ``loading`` turns validation errors into findings by line.
"""

from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from registers.schemes import adjusting, importing
from registers.schemes.assessment import Assessment
from registers.schemes.bodies import Body
from registers.schemes.conduct import ActivityKind, Adjustment, Conduct, Importing, Rotation
from registers.schemes.custody import Custody
from registers.schemes.disclosure import Disclosures
from registers.schemes.door import Door
from registers.schemes.duties import Duties
from registers.schemes.inspection import Inspections
from registers.schemes.layout import PaperLayout
from registers.schemes.parts import Ask, Code, Contact, Day, Level, Named, Part, Role, Text
from registers.schemes.publicity import NoticeKind, Publicity, Vacation
from registers.schemes.ranking import Ranking
from registers.schemes.residual import Residual
from registers.schemes.routes import Route, Step, StepKind
from registers.schemes.warnings import WarningAction, Warnings

SUCCESSION = "succession"  # code of the task, and of the route, that every scheme has without writing them
MeasureAsk = Literal["responsible", "due", "regulation"]
LEDGER_TITLE = "{ledger_title}"
ONE_MEASURE = "measure"  # code of the only part of a measure in a scheme without stages


class Brings(StrEnum):
    """What the lines of a sheet add to the register once its route has ended."""

    POINTS = "points"
    GRADES = "grades"
    POST_GRADES = "post_grades"
    MEASURES = "measures"
    POWERS = "powers"
    GROUP = "group"
    REPORT = "report"


class Identity(Part):
    """The institution and the name of its rules. ``effective_on`` is the first day they hold (R2-35)."""

    slug: Code
    institution: Text
    title: Text
    document_number: str = ""
    issued_by: str = ""
    issued_on: str = ""
    effective_on: str = ""
    product_word: Text = "廉政风险防控"
    trial: bool = False
    contact: Contact = Contact()


class Category(Named):
    """One kind of risk, with the help shown beside its field. Source: R0-07, R1-17, R1-18."""

    levels: Annotated[list[Level], Field(min_length=1)]
    definition: Text
    examples: list[Text] = []
    aliases: list[Text] = []


class Grade(Named):
    """One grade of risk. ``rank`` 1 is the gravest.

    ``supervision``: who watches points of this grade, and how (R0-23). Source: R1-24 to R1-26.
    """

    rank: Annotated[int, Field(ge=1, le=9)]
    criterion: Text
    supervision: str = ""


class Factor(Named):
    """One question by which a grade is weighed.

    ``values`` go from gravest to slightest.
    """

    values: Annotated[list[Named], Field(min_length=2)]


class Case(Part):
    """One line of a grading table: the ``grade`` of a point whose factors have the listed values.

    ``when`` maps factor code to value codes; every factor named must fit, or at least ``at_least`` of them. ``because``
    joins the reason that people are shown.
    """

    when: Annotated[dict[Code, Annotated[list[Code], Field(min_length=1)]], Field(min_length=1)]
    at_least: Annotated[int, Field(ge=1)] | None = None
    grade: Code
    because: str = ""

    @property
    def needed(self):
        """The number of the named factors that must fit."""
        return self.at_least or len(self.when)


class Grading(Part):
    """The rule by which a grade is proposed. A person always decides.

    ``worst``: the gravest factor counts. ``both``: the gravest grade needs every factor at its
    gravest value, the slightest grade every factor at its slightest, all else lies between. ``cases``: the first of
    ``cases`` that fits, else the grade ``otherwise``. ``forced``: facts of a point that decide whatever the factors say.
    Source: R0-08, R1-23, R2-10, R3-16, R3-19, R4-23.
    """

    factors: Annotated[list[Factor], Field(min_length=1)]
    rule: Literal["worst", "both", "cases"]
    cases: list[Case] = []
    otherwise: Code | None = None
    forced: dict[Literal["major_matter"], Code] = {}
    inferred: bool = False


class Group(Part):
    """The leading group that a unit must file before a collective review can start.

    ``leaders``: how many may lead it together, at most; one must. ``contact``: one member is named as the unit's contact, with a
    telephone number. ``work_plan``: is a plan filed with the list? Source: R1-50, R1-51, R3-02, R3-03, R3-08.
    """

    label: Text
    min_members: Annotated[int, Field(ge=1, le=99)] = 1
    leaders: Annotated[int, Field(ge=1, le=9)] = 1
    member_types: list[Text] = []
    contact: bool = False
    work_plan: bool = True


class Condition(Part):
    """Conditions on a post and its holder, all of which must hold.

    ``rank_at_least`` is one of the scheme's ``ranks``.
    """

    post_flag: Literal["risk_post", "key_post"] | None = None
    rank_at_least: str | None = None
    unit_types: list[Text] = []
    party_member: bool | None = None


class Scope(Part):
    """The people who must fill personal sheets: any of these alternatives.

    Each alternative needs all of its conditions. Without any alternative it is everybody. ``several_holders``: of a post that
    several people hold, each fills his own sheets, or whoever has held it longest fills them for all.
    """

    any_of: list[list[Condition]] = []
    several_holders: Literal["each", "first"] = "each"
    text: str = ""


class Phase(Named):
    """A part of the campaign's year."""

    start: Day | None = None
    due: Day


class Task(Named):
    """What is due, from whom, on which paper, by which route.

    ``carries``: the personal task whose sheets the unit's sheet takes along, so that both are reviewed, noticed and filed as one
    (R3-24, R4-27); the route of that task ends with a step ``await``.
    ``after`` names tasks whose sheet of the same subject must have been filed first. ``also``: a sheet of points on which
    they are graded, or given measures, at once. ``report``: what the sheet as a whole asks for beside its entries (R4-26).
    Without ``due`` the task is year-round and may be begun again after every filing (R0-32, R4-34).
    ``deadline``: what happens to a sheet that is handed in late: ``soft`` takes it with a mark, ``hard`` takes none,
    ``extension`` takes it once a longer term has been granted.
    ``attachments``: may, or must, files be handed in with the sheet, and what they are (``attachment_label``; R1-51, R3-36, R4-26).
    ``measure_asks``: what may be said of each measure besides its text: who carries it out, by when, on which regulation;
    none of it has to be. ``inferred``: the institution's document does not name the task or its day.
    """

    phase: Code | None = None
    step_label: str = ""
    level: Level
    brings: Brings
    paper: Code
    route: Code
    opens: Day | None = None
    due: Day | None = None
    deadline: Literal["soft", "hard", "extension"] = "soft"
    after: list[Code] = []
    carries: Code | None = None
    also: list[Literal["grades", "measures"]] = []
    measure_asks: list[MeasureAsk] = ["responsible", "due", "regulation"]
    points: Level | None = None
    asks: list[Ask] = []
    report: list[Ask] = []
    guidance: str = ""
    redo_guidance: str = ""
    inferred: bool = False
    attachments: Literal["none", "optional", "required"] = "none"
    attachment_label: str = ""
    publicity: Publicity | None = None


class Scheme(Part):
    """One institution's whole rule book."""

    identity: Identity
    roles: dict[Role, Text]
    levels: dict[Level, Text]
    ranks: list[Text] = []
    unit_kinds: list[Text] = []
    scope: Scope = Scope()
    groups: dict[Literal["unit", "school"], Group] = {}
    bodies: dict[Code, Body] = {}
    domains: list[Named] = []
    categories: Annotated[list[Category], Field(min_length=1)]
    grades: Annotated[list[Grade], Field(min_length=2)]
    grading: Grading
    stages: list[Named] = []
    measure_label: Text = "防控措施"
    several_responsible: bool = True
    natures: list[Named] = []
    finding_sources: list[Named] = []
    routes: dict[Code, Route]
    phases: list[Phase] = []
    tasks: list[Task] = []
    papers: dict[Code, PaperLayout]
    warning_actions: list[WarningAction] = []
    warnings: Warnings = Warnings()
    assessment: Assessment = Assessment()
    ledger_title: Text = "台账"
    custody: list[Custody] = []
    conduct: Conduct = Conduct()
    activities: list[ActivityKind] = []
    disclosure: Disclosures = Disclosures()
    rotation: Rotation = Rotation()
    adjustment: Adjustment = Adjustment()
    importing: Importing = Importing()
    inspection: Inspections = Inspections()
    residual: Residual = Residual()
    ranking: Ranking = Ranking()
    public_door: Door = Door()
    duties: Duties = Duties()
    notices: list[NoticeKind] = []
    vacations: list[Vacation] = []

    @model_validator(mode="before")
    @classmethod
    def _papers_fit(cls, data):
        """Fit papers that several schemes share to this one: the ledger's name, and columns that it has no use for."""
        papers = data.get("papers") if isinstance(data, dict) else None
        if not isinstance(papers, dict):
            return data
        name = data.get("ledger_title") or cls.model_fields["ledger_title"].default
        residual = data.get("residual")
        has_residual = bool(residual.get("enabled") if isinstance(residual, dict) else residual)
        return data | {"papers": {slug: _fitted(paper, name, has_residual) for slug, paper in papers.items()}}

    def categories_for(self, level):
        return [category for category in self.categories if level in category.levels]

    @property
    def measure_stages(self):
        """The stages of a measure, or its one part where the scheme has no stages (R3-26)."""
        return self.stages or [Named(code=ONE_MEASURE, label=self.measure_label)]

    @property
    def has_year_round_task(self):
        """Whether any task is year-round, without a last day."""
        return any(task.due is None for task in self.tasks)

    def task(self, code):
        """Return the task ``code``, which may be one that no scheme writes itself.

        These are the task of a successor, and those of adjustments and imports.
        """
        if code in self.adjustments:
            return self.adjustments[code]
        if code in self.imports:
            return self.imports[code]
        succession = self.succession
        if succession is not None and code == succession.code:
            return succession
        return next(task for task in self.tasks if task.code == code)

    def carrier_of(self, code):
        """Return the task that carries the sheets of ``code``, None where they are decided by themselves."""
        return next((task for task in self.tasks if task.carries == code), None)

    def route(self, code):
        """Return the route ``code``, which may be a short built-in one: of a successor's sheet, of an import."""
        if importing.is_import(code) and code not in self.routes:
            return importing.route_of(self, code)
        return self.routes.get(code) or self._adjusting_routes.get(code) or self._succession_route

    @cached_property
    def adjustments(self):
        """The tasks by which the register is changed at any time, by code. Source: R0-32, R4-34."""
        return adjusting.tasks_of(self)

    @cached_property
    def imports(self):
        """The tasks on which old ledgers and lists of powers come in, by code."""
        return importing.tasks_of(self)

    @cached_property
    def succession(self):
        """The task of a post's new holder: to look at each risk point of the post.

        None where posts have no points of their own. A scheme may name another route for it. Source: R0-26.
        """
        own = next((task for task in self.tasks if task.brings == Brings.POINTS and task.level == Level.PERSONAL), None)
        if own is None:
            return None
        asked = self.conduct.succession
        return own.model_copy(
            update={
                "code": SUCCESSION,
                "label": asked.label,
                "guidance": asked.guidance,
                "route": asked.route or SUCCESSION,
                "phase": None,
                "step_label": "",
                "opens": None,
                "due": None,
                "deadline": "soft",  # nobody can move a day that only the sheets have
                "after": [],
                "also": [],
                "report": [],
            }
        )

    @cached_property
    def _adjusting_routes(self):
        return adjusting.routes_of(self)

    @cached_property
    def _succession_route(self):
        head = (
            Role.UNIT_HEAD
            if Role.UNIT_HEAD in self.roles
            else next(role for role in self.roles if role != Role.POST_HOLDER)
        )
        return Route(
            label=self.conduct.succession.label,
            steps=[
                Step(code="fill", kind=StepKind.FILL, role=Role.POST_HOLDER, label="接任人逐条确认"),
                Step(
                    code="sign",
                    kind=StepKind.SIGN,
                    role=head,
                    label=f"{self.roles[head]}审核",
                    may_return=True,
                    redo_days=5,
                ),
            ],
        )

    def days_at(self, step):
        """The working days that a submission usually stays at ``step``.

        Those of a notice, or those that whoever acts has.
        """
        if step.kind in (StepKind.FILL, StepKind.COPY, StepKind.AWAIT):
            return 0
        if step.kind == StepKind.PUBLICISE:
            return step.days
        return step.within or (self.conduct.meeting_days if step.body else self.conduct.review_days)

    def label_of(self, things, code):
        """Return the label of ``code`` in the named list (``stages`` …), or the code when unknown."""
        return next((item.label for item in getattr(self, things) if item.code == code), code)


def _fitted(paper, ledger, has_residual):
    """A paper as the file has it, titled ``ledger`` where it asks for that, without columns that only ``residual`` fills."""
    if not isinstance(paper, dict):
        return paper
    paper = paper | {"title": ledger} if paper.get("title") == LEDGER_TITLE else paper
    columns = paper.get("columns")
    if has_residual or not isinstance(columns, list | tuple):
        return paper
    kept = [column for column in columns if not isinstance(column, dict) or column.get("when") != "residual"]
    return paper | {"columns": kept} if len(kept) < len(columns) else paper
