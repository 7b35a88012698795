"""What follows a warning: blocked grades, outcomes by persons, analyses, accountability and commendation."""

import pytest

from registers.access import NotAllowed, can
from registers.actors import Actor
from registers.models import ControlMeasure, RiskPoint, User
from registers.refusals import Refused, Stale
from tests.workflows.test_inspections import on_record
from tests.workflows.warned import RECEIPT, REFUSED, TEXTS, day, reads
from workflows.deadlines import days
from workflows.models import Notification, RiskWarning, WarningDelivery, WarningOutcome, WarningStep, WarningVisit
from workflows.policies.warnings import TO_DO
from workflows.supervision import blockers
from workflows.supervision.warnings import analyses, deliveries, merits, outcomes, reminding, visits

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]


def test_open_warning_holds_the_grade_of_its_points_up(warned, clock):
    point, other = on_record(warned.campus)
    warned.draft(points=[point.series])
    asked = lambda: blockers.on_points([point.series, other.series], clock.today)  # noqa: E731
    assert asked() == {}  # a draft is none
    warned.act("hand_in", warned.campus.office)
    warned.act("issue", warned.second)
    assert asked() == {point.series: ["有尚未办结的监督事项，办结以后再计算"]}
    assert blockers.on_points([point.series], days.add_days(clock.today, -1)) == {}
    warned.act("receive", warned.campus.head)
    warned.answer()
    warned.act("accept", warned.campus.office)
    clock.set("2026-10-26 10:00")
    warned.act("lift", warned.campus.office)
    assert asked() == {}


def test_persons_are_counted_once_by_the_heaviest_outcome(warned, clock):
    campus, period = warned.campus, {"since": day("2026-01-01"), "until": day("2026-12-31")}
    blank = {"reference": "", "kept_at": ""}

    def settle(person, form, **values):
        said = blank | {"form": form, "decided_on": clock.today} | values
        return outcomes.settle(warned.made.pk, person, values=said, **warned.by(campus.office))

    warned.closed()
    with pytest.raises(NotAllowed, match="不计入"):
        settle(campus.head, 1)  # an order to a unit is in no form
    for number in range(2):
        warned.issue("reminder_talk", person=campus.clerk, facts=f"第{number}次")
        assert settle(campus.clerk, 1) == settle(campus.clerk, 1)
    with pytest.raises(Refused, match="已经登记"):
        settle(campus.clerk, 1, decided_on=clock.today, reference="二号")
    with pytest.raises(Refused, match="只能登记对他的处理"):
        settle(campus.colleague, 1)
    with pytest.raises(Refused, match="只能记为第一种形态"):
        settle(campus.clerk, 3)
    kept = dict.fromkeys(TEXTS, "") | {"reference": "一号", "reference_on": clock.today, "reference_at": "纪委"}
    warned.issue("accountability", **kept)
    with pytest.raises(Refused, match="文号和存放处"):
        settle(campus.clerk, 2)
    settle(campus.clerk, 2, reference="三号", kept_at="纪委")
    settle(campus.colleague, 1)
    assert outcomes.persons_by_form(campus.root, **period) == {1: 1, 2: 1, 3: 0, 4: 0}
    assert outcomes.persons_by_form(campus.root, since=day("2025-01-01"), until=day("2025-12-31")) == dict.fromkeys(
        range(1, 5), 0
    )
    counts = {
        one.label: (one.issued, one.delivered, one.answered)
        for one in outcomes.by_kind(campus.scheme.rules, campus.root, **period, on=clock.today)
    }
    assert list(counts.values()) == [(2, 0, 0), (0, 0, 0), (1, 1, 1), (0, 0, 0), (1, 0, 0)]
    warned.draft(facts="文稿")
    assert {user.number for user in User.objects.all() if reads(warned, user, WarningOutcome)} == {"office", "second"}


def test_analysis_asks_those_who_answer_for_alike_points_and_says_no_word_of_the_case(warned, clock):
    campus = warned.campus
    point, other = on_record(campus)
    RiskPoint.objects.filter(pk=other.pk).update(unit=campus.other_unit)
    warned.issue(points=[point.series])
    office = Actor(campus.office, on=clock.today)
    assert {one.series for one in analyses.alike(warned.row(), actor=office)} == {point.series, other.series}
    said = {"causes": "案情", "gaps": "没有复核", "education": ""}
    act = lambda: analyses.analyse(  # noqa: E731
        warned.made.pk, values=said, points=[other.series], **warned.by(campus.office)
    )
    made = act()
    assert act() == made
    told = Notification.objects.get(kind="warning.analyse")
    assert told.recipient == campus.other_head
    assert "案情" not in told.text
    [looked] = analyses.looked(made, actor=office)
    assert (looked.point, looked.measures) == (other, [])
    measure = RiskPoint.objects.get(pk=point.pk)
    added = ControlMeasure.objects.create(
        point_series=other.series, unit=measure.unit, stage="prevention", text="新措施", in_force_from=clock.today
    )
    assert analyses.looked(made, actor=office)[0].measures == [added]


