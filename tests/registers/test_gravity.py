"""Risk points and powers by grade and weight: the order, what a reader sees of it, filters and sums."""

import random
from datetime import date

import pytest
from django.db.models import Case, Count, F, OuterRef, Subquery, Value, When
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from registers import gravity, job_kinds, jobs, leadership
from registers.actors import Actor
from registers.models import Grade, Job, PowerItem, RiskCategory, RiskPoint
from tests.factories import make_post

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]
FROM = date(2026, 1, 1)
GRAVE, SLIGHT = {"probability": "high", "harm": "criminal"}, {"probability": "low", "harm": "slight"}


class Register:
    """Points of the unit, the gravest entered last, on two powers."""

    def __init__(self, campus):
        self.campus = campus
        self.key_post = make_post(
            campus.other_unit, "招生主管", campus.other_head, is_key_post=True, domain="admission"
        )
        self.powers = [
            PowerItem.objects.create(
                unit=campus.unit, name=name, domain="finance", accountable_post=campus.post, in_force_from=FROM
            )
            for name in ("报销审核", "预算编制", "无风险点的权力")
        ]
        slight, grave, _ = self.powers
        self.point("轻", 3, SLIGHT, power=slight)
        self.point("未定", None, {}, power=slight)
        self.point("二级", 2, SLIGHT, unit=campus.other_unit)
        self.point("一级轻", 1, SLIGHT, power=slight)
        self.point("一级重", 1, GRAVE, power=grave)
        self.point("一级大事", 1, SLIGHT, power=grave, major_matter="project")
        self.personal = self.point(
            "个人的", 1, GRAVE, unit=campus.other_unit, level="personal", post=self.key_post, holder=campus.other_head
        )

    def point(self, content, rank, factors, *, unit=None, power=None, level="unit", **more):
        return RiskPoint.objects.create(
            content=content,
            unit=unit or self.campus.unit,
            level=level,
            category=RiskCategory.objects.get(scheme=self.campus.scheme, code="process"),
            final_grade=Grade.objects.filter(scheme=self.campus.scheme, rank=rank or 0).first(),
            factors=factors,
            power_series=power.series if power else None,
            in_force_from=FROM,
            **more,
        )

    def ordered(self, user, **narrowed):
        on = date(2026, 9, 15)
        rows = gravity.in_force(Actor(user, on=on))
        rows = gravity.narrowed_points(rows, on=on, **narrowed)
        return [point.content for point in gravity.points(rows, self.campus.scheme.rules)]


@pytest.fixture
def register(campus):
    return Register(campus)


def test_graver_comes_first_then_major_matters_then_factors(register):
    assert register.ordered(register.campus.chair) == ["一级大事", "一级重", "个人的", "一级轻", "二级", "轻", "未定"]
    point = RiskPoint.objects.get(content="一级大事")
    words = gravity.why(point, register.campus.scheme.rules)
    assert words.startswith("三重一大（重大项目安排）；")


def test_reader_finds_only_what_he_may_read(register):
    campus = register.campus
    assert "个人的" in register.ordered(campus.other_head)
    assert "一级重" not in register.ordered(campus.other_head)
    assert "个人的" not in register.ordered(campus.head)


def test_filters_narrow_by_domain_of_power_or_post_and_by_kind_of_post(register):
    chair = register.campus.chair
    assert register.ordered(chair, domain="finance") == ["一级大事", "一级重", "一级轻", "轻", "未定"]
    assert register.ordered(chair, domain="admission") == ["个人的"]
    assert register.ordered(chair, kind="key") == ["个人的"]
    assert register.ordered(chair, kind="no-such") == register.ordered(chair)


