"""The demo's warnings: a letter not answered yet, one lifted and visited, and proposals of the rules."""

from datetime import timedelta

from workflows.deadlines import days
from workflows.demo.people import OFFICE_PERSONAS
from workflows.demo.year import moment
from workflows.models import RiskWarning, WarningDelivery, WarningVisit
from workflows.policies.warnings import approving
from workflows.supervision.warnings import deliveries, drafting, proposing, steps, visits

DAYS = 4  # working days before the demo's day on which it begins
LONG = 8  # working days, besides the quiet days, that a letter takes until the visit after it
REMARKED = "回证上的签收日期登记错了一天，已核对回证原件。"
ANSWERED = "已补齐三份记录的比价材料，逐项补登了印章用途，并修订了审核单，经办人已学习有关办法。"
VISITED = "抽查 10 份新近的采购记录和印章登记，材料齐全，用途均已写明。"
TEXTS = {
    "facts": "一、抽查 20 份采购记录，3 份没有比价材料。\n二、印章使用登记簿两处没有写用途。",
    "basis": "采购管理办法、印章管理办法的有关规定。",
    "causes": "经办人对要求不熟悉，审核把关不严。",
    "demands": "一、补齐比价材料。\n二、逐项登记印章用途。\n三、组织经办人学习有关办法，修订审核单。",
}


class Warner:
    """One letter to the home unit, issued by another than its drafter and signed for.

    Then a morning's proposals.
    """

    def __init__(self, campus, agenda, players):
        self.campus, self.agenda, self.players = campus, agenda, players
        self.office = [campus.personas[persona.number] for persona in OFFICE_PERSONAS]

    def journeys(self):
        """List the journeys, none where there are too few days or the rule book names nothing that is done."""
        dates = [day for day in self.agenda.days if day < self.campus.year.today][-DAYS:]
        if len(dates) < DAYS or not self._kind():
            return []
        return [self._letter(dates), *self._past()]

    def _past(self):
        """The journey of a letter to another unit, where there was time enough for its quiet days."""
        quiet = self.campus.rules.warnings.quiet_days
        last = days.add_days(self.campus.year.today, -quiet)
        before = [day for day in self.agenda.days if day < last][-LONG:]
        others = [place for place in self.campus.places if not place.is_home and place is not self.campus.office]
        return [self._lifted(others[0], before, quiet)] if len(before) == LONG and others else []

    def _kind(self):
        """The mildest letter to a unit that asks for an answer."""
        rules = self.campus.rules
        found = [one for one in rules.warning_actions if one.answer_days and one.target != "person" and not one.grades]
        return min(found, key=lambda one: one.severity, default=None)

    def _by(self, user):
        return {"actor": self.players.actor(user), "at": self.agenda.at}

    def _letter(self, dates):
        made = yield from self._issued(self.campus.home, dates)
        if made is None:
            return
        yield moment(dates[2], 11)
        self._act(made, "receive", self.campus.home.head.user)
        yield moment(dates[3], 9)
        proposing.propose(at=self.agenda.at)

    def _issued(self, place, dates):
        """Draft a letter to a unit, and let another issue it the day after. None where nobody may."""
        yield moment(dates[0], 15)
        rules, blank = self.campus.rules, dict.fromkeys(drafting.FIELDS, "") | {"reference_on": None}
        levels = sorted(rules.warnings.levels, key=lambda level: level.severity)
        values = blank | TEXTS | {"kind": self._kind().code, "level": levels[len(levels) // 2].code if levels else ""}
        about = {"unit": place.unit, "person": None}
        made = drafting.begin(self.campus.scheme, self.campus.root, **about, values=values, **self._by(self.office[0]))
        self._act(made, "hand_in", self.office[0])
        yield moment(dates[1], 10)
        role, people = approving(made, drafter=self.office[0].pk)
        if not role:
            return None
        known = (self.office[1], *self.campus.personas.values())
        self._act(made, "issue", next(user for user in known if user.pk in people))
        return made

    def _lifted(self, place, dates, quiet):
        """A letter on paper: its receipt is put right, its answer accepted, then it is lifted and visited."""
        made = yield from self._issued(place, dates)
        if made is None:
            return
        yield moment(dates[3], 10)
        receipt = dict.fromkeys(deliveries.FIELDS, "") | {"way": WarningDelivery.Way.DIRECT, "refused": False}
        receipt |= {"place": f"{place.unit.name}办公室", "signed_by": place.head.user.name, "received_on": dates[3]}
        receipt["servers"] = "、".join(user.name for user in self.office)
        deliveries.deliver(made.pk, values=receipt, **self._as_seen(made))
        yield moment(dates[4], 9)
        receipt |= {"received_on": dates[2]}
        deliveries.correct(made.pk, values=receipt, reason=REMARKED, **self._as_seen(made))
        yield moment(dates[5], 16)
        self._act(made, "answer", place.head.user, words=ANSWERED)
        yield moment(dates[6], 9)
        self._act(made, "accept", self.office[0])
        yield moment(dates[6] + timedelta(quiet), 9)
        self._act(made, "lift", self.office[0])
        found = {"visited_on": self.agenda.today, "result": WarningVisit.Result.HOLDS, "words": VISITED}
        visits.visit(made.pk, values=found, again_on=None, **self._as_seen(made))

    def _as_seen(self, made):
        """What every act of the office about a warning takes."""
        return {"seen_version": RiskWarning.objects.get(pk=made.pk).version, **self._by(self.office[0])}

    def _act(self, made, kind, user, words=""):
        seen = RiskWarning.objects.get(pk=made.pk).version
        steps.act(made.pk, kind, words=words, seen_version=seen, **self._by(user))