def test_accountability_is_the_offices_and_commendation_everybodys(warned, clock):
    campus = warned.campus
    kept = {"decided_by": "党委", "reference": "校纪〔2026〕1号", "decided_on": clock.today, "kept_at": "纪委"}
    record = lambda by: merits.hold_to_account(  # noqa: E731
        campus.root, unit=campus.unit, person=campus.clerk, values=kept, **warned.by(by)
    )
    with pytest.raises(NotAllowed):
        record(campus.head)
    assert record(campus.office) == record(campus.office)
    words = {
        "title": "先进单位",
        "words": "措施落实好",
        "decided_by": "党委",
        "reference": "",
        "decided_on": clock.today,
    }
    made = merits.commend(campus.root, unit=campus.unit, person=None, values=words, **warned.by(campus.office))
    assert {user.number for user in User.objects.all() if reads(warned, user, type(made))} == {
        user.number for user in User.objects.all()
    }
    assert {user.number for user in User.objects.all() if reads(warned, user, type(record(campus.office)))} == {
        "office",
        "second",
    }
    with pytest.raises(Refused, match="晚于今天"):
        merits.commend(
            campus.root,
            unit=campus.unit,
            person=None,
            values=words | {"decided_on": day("2027-01-01")},
            **warned.by(campus.office),
        )


# --- Receipts that were wrong, visits after the lifting ------------------------------------------------------


def correct(warned, *, reason="日期抄错", by=None, **values):
    said = RECEIPT | {"received_on": warned.clock.today} | values
    seen = warned.row().version
    by = warned.by(by or warned.campus.office)
    return deliveries.correct(warned.made.pk, values=said, reason=reason, seen_version=seen, **by)


def test_wrong_receipt_is_struck_kept_and_the_answers_day_follows(warned, clock):
    warned.issue()
    with pytest.raises(NotAllowed, match="没有可以更正"):
        correct(warned)
    clock.set("2026-09-25 10:00")
    warned.deliver(received_on=day("2026-09-22"))
    with pytest.raises(Refused, match="没有更正"):
        correct(warned, received_on=day("2026-09-22"))
    with pytest.raises(Refused, match="更正的原因"):
        correct(warned, reason="")
    with pytest.raises(Refused, match="见证人"):
        correct(warned, **REFUSED | {"witness": ""})
    with pytest.raises(NotAllowed):
        correct(warned, by=warned.campus.head)
    correct(warned, received_on=day("2026-09-24"))
    row = warned.row()
    assert (row.delivered_on, row.answer_due_on) == (day("2026-09-24"), days.add_working_days(day("2026-09-24"), 15))
    old, new = WarningDelivery.objects.all()
    assert (old.received_on, old.strike_reason, old.struck_by) == (day("2026-09-22"), "日期抄错", warned.campus.office)
    assert row.delivery == new
    step = WarningStep.objects.get(kind="correct")
    assert step.words == "日期抄错"
    assert Notification.objects.get(kind="warning.correct").recipient == warned.campus.head
    seen = WarningStep.objects.visible_to(Actor(warned.campus.head, on=clock.today))
    assert step in seen


def test_corrected_day_says_whether_an_answer_was_late_but_never_moves_one_asked_for_again(warned, clock):
    warned.issue()
    warned.deliver()
    late = days.add_days(warned.row().answer_due_on, 1)
    clock.set(f"{late} 10:00")
    warned.answer()
    assert warned.row().answer_late
    correct(warned, received_on=day("2026-09-24"))
    assert not warned.row().answer_late
    warned.act("ask_again", warned.campus.office, "不具体")
    due = warned.row().answer_due_on
    correct(warned, received_on=day("2026-09-22"))
    assert warned.row().answer_due_on == due > days.add_working_days(day("2026-09-22"), 15)
    assert WarningDelivery.objects.filter(struck_at=None).count() == 1


def test_what_was_signed_for_on_the_page_stands(warned):
    warned.closed()
    assert "没有可以更正" in can(Actor(warned.campus.office, on=warned.clock.today), "correct", warned.row()).reason


def test_lifted_warning_is_visited_on_its_day_and_again_while_it_does_not_hold(warned, clock):
    campus, office = warned.campus, warned.campus.office
    waits = lambda user: RiskWarning.objects.filter(TO_DO.of(Actor(user, on=clock.today))).exists()  # noqa: E731

    def visit(result="holds", again_on=None, seen=None, **values):
        said = {"visited_on": clock.today, "result": result, "words": "看了台账"} | values
        seen = warned.row().version if seen is None else seen
        return visits.visit(warned.made.pk, values=said, again_on=again_on, seen_version=seen, **warned.by(office))

    warned.closed()
    with pytest.raises(NotAllowed, match="解除以后"):
        visit()
    clock.set("2026-10-26 10:00")
    warned.act("lift", office)
    assert warned.row().visit_on == day("2027-01-26")  # three months, as the scheme says
    assert not waits(office)
    clock.set("2027-01-26 09:00")
    assert waits(office)
    assert not waits(campus.head)
    assert reminding.remind(at=clock.now) == 2
    reminding.remind(at=clock.now)
    told = Notification.objects.filter(kind="warning.visit_due").values_list("recipient__number", flat=True)
    assert sorted(told) == ["office", "second"]
    for wrong, said in (
        ({"visited_on": day("2026-10-25")}, "解除之日"),
        ({"again_on": clock.today}, "晚于今天"),
        ({"result": "part"}, "再次回访"),
    ):
        with pytest.raises(Refused, match=said):
            visit(**wrong)
    first = visit("part", day("2027-03-01"))
    assert visit("part", day("2027-03-01"), seen=warned.row().version - 1) == first  # sent twice
    with pytest.raises(Stale):
        visit(seen=0)
    assert not waits(office)
    clock.set("2027-03-02 09:00")
    assert waits(office)
    visit("back")
    assert warned.row().visit_on is None
    assert [row.result for row in WarningVisit.objects.all()] == ["part", "back"]
    assert {user.number for user in User.objects.all() if reads(warned, user, WarningVisit)} == {"office", "second"}
