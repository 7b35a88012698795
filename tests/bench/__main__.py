"""./run bench [school|college|university [PART…]]: what things cost, as ratios against floors measured in the same run.

./run bench scale [scale50k|scale500k|sqlite50k…] measures pages and jobs in large registers (``tests.bench.scale.run``).
"""

import gc
import io
import logging
import os
import sys
import tempfile
import time
from functools import partial

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskmgmt.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from tests.bench.measuring import cheapest, judged, memory, peak, ratio, rolled_back, row, timed  # noqa: E402
from tests.bench.printing import papers  # noqa: E402

# The password form is the shell of every page and little more.
PAGES = {
    "3001": (
        "/password/",
        "/",
        "/done/",
        "/inbox/",
        "/notices/",
        "/campaign/",
        "/progress/",
        "/risks/",
        "/powers/",
        "/ledger/",
        "/units/",
    ),
    "1001": ("/", "/risks/"),
}
# Beyond these a page is worth a look with a profiler.
SLOW, MANY_QUERIES = 10, 25
ENTRIES = 20
MORE_POINTS, MANY_CELLS = 2000, 10_000
PEOPLE = 5000
IMPORTS, IMPORT_SECONDS = 3, 120  # rounds of a large import, and after how long no further one begins


def pages():
    from registers.models import User  # noqa: PLC0415 (models need django.setup)

    settings.ROOT_URLCONF = "tests.bench.urls"
    settings.ALLOWED_HOSTS = ["testserver"]
    for number, urls in PAGES.items():
        client = Client()
        client.force_login(User.objects.get(number=number), backend=settings.AUTHENTICATION_BACKENDS[-1])
        for url in urls:
            # What is read once a process is not the page's.
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(url)
            assert answer.status_code == 200, url
            size = f"{len(queries)} queries, {len(answer.content) // 1024} KiB"
            measured = ratio(partial(client.get, url), partial(client.get, "/bench-nothing/"))
            remarks = ["slow"] if measured[0] > SLOW else []
            remarks += ["many queries"] if len(queries) > MANY_QUERIES else []
            row(
                f"page {url} as {number} ({size})",
                "a signed-in page that does nothing",
                measured,
                said=", ".join(remarks),
            )


def exports():
    import openpyxl  # noqa: PLC0415 (slow import)

    from registers import clock, ledger_books, ledgers, limited  # noqa: PLC0415
    from registers.models import Scheme, Unit  # noqa: PLC0415
    from registers.papers.writing import laid_out, ledger_workbook, write_laid_out  # noqa: PLC0415
    from tests.bench.scale import goals  # noqa: PLC0415

    scheme, root = Scheme.objects.in_use(), Unit.objects.get(parent=None)
    on, everything = clock.today(), ledgers.everything()
    with tempfile.NamedTemporaryFile() as file:
        sheets = laid_out(ledger_books.worksheets(everything, scheme, root, on=on, year=on.year))
        used = memory(lambda: limited.run(partial(write_laid_out, file.name), items=sheets))
    goal = goals.EXPORT_MEGABYTES
    said = judged("导出台账多占的内存（MiB）", used, goal)
    print(f"that ledger in a limited process: {used:.0f} MiB more than the worker holds (goal <= {goal}: {said})")
    levels = {level.value: label for level, label in scheme.rules.levels.items()}
    cells = [
        ledger_books.cells(number, found, levels)
        for number, found in enumerate(ledgers.each_row(everything, scheme, root, on=on), start=1)
    ]

    def plain():
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet()
        for values in cells:
            sheet.append(values)
        book.save(io.BytesIO())

    row(
        f"school ledger of {len(cells)} points, database to XLSX",
        "openpyxl write_only of the same cells, unstyled",
        # A large one takes so long that chance no longer matters.
        ratio(
            lambda: ledger_workbook(ledger_books.worksheets(everything, scheme, root, on=on, year=on.year)),
            plain,
            5 if len(cells) < MANY_CELLS else 1,
        ),
    )


def nightly():
    """The daily reminders of 5,000 people on a day on which everybody is told of something."""
    from workflows.messages import reminders  # noqa: PLC0415
    from workflows.models import Notification, Reminder  # noqa: PLC0415

    for name, at in crowd(PEOPLE).items():
        before = set(Notification.objects.values_list("pk", flat=True))
        with transaction.atomic():
            with CaptureQueriesContext(connection) as queries:
                reminders.remind(at=at)
            asked = sum(query["sql"].startswith("SELECT") for query in queries)
            digests = list(Notification.objects.exclude(pk__in=before).values())
            lines = list(Reminder.objects.values())
            transaction.set_rollback(True)
        for values in (*digests, *lines):
            del values["id"]

        def bare(digests=digests, lines=lines):
            Reminder.objects.bulk_create([Reminder(**values) for values in lines], batch_size=1000)
            Notification.objects.bulk_create([Notification(**values) for values in digests], batch_size=1000)

        row(
            f"reminders {name}: {len(digests)} digests, {len(lines)} lines ({asked} reads)",
            "a bare bulk insert of the same rows",
            ratio(rolled_back(partial(reminders.remind, at=at)), rolled_back(bare), before=swept),
            1.2,
        )


