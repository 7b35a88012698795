"""What of duties waits on the desk, and the reminders of it: whose turn it is, before the day and after it."""

from datetime import date

import pytest
from django.urls import reverse

from registers.actors import Actor
from registers.models import User
from tests import factories
from tests.stories import played_once
from tests.workflows.test_duties import Dutiful, browser, plain
from workflows.models import Notification
from workflows.supervision import avoidances, duties, duty_reminding, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]


@pytest.fixture
@played_once
def story(campus, clock):
    """A statement sent, something the clerk and the head keep out of, and somebody who left without an audit."""
    story = Dutiful(campus, clock)
    story.statement = story.sent()
    story.records = [story.declare(campus.clerk, "招聘"), story.declare(campus.head, "采购")]
    tenure = campus.post.incumbencies.get()
    tenure.until = date(2026, 8, 1)
    tenure.save()
    return story


def kinds(story):
    """Number of a person → what waits for him."""
    found = {}
    for user in User.objects.all():
        rows = waiting.for_person(Actor(user, on=story.clock.today), story.campus.scheme.rules)
        if rows:
            found[user.number] = [(row.kind, row.text) for row in rows]
    return found


def test_each_thing_waits_for_those_whose_turn_it_is(story):
    """The office decides about a head alone, and hears of what came back; whoever sent a statement does not sign it."""
    office = [("audit", "会计核算"), ("decide", "采购")]
    assert kinds(story) == {"head": [("decide", "招聘"), ("sign", "")], "office": office, "second": office}
    page = plain(browser(story.campus.head).get(reverse("desk")))
    assert "回避报告：招聘" in page and "2026年度廉政风险防控责任书" in page and "采购" not in page
    assert "会计核算：登记离任审计" in plain(browser(story.campus.office).get(reverse("desk")))
    duties.send_back(story.statement.pk, reply="太笼统", seen_version=1, **story.by(story.campus.head))
    for record, user in zip(story.records, (story.campus.head, story.campus.office), strict=True):
        avoidances.decide(record.pk, outcome="avoid", words="由甲二办理", **story.by(user))
    office = [("audit", "会计核算"), ("revise", "")]
    assert kinds(story) == {"office": office, "second": office}
    assert "单位负责人要求修改" in plain(browser(story.second).get(reverse("desk")))


def test_who_stands_in_for_the_head_does_not_decide_about_him(story):
    campus = story.campus
    away = factories.appoint(campus.colleague, campus.unit, "unit_head")
    away.acting_for, away.until = campus.head, date(2026, 12, 31)
    away.save()
    assert kinds(story)["colleague"] == [("decide", "招聘")]
    assert ("decide", "采购") in kinds(story)["office"]
    factories.appoint(campus.office, campus.unit, "unit_head")
    assert ("sign", "") not in kinds(story)["office"]  # whoever sent it does not sign it


def told(story, day):
    """Kind → who is told on a day that begins like ``day``, however often the reminders run."""
    before = set(Notification.objects.values_list("pk", flat=True))
    at = story.clock.set(f"{day} 10:00")
    for _ in range(2):
        duty_reminding.remind(at=at)
    found = {}
    new = Notification.objects.exclude(pk__in=before).filter(kind__in=duty_reminding.KINDS)
    for kind, number in new.order_by("recipient__number").values_list("kind", "recipient__number"):
        found.setdefault(kind, []).append(number)
    return found


def test_reminded_before_the_day_and_others_after_it(story):
    """Seven days to sign, five to decide, sixty to record an audit."""
    office = ["office", "second"]
    assert told(story, "2026-09-22") == {}
    assert told(story, "2026-09-23") == {"avoidance.due": ["head", *office]}
    assert told(story, "2026-09-26") == {"duty.due": ["head"]}
    late = told(story, "2026-09-28")
    assert late == {"avoidance.overdue": ["head", "office", "office", "second", "second"], "leaving_audit.due": office}
    assert told(story, "2026-09-29") == {"duty.overdue": ["head", *office]}
    above = told(story, "2026-10-12")
    assert above["leaving_audit.overdue"] == office and set(above["duty.overdue"]) >= {"leader"}
    assert "招聘" not in "".join(
        Notification.objects.filter(kind__startswith="avoidance").values_list("text", flat=True)
    )
    signed = duties.digest_to_sign(story.statement)
    duties.sign(story.statement.pk, seen_digest=signed, **story.by(story.campus.head))
    assert "duty.overdue" not in told(story, "2026-10-31")