def test_points_of_heads_and_leading_teams_have_a_view_of_their_own(register, clock):
    """Points of posts that lead or that heads hold, and the leading team's own; as a list and as a workbook (R2-07, R4-20)."""
    campus = register.campus
    register.point("一把手的", 1, GRAVE, level="personal", post=campus.head_post, holder=campus.head)
    register.point("职员的", 1, SLIGHT, level="personal", post=campus.post, holder=campus.clerk)
    register.point("校级的", 1, SLIGHT, unit=campus.root, level="school")
    theirs = RiskPoint.objects.filter(leadership.of_points(date(2026, 9, 15)))
    assert {row.content for row in theirs} == {"一把手的", "个人的", "校级的"}
    assert set(register.ordered(campus.chair, kind="leaders")) == {
        "一把手的",
        "个人的",
    }  # no school level in this rule book
    assert register.ordered(campus.head, kind="leaders") == ["一把手的"]  # as far as he may read them
    page = asked_page(campus.chair, {"kind": "leaders"})
    assert "<h1" in page and "领导班子和领导干部的风险点" in page and "职员的" not in page
    job = jobs.create("risk_order", owner=campus.chair, at=clock.now, parameters={"kind": "leaders"})
    jobs.work(at=clock.now)
    book = load_workbook(jobs.opened(Job.objects.get(pk=job.pk)))
    rows = [row[-1] for row in book["风险点"].iter_rows(min_row=4, values_only=True)]
    assert rows == register.ordered(campus.chair, kind="leaders")
    campus.head.appointments.all().delete()
    assert register.ordered(campus.head, kind="leaders") == []


def test_power_is_as_grave_as_its_gravest_point_that_the_reader_may_read(register):
    on = date(2026, 9, 15)

    def ranked(user):
        rows = PowerItem.objects.in_force(on)
        found = gravity.in_full(gravity.powers(rows, gravity.in_force(Actor(user, on=on))), rows)
        return [(row.name, row.gravest, row.grave, row.counted) for row in found]

    assert ranked(register.campus.chair) == [
        ("预算编制", 1, 2, 2),
        ("报销审核", 1, 1, 3),
        ("无风险点的权力", None, None, None),
    ]
    assert {found[1:] for found in ranked(register.campus.other_head)} == {(None, None, None)}


def in_the_database(rows, of):
    """The order of powers as one statement: what a reader may read is asked for every power, three times."""
    own = of.filter(power_series=OuterRef("series")).order_by()
    gravest = own.order_by(F("final_grade__rank").asc(nulls_last=True)).values("final_grade__rank")[:1]
    counted = own.values("power_series").annotate(number=Count("pk")).values("number")
    grave = own.filter(final_grade__rank=OuterRef("gravest")).values("power_series").annotate(number=Count("pk"))
    rows = rows.annotate(gravest=Subquery(gravest))
    rows = rows.annotate(grave=Subquery(grave.values("number")), counted=Subquery(counted))
    matters = Case(When(major_matter="", then=Value(1)), default=Value(0))
    order = (F("gravest").asc(nulls_last=True), matters, F("grave").desc(nulls_last=True))
    return rows.order_by(*order, "unit__position", "unit__code", "pk").values_list("pk", "gravest", "grave", "counted")


def test_order_of_powers_is_the_one_that_a_statement_for_each_power_finds(register):
    campus, on, chance = register.campus, date(2026, 9, 15), random.Random(7)  # noqa: S311 (no secret)
    for number in range(24):
        unit = chance.choice([campus.unit, campus.other_unit])
        matter = chance.choice(["", "", "project"])
        power = PowerItem.objects.create(unit=unit, name=f"权力{number}", major_matter=matter, in_force_from=FROM)
        for place in range(chance.randrange(4)):
            register.point(f"点{number}.{place}", chance.choice([1, 2, 3, None]), {}, unit=unit, power=power)
    for user in (campus.chair, campus.head, campus.other_head):
        actor, rows = Actor(user, on=on), PowerItem.objects.in_force(on)
        plain = RiskPoint.objects.visible_to(actor).in_force(on)
        assert gravity.powers(rows, gravity.in_force(actor)) == list(in_the_database(rows, plain))


