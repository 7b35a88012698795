"""Many sheets at once: each by itself, each with its own result."""

import pytest
from django.test import Client
from django.urls import reverse

from registers.models import AuditEntry, Grade, RiskPoint
from tests import factories
from tests.access.world import Story
from tests.longer import longer
from tests.personas import point
from workflows.models import Decision, Notification, ReviewVote, Submission
from workflows.routing import bulk

pytestmark = [pytest.mark.django_db, pytest.mark.database("postgresql")]

PASSWORD = "password-for-tests"


class Pile:
    """A campaign in which the clerk holds many posts, each with a submitted search sheet."""

    def __init__(self, campus, clock, count):
        self.campus = campus
        self.posts = [factories.make_post(campus.unit, f"岗位{number}", campus.clerk) for number in range(count)]
        self.year = Story(campus, clock)
        for post in self.posts:
            sheet = self.year.sheet("personal-search", post)
            self.year.submit(sheet, self.year.points(sheet, point(f"风险{post.code}")))

    def sheets(self):
        return [self.year.sheet("personal-search", post) for post in self.posts]

    def ticked(self):
        return {sheet.pk: sheet.version for sheet in self.sheets()}

    def act(self, what, who, ticked=None, **said):
        outcomes = bulk.act(what, ticked or self.ticked(), actor=self.year.actor(who), at=self.year.clock.now, **said)
        return {row.submission_id: row for row in outcomes}

    def reviewed(self):
        """All sheets voted on by two, summed up and signed: they wait for the office."""
        self.act(bulk.VOTE, self.campus.member)
        self.act(bulk.VOTE, self.campus.head)
        self.act(bulk.AGREE, self.campus.head, signed=True)
        return self


@pytest.fixture
def pile(campus, clock):
    return lambda count=3: Pile(campus, clock, count)


@pytest.fixture
def second(campus):
    user = factories.make_person("戊四", campus.office_unit, number="second")
    factories.appoint(user, campus.root, "office")
    return user


def kinds(outcomes):
    return [row.kind for row in outcomes.values()]


def browser(user):
    client = Client()
    client.force_login(user, backend="registers.sessions.People")
    return client


def sent(sheets, act, **more):
    return {
        "sheet": [sheet.pk for sheet in sheets],
        **{f"seen-{sheet.pk}": sheet.version for sheet in sheets},
        "act": act,
        **more,
    }


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("count", [30, pytest.param(100, marks=longer("like the one before, with more sheets"))])
def test_many_sheets_of_which_three_were_changed_meanwhile(pile, second, count):
    many = pile(count).reviewed()
    ticked, sheets = many.ticked(), many.sheets()
    for sheet in sheets[:3]:
        many.year.agree(sheet, second)

    outcomes = many.act(bulk.AGREE, many.campus.office, ticked)

    assert sorted(kinds(outcomes)) == ["done"] * (count - 3) + ["moved"] * 3
    moved = [outcomes[sheet.pk].text for sheet in sheets[:3]]
    assert moved == ["戊四已于 2026-09-15 10:00 在“学校领导小组办公室备案”通过。"] * 3
    assert {sheet.state for sheet in many.sheets()} == {"filed"}
    office = Decision.objects.filter(verdict="agree", step="file")
    assert office.count() == count
    assert office.filter(actor=second).count() == 3


def test_members_vote_and_the_leader_sums_up_where_enough_have_voted(pile):
    many = pile(3)
    campus, year = many.campus, many.year
    few = many.act(bulk.AGREE, campus.head, signed=True)
    assert kinds(few) == ["refused"] * 3
    assert {row.text for row in few.values()} == {"集体审核至少应有 2 名成员表决，现有 0 名，请提醒其他成员先行表决。"}
    assert kinds(many.act(bulk.VOTE, campus.member)) == ["done"] * 3
    assert {row.text for row in many.act(bulk.VOTE, campus.member).values()} == {"您已表决同意，不必重复。"}
    year.vote(many.sheets()[0], campus.head)

    outcomes = many.act(bulk.AGREE, campus.head, signed=True)

    assert kinds(outcomes) == ["done", "refused", "refused"]
    assert [sheet.step for sheet in many.sheets()] == ["file", "review", "review"], "signed in the same act"
    assert ReviewVote.objects.count() == 4


