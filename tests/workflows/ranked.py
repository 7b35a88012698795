"""A year with colleges whose sheets are there as if they had been handed in, ready to be ranked."""

from datetime import date

from registers.actors import Actor
from registers.models import Unit
from tests.factories import appoint, make_person, moment
from workflows.models import Decision, Enrolment, Submission
from workflows.publicity.rankings import computing, contests, releasing

SHEETS = 4
# College → of its four sheets: how many were late, how many never came, how many the office sent back.
COLLEGES = {"文": (0, 0, 0), "理": (1, 0, 0), "工": (1, 0, 0), "农": (2, 1, 0), "医": (0, 0, 2)}
DECISION = "2026年11月20日学校领导小组会议"


class Ranked:
    """The people of one ranking, and what they do. The clock stands on 2 November."""

    def __init__(self, year):
        self.year, self.campus, self.clock = year, year.campus, year.clock
        self.task = year.campaign.tasks.get(code="powers")
        self.colleges = {name: self.add_college(name, *sheets) for name, sheets in COLLEGES.items()}
        self.campus.second = make_person("戊三", self.campus.office_unit, number="second")
        appoint(self.campus.second, self.campus.root, "office")
        year.at("11-02")

    def add_college(self, name, late, missing, back, *, sheets=SHEETS):
        """A college with its head, of which ``sheets`` sheets of one task were due."""
        root, campaign = self.campus.root, self.year.campaign
        unit = Unit.objects.create(code=f"C{name}", name=f"{name}学院", unit_type="college", parent=root, position=9)
        head = make_person(f"院{name}", unit, number=f"dean{name}")
        appoint(head, unit, "unit_head")
        Enrolment.objects.create(campaign=campaign, unit=unit, enrolled_on=date(2026, 7, 12))
        for number in range(sheets):
            self._sheet(unit, number, head, late=number < late, missing=number >= sheets - missing, back=number < back)
        return unit

    def _sheet(self, unit, number, head, *, late, missing, back):
        at = moment("2026-08-20 10:00")
        there = {} if missing else {"submitted_at": at, "filed_at": at}
        sheet = Submission.objects.create(
            task=self.task,
            unit=unit,
            sequence=number + 1,
            state="open" if missing else "filed",
            due_on=at.date(),
            **there,
        )
        said = {"submission": sheet, "round": 1, "step_label": "步骤", "at": at}
        if not missing:
            Decision.objects.create(
                **said,
                step="fill",
                verdict="submit",
                actor=head,
                acting_role="liaison",
                seen_version=0,
                days_late=3 if late else None,
            )
            verdict = {"verdict": "return", "opinion": "补充", "redo_on": at.date()} if back else {"verdict": "agree"}
            Decision.objects.create(
                **said, step="file", actor=self.campus.office, acting_role="office", seen_version=1, **verdict
            )

    def actor(self, user):
        return Actor(user, on=self.clock.today)

    def by(self, user):
        return {"actor": self.actor(user), "at": self.clock.now}

    def dean(self, name):
        return self.colleges[name].appointments.get(role="unit_head").user

    def compute(self, by=None):
        self.ranking = computing.compute(self.year.campaign, **self.by(by or self.campus.office))
        return self.ranking

    def unit(self, name):
        """The row of a college as it stands now."""
        return self.ranking.units.select_related("unit", "ranking").get(unit=self.colleges[name])

    def figure(self, name, code):
        return self.unit(name).figures.get(code=code)

    def again(self):
        self.ranking = type(self.ranking).objects.select_related("campaign__scheme").get(pk=self.ranking.pk)
        return self.ranking

    def show(self, by=None):
        said = {"seen_version": self.again().version, **self.by(by or self.campus.office)}
        return computing.show(self.ranking.pk, **said)

    def contest(self, name, code="timely", claim="已按通知延期", by=None):
        row = self.unit(name)
        return contests.contest(row, figure=self.figure(name, code), claim=claim, **self.by(by or self.dean(name)))

    def answer(self, contest, outcome="upheld", words="经核实，确已准予延期。", by=None, **figure):
        return contests.answer(contest.pk, outcome=outcome, words=words, **figure, **self.by(by or self.campus.office))

    def decide(self, by=None, praised=(), agrees=True):
        said = {"decision": DECISION, "agrees": agrees, "praised": set(praised), "seen_version": self.again().version}
        return releasing.decide(self.ranking.pk, **said, **self.by(by or self.campus.chair))

    def release(self, by=None, *, reviewed=True):
        said = {"reviewed": reviewed, "seen_version": self.again().version, **self.by(by or self.campus.second)}
        self.ranking = releasing.release(self.ranking.pk, **said)
        return self.ranking

    def released(self):
        """The whole way without a contest."""
        self.compute()
        self.show()
        self.year.at("11-10")
        self.decide()
        return self.release()
