"""Versions: what enters into force, what it closes, what can never be changed."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from registers import versions
from registers.differences import differing_fields
from registers.models import ControlMeasure, GroupMember, LeadingGroup, PowerItem, RiskCategory, RiskPoint
from registers.refusals import Refused

pytestmark = pytest.mark.database("sqlite", "postgresql")

FIRST, SECOND, THIRD = date(2025, 9, 20), date(2026, 9, 20), date(2027, 9, 20)


def make_point(campus, content="风险", **fields):
    category = RiskCategory.objects.get(scheme=campus.scheme, code="process")
    return RiskPoint.objects.create(level="unit", unit=campus.unit, category=category, content=content, **fields)


def make_measure(point, text="措施", stage="prevention", **fields):
    return ControlMeasure.objects.create(
        point_series=point.series, unit_id=point.unit_id, stage=stage, text=text, **fields
    )


def in_force(model, on):
    return sorted(str(record) for record in model.objects.in_force(on))


def spans(model):
    return sorted(model.objects.values_list("in_force_from", "in_force_until"), key=str)


def test_proposal_is_not_in_force_until_it_enters(campus):
    point = make_point(campus)
    assert in_force(RiskPoint, FIRST) == []

    versions.enter_into_force(point, on=FIRST)

    assert (in_force(RiskPoint, date(2025, 9, 19)), in_force(RiskPoint, FIRST)) == ([], ["风险"])


def test_next_version_closes_the_one_before_on_its_first_day(campus):
    first = make_point(campus, "旧")
    versions.enter_into_force(first, on=FIRST)
    second = make_point(campus, "新", series=first.series, base=first)

    versions.enter_into_force(second, on=SECOND)

    assert [in_force(RiskPoint, day) for day in (FIRST, date(2026, 9, 19), SECOND)] == [["旧"], ["旧"], ["新"]]
    first.refresh_from_db()
    assert (first.content, first.in_force_from, first.in_force_until) == ("旧", FIRST, SECOND)


def test_two_versions_on_one_day_leave_the_later_in_force(campus):
    first = make_point(campus, "早")
    versions.enter_into_force(first, on=FIRST)
    versions.enter_into_force(make_point(campus, "晚", series=first.series, base=first), on=FIRST)

    assert in_force(RiskPoint, FIRST) == ["晚"]


def test_other_series_are_left_alone(campus):
    other = make_point(campus, "别处")
    versions.enter_into_force(other, on=FIRST)
    first = make_point(campus, "旧")
    versions.enter_into_force(first, on=FIRST)

    versions.enter_into_force(make_point(campus, "新", series=first.series, base=first), on=SECOND)

    assert in_force(RiskPoint, SECOND) == ["别处", "新"]


@pytest.mark.parametrize("closed", [False, True])
def test_record_that_has_been_in_force_cannot_enter_again(campus, closed):
    point = make_point(campus)
    versions.enter_into_force(point, on=FIRST)
    if closed:
        versions.retire(point, on=SECOND)
    before = spans(RiskPoint)

    with pytest.raises(Refused), transaction.atomic():
        versions.enter_into_force(point, on=THIRD)

    assert spans(RiskPoint) == before


def test_retired_record_is_gone_from_its_day_on_and_stays_readable_before(campus):
    point = make_point(campus)
    versions.enter_into_force(point, on=FIRST)

    versions.retire(point, on=SECOND)

    assert [in_force(RiskPoint, day) for day in (date(2026, 9, 19), SECOND)] == [["风险"], []]


@pytest.mark.parametrize("ever", [False, True])
def test_only_what_is_in_force_can_be_retired(campus, ever):
    point = make_point(campus)
    if ever:
        versions.enter_into_force(point, on=FIRST)
        versions.retire(point, on=SECOND)

    with pytest.raises(Refused):
        versions.retire(point, on=THIRD)


def test_retired_point_takes_its_measures_along_and_no_others(campus):
    point, other = make_point(campus, "甲"), make_point(campus, "乙")
    for record in (
        point,
        other,
        make_measure(point, "甲防"),
        make_measure(point, "甲控", "monitoring"),
        make_measure(other, "乙防"),
    ):
        versions.enter_into_force(record, on=FIRST)
    proposal = make_measure(point, "尚未生效", "disposal")

    versions.retire(point, on=SECOND)

    assert (in_force(RiskPoint, SECOND), in_force(ControlMeasure, SECOND)) == (["乙"], ["乙防"])
    proposal.refresh_from_db()
    assert (proposal.in_force_from, proposal.in_force_until) == (None, None)


def test_retired_measure_leaves_its_point(campus):
    point = make_point(campus)
    measure = make_measure(point)
    for record in (point, measure):
        versions.enter_into_force(record, on=FIRST)

    versions.retire(measure, on=SECOND)

    assert (in_force(RiskPoint, SECOND), in_force(ControlMeasure, SECOND)) == (["风险"], [])


def test_measure_outlives_the_versions_of_its_point(campus):
    first = make_point(campus, "旧")
    for record in (first, make_measure(first)):
        versions.enter_into_force(record, on=FIRST)

    versions.enter_into_force(make_point(campus, "新", series=first.series, base=first), on=SECOND)

    assert (in_force(RiskPoint, SECOND), in_force(ControlMeasure, SECOND)) == (["新"], ["措施"])


def test_new_measure_does_not_push_out_what_stands_at_its_stage(campus):
    point, there = make_point(campus), None
    for record in (point, there := make_measure(point, "旧防"), make_measure(point, "旧控", "monitoring")):
        versions.enter_into_force(record, on=FIRST)
    new = make_measure(point, "新防")  # another series, the same stage

    with pytest.raises(versions.Outdated) as refused:
        versions.enter_into_force(new, on=SECOND)
    assert [(found.record, found.current) for found in refused.value.conflicts] == [(new, there)]

    versions.apply([new], retiring=[there], on=SECOND)

    assert in_force(ControlMeasure, SECOND) == ["新防", "旧控"]


def test_measure_needs_its_point(campus):
    point = make_point(campus)
    versions.enter_into_force(point, on=FIRST)
    versions.retire(point, on=SECOND)

    with pytest.raises(versions.Outdated):
        versions.enter_into_force(make_measure(point), on=SECOND)
    with pytest.raises(versions.Outdated):  # no more than beside the point that leaves
        versions.apply([make_measure(other := entered(campus))], retiring=[other], on=SECOND)
    assert in_force(ControlMeasure, SECOND) == []


def entered(campus, content="别的"):
    versions.enter_into_force(point := make_point(campus, content), on=FIRST)
    return point


# --- Every change names its base (T1) -------------------------------------------------------------------


def change(kind, base):
    """What two sheets may ask of the same version, as arguments of ``apply``."""
    if kind in ("keep", "retire"):
        return {"kept" if kind == "keep" else "retiring": [base]}
    proposal = base.revised(content="改") if kind == "revise" else base.revised(grade_reason="重评")
    proposal.save()
    return {"entering": [proposal]}


KINDS = ["keep", "revise", "retire", "regrade"]


@pytest.mark.parametrize("second", KINDS)
@pytest.mark.parametrize("first", KINDS)
def test_second_change_of_a_version_is_refused_unless_the_first_left_it(campus, first, second):
    base = entered(campus)
    acts = [change(first, base), change(second, base)]
    versions.apply(**acts[0], on=SECOND)
    left = spans(RiskPoint)

    if first == "keep":
        versions.apply(**acts[1], on=THIRD)
        return
    assert versions.conflicts_of(
        [*acts[1].get("entering", []), *acts[1].get("kept", [])], retiring=acts[1].get("retiring", [])
    )
    with pytest.raises(versions.Outdated) as refused:
        versions.apply(**acts[1], on=THIRD)
    [conflict] = refused.value.conflicts
    assert conflict.base == base
    assert conflict.current == (None if first == "retire" else acts[0]["entering"][0])
    assert spans(RiskPoint) == left


def test_new_record_of_a_series_that_is_there_is_refused(campus):
    base = entered(campus)

    with pytest.raises(versions.Outdated):
        versions.enter_into_force(make_point(campus, "新", series=base.series), on=SECOND)


def test_revision_is_a_copy_with_what_was_asked(campus):
    base = entered(campus)
    RiskPoint.objects.filter(pk=base.pk).update(nature="客观", involved_posts="会计", factors={"harm": "big"})
    base.refresh_from_db()

    revised = base.revised(content="改")

    assert (revised.pk, revised.in_force_from, revised.base, revised.series) == (None, None, base, base.series)
    assert differing_fields(base, revised) == ["content"]


def test_power_item_has_versions_too(campus):
    first = PowerItem.objects.create(unit=campus.unit, name="旧权力")
    versions.enter_into_force(first, on=FIRST)
    versions.enter_into_force(
        PowerItem.objects.create(unit=campus.unit, name="新权力", series=first.series, base=first), on=SECOND
    )

    assert [in_force(PowerItem, day) for day in (FIRST, SECOND)] == [["旧权力"], ["新权力"]]


def test_filed_group_closes_the_one_before_and_not_that_of_another_unit(campus):
    elsewhere = LeadingGroup.objects.create(unit=campus.other_unit, since=FIRST)
    new = LeadingGroup.objects.create(unit=campus.unit)
    GroupMember.objects.create(group=new, user=campus.member, seat="leader")

    versions.file_group(new, on=SECOND)

    assert set(LeadingGroup.objects.in_force(date(2026, 9, 19))) == {campus.group, elsewhere}
    assert set(LeadingGroup.objects.in_force(SECOND)) == {new, elsewhere}


def test_group_is_filed_once(campus):
    with pytest.raises(Refused), transaction.atomic():
        versions.file_group(campus.group, on=SECOND)

    assert list(LeadingGroup.objects.in_force(SECOND)) == [campus.group]


# --- The database's share -------------------------------------------------------------------------------


def test_database_refuses_two_open_versions_of_a_series(campus):
    first = make_point(campus, in_force_from=FIRST)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_point(campus, series=first.series, in_force_from=SECOND)

    make_point(campus, series=first.series, base=first)  # a proposal beside it is what a revision is
    make_point(campus, series=first.series, in_force_from=FIRST, in_force_until=SECOND)
    assert RiskPoint.objects.filter(series=first.series).count() == 3


@pytest.mark.parametrize(("start", "end"), [(SECOND, FIRST), (None, FIRST)])
def test_database_refuses_an_end_before_or_without_a_beginning(campus, start, end):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_point(campus, in_force_from=start, in_force_until=end)

    assert RiskPoint.objects.count() == 0


def test_database_refuses_two_measures_at_one_stage(campus):
    point = make_point(campus)
    make_measure(point, in_force_from=FIRST)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_measure(point, in_force_from=SECOND)

    make_measure(point, stage="monitoring", in_force_from=SECOND)
    assert ControlMeasure.objects.count() == 2


def test_database_refuses_a_personal_point_without_holder(campus):
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskPoint.objects.create(
            level="personal",
            unit=campus.unit,
            post=campus.post,
            content="风险",
            category=RiskCategory.objects.get(scheme=campus.scheme, code="process"),
        )

    assert RiskPoint.objects.count() == 0
