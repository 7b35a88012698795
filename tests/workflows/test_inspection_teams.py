"""Who inspects a unit, whoever follows them, who hears of it, and who answers when the unit is gone."""

from datetime import date

import pytest
from django.urls import reverse

from registers import units
from registers.access import NotAllowed, can, people_who_may
from registers.journal import Journal
from registers.models import User
from registers.refusals import Refused
from tests.factories import appoint, make_person
from tests.stories import played_once
from tests.workflows.test_findings import Found, evidence
from tests.workflows.test_inspection_plans import VALUES
from tests.workflows.test_inspections import TERMS, Story, on_record
from workflows.models import Finding, Inspection, Notification
from workflows.policies.findings import answerable
from workflows.policies.handling import kept_from, own_units
from workflows.policies.inspections import facts_of, hosts
from workflows.supervision import draws, findings, inspections, opinions, plans, rectification_reminding

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


@pytest.fixture
@played_once
def story(campus, clock):
    return Story(campus, clock)


@pytest.fixture
def begun(story):
    story.begin()
    return story


def test_who_comes_to_the_unit_inspects_it_no_longer(begun):
    """He reads as the unit does, and nobody waits for him: somebody else follows, also where he led."""
    leader = begun.team[0]
    begun.check_all()
    appoint(leader, begun.campus.unit, "liaison")
    refused = {action: can(begun.actor(leader), action, begun.made).reason for action in ("check", "opine")}
    assert set(refused.values()) == {"检查的是与您本人有关的单位，您应当回避。"}
    assert not can(begun.actor(leader), "read_results", Inspection.objects.get())
    other = make_person("检九", begun.campus.other_unit, number="j9")
    gone = begun.made.seats.get(user=leader)
    office = begun.by(begun.campus.office)
    taken = inspections.seat(begun.made.pk, other, reason="调到该单位", leaves=gone.pk, **office)
    assert inspections.seat(begun.made.pk, other, reason="调到该单位", leaves=gone.pk, **office) == taken  # sent twice
    assert taken.leads
    assert begun.made.seats.filter(left_at=None).count() == 3


def test_leader_who_leaves_after_the_opinion_is_followed_by_another(begun, clock):
    begun.opine()
    leader = begun.team[0]
    leader.is_active = False
    leader.save()
    other = make_person("检九", begun.campus.other_unit, number="j9")
    gone = begun.made.seats.get(user=leader)
    inspections.seat(begun.made.pk, other, reason="离职", leaves=gone.pk, **begun.by(begun.campus.office))
    clock.set(f"{date(2026, 10, 30)} 10:00")
    late = {"words": "结论", "seen_version": begun.seen()}
    with pytest.raises(NotAllowed, match="回避声明"):
        opinions.conclude(begun.made.pk, **late, **begun.by(other))
    inspections.declare(begun.made.pk, avoids=False, reason="", **begun.by(other))
    opinions.conclude(begun.made.pk, **late, **begun.by(other))
    with pytest.raises(NotAllowed, match="已经作出结论"):
        inspections.seat(begun.made.pk, leader, reason="", **begun.by(begun.campus.office))


def test_office_hears_who_avoids_and_the_unit_hears_of_other_days(story):
    story.make()
    heard = lambda kind: {row.recipient for row in Notification.objects.filter(kind=kind)}  # noqa: E731
    inspections.declare(story.made.pk, avoids=True, reason="配偶在该处任职", **story.by(story.team[0]))
    assert heard("inspection.declare") == {story.campus.office}
    assert "配偶" not in Notification.objects.get(kind="inspection.declare").text
    inspections.seat(
        story.made.pk, make_person("检九", story.campus.other_unit), reason="", **story.by(story.campus.office)
    )
    later = TERMS | {"ends_on": date(2026, 10, 20)}
    inspections.change(story.made.pk, values=later, seen_version=story.seen(), **story.by(story.campus.office))
    assert heard("inspection.change") == set()  # it has had no notice yet
    inspections.notify(story.made.pk, **story.by(story.campus.office))
    inspections.change(story.made.pk, values=TERMS, seen_version=story.seen(), **story.by(story.campus.office))
    assert heard("inspection.change") == heard("inspection.notify")
    assert {story.campus.head, story.campus.liaison, story.campus.leader} <= heard("inspection.notify")
    for user in User.objects.all():
        assert (user in heard("inspection.notify")) == Inspection.objects.filter(
            hosts(facts_of(story.actor(user)))
        ).exists()


def test_one_rule_says_what_concerns_a_person(story):
    people = list(User.objects.filter(is_active=True))
    kept = kept_from([person.pk for person in people], on=story.clock.today)
    assert {person.pk: own_units(story.actor(person)) for person in people} == kept
    inspection = story.make()
    may = {person for person in people if can(story.actor(person), "make", inspection)}
    assert may == set(people_who_may("make", inspection))


