"""The demo's warnings: a letter to the home unit, not answered yet, and proposals of the rules."""

from workflows.demo.people import OFFICE_PERSONAS
from workflows.demo.year import moment
from workflows.models import RiskWarning
from workflows.policies.warnings import approving
from workflows.supervision.warnings import drafting, proposing, steps

DAYS = 4  # working days before the demo's day on which it begins
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
        return [self._letter(dates)]

    def _kind(self):
        """The mildest letter to a unit that asks for an answer."""
        rules = self.campus.rules
        found = [one for one in rules.warning_actions if one.answer_days and one.target != "person" and not one.grades]
        return min(found, key=lambda one: one.severity, default=None)

    def _by(self, user):
        return {"actor": self.players.actor(user), "at": self.agenda.at}

    def _letter(self, dates):
        yield moment(dates[0], 15)
        rules, blank = self.campus.rules, dict.fromkeys(drafting.FIELDS, "") | {"reference_on": None}
        levels = sorted(rules.warnings.levels, key=lambda level: level.severity)
        values = blank | TEXTS | {"kind": self._kind().code, "level": levels[len(levels) // 2].code if levels else ""}
        place = {"unit": self.campus.home.unit, "person": None}
        made = drafting.begin(self.campus.scheme, self.campus.root, **place, values=values, **self._by(self.office[0]))
        self._act(made, "hand_in", self.office[0])
        yield moment(dates[1], 10)
        role, people = approving(made, drafter=self.office[0].pk)
        if not role:
            return
        known = (self.office[1], *self.campus.personas.values())
        self._act(made, "issue", next(user for user in known if user.pk in people))
        yield moment(dates[2], 11)
        self._act(made, "receive", self.campus.home.head.user)
        yield moment(dates[3], 9)
        proposing.propose(at=self.agenda.at)

    def _act(self, made, kind, user):
        seen = RiskWarning.objects.get(pk=made.pk).version
        steps.act(made.pk, kind, seen_version=seen, **self._by(user))
