"""Judging: nothing is ticked beforehand, nobody's words become another's, and no words are dropped (W1, W2, W3, W9)."""

import pytest
from django.urls import reverse

from registers.refusals import Refused
from tests.noscript import Plain
from tests.personas import point
from tests.stories import played_once
from workflows.models import Decision, ReviewVote
from workflows.routing import routes
from workflows.sheets import sheet_for

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

PASSWORD = "password-for-tests"
WORDS = "请写明是哪一类采购"


@pytest.fixture
@played_once
def in_review(year):
    sheet = year.sheet("personal-search")
    return year.submit(sheet, year.points(sheet, point("甲"), point("乙")))


@pytest.fixture
@played_once
def to_sign(year, in_review):
    for voter in (year.campus.member, year.campus.head):
        year.vote(in_review, voter)
    return year.agree(in_review, year.campus.head)


@pytest.fixture
@played_once
def to_grade(year):
    year.searched(point("甲"))
    sheet = year.sheet("personal-grading")
    content = year.grades(sheet, "grade-2")
    content["entries"][0]["values"] |= {"grade": "grade-1", "reason": "填报人的理由"}
    return year.submit(sheet, content)


@pytest.fixture
@played_once
def to_decide(year, to_grade):
    """After its notice; the filler's reason and the decider's are both on record by now."""
    key = first_key(to_grade)
    sheet = year.agree(to_grade, year.campus.head, grades={key: ("grade-1", "审核人的理由")})
    year.at("09-28")
    year.sweep()
    return year.again(sheet)


@pytest.fixture
@played_once
def to_file(year, to_sign):
    return year.agree(to_sign, year.campus.head, signed=True)


# Every kind of step at which somebody reads lines, and who is there.
STAGES = {"in_review": "head", "to_sign": "head", "to_grade": "head", "to_decide": "head", "to_file": "office"}


def page_of(user, sheet):
    return Plain(user).go(reverse("submission_review", args=[sheet.pk]))


def first_key(sheet):
    return sheet_for(sheet).shown()[0].key


def send(page, sheet, door, **data):
    """Send what the page holds with ``data`` over it; return the answer."""
    fields = dict(page.form("@id='review-form'").form_values()) | data
    return page.client.post(reverse(door, args=[sheet.pk]), fields)


def ticked(page):
    return page.form("@id='review-form'").xpath(".//input[@checked and not(@type='hidden')]/@name")


@pytest.mark.parametrize("stage", STAGES)
def test_no_judgement_is_ticked_beforehand(year, request, stage):
    """Nor is any reason written beforehand: neither the filler's nor that of whoever proposed the grade (W3)."""
    sheet = request.getfixturevalue(stage)
    page = page_of(getattr(year.campus, STAGES[stage]), sheet)

    assert page.form("@id='review-form'").xpath(".//input[@type='radio' or @type='checkbox']")
    assert ticked(page) == []
    texts = page.form("@id='review-form'").xpath(".//textarea | .//input[@type='text']")
    assert [area.name for area in texts if (area.value or "").strip()] == []


def test_every_line_has_to_be_judged_and_one_box_speaks_for_the_rest(year, in_review):
    page, key = page_of(year.campus.member, in_review), first_key(in_review)

    for said in ({}, {"complete": "yes"}, {"complete": "yes", f"v-{key}": "yes"}, {"complete": "yes", f"v-{key}": "x"}):
        answer = send(page, in_review, "submission_vote", **said)
        assert answer.status_code == 422, said
        assert "请判断" in answer.content.decode()
    assert not ReviewVote.objects.exists()

    answer = send(
        page, in_review, "submission_vote", complete="yes", rest="yes", **{f"v-{key}": "no", f"c-{key}": WORDS}
    )

    assert answer.status_code == 302
    verdicts = ReviewVote.objects.get().verdicts
    assert [said["accurate"] for said in verdicts.values()].count(False) == 1
    assert (verdicts[key]["accurate"], verdicts[key]["comment"]) == (False, WORDS)


def test_line_against_which_nothing_is_said_is_not_taken(year, in_review):
    page, key = page_of(year.campus.member, in_review), first_key(in_review)

    answer = send(page, in_review, "submission_vote", complete="yes", rest="yes", **{f"v-{key}": "no"})

    assert answer.status_code == 422
    assert "判为“不准”，请写明意见" in answer.content.decode()


def test_what_a_colleague_said_is_shown_and_not_put_into_ones_mouth(year, in_review):
    campus, key = year.campus, first_key(in_review)
    year.vote(in_review, campus.member, verdicts={key: (False, WORDS)})

    page = page_of(campus.head, in_review)
    assert WORDS in page.words
    assert ticked(page) == []
    assert [area.value.strip() for area in page.page.xpath(f".//textarea[@name='c-{key}']")] == [""]
    assert send(page, in_review, "submission_vote", complete="yes", rest="yes").status_code == 302

    own = ReviewVote.objects.get(member=campus.head).verdicts[key]
    assert (own["accurate"], own["comment"]) == (True, "")


