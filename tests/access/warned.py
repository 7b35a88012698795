"""The warnings of the world of these tests, and what is posted to their pages."""

from tests.workflows.warned import BLANK, RECEIPT, TALK, TEXTS
from workflows.models import (
    AccountabilityRecord,
    CaseAnalysis,
    RiskWarning,
    TalkRecord,
    WarningOutcome,
    WarningStep,
    WarningVisit,
)
from workflows.supervision.warnings import analyses, deliveries, drafting, merits, outcomes, steps, visits

OFFICE, UNIT, PERSON = "office", "office head", "office clerk"
# Name of a state → who reads a warning in it: the office but for whom it concerns, and whom it was issued to.
STATES = {"proposed": OFFICE, "drafted": OFFICE, "sent": UNIT, "answered": UNIT, "called": OFFICE, "talked": PERSON}
STATES |= {"served": UNIT, "lifted": UNIT}
# Name of a text → who may come across it.
SEEN_BY = {
    "warning drafted": OFFICE,
    "warning sent": UNIT,
    "warning answered": UNIT,
    "warning reply": UNIT,
    "file warning reply": UNIT,
    "warning called": OFFICE,
    "warning talked": PERSON,
    "talk said": OFFICE,
    "case causes": OFFICE,
    "accountability kept": OFFICE,
    "warning served": UNIT,
    "warning lifted": UNIT,
    "visit words": OFFICE,
}
OUTCOME = {"form": 1, "reference": "", "kept_at": ""}
LETTER, TALKED = "rectification_order", "reminder_talk"


def steps_of(world):
    """What was done before the issue is the office's; the rest is read like the warning, a talk's after it was held."""
    found = {}
    for step in WarningStep.objects.select_related("warning"):
        state = next(name for name, row in world.warned.rows.items() if row.pk == step.warning_id)
        outside = step.kind in WarningStep.FOR_THE_ADDRESSEE
        found[step] = STATES[state] if outside else OFFICE
    assert set(found.values()) == {OFFICE, UNIT, PERSON}
    return found


# Model → the rows of the world with who reads them.
ROWS = {
    RiskWarning: lambda world: {row: STATES[name] for name, row in world.warned.rows.items()},
    WarningStep: steps_of,
    TalkRecord: lambda world: dict.fromkeys(TalkRecord.objects.all(), OFFICE),
    WarningVisit: lambda world: dict.fromkeys(WarningVisit.objects.all(), OFFICE),
    WarningOutcome: lambda world: dict.fromkeys(WarningOutcome.objects.all(), OFFICE),
    CaseAnalysis: lambda world: dict.fromkeys(CaseAnalysis.objects.all(), OFFICE),
    AccountabilityRecord: lambda world: dict.fromkeys(AccountabilityRecord.objects.all(), OFFICE),
}


