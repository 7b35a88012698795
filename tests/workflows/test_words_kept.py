"""What people wrote stays where they wrote it, and papers print what counted (W4, W5, W6, W10)."""

import pytest
from django.urls import reverse

from registers.models import GroupMember
from tests.noscript import Plain, has
from tests.personas import Year, point
from tests.stories import played_once
from workflows.compiled import logs
from workflows.models import PublicityNotice, ReviewVote, Submission
from workflows.routing import routes
from workflows.sheets import documents, drafts, sheet_for

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

ENTRY = f".//article[{has('entry')}]"
WHY = "该业务今年已由他人复核，保留原文"


@pytest.fixture
@played_once
def explained(year):
    """Three points; the first was returned, kept by its filler with a reason, and accepted; then the second was returned."""
    campus, sheet = year.campus, year.sheet("personal-search")
    content = year.points(sheet, point("甲"), point("乙"), point("丙"))
    sheet = typed(year, sheet, content)
    keys = [entry.key for entry in sheet_for(sheet).shown()]
    for voter in (campus.member, campus.head):
        year.vote(sheet, voter)
    sheet = year.send_back(sheet, campus.head, returned={keys[0]: "请写明对象"})
    page = Plain(campus.clerk).go(reverse("submission_fill", args=[sheet.pk]))
    hand_in(page, sheet, keys[0], "reason", WHY)
    for voter in (campus.member, campus.head):
        year.vote(year.again(sheet), voter)
    return year.send_back(year.again(sheet), campus.head, returned={keys[1]: "请写明金额"}, opinion="第二项不够具体")


def hand_in(page, sheet, key, name, text):
    form = page.form("@data-sheet")
    next(box for box in form.xpath(".//input | .//textarea") if box.name == f"e-{key}-{name}").value = text
    page.press(form, "submit", "1", reverse("submission_fill", args=[sheet.pk]))
    assert Submission.objects.get(pk=sheet.pk).state == "in_review", page.words


def test_accepted_lines_and_reasons_stay_when_another_line_is_redone(year, explained):
    lines = list(explained.lines.all())
    assert [line.verdict for line in lines] == ["accepted", "returned", "accepted"]
    page = Plain(year.campus.clerk).go(reverse("submission_fill", args=[explained.pk]))

    hand_in(page, explained, str(lines[1].entry), "content", "乙，逐笔写明金额")

    after = {str(line.entry): line for line in explained.lines.select_related("risk_point")}
    assert [(after[str(line.entry)].verdict, after[str(line.entry)].reason) for line in lines] == [
        ("accepted", WHY),
        ("", ""),
        ("accepted", ""),
    ]
    assert after[str(lines[1].entry)].risk_point.content == "乙，逐笔写明金额"


def typed(year, sheet, content):
    """The sheet handed in from a draft, as people do it."""
    drafts.save(sheet, content, actor=year.actor(year.campus.clerk), seen=0, at=year.clock.now)
    return year.submit(sheet, content)


def searched_again(year):
    """Last year's point, revised this year."""
    year.searched(point("甲"))
    following = Year(year.campus, year.clock, number=2027)
    sheet = following.sheet("personal-search")
    [entry] = sheet_for(sheet).offered()
    entry |= {"change": "revise", "values": entry["values"] | {"content": "甲，今年的写法"}}
    sheet = typed(following, sheet, {"entries": [entry], "values": {}})
    for voter in (year.campus.member, year.campus.head):
        following.vote(sheet, voter)
    return sheet


def graded(year):
    year.searched(point("甲"))
    sheet = year.sheet("personal-grading")
    return typed(year, sheet, year.grades(sheet, "grade-2"))


def controlled(year):
    year.searched(point("甲"))
    year.graded("grade-2")
    year.at("11-03")
    year.sweep()
    sheet = year.sheet("personal-control")
    return typed(year, sheet, year.measures(sheet))


