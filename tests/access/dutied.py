"""Statements of duty, avoidance, a leaving audit and planned education in the world of these tests, and what is posted there."""

from tests.browser.pages import PASSWORD
from workflows.models import AvoidanceRecord, DutyStatement, EducationItem, LeavingAudit
from workflows.supervision import avoidances, duties, education

OFFICE = "office_staff chair auditor"
UNIT = f"{OFFICE} unit leader"
# Name of a state → who reads a statement in it.
STATES = {"drafted": OFFICE, "sent": UNIT, "signed": f"{UNIT} staff_below"}
KEPT = "clerk head office other_head"  # of what is kept about the clerk: the other head reads for the 纪委
PLANNED = "staff_below unit leader chair registrar office_staff"
ALL = "staff_below unit other_head leader chair registrar office_staff inspector sys_admin auditor student"
SEEN_BY = {
    **{f"statement {state}": readers for state, readers in STATES.items()},
    "avoidance matter": KEPT,
    "leaving kept": KEPT,
    "education unit": PLANNED,
    "education school": ALL,
}
# Model → the rows of the world with who reads them.
ROWS = {
    DutyStatement: lambda world: {row: STATES[name] for name, row in world.dutied.statements.items()},
    AvoidanceRecord: lambda world: {world.dutied.record: KEPT},
    LeavingAudit: lambda world: {world.dutied.audit: KEPT},
    EducationItem: lambda world: {
        world.dutied.items["unit"]: PLANNED,
        world.dutied.items["school"]: ALL,
    },
}


class Dutied:
    """A statement in every state, something the clerk keeps out of, his audit, and a plan of the unit and of the school."""

    def __init__(self, world):
        self.world, self.campus = world, world.campus
        self.statements = {
            "drafted": self._drafted(self.campus.other_unit, "drafted"),
            "sent": self._sent(),
            "signed": self._signed(),
        }
        place = {"unit": self.campus.unit, "relation": "spouse", "matter": world.text("avoidance matter")}
        self.record = avoidances.declare(self.campus.scheme, self.campus.root, **place, **self.by(self.campus.clerk))
        self.audit = self._audit()
        self.items = {
            name: self._item(unit, user, world.text(f"education {name}"))
            for name, unit, user in (
                ("unit", self.campus.unit, self.campus.liaison),
                ("school", self.campus.root, self.campus.office),
            )
        }

    def by(self, user):
        return {"actor": self.world.year.actor(user), "at": self.world.clock.now}

    def _drafted(self, unit, state):
        office = self.by(self.campus.office)
        [made] = duties.draft(self.campus.scheme, self.campus.root, units=[unit], **office)
        parts = made.parts | {next(iter(made.parts)): self.world.text(f"statement {state}")}
        return duties.change(made.pk, parts=parts, seen_version=0, **office)

    def _sent(self):
        made = self._drafted(self.campus.unit, "sent")
        return duties.send(made.pk, seen_version=made.version, **self.by(self.campus.office))

    def _signed(self):
        """Last year's, of the same unit."""
        said, at = self._of_last_year(), self.world.clock.now
        return DutyStatement.objects.create(
            **said,
            sent_by=self.campus.office,
            sent_at=at,
            signed_by=self.campus.head,
            signed_at=at,
            signed_digest="0" * 64,
        )

    def _of_last_year(self):
        campus, parts = self.campus, {"head": self.world.text("statement signed")}
        shared = {"institution": campus.root, "scheme": campus.scheme, "unit": campus.unit, "year": 2025}
        return shared | {"parts": parts, "drafted_by": campus.office, "drafted_at": self.world.clock.now}

    def _audit(self):
        values = {
            "post": "会计核算",
            "kind": "audit",
            "left_on": self.world.clock.today,
            "reference": "审一号",
            "audited_on": self.world.clock.today,
            "findings": 1,
            "kept_at": self.world.text("leaving kept"),
        }
        place = {"unit": self.campus.unit, "person": self.campus.clerk, "values": values}
        return avoidances.record_audit(self.campus.scheme, self.campus.root, **place, **self.by(self.campus.office))

    def _item(self, unit, user, title):
        values = {"title": title, "kind": self.kind, "due_on": self.world.clock.today.replace(month=12, day=1)}
        values |= {"flag": "", "rank": None, "domain": ""}
        return education.plan(self.campus.scheme, self.campus.root, unit=unit, values=values, **self.by(user))

    @property
    def kind(self):
        """A kind of education that the rule book knows."""
        return next(kind.code for kind in self.campus.scheme.rules.activities if kind.purpose == "education")

    def behind(self):
        """The objects that the addresses lead to: door → name → (arguments, the object)."""
        by_state = {name: ({"pk": row.pk}, row) for name, row in self.statements.items()}
        items = {name: ({"pk": row.pk}, row) for name, row in self.items.items()}
        return {
            **{f"duty_{word}": by_state for word in ("detail", "edit", "send", "send_back", "sign")},
            "duty_file": {name: ({"pk": row.pk, "form": "xlsx"}, row) for name, row in self.statements.items()},
            "avoidance_decide": {"": ({"pk": self.record.pk}, None)},
            **{f"education_{word}": items for word in ("detail", "edit", "tie", "drop")},
        }

    def posted(self):
        """Complete and correct form data: door → what is posted."""
        today = self.world.clock.today.isoformat()
        item = {
            "title": "专题辅导",
            "kind": self.kind,
            "due_on": "2026-12-10",
            "flag": "key",
            "rank": "1",
            "domain": "",
        }
        return {
            "duty_draft": {"units": [self.campus.other_unit.code]},
            "duty_edit": {"part-head": "第一责任人"},
            "duty_send_back": {"reply": "请补充"},
            "duty_sign": {
                "password": PASSWORD,
                "seen_digest": duties.digest_to_sign(self.statements["sent"]),
            },
            "avoidance_add": {"relation": "interest", "matter": "招标评审"},
            "avoidance_decide": {"outcome": "avoid", "words": "由他人办理"},
            "leaving_audit_add": {
                "unit": self.campus.unit.code,
                "person": "clerk",
                "post": "会计核算",
                "kind": "audit",
                "left_on": today,
                "reference": "审二号",
                "audited_on": today,
                "findings": "0",
                "kept_at": "审计处",
            },
            "education_add": item | {"unit": self.campus.unit.code},
            "education_edit": item,
            "education_tie": {"activities": []},
        }