class Warned:
    """A warning in every state: to the unit, and to the clerk."""

    def __init__(self, world):
        self.world, self.campus = world, world.campus
        self.rows = {"proposed": self._proposed()}
        self.rows["drafted"] = self._drafted("drafted")
        for name in ("sent", "answered"):
            self.rows[name] = self._issued(name)
        for name in ("called", "talked"):
            self.rows[name] = self._issued(name, kind=TALKED, person=self.campus.clerk)
        for name in ("served", "lifted"):
            self.rows[name] = self._issued(name)
            self._serve(self.rows[name])
        self._visit(self.rows["lifted"])
        self._answer(self.rows["answered"])
        self._talk(self.rows["talked"])
        self._merits()
        self.rows = RiskWarning.objects.in_bulk([row.pk for row in self.rows.values()])
        self.rows = dict(zip(STATES, sorted(self.rows.values(), key=lambda row: row.pk), strict=True))

    def by(self, user):
        return {"actor": self.world.year.actor(user), "at": self.world.clock.now}

    def _proposed(self):
        campus = self.campus
        return RiskWarning.objects.create(
            scheme=campus.scheme,
            institution=campus.root,
            unit=campus.unit,
            trigger="overdue",
            trigger_key="overdue:2026:unit:1",
            because="2 张表逾期。",
            level="blue",
            kind=LETTER,
            made_at=self.world.clock.now,
        )

    def _drafted(self, name, *, kind=LETTER, person=None):
        campus = self.campus
        values = {"level": "yellow", "kind": kind, **TEXTS, **BLANK, "facts": self.world.text(f"warning {name}")}
        place = {"unit": campus.unit, "person": person}
        return drafting.begin(campus.scheme, campus.root, **place, values=values, **self.by(campus.office))

    def _issued(self, name, **more):
        made = self._drafted(name, **more)
        self._act(made, "hand_in", self.campus.office)
        self._act(made, "issue", self.campus.second)
        return made

    def _act(self, made, kind, user, **said):
        seen = RiskWarning.objects.get(pk=made.pk).version
        return steps.act(made.pk, kind, seen_version=seen, **said, **self.by(user))

    def _serve(self, made):
        values, seen = RECEIPT | {"received_on": self.world.clock.today}, RiskWarning.objects.get(pk=made.pk).version
        deliveries.deliver(made.pk, values=values, seen_version=seen, **self.by(self.campus.office))

    def _visit(self, made):
        """As if the quiet days were over: it is lifted, and has been visited."""
        at, on = self.world.clock.now, self.world.clock.today
        RiskWarning.objects.filter(pk=made.pk).update(lifted_at=at, lifted_by=self.campus.office, answer_due_on=None)
        said = {"visited_on": on, "result": "holds", "words": self.world.text("visit words")}
        seen = RiskWarning.objects.get(pk=made.pk).version
        visits.visit(made.pk, values=said, again_on=None, seen_version=seen, **self.by(self.campus.office))

    def _answer(self, made):
        self._act(made, "receive", self.campus.head)
        words, proof = self.world.text("warning reply"), self.world.workbook("warning reply")
        self.answered = self._act(made, "answer", self.campus.head, words=words, uploads=[proof])
        self.world.files["warning"] = self.answered.attachments.get()

    def _talk(self, made):
        world, office, on = self.world, self.by(self.campus.office), self.world.clock.today
        values = TALK | {"held_on": on, "said": world.text("talk said")}
        deliveries.talk(made.pk, values=values, seen_version=RiskWarning.objects.get(pk=made.pk).version, **office)
        outcomes.settle(made.pk, self.campus.clerk, values=OUTCOME | {"decided_on": on}, **office)
        said = {"causes": world.text("case causes"), "gaps": "没有复核", "education": ""}
        analyses.analyse(made.pk, values=said, points=[], **office)

    def _merits(self):
        campus, office, on = self.campus, self.by(self.campus.office), self.world.clock.today
        place = {"unit": campus.unit, "person": campus.clerk}
        kept = {
            "decided_by": "党委",
            "reference": "一号",
            "decided_on": on,
            "kept_at": self.world.text("accountability kept"),
        }
        merits.hold_to_account(campus.root, **place, values=kept, **office)
        words = {"title": "先进个人", "words": "措施落实好", "decided_by": "党委", "reference": "", "decided_on": on}
        merits.commend(campus.root, **place, values=words, **office)

    def behind(self):
        """The objects that the addresses lead to: door → name → (arguments, the object)."""
        by_state = {name: ({"pk": row.pk}, row) for name, row in self.rows.items()}
        words = "detail edit step deliver correct talk visit outcome analysis"
        return {
            **{f"warning_{word}": by_state for word in words.split()},
            "warning_file": {
                name: ({"pk": row.pk, "slug": "service-receipt", "form": "xlsx"}, row)
                for name, row in self.rows.items()
            },
        }

    def posted(self):
        """Complete and correct form data: door → what is posted."""
        today = self.world.clock.today.isoformat()
        typed = {name: value or "" for name, value in BLANK.items()} | TEXTS | {"level": "yellow", "kind": LETTER}
        merit = {
            "unit": self.campus.unit.code,
            "person": "",
            "decided_by": "党委",
            "reference": "二号",
            "decided_on": today,
        }
        talk = TALK | {"held_on": today, "starts_at": "09:00", "ends_at": "10:00", "signed": "yes"}
        return {
            "warning_add": typed | {"unit": self.campus.unit.code, "person": "", "facts": "另一件事"},
            "warning_edit": typed | {"person": "", "causes": "", "points": []},
            "warning_step": {"kind": "dismiss", "words": "已经处理"},
            "warning_deliver": RECEIPT | {"received_on": today, "refused": "no"},
            "warning_correct": RECEIPT | {"received_on": today, "refused": "no", "place": "会议室", "reason": "写错了"},
            "warning_talk": talk,
            "warning_visit": {"visited_on": today, "result": "part", "words": "看了台账", "again_on": "2027-01-04"},
            "warning_outcome": OUTCOME | {"person": "clerk", "decided_on": today},
            "warning_analysis": {"causes": "原因", "gaps": "漏洞", "education": ""},
            "commendation_add": merit | {"title": "先进单位", "words": "成效显著"},
            "accountability_add": merit | {"kept_at": "纪委档案室"},
        }
