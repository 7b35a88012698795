"""The demo's statements of duty, avoidance, leaving audits and planned education.

As far as the rule book asks for them.
"""

from workflows.deadlines import days
from workflows.demo.people import OFFICE_PERSONAS
from workflows.demo.year import moment
from workflows.models import Activity, DutyStatement
from workflows.supervision import avoidances, duties, education

DAYS = 6  # working days before the demo's day on which it begins
AUDITED = 80  # days from the leaving of a post to its audit, and from that to the record of it
UNITS = 6  # of which statements are drafted
MATTERS = ("本年度后勤岗位招聘", "实验设备采购评审")
FORMER_POST = "物资采购管理员"
DECIDED = "由同科室另一名工作人员办理，科长复核。"
ITEMS = (  # title, flag of the posts, rank of their gravest point
    ("全员廉政教育", "", None),
    ("重点岗位典型案例警示教育", "key", 1),
    ("领导干部专题学习", "leaders", None),
)


class DutyPlayer:
    """Some statements signed, one sent back, one waiting for the head of the home unit.

    And what else the rule book asks for.
    """

    def __init__(self, campus, agenda, players):
        self.campus, self.agenda, self.players = campus, agenda, players
        self.office = campus.personas[OFFICE_PERSONAS[0].number]
        self.asked = campus.rules.duties

    def journeys(self):
        """List the journeys, none where there are too few days."""
        dates = [day for day in self.agenda.days if day < self.campus.year.today][-DAYS:]
        if len(dates) < DAYS or dates[0].year != dates[-1].year:
            return []
        parts = [
            (self.asked.statement, self._statements),
            (self.asked.avoidance, self._avoidances),
            (self.asked.leaving_audit, self._audits),
            (self.asked.education, self._education),
        ]
        return [journey(dates) for part, journey in parts if part is not None]

    def _by(self, user):
        return {"actor": self.players.actor(user), "at": self.agenda.at}

    def _statements(self, dates):
        yield moment(dates[0], 10)
        places = [place for place in self.campus.places if place.unit.parent_id == self.campus.root.pk]
        others = [place for place in places if not place.is_home and place.unit != self.campus.office.unit]
        places = [self.campus.home, *others[: UNITS - 1]]
        shared = {"units": [place.unit for place in places], **self._by(self.office)}
        drafts = duties.draft(self.campus.scheme, self.campus.root, **shared)
        heads = {place.unit.pk: place.head.user for place in places}
        for draft in drafts[:-1]:  # the last stays a draft
            duties.send(draft.pk, seen_version=0, **self._by(self.office))
        sent = [draft.pk for draft in drafts[:-1] if draft.unit_id != self.campus.home.unit.pk]
        for at, key in enumerate(sent[: DAYS - 2]):
            yield moment(dates[1 + at], 9 + at)
            statement = DutyStatement.objects.select_related("unit", "scheme").get(pk=key)
            if at == 1:
                said = {"reply": "第二部分请写明分管领域。", "seen_version": statement.version}
                duties.send_back(statement.pk, **said, **self._by(heads[statement.unit_id]))
            else:
                seen = duties.digest_to_sign(statement)
                duties.sign(statement.pk, seen_digest=seen, **self._by(heads[statement.unit_id]))

    def _avoidances(self, dates):
        home, relations = self.campus.home, self.asked.avoidance.relations
        declared = []
        for at, (seat, matter) in enumerate(zip(home.seats[-2:], MATTERS, strict=True)):
            yield moment(dates[1 + at], 11)
            said = {"unit": home.unit, "relation": relations[at % len(relations)].code, "matter": matter}
            declared.append(avoidances.declare(self.campus.scheme, self.campus.root, **said, **self._by(seat.user)))
        yield moment(dates[3], 11)
        avoidances.decide(declared[0].pk, outcome="avoid", words=DECIDED, **self._by(home.head.user))

    def _audits(self, dates):
        """Somebody of the home unit was audited when he left the post that he held before."""
        yield moment(dates[2], 15)
        seat, audited = self.campus.home.seats[2], days.add_days(dates[2], -AUDITED)
        values = {
            "post": FORMER_POST,
            "kind": self.asked.leaving_audit.kinds[0].code,
            "left_on": days.add_days(audited, -AUDITED),
            "reference": f"审〔{audited.year}〕3号",
            "audited_on": audited,
            "findings": 2,
            "kept_at": "审计处档案柜",
        }
        place = {"unit": self.campus.home.unit, "person": seat.user, "values": values}
        avoidances.record_audit(self.campus.scheme, self.campus.root, **place, **self._by(self.office))

    def _education(self, dates):
        yield moment(dates[0], 16)
        kind = next(one.code for one in self.campus.rules.activities if one.purpose == "education")
        ends = dates[0].replace(month=12, day=20)
        made = []
        for title, flag, rank in ITEMS:
            values = {"title": title, "kind": kind, "due_on": ends, "flag": flag, "rank": rank, "domain": ""}
            place = {"unit": self.campus.root, "values": values}
            made.append(education.plan(self.campus.scheme, self.campus.root, **place, **self._by(self.office)))
        yield moment(dates[4], 16)
        held = Activity.objects.filter(campaign__year=dates[0].year, unit=self.campus.home.unit, voided_at=None)
        tied = list(held.order_by("-held_on").values_list("pk", flat=True)[:1])
        education.tie(made[0].pk, activities=tied, **self._by(self.office))
