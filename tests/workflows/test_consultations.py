"""Consultations before a decision: whom they asked, what was said, what came of it (R4-03, R4-04)."""

import io

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from registers.access import NotAllowed
from registers.models import AuditEntry, PowerItem
from registers.refusals import Stale
from tests.personas import Year
from tests.stories import played_once
from workflows import activities
from workflows.compiled import activities as papers
from workflows.compiled import summaries
from workflows.models import Activity, Opinion
from workflows.supervision import education

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

SAID = {"source": "教职工代表", "words": "分两年实施", "adopted": "", "reason": ""}
EXPERTS = "甲某，教授，某大学\n乙某,高级工程师,某设计院"


@pytest.fixture
@played_once
def asking(make_campus, clock):
    """The year of a unit under 004, whose rule book knows consultations."""
    return Year(make_campus(scheme="imut-2011"), clock)


def page(user, name, *args, **sent):
    client = Client()
    client.force_login(user)
    return client.post(reverse(name, args=args), sent) if sent else client.get(reverse(name, args=args))


def form(year, **sent):
    told = {"unit": "CW", "kind": "expert-review", "title": "食堂改造论证", "held_on": year.clock.today.isoformat()}
    told |= {"place": "", "host": "", "audience": "", "content": "改造方案", "expected": "named", "numbers": ""}
    return told | {"power": "", "asked": "", "experts": EXPERTS} | sent


@pytest.fixture
@played_once
def review(asking):
    """A review by experts that the unit's liaison has entered."""
    answer = page(asking.campus.liaison, "activity_add", **form(asking, asked="30", audience="教职工代表"))
    made = Activity.objects.get()
    assert answer.headers["Location"] == reverse("activity_detail", args=[made.pk])
    return made


def opinion(year, activity, *, by=None, **values):
    actor = year.actor(by or year.campus.liaison)
    return activities.enter_opinion(activity.pk, values=SAID | values, actor=actor, at=year.clock.now)


def test_review_keeps_its_experts_and_needs_no_list_of_people(asking, review):
    assert review.experts == [["甲某", "教授", "某大学"], ["乙某", "高级工程师", "某设计院"]]
    assert review.asked == 30 and not review.attendances.exists()
    shown = page(asking.campus.head, "activity_detail", review.pk).content.decode()
    assert "高级工程师" in shown and "30 人" in shown and "还没有登记收到的意见" in shown
    assert "征求对象" in shown and "出席情况" not in shown
    again = page(asking.campus.head, "activity_edit", review.pk).content.decode()
    assert "甲某，教授，某大学\n乙某，高级工程师，某设计院" in again


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"experts": "甲某，教授"}, "第 1 行：请写成“姓名，职称，单位”三项"),
        ({"experts": ""}, "请填写征求了哪些人的意见，或者列出专家"),
        ({"asked": "0"}, "征求人数应为 1 到 100000 的整数"),
        ({"kind": "lecture", "numbers": "clerk"}, "专家只有征求党内外意见、专家论证、征求群众意见填写"),
        ({"kind": "lecture", "experts": ""}, "请列出参加人员的工号"),
        ({"power": "7"}, "权力事项的选项不存在"),
    ],
)
def test_form_that_does_not_fit_is_refused_with_the_remedy(asking, sent, said):
    answer = page(asking.campus.liaison, "activity_add", **form(asking, **sent))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Activity.objects.exists()


def test_opinion_says_what_came_of_it_and_why_not(asking, review):
    liaison = asking.campus.liaison
    answer = page(liaison, "opinion_add", review.pk, **SAID | {"adopted": "no"})
    assert answer.status_code == 422 and "不采纳的，请写明理由" in answer.content.decode()
    assert page(liaison, "opinion_add", review.pk, **SAID).status_code == 302
    made = Opinion.objects.get()
    assert opinion(asking, review) == made  # sent twice
    seen = activities.opinion_digest(made)
    sent = SAID | {"adopted": "partly", "reason": "先做一期", "seen_version": seen}
    assert page(liaison, "opinion_edit", made.pk, **sent).status_code == 302
    late = page(liaison, "opinion_edit", made.pk, **sent | {"words": "晚到的修改"})
    assert late.status_code == 422 and "晚到的修改" in late.content.decode()
    assert Opinion.objects.get().words == "分两年实施"
    acts = (
        AuditEntry.objects.filter(act__startswith="activity.opinion").order_by("sequence").values_list("act", flat=True)
    )
    assert list(acts) == ["activity.opinion", "activity.opinion"]
    assert page(liaison, "opinion_drop", made.pk, drop="1").status_code == 302
    assert not Opinion.objects.exists()
    with pytest.raises(Stale):
        activities.drop_opinion(made.pk, actor=asking.actor(liaison), at=asking.clock.now)


