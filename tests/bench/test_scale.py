"""The loader of large registers: what it writes is what the site itself would have written, and every page shows it."""

from datetime import date
from itertools import count

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q

from registers import counts
from registers.models import ControlMeasure, Grade, Incumbency, PowerItem, ProcessStep, RiskCategory, RiskPoint, User
from tests.bench.scale import jobs, loading, organisation, pages, report, run, turns
from tests.longer import longer
from workflows import controls

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

POINTS, UNITS = 400, 6
SINCE = date(2025, 11, 20)


@pytest.fixture
def register(year):
    """The year's campus with one point of a person, one of the unit and one power, brought to ``POINTS`` points in force."""
    campus, grades, number = year.campus, Grade.objects.order_by("rank"), count()
    category = RiskCategory.objects.get(scheme=campus.scheme, code="process")
    for level, subject in (("personal", {"post": campus.post, "holder": campus.clerk}), ("unit", {})):
        point = RiskPoint.objects.create(
            level=level, unit=campus.unit, category=category, content="拆分采购项目", final_grade=grades[next(number)],
            factors={"probability": "low", "harm": "slight"}, in_force_from=SINCE, **subject,
        )  # fmt: skip
        for stage in ("prevention", "monitoring", "disposal"):
            ControlMeasure.objects.create(
                point_series=point.series, unit=campus.unit, stage=stage, text="逐笔复核", in_force_from=SINCE,
                rank=point.final_grade.rank,
            )  # fmt: skip
    power = PowerItem.objects.create(unit=campus.unit, name="采购", domain="procurement", in_force_from=SINCE)
    for position in (1, 2):
        ProcessStep.objects.create(power_item=power, position=position, procedure="审核", post=campus.post)
    if connection.vendor == "postgresql":
        connection.check_constraints()  # before indexes are taken away, nothing may wait to be checked
    assert loading.load(POINTS, UNITS, home="CW") == POINTS
    return year


def test_the_register_is_sound(register):
    # SQLite looks at every foreign key; the unique indexes were made over all rows.
    connection.check_constraints()
    revised = RiskPoint.objects.filter(base__isnull=False)
    assert revised.exists()
    assert not revised.exclude(series=F("base__series"), in_force_from=F("base__in_force_until")).exists()
    points = RiskPoint.objects.open()
    held = Incumbency.objects.filter(post=OuterRef("post"), user=OuterRef("holder"), until=None)
    assert not points.filter(Q(level="personal"), ~Exists(held)).exists()
    # No measure in force without its point, and three for every point.
    measures = ControlMeasure.objects.open()
    stages = measures.values("point_series").annotate(number=Count("pk")).values_list("point_series", "number")
    assert dict(stages) == dict.fromkeys(points.values_list("series", flat=True), 3)
    # What is kept beside the rows is what is found anew.
    assert (controls.repair(), counts.differences()) == (0, {})
    homes = points.filter(unit__code="CW").count()
    assert homes == min(organisation.HOME_POINTS, POINTS // 4)


def test_growth_is_judged_by_what_was_measured_in_turn(capsys):
    def cost(ms, ratio, **more):
        return {
            "who": "office",
            "url": "/robots/",
            "name": "robot_list",
            "status": 200,
            "queries": 10,
            "ms": ms,
            "ratio": ratio,
        } | more

    alone = report.table({"scale50k": [cost(10, 5)], "scale500k": [cost(30, 10)]})
    in_turn = report.table({"scale50k": [cost(10, 5, in_turn=10)], "scale500k": [cost(30, 10, in_turn=11)]})
    assert [alone, in_turn] == [[("office", "/robots/", "增长", grown, 1.2)] for grown in (2.0, 1.1)]
    assert turns.ROUNDS > 1


def test_every_goal_that_is_missed_is_printed_with_its_reason(capsys):
    assert set(jobs.PARTS) == set(run.PARTS) >= {part for parts in run.WHERE.values() for part in parts}
    report.print_goals(
        [("office", "/board/", "增长", 3.0, 1.2), ("head", "/risks/", "PG", 5.0, 6)],
        [
            ("scale50k", "同时保存与登录页的速率之比", 0.2, 0.3, True),
            ("scale50k", "papers 做完", float("inf"), 300, False),
        ],
    )
    said = capsys.readouterr().out
    assert "4 项中 1 项达到，3 项未达到" in said
    assert "办公室 /board/ 增长：3.00，应≤1.2。审核积压要问四百个单位" in said
    assert "scale50k 同时保存与登录页的速率之比：0.20，应≥0.3。两个核心" in said
    assert "scale50k papers 做完：inf，应≤300。没有在时限内做完" in said


@longer("opens every page of the office")
@pytest.mark.database("sqlite")
def test_every_page_of_it_answers(register):
    call_command("createcachetable", verbosity=0)
    found = list(pages.costs({"office": register.campus.office.number}, rounds=0))
    assert not [(cost.who, cost.url, cost.status) for cost in found if cost.status != 200]
    opened = {cost.name for cost in found}
    # Without links followed, details would be missing.
    assert {"desk", "risk_list", "ledger", "measure_list", "risk_detail", "power_detail", "unit_detail"} <= opened
    assert User.objects.filter(number__startswith="S").exists()