def test_draw_is_arranged_whole_or_not_at_all(story):
    """Whoever left since is passed over; a unit with too few leaves no half; after another draw only that one counts."""
    office = story.by(story.campus.office)
    item = plans.add(story.plan, values=VALUES, **office)
    people = [*story.team, *(make_person(f"补{number}", story.campus.root, number=f"k{number}") for number in range(4))]
    pool = {"excluded_units": {}, "excluded_people": {}, "number": 2, "seed_source": "福彩3D"}
    draw = draws.prepare(item.pk, people=people, reason="", **pool, **office)
    draw = draws.make(draw.pk, seed="7", witness="工会", **office)
    first, second = draw.result["targets"]
    User.objects.filter(number=draw.result["teams"][first][0]).update(is_active=False)
    short = draw.result["teams"][second][2:]
    User.objects.filter(number__in=short).update(is_active=False)
    with pytest.raises(Refused, match="检查组至少 3 人"):
        inspections.make_drawn(draw.pk, **office)
    assert not Inspection.objects.exists()
    User.objects.filter(number__in=short).exclude(number=draw.result["teams"][first][0]).update(is_active=True)
    made = inspections.make_drawn(draw.pk, **office)
    team = [seat.user.number for one in made if one.unit.code == first for seat in one.seats.order_by("pk")]
    assert team == draw.result["teams"][first][1:4]
    again = draws.prepare(item.pk, people=people, reason="补抽", **pool, **office)
    draws.make(again.pk, seed="8", witness="工会", **office)
    with pytest.raises(NotAllowed, match="最后一次为准"):
        inspections.make_drawn(draw.pk, **office)


def test_unit_that_concerns_the_whole_office_is_left_to_the_bodies_of_the_school(story, client):
    """Its own, above all: it is drawn like every other unit, and nobody of the office may arrange that."""
    campus, office = story.campus, story.by(story.campus.office)
    special = campus.office_unit
    with pytest.raises(NotAllowed, match="应当回避"):
        story.make(unit=special)
    client.force_login(campus.chair)
    add = reverse("inspection_add", args=[story.item.pk])
    assert add in client.get(reverse("inspection_plan") + "?year=2026").content.decode()
    page = client.get(add).content.decode()
    assert f'value="{special.code}"' in page
    assert f'value="{campus.unit.code}"' not in page
    made = story.make(unit=special, by=campus.chair)
    assert set(people_who_may("make", made)) == {
        user for user in User.objects.all() if can(story.actor(user), "make", made)
    }
    assert campus.chair in people_who_may("make", made)
    with pytest.raises(NotAllowed):
        story.make(by=campus.chair)  # another unit is the office's
    colleague = make_person("办公室二", campus.root)
    appoint(colleague, campus.root, "office")
    assert set(people_who_may("make", made)) == {colleague}
    assert not can(story.actor(campus.chair), "make", made)
    item = plans.add(story.plan, values=VALUES, **office)
    assert can(story.actor(campus.office), "inspect", item)


def test_office_names_who_answers_where_the_unit_is_closed_or_nobody_is_left(campus, clock, client):
    on_record(campus)
    issued, receiver = Found(campus, clock), campus.other_head
    issued.begin()
    issued.find()
    issued.conclude()
    page = lambda user: (client.force_login(user), client.get(reverse("finding_detail", args=[issued.finding.pk])))[1]  # noqa: E731
    with pytest.raises(NotAllowed, match="有人承办"):
        issued.act("assign", campus.office, owner=receiver)
    campus.head.appointments.all().delete()
    campus.liaison.appointments.all().delete()
    assert can(issued.actor(campus.office), "assign", issued.row())  # nobody is left
    type(campus.unit).objects.filter(pk=campus.unit.pk).update(closed_on=clock.today)
    assert "没有人承办" in page(campus.office).content.decode()
    for person in (receiver, campus.clerk, issued.team[0]):
        with pytest.raises(NotAllowed):
            issued.act("assign", person, owner=receiver)
    with pytest.raises(Refused, match="责任人"):
        issued.act("assign", campus.office)
    with pytest.raises(Refused, match="停用"):
        issued.act(
            "assign", campus.office, owner=make_person("离一", campus.other_unit, number="gone", is_active=False)
        )
    issued.act("assign", campus.office, owner=receiver)
    told = Notification.objects.get(kind="rectification.assign")
    assert told.recipient == receiver
    assert receiver.name in page(receiver).content.decode()
    issued.act("plan", receiver, owner=receiver)
    issued.act("ask", receiver, files=[evidence()])
    with pytest.raises(NotAllowed):
        issued.act("closed", receiver)
    issued.act("closed", campus.office)


def test_who_took_a_unit_in_answers_for_its_findings(campus, clock):
    """The unit that was merged lies below its successor, whose head and liaison put right what was found there."""
    on_record(campus)
    appoint(campus.other_head, campus.other_unit, "liaison")
    issued, successor = Found(campus, clock), campus.other_head
    issued.begin()
    issued.find()
    issued.conclude()
    first = issued.finding
    assert not Finding.objects.visible_to(issued.actor(successor)).exists()
    clock.set("2026-10-20 09:00")
    units.merge(campus.unit, campus.other_unit, journal=Journal(clock.today, clock.now))
    assert Finding.objects.visible_to(issued.actor(successor)).get() == first
    assert list(answerable(issued.row())) == [successor]
    issued.act("plan", successor, owner=successor)
    clock.set("2026-11-23 09:00")
    rectification_reminding.remind(at=clock.now)
    assert Notification.objects.filter(kind="rectification.overdue", recipient=successor).exists()
    again = Finding(
        inspection=Inspection(pk=0, unit=campus.other_unit),  # of the successor, not saved
        point_series=first.point_series,
        measure_series=first.measure_series,
    )
    assert findings.earlier(again) == first
    issued.act("ask", successor, files=[evidence()])
    issued.act("closed", campus.office)
