"""A warning to a unit or a person, and the people who write, issue, receive and answer it."""

from datetime import date, time

from registers.actors import Actor
from tests.factories import appoint, make_person
from workflows.models import RiskWarning
from workflows.supervision.warnings import deliveries, drafting, steps

TEXTS = {
    "facts": "抽查发现三份采购没有比价",
    "basis": "采购管理办法第八条",
    "causes": "审核不严",
    "demands": "补齐材料，完善内控",
}
BLANK = {"audience": "", "copy_to": "", "reference": "", "reference_on": None, "reference_at": ""}
RECEIPT = {
    "way": "direct",
    "place": "办公室",
    "signed_by": "丙一",
    "received_on": None,
    "substitute": "",
    "refused": False,
    "refusal": "",
    "witness": "",
    "servers": "戊一、戊二",
    "remark": "",
}
REFUSED = {"signed_by": "", "refused": True, "refusal": "认为事实不符", "witness": "庚一"}
TALK = {
    "talker": "纪委副书记",
    "recorder": "纪检员",
    "companions": "",
    "place": "谈话室",
    "starts_at": time(9),
    "ends_at": time(10),
    "said": "告知存在的问题",
    "statement": "说明情况",
    "demands": "立即改正",
    "stand": "接受",
    "signed": True,
}


class Warned:
    """A campus with two people in the office, and one warning as far as it has come."""

    def __init__(self, campus, clock):
        self.campus, self.clock = campus, clock
        clock.set("2026-09-21 10:00")
        self.second = make_person("戊二", campus.office_unit, number="second")
        appoint(self.second, campus.root, "office")
        self.committee = make_person("癸一", campus.root, number="committee")
        appoint(self.committee, campus.root, "party_committee")

    def by(self, user):
        return {"actor": Actor(user, on=self.clock.today), "at": self.clock.now}

    def draft(self, kind="rectification_order", *, person=None, by=None, unit=None, points=(), **values):
        said = {"level": "yellow", "kind": kind, **TEXTS, **BLANK} | values
        unit = unit or (person.unit if person else self.campus.unit)
        self.made = drafting.begin(
            self.campus.scheme,
            self.campus.root,
            unit=unit,
            person=person,
            values=said,
            points=points,
            **self.by(by or self.campus.office),
        )
        return self.made

    def row(self):
        related = ("scheme", "unit", "person", "institution")
        return RiskWarning.objects.select_related(*related).get(pk=self.made.pk)

    def act(self, kind, by, words="", **said):
        return steps.act(self.made.pk, kind, words=words, seen_version=self.row().version, **said, **self.by(by))

    def issue(self, *args, **values):
        self.draft(*args, **values)
        self.act("hand_in", self.campus.office)
        issuer = {"office": self.second, "school_group": self.campus.chair, "party_committee": self.committee}
        self.act("issue", issuer[self.row().approver_role])
        return self.row()

    def deliver(self, **values):
        said = RECEIPT | {"received_on": self.clock.today} | values
        seen = self.row().version
        deliveries.deliver(self.made.pk, values=said, seen_version=seen, **self.by(self.campus.office))
        return self.row()

    def talk(self, **values):
        said = TALK | {"held_on": self.clock.today} | values
        deliveries.talk(self.made.pk, values=said, seen_version=self.row().version, **self.by(self.campus.office))
        return self.row()

    def answer(self, by=None, words="已整改", **said):
        return self.act("answer", by or self.campus.head, words, **said)

    def closed(self):
        """Issued, signed for, answered and accepted."""
        self.issue()
        self.act("receive", self.campus.head)
        self.answer()
        self.act("accept", self.campus.office)
        return self.row()


def day(text):
    return date.fromisoformat(text)


def reads(warned, user, model=RiskWarning):
    """Whether a person may read any row of ``model`` today."""
    return model.objects.visible_to(Actor(user, on=warned.clock.today)).exists()
