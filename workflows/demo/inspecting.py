"""The demo's inspection of the home unit: from the plan to what has to be put right."""

from decimal import Decimal

from workflows.demo.people import OFFICE_PERSONAS
from workflows.demo.year import moment
from workflows.models import Finding, Inspection
from workflows.policies.handling import kept_from
from workflows.supervision import checklists, findings, inspections, opinions, plans, rectification

DAYS = 10  # working days before the demo's day on which it begins
CONTENT = "采购、报销和印章管理中的防控措施落实情况，抽查今年以来的业务资料。"
MATERIALS = "采购和报销台账、有关会议记录、措施落实的佐证材料。"
OPINION = "该单位重视廉政风险防控，登记的风险点较全面，多数措施已经落实。抽查发现个别业务没有留下比价材料，应限期补正。"
FOUND = {
    "fact": "抽查 20 份采购记录，3 份没有比价材料。",
    "clause": "采购管理办法关于比价的规定",
    "cause": "经办人对零星采购的要求不熟悉，审核把关不严。",
    "demand": "补齐比价材料，明确零星采购的审核责任。",
}
AT_ONCE = {
    "fact": "印章使用登记簿有两处没有写用途。",
    "clause": "",
    "cause": "",
    "demand": "当场补记，今后逐项登记。",
}
PLAN = "一、三日内补齐比价材料；二、修订零星采购审核单；三、组织经办人学习采购管理办法。"


class Inspector:
    """One inspection of the home unit by people of other units, played to the order to put right."""

    def __init__(self, campus, agenda, players):
        self.campus, self.agenda, self.players = campus, agenda, players
        self.office = campus.personas[OFFICE_PERSONAS[0].number]
        self.home = campus.home

    def journeys(self):
        """List the journey, none where there are too few days or people, or the rule book has no inspections."""
        dates = [day for day in self.agenda.days if day < self.campus.year.today][-DAYS:]
        if len(dates) < DAYS or not self.campus.rules.inspection.are_held:
            return []
        return [self._inspection(dates)]

    def _by(self, user):
        return {"actor": self.players.actor(user), "at": self.agenda.at}

    def _team(self, size):
        """People of other units who may inspect the home unit."""
        people = [seat.user for place in self.campus.places if not place.is_home for seat in place.seats[1:3]]
        keeps = kept_from([person.pk for person in people], on=self.agenda.today)
        return [person for person in people if self.home.unit.pk not in keeps[person.pk]][:size]

    def _inspection(self, dates):
        yield moment(dates[0], 9)
        rules = self.campus.rules.inspection
        team = self._team(rules.team)
        if len(team) < rules.team:
            return
        made = self._arranged(rules, team, dates)
        yield moment(dates[1], 10)
        for person in team:
            inspections.declare(made.pk, avoids=False, reason="", **self._by(person))
        inspections.notify(made.pk, **self._by(self.office))
        yield moment(dates[2], 10)
        for line in made.checks.filter(kind="item"):
            own = {"result": "good", "words": "已自查，材料齐全。", "seen_version": line.own_version}
            checklists.own_check(line.pk, **own, **self._by(self.home.liaison.user))
        yield moment(dates[4], 14)
        self._visit(made, team)
        yield moment(dates[5], 16)
        self._opinions(made, team[0])
        yield moment(dates[6], 10)
        said = {"stand": "accept", "words": "", "seen_version": self._seen(made)}
        opinions.answer(made.pk, **said, **self._by(self.home.head.user))
        yield moment(dates[7], 15)
        opinions.conclude(made.pk, words=OPINION, seen_version=self._seen(made), **self._by(team[0]))
        self._sign(made, team)
        yield moment(dates[8], 11)
        self._put_right(made)

    def _arranged(self, rules, team, dates):
        kind = next((kind for kind in rules.kinds if kind.purpose == "special"), rules.kinds[0])
        starts_on, ends_on = dates[4], min(dates[5], dates[4].replace(month=12, day=31))  # a plan is of one year
        plan = plans.plan_of(starts_on.year, **self._by(self.office))
        values = {
            "kind": kind.code,
            "title": f"{kind.label}：采购和报销",
            "content": CONTENT,
            "methods": [method.code for method in rules.methods[:3]],
            "starts_on": starts_on,
            "ends_on": ends_on,
            "team": rules.team,
        }
        item = plans.add(plan, values=values, **self._by(self.office))
        terms = {
            "starts_on": starts_on,
            "ends_on": ends_on,
            "covers": "今年以来",
            "materials": MATERIALS,
            "contact": "",
        }
        return inspections.make(item.pk, unit=self.home.unit, people=team, values=terms, **self._by(self.office))

    def _visit(self, made, team):
        for place, line in enumerate(made.checks.order_by("position")):
            said = checklists.Checked("good", "查阅资料，情况属实。")
            if line.kind == "item":
                lost = Decimal(line.full) / 10 if place % 2 else 0
                said = checklists.Checked("good", "查阅资料，情况属实。", 10, 20, 0, Decimal(line.full) - lost)
            elif place > len(team) * 5:
                break
            checklists.check(line.pk, said, seen_version=line.version, **self._by(team[place % len(team)]))

    def _opinions(self, made, leader):
        rules, on = self.campus.rules.inspection, self.agenda.today
        measure = made.checks.exclude(kind="item").first()
        for kind, words in ((Finding.Kind.LIMITED, FOUND), (Finding.Kind.AT_ONCE, AT_ONCE)):
            values = words | {"kind": kind, "due_on": findings.day_for(kind, rules, on=on)}
            line = measure if kind == Finding.Kind.LIMITED else None
            findings.record(made.pk, values=values, line=line, **self._by(leader))
        opinions.opine(made.pk, words=OPINION, seen_version=self._seen(made), **self._by(leader))

    def _sign(self, made, team):
        digest = opinions.digest_to_sign(Inspection.objects.get(pk=made.pk))
        for person in (*team, self.home.head.user):
            opinions.sign(made.pk, seen_digest=digest, **self._by(person))

    def _put_right(self, made):
        """The head hands in the plan for the first finding; the second still waits for one."""
        row = made.findings.order_by("number").first().rectification
        owner = self.home.liaison.user
        said = {"words": PLAN, "owner": owner, "seen_version": row.version}
        rectification.act(row.pk, "plan", **said, **self._by(self.home.head.user))

    def _seen(self, made):
        return Inspection.objects.get(pk=made.pk).version