def test_member_who_does_not_lead_sums_nothing_up(pile):
    many = pile(1)
    many.act(bulk.VOTE, many.campus.member)
    many.act(bulk.VOTE, many.campus.head)
    assert kinds(many.act(bulk.AGREE, many.campus.member)) == ["refused"]
    assert kinds(many.act(bulk.AGREE, many.campus.clerk)) == ["refused"], "nobody decides his own sheet"
    assert many.sheets()[0].step == "review"


def test_sheet_with_a_dissenting_vote_wants_a_look_of_its_own(pile):
    many = pile(2)
    campus, (first, _) = many.campus, many.sheets()
    key = str(first.lines.get().entry)
    many.year.vote(first, campus.deputy, verdicts={key: (False, "说得太笼统")})
    assert kinds(many.act(bulk.VOTE, campus.member)) == ["singly", "done"]
    assert kinds(many.act(bulk.VOTE, campus.deputy)) == ["singly", "done"], "his own no is not overwritten"
    many.year.vote(first, campus.head)
    assert kinds(many.act(bulk.AGREE, campus.head)) == ["singly", "done"]
    assert ReviewVote.objects.get(submission=first, member=campus.deputy).agrees is False


def test_whole_sheets_go_back_with_one_reason(pile):
    many = pile(2).reviewed()
    day = many.year.clock.today.replace(day=25)
    outcomes = many.act(bulk.RETURN, many.campus.office, opinion="请补充廉政谈话记录", redo_on=day)
    assert kinds(outcomes) == ["done", "done"]
    for sheet in many.sheets():
        assert (sheet.state, sheet.due_on, sheet.round) == ("returned", day, 2)
        assert [(line.verdict, line.comment) for line in sheet.lines.all()] == [("returned", "请补充廉政谈话记录")]
    told = Notification.objects.filter(kind="submission.return", recipient=many.campus.clerk)
    assert told.count() == 2
    again = many.act(bulk.RETURN, many.campus.office, opinion="请补充", redo_on=day)
    assert kinds(again) == ["refused", "refused"], "they wait for nobody now"


@pytest.mark.parametrize("said", [{"opinion": ""}, {"opinion": "  "}, {"opinion": "请改", "redo_on": None}])
def test_nothing_goes_back_without_reason_and_day(pile, said):
    many = pile(1).reviewed()
    said = {"redo_on": many.year.clock.today, **said}
    assert kinds(many.act(bulk.RETURN, many.campus.office, **said)) == ["refused"]
    assert many.sheets()[0].state == "in_review"


def test_grades_are_given_where_rule_and_post_holder_agree(year):
    campus = year.campus
    year.searched(point("甲"))
    year.at("11-04")
    sheet = year.sheet("personal-grading")
    content = year.grades(sheet, "grade-2")
    content["entries"][0]["values"] |= {"grade": "grade-1", "reason": "涉及大额资金"}
    sheet = year.submit(sheet, content)
    actor = year.actor(campus.head)
    [row] = bulk.act(bulk.AGREE, {sheet.pk: sheet.version}, actor=actor, at=year.clock.now)
    assert (row.kind, row.text) == ("singly", "第 1 项拟定的等级与系统建议不同，须逐张办理并写明理由。")
    sheet = year.send_back(sheet, campus.head)
    sheet = year.submit(sheet, year.grades(sheet, "grade-2"))

    [row] = bulk.act(bulk.AGREE, {sheet.pk: sheet.version}, actor=actor, at=year.clock.now)

    assert row.kind == "done", row.text
    assert sheet.lines.get().risk_point.proposed_grade.code == "grade-2"


def test_sheets_one_may_not_see_do_not_exist(pile):
    many = pile(2)
    ticked = many.ticked() | {10**6: 1}
    assert many.act(bulk.VOTE, many.campus.office, ticked) == {}
    assert not ReviewVote.objects.exists()
    page = browser(many.campus.office).post(reverse("review_queue"), sent(many.sheets(), "agree"), follow=True)
    text = page.content.decode()
    assert "另有 2 张不存在，或不再对您开放" in text
    assert many.sheets()[0].subject not in text


