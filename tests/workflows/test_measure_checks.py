"""Checks of measures (核查): who makes them, what they need, when they have to be made again."""

from copy import deepcopy
from datetime import date
from itertools import product

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from registers import residuals, versions
from registers.access import NotAllowed, can, policy_of
from registers.models import Appointment, AuditEntry, ControlMeasure, Incumbency, RiskPoint, Scheme, Unit
from registers.refusals import Refused
from registers.responsible import together
from tests.factories import make_person, moment
from tests.noscript import Plain
from tests.workflows.test_controls import PDF, TODAY, actor, put, record
from workflows.models import MeasureCheck, Notification
from workflows.supervision import checks

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

LATER = moment("2026-09-15 15:00")
PERSONAS = ("clerk", "colleague", "liaison", "member", "deputy", "head", "other_head", "leader", "office", "chair")
WITHIN, ABOVE = {"member", "deputy", "head"}, {"leader", "office", "chair"}


@pytest.fixture
def campus(make_campus, clock):
    return make_campus()


def check(measure, user, result="verified", text="抽查 20 笔，均有复核记录", **more):
    return checks.check(measure.pk, result=result, text=text, actor=actor(user), at=more.pop("at", LATER), **more)


def waiting_for(user, on=TODAY):
    rows = policy_of(MeasureCheck).awaiting(ControlMeasure.objects.all(), actor(user, on))
    return set(rows.values_list("text", flat=True))


def may(campus, measure, on=TODAY):
    people = {name: getattr(campus, name) for name in (*PERSONAS, "registrar", "auditor", "sys_admin")}
    return {name for name, user in people.items() if can(actor(user, on), "check", MeasureCheck(measure=measure))}


def listed(campus, measure, on=TODAY):
    return {name for name in PERSONAS if measure.text in waiting_for(getattr(campus, name), on)}


def test_nobody_checks_his_own_and_grade_one_is_checked_from_outside(campus):
    """Whoever may is on whose list it stands, for every person and every kind of point."""
    cases = {
        "重": ({"rank": 1}, ABOVE),
        "中": ({"rank": 2}, WITHIN | ABOVE),
        "副职负责": ({"rank": 3, "responsible": together([campus.deputy])}, (WITHIN | ABOVE) - {"deputy"}),
        "单位": ({"rank": 2, "level": "unit"}, WITHIN | ABOVE),
        "未定级": ({"rank": None}, set()),
    }
    for content, (said, expected) in cases.items():
        [measure] = put(campus, content, **said)
        record(measure, campus.liaison)
        assert may(campus, measure) == listed(campus, measure) == expected, content
    [noted] = put(campus, "负责人记录的", rank=3)
    record(noted, campus.head)
    assert may(campus, noted) == listed(campus, noted) == (WITHIN | ABOVE) - {"head"}
    # The office checks its own unit's measures no more than that unit does; a leader's stand-in checks nothing of his.
    office_head = make_person("戊二", campus.office_unit)
    [own] = put(campus, "办公室的", rank=1, level="unit", unit=campus.office_unit)
    assert may(campus, own) == {"leader", "chair"}
    section = Unit.objects.create(code="JS1", name="综合科", unit_type="section", parent=campus.office_unit)
    office_head.unit = section
    office_head.save()
    Appointment.objects.create(user=office_head, unit=campus.root, role="office", since=date(2026, 1, 1))
    assert not can(actor(office_head), "check", MeasureCheck(measure=own))
    Appointment.objects.create(
        user=campus.head,
        unit=campus.unit,
        role="unit_head",
        since=TODAY,
        until=date(2026, 10, 1),
        acting_for=campus.deputy,
    )
    Appointment.objects.create(user=campus.deputy, unit=campus.unit, role="unit_head", since=date(2026, 1, 1))
    stood_in = ControlMeasure.objects.get(text="副职负责的prevention")
    assert "head" not in may(campus, stood_in) | listed(campus, stood_in)


def test_check_is_kept_once_audited_and_made_known(campus):
    [measure] = put(campus, rank=2)
    with pytest.raises(Refused, match="尚未记录“已落实”") as refused:
        check(measure, campus.head)
    assert refused.value.field == "result"
    record(measure, campus.clerk)
    files = [SimpleUploadedFile("抽查.pdf", PDF)]
    made, again = (check(measure, campus.head, uploads=files) for _ in range(2))
    assert (made, MeasureCheck.objects.count()) == (again, 1)
    assert (made.outside, made.on, check(measure, campus.office, text="实地看过").outside) == (False, TODAY, True)
    entry = AuditEntry.objects.filter(act="measure.check").earliest("sequence")
    assert entry.detail == {"measure": measure.pk, "result": "verified", "files": 1}
    told = Notification.objects.filter(kind="measure.check")
    assert {row.recipient for row in told} == {campus.clerk}
    assert "核查通过" in told.first().text
    [file] = made.attachments.all()
    for who, expected in (("clerk", 200), ("colleague", 404)):
        assert (
            Plain(getattr(campus, who)).client.get(reverse("attachment_file", args=[file.pk])).status_code == expected
        )
    for typed, field in (
        ({"result": "perhaps"}, "result"),
        ({"text": " \u200b"}, "text"),
        ({"text": "长" * 2001}, "text"),
    ):
        with pytest.raises(Refused) as refused:
            check(measure, campus.head, **typed)
        assert refused.value.field == field
    with pytest.raises(NotAllowed, match="不能核查，请由他人核查"):
        check(measure, campus.clerk)


