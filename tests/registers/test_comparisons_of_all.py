"""What two days have otherwise is found by reading only what may differ: the same as reading every version of both days."""

from collections import Counter

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registers import comparisons, ledgers, versions
from registers.differences import differences
from registers.models import ControlMeasure, RiskPoint, Unit
from tests.longer import examples
from tests.registers.test_counts import DAYS, UNITS, Register

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

KINDS = ("", *comparisons.KINDS, *comparisons.MOVES, comparisons.OTHERWISE, "measures")


class Measured(Register):
    """The register, with measures of its points."""

    def act(self, kind, on, unit, number):
        if kind != "measure":
            return super().act(kind, on, unit, number)
        points = list(RiskPoint.objects.open().order_by("pk"))
        if not points:
            return None
        point, stage = points[number % len(points)], self.campus.scheme.rules.measure_stages[number % 2].code
        there = ControlMeasure.objects.open().filter(point_series=point.series, stage=stage).first()
        if there is not None and number % 3 == 0:
            return versions.retire(there, on=on)
        text = f"措施{number % 4}"
        new = ControlMeasure(point_series=point.series, unit=point.unit, stage=stage, text=text)
        made = there.revised(text=text) if there else new
        made.save()
        return versions.enter_into_force(made, on=on)


def in_force(rows, day):
    return [row for row in rows if comparisons.is_in_force(row, day)]


def plainly(scope, then, now, rules):
    """Every line of both days: (kind, then, now, fields that differ, move of the grade, stages that differ)."""
    order = ("unit__position", "unit__code", "post__code", "category__position", "pk")
    points, every = list(scope.points.order_by(*order)), list(RiskPoint.objects.filter(in_force_from__isnull=False))
    measures, lines = list(scope.measures.order_by("pk")), []
    old, new = ({point.series: point for point in in_force(points, day)} for day in (then, now))
    there = [{point.series for point in in_force(every, day)} for day in (then, now)]
    for series in dict.fromkeys([*new, *old]):
        first, last = old.get(series), new.get(series)
        hidden = all(series in found for found in there)
        texts = [
            {row.stage: row.text for row in in_force(measures, day) if version and row.point_series == series}
            for day, version in ((then, first), (now, last))
        ]
        stages = [(stage.code, *(found.get(stage.code, "") for found in texts)) for stage in rules.measure_stages]
        stages = [(code, before, after) for code, before, after in stages if before != after]
        fields, move = [], ""
        if first is None:
            kind = comparisons.ENTERED if hidden else comparisons.ADDED
        elif last is None:
            kind = comparisons.LEFT if hidden else comparisons.RETIRED
        else:
            fields = [thing.field for thing in differences(first, last, only=comparisons.SHOWN)]
            move = moved(first.final_grade, last.final_grade)
            kind = comparisons.CHANGED if fields or move or stages else comparisons.SAME
        lines.append((kind, first, last, fields, move, stages))
    return sorted(lines, key=lambda line: list(comparisons.KINDS).index(line[0]))


def moved(old, new):
    ranks = [grade.rank if grade else None for grade in (old, new)]
    if ranks[0] == ranks[1]:
        return ""
    if None in ranks:
        return comparisons.GRADED if new else comparisons.UNGRADED
    return comparisons.GRAVER if ranks[1] < ranks[0] else comparisons.SLIGHTER


def asked(kind, line):
    both = line[1] is not None and line[2] is not None
    special = {"": True, comparisons.OTHERWISE: line[0] != comparisons.SAME, "measures": both and bool(line[5])}
    return special.get(kind, kind in (line[0], line[4]))


acts = st.tuples(
    st.sampled_from(["add"] * 5 + ["measure"] * 6 + ["revise"] * 4 + ["retire", "unit", "post", "post"]),
    st.sampled_from(DAYS),
    st.sampled_from(UNITS),
    st.integers(0, 40),
)


@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.lists(acts, min_size=8, max_size=8),
    done=st.lists(acts, min_size=8, max_size=30),
    days=st.sampled_from([(DAYS[0], DAYS[2]), (DAYS[1], DAYS[3]), (DAYS[2], DAYS[1])]),
    who=st.sampled_from(("head", "head", "other_head", "office", "leader", "clerk")),
)
def test_comparison_is_that_of_all_versions(campus, first, done, days, who):
    with transaction.atomic():
        register, (then, now) = Measured(campus), days
        for _, _, unit, number in first:
            register.act("add", DAYS[0], unit, number)
        for act, day, unit, number in sorted(done, key=lambda act: act[1]):
            register.act(act, day, unit, number)
        actor, rules = campus.actor(getattr(campus, who)), campus.scheme.rules
        scope = ledgers.for_reader(actor)
        plain = plainly(scope, then, now, rules)
        for kind in KINDS:
            found = comparisons.compare(scope, then=then, now=now, rules=rules, kind=kind)
            assert [said(line) for line in found.lines] == [line for line in plain if asked(kind, line)], kind
            assert found.kinds == Counter(line[0] for line in plain)
            assert found.moves == Counter(line[4] for line in plain if line[4])
            assert found.measured == sum(bool(line[5]) for line in plain if line[1] and line[2])
        series = [(line[1] or line[2]).series for line in plain]
        units = list(Unit.objects.values_list("pk", flat=True))
        page = comparisons.compare_page(actor, series, then=then, now=now, rules=rules, units=units)
        assert [said(line) for line in page.lines] == plain
        for post in {version.post for line in plain for version in line[1:3] if version and version.post}:
            part = {"units": [post.unit_id], "posts": [post.pk]}
            page = comparisons.compare_page(actor, series, then=then, now=now, rules=rules, **part)
            of_post = ledgers.Scope(scope.points.filter(post=post), scope.measures.filter(unit=post.unit_id))
            assert [said(line) for line in page.lines] == plainly(of_post, then, now, rules)
        transaction.set_rollback(True)


def said(line):
    """Return a line as ``plainly`` says it."""
    fields, stages = [one.field for one in line.changes], [(one.field, one.before, one.after) for one in line.measures]
    return line.kind, line.then, line.now, fields, line.move, stages
