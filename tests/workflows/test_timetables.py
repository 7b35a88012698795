"""Days that can be kept: how long a route takes, by when to hand in, and who is late (faults N3, S5)."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from registers.schemes.checking import loading
from registers.schemes.desk import pictures
from registers.schemes.language import StepKind
from tests.personas import point
from tests.workflows.term_cases import rewrite
from workflows.campaign import plans
from workflows.deadlines import timetables
from workflows.deadlines.days import WorkingDays
from workflows.deadlines.yearplan import ADDED, year_plan
from workflows.views import scheme_preview
from workflows.views.scheme_preview import Book

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]
BOOKS = [loading.read(path)[0] for path in sorted((settings.BASE_DIR / "fixtures" / "schemes").glob("*.yaml"))]
TASKS = [
    pytest.param(rules, task, id=f"{rules.identity.slug} {task.code}")
    for rules in BOOKS
    for task in rules.tasks
    if task.due is not None
]
NEW_YEAR = date(2026, 1, 1)
odd_days = st.dictionaries(st.dates(NEW_YEAR, date(2026, 3, 1)), st.booleans(), max_size=12)


def browser(user):
    client = Client()
    client.force_login(user, backend="registers.sessions.People")
    return client


def after(day, number, works):
    """The last of ``number`` working days after ``day``, counted one by one."""
    while number:
        day += timedelta(days=1)
        number -= works(day)
    return day


@given(odd_days, st.dates(date(2026, 1, 20), date(2026, 3, 1)), st.integers(1, 12))
def test_last_before_is_the_last_day_from_which_the_working_days_still_end_in_time(special, day, number):
    working = WorkingDays(special)
    last = working.last_before(day, number)
    assert after(last, number, working.works) <= day < after(last + timedelta(days=1), number, working.works)


def run(rules, task, handed_in, year, working):
    """The day on which each step after filling is left, where everybody takes his days. Counted forward, step by step."""
    left, day = {}, handed_in
    for step in rules.route(task.route).steps[1:]:
        day = after(day, rules.days_at(step), working.works)
        if step.kind == "publicise":
            day += timedelta(days=1)
        left[step.code] = day
    return left


@pytest.mark.parametrize(("rules", "task"), TASKS)
def test_a_sheet_handed_in_on_the_last_day_named_is_concluded_in_time_and_one_a_day_later_is_not(rules, task):
    working = WorkingDays({date(2026, 10, day): False for day in range(1, 9)})
    timetable = timetables.timetable_of(rules, task, 2026, working)
    if timetable is None:
        phase = next(phase for phase in rules.phases if phase.code == task.phase)
        assert phase.due.on(2026) < task.due.on(2026)  # due after its phase, and no step has a day
        return
    on_its_way = rules.carrier_of(task.code) or task
    steps = rules.route(on_its_way.route).steps
    dated = [step for step in steps if step.due]
    limits = {step.code: step.due.on(2026) for step in dated} or {steps[-1].code: timetable.ends_on}

    def in_time(handed_in):
        left = run(rules, on_its_way, handed_in, 2026, working)
        return all(left[code] <= limit for code, limit in limits.items())

    assert in_time(timetable.latest)
    assert not in_time(timetable.latest + timedelta(days=1))
    assert timetable.is_kept == in_time(timetable.due_on)
    assert bool(timetable.notes) == (not timetable.is_kept)


def test_day_of_a_step_on_the_way_is_kept_as_the_last_one_is():
    """No rule book of ours gives a step a day that is the tighter one, though a later step has one."""
    rules, task = next(
        (rules, task)
        for rules in BOOKS
        for task in rules.tasks
        if task.due and task.opens and not rules.carrier_of(task.code) and len(rules.route(task.route).steps) > 2
    )
    route, working = rules.route(task.route), WorkingDays({})
    fill, first, *between, last = route.steps

    def dated(**days):
        steps = [fill, first.model_copy(update=days), *between, last.model_copy(update={"due": task.due})]
        routes = rules.routes | {task.route: route.model_copy(update={"steps": steps})}
        return rules.model_copy(update={"routes": routes})

    strict, loose = dated(due=task.opens), dated()
    latest = timetables.timetable_of(strict, task, 2026, working).latest
    assert run(strict, task, latest, 2026, working)[first.code] <= task.opens.on(2026)
    assert latest < timetables.timetable_of(loose, task, 2026, working).latest


def test_the_form_says_until_when_to_hand_in_and_hurries_whoever_is_later(year):
    def page(on):
        year.at(on)
        sheet = year.sheet("personal-search")
        return browser(year.campus.clerk).get(reverse("submission_fill", args=[sheet.pk])).content.decode()

    def slower(document):
        for step in document["routes"]["personal-search"]["steps"]:
            step.pop("within", None)

    assert "最迟" not in page("09-08")  # five working days for a route of five
    rewrite(year, slower)
    assert "最迟9月14日提交，方能在9月25日前办结（审核约需 9 个工作日）" in page("09-14")
    assert "要在9月25日前办结，请尽快提交" in page("09-15")


def test_calendar_and_preview_warn_of_a_day_that_cannot_be_kept(year):
    rules = year.campus.scheme.rules
    timetable = timetables.timetable_of(rules, rules.task("personal-grading"), 2026, WorkingDays({}))
    assert timetable.notes == ["截止日提交的，10月31日前办不完：最迟须10月11日提交（审核、公示约需 14 个工作日）"]
    noted = [note for day in year_plan(rules, 2026) if "个人岗位风险等级评估" in day.what for note in day.notes]
    plan = plans.plan_of(year.campus.scheme, year.campus.root, year=2026, on=date(2026, 3, 1))
    warned = next(row.notes for row in plan.tasks if row.task.code == "personal-grading")
    assert [note for note in noted if "办不完" in note] == [note for note in warned if "办不完" in note] != []


def test_whoever_gets_a_sheet_late_has_his_days_and_only_who_had_it_too_long_is_late(year):
    sheet = year.sheet("personal-search")
    year.at("09-20")
    sheet = year.submit(sheet, year.points(sheet, point()))
    assert sheet.step_due_on == date(2026, 9, 25)
    year.at("09-28")
    sheet = year.review(sheet)
    assert sheet.step_due_on == date(2026, 9, 29)  # a working day, though the day of the plan is past
    year.at("09-29")
    sheet = year.agree(sheet, year.campus.office)
    assert list(sheet.decisions.order_by("pk").values_list("step", "days_late")) == [
        ("fill", None),
        ("review", 3),
        ("sign", None),
        ("file", None),
    ]


def test_campaign_page_shows_days_as_the_institution_words_them(year):
    rows = timetables.dated_steps(year.campus.scheme.rules, "p2", 2026)
    assert (rows[0].label, rows[0].day) == ("审核风险点", date(2026, 9, 25))
    page = browser(year.campus.office).get(reverse("campaign")).content.decode()
    assert "审核风险点" in page and "单位领导小组集体审核、主要负责人签字、学校领导小组办公室备案" in page


def test_ten_days_of_a_month_are_shown_in_the_rule_books_words_until_the_day_is_moved():
    phase = next(book for book in BOOKS if book.identity.slug == "nwnu-2012").phases[1]
    assert timetables.words_of(phase.due, date(2026, 4, 10)) == "4月上旬"
    assert timetables.words_of(phase.due, date(2026, 4, 12)) == ""


@pytest.mark.parametrize("rules", BOOKS, ids=lambda rules: rules.identity.slug)
def test_pages_of_every_rule_book_name_days_that_its_document_does_not_name(rules):
    """The days that a step has without a day of its own, and tasks whose day was added (``inferred``)."""
    for route in rules.routes.values():
        for step in route.steps:
            if step.kind in (StepKind.FILL, StepKind.COPY, StepKind.AWAIT):
                continue
            own = step.days if step.kind == StepKind.PUBLICISE else step.within
            usual = rules.conduct.meeting_days if step.body else rules.conduct.review_days
            assert f"{own or usual} 个工作日" in pictures.note(rules, step), (route.label, step.label)
    marked = {entry.what for entry in year_plan(rules, 2026) if ADDED in entry.notes}
    assert marked == {f"{task.label}截止" for task in rules.tasks if task.inferred and task.due}
    # A task without a day stands in no calendar, but every task has a route.
    added = [task.model_copy(update={"inferred": not task.inferred}) for task in rules.tasks]
    for book in (rules, rules.model_copy(update={"tasks": added})):
        labels = [label for *_, tasks in scheme_preview._routes(None, Book(book, {}, ""))["routes"] for label in tasks]
        for task in book.tasks:
            assert (f"{task.label}（{ADDED}）" if task.inferred else task.label) in labels
