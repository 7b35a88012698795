"""The assessment of a unit: own score, office, leaders, figures shown, contest, decision by two people."""

import zipfile
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from registers.access import NotAllowed, can
from registers.actors import Actor
from registers.models import AuditEntry
from registers.refusals import Refused, Stale
from tests.factories import appoint, make_person
from tests.files import package, upload
from tests.stories import played_once
from workflows.models import Assessment, LeaderScore, Notification
from workflows.supervision import answering, assessment_deciding, assessments, surveys

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


class Story:
    """The people of one assessment of the unit, and what they do."""

    def __init__(self, campus, clock):
        self.campus, self.clock = campus, clock
        clock.set("2026-11-02 10:00")
        self.party = make_person("党委一", campus.root, number="party")
        appoint(self.party, campus.root, "school_group")
        self.survey = surveys.open_one(campus.unit, ends_on=date(2026, 11, 20), **self.by(campus.office))
        self.made = assessments.begin([campus.unit], due_on=date(2026, 11, 13), **self.by(campus.office))[0]

    def by(self, user):
        return {"actor": Actor(user, on=self.clock.today), "at": self.clock.now}

    def may(self, user, action):
        return can(Actor(user, on=self.clock.today), action, self.again())

    def again(self):
        self.made = Assessment.objects.select_related("unit", "scheme", "survey").get(pk=self.made.pk)
        return self.made

    def seen(self):
        return self.again().version

    def lines(self):
        return list(self.made.lines.all())

    def scores(self, share):
        return {line.pk: Decimal(line.points) * share / 100 for line in self.lines() if not line.surveyed}

    def fill(self, share=100, by=None, **fields):
        said = {"scores": self.scores(share), "evidence": {}, "summary": "总结", "seen_version": self.seen()} | fields
        return assessments.fill(self.made.pk, **said, **self.by(by or self.campus.liaison))

    def digest(self):
        return assessments.digest_to_sign(self.again(), self.lines())

    def sign(self, by=None):
        return assessments.sign(self.made.pk, seen_digest=self.digest(), **self.by(by or self.campus.head))

    def score(self, share=80, by=None, left_out=(), **fields):
        reasons = {line.pk: "材料不全" for line in self.lines()}
        said = {
            "scores": self.scores(share),
            "reasons": reasons,
            "left_out": set(left_out),
            "seen_version": self.seen(),
        }
        return assessments.score(self.made.pk, **said | fields, **self.by(by or self.campus.office))

    def lead(self, share=70, by=None):
        return assessments.lead(self.made.pk, scores=self.scores(share), **self.by(by or self.campus.chair))

    def close_survey(self, people=5, code="fair"):
        staff = [self.campus.clerk, self.campus.colleague, self.campus.liaison, self.campus.member, self.campus.deputy]
        for person in staff[:people]:
            slip = answering.draw(self.survey.pk, person.pk, on=self.clock.today)
            answering.answer(
                slip, {question.code: code for question in self.survey.rules.questions}, on=self.clock.today
            )
        surveys.close(self.survey.pk, given_out={"students": 0}, **self.by(self.campus.office))

    def show(self):
        return assessments.show(self.made.pk, **self.by(self.campus.office))

    def answer(self, stand="accept", words=""):
        said = {"stand": stand, "words": words, "seen_version": self.seen()}
        return assessments.answer(self.made.pk, **said, **self.by(self.campus.head))

    def reply(self, words="已更正"):
        return assessments.reply(self.made.pk, words=words, seen_version=self.seen(), **self.by(self.campus.office))

    def decide(self, vetoes=(), by=None):
        said = {"vetoes": vetoes, "grounds": "同意", "seen_version": self.seen()}
        return assessment_deciding.decide(self.made.pk, **said, **self.by(by or self.campus.chair))

    def to_figures(self):
        self.fill()
        self.sign()
        self.score()
        self.lead()
        self.close_survey()
        return self.show()


@pytest.fixture
@played_once
def story(campus, clock):
    return Story(campus, clock)


@pytest.fixture
@played_once
def shown(story):
    story.to_figures()
    return story


def test_sheet_has_the_criteria_of_the_scheme_and_is_made_once(story):
    rules = story.made.rules
    assert [line.label for line in story.lines()] == [item.label for item in rules.criteria]
    assert assessments.begin([story.campus.unit], due_on=date(2026, 11, 13), **story.by(story.campus.office)) == []
    told = Notification.objects.filter(kind="assessment.begin").values_list("recipient__number", flat=True)
    assert set(told) == {"head", "liaison"}


def test_result_is_what_the_parts_and_the_survey_give(shown):
    """85 points are scored (own 100, office 80, leaders 70 percent), 15 follow the survey with 70: weights 20, 40, 40."""
    expected = (Decimal(85) * (20 + 32 + 28) + Decimal(15) * 70) / 100
    assert assessments.result_of(shown.again()) == expected == Decimal("78.50")
    shown.answer()
    assert shown.decide().band == "unmet"


