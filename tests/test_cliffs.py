"""What a row costs does not depend on how many there are.

The functions are found by walking the code for what reads rows by batches. Each is run on few and on many rows of one unit, in a
school that has many others. Only ratios within one run count.
"""

import ast
import time
from collections import deque
from datetime import date
from functools import cache

import pytest
from django.db import connection

from registers import comparisons, job_kinds, ledgers, residuals
from registers.models import ControlMeasure, RiskCategory, RiskPoint, Unit
from tests.longer import LONG, allow
from tests.sources import files, nodes_of, text_of

pytestmark = pytest.mark.database("sqlite")

BATCHED = {"batches", "having", "in_order"}
BEGAN, TODAY = date(2026, 3, 1), date(2026, 9, 1)
SIZES = (10, 500, 1000, 40_000) if LONG else (10, 500, 1000, 2000)
WORSE = 3  # times as much for a row


def rows(campus, unit, points):
    return ledgers.rows(ledgers.everything(), campus.scheme, unit, on=TODAY)


def each_row(campus, unit, points):
    deque(ledgers.each_row(ledgers.everything(), campus.scheme, unit, on=TODAY), maxlen=0)


def of_points(campus, unit, points):
    residuals.of_points(points, campus.scheme.rules, on=TODAY)


def compared(campus, unit, points):
    scope = ledgers.everything()
    scope.points = scope.points.filter(unit=unit)
    found = comparisons.compare(scope, then=date(2026, 1, 1), now=TODAY, rules=campus.scheme.rules)
    assert found.kinds == {comparisons.ADDED: len(points)}


def order(campus, unit, points):
    deque(job_kinds.risk_order({"unit": unit.code}, campus.head_of[unit.pk]).items, maxlen=0)


CASES = {
    "registers.ledgers.rows": rows,
    "registers.ledgers.each_row": each_row,
    "registers.comparisons._hidden": compared,
    "registers.comparisons.turned": compared,
    "registers.comparisons.points": compared,
    "registers.comparisons.measures": compared,
    "registers.job_kinds.risk_order": order,
    "workflows.supervision.blockers.on_points": of_points,
    "workflows.supervision.points._measures": of_points,
}
# What reads rows by batches, but not by the rows of a unit.
OTHERS = {
    "registers.limited.run": "hands over what is read elsewhere",
    "registers.imports.people.apply": "new people of a file, of whom the benchmark accepts 50,000",
    "registers.inserting._copy": "new rows of a table, of which the benchmark inserts 50,000",
    "registers.inserting._execute": "the same on SQLite",
    "registers.inserting.insert_few": "new rows of one act, at most as many as a sheet has or people who are told",
    "registers.gravity.in_full": "powers, by the same batches as the rows of a ledger",
    "workflows.compiled.volumes._papers": "papers of a campaign, by the same in_order as risk_order",
    "workflows.progress.late_list._lines": "rows of a campaign, by the same in_order as risk_order",
    "workflows.supervision.warnings.proposing.propose": "warnings, by the same having as _measures",
    "workflows.supervision.warnings.proposing._term": "posts, by the same having as _measures",
}


@cache
def modules():
    """The modules that may read by batches: name → source."""
    paths = [path for path in files(".py", "registers", "workflows") if not path.endswith("/batches.py")]
    return {path.removesuffix(".py").replace("/", "."): text_of(path) for path in paths}


def calls(node):
    return {each.func.id for each in ast.walk(node) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)}


@pytest.mark.once
def test_whatever_reads_by_batches_is_tried():
    found = {
        f"{module}.{node.name}"
        for module, source in modules().items()
        if any(name in source for name in BATCHED)
        for node in nodes_of(source)
        if isinstance(node, ast.FunctionDef) and calls(node) & BATCHED
    }
    assert found == CASES.keys() | OTHERS.keys()


