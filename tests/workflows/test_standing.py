"""Tasks that stand all year: no last day, nobody is reminded, and after every filing they may be begun again (R0-32, R4-34)."""

import pytest
from django.urls import reverse

from registers.models import Incumbency, RiskPoint
from tests.factories import make_person
from tests.noscript import Plain
from tests.stories import played_once
from tests.workflows.test_every_scheme import Play
from workflows.campaign import rosters
from workflows.messages import reminders
from workflows.models import Notification, Submission

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


@pytest.fixture
@played_once
def play(make_campus, clock):
    campus = make_campus(scheme="jiangsu-dynamic")
    campus.clerk.rank = "副科"
    campus.clerk.save()
    return Play(campus, clock)


@pytest.fixture
@played_once
def filed(play):
    return play.finish(Submission.objects.get(task__code="personal-register", person=play.campus.clerk))


def again(user, sheet):
    return Plain(user).client.post(reverse("submission_again", args=[sheet.pk]))


def test_sheet_without_a_last_day_is_nobodys_debt(play):
    sheet = Submission.objects.get(task__code="personal-register", person=play.campus.clerk)
    assert (sheet.due_on, sheet.state) == (None, "open")
    assert "无固定期限" in Plain(play.campus.clerk).go("/").words
    play.clock.set("2027-12-31 10:00")
    reminders.remind(at=play.clock.now)
    assert not Notification.objects.filter(kind="reminder").exists()
    assert "没有截止日期" in Notification.objects.get(recipient=play.campus.clerk).text


def test_campaign_without_phases_shows_what_stands_all_year(play):
    words = Plain(play.campus.office).go(reverse("campaign")).words
    assert "常年开放的事项" in words
    assert "岗位廉政风险登记" in words


def test_demo_clock_names_the_days_of_a_scheme_whose_tasks_stand_all_year(play, settings):
    settings.DEMO = True
    assert Plain(play.campus.office).client.get(reverse("demo_clock")).status_code == 200


def test_campaign_page_shows_what_successors_are_asked_beside_what_stands_all_year(play, filed):
    campus = play.campus
    Incumbency.objects.filter(post=campus.post).update(until=play.clock.today)
    successor = make_person("接任", campus.unit, number="successor")
    Incumbency.objects.create(post=campus.post, user=successor, since=play.clock.today)
    rosters.reconcile(play.campaign, at=play.clock.now)

    assert play.campaign.tasks.filter(code="succession").exists()
    words = Plain(campus.office).go(reverse("campaign")).words
    assert "岗位风险点交接确认" in words
    assert "按接任日期逐张确定" in words


def test_filed_sheet_is_begun_again_and_changes_the_register(play, filed):
    page = Plain(play.campus.clerk).go(reverse("submission_detail", args=[filed.pk]))
    assert "发起调整" in page.words
    assert again(play.campus.clerk, filed).status_code == 302
    sheet = Submission.objects.get(task=filed.task, person=play.campus.clerk, sequence=2)
    before = RiskPoint.objects.filter(in_force_until=None, in_force_from__isnull=False).count()
    clerk = Plain(play.campus.clerk).go(reverse("submission_fill", args=[sheet.pk]))
    assert "现行登记的内容，本次" in clerk.words
    play.finish(sheet)
    in_force = RiskPoint.objects.filter(in_force_until=None, in_force_from__isnull=False)
    assert in_force.count() == before  # everything was kept
    assert Submission.objects.filter(task=filed.task, person=play.campus.clerk).count() == 2


def test_pressing_twice_begins_one_sheet(play, filed):
    for _ in range(2):
        again(play.campus.clerk, filed)
    assert Submission.objects.filter(task=filed.task, person=play.campus.clerk).count() == 2


@pytest.mark.parametrize("number", ["head", "liaison", "office", "colleague"])
def test_nobody_begins_another_persons_sheet(play, filed, number):
    assert again(getattr(play.campus, number), filed).status_code in (403, 404)
    assert Submission.objects.filter(task=filed.task, person=play.campus.clerk).count() == 1


def test_who_has_left_the_post_begins_nothing(play, filed):
    play.campus.clerk.incumbencies.update(until=play.clock.today)
    assert again(play.campus.clerk, filed).status_code == 403


def test_open_sheet_is_not_begun_again(play):
    sheet = Submission.objects.get(task__code="personal-register", person=play.campus.clerk)
    assert again(play.campus.clerk, sheet).status_code == 403


def test_sheet_with_a_last_day_is_not_begun_again(year, submitted):
    sheet = year.agree(year.review(submitted), year.campus.office)
    assert sheet.state == "filed"
    assert again(year.campus.clerk, sheet).status_code == 403
