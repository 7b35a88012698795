"""Under each of the five rule books a post holder's risk goes from the form to the ledger, in a browser."""

import pytest

from registers.access import can, people_who_may
from registers.actors import Actor
from registers.models import Post, RiskPoint, User
from registers.schemes.language import Brings, Level
from tests import meeting_pages
from tests.browser.pages import PASSWORD, labelled
from tests.factories import appoint, make_person
from workflows import policies, sweeping
from workflows.campaign import campaigns
from workflows.deadlines import days
from workflows.demo.publishing import publish_waiting
from workflows.models import CampaignTask, Submission

pytestmark = pytest.mark.database("site")

CONTENT = "采购参数照抄一家"
SLUGS = ["changchun-2016", "imut-2011", "jiangsu-dynamic", "nwnu-2012", "tongliao5-2022"]
STEPS = 12  # more than any route has


@pytest.fixture
def make_stage(make_site):
    """A site under a scheme, its clerk in scope of every one of them, its campaign open."""

    def make(slug):
        site = make_site(scheme=slug)
        campus, rules = site.campus, site.campus.scheme.rules
        User.objects.filter(pk=campus.clerk.pk).update(rank="副科", is_party_member=True)
        Post.objects.filter(pk=campus.post.pk).update(is_key_post=True)
        for role, names in (("party_committee", "癸一 癸三 癸四"), ("school_group", "己二 己三")):
            for name in names.split():
                appoint(make_person(name, campus.root), campus.root, role)
        dates = [task.opens.on(2026) for task in rules.tasks if task.opens and task.level == Level.PERSONAL]
        site.clock.set(f"{min(dates, default=site.clock.today)} 09:00")
        campaigns.open_campaign(scheme=campus.scheme, institution=campus.root, year=2026, at=site.clock.now)
        return site

    return make


def fill(visitor, sheet):
    """Type into every empty field of a sheet, as whoever has never seen it would."""
    visitor.open_task(sheet.task.label)
    if sheet.task.brings == Brings.POINTS:
        heading = visitor.page.locator("section.sheet-section h2").first.inner_text()
        visitor.add_entry(heading)
    for entry in visitor.entries().all():
        for group in entry.locator("fieldset").all():
            if not group.locator("input:checked").count():
                group.locator("input").first.check()
        for choice in entry.locator("select").all():
            required = choice.get_attribute("aria-required")
            if required and not choice.input_value():
                choice.select_option(index=1)
        for text in entry.locator("textarea").all():
            if not text.input_value():
                text.fill(CONTENT)
    for text in visitor.page.locator("[name^='missing-'], [name='narrative']").all():
        text.fill(CONTENT)
    visitor.press("提交")


def decide(site, visitor, sheet):
    people = sorted(people_who_may("decide", sheet), key=lambda user: user.number)
    whose = sheet.person.name if sheet.person_id else sheet.unit.name
    if sheet.step_rules.kind == "collective_review":
        for user in people:
            site.seat(visitor, user)
            visitor.open_task(sheet.task.label, whose, "办理").vote()
        people = [user for user in people if can(Actor(user, on=site.clock.today), "conclude", sheet)]
    site.seat(visitor, people[0])
    visitor.open_task(sheet.task.label, whose, "办理")
    place = visitor.page.locator("#decide")
    for box in place.locator("input[name=rest]").all():
        box.check()
    if place.locator("input[type=password]").count():
        labelled(place, "登录密码（签字确认）").fill(PASSWORD)
    place.locator("button[value=agree]").click()
    visitor.page.wait_for_load_state()


def finish(site, visitor, sheet):
    for _ in range(STEPS):
        sheet = Submission.objects.select_related("task__campaign__scheme", "unit", "person", "post").get(pk=sheet.pk)
        if sheet.state != "in_review" or sheet.waiting_role == policies.CARRIER:
            return sheet
        if sheet.waiting_role in (policies.UNPUBLISHED, policies.NOTICE):
            publish_waiting(on=site.clock.today, at=site.clock.now)
            day = days.add_days(sheet.notices.get().ends_on, 1)
            sweeping.sweep(at=site.clock.set(f"{day} 08:00"))
        elif sheet.waiting_role == policies.MEETING:
            meeting_pages.hold(sheet, organiser=site.campus.office)
        else:
            decide(site, visitor, sheet)
    return sheet


def carry(site, visitor, task):
    """The liaison hands in the unit's sheet, which carries those of ``task``, and it travels to its end."""
    carrier = site.campus.scheme.rules.carrier_of(task.code)
    sheet = Submission.objects.get(task__code=carrier.code, unit=site.campus.unit)
    site.seat(visitor, site.campus.liaison)
    fill(visitor, sheet)
    assert finish(site, visitor, sheet).state == "filed", carrier.code


@pytest.mark.parametrize("slug", SLUGS)
def test_risk_goes_from_the_form_to_the_ledger(make_stage, slug):
    """Everybody acts at one browser, each signed in anew when his turn comes."""
    site = make_stage(slug)
    visitor = site.visitor()
    for task in CampaignTask.objects.filter(level=Level.PERSONAL).order_by("opens_on", "position"):
        if task.opens_on > site.clock.today:
            sweeping.sweep(at=site.clock.set(f"{task.opens_on} 08:00"))
        sheet = Submission.objects.get(task__code=task.code, person=site.campus.clerk)
        site.seat(visitor, site.campus.clerk)
        fill(visitor, sheet)
        if finish(site, visitor, sheet).waiting_role == policies.CARRIER:
            carry(site, visitor, task)
        assert Submission.objects.get(pk=sheet.pk).state == "filed", task.code

    point = RiskPoint.objects.get(in_force_from__isnull=False, in_force_until=None, level=Level.PERSONAL)
    site.seat(visitor, site.campus.head)
    words = visitor.go("/ledger/").text()
    assert CONTENT in words
    assert point.final_grade.label in words
    assert point.category.label in words
