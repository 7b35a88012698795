"""A school of two hundred units whose campaign has twenty thousand sheets, for what has to stay quick at that size."""

from itertools import count

from registers import clock
from registers.models import Appointment, Incumbency, Post, Unit, User
from workflows.deadlines import days
from workflows.models import Submission

UNITS, PEOPLE, SHEETS = 200, 20, 5
BATCH = 1000
# Of twenty sheets, how many stand where; each is late or not by its deadline.
STANDING = ("filed",) * 9 + ("in_review",) * 4 + ("returned",) + ("open",) * 4 + ("waiting",) * 2


def enrol(campaign):
    """Add the units, each with a head, a liaison and its people, and ``SHEETS`` sheets a person. Return how many sheets."""
    on, at = clock.today(), clock.now()
    units = Unit.objects.bulk_create(
        [
            Unit(
                code=f"BENCH{number}",
                name=f"第{number}学院",
                unit_type="college",
                parent=campaign.institution,
                position=1000 + number,
            )
            for number in range(UNITS)
        ]
    )
    people = User.objects.bulk_create(
        [
            User(number=f"B{number}", name=f"教职工{number}", unit=units[number // PEOPLE], password="!")
            for number in range(UNITS * PEOPLE)
        ],
        batch_size=BATCH,
    )
    start = days.add_days(on, -400)
    Appointment.objects.bulk_create(
        [
            Appointment(user=people[number * PEOPLE + place], unit=unit, role=role, since=start)
            for number, unit in enumerate(units)
            for place, role in enumerate(("unit_head", "liaison"))
        ],
        batch_size=BATCH,
    )
    posts = Post.objects.bulk_create(
        [Post(unit=user.unit, code=f"B{user.number}", name="岗位", is_risk_post=True) for user in people],
        batch_size=BATCH,
    )
    Incumbency.objects.bulk_create(
        [Incumbency(post=post, user=user, since=start) for post, user in zip(posts, people, strict=True)],
        batch_size=BATCH,
    )
    return len(
        Submission.objects.bulk_create(_sheets(campaign, list(zip(posts, people, strict=True)), on, at), batch_size=500)
    )


def _sheets(campaign, held, on, at):
    tasks = list(campaign.tasks.filter(level="personal", due_on__isnull=False))
    places = [(tasks[number % len(tasks)], 50 + number // len(tasks)) for number in range(SHEETS)]
    running = count()
    for post, user in held:
        for task, sequence in places:
            number = next(running)
            # A stride that shares no factor with the list: units differ, and so do the sheets of a person.
            state = STANDING[number * 7 % 20 if number % 3 else number // 100 % 20]
            steps = task.route_rules.steps
            moved = days.start_of(days.add_days(on, -(number % 40)))
            handed = state in ("filed", "in_review", "returned")
            yield Submission(
                task=task,
                unit=user.unit,
                post=post,
                person=user,
                sequence=sequence,
                state=state,
                step=steps[1].code if state == "in_review" else steps[0].code,
                waiting_role="unit_head" if state == "in_review" else "",
                due_on=days.add_days(on, number % 20 - 8),
                step_due_on=days.add_days(on, number % 10 - 4) if state == "in_review" else None,
                submitted_at=moved if handed else None,
                moved_at=min(moved, at),
                filed_at=min(moved, at) if state == "filed" else None,
            )
