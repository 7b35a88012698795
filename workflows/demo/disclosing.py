"""What the demo's units make public of their matters.

One is public in all parts, one is late, and under some schemes one was asked for.
"""

from registers.models import PowerItem
from workflows import disclosures
from workflows.deadlines import days
from workflows.demo.people import OFFICE_PERSONAS
from workflows.demo.year import moment

NEEDED = 12  # working days of the story, at least
AHEAD, BEHIND = 10, 2  # working days until what is still to come, and since what is late
CONTENT = "公开办理的依据、条件、程序、时限和结果，以及监督电话。"
ASKED = "食堂和后勤服务价格调整"
SCHOOL = "年度预算执行和大宗物资采购情况"
OPEN_MATTER = "{power}（本年度）"


class Discloser:
    """The records of the home unit, kept by its liaison, and of the school, kept by the office."""

    def __init__(self, campus, agenda, players):
        self.campus, self.agenda, self.players = campus, agenda, players
        self.rules = campus.rules.disclosure

    def journeys(self):
        """List the journeys, none where the scheme keeps no records or the story is too short."""
        dates = [day for day in self.agenda.days if day < self.campus.year.today]
        if not self.rules.kept or len(dates) < NEEDED:
            return []
        liaison, office = self.campus.home.liaison.user, self.campus.personas[OFFICE_PERSONAS[0].number]
        home, root, last = self.campus.home.unit, self.campus.root, dates[-1]
        soon, past = days.add_working_days(last, AHEAD), dates[-BEHIND]
        powers = self._powers(home)
        journeys = [
            self._matter(dates[0], liaison, home, power=power, due=due, public=public)
            for power, due, public in zip(powers, (past, past, soon), (len(self.rules.parts), 1, 1), strict=False)
        ]
        journeys.append(self._matter(dates[1], office, root, title=SCHOOL, due=soon, public=1))
        if self.rules.asking_modes:
            journeys.append(self._matter(dates[-4], office, root, title=ASKED, due=soon, public=0, asked=True))
        return journeys

    def _powers(self, unit):
        powers = PowerItem.objects.in_force(self.agenda.today).filter(unit=unit)
        return list(powers.order_by("-touches_vital_interests", "pk")[:3])

    def _matter(self, day, recorder, unit, *, due, public, title="", power=None, asked=False):
        yield moment(day, 10)
        by = {"actor": self.players.actor(recorder), "at": self.agenda.at}
        values = self._values(asked) | {
            "title": title or OPEN_MATTER.format(power=power.name)[:120],
            "power": power.series if power else None,
            "power_name": power.name if power else "",
        }
        days_of = dict.fromkeys((part.code for part in self.rules.parts), due)
        made = disclosures.enter(scheme=self.campus.scheme, unit=unit, values=values, due=days_of, **by)
        rest = [day_ for day_ in self.agenda.days if day < day_ < self.campus.year.today]
        for version, part in enumerate(made.parts.all()[:public]):
            yield moment(rest[min(3 * version, len(rest) - 1)], 15)
            at = {"actor": self.players.actor(recorder), "at": self.agenda.at}
            disclosures.record(part.pk, values=self._public(part, version), seen_version=version, **at)

    def _values(self, asked):
        rules, on = self.rules, self.agenda.today
        modes = [mode.code for mode in rules.modes if mode.asked == asked]
        return {
            "matter": rules.matters[-1].code if rules.matters else "",
            "mode": modes[0] if modes else "",
            "asked_by": rules.askers[0].code if asked else "",
            "asked_on": on if asked else None,
            "answer_due_on": days.add_working_days(on, rules.answer_days) if asked else None,
            "answered_on": None,
        }

    def _public(self, part, number):
        channels = self.rules.channels
        return {
            "due_on": part.due_on,
            "happened_on": self.agenda.today,
            "content": CONTENT,
            "document_number": "",
            "disclosed_on": self.agenda.today,
            "channel": channels[number % len(channels)].code,
            "place": "",
        }
