"""The inspections of the world of these tests, and what is posted to their pages."""

from datetime import date
from decimal import Decimal

from tests import factories
from tests.browser.pages import PASSWORD
from workflows.models import (
    CheckItem,
    Draw,
    Finding,
    Inspection,
    InspectionPlan,
    InspectionSeat,
    InspectionSignature,
    PlanItem,
    Rectification,
    RectificationStep,
)
from workflows.supervision import checklists, draws, findings, inspections, opinions, plans

ITEM = {
    "kind": "random",
    "content": "采购中的防控措施落实情况",
    "methods": ["records"],
    "starts_on": date(2026, 11, 2),
    "ends_on": date(2026, 11, 30),
    "team": 3,
}
TERMS = {"starts_on": date(2026, 11, 9), "ends_on": date(2026, 11, 20), "covers": "", "contact": ""}
FOUND = {
    "clause": "",
    "cause": "",
    "kind": "limited",
    "demand": "补齐材料",
    "due_on": date(2026, 11, 27),
}
STATES = ("prepared", "begun", "opined", "answered", "concluded")

TEAM, WHOLE = "office chair inspector", "office chair inspector unit leader"
# Name of a text → who may come across it.
SEEN_BY = {
    "materials prepared": TEAM,
    **{f"materials {state}": WHOLE for state in STATES[1:]},
    **{f"{word} {state}": WHOLE for word in ("check", "opinion") for state in STATES[2:]},
    **{f"answer {state}": WHOLE for state in STATES[3:]},
    "conclusion concluded": WHOLE,
    "fact found": TEAM,
    "file fact found": TEAM,
    "fact issued": WHOLE,
    "file fact issued": WHOLE,
}


def readers_of(inspection):
    """Who reads an inspection: whoever carries it out or oversees it, and the unit once it has had its notice."""
    return WHOLE if inspection.notified_at else TEAM


def _by_inspection(model):
    return lambda world: {row: readers_of(row.inspection) for row in model.objects.select_related("inspection")}


def lines_of(world):
    """A line about a point is for the team, the office and those who answer for the unit."""
    found = {}
    for line in CheckItem.objects.select_related("inspection"):
        people = readers_of(line.inspection)
        if line.point_series is not None:
            people = " ".join(word for word in people.split() if word not in ("chair", "leader"))
        found[line] = people
    assert set(found.values()) > {TEAM, WHOLE}, "lines of points and of none"
    return found


def signatures_of(world):
    """The inspector signs; whoever reads the inspection reads that."""
    signed = world.inspected.inspections["concluded"]
    made = signed.signatures.create(part="team", user=world.campus.inspector, digest="0" * 64, at=world.clock.now)
    return {made: WHOLE}


def steps_of(world):
    """A report on what was found is read like the finding."""
    row = Rectification.objects.get()
    return {row.steps.create(kind="progress", words="进展", by=world.campus.head, at=world.clock.now): WHOLE}


# Model → the rows of the world with who reads them.
ROWS = {
    InspectionPlan: lambda world: {world.inspected.plan: "office_staff chair auditor"},
    PlanItem: lambda world: dict.fromkeys(PlanItem.objects.all(), "office_staff chair auditor"),
    Draw: lambda world: {world.inspected.draw: "office_staff chair auditor"},
    Inspection: lambda world: {row: readers_of(row) for row in Inspection.objects.all()},
    InspectionSeat: _by_inspection(InspectionSeat),
    InspectionSignature: signatures_of,
    CheckItem: lines_of,
    RectificationStep: steps_of,
    Finding: lambda world: {world.inspected.findings["found"]: TEAM, world.inspected.findings["issued"]: WHOLE},
    Rectification: lambda world: {Rectification.objects.get(): WHOLE},
}