def test_head_signs_what_he_has_seen_and_nothing_half(story):
    with pytest.raises(Refused, match="没有自评得分"):
        story.sign()
    story.fill(summary="")
    with pytest.raises(Refused, match="自评总结"):
        story.sign()
    story.fill()
    with pytest.raises(NotAllowed):
        story.sign(by=story.campus.liaison)
    seen = story.digest()
    story.fill(90)
    with pytest.raises(Stale):
        assessments.sign(story.made.pk, seen_digest=seen, **story.by(story.campus.head))
    story.sign()
    with pytest.raises(NotAllowed, match="已经签字"):
        story.fill()
    assert AuditEntry.objects.get(act="assessment.sign").detail["digest"] == story.again().signed_digest


def test_scores_fit_their_lines_and_lost_points_have_a_reason(story):
    line = story.lines()[0]
    with pytest.raises(Refused, match=f"0 到 {line.points} 分"):
        story.fill(scores={line.pk: Decimal(line.points) + 1})
    with pytest.raises(Stale):
        story.fill(seen_version=99)
    with pytest.raises(NotAllowed, match="没有报送"):
        story.score()
    story.fill()
    story.sign()
    with pytest.raises(Refused, match="写明原因"):
        story.score(reasons={})
    with pytest.raises(Refused, match="没有打分"):
        story.score(scores={})
    with pytest.raises(Refused, match="至少要有一项"):
        story.score(left_out=[line.pk for line in story.lines()])
    assert story.again().scored_at is None


def test_line_that_does_not_apply_is_rescaled(shown):
    before = assessments.result_of(shown.again())
    line = shown.lines()[0]
    line.applies, line.reason = False, "无此项业务"
    line.save()
    assert assessments.result_of(shown.again()) == Decimal("78.24")  # (70 × 80 + 15 × 70) / 85
    assert before == Decimal("78.50")


def test_each_leader_has_his_own_sheet_and_the_mean_counts(story):
    story.fill()
    story.sign()
    with pytest.raises(NotAllowed, match="办公室考评以后"):
        story.lead()
    story.score()
    story.lead(70)
    story.lead(60, by=story.party)
    story.lead(80, by=story.party)  # his last word
    line = next(line for line in story.lines() if not line.surveyed)
    given = assessments.scored(story.again())[0]
    assert sorted(given.leadership) == [Decimal(line.points) * 70 / 100, Decimal(line.points) * 80 / 100]
    mine = LeaderScore.objects.visible_to(Actor(story.party, on=story.clock.today))
    assert set(mine.values_list("leader__number", flat=True)) == {"party"}
    assert not LeaderScore.objects.visible_to(Actor(story.campus.office, on=story.clock.today)).exists()
    assert assessments.leaders_who_scored(story.made) == 2


def test_nobody_scores_or_decides_on_a_unit_that_concerns_him(shown):
    campus = shown.campus
    insider = make_person("戊二", campus.unit, number="insider")
    appoint(insider, campus.root, "office")
    own_body = make_person("党委二", campus.unit, number="own_body")
    appoint(own_body, campus.root, "school_group")
    shown.answer()
    for person, action in ((insider, "make"), (own_body, "decide"), (campus.leader, "lead"), (campus.head, "decide")):
        assert not shown.may(person, action), action
    assert shown.may(shown.party, "decide")
    assert not Assessment.objects.visible_to(Actor(campus.clerk, on=shown.clock.today)).exists()
    assert not Assessment.objects.visible_to(Actor(campus.other_head, on=shown.clock.today)).exists()


def test_unit_reads_no_figure_before_it_is_shown_and_may_contest_it(story):
    story.fill()
    story.sign()
    story.score()
    story.lead()
    assert "反馈本单位以后" in story.may(story.campus.head, "read_figures").reason
    with pytest.raises(Refused, match="测评还没有结束"):
        story.show()
    story.close_survey()
    story.show()
    assert story.may(story.campus.head, "read_figures")
    assert "11月9日前可以提出" in story.may(story.campus.chair, "decide").reason
    with pytest.raises(Refused, match="事实和依据"):
        story.answer("contest")
    story.answer("contest", "第 1 项有材料")
    assert "还没有答复" in story.may(story.campus.chair, "decide").reason
    story.score(90)
    story.reply()
    with pytest.raises(NotAllowed, match="不能再修改"):
        story.score(100)
    assert story.may(story.campus.chair, "decide")


def test_unit_that_says_nothing_does_not_hold_up_the_decision(shown):
    shown.clock.set("2026-11-10 09:00")
    assert shown.may(shown.campus.chair, "decide")


def test_survey_without_a_result_counts_for_nothing(story):
    story.fill()
    story.sign()
    story.score()
    story.lead()
    story.close_survey(people=4)
    story.show()
    assert story.again().survey.score is None
    assert assessments.result_of(story.made) == Decimal("80.00")  # 20 + 32 + 28, of 85 points rescaled