@pytest.mark.parametrize(("by", "label"), [("unit", "财务处"), ("domain", "未归类"), ("tier", "未归类")])
def test_sums_are_those_of_the_list(register, by, label):
    on, chair = date(2026, 9, 15), register.campus.chair
    rows = gravity.in_force(Actor(chair, on=on))
    sums = gravity.summed(rows, register.campus.scheme.rules)[by]
    assert sum(total for *_, total in sums) == len(register.ordered(chair)) == 7
    assert [sum(column) for column in zip(*(counts for _, counts, _ in sums), strict=True)] == [4, 1, 1, 1]
    assert label in [name for name, *_ in sums]


def test_page_and_workbook_hold_the_same_order(register, clock):
    campus = register.campus
    page = asked_page(campus.chair, {"domain": "finance"})
    places = [page.index(content) for content in ("一级大事", "一级重", "一级轻")]
    assert places == sorted(places)
    assert "个人的" not in page
    job = jobs.create("risk_order", owner=campus.chair, at=clock.now, parameters={"domain": "finance"})
    jobs.work(at=clock.now)
    book = load_workbook(jobs.opened(Job.objects.get(pk=job.pk)))
    assert job_kinds.ORDERED_POINTS[-1][0] == "风险内容"
    rows = list(book["风险点"].iter_rows(min_row=4, values_only=True))
    assert [row[-1] for row in rows] == register.ordered(campus.chair, domain="finance")
    assert [row[-1] for row in book["权力事项"].iter_rows(min_row=4, values_only=True)][:2] == ["预算编制", "报销审核"]


def test_picture_counts_the_grades_of_the_list_and_stands_in_page_and_pdf(register, clock, monkeypatch):
    campus, on = register.campus, date(2026, 9, 15)
    rules = campus.scheme.rules
    rows = gravity.in_force(Actor(campus.chair, on=on))
    for by in gravity.BY:  # whatever the sums are by, the grades are the same
        drawn = gravity.picture(gravity.summed(rows, rules)[by], rules)
        assert [(bar.label, bar.words) for bar in drawn.bars] == [
            *zip((grade.label for grade in rules.grades), ("4", "1", "1"), strict=True),
            ("未评定", "1"),
        ]
        assert drawn.bars[0].length == 4 * drawn.bars[1].length > 0
    assert 'aria-label="各等级的风险点"' in asked_page(campus.chair, {})
    assert "<svg" not in asked_page(campus.chair, {"what": "powers"}).partition("<main")[2]
    monkeypatch.setattr(job_kinds, "MOST_PRINTED", 2)
    client = Client()
    client.force_login(campus.chair)
    client.post(reverse("risk_order_export"), {"form": "pdf"})
    job = Job.objects.get()
    work = jobs.KINDS["risk_order"](job.parameters, campus.chair)
    assert work.name.endswith(".pdf")
    [write] = work.write.args
    points = write.keywords["tables"][0].rows
    assert [row[-1] for row in points] == ["一级大事", "一级重"]
    assert "只列最重的 2 个" in write.keywords["notes"][1]
    jobs.work(at=clock.now)
    assert jobs.opened(Job.objects.get()).read().startswith(b"%PDF-")


def asked_page(user, sent):
    client = Client()
    client.force_login(user)
    return client.get(reverse("risk_order"), sent).content.decode()


def test_workbook_of_a_filter_that_does_not_exist_is_refused_in_words(register):
    client = Client()
    client.force_login(register.campus.chair)
    answer = client.post(reverse("risk_order_export"), {"domain": "x" * 5000})
    assert answer.status_code == 422
    assert "重新选择" in answer.content.decode()
    assert not Job.objects.exists()
    assert client.post(reverse("risk_order_export"), {"unit": "CW", "kind": "key"}).status_code == 302