def test_words_of_members_go_to_the_filler_where_the_one_who_concludes_adds_none(year, in_review):
    campus, key = year.campus, first_key(in_review)
    year.vote(in_review, campus.member, verdicts={key: (False, WORDS)})
    year.vote(in_review, campus.head)

    year.send_back(in_review, campus.head, returned={key: ""})

    assert in_review.lines.get(entry=key).comment == f"成员意见：{WORDS}"


@pytest.mark.parametrize("stage", sorted(set(STAGES) - {"to_decide"}))  # which sends nothing back
def test_sheet_with_a_line_marked_to_go_back_does_not_pass(year, request, stage):
    sheet, head = request.getfixturevalue(stage), getattr(year.campus, STAGES[stage])
    if stage == "in_review":
        for voter in (year.campus.member, head):
            year.vote(sheet, voter)
    key, page = first_key(sheet), page_of(head, sheet)
    before = Decision.objects.count()

    answer = send(
        page, sheet, "submission_decide", verdict="agree", password=PASSWORD, **{f"v-{key}": "no", f"c-{key}": WORDS}
    )

    assert answer.status_code == 422
    back = page._show(answer)
    assert "第 1 项标为不准或退回，不能通过" in back.words
    assert back.page.xpath(f".//textarea[@name='c-{key}']")[0].value.strip() == WORDS
    assert back.page.xpath(f".//input[@name='v-{key}'][@value='no'][@checked]")
    assert Decision.objects.count() == before
    with pytest.raises(Refused):
        year.agree(year.again(sheet), head, returned={key: WORDS}, signed=True)


def test_one_who_was_outvoted_concludes_what_the_others_found(year, in_review):
    campus, key = year.campus, first_key(in_review)
    year.vote(in_review, campus.head, verdicts={key: (False, WORDS)})
    for voter in (campus.member, campus.deputy):
        year.vote(in_review, voter)
    page = page_of(campus.head, in_review)
    assert ticked(page).count(f"v-{key}") == 1

    assert send(page, in_review, "submission_decide", verdict="agree", password=PASSWORD).status_code == 302

    assert year.again(in_review).step == "file"
    assert ReviewVote.objects.get(member=campus.head).verdicts[key]["comment"] == WORDS


def test_opinion_on_a_line_is_kept_whole_or_refused_with_its_length(year, to_sign):
    key, page = first_key(to_sign), page_of(year.campus.head, to_sign)
    data = {"verdict": "return", "opinion": "请修改", "redo_on": "2026-09-28", f"v-{key}": "no"}

    answer = send(page, to_sign, "submission_decide", **data, **{f"c-{key}": "长" * 1001})
    assert answer.status_code == 422
    assert "最多 1000 字，现有 1001 字" in answer.content.decode()
    assert "长" * 1001 in answer.content.decode()

    assert send(page, to_sign, "submission_decide", **data, **{f"c-{key}": "长" * 1000}).status_code == 302
    assert to_sign.lines.get(entry=key).comment == "长" * 1000


def test_fillers_reason_does_not_pass_for_the_deciders(year, to_grade):
    """The filler asked for grade 1 with a reason; whoever decides so has to say why himself."""
    head, key = year.campus.head, first_key(to_grade)
    page = page_of(head, to_grade)
    assert "填报人的理由" not in [box.value for box in page.page.xpath(".//input[@type='text']")]

    answer = send(page, to_grade, "submission_decide", verdict="agree", **{f"g-{key}": "grade-1"})
    assert answer.status_code == 422
    assert "请写明理由" in answer.content.decode()

    data = {f"g-{key}": "grade-1", f"r-{key}": "审核人的理由"}
    assert send(page, to_grade, "submission_decide", verdict="agree", **data).status_code == 302
    assert to_grade.lines.get().risk_point.grade_reason == "审核人的理由"


def test_grades_left_open_are_decided_as_proposed_only_by_a_conscious_tick(year, to_grade):
    page = page_of(year.campus.head, to_grade)

    assert send(page, to_grade, "submission_decide", verdict="agree").status_code == 422
    assert send(page, to_grade, "submission_decide", verdict="agree", rest="yes").status_code == 302

    assert to_grade.lines.get().risk_point.proposed_grade.code == "grade-2"


def test_ballot_without_a_line_is_refused(year, in_review):
    with pytest.raises(Refused) as refused:
        routes.vote(
            in_review.pk,
            actor=year.actor(year.campus.member),
            seen_version=in_review.version,
            complete=True,
            opinion="",
            verdicts={first_key(in_review): (True, "")},
            at=year.clock.now,
        )

    assert "第 2 项还没有判断" in str(refused.value)
