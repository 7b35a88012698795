"""What a return keeps and reopens, and what can be taken back."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from registers.access import NotAllowed
from registers.models import (
    LeadingGroup,
    RiskPoint,
)
from registers.refusals import Refused
from registers.text import digest_of
from tests.personas import point
from tests.workflows.route_cases import everything, keys, told, verdicts, where
from workflows.models import Submission
from workflows.routing import routes
from workflows.sheets import Incomplete, sheet_for

pytestmark = pytest.mark.database("sqlite")

REDO = date(2026, 9, 28)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"opinion": " "}, "退回必须写明原因。"),
        ({"redo_on": date(2026, 9, 14)}, "限期不得早于今天。"),
        ({"returned": "first"}, "第 1 项退回，请写明原因。"),
    ],
)
def test_return_needs_reasons_and_a_day(year, submitted, said, sentence):
    if said.get("returned"):
        said = {"returned": {keys(submitted)[0]: " "}}
    before = everything(submitted)

    with pytest.raises(Refused) as refused:
        year.send_back(submitted, year.campus.head, **said)

    assert str(refused.value) == sentence
    assert everything(submitted) == before


def test_return_without_a_day_is_refused(year, submitted):
    with pytest.raises(Refused, match="限期重新查找的日期"):
        routes.decide(
            submitted.pk,
            "return",
            actor=year.actor(year.campus.head),
            seen_version=1,
            at=year.clock.now,
            opinion="不全",
        )

    assert year.again(submitted).state == "in_review"


def test_return_goes_back_to_the_filler_with_reason_and_deadline(year, submitted):
    sheet = year.send_back(submitted, year.campus.head, opinion="缺外部环境", redo_on=REDO)

    assert (where(sheet), sheet.round, sheet.due_on) == (("returned", "fill", ""), 2, REDO)
    decision = sheet.decisions.last()
    assert (decision.verdict, decision.opinion, decision.redo_on, decision.round) == ("return", "缺外部环境", REDO, 1)
    assert told(year.campus.clerk, "submission.return") == [sheet.pk]


def test_return_today_is_still_in_time(year, submitted):
    assert year.send_back(submitted, year.campus.head, redo_on=year.clock.today).due_on == date(2026, 9, 15)


@pytest.mark.parametrize("who", ["sign", "file"])
def test_later_steps_return_to_the_filler_too(year, submitted, who):
    sheet = submitted
    for voter in (year.campus.member, year.campus.head):
        year.vote(sheet, voter)
    sheet = year.agree(sheet, year.campus.head, signed=who == "file")

    sheet = year.send_back(sheet, year.campus.head if who == "sign" else year.campus.office)

    assert where(sheet) == ("returned", "fill", "")


def test_group_list_can_be_returned(year):
    """Its rows are no proposals: a return names them in its reason."""
    campus = year.campus
    sheet = year.sheet("group")
    content = year.group(sheet, (campus.head, "leader"), (campus.deputy, "deputy"), (campus.member, "member"))
    sheet = year.submit(sheet, content)

    sheet = year.send_back(sheet, campus.head, returned={keys(sheet)[1]: "换人"})
    assert (where(sheet), sheet.decisions.last().opinion) == (("returned", "fill", ""), "请补充\n第 2 项：换人")

    sheet = year.agree(year.agree(year.submit(sheet, content), campus.head, signed=True), campus.office)
    assert (sheet.state, LeadingGroup.objects.in_force(year.clock.today).get(unit=campus.unit).pk) == (
        "filed",
        sheet.group_id,
    )


@pytest.fixture
def returned(year, submitted):
    """The clerk's two lines, the first of which came back with a comment; and what the clerk's form holds."""
    content = {"entries": [], "values": {}}
    for entry in sheet_for(submitted).shown():
        line = entry.lines[0].risk_point
        content["entries"].append(
            {
                "key": entry.key,
                "base": None,
                "change": "add",
                "values": point(line.content, category=line.category.code),
            }
        )
    # What the form kept is what was handed in.
    assert {row.fingerprint for row in submitted.lines.all()} == {
        digest_of({"change": entry["change"], "base": entry["base"], "values": entry["values"]})
        for entry in content["entries"]
    }
    sheet = year.send_back(submitted, year.campus.head, returned={keys(submitted)[0]: "不够具体"})
    return sheet, content


def test_good_lines_stay_accepted_beside_a_returned_one(returned):
    sheet, _ = returned

    assert verdicts(sheet) == [("甲", "returned", "不够具体", 1), ("乙", "accepted", "", 0)]


def test_returned_line_unchanged_and_unexplained_is_refused(year, returned):
    sheet, content = returned
    before = everything(sheet)

    with pytest.raises(Incomplete) as refused:
        year.submit(sheet, content)

    assert refused.value.faults == {
        content["entries"][0]["key"]: {"": "该行已被退回：请按意见修改，或写明不改的理由。"}
    }
    assert everything(sheet) == before


def test_returned_line_may_stay_with_an_explanation(year, returned):
    sheet, content = returned
    content["entries"][0]["values"]["reason"] = "该表述引自制度原文"

    sheet = year.submit(sheet, content)

    assert verdicts(sheet) == [("甲", "", "不够具体", 1), ("乙", "accepted", "", 0)]
    assert [entry.reason for entry in sheet_for(sheet).shown()] == ["该表述引自制度原文", ""]


def test_edited_line_reopens_only_itself_and_keeps_its_history(year, returned):
    sheet, content = returned
    content["entries"][0]["values"]["content"] = "甲（具体）"

    sheet = year.submit(sheet, content)

    assert verdicts(sheet) == [("甲（具体）", "", "不够具体", 1), ("乙", "accepted", "", 0)]
    assert RiskPoint.objects.count() == 2  # the replaced proposal is gone


def test_accepted_line_that_is_edited_is_judged_again(year, returned):
    sheet, content = returned
    content["entries"][0]["values"]["content"] = "甲（具体）"
    content["entries"][1]["values"]["manifestation"] = "另一种表现"

    sheet = year.submit(sheet, content)

    assert [row[:2] for row in verdicts(sheet)] == [("甲（具体）", ""), ("乙", "")]


def test_line_may_be_taken_out_or_added_or_moved(year, returned):
    sheet, content = returned
    _, second = content["entries"]
    content["entries"] = [second, sheet_for(sheet).new_entry(point("丙"))]

    sheet = year.submit(sheet, content)

    assert [row[:2] for row in verdicts(sheet)] == [("乙", "accepted"), ("丙", "")]


def test_return_for_incompleteness_keeps_all_lines_and_an_unchanged_resubmission_reopens_none(
    year, submitted, returned
):
    _, content = returned
    content["entries"][0]["values"]["content"] = "甲（具体）"
    sheet = year.submit(returned[0], content)
    sheet = year.send_back(sheet, year.campus.head, opinion="请再查外部环境")
    assert [row[1] for row in verdicts(sheet)] == ["accepted", "accepted"]

    sheet = year.submit(sheet, content)

    assert [row[1] for row in verdicts(sheet)] == ["accepted", "accepted"]


def test_line_returned_twice_counts_both_rounds(year, returned):
    sheet, content = returned
    content["entries"][0]["values"]["content"] = "甲（具体）"
    sheet = year.submit(sheet, content)

    sheet = year.send_back(sheet, year.campus.head, returned={content["entries"][0]["key"]: "仍不具体"})

    assert verdicts(sheet) == [("甲（具体）", "returned", "仍不具体", 2), ("乙", "accepted", "", 0)]


def test_database_refuses_a_return_without_words(submitted):
    with pytest.raises(IntegrityError), transaction.atomic():
        submitted.lines.update(verdict="returned", comment="")
    with pytest.raises(IntegrityError), transaction.atomic():
        submitted.decisions.update(verdict="return", opinion="", redo_on=None)

    submitted.lines.update(verdict="returned", comment="不准")


def test_filler_withdraws_before_any_vote_and_submits_again(year, submitted):
    sheet = year.withdraw(submitted)
    assert (where(sheet), sheet.version, sheet.round) == (("open", "fill", ""), 2, 1)

    sheet = year.submit(sheet, year.points(sheet, point("改过")))

    assert (where(sheet), [row[0] for row in verdicts(sheet)]) == (("in_review", "review", "group_member"), ["改过"])


def test_returned_sheet_that_is_taken_back_keeps_the_day_of_its_redo(year, submitted):
    for voter in (year.campus.member, year.campus.head):
        year.vote(submitted, voter)
    sheet = year.send_back(submitted, year.campus.head, redo_on=date(2026, 9, 28))
    assert sheet.due_on > sheet.task.due_on

    sheet = year.withdraw(year.submit(sheet, year.points(sheet, point("改过"))))

    assert (sheet.state, sheet.due_on) == ("open", date(2026, 9, 28))


@pytest.mark.parametrize("who", ["member", "head", "liaison", "office", "colleague"])
def test_nobody_else_withdraws_it(year, submitted, who):
    before = everything(submitted)

    with pytest.raises(NotAllowed):
        year.withdraw(submitted, by=getattr(year.campus, who))

    assert everything(submitted) == before


def test_withdrawal_is_refused_after_the_first_vote(year, submitted):
    year.vote(submitted, year.campus.member)
    before = everything(submitted)

    with pytest.raises(Refused, match="已有领导小组成员表决"):
        year.withdraw(submitted)

    assert everything(submitted) == before


def test_withdrawal_is_refused_after_the_first_step(year, signed):
    before = everything(signed)

    with pytest.raises(Refused, match="不能撤回"):
        year.withdraw(signed)

    assert everything(signed) == before


def test_withdrawn_sheet_leaves_the_queue_and_the_readers(year, submitted):
    member = year.actor(year.campus.member)
    assert list(Submission.objects.visible_to(member)) == [submitted]

    year.withdraw(submitted)

    assert list(Submission.objects.visible_to(member)) == []