def swept():
    """Collect garbage and vacuum the tables, so that earlier rounds do not slow later ones."""
    gc.collect()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE) workflows_reminder, workflows_notification, workflows_submission")


def crowd(size):
    """``size`` people more in units of fifty, each with an open sheet of one task; name → the moment of a day to look at."""
    from registers.models import Appointment, Post, Unit, User  # noqa: PLC0415
    from workflows.deadlines import days  # noqa: PLC0415
    from workflows.models import CampaignTask, Reminder, Submission  # noqa: PLC0415

    root = Unit.objects.get(parent=None)
    task = CampaignTask.objects.filter(campaign__state="open", due_on__isnull=False, level="personal").first()
    Submission.objects.filter(task__campaign=task.campaign).exclude(state="filed").update(due_on=None, step_due_on=None)
    Reminder.objects.all().delete()
    units = Unit.objects.bulk_create(
        [Unit(code=f"B{n}", name=f"单位{n}", unit_type="college", parent=root) for n in range(size // 50)]
    )
    people = User.objects.bulk_create(
        [User(number=f"B{n}", name=f"某{n}", unit=units[n // 50], password="!") for n in range(size)], batch_size=1000
    )
    posts = Post.objects.bulk_create(
        [Post(code=f"B{n}", name="岗位", unit=person.unit) for n, person in enumerate(people)], batch_size=1000
    )
    since, leader = task.opens_on, people[0]
    roles = [("liaison", 0), ("unit_head", 1)]
    Appointment.objects.bulk_create(
        [
            Appointment(user=people[n * 50 + k], unit=unit, role=role, since=since)
            for n, unit in enumerate(units)
            for role, k in roles
        ]
        + [Appointment(user=leader, unit=unit, role="leader_in_charge", since=since) for unit in units]
    )
    Submission.objects.bulk_create(
        [
            Submission(
                task=task, unit=person.unit, post=post, person=person, state="open", step="fill", due_on=task.due_on
            )
            for person, post in zip(people, posts, strict=True)
        ],
        batch_size=1000,
    )
    last = days.working_days()
    on = next(day for n in range(9) if last.works(day := days.add_days(task.due_on, -n)))
    moments = {"on the last day": on, "a day after": days.add_working_days(task.due_on, 1)}
    moments["ten days after"] = days.add_working_days(task.due_on, 10)
    nine = timezone.datetime.min.time().replace(hour=9)
    return {name: timezone.make_aware(timezone.datetime.combine(day, nine)) for name, day in moments.items()}


def saves():
    from registers import clock  # noqa: PLC0415
    from registers.actors import Actor  # noqa: PLC0415
    from tests.personas import point  # noqa: PLC0415
    from workflows.models import Draft, Submission  # noqa: PLC0415
    from workflows.routing import routes  # noqa: PLC0415
    from workflows.sheets import drafts, sheet_for  # noqa: PLC0415

    at = clock.now()
    waiting = Submission.objects.filter(state="open", person__isnull=False, task__brings="points", draft=None)
    submission = waiting.select_related("person", "task__campaign__scheme").first()
    actor, sheet = Actor(submission.person), sheet_for(submission)
    kept = [{**entry, "change": "keep"} for entry in sheet.offered()]
    content = {
        "entries": [*kept, *(sheet.new_entry(point(f"风险内容{n}")) for n in range(ENTRIES - len(kept)))],
        "values": {},
    }
    seen = drafts.save(submission, content, actor=actor, seen=0, at=at)

    row(
        f"one continuous save of {ENTRIES} entries",
        "one bare UPDATE of the same row",
        _beside(
            rolled_back(partial(drafts.save, submission, content, actor=actor, seen=seen, at=at)),
            rolled_back(lambda: Draft.objects.filter(submission=submission, version=seen).update(content=content)),
        ),
        1.5,
    )

    hand_in = rolled_back(
        partial(routes.submit, submission.pk, actor=actor, seen_version=submission.version, content=content, at=at)
    )
    hand_in()
    with CaptureQueriesContext(connection) as queries:
        hand_in()
    # Without BEGIN and ROLLBACK, which the floor has of its own.
    statements = [query["sql"] for query in queries.captured_queries[1:-1]]

    def replay():
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    row(
        f"handing in {ENTRIES} entries ({len(statements)} statements)",
        "the same statements as plain SQL",
        _beside(hand_in, rolled_back(replay)),
        2,
    )


def _beside(thing, floor, rounds=7):
    """As ``ratio``, of the processor's time, whatever else the machine does."""
    ours, its = cheapest(thing, floor, rounds)
    return ours / its, ours * 1000, its * 1000


def board():
    from registers import clock  # noqa: PLC0415
    from registers.actors import Actor  # noqa: PLC0415
    from registers.models import User  # noqa: PLC0415
    from tests.bench import crowd  # noqa: PLC0415
    from workflows.campaign import campaigns  # noqa: PLC0415
    from workflows.progress import figures, nudging  # noqa: PLC0415

    settings.ALLOWED_HOSTS = ["testserver"]
    with transaction.atomic():
        campaign = campaigns.current()
        sheets = crowd.enrol(campaign)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        client, office = Client(), User.objects.get(number="3001")
        client.force_login(office, backend=settings.AUTHENTICATION_BACKENDS[-1])
        for url in ("/board/", "/board/?unit=BENCH7", "/progress/?view=units"):
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200, url
            row(
                f"board page {url} of {crowd.UNITS} units, {sheets} sheets ({len(queries)} queries)",
                "a plain list page of 50 sheets",
                ratio(partial(client.get, url), partial(client.get, "/progress/")),
                1.5,
            )
        actor, at = Actor(office), clock.now()
        listed = figures.listed(actor, campaign)
        urge = rolled_back(partial(nudging.nudge_late, listed, campaign=campaign, actor=actor, at=at))
        late = len(listed.filter(figures.late(actor.on)))
        row(
            f"催办 of {late} late sheets at once",
            "reading those sheets",
            ratio(urge, lambda: list(listed.filter(figures.late(actor.on))), 3),
        )
        transaction.set_rollback(True)


def imports():
    """A file of people, read by itself and taken over as a whole."""
    from registers.models import User  # noqa: PLC0415
    from tests.bench import taken  # noqa: PLC0415

    stream = io.BytesIO()
    taken.workbook(stream)
    data = stream.getvalue()
    row(
        f"cells of {taken.SIZE} people read, with formats, merges and what is hidden",
        "python-calamine, values alone",
        _beside(partial(taken.parse, data), partial(taken.values_alone, data), 5),
        1.5,
    )
    with transaction.atomic():
        registrar = taken.enrol()
        rows = taken.rows(data, registrar)

        def bare():
            User.objects.bulk_create([User(**values) for values in rows], batch_size=1000)

        gc.collect()
        whole = rolled_back(partial(taken.take_over, data, registrar))
        ours, floor = cheapest(whole, rolled_back(bare), IMPORTS, floors=1, seconds=IMPORT_SECONDS)
        row(
            f"a file of {taken.SIZE} people read, compared and accepted",
            "a bare bulk insert of the same rows",
            (ours / floor, ours * 1000, floor * 1000),
            3,
        )
        transaction.set_rollback(True)


def scaled():
    """The pages that have goals, with two thousand points more; the large registers are ``./run bench scale``."""
    from registers.models import RiskPoint, Unit  # noqa: PLC0415
    from tests.bench.scale import goals, loading  # noqa: PLC0415
    from tests.bench.scale import pages as scaled_pages  # noqa: PLC0415

    with transaction.atomic():
        points, units = RiskPoint.objects.open().count() + MORE_POINTS, Unit.objects.count() - 1
        loading.load(points, units)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        for cost in scaled_pages.costs(rounds=3, follow=False):
            what = f"{points} points: {cost.url} as {cost.who} ({cost.queries} queries)"
            row(
                what,
                "a signed-in page that does nothing",
                (cost.ratio, cost.ms, cost.ms / cost.ratio),
                goals.of(cost.url),
            )
        transaction.set_rollback(True)


def main():
    if sys.argv[1:2] == ["scale"]:
        from tests.bench.scale import run  # noqa: PLC0415

        return run.main(sys.argv[2:])
    start = time.perf_counter()
    # It says once per sheet which media queries a printer has no use for.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    size = sys.argv[1] if len(sys.argv) > 1 else "college"
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("load_schemes", verbosity=0, stdout=io.StringIO())
    took = timed(lambda: call_command("demo", scheme="changchun-2016", size=size, stdout=io.StringIO()))
    print(f"database {connection.vendor}; demo campus “{size}” made in {took:.0f} s")
    parts = {part.__name__: part for part in (pages, scaled, papers, exports, saves, board, imports, nightly)}
    # In this order: ``nightly`` leaves its crowd behind.
    for name in sorted(sys.argv[2:] or parts, key=list(parts).index):
        parts[name]()
    print(f"all in {time.perf_counter() - start:.0f} s, at most {peak():.0f} MiB of memory")
    return None


if __name__ == "__main__":
    main()
