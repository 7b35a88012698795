"""Who acts on a sheet today: all views of the one rule agree on any tree, nobody's sheet is listed."""

from dataclasses import dataclass, field
from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registers.access import Ruled, can, people_who_may, policy_of
from registers.actors import GROUP_MEMBER, Actor
from registers.models import Appointment, GroupMember, Incumbency, LeadingGroup, Post, Unit, User
from tests.factories import START, make_scheme, moment
from tests.longer import examples
from tests.workflows import deciders_oracle as oracle
from workflows.campaign import campaigns
from workflows.messages import reminders
from workflows.models import Arrival, Campaign, CampaignTask, Reminder, Submission
from workflows.policies import CLIMB, MEETING, Holding, badges
from workflows.policies.remedies import filer_of, remedy
from workflows.policies.submissions import AWAITING
from workflows.progress import stranded

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

ON, AT, END = date(2026, 9, 15), moment("2026-09-15 10:00"), date(2027, 1, 1)
PEOPLE, UNITS = 7, 5
ROLES = (
    "liaison",
    "liaison",
    "unit_head",
    "unit_head",
    "leader_in_charge",
    "office",
    "school_group",
    "party_committee",
)
STEPS = {
    GROUP_MEMBER: "review",
    "unit_head": "sign",
    "office": "file",
    MEETING: "decide",
}  # of both search routes; others have climbed

NEAR = (0, 0, 1, 1, 2, 3, 4)

person, unit = st.integers(0, PEOPLE - 1), st.integers(0, UNITS - 1)


@dataclass
class World:
    """What hypothesis draws: numbers for people and units, the institution is unit 0."""

    parents: list
    homes: list
    disabled: set
    posts: list  # (person, unit)
    appointed: list  # (person, unit, role)
    groups: dict  # unit → its members, the leader first
    standing_in: list  # (which of the appointments, by whom)
    sheets: list  # (unit, post or None, state, role, handed to)
    made: dict = field(default_factory=dict)


@st.composite
def worlds(draw):
    """Trees up to four deep in which anything can be missing, double, disabled or handed over."""
    members = st.lists(person, unique=True, min_size=1, max_size=4)
    posts = draw(st.lists(st.tuples(person, unit), min_size=1, max_size=4, unique=True))
    # Institution and one unit twice as often, so that colleagues share a part and a sheet can be handed from one to the other.
    appointed = draw(
        st.lists(st.tuples(person, st.sampled_from(NEAR), st.sampled_from(ROLES)), min_size=2, max_size=12, unique=True)
    )
    role = st.sampled_from([role for _, _, role in appointed if role != "liaison"] or CLIMB[1:]) | st.sampled_from(
        [*CLIMB[1:], MEETING]
    )
    sheet = role.flatmap(
        lambda role: st.tuples(
            unit,
            st.none() | st.integers(0, len(posts) - 1),
            st.sampled_from(["open", "open", "in_review", "in_review", "in_review"]),
            st.just(role),
            st.sampled_from([who for who, _, held in appointed if held == role] or range(PEOPLE)),
        )
    )
    return World(
        parents=[None, *(draw(st.integers(0, number - 1)) for number in range(1, UNITS))],
        homes=draw(st.lists(unit, min_size=PEOPLE, max_size=PEOPLE)),
        disabled=draw(st.sets(person, max_size=2)),
        posts=posts,
        appointed=appointed,
        groups=draw(st.dictionaries(unit, members, max_size=2)),
        standing_in=draw(st.lists(st.tuples(st.integers(0, 11), person), max_size=3)),
        sheets=draw(st.lists(sheet, min_size=3, max_size=8)),
    )


def build(world, campaign):
    """Write the world to the database and return people and submissions."""
    units = [campaign.institution]
    for number, parent in enumerate(world.parents[1:], start=1):
        units.append(
            Unit.objects.create(code=f"W{number}", name=f"单位{number}", unit_type="section", parent=units[parent])
        )
    people = User.objects.bulk_create(
        User(number=f"W{number}", name=f"人{number}", unit=units[home], is_active=number not in world.disabled)
        for number, home in enumerate(world.homes)
    )
    posts = Post.objects.bulk_create(
        Post(unit=units[where], code=f"W{number}", name=f"岗{number}") for number, (_, where) in enumerate(world.posts)
    )
    Incumbency.objects.bulk_create(
        Incumbency(post=post, user=people[who], since=START) for post, (who, _) in zip(posts, world.posts, strict=True)
    )
    # With a last day, so that a unit can have two heads at once, as it does while one takes over from another.
    rows = [
        Appointment(user=people[who], unit=units[where], role=role, since=START, until=END)
        for who, where, role in world.appointed
    ]
    for number, who in world.standing_in:
        if number < len(world.appointed) and rows[number].user != people[who]:
            own = rows[number]
            rows.append(
                Appointment(user=people[who], unit=own.unit, role=own.role, since=START, until=END, acting_for=own.user)
            )
    Appointment.objects.bulk_create(rows)
    groups = LeadingGroup.objects.bulk_create(LeadingGroup(unit=units[where], since=START) for where in world.groups)
    GroupMember.objects.bulk_create(
        GroupMember(group=group, user=people[who], seat=("leader", "deputy", "member", "member")[place])
        for group, members in zip(groups, world.groups.values(), strict=True)
        for place, who in enumerate(members)
    )
    return people, _submissions(world, campaign, units, people, posts)


