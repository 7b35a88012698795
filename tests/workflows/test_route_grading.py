"""Grades: proposed, decided, departed from with a reason."""

import pytest

from registers.access import NotAllowed, people_who_may
from registers.models import (
    RiskPoint,
    User,
)
from tests.personas import point
from tests.stories import played_once
from tests.workflows.route_cases import everything, keys, where
from workflows import policies
from workflows.sheets import Incomplete, documents, sheet_for

pytestmark = pytest.mark.database("sqlite")


@pytest.fixture
@played_once
def to_propose(year):
    """A grading sheet with one point whose rule says grade 2, before the head."""
    year.searched(point())
    sheet = year.sheet("personal-grading")
    return year.submit(sheet, year.grades(sheet, "grade-2"))


def test_grade_that_departs_from_the_proposal_needs_a_reason(year, to_propose):
    key, before = keys(to_propose)[0], everything(to_propose)

    with pytest.raises(Incomplete) as refused:
        year.agree(to_propose, year.campus.head, grades={key: ("grade-3", " ")})
    assert refused.value.faults == {key: {"reason": "与建议（或公示）的等级不同，请写明理由。"}}
    assert everything(to_propose) == before

    sheet = year.agree(to_propose, year.campus.head, grades={key: ("grade-3", "已有复核")})
    entry = sheet_for(sheet).shown()[0]
    assert (entry.details["proposed_grade"].code, entry.details["grade_reason"]) == ("grade-3", "已有复核")


@pytest.mark.parametrize(
    "grades", [{}, {"other": ("grade-2", "")}, {"key": ("grade-9", "理由")}, {"key": ("", "理由")}]
)
def test_every_line_needs_a_grade_of_the_scheme(year, to_propose, grades):
    key = keys(to_propose)[0]

    with pytest.raises(Incomplete) as refused:
        year.agree(
            to_propose,
            year.campus.head,
            grades={key if name == "key" else name: value for name, value in grades.items()},
        )

    assert refused.value.faults == {key: {"grade": "请选择等级。"}}
    assert year.again(to_propose).step == "propose"


@pytest.mark.parametrize(
    ("final", "reason", "passes"),
    [
        ("grade-3", "", False),
        ("grade-3", "公示后降级", True),
        ("grade-1", "", False),
        ("grade-1", "公示后升级", True),
    ],
)
def test_final_grade_that_departs_from_the_notice_needs_a_reason(year, to_propose, final, reason, passes):
    sheet = year.agree(to_propose, year.campus.head, grades=year.as_proposed(to_propose))
    year.at("09-28")
    year.sweep()
    sheet, key = year.again(sheet), keys(to_propose)[0]

    if passes:
        sheet = year.agree(sheet, year.campus.head, grades={key: (final, reason)})
        details = sheet_for(sheet).shown()[0].details
        assert (details["proposed_grade"].code, details["final_grade"], details["grade_reason"]) == (
            final,
            None,
            reason,
        )
    else:
        with pytest.raises(Incomplete):
            year.agree(sheet, year.campus.head, grades={key: (final, reason)})


def test_grade_that_departs_from_the_notice_is_publicised_again_before_it_is_decided(year, to_propose):
    head, key = year.campus.head, keys(to_propose)[0]
    year.agree(to_propose, head, grades=year.as_proposed(to_propose))
    year.at("09-28")
    year.sweep()

    sheet = year.agree(year.again(to_propose), head, grades={key: ("grade-1", "异议属实")})

    assert where(sheet) == ("in_review", "publicise", policies.NOTICE)
    notices = sheet.notices.order_by("starts_on")
    assert [[item["grade"] for item in notice.items] for notice in notices] == [["二级"], ["一级"]]
    year.at("10-15")
    year.sweep()
    sheet = year.agree(year.again(sheet), head, grades=year.as_noticed(sheet))  # its reason is on record
    assert where(sheet) == ("in_review", "file", "office")
    details = sheet_for(sheet).shown()[0].details
    assert (details["final_grade"].code, details["grade_reason"]) == ("grade-1", "异议属实")
    printed = documents.document(sheet)["signoffs"]["publicise"]
    assert printed["start"] == notices.last().starts_on.isoformat()


@pytest.mark.parametrize(("final", "then"), [("grade-2", "publicise"), ("grade-3", "file")])
def test_where_notice_and_rule_differ_either_grade_needs_a_reason(year, to_propose, final, then):
    key = keys(to_propose)[0]
    year.agree(to_propose, year.campus.head, grades={key: ("grade-3", "已有复核")})  # the rule says 2
    year.at("09-28")
    year.sweep()
    sheet = year.again(to_propose)

    with pytest.raises(Incomplete):
        year.agree(sheet, year.campus.head, grades={key: (final, "")})
    assert year.agree(sheet, year.campus.head, grades={key: (final, "经集体研究")}).step == then


def test_final_grade_as_noticed_needs_no_reason_where_notice_and_rule_agree(year, to_propose):
    year.agree(to_propose, year.campus.head, grades=year.as_proposed(to_propose))
    year.at("09-28")
    year.sweep()
    sheet = year.again(to_propose)

    sheet = year.agree(sheet, year.campus.head, grades=year.as_noticed(sheet))

    assert where(sheet) == ("in_review", "file", "office")


def test_sheet_waits_for_its_notice_and_nobody_can_hurry_it(year, to_propose):
    sheet = year.agree(to_propose, year.campus.head, grades=year.as_proposed(to_propose))
    assert where(sheet) == ("in_review", "publicise", policies.NOTICE)

    for user in User.objects.all():
        with pytest.raises(NotAllowed):
            year.agree(sheet, user, grades=year.as_proposed(sheet))
    assert list(people_who_may("decide", sheet)) == []


def test_second_notice_shows_the_grades_of_the_second_round(year, to_propose):
    """Returned from the last step, a sheet still holds the grades of the first round; the new notice must not show them."""
    campus, key = year.campus, keys(to_propose)[0]
    sheet = year.agree(to_propose, campus.head, grades=year.as_proposed(to_propose))
    year.at("09-28")
    year.sweep()
    sheet = year.again(sheet)
    sheet = year.agree(sheet, campus.head, grades=year.as_noticed(sheet))
    sheet = year.send_back(sheet, campus.office, opinion="请说明依据")
    sheet = year.submit(sheet, {"entries": [], "values": {}} | resubmitted(sheet))

    year.agree(sheet, campus.head, grades={key: ("grade-1", "重新评估")})

    notices = sheet.notices.order_by("bundled__round")
    assert [[item["grade"] for item in notice.items] for notice in notices] == [["二级"], ["一级"]]


def resubmitted(sheet):
    """What the grading form still holds, unchanged."""
    return {
        "entries": [
            {
                "key": str(line.entry),
                "base": RiskPoint.objects.get(
                    series=line.risk_point.series, in_force_from__isnull=False, in_force_until=None
                ).pk,
                "change": "revise",
                "values": {**line.risk_point.factors, "grade": "", "reason": ""},
            }
            for line in sheet.lines.select_related("risk_point")
        ]
    }
