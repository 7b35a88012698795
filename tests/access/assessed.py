"""The assessments and surveys of the world of these tests, and what is posted to their pages."""

from datetime import date
from decimal import Decimal

from tests.browser.pages import PASSWORD
from workflows.models import (
    Assessment,
    AssessmentContest,
    AssessmentLine,
    LeaderScore,
    Survey,
    SurveyAnswer,
    SurveyInvitation,
    SurveySlip,
)
from workflows.supervision import answering, assessment_contesting, assessment_deciding, assessments, surveys

STATES = ("own", "scored", "shown", "contested", "replied", "decided", "confirmed")
SHOWN = STATES[STATES.index("shown") :]

OVERSEEN, WHOLE = "office chair", "office chair leader unit"
INVITED = "staff_below unit insider"
# Name of a text → who may come across it.
SEEN_BY = {
    **{f"{word} {state}": WHOLE for word in ("summary", "evidence", "file proof") for state in STATES},
    "reason scored": OVERSEEN,
    **{f"reason {state}": WHOLE for state in SHOWN},
    **{f"contest {state}": WHOLE for state in SHOWN[1:]},
    **{f"reply {state}": WHOLE for state in SHOWN[2:]},
    **{f"{word} {state}": WHOLE for word in ("against", "file against") for state in SHOWN[1:]},
    **{f"settled {state}": WHOLE for state in SHOWN[2:]},
    "grounds decided": "chair",
    "grounds confirmed": WHOLE,
}


def invitations_of(world):
    return {row: row.user.number for row in SurveyInvitation.objects.select_related("user")}


# Model → the rows of the world with who reads them.
ROWS = {
    Assessment: lambda world: dict.fromkeys(Assessment.objects.all(), WHOLE),
    AssessmentLine: lambda world: dict.fromkeys(AssessmentLine.objects.all(), WHOLE),
    AssessmentContest: lambda world: dict.fromkeys(AssessmentContest.objects.all(), WHOLE),
    LeaderScore: lambda world: dict.fromkeys(LeaderScore.objects.all(), "chair"),
    Survey: lambda world: {
        world.assessed.surveys["open"]: f"{OVERSEEN} {INVITED}",
        world.assessed.surveys["closed"]: WHOLE,
    },
    SurveyInvitation: invitations_of,
    SurveySlip: lambda world: dict.fromkeys(SurveySlip.objects.all(), ""),
    SurveyAnswer: lambda world: dict.fromkeys(SurveyAnswer.objects.all(), ""),
}


