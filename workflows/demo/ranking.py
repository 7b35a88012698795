"""The demo's ranking of units: computed, contested by the home unit, decided, released.

Only where the demo's day is so late in the year that most of what was due is past.
"""

from workflows.demo.people import OFFICE_PERSONAS, SCHOOL_PERSONAS
from workflows.demo.year import moment
from workflows.models import CampaignTask, Ranking
from workflows.publicity.rankings import computing, contests, releasing

DAYS = 10  # working days before the demo's day on which it begins
PAST = 2 / 3  # of the tasks with a last day, at least
CLAIM = "有一张表已经在系统故障当天书面报送，请核对办公室收文登记后计入。"
ANSWER = "经核对收文登记，该表当日已书面报送，予以计入。"


class Ranker:
    """The ranking of the year, played to its release."""

    def __init__(self, campus, campaign, agenda, players):
        self.campus, self.campaign, self.agenda, self.players = campus, campaign, agenda, players
        self.office, self.second = (campus.personas[persona.number] for persona in OFFICE_PERSONAS)
        self.chair = campus.personas[SCHOOL_PERSONAS[0].number]

    def journeys(self):
        """List the journey, none where the day is too early or the rule book ranks no units."""
        today = self.campus.year.today
        dates = [day for day in self.agenda.days if day < today][-DAYS:]
        due = CampaignTask.objects.filter(campaign=self.campaign, due_on__isnull=False)
        late = due.filter(due_on__lt=dates[0]).count() if len(dates) == DAYS else 0
        if not late or late < PAST * due.count() or not self.campus.rules.ranking.is_held:
            return []
        return [self._ranking(dates)]

    def _by(self, user):
        return {"actor": self.players.actor(user), "at": self.agenda.at}

    def _ranking(self, dates):
        yield moment(dates[0], 9)
        made = computing.compute(self.campaign, **self._by(self.office))
        yield moment(dates[0], 15)
        computing.show(made.pk, seen_version=made.version, **self._by(self.office))
        yield moment(dates[1], 10)
        contest = self._contest(made)
        yield moment(dates[3], 10)
        if contest is not None:
            self._answer(contest)
        yield moment(dates[7], 10)
        self._decide(made)
        yield moment(dates[8], 16)
        releasing.release(made.pk, reviewed=True, seen_version=self._seen(made), **self._by(self.second))

    def _contest(self, made):
        """The head of the home unit contests its worst figure of sheets."""
        row = made.units.filter(unit=self.campus.home.unit, left_out="").select_related("unit").first()
        figures = row.figures.filter(code__in=["timely", "coverage"]) if row else []
        figures = [figure for figure in figures if figure.number < figure.of]
        if not figures:
            return None
        return contests.contest(row, figure=figures[0], claim=CLAIM, **self._by(self.campus.home.head.user))

    def _answer(self, contest):
        figure = contest.figure
        contests.answer(
            contest.pk, outcome="upheld", words=ANSWER, number=figure.number + 1, of=figure.of, **self._by(self.office)
        )

    def _decide(self, made):
        ranking = Ranking.objects.select_related("campaign__scheme").get(pk=made.pk)
        day = self.agenda.today
        releasing.decide(
            made.pk,
            decision=f"{day.year}年{day.month}月{day.day}日会议",
            agrees=True,
            praised={row.pk for row in releasing.proposed_praise(ranking)},
            seen_version=ranking.version,
            **self._by(self.chair),
        )

    def _seen(self, made):
        return Ranking.objects.get(pk=made.pk).version
