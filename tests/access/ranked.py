"""The rankings of the world of these tests, one in every state, and what is posted to their pages."""

from datetime import timedelta

from workflows.models import (
    Campaign,
    Enrolment,
    RankedUnit,
    Ranking,
    RankingContest,
    RankingEntry,
    RankingFigure,
)
from workflows.publicity.rankings import computing, contests, releasing

# State → the year of its campaign, which has ended.
STATES = {"computed": 2025, "shown": 2024, "over": 2023, "decided": 2022, "released": 2021}
COMMITTEE, WHOLE = "office_staff chair", "unit leader office_staff chair"
ENTRY = {"kind": "deduction", "code": "criticised", "times": 1, "origin": "found"}
SEEN_BY = {
    "basis computed": COMMITTEE,
    **{f"basis {state}": WHOLE for state in list(STATES)[1:]},
    **{
        f"{word} {state}": WHOLE
        for word in ("claim", "file claim", "answer")
        for state in ("shown", "decided")
        if (word, state) != ("answer", "shown")
    },
}


def readers_of(ranking):
    """Who reads the figures of the unit: the committee, and the unit once they are shown."""
    return WHOLE if ranking.shown_at else COMMITTEE


def _by_unit(model):
    rows = model.objects.select_related("ranked__ranking")
    return lambda world: {row: readers_of(row.ranked.ranking) for row in rows.all()}


def rankings_of(world):
    """Every ranking, read by everybody once it is released."""
    everybody = " ".join(set(world.browsers) - {"nobody"})
    return {row: everybody if row.released_at else readers_of(row) for row in Ranking.objects.all()}


# Model → the rows of the world with who reads them.
ROWS = {
    Ranking: rankings_of,
    RankedUnit: lambda world: {row: readers_of(row.ranking) for row in RankedUnit.objects.select_related("ranking")},
    RankingFigure: _by_unit(RankingFigure),
    RankingEntry: _by_unit(RankingEntry),
    RankingContest: _by_unit(RankingContest),
}


class RankedYears:
    """A ranking of the unit in every state, each of a year that has ended. The office has computed and shown them."""

    def __init__(self, world):
        self.world, self.campus = world, world.campus
        self.rankings = {state: self._ranking(state, year) for state, year in STATES.items()}

    def by(self, user):
        return {"actor": self.world.year.actor(user), "at": self.world.clock.now}

    def _ranking(self, state, year):
        campus, office = self.campus, self.by(self.campus.office)
        campaign = Campaign.objects.create(
            scheme=campus.scheme,
            institution=campus.root,
            year=year,
            state="closed",
            opened_at=self.world.clock.now,
            closed_at=self.world.clock.now,
        )
        Enrolment.objects.create(campaign=campaign, unit=campus.unit, enrolled_on=self.world.clock.today)
        made = computing.compute(campaign, **office)
        self._entry(made, state)
        later = (self._show, self._end, self._decide, self._release)
        for act in later[: list(STATES).index(state)]:
            act(made, state)
        return Ranking.objects.get(pk=made.pk)

    def _entry(self, made, state):
        values = ENTRY | {"basis": self.world.text(f"basis {state}")}
        computing.enter(made.units.get(), values=values, **self.by(self.campus.office))

    def _show(self, made, state):
        computing.show(made.pk, seen_version=self._seen(made), **self.by(self.campus.office))
        if state in ("shown", "decided"):
            row = made.units.get()
            said = {"claim": self.world.text(f"claim {state}"), "uploads": [self.world.workbook(f"claim {state}")]}
            made = contests.contest(row, figure=row.figures.first(), **said, **self.by(self.campus.head))
            if state == "decided":
                words = self.world.text(f"answer {state}")
                contests.answer(made.pk, outcome="rejected", words=words, **self.by(self.campus.office))

    def _end(self, made, state):
        Ranking.objects.filter(pk=made.pk).update(contest_until=self.world.clock.today - timedelta(days=1))

    def _decide(self, made, state):
        said = {"decision": "学校领导小组会议", "agrees": True, "praised": set(), "seen_version": self._seen(made)}
        releasing.decide(made.pk, **said, **self.by(self.campus.chair))

    def _release(self, made, state):
        releasing.release(made.pk, reviewed=True, seen_version=self._seen(made), **self.by(self.campus.second))

    def _seen(self, made):
        return Ranking.objects.get(pk=made.pk).version

    def behind(self):
        """The objects that the addresses lead to: door → name → (arguments, the object)."""
        rankings = {state: ({"pk": row.pk}, row) for state, row in self.rankings.items()}
        units = {state: ({"pk": row.units.get().pk}, None) for state, row in self.rankings.items()}
        paper = {"slug": "ranking-notice", "form": "xlsx"}
        return {
            **{f"ranking_{word}": rankings for word in ("detail", "show", "decide", "release", "export", "picture")},
            "ranking_picture_file": rankings,
            "ranking_file": {state: (kwargs | paper, row) for state, (kwargs, row) in rankings.items()},
            **{f"ranking_{word}": units for word in ("unit", "entry_add", "leave_out", "contest")},
            "ranking_entry_drop": {
                next(name for name, year in STATES.items() if year == entry.ranked.ranking.campaign.year): (
                    {"pk": entry.pk},
                    None,
                )
                for entry in RankingEntry.objects.select_related("ranked__ranking__campaign")
            },
            "ranking_answer": {
                state: ({"pk": RankingContest.objects.get(ranked__ranking=self.rankings[state]).pk}, None)
                for state in ("shown", "decided")
            },
        }

    def posted(self):
        """Complete and correct form data: door → what is posted."""
        figure = RankingFigure.objects.filter(ranked__ranking=self.rankings["shown"]).last()
        return {
            "ranking_decide": {"decision": "学校领导小组会议", "agrees": ["yes"]},
            "ranking_release": {"reviewed": "yes"},
            "ranking_entry_add": {"what": "deduction:criticised", "times": "1", "origin": "found", "basis": "一号"},
            "ranking_leave_out": {"why": "新设单位"},
            "ranking_contest": {"about": f"figure:{figure.pk}", "claim": "已延期"},
            "ranking_answer": {"outcome": "rejected", "words": "已核实", "number": "", "of": ""},
        }
