"""A warning from its draft to its end: two people, the receipt, the answer's day, refusal, escalation, lifting, who reads it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from registers.access import NotAllowed, can, people_who_may
from registers.actors import Actor
from registers.models import AuditEntry, Grade, RiskPoint, User
from registers.refusals import Refused, Stale
from tests.factories import appoint, make_person
from tests.stories import played_once
from tests.workflows.test_inspections import on_record
from tests.workflows.warned import REFUSED, TEXTS, day, reads
from workflows import sweeping
from workflows.deadlines import days, holidays
from workflows.models import Notification, RiskWarning, TalkRecord, WarningDelivery, WarningStep
from workflows.policies.warnings import addressees, office_of
from workflows.supervision.warnings import reminding, steps

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]


@pytest.fixture
@played_once
def issued(warned):
    warned.issue()
    return warned


# --- Two people --------------------------------------------------------------------------------------------


def test_another_than_who_handed_it_in_issues_it(warned):
    campus = warned.campus
    warned.draft()
    assert warned.draft().pk == RiskWarning.objects.get().pk  # sent twice
    with pytest.raises(NotAllowed, match="没有正在送批"):
        warned.act("issue", warned.second)
    warned.act("hand_in", campus.office)
    with pytest.raises(NotAllowed, match="不能自己签发"):
        warned.act("issue", campus.office)
    with pytest.raises(NotAllowed):
        warned.act("issue", campus.chair)  # this kind is issued by the office
    told = Notification.objects.get(kind="warning.hand_in")
    assert told.recipient == warned.second
    warned.act("send_back", warned.second, "事实再核实")
    warned.act("hand_in", campus.office, words="已核实")
    first = warned.act("issue", warned.second)
    row = warned.row()
    assert (row.letter_number, row.issued_by, row.handed_in_by) == ("责改〔2026〕1号", warned.second, campus.office)
    assert warned.row().stage == ("待送达", "warn")
    again = steps.act(row.pk, "issue", seen_version=row.version - 1, **warned.by(warned.second))
    assert again == first  # sent twice
    with pytest.raises(Stale):
        steps.act(row.pk, "lift", seen_version=0, **warned.by(campus.office))
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskWarning.objects.update(issued_by=campus.office)


def test_each_kind_counts_by_itself_and_is_approved_as_the_scheme_says(warned):
    first = warned.issue()
    second = warned.issue(facts="另一件事")
    talk = warned.issue("reminder_talk", person=warned.campus.clerk)
    letter = warned.issue("admonition", person=warned.campus.clerk)
    numbers = [row.letter_number for row in (first, second, talk, letter)]
    assert numbers == ["责改〔2026〕1号", "责改〔2026〕2号", "谈提〔2026〕1号", "诫〔2026〕1号"]
    assert letter.issued_by == warned.committee
    warned.clock.set("2027-01-08 10:00")
    assert warned.issue(facts="来年").letter_number == "责改〔2027〕1号"


def test_nobody_handles_what_concerns_himself_or_his_unit(warned):
    campus = warned.campus
    insider = make_person("戊三", campus.unit, number="insider")
    appoint(insider, campus.root, "office")
    with pytest.raises(NotAllowed, match="回避"):
        warned.draft(by=insider)
    with pytest.raises(NotAllowed):
        warned.draft(by=campus.head)
    warned.draft()
    warned.act("hand_in", campus.office)
    for other in (insider, campus.head, campus.clerk, campus.leader, campus.auditor, campus.chair):
        assert not reads(warned, other)
    assert not can(Actor(insider, on=warned.clock.today), "issue", warned.row())
    # His own letter is handled by the others in the office; he reads it once it is issued, as whom it is for.
    own = warned.issue("reminder_talk", person=insider)
    assert set(office_of(own)) == {campus.office, warned.second}
    assert not reads(warned, insider)
    warned.talk()
    assert reads(warned, insider)
    assert not can(Actor(insider, on=warned.clock.today), "handle", warned.row())
    for person, said in ((campus.other_head, "不在财务处工作"), (campus.leader, "报上级处理")):
        with pytest.raises(Refused, match=said):
            warned.draft("reminder_talk", person=person, unit=campus.unit)


def test_office_of_one_hands_in_to_the_next_body(warned):
    campus = warned.campus
    warned.second.appointments.all().delete()
    warned.draft()
    warned.act("hand_in", campus.office)
    assert warned.row().approver_role == "school_group"
    assert reads(warned, campus.chair)
    assert set(people_who_may("issue", warned.row())) == {campus.chair}
    warned.act("issue", campus.chair)
    assert warned.row().letter_number


def test_who_is_asked_to_issue_may(warned):
    """The message of a hand-in goes to exactly those who may issue, for every kind of the scheme."""
    for action in warned.campus.scheme.rules.warning_actions:
        person = warned.campus.clerk if action.target == "person" else None
        kept = action.reference_only
        texts = dict.fromkeys(TEXTS, "") | {
            "reference": "一号",
            "reference_on": warned.clock.today,
            "reference_at": "纪委",
        }
        warned.draft(action.code, person=person, **(texts if kept else {}))
        warned.act("hand_in", warned.campus.office)
        told = {row.recipient for row in Notification.objects.filter(kind="warning.hand_in")}
        may = {user for user in User.objects.all() if can(Actor(user, on=warned.clock.today), "issue", warned.row())}
        assert told == may == set(people_who_may("issue", warned.row()))
        assert told
        assert all(reads(warned, user) for user in told)
        Notification.objects.all().delete()
        RiskWarning.objects.filter(pk=warned.made.pk).delete()


# --- What fits ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "person", "said"),
    [
        ({"kind": "gone"}, False, "请选择方式"),
        ({"level": ""}, False, "预警等级"),
        ({"kind": "admonition"}, False, "只对个人"),
        ({"kind": "rectification_order"}, True, "只对单位"),
        ({"kind": "accountability"}, False, "请清空事实、依据、原因分析、要求"),
        ({"reference": "某号"}, False, "由系统在签发时编排"),
    ],
)
def test_what_does_not_fit_the_kind_is_refused(warned, values, person, said):
    with pytest.raises(Refused, match=said):
        warned.draft(**{"kind": "rectification_order"} | values, person=warned.campus.clerk if person else None)
    assert not RiskWarning.objects.exists()


def test_letter_is_handed_in_with_everything_that_it_prints(warned):
    warned.draft(demands="", basis="")
    with pytest.raises(Refused, match="依据、要求"):
        warned.act("hand_in", warned.campus.office)
    assert not WarningStep.objects.exists()


def test_kind_is_meant_for_grades(warned):
    point, _ = on_record(warned.campus)
    RiskPoint.objects.filter(pk=point.pk).update(final_grade=Grade.objects.get(scheme=warned.campus.scheme, rank=3))
    warned.draft("admonition", person=warned.campus.clerk, points=[point.series])
    with pytest.raises(Refused, match="所涉风险点都不是"):
        warned.act("hand_in", warned.campus.office)


def test_of_some_kinds_only_a_reference_is_kept(warned):
    kept = dict.fromkeys(TEXTS, "") | {"reference": "纪〔2026〕7号", "reference_on": day("2026-09-18")}
    warned.draft("accountability", person=warned.campus.clerk, **kept)
    with pytest.raises(Refused, match="存放处"):
        warned.act("hand_in", warned.campus.office)
    RiskWarning.objects.update(reference_at="纪委档案室")
    warned.act("hand_in", warned.campus.office)
    warned.act("issue", warned.campus.chair)
    row = warned.row()
    assert (row.number, row.letter_number, row.stage[0]) == (None, "纪〔2026〕7号", "已登记")
    assert not reads(warned, warned.campus.clerk)
    assert not addressees(row).exists()
    assert not Notification.objects.filter(kind="warning.issue").exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskWarning.objects.update(facts="内容")


# --- Receipt and answer ------------------------------------------------------------------------------------


def test_answer_is_due_by_working_days_after_the_signed_receipt(issued, clock):
    """Issued before the holiday of October, signed for on its eve: the seven days of it do not count, the make-up days do."""
    holidays.seed([2026])
    clock.set("2026-09-30 16:00")
    row = issued.deliver()
    due, expected = day("2026-09-30"), 0
    while expected < 15:  # counted one day after the other, from the calendar itself
        due = days.add_days(due, 1)
        expected += len(days.working_days_between(due, due))
    assert row.answer_due_on == due
    assert due > day("2026-10-21")  # without the holiday it would be this day
    reminding.remind(at=clock.set(f"{due} 09:00"))
    assert not Notification.objects.filter(kind="warning.overdue").exists()
    clock.set(f"{days.add_days(due, 1)} 09:00")
    reminding.remind(at=clock.now)
    assert {row.recipient for row in Notification.objects.filter(kind="warning.overdue")} == {
        issued.campus.head,
        issued.campus.office,
        issued.second,
    }


def test_without_a_receipt_nothing_is_overdue_and_the_office_is_reminded(issued, clock):
    clock.set("2027-06-01 09:00")
    assert issued.row().answer_due_on is None
    reminding.remind(at=clock.now)
    kinds = set(Notification.objects.filter(kind__startswith="warning.").values_list("kind", flat=True))
    assert "warning.unsigned" in kinds
    assert not {"warning.overdue", "warning.due"} & kinds
    assert not can(Actor(issued.campus.head, on=clock.today), "answer", issued.row())


def test_refusal_before_a_witness_counts_as_delivered(issued):
    for wrong, said in (
        ({"signed_by": ""}, "签收人"),
        (REFUSED | {"witness": ""}, "见证人"),
        (REFUSED | {"refusal": ""}, "拒收事由"),
        (REFUSED | {"signed_by": "丙一"}, "清空签收人"),
        (REFUSED | {"witness": "戊一"}, "不能是送达人"),
        ({"witness": "庚一"}, "勾选拒收"),
        ({"servers": "戊一"}, "两名送达人"),
        ({"received_on": day("2026-09-22")}, "送达日期"),
        ({"received_on": day("2026-09-20")}, "送达日期"),
    ):
        with pytest.raises(Refused, match=said):
            issued.deliver(**wrong)
    assert not WarningDelivery.objects.exists()
    row = issued.deliver(**REFUSED)
    assert row.delivered_on == issued.clock.today
    assert row.answer_due_on == days.add_working_days(issued.clock.today, 15)
    with pytest.raises(NotAllowed, match="已经登记"):
        issued.deliver()
    with pytest.raises(IntegrityError), transaction.atomic():
        WarningDelivery.objects.update(witness="")


def test_answer_with_files_is_accepted_or_asked_for_again(issued, clock):
    campus = issued.campus
    for other in (campus.liaison, campus.clerk, campus.office, campus.other_head):
        with pytest.raises(NotAllowed):
            issued.act("receive", other)
    issued.act("receive", campus.head)
    file = SimpleUploadedFile("佐证.pdf", b"%PDF-1.4 proof")
    with pytest.raises(Refused, match="写明"):
        issued.answer(words="")
    issued.answer(uploads=[file])
    kept = WarningStep.objects.get(kind="answer").attachments.get()
    assert {
        user.number
        for user in User.objects.all()
        if type(kept).objects.visible_to(Actor(user, on=clock.today)).exists()
    } == {
        "head",
        "office",
        "second",
    }
    assert {row.recipient for row in Notification.objects.filter(kind="warning.answer")} == {
        campus.office,
        issued.second,
    }
    issued.act("ask_again", issued.second, "措施不具体")
    assert issued.row().answer_due_on == days.add_working_days(clock.today, 15)
    clock.set(f"{days.add_days(issued.row().answer_due_on, 1)} 10:00")
    issued.answer(words="补充如下")
    assert issued.row().answer_late
    issued.act("accept", campus.office)
    with pytest.raises(NotAllowed, match="30 天"):
        issued.act("lift", campus.office)
    clock.set(f"{days.add_days(clock.today, 30)} 10:00")
    issued.act("lift", campus.office)
    assert issued.row().stage == ("已解除", "off")
    with pytest.raises(NotAllowed):
        issued.act("escalate", campus.office, "又犯", follows="admonition")


def test_escalation_begins_a_graver_draft_and_both_end_together(issued, clock):
    campus = issued.campus
    with pytest.raises(NotAllowed, match="送达以后"):
        issued.act("escalate", campus.office, "没有答复", follows="accountability")
    issued.deliver()
    with pytest.raises(Refused, match="比现在的重"):
        issued.act("escalate", campus.office, "没有答复", follows="reminder_talk")
    with pytest.raises(Refused, match="比现在的重"):
        issued.act("escalate", campus.office, "没有答复", follows="admonition")  # for persons only
    issued.act("escalate", campus.office, "没有答复", follows="accountability")
    first, following = issued.row(), RiskWarning.objects.get(escalated_from=issued.made)
    assert (following.kind, following.level, following.facts, following.is_reference) == (
        "accountability",
        "red",
        "",
        True,
    )
    assert following.issued_at is None
    assert first.is_open
    with pytest.raises(NotAllowed, match="已经升级"):
        issued.act("escalate", campus.office, "再次", follows="accountability")
    RiskWarning.objects.filter(pk=following.pk).update(reference="一号", reference_on=clock.today, reference_at="纪委")
    issued.made = following
    issued.act("hand_in", campus.office)
    issued.act("issue", campus.chair)
    issued.act("lift", campus.office)
    assert RiskWarning.objects.filter(lifted_at=None).count() == 0


def test_talk_is_recorded_by_another_and_read_by_the_office_alone(warned):
    campus = warned.campus
    warned.issue("reminder_talk", person=campus.clerk)
    with pytest.raises(NotAllowed):
        warned.deliver()
    for wrong, said in (
        ({"recorder": "纪委副书记"}, "不能是同一人"),
        ({"ends_at": warned.clock.now.replace(hour=8).time()}, "晚于开始"),
    ):
        with pytest.raises(Refused, match=said):
            warned.talk(**wrong)
    warned.talk()
    assert TalkRecord.objects.count() == 1
    assert {user.number for user in User.objects.all() if reads(warned, user, TalkRecord)} == {"office", "second"}


# --- Who reads it ------------------------------------------------------------------------------------------


def readers(warned):
    return {user.number for user in User.objects.all() if reads(warned, user)}


def test_successor_reads_what_was_issued_to_the_unit_never_to_a_person(warned, clock):
    campus = warned.campus
    warned.closed()
    assert readers(warned) == {"office", "second", "head"}
    later = make_person("丙九", campus.unit, number="later")
    campus.head.appointments.update(until=clock.today)
    appoint(later, campus.unit, "unit_head", since=clock.today)
    assert readers(warned) == {"office", "second", "later"}
    RiskWarning.objects.all().update(person=campus.clerk)
    assert readers(warned) == {"office", "second", "clerk"}


def test_addressee_reads_nothing_before_the_issue_nor_what_was_said_inside(warned):
    warned.draft()
    warned.act("hand_in", warned.campus.office)
    warned.act("send_back", warned.second, "内部意见")
    warned.act("hand_in", warned.campus.office)
    assert readers(warned) == {"office", "second"}
    warned.act("issue", warned.second)
    seen = WarningStep.objects.visible_to(Actor(warned.campus.head, on=warned.clock.today))
    assert [step.kind for step in seen] == ["issue"]
    assert WarningStep.objects.visible_to(Actor(warned.campus.office, on=warned.clock.today)).count() == 4


def test_messages_and_the_chain_hold_no_word_of_it(warned):
    warned.closed()
    warned.issue("reminder_talk", person=warned.campus.clerk)
    warned.talk()
    sweeping.each_hour(at=warned.clock.set("2026-12-28 09:00"))
    kept = [*Notification.objects.values_list("text", "key"), *AuditEntry.objects.values_list("detail", "act")]
    text = str(kept)
    assert len(kept) > 8
    words = [
        *TEXTS.values(),
        "已整改",
        "告知存在的问题",
        *(one.label for one in warned.campus.scheme.rules.warning_actions),
    ]
    assert [word for word in words if word in text] == []
