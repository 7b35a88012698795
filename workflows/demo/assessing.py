"""The demo's survey about the home unit and three assessments: one shown, one decided, one contested."""

from decimal import Decimal

from workflows.demo.corpus import dice
from workflows.demo.people import OFFICE_PERSONAS, SCHOOL_PERSONAS
from workflows.demo.year import moment
from workflows.models import Assessment, AssessmentContest
from workflows.policies.handling import own_units
from workflows.supervision import answering, assessment_contesting, assessment_deciding, assessments, surveys

DAYS = 14  # working days before the demo's day on which it begins
SLIPS, HANDED_OUT, USED = 40, 36, 29
EVIDENCE = {  # code of a criterion → what the unit refers to
    "leadership": "分工文件、专题会议记录各 2 份。",
    "attention": "分工文件、专题会议记录各 2 份。",
    "duty": "责任分解表和责任书。",
    "search": "排查工作方案、登记册导出件、集体审核记录。",
    "measures": "措施落实记录、抽查 10 份业务资料的佐证。",
    "openness": "公示材料和意见处理记录。",
    "rectification": "整改方案、整改报告和销号材料。",
    "violations": "本年度没有信访件和处理记录。",
}
SUMMARY = (
    "一、主要做法：主要负责人部署，全员排查，逐条落实防控措施。\n"
    "二、存在问题：个别措施的记录不完整，零星采购的审核责任不够明确。\n"
    "三、下一步：修订审核单，按季度自查措施落实情况。"
)
REASON = "部分材料没有日期或签字，按评分标准扣分。"
GROUNDS = "经研究，同意考评意见。"
CLAIM = "佐证材料第 2 份有经办人签字和日期，扫描时漏了一页，现补充，请复核。"
CORRECTED, KEPT = "补充的一页已核对，予以更正。", "已逐项核对并更正考评得分。"