class Assessed:
    """An assessment of the unit in every state, each of another year, a survey that is closed and one that runs."""

    def __init__(self, world):
        self.world, self.campus = world, world.campus
        self.surveys = {"closed": self._survey()}
        self._answer(self.surveys["closed"])
        surveys.close(self.surveys["closed"].pk, given_out={"students": 1}, **self.by(self.campus.office))
        self.assessments = {}
        for age, state in enumerate(reversed(STATES), 1):
            self.assessments[state] = self._assessment(state, 2026 - age)
        self.surveys["open"] = self._survey()
        self.surveys = {name: Survey.objects.get(pk=row.pk) for name, row in self.surveys.items()}

    def by(self, user):
        return {"actor": self.world.year.actor(user), "at": self.world.clock.now}

    def _survey(self):
        return surveys.open_one(self.campus.unit, ends_on=date(2026, 12, 11), **self.by(self.campus.office))

    def _answer(self, survey):
        said = {question.code: "satisfied" for question in survey.rules.questions}
        code, *_ = surveys.slips(survey.pk, group="students", number=2, **self.by(self.campus.office))
        answering.answer(code, said, on=self.world.clock.today)

    def _assessment(self, state, year):
        """An assessment as far as ``state``, moved to another year: a unit has one a year."""
        made = assessments.begin([self.campus.unit], due_on=date(2026, 12, 4), **self.by(self.campus.office))[0]
        acts = [self._score, self._show, self._contest, self._reply, self._decide, self._confirm]
        self._fill(made, state)
        for act in acts[: STATES.index(state)]:
            act(made, state)
        Assessment.objects.filter(pk=made.pk).update(year=year)
        return Assessment.objects.select_related("unit", "scheme").get(pk=made.pk)

    def _fill(self, made, state):
        lines = list(made.lines.all())
        assessments.fill(
            made.pk,
            scores={line.pk: Decimal(line.points) for line in lines if not line.surveyed},
            evidence={lines[0].pk: self.world.text(f"evidence {state}")},
            summary=self.world.text(f"summary {state}"),
            seen_version=0,
            **self.by(self.campus.liaison),
        )
        files = [self.world.workbook(f"proof {state}")]
        assessments.add_files(lines[0].pk, uploads=files, dropped=[], **self.by(self.campus.liaison))

    def _score(self, made, state):
        lines = list(made.lines.filter(surveyed=False))
        digest = assessments.digest_to_sign(assessments.locked(made.pk), list(made.lines.all()))
        assessments.sign(made.pk, seen_digest=digest, **self.by(self.campus.head))
        scores = {line.pk: Decimal(line.points) / 2 for line in lines}
        said = {"reasons": {line.pk: self.world.text(f"reason {state}") for line in lines}, "left_out": set()}
        assessments.score(made.pk, scores=scores, **said, seen_version=self._seen(made), **self.by(self.campus.office))
        assessments.lead(made.pk, scores=scores, **self.by(self.campus.chair))

    def _show(self, made, state):
        assessments.show(made.pk, **self.by(self.campus.office))

    def _contest(self, made, state):
        against, file = self.world.text(f"against {state}"), self.world.workbook(f"against {state}")
        line = made.lines.first()
        seen = {"seen_version": self._seen(made)}
        assessment_contesting.contest(line.pk, words=against, uploads=[file], **seen, **self.by(self.campus.head))
        words = self.world.text(f"contest {state}")
        said = {"stand": "contest", "words": words, "seen_version": self._seen(made)}
        assessments.answer(made.pk, **said, **self.by(self.campus.head))

    def _reply(self, made, state):
        settled = {
            "outcome": "rejected",
            "words": self.world.text(f"settled {state}"),
            "seen_version": self._seen(made),
        }
        [contest] = AssessmentContest.objects.filter(line__assessment=made)
        assessment_contesting.settle(contest.pk, **settled, **self.by(self.campus.office))
        said = {"words": self.world.text(f"reply {state}"), "seen_version": self._seen(made)}
        assessments.reply(made.pk, **said, **self.by(self.campus.office))

    def _decide(self, made, state):
        """As the chair decides; then as if somebody else of the leading group had, so that the chair may confirm."""
        said = {"vetoes": [], "grounds": self.world.text(f"grounds {state}"), "seen_version": self._seen(made)}
        assessment_deciding.decide(made.pk, **said, **self.by(self.campus.chair))
        Assessment.objects.filter(pk=made.pk).update(decided_by=self.campus.second)

    def _confirm(self, made, state):
        assessment_deciding.confirm(made.pk, seen_version=self._seen(made), **self.by(self.campus.chair))

    def _seen(self, made):
        return Assessment.objects.get(pk=made.pk).version

    def behind(self):
        """The objects that the addresses lead to: door → name → (arguments, the object)."""
        by_state = {name: ({"pk": row.pk}, row) for name, row in self.assessments.items()}
        words = "detail pack fill sign score lead show answer reply decide confirm"
        slips = {name: ({"pk": row.pk}, None) for name, row in self.surveys.items()}
        return {
            **{f"assessment_{word}": by_state for word in words.split()},
            **{
                f"assessment_{word}": {
                    name: ({"pk": row.lines.first().pk}, row) for name, row in self.assessments.items()
                }
                for word in ("evidence", "contest")
            },
            "assessment_settle": {
                name: ({"pk": AssessmentContest.objects.get(line__assessment=self.assessments[name]).pk}, row)
                for name, row in self.assessments.items()
                if name in SHOWN[1:]
            },
            "assessment_file": {
                name: ({"pk": row.pk, "slug": "assessment-record", "form": "xlsx"}, row)
                for name, row in self.assessments.items()
            },
            **{f"survey_{word}": slips for word in ("detail", "slips", "draw", "close")},
        }

    def posted(self):
        """Complete and correct form data: door → what is posted."""
        lines = {state: list(row.lines.all()) for state, row in self.assessments.items()}

        def scored(word):
            return {f"{word}-{line.pk}": line.points for rows in lines.values() for line in rows if not line.surveyed}

        own = self.assessments["own"]
        return {
            "assessment_begin": {"units": [self.campus.other_unit.code], "due_on": "2026-12-04"},
            "assessment_fill": scored("own") | {"summary": "总结"},
            "assessment_evidence": {},
            "assessment_sign": {
                "password": PASSWORD,
                "seen_digest": assessments.digest_to_sign(own, lines["own"]),
            },
            "assessment_score": scored("office"),
            "assessment_lead": scored("lead"),
            "assessment_answer": {"stand": "accept", "words": ""},
            "assessment_contest": {"words": "应得满分"},
            "assessment_settle": {"outcome": "rejected", "words": "材料不足"},
            "assessment_reply": {"words": "已核实"},
            "assessment_decide": {"grounds": "同意", "vetoes": ["sanctioned"]},
            "survey_add": {"unit": self.campus.other_unit.code, "ends_on": "2026-12-11"},
            "survey_slips": {"group": "students", "number": "2"},
            "survey_close": {"out-students": "0"},
        }