def test_two_people_decide_and_a_veto_caps_the_band_not_the_score(shown):
    shown.answer()
    shown.decide(["accountable"])
    made = shown.again()
    assert (made.score, made.band) == (Decimal("78.50"), "unmet")
    assert not made.confirmed_at
    with pytest.raises(NotAllowed, match="另一人"):
        assessment_deciding.confirm(made.pk, seen_version=made.version, **shown.by(shown.campus.chair))
    with pytest.raises(Refused, match="原因"):
        assessment_deciding.undo(made.pk, reason="", seen_version=made.version, **shown.by(shown.party))
    assessment_deciding.undo(made.pk, reason="否决依据不足", seen_version=made.version, **shown.by(shown.party))
    assert shown.again().score is None
    shown.decide(by=shown.party)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=made.pk).update(confirmed_by=shown.party, confirmed_at=shown.clock.now)
    assessment_deciding.confirm(made.pk, seen_version=shown.seen(), **shown.by(shown.campus.chair))
    assert shown.again().stage[0] == "已审定"
    told = Notification.objects.filter(kind="assessment.confirm").values_list("recipient__number", flat=True)
    assert {"head", "liaison", "leader"} <= set(told)


def test_whole_year_by_the_pages_a_browser_sees(story, client):
    """Every page is opened and every form sent by the person whose turn it is; nothing but the pages is used."""
    from tests.browser.pages import PASSWORD  # noqa: PLC0415

    def go(user, door, *args, data=None):
        client.force_login(user)
        address = reverse(door, args=args)
        return client.get(address) if data is None else client.post(address, data)

    campus, pk = story.campus, story.made.pk
    data = {f"own-{line.pk}": line.points for line in story.lines() if not line.surveyed}
    data |= {f"evidence-{line.pk}": f"材料{line.position}" for line in story.lines()}
    assert go(campus.liaison, "assessment_fill", pk).status_code == 200
    again = go(campus.liaison, "assessment_fill", pk, data=data | {"summary": "总结", "seen_version": 7})
    assert again.status_code == 422
    assert "材料1" in again.content.decode()
    assert (
        go(campus.liaison, "assessment_fill", pk, data=data | {"summary": "总结", "seen_version": 0}).status_code == 302
    )
    file = upload("名单.xlsx", package("xl/workbook.xml"))
    first = story.lines()[0].pk
    assert go(campus.liaison, "assessment_evidence", first, data={"files": file}).status_code == 302
    bad = upload("名单.pdf", b"nothing")
    assert go(campus.liaison, "assessment_evidence", first, data={"files": bad}).status_code == 422
    wrong = go(campus.head, "assessment_sign", pk, data={"password": "x", "seen_digest": story.digest()})
    assert wrong.status_code == 422
    signed = {"password": PASSWORD, "seen_digest": story.digest()}
    assert go(campus.head, "assessment_sign", pk, data=signed).status_code == 302
    data = {f"office-{line.pk}": line.points for line in story.lines() if not line.surveyed}
    last = story.lines()[0].pk
    data |= {f"out-{last}": "yes", f"reason-{last}": "无此项业务"}
    seen = {"seen_version": story.seen()}
    assert go(campus.office, "assessment_score", pk, data=data | seen).status_code == 302
    data = {f"lead-{line.pk}": line.points for line in story.lines() if not line.surveyed}
    assert go(campus.chair, "assessment_lead", pk, data=data).status_code == 302
    story.close_survey(code="satisfied")
    assert go(campus.office, "assessment_show", pk, data={}).status_code == 302
    page = go(campus.head, "assessment_detail", pk).content.decode()
    assert "无此项业务" in page
    assert "100.00" in page
    accepted = {"stand": "accept", "words": "", "seen_version": story.seen()}
    assert go(campus.head, "assessment_answer", pk, data=accepted).status_code == 302
    decided = {"vetoes": ["sanctioned"], "grounds": "同意", "seen_version": story.seen()}
    assert go(campus.chair, "assessment_decide", pk, data=decided).status_code == 302
    confirmed = {"seen_version": story.seen(), "reason": ""}
    assert go(story.party, "assessment_confirm", pk, data=confirmed | {"undo": "1"}).status_code == 422
    assert go(story.party, "assessment_confirm", pk, data=confirmed).status_code == 302
    made = story.again()
    assert (made.score, made.band, made.band_rules.commended) == (Decimal("100.00"), "met", False)
    for slug in ("assessment-record", "assessment-pack"):
        for form in ("pdf", "docx", "xlsx"):
            assert go(campus.head, "assessment_file", pk, slug, form).status_code == 200
    pack = go(campus.head, "assessment_pack", pk)
    names = zipfile.ZipFile(BytesIO(pack.getvalue())).namelist()
    assert names == ["00-目录.pdf", "01-1 名单.xlsx"]
    listed = go(campus.office, "record_detail", campus.root.code, "assessment-results").content.decode()
    assert campus.unit.name in listed
    assert "100.00" in listed