class Assessor:
    """Plays the home unit's survey and assessment until its figures are shown, another's to the end."""

    def __init__(self, campus, agenda, players):
        self.campus, self.agenda, self.players = campus, agenda, players
        self.office = campus.personas[OFFICE_PERSONAS[0].number]
        self.deciders = [campus.personas[persona.number] for persona in SCHOOL_PERSONAS[:2]]
        self.chance = dice(campus.seed, "assessment")

    def journeys(self):
        """List the journeys, none where there are too few days or the rule book assesses nobody."""
        dates = [day for day in self.agenda.days if day < self.campus.year.today][-DAYS:]
        if len(dates) < DAYS or not self.campus.rules.assessment.is_held or dates[0].year != dates[-1].year:
            return []
        kept = set().union(*(own_units(self.players.actor(leader)) for leader in self.deciders))
        kept |= {self.campus.home.unit.pk, self.campus.office.unit.pk}
        others = [place for place in self.campus.places if place.unit.pk not in kept]
        journeys = [self._survey(dates), self._assessment(self.campus.home, dates, decided=False)]
        return journeys + [
            self._assessment(place, dates, decided=True, contested=contested)
            for place, contested in zip(others, (False, True), strict=False)
        ]

    def _by(self, user):
        return {"actor": self.players.actor(user), "at": self.agenda.at}

    def _survey(self, dates):
        yield moment(dates[0], 9)
        if not self.campus.rules.assessment.survey.is_held:
            return
        unit = self.campus.home.unit
        survey = surveys.open_one(unit, ends_on=dates[6], **self._by(self.office))
        codes, handed_out = [], {}
        for group in (group for group in survey.rules.groups if group.audience == "guests"):
            made = surveys.slips(survey.pk, group=group.code, number=SLIPS, **self._by(self.office))
            codes, handed_out = codes + made[:USED], handed_out | {group.code: HANDED_OUT}
        people = list(survey.invitations.order_by("user__number").values_list("user_id", flat=True))
        for place in range(1, 5):
            yield moment(dates[place], 10 + place)
            for person in people[: len(people) * 4 // 5][place - 1 :: 4]:
                slip = answering.draw(survey.pk, person, on=self.agenda.today)
                answering.answer(slip, self._said(survey), on=self.agenda.today)
            for code in codes[place - 1 :: 4]:
                answering.answer(code, self._said(survey), on=self.agenda.today)
        yield moment(dates[6], 17)
        surveys.close(survey.pk, given_out=handed_out, **self._by(self.office))

    def _said(self, survey):
        scale = [item.code for item in survey.rules.scale]
        weights = [9, 4, 1, 2][: len(scale)] + [1] * (len(scale) - 4)
        return {question.code: self.chance.choices(scale, weights)[0] for question in survey.rules.questions}

    def _assessment(self, place, dates, *, decided, contested=False):
        yield moment(dates[1], 9)
        made = assessments.begin([place.unit], due_on=dates[5], **self._by(self.office))
        if not made:
            return
        [made] = made
        yield moment(dates[3], 16)
        lines = list(made.lines.all())
        assessments.fill(
            made.pk,
            scores={line.pk: Decimal(line.points) for line in lines if not line.surveyed},
            evidence={line.pk: EVIDENCE.get(line.code, "") for line in lines},
            summary=SUMMARY,
            seen_version=0,
            **self._by(place.liaison.user),
        )
        yield moment(dates[4], 9)
        digest = assessments.digest_to_sign(Assessment.objects.get(pk=made.pk), list(made.lines.all()))
        assessments.sign(made.pk, seen_digest=digest, **self._by(place.head.user))
        yield moment(dates[7], 10)
        said = {"left_out": set(), "reasons": {line.pk: REASON for line in lines[1::2]}}
        scores = {line.pk: line.points - at % 2 * Decimal("1.5") for at, line in enumerate(lines)}
        assessments.score(made.pk, scores=scores, **said, seen_version=self._seen(made), **self._by(self.office))
        for at, leader in enumerate(self.deciders):
            yield moment(dates[8], 10 + at)
            given = {line.pk: Decimal(line.points) - (at + number) % 3 for number, line in enumerate(lines)}
            assessments.lead(made.pk, scores=given, **self._by(leader))
        yield moment(dates[9 if decided else 12], 9)
        assessments.show(made.pk, **self._by(self.office))
        if decided:
            yield moment(dates[10], 10)
            (self._contested if contested else self._accepted)(made, place, lines)
            yield from self._decided(made, dates)

    def _accepted(self, made, place, _):
        said = {"stand": "accept", "words": "", "seen_version": self._seen(made)}
        assessments.answer(made.pk, **said, **self._by(place.head.user))

    def _contested(self, made, place, lines):
        """The head contests the second line, where points were taken off, and the office gives them back."""
        line, head = lines[1], place.head.user
        assessment_contesting.contest(line.pk, words=CLAIM, seen_version=self._seen(made), **self._by(head))
        said = {"stand": "contest", "words": "", "seen_version": self._seen(made)}
        assessments.answer(made.pk, **said, **self._by(head))
        scores = {one.pk: one.office for one in made.lines.all()} | {line.pk: line.points}
        said = {"left_out": set(), "reasons": {one.pk: one.reason for one in made.lines.all()} | {line.pk: ""}}
        assessments.score(made.pk, scores=scores, **said, seen_version=self._seen(made), **self._by(self.office))
        found = AssessmentContest.objects.get(line=line)
        said = {"outcome": AssessmentContest.Outcome.UPHELD, "words": CORRECTED, "seen_version": self._seen(made)}
        assessment_contesting.settle(found.pk, **said, **self._by(self.office))
        assessments.reply(made.pk, words=KEPT, seen_version=self._seen(made), **self._by(self.office))

    def _decided(self, made, dates):
        yield moment(dates[11], 15)
        said = {"vetoes": [], "grounds": GROUNDS, "seen_version": self._seen(made)}
        assessment_deciding.decide(made.pk, **said, **self._by(self.deciders[0]))
        yield moment(dates[12], 10)
        assessment_deciding.confirm(made.pk, seen_version=self._seen(made), **self._by(self.deciders[1]))

    def _seen(self, made):
        return Assessment.objects.get(pk=made.pk).version