@pytest.mark.once
def test_no_filter_depends_on_how_long_a_list_is():
    """Such as ``rows.filter(series__in=some) if len(some) <= 900 else rows``."""
    found = [
        f"{module}:{test.lineno}"
        for module, source in modules().items()
        for node in nodes_of(source)
        if isinstance(node, ast.If | ast.IfExp) and isinstance(node.test, ast.Compare)
        for test in [node.test]
        if "len" in calls(test) and any(map(is_many, test.comparators)) and any(map(is_filter, ast.walk(node)))
    ]
    assert found == []


def is_filter(node):
    return getattr(node, "attr", "") == "filter" or getattr(node, "id", "") == "Q"


def is_many(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value > 1


@pytest.fixture
def school(campus):
    """Units of the SIZES in points, each with a measure, and another unit that has twice as many as all."""
    if LONG:
        allow(1800)
    category = RiskCategory.objects.get(scheme=campus.scheme, code="process")
    grade, campus.head_of, units = campus.scheme.grades.first(), {}, {}
    for size in (*SIZES, 2 * SIZES[-1]):
        unit = Unit.objects.create(code=f"N{size}", name=f"单位{size}", unit_type="office", parent=campus.root)
        point = RiskPoint.objects.create(
            unit=unit, content="风险", category=category, level="unit", final_grade=grade, in_force_from=BEGAN
        )
        copied(point, RiskPoint.objects.filter(unit=unit), size - 1)
        measure = ControlMeasure.objects.create(
            point_series=point.series, unit=unit, stage="prevention", text="双人复核", in_force_from=BEGAN
        )
        copied(measure, RiskPoint.objects.filter(unit=unit).exclude(pk=point.pk), 1, point_series="series")
        units[size] = unit, list(RiskPoint.objects.filter(unit=unit).select_related("final_grade"))
        campus.head_of[unit.pk] = campus.office
    assert [len(points) for _, points in units.values()] == [*SIZES, 2 * SIZES[-1]]
    return {size: units[size] for size in SIZES}


def copied(row, beside, times, **taken):
    """Copy a row so many times for each row ``beside``, from which it has the columns ``taken``, in one statement."""
    table, own = row._meta.db_table, [field.column for field in row._meta.concrete_fields if not field.primary_key]
    given = {"series": "lower(hex(randomblob(16)))", **{name: f"other.{column}" for name, column in taken.items()}}
    values = ", ".join(given.get(column, f'one."{column}"') for column in own)
    keys, bound = beside.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH RECURSIVE n(i) AS (SELECT 1 WHERE %s > 0 UNION ALL SELECT i + 1 FROM n WHERE i < %s)
            INSERT INTO {table} ({", ".join(f'"{column}"' for column in own)})
            SELECT {values} FROM (SELECT * FROM {RiskPoint._meta.db_table} WHERE id IN ({keys})) other
            CROSS JOIN n CROSS JOIN {table} one WHERE one.id = %s""",  # noqa: S608 (columns of our own models)
            [times, times, *bound, row.pk],
        )


def cliffs(function, campus, school):
    """Return the sizes at which a row costs more than WORSE times what it costs at the size before."""
    costs = []
    for unit, points in school.values():
        spent = []
        for _ in range(2 if len(points) < SIZES[-1] else 1):
            start = time.process_time()
            function(campus, unit, points)
            spent.append(time.process_time() - start)
        costs.append(min(spent) / len(points))
    return [size for size, before, after in zip(SIZES[1:], costs, costs[1:], strict=False) if after > WORSE * before]


def test_row_costs_the_same_whatever_their_number(campus, school):
    found = {function.__name__: cliffs(function, campus, school) for function in set(CASES.values())}
    assert not any(found.values()), found
    assert cliffs(dropped, campus, school) == [1000]  # the control: what these functions did until November 2026


def dropped(campus, unit, points):
    """Read the measures of some points, or all of the school where the list is long."""
    series, measures = {point.series for point in points}, ControlMeasure.objects.all()
    there = measures.filter(point_series__in=series) if len(series) <= 900 else measures
    assert len([measure for measure in there if measure.point_series in series]) == len(points)