def test_wrong_password_does_nothing_and_keeps_what_was_ticked(pile):
    many = pile(3)
    campus, sheets = many.campus, many.sheets()
    many.act(bulk.VOTE, campus.member)
    many.act(bulk.VOTE, campus.head)
    many.act(bulk.AGREE, campus.head)
    sheets = many.sheets()
    assert {sheet.step for sheet in sheets} == {"sign"}
    before = AuditEntry.objects.filter(act="submission.bulk_not_signed").count()
    client = browser(campus.head)
    for password, sentence in (("", "请输入登录密码"), ("no-such", "密码不正确，一张都没有办理")):
        answer = client.post(reverse("review_queue"), sent(sheets[:2], "agree", password=password, opinion="同意备案"))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert sentence in page
        assert page.count(" checked>") == 2
        assert "同意备案" in page
    assert AuditEntry.objects.filter(act="submission.bulk_not_signed").count() == before + 1
    assert {sheet.step for sheet in many.sheets()} == {"sign"}

    answer = client.post(reverse("review_queue"), sent(sheets[:2], "agree", password=PASSWORD))

    assert answer.status_code == 302
    assert [sheet.step for sheet in many.sheets()] == ["file", "file", "sign"]
    assert Decision.objects.filter(step="sign", signed=True).exclude(digest="").count() == 2
    assert "2 张全部办理完毕" in client.get(reverse("queue_result")).content.decode()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"act": "nonsense"}, "请选择要办理的操作"),
        ({"sheet": []}, "还没有勾选"),
        ({"sheet": ["x", "-1", "9" * 30]}, "还没有勾选"),
        ({"sheet": list(range(1, 202))}, "一次最多办理 200 张"),
        ({"act": "return"}, "退回必须写明原因"),
        ({"act": "return", "opinion": "请改", "redo_on": "2026-09-14"}, "限期不得早于今天"),
        ({"opinion": "长" * 1001}, "最多 1000 字"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(pile, more, sentence):
    many = pile(1).reviewed()
    answer = browser(many.campus.office).post(reverse("review_queue"), sent(many.sheets(), "agree") | more)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert many.sheets()[0].step == "file"


def test_queue_shows_what_is_approved(pile):
    many = pile(2)
    page = browser(many.campus.member).get(reverse("review_queue")).content.decode()
    for sheet in many.sheets():
        assert sheet.subject in page
        assert sheet.lines.get().risk_point.content in page
    assert page.count("1 项：新增 1") == 2
    empty = browser(many.campus.auditor).get(reverse("review_queue")).content.decode()
    assert "没有待您审核办理的表" in empty


def test_sheets_of_one_page_are_the_one_that_is_asked_for(pile):
    many = pile(2)
    client = browser(many.campus.member)
    assert Submission.objects.count() > 2
    assert many.sheets()[0].subject not in client.get(reverse("review_queue"), {"task": "unit-search"}).content.decode()
    assert "没有符合条件的表" in client.get(reverse("review_queue"), {"unit": "no"}).content.decode()
    assert client.get(reverse("review_queue"), {"size": "7", "page": "x"}).status_code == 200


def test_reviewer_is_told_of_points_that_nearly_repeat_another(year):
    text = "采购参数照抄一家供应商的产品说明"
    sheet = year.sheet("personal-search")
    year.submit(
        sheet, year.points(sheet, point(text), point(f"{text}书", category="morality"), point("报销单据月底集中送审"))
    )
    page = browser(year.campus.member).get(reverse("submission_review", args=[sheet.pk])).content.decode()
    assert page.count("相近（") == 2
    assert "与本表第 2 项相近（94%）" in page


def test_queue_names_what_wants_a_closer_look(year):
    """A grade that the rule does not propose, and a character that no typeface has; of a sheet without either nothing."""
    campus = year.campus
    year.searched(point("甲"))
    year.at("11-04")
    sheet = year.sheet("personal-grading")
    looked_at = browser(campus.head)
    hints = ("自评等级与系统建议不同", "有字库没有的字，打印时印成方框")

    def said():
        page = looked_at.get(reverse("review_queue")).content.decode()
        assert sheet.subject in page
        return [hint in page for hint in hints]

    year.submit(sheet, year.grades(sheet, "grade-2"))
    assert said() == [False, False]
    RiskPoint.objects.update(content="采购\ue000", self_grade=Grade.objects.get(scheme=campus.scheme, code="grade-1"))
    assert said() == [True, True]