def test_unit_measure_without_a_person_is_made_known_to_its_heads(campus):
    [measure] = put(campus, level="unit", rank=3)
    check(measure, campus.member, "not_verified", "没有复核记录")
    [row] = Notification.objects.filter(kind="measure.check")
    assert (row.recipient, "核查未通过" in row.text) == (campus.head, True)


def test_check_is_asked_for_again_when_it_counts_no_more(campus):
    [measure] = put(campus, rank=2)
    assert listed(campus, measure) == set()  # nobody says that it is carried out
    record(measure, campus.clerk)
    check(measure, campus.head, "not_verified", "没有复核记录")
    assert listed(campus, measure) == set()  # it waits for the clerk again
    record(measure, campus.clerk, text="已补做", at=moment("2026-09-15 16:00"))
    everybody = WITHIN | ABOVE
    assert listed(campus, measure) == everybody
    check(measure, campus.head, at=moment("2026-09-15 17:00"))
    record(measure, campus.clerk, text="本季度已复核", at=moment("2026-09-15 18:00"))
    assert listed(campus, measure) == set()  # another note that it is done changes nothing
    assert listed(campus, measure, date(2027, 9, 14)) == set()
    assert listed(campus, measure, date(2027, 9, 15)) == everybody  # after twelve months
    Incumbency.objects.filter(post=campus.post).update(until=date(2026, 10, 1))
    Incumbency.objects.create(post=campus.post, user=campus.colleague, since=date(2026, 10, 1))
    assert listed(campus, measure, date(2026, 10, 2)) == everybody  # another person does the work
    point = RiskPoint.objects.get(series=measure.point_series)
    after = point.revised(content="两人经办", holder=campus.clerk)
    after.save()
    versions.enter_into_force(after, on=date(2026, 9, 20))
    assert listed(campus, measure, date(2026, 9, 20)) == everybody  # the point is another one
    assert "deputy" in listed(campus, measure, date(2026, 9, 20))


def test_check_that_lightens_no_more_is_asked_for_again_and_no_other(campus):
    """The list asks the database what the rule of actual grades asks of one measure: both say the same of every check."""
    days = [date(2025, 9, 15), date(2025, 9, 16), date(2026, 9, 1)]  # a year ago today, a day less, and of late
    cases = list(product(days, (True, False), (1, 2), (True, False), (date(2025, 1, 1), date(2026, 9, 10))))
    for number, (day, outside, rank, undone, since) in enumerate(cases):
        [measure] = put(campus, f"第{number}点", rank=rank)
        RiskPoint.objects.filter(series=measure.point_series).update(in_force_from=since)
        MeasureCheck.objects.create(
            measure=measure,
            result="verified",
            text="查过",
            outside=outside,
            by=campus.chair,
            on=day,
            at=moment(f"{day} 10:00"),
        )
        if undone:
            record(measure, campus.clerk, "not_done", "停了", at=moment(f"{day} 11:00"))
        record(measure, campus.clerk, at=moment("2026-09-14 10:00"))

    points = RiskPoint.objects.in_force(TODAY).select_related("final_grade")
    found = residuals.of_points(points, campus.scheme.rules, on=TODAY)
    doubted = {series for series, one in found.items() if any("核查" in words for words in one.missing)}
    asked = policy_of(MeasureCheck).awaiting(ControlMeasure.objects.all(), actor(campus.office))
    assert set(asked.values_list("point_series", flat=True)) == doubted
    assert 0 < len(doubted) < len(cases)


def test_check_from_within_is_asked_for_again_once_the_scheme_asks_for_one_from_outside(campus):
    [measure] = put(campus, rank=2)
    record(measure, campus.clerk)
    check(measure, campus.head)
    document = deepcopy(campus.scheme.document)
    document["residual"]["outside_unit"] = [1, 2]
    Scheme.objects.filter(pk=campus.scheme.pk).update(document=document, digest="stricter")
    assert listed(campus, measure) == may(campus, measure) == ABOVE
    document["residual"]["enabled"] = False
    Scheme.objects.filter(pk=campus.scheme.pk).update(document=document, digest="off")
    assert (listed(campus, measure), may(campus, measure)) == (set(), set())
    assert "没有启用" in can(actor(campus.head), "check", MeasureCheck(measure=measure)).reason


def test_page_takes_a_check_and_loses_nothing_that_is_typed(campus):
    [measure] = put(campus, rank=2)
    page, door = (reverse(name, args=[measure.series]) for name in ("measure_detail", "measure_check"))
    head = Plain(campus.head)
    answer = head.client.post(door, {"result": "verified", "text": "抽查 20 笔"})
    assert answer.status_code == 422
    assert all(word in answer.content.decode() for word in ("抽查 20 笔", "请先由责任人记录"))
    record(measure, campus.clerk)
    assert measure.text in head.go(f"{reverse('measure_list')}?view=check").words
    form = head.go(page).form(f"contains(@action, '{door}')")
    form.xpath(".//input[@value='verified']")[0].set("checked", "checked")
    form.xpath(".//textarea")[0].text = "抽查 20 笔"
    words = head.press(form).words
    assert all(word in words for word in ("核查已记录", "核查通过", "抽查 20 笔"))
    assert "没有等待您核查的措施" in head.go(f"{reverse('measure_list')}?view=check").words
    [grave] = put(campus, "重", rank=1)
    assert "由单位以外的人员核查" in head.go(reverse("measure_detail", args=[grave.series])).words
