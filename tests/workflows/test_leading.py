"""Whether heads search first (带头查找): who counts, what decides, where it is shown."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from registers.models import ControlMeasure, RiskCategory, RiskPoint, Unit
from tests import factories
from tests.personas import point
from tests.workflows import carried_cases
from workflows import controls, leading_measures
from workflows.compiled import logs
from workflows.models import MeasureProgress, Submission
from workflows.policies import Holding
from workflows.progress import figures, leading

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

UNIT = Unit(name="财务处", code="CW", position=1)
# What people did (leaders first): name → hour of the first hand-in or None, and what follows.
CASES = {
    "nobody": ({"长": None}, {"员": None}, ("waiting", 0, 0, ("长",))),
    "head alone": ({"长": 9}, {"员": None}, ("led", 1, 0, ("长",))),
    "head before": ({"长": 9}, {"员": 10}, ("led", 1, 0, ("长",))),
    "at the same moment": ({"长": 9}, {"员": 9}, ("led", 1, 0, ("长",))),
    "head after one": ({"长": 10}, {"员": 9, "乙": 11}, ("behind", 1, 1, ("长",))),
    "head not at all": ({"长": None}, {"员": 9, "乙": 11}, ("behind", 0, 2, ("长",))),
    "deputy missing": ({"长": 9, "副": None}, {"员": None}, ("waiting", 1, 0, ("副",))),
    "deputy after": ({"长": 9, "副": 11}, {"员": 10}, ("behind", 2, 1, ("副", "长"))),
    "no others": ({"长": 9}, {}, ("led", 1, 0, ("长",))),
}


@pytest.mark.parametrize("case", CASES)
def test_line_says_who_handed_in_first(case, clock):
    led, others, expected = CASES[case]
    at = lambda hour: clock.set(f"2026-09-15 {hour:02d}:00") if hour else None  # noqa: E731
    people = {name: leading.Person(name, name == "副", (at(hour),)) for name, hour in (led | others).items()}
    line = leading.judged(UNIT, people, set(led) - {"副"})  # the deputy leads by his post
    assert (line.state, line.handed, line.before, line.names) == expected
    assert (line.at is None) == any(hour is None for hour in led.values())


def lines(year, user):
    listed = figures.listed(year.actor(user), year.campaign)
    shared = {"units": Unit.objects.in_bulk(), "holding": Holding(year.clock.today)}
    return {one.unit.name: one.state for one in leading.lines(listed, year.campaign.scheme.rules, **shared)}


def test_who_hands_in_first_decides_and_later_moves_change_nothing(year):
    """A head who hands in after his colleague stays behind, one whose sheet comes back does not lose his place."""
    campus, head = year.campus, year.sheet("personal-search", year.campus.head)
    assert lines(year, campus.office) == {"财务处": "waiting"}
    year.submit(head, year.points(head, point("甲")))
    year.at("09-16")
    own = year.sheet("personal-search")
    year.submit(own, year.points(own, point("乙")))
    assert lines(year, campus.office) == {"财务处": "led"}
    rows = [row for row in _log(year) if row["task"] == "带头查找"]
    assert [(row["person"], row["step"], row["at"]) for row in rows] == [("丙一", "已带头", "2026-09-15 10:00")]
    returned = year.again(head)
    for voter in (campus.member, campus.deputy):
        year.vote(returned, voter)
    year.at("09-18")
    Submission.objects.filter(pk=head.pk).update(submitted_at=year.clock.now)  # handed in again
    assert lines(year, campus.office) == {"财务处": "led"}
    page = Client()
    page.force_login(campus.office)
    shown = page.get(reverse("board")).content.decode()
    assert "带头查找" in shown and "已带头 1 个单位" in " ".join(shown.split())
    assert "已带头" in page.get(reverse("board"), {"unit": "CW"}).content.decode()


def _log(year):
    campus = year.campus
    layout = next(one for one in campus.scheme.rules.papers.values() if one.compiled == "search_log")
    shared = {"unit": campus.unit, "on": year.clock.today, "reader": year.actor(campus.office)}
    return logs.compiled(layout, campus.scheme.rules, **shared)["rows"]


def test_colleagues_are_told_where_the_scheme_says_so(carrying):
    """Under 003 until the head has handed in; never on his own sheet."""
    campus, on = carrying.campus, carrying.clock.today
    own, head = carrying.sheet("personal-search"), carrying.sheet("personal-search", campus.head)
    asked = campus.scheme.rules.duties.leaders_first
    assert (leading.hint(own, on=on), leading.hint(head, on=on)) == (asked.text, "")
    page = Client()
    page.force_login(campus.clerk)
    assert asked.text in page.get(reverse("submission_fill", args=[own.pk])).content.decode()
    carrying.submit(head, carrying.points(head, carried_cases.risk("丙", **carried_cases.GRAVE)))
    assert leading.hint(own, on=on) == ""


def test_with_two_posts_a_head_needs_both_and_a_colleague_one(clock):
    nine, ten, noon = (clock.set(f"2026-09-15 {hour}:00") for hour in ("09", "10", "12"))
    two = {"长": leading.Person("长", False, (nine, noon)), "员": leading.Person("员", False, (ten, None))}
    assert leading.judged(UNIT, two, {"长"}).state == "behind"
    both = two | {"长": leading.Person("长", False, (nine, None))}
    line = leading.judged(UNIT, both, {"长"})
    assert (line.state, line.handed, line.names) == ("behind", 0, ("长",))


def test_heads_in_their_own_right_and_named_seats_lead(campus):
    def leaders(*seats):
        return leading.leaders_of(campus.unit.pk, Holding(date(2026, 9, 15)), seats)

    assert leaders() == {campus.head.pk}
    assert leaders("deputy") == {campus.head.pk, campus.deputy.pk}
    away = factories.appoint(campus.liaison, campus.unit, "unit_head")
    away.acting_for, away.until = campus.head, date(2026, 12, 31)
    away.save()
    assert leaders() == {campus.head.pk}  # who stands in leads nobody by his own sheet


def test_holder_of_a_leading_post_leads(year):
    campus = year.campus
    campus.post.tier = "leading"
    campus.post.save()
    head = year.sheet("personal-search", campus.head)
    year.submit(head, year.points(head, point("甲")))
    assert lines(year, campus.office) == {"财务处": "waiting"}  # the clerk's is missing


def test_leaders_own_points_are_measured_by_the_day(year):
    """A point of the head without a measure, with one, with one that is late, with that carried out. Nobody else's counts."""
    campus, rules = year.campus, year.campus.scheme.rules
    led = lambda: leading_measures.of_units([campus.unit], rules, holding=Holding(year.clock.today)).get(campus.unit.pk)  # noqa: E731
    category = RiskCategory.objects.get(scheme=campus.scheme, code="process")
    said = {"unit": campus.unit, "level": "personal", "category": category, "in_force_from": "2026-01-01"}
    RiskPoint.objects.create(**said, post=campus.post, holder=campus.clerk, content="员工的")
    assert led() is None
    own = RiskPoint.objects.create(**said, post=campus.head_post, holder=campus.head, content="负责人的")
    assert (led().points, led().covered, led().tag[0]) == (1, 0, "措施不全")
    stage = "prevention"
    measure = ControlMeasure.objects.create(
        point_series=own.series,
        unit=campus.unit,
        stage=stage,
        text="双人复核",
        due_on=year.clock.today,
        in_force_from="2026-01-01",
    )
    assert (led().covered, led().late, led().is_led) == (1, 0, True)
    year.at("09-20")
    assert (led().late, led().tag[0]) == (1, "措施逾期")
    row = next(row for row in _log(year) if row["task"] == "带头制定措施")
    assert row["text"] == "负责人本人风险点 1 个，已有措施 1 个，其中 1 个的措施逾期"
    MeasureProgress.objects.create(measure=measure, state="done", text="已落实", by=campus.head, at=year.clock.now)
    controls.keep_noted([measure.pk])
    assert led().is_led
    page = Client()
    page.force_login(campus.office)
    assert "带头制定措施" in page.get(reverse("board"), {"unit": "CW"}).content.decode()