class Inspected:
    """A plan, a frozen pool, and an inspection of the unit in every state, led by the inspector."""

    def __init__(self, world):
        self.world, self.campus = world, world.campus
        self.plan = plans.plan_of(2026, **self.by(self.campus.office))
        self.items = {"untouched": self._item("untouched"), "drawn": self._item("drawn")}
        self.items |= {name: self._item(name, kind="special") for name in ("special", *STATES)}
        others = [
            factories.make_person(f"督{number}", self.campus.other_unit, number=f"team{number}") for number in range(3)
        ]
        self.team = [self.campus.inspector, *others[:2]]
        self.draw = draws.prepare(
            self.items["drawn"].pk,
            people=[*self.team, self.campus.second, self.campus.head, self.campus.sys_admin, *self._from_elsewhere()],
            excluded_units={},
            excluded_people={},
            number=1,
            seed_source="福彩3D",
            reason="",
            **self.by(self.campus.office),
        )
        self.findings = {}
        self.inspections = {name: self._inspection(name) for name in STATES}
        self.world.files["finding"] = Finding.objects.get(pk=self.findings["issued"].pk).attachments.get()

    def _item(self, name, kind="random"):
        values = ITEM | {"kind": kind, "title": f"检查{name}"}
        return plans.add(self.plan, values=values, **self.by(self.campus.office))

    def _from_elsewhere(self):
        return [factories.make_person(f"抽{number}", self.campus.root, number=f"pool{number}") for number in range(3)]

    def by(self, user):
        return {"actor": self.world.year.actor(user), "at": self.world.clock.now}

    def _inspection(self, state):
        """An inspection as far as ``state``."""
        world, leader = self.world, self.by(self.campus.inspector)
        values = TERMS | {"materials": world.text(f"materials {state}")}
        made = inspections.make(
            self.items[state].pk, unit=self.campus.unit, people=self.team, values=values, **self.by(self.campus.office)
        )
        for act in [self._begin, self._opine, self._answer, self._conclude][: STATES.index(state)]:
            act(made, leader)
        return Inspection.objects.select_related("plan", "unit").get(pk=made.pk)

    def _begin(self, made, leader):
        for person in self.team:
            inspections.declare(made.pk, avoids=False, reason="", **self.by(person))
        inspections.notify(made.pk, **self.by(self.campus.office))
        name = {"begun": "found", "concluded": "issued"}.get(self._state(made))
        if name:
            found = FOUND | {"fact": self.world.text(f"fact {name}")}
            files = [self.world.workbook(f"fact {name}")]
            self.findings[name] = findings.record(made.pk, values=found, uploads=files, **leader)

    def _opine(self, made, leader):
        for line in made.checks.filter(kind="item"):
            said = checklists.Checked("good", self.world.text(f"check {self._state(made)}"), score=Decimal(line.full))
            checklists.check(line.pk, said, seen_version=0, **leader)
        opinions.opine(
            made.pk, words=self.world.text(f"opinion {self._state(made)}"), seen_version=self._seen(made), **leader
        )

    def _answer(self, made, leader):
        words = self.world.text(f"answer {self._state(made)}")
        said = {"stand": "plead", "words": words, "seen_version": self._seen(made)}
        opinions.answer(made.pk, **said, **self.by(self.campus.head))

    def _conclude(self, made, leader):
        words = self.world.text(f"conclusion {self._state(made)}")
        opinions.conclude(made.pk, words=words, seen_version=self._seen(made), **leader)

    def _state(self, made):
        """The state up to which this inspection goes."""
        return made.item.title.removeprefix("检查")

    def _seen(self, made):
        return Inspection.objects.get(pk=made.pk).version

    def behind(self):
        """The objects that the addresses lead to: door → name → (arguments, the object)."""
        untouched, drawn = ({"": ({"pk": row.pk}, None)} for row in (self.items["untouched"], self.draw))
        by_state = {name: ({"pk": row.pk}, row) for name, row in self.inspections.items()}
        lines = {name: row.checks.first() for name, row in self.inspections.items()}
        by_line = {name: ({"pk": line.pk}, line) for name, line in lines.items()}
        words = "detail edit seat declare notify call_off check own_check opinion answer conclude sign refuse"
        return {
            **dict.fromkeys(("inspection_item_edit", "inspection_item_drop", "inspection_pool"), untouched),
            **dict.fromkeys(("inspection_draw", "inspection_draw_file", "inspection_arrange"), drawn),
            "inspection_add": {"": ({"pk": self.items["special"].pk}, None)},
            **{f"inspection_{word}": by_state for word in words.split()},
            **dict.fromkeys(("inspection_check_save", "inspection_own_save"), by_line),
            "finding_add": by_state,
            "inspection_file": {
                name: ({"pk": row.pk, "slug": "inspection-record", "form": "xlsx"}, row)
                for name, row in self.inspections.items()
            },
            **{
                f"finding_{word}": {name: ({"pk": row.pk}, None) for name, row in self.findings.items()}
                for word in ("detail", "edit", "withdraw", "step", "adjust")
            },
        }

    def posted(self):
        """Complete and correct form data: door → what is posted."""
        item = ITEM | {"title": "专项检查", "starts_on": "2026-11-02", "ends_on": "2026-11-30"}
        numbers = "\n".join(person["id"] for person in self.draw.pool["inspectors"])
        days = {"starts_on": "2026-11-09", "ends_on": "2026-11-20", "covers": "", "materials": "", "contact": ""}
        checked = {"result": "good", "words": "已核", "score": "1", "sampled": "", "sampled_of": "", "wrong": ""}
        team = "\n".join(person.number for person in self.team)
        return {
            "inspection_plan": {"year": "2026"},
            "inspection_item_add": item,
            "inspection_item_edit": item | {"seen_version": 0},
            "inspection_pool": {"number": "1", "numbers": numbers, "seed_source": "福彩3D"},
            "inspection_draw": {"seed": "357", "witness": "见证人"},
            "inspection_add": days | {"unit": self.campus.unit.code, "numbers": team},
            "inspection_edit": days,
            "inspection_seat": {"number": "team2", "leaves": ""},
            "inspection_declare": {"avoids": "no"},
            "inspection_call_off": {"reason": "与巡察合并"},
            "inspection_check_save": checked,
            "inspection_own_save": {"own_result": "good", "own_words": "已自查"},
            "inspection_opinion": {"words": "初步意见"},
            "inspection_answer": {"stand": "accept", "answer": ""},
            "inspection_conclude": {"words": "结论"},
            "inspection_sign": {
                "password": PASSWORD,
                "seen_digest": opinions.digest_to_sign(self.inspections["concluded"]),
            },
            "finding_add": FOUND | {"fact": "没有公示", "due_on": "2026-11-27"},
            "finding_edit": FOUND | {"fact": "没有公示", "due_on": "2026-11-27", "seen_version": "0"},
            "finding_withdraw": {"reason": "申辩成立"},
            "finding_step": {"kind": "plan", "words": "方案", "owner": "clerk", "seen_version": "0"},
            "inspection_refuse": {"words": "拒签", "witness": "工会"},
        }