def test_only_who_keeps_the_unit_s_records_enters_opinions_and_only_of_consultations(asking, review):
    made = opinion(asking, review)
    assert page(asking.campus.clerk, "activity_detail", review.pk).content.decode().count("分两年实施") == 1
    for name, args in (("opinion_add", review.pk), ("opinion_edit", made.pk)):
        assert page(asking.campus.clerk, name, args).status_code == 403
        assert page(asking.campus.other_head, name, args).status_code == 404
    with pytest.raises(NotAllowed):
        opinion(asking, review, by=asking.campus.clerk, words="另一条")
    page(asking.campus.liaison, "activity_add", **form(asking, kind="lecture", experts="", numbers="clerk"))
    lecture = Activity.objects.get(kind="lecture")
    assert page(asking.campus.liaison, "opinion_add", lecture.pk).status_code == 404
    with pytest.raises(IntegrityError), transaction.atomic():
        Opinion.objects.create(activity=review, **SAID | {"adopted": "no"})


def test_log_summary_and_record_say_who_was_asked_and_what_came_of_it(asking, review):
    opinion(asking, review)
    opinion(asking, review, words="增加通风", adopted="yes")
    opinion(asking, review, words="错开学期", adopted="partly", reason="一期在暑假")
    opinion(asking, review, words="改在假期", adopted="no", reason="工期不够")
    campus, on = asking.campus, asking.clock.today
    said = {"units": [campus.unit], "on": on, "rules": campus.scheme.rules}
    [row] = papers.log_rows(**said)
    assert row["text"] == "食堂改造论证（征求教职工代表30人；专家2人；收到意见4条，采纳或部分采纳2条）"
    found = {row["name"]: row["count"] for row in summaries.annual_summary(unit=campus.unit, **said)["rows"]}
    assert (found["其中：征求意见和论证"], found["征求到的意见（条）"], found["其中：采纳或部分采纳"]) == (1, 4, 2)
    answer = page(campus.head, "activity_file", review.pk, "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    text = "\n".join(str(cell.value) for line in book.active for cell in line if cell.value)
    assert "征求意见（专家论证）及采纳情况记录" in text and "甲某，教授，某大学" in text and "工期不够" in text


def test_page_of_a_major_power_says_whether_anybody_was_consulted(asking):
    campus = asking.campus
    power = PowerItem.objects.create(
        unit=campus.unit, name="食堂改造", major_matter="project", in_force_from=asking.clock.today
    )
    assert "还没有征求意见、专家论证的记录" in page(campus.clerk, "power_detail", power.series).content.decode()
    sent = form(asking, power=str(power.series))
    assert page(campus.liaison, "activity_add", **sent).status_code == 302
    opinion(asking, Activity.objects.get(), adopted="yes")
    [one] = papers.consultations_on(asking.actor(campus.clerk), power.series)
    assert (one.kind, one.title, one.received, one.adopted) == ("专家论证", "食堂改造论证", 1, 1)
    assert "食堂改造论证" in page(campus.clerk, "power_detail", power.series).content.decode()
    assert papers.consultations_on(asking.actor(campus.other_head), power.series) == []


def test_nobody_is_educated_by_being_asked_for_an_opinion(asking, review):
    campus, by = asking.campus, {"actor": asking.actor(asking.campus.liaison), "at": asking.clock.now}
    page(campus.liaison, "activity_add", **form(asking, kind="lecture", experts="", numbers="clerk"))
    planned = {"title": "讲座", "kind": "lecture", "due_on": asking.clock.today, "flag": "", "rank": None, "domain": ""}
    item = education.plan(campus.scheme, campus.root, unit=campus.unit, values=planned, **by)
    assert [activity.kind for activity in education.to_tie(item)] == ["lecture"]