def _submissions(world, campaign, units, people, posts):
    tasks = {task.code: task for task in campaign.tasks.all()}
    made = []
    for number, (home, held, state, role, handed) in enumerate(world.sheets, start=1):
        whose = {"unit": units[home], "task": tasks["unit-search"]}
        if role == MEETING and state == "in_review":
            whose["task"] = tasks["unit-grading"]  # what a body decides is a unit's
        elif held is not None:
            who, where = world.posts[held]
            whose = {"unit": units[where], "post": posts[held], "person": people[who], "task": tasks["personal-search"]}
        fields = {"step": "fill", "due_on": ON}
        if state == "in_review":
            fields = {"step": STEPS.get(role, "sign"), "waiting_role": role, "step_due_on": ON, "submitted_at": AT}
            fields["assigned_to"] = people[handed] if role not in (GROUP_MEMBER, MEETING) else None
        made.append(Submission(state=state, sequence=number, **whose, **fields))
    Submission.objects.bulk_create(made)
    Arrival.objects.bulk_create(
        Arrival(submission=one, role="office" if one.waiting_role == MEETING else one.waiting_role, since=AT)
        for one in made
        if one.waiting_role
    )
    rows = Submission.objects.filter(pk__in=[one.pk for one in made])
    return list(rows.with_rules().select_related("task__phase", "unit", "person", "assigned_to"))


@pytest.fixture
def campaign(clock):
    return empty_campaign()


def empty_campaign():
    """A campaign at an institution without units, people or roles."""
    root = Unit.objects.create(code="ROOT", name="学校", unit_type="institution")
    scheme = make_scheme()
    made = Campaign.objects.create(scheme=scheme, institution=root, year=2026, opened_at=AT)
    for position, task in enumerate(scheme.rules.tasks):
        campaigns.make_task(made, task, phase=None, position=position, on=ON)
    CampaignTask.objects.update(opens_on=ON)
    return made


def ids(users):
    return {user.pk for user in users}


def compare_who_keeps_out(holding, actors):
    """Hold whom a sheet concerns to whose sheets a person keeps out of, for everybody in each of his roles."""
    for (role, _), holders in holding.held.items():
        for user in holders:
            for view in (holding, Holding.of(actors[user])):
                units, people = view.keeps_out_of(role, user)
                for unit in holding.parents:
                    for person in (None, *actors):
                        kept_out = user in view.concerned(role, unit, person)
                        assert kept_out == (unit in units or person in people), (role, user, unit, person)


def compare(world, campaign):
    """Hold every view of the rule to the plain questions of the oracle."""
    people, submissions = build(world, campaign)
    rows, policy, holding = Submission.objects.all(), policy_of(Submission), Holding(ON)
    kept = Ruled(rows, AWAITING)
    actors = {user.pk: Actor(user, on=ON) for user in people}
    queues = {pk: set(policy.awaiting(rows, actor).values_list("pk", flat=True)) for pk, actor in actors.items()}
    to_fill = {pk: set(policy.to_fill(rows, actor).values_list("pk", flat=True)) for pk, actor in actors.items()}
    visible = {pk: set(rows.visible_to(actor).values_list("pk", flat=True)) for pk, actor in actors.items()}
    reminders.remind(at=AT, whatever_the_hour=True)
    reminded = {}
    for sheet, recipient in Reminder.objects.filter(heard_as="").values_list("submission", "recipient"):
        reminded.setdefault(sheet, set()).add(recipient)
    listed = dict(stranded.stranded(rows, campaign, holding))
    for pk, actor in actors.items():
        assert set(policy.to_do(rows, actor).values_list("pk", flat=True)) == to_fill[pk] | queues[pk]
        assert {row.pk for row in kept.by(actor)} == queues[pk]
        fresh = Actor(actor.user, on=ON)  # has not read who holds what, so it reads his own roles alone
        assert badges.waiting(actor) == badges.waiting(fresh) == len(to_fill[pk] | queues[pk])
    compare_who_keeps_out(holding, actors)

    for submission in submissions:
        action = "fill" if submission.state == "open" else "decide"
        wanted = (oracle.fills if action == "fill" else oracle.decides)(submission, on=ON)
        lists = to_fill if action == "fill" else queues
        turn = holding.turn(submission, asked=submission.step_rules.role)
        assert set(turn.people) == wanted
        assert {pk for pk, actor in actors.items() if can(actor, action, submission)} == wanted
        assert ids(people_who_may(action, submission)) == wanted
        assert {pk for pk, found in lists.items() if submission.pk in found} == wanted
        assert not {pk for pk, found in (queues if action == "fill" else to_fill).items() if submission.pk in found}
        assert reminded.get(submission.pk, set()) == wanted
        assert {pk for pk in wanted if submission.pk in visible[pk]} == wanted, "who is to act may read"
        enough = 2 if submission.waiting_role == GROUP_MEMBER else 1
        if submission.waiting_role == MEETING:
            assert (submission in listed) == (not wanted or len(oracle.members("school_group", submission, on=ON)) < 2)
        else:
            assert (submission in listed) == (len(wanted) < enough)
        assert (submission in listed) == (turn.lack is not None)
        if turn.lack is not None:
            words = remedy(turn.lack, holding, campaign.scheme.rules, filer=filer_of(turn.lack.unit, holding, ()))
            assert words.what and words.who
        if submission.waiting_role == GROUP_MEMBER:
            concluding = {pk for pk, actor in actors.items() if can(actor, "conclude", submission)}
            assert concluding == oracle.concludes(submission, on=ON)
            assert bool(concluding) == bool(wanted)
        if action == "decide" and submission.waiting_role != MEETING:
            asked = submission.step_rules.role
            found = holding.turn_at(asked, submission.unit_id, person=submission.person_id)
            assert (found.role, set(found.people)) == oracle.acting(asked, submission, on=ON)


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(world=worlds())
def test_every_view_names_the_same_people_and_nobody_is_listed_with_a_remedy(campaign, world):
    with transaction.atomic():
        compare(world, campaign)
        transaction.set_rollback(True)