@pytest.mark.parametrize("handed_in", [searched_again, graded, controlled])
def test_line_stays_as_it_is_with_a_reason_on_every_kind_of_sheet(year, handed_in):
    """The page has a place for the reason wherever it says that one may be given (R1-21)."""
    sheet = handed_in(year)
    [key] = [entry.key for entry in sheet_for(sheet).shown()]
    routes.decide(
        sheet.pk, "return", actor=year.actor(year.campus.head), seen_version=sheet.version, at=year.clock.now,
        opinion="请补充", redo_on=year.clock.today, returned={key: "不够具体"},
    )  # fmt: skip
    page = Plain(year.campus.clerk).go(reverse("submission_fill", args=[sheet.pk]))
    page.press(page.form("@data-sheet"), "submit", "1", reverse("submission_fill", args=[sheet.pk]))
    assert "写明不改的理由" in page.words

    hand_in(page, sheet, key, "reason", WHY)

    assert {line.reason for line in sheet.lines.all()} == {WHY}


def test_return_notice_names_what_was_returned_this_time(explained):
    [layout] = [
        layout
        for layout in logs.papers_about(explained.task.campaign.scheme.rules, "sheet").values()
        if layout.compiled == "return_notice"
    ]

    words = logs.about_submission(layout, explained, votes=[])["fields"]["opinion"]

    category = explained.lines.all()[1].risk_point.category.label
    assert words == f"第二项不够具体\n第 2 项（{category}）“乙”：请写明金额"


def test_ballot_of_a_member_who_left_before_the_end_is_on_no_paper(year):
    campus, sheet = year.campus, year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point("甲")))
    for voter in (campus.member, campus.deputy, campus.head):
        year.vote(sheet, voter)
    GroupMember.objects.filter(user=campus.member).delete()

    sheet = year.agree(sheet, campus.head, signed=True)

    assert [vote.counted for vote in ReviewVote.objects.order_by("at", "pk")] == [False, True, True]
    members = documents.document(sheet)["signoffs"]["review"]["members"]
    assert [name.partition("（")[0] for name in members] == [campus.deputy.name, campus.head.name]
    record = documents_of(sheet, "review_record")
    assert record["fields"]["present"] == "实到2人"
    assert campus.member.name not in record["fields"]["ballots"]


def documents_of(sheet, source):
    layouts = logs.papers_about(sheet.task.campaign.scheme.rules, "sheet").values()
    [layout] = [layout for layout in layouts if layout.compiled == source]
    return logs.about_submission(layout, sheet, votes=list(sheet.votes.select_related("member")))


def test_done_list_holds_ones_votes_among_ones_acts(year):
    campus, sheet = year.campus, year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point("甲")))
    key = sheet_for(sheet).shown()[0].key
    year.vote(sheet, campus.member, verdicts={key: (False, "对象不明")}, opinion="见第一项")
    year.clock.set("2026-09-15 11:00")
    year.vote(sheet, campus.head)
    year.vote(sheet, campus.deputy)
    year.clock.set("2026-09-15 12:00")
    year.agree(sheet, campus.head, signed=True)

    def rows(user):
        page = Plain(user).go(reverse("done_list"))
        return [" ".join(row.text_content().split()) for row in page.page.xpath(".//tbody/tr")]

    [member] = rows(campus.member)
    assert "表决不同意" in member
    assert "见第一项" in member
    assert [("签字" in row, "表决同意" in row) for row in rows(campus.head)] == [
        (True, False),
        (False, False),
        (False, True),
    ]


def test_notice_that_has_not_begun_says_from_when_one_may_object(year):
    year.searched(point("甲"))
    sheet = year.sheet("personal-grading")
    sheet = year.submit(sheet, year.grades(sheet, "grade-2"))
    year.agree(sheet, year.campus.head, grades=year.as_proposed(sheet))
    notice = PublicityNotice.objects.get()

    words = Plain(year.campus.head).go(reverse("notice_detail", args=[notice.pk])).words

    assert f"公示自 {notice.starts_on.isoformat()} 起" in words
    assert "公示期已过" not in words
