"""The committee's board: its figures, what it expects, who holds up what; and nothing of what the reader may not know of."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from registers.models import Unit
from tests.factories import make_person, make_post
from tests.personas import point
from workflows.models import Campaign, Notification, Submission
from workflows.progress import curves, figures
from workflows.progress.board import Board

pytestmark = pytest.mark.database("both")


def browser(user):
    client = Client()
    client.force_login(user, backend="registers.sessions.People")
    return client


def page(user, status=200, **sent):
    answer = browser(user).get(reverse("board"), sent)
    assert answer.status_code == status
    return answer


def board(year, user=None):
    actor = year.actor(user or year.campus.office)
    return Board(year.campaign, figures.listed(actor, year.campaign), at=year.clock.now)


def lines(year, user=None):
    """unit's code → its line."""
    shown = board(year, user)
    return {line.unit.code: line for line in shown.units(Unit.objects.all())}


def papers(year):
    """task's code → its line."""
    return {line.task.code: line for phase in board(year).phases() for line in phase.tasks}


def owe(year, number, *, unit=None, handed=None, state="open"):
    """``number`` more searches owed in a unit, handed in at ``handed`` (a moment) or still open."""
    unit, task = unit or year.campus.unit, year.sheet("personal-search").task
    for _ in range(number):
        user = make_person("某", unit)
        Submission.objects.create(
            task=task,
            unit=unit,
            person=user,
            post=make_post(unit, "岗位", user),
            state="in_review" if handed else state,
            step="review" if handed else "fill",
            waiting_role="unit_head" if handed else "",
            due_on=task.due_on,
            submitted_at=handed,
            moved_at=handed or year.clock.now,
        )


# --- Figures ---------------------------------------------------------------------------------------------


def test_figures_are_those_of_the_list_below_it(year):
    year.submit(year.sheet("personal-search"), year.points(year.sheet("personal-search"), point()))
    year.at("09-25")
    client = browser(year.campus.office)
    stats = client.get(reverse("progress_list")).context["stats"]

    figures = client.get(reverse("board")).context["figures"]

    assert {name: getattr(figures, name) for name in stats} == stats
    assert (figures.handed, figures.moving, figures.remaining) == (1, 1, figures.owed - 1)


def test_every_figure_leads_to_the_sheets_behind_it(year):
    year.at("09-25")
    answer = page(year.campus.office)
    figures = answer.context["figures"]

    for state, name in (("late", "late"), ("open", "open"), ("waiting", "waiting")):
        listed = browser(year.campus.office).get(reverse("progress_list") + answer.context["links"][state])
        assert len(listed.context["items"]) == getattr(figures, name) > 0, state


def test_phases_stand_in_order_with_their_state_and_papers(year):
    phases = board(year).phases()

    assert [(line.phase.code, line.state) for line in phases] == [
        ("p1", "done"),
        ("p2", "current"),
        ("p3", "next"),
        ("p4", "next"),
    ]
    assert sum(line.figures.owed for line in phases) == board(year).figures.owed
    search = papers(year)["personal-search"]
    assert (search.figures.owed, search.figures.handed, search.due.relative) == (2, 0, "还剩 5 天")


def test_sheet_that_was_returned_counts_as_not_handed_in(year):
    sheet = year.submit(year.sheet("personal-search"), year.points(year.sheet("personal-search"), point()))
    assert papers(year)["personal-search"].figures.handed == 1
    for voter in (year.campus.member, year.campus.head):
        year.vote(sheet, voter)
    year.send_back(year.agree(sheet, year.campus.head), year.campus.head)

    found = papers(year)["personal-search"].figures

    assert (found.handed, found.returned, found.recent) == (0, 1, 0)


# --- What is to be expected -----------------------------------------------------------------------------


def test_unit_that_will_miss_its_deadline_stands_first_with_day_and_delay(year):
    handed = year.clock.now
    owe(year, 2, unit=year.campus.other_unit, handed=handed)  # two in ten working days
    owe(year, 2, unit=year.campus.other_unit)
    Submission.objects.filter(person=None).delete()
    Submission.objects.filter(person=year.campus.head).delete()
    Submission.objects.filter(person=year.campus.clerk).exclude(task__code="personal-search").delete()
    year.submit(year.sheet("personal-search"), year.points(year.sheet("personal-search"), point()))

    found = lines(year)

    assert list(found) == ["ZS", "CW"]
    # Two left at a fifth a day: the tenth working day from 15 September on.
    late = found["ZS"].forecast
    assert (late.verdict, late.pace, found["ZS"].task.code) == ("late", 0.2, "personal-search")
    assert (late.finishes_on, late.late_by) == (date(2026, 9, 28), 6)
    assert found["CW"].forecast.verdict == "done"


def test_unit_where_nothing_moves_cannot_be_in_time(year):
    found = lines(year)["CW"]

    assert (found.forecast.verdict, found.forecast.misses) == ("stalled", True)
    assert "无进展，无法按期" in page(year.campus.office).content.decode()


def test_paper_that_waits_for_another_is_not_expected_yet(year):
    assert papers(year)["personal-grading"].forecast is None
    assert papers(year)["personal-search"].forecast.verdict == "stalled"


def test_closed_campaign_expects_nothing_and_urges_nobody(year):
    year.at("09-25")
    Campaign.objects.update(state="closed", closed_at=year.clock.now)

    answer = page(year.campus.office, year="2026")

    assert "已结束" in answer.content.decode()
    assert not answer.context["may_urge"]
    assert {line.forecast for line in answer.context["page"].rows} == {None}
    assert "催办全部逾期" not in answer.content.decode()


def test_year_without_a_campaign_is_not_found_and_nonsense_is_this_year(year):
    page(year.campus.office, 404, year="2019")
    assert page(year.campus.office, year="abc").context["campaign"] == year.campaign


def test_before_any_campaign_the_board_says_so(campus, clock):
    assert "还没有开展过年度活动" in page(campus.office).content.decode()


# --- Who holds up what ------------------------------------------------------------------------------------


def test_longest_wait_stands_first_with_step_people_and_number(year):
    sheet = year.submit(year.sheet("personal-search"), year.points(year.sheet("personal-search"), point()))
    year.review(sheet)  # waits for the office
    year.at("09-18")
    head = year.sheet("personal-search", year.campus.head)
    year.submit(head, year.points(head, point()))
    year.at("09-22")

    found = page(year.campus.office).context["held_up"]

    assert [(place.number, place.days, place.who) for place in found] == [
        (1, 7, year.campus.office.name),
        (1, 4, "、".join([year.campus.head.name, year.campus.deputy.name, year.campus.member.name])),
    ]
    assert [unit.code for unit in found[0].units] == ["CW"]


# --- Curve --------------------------------------------------------------------------------------------------


def test_curve_ends_today_with_what_is_handed_in_and_at_the_deadline_with_what_is_owed(year):
    owe(year, 3, handed=year.clock.now)

    readings = board(year).curve().readings

    known = [reading for reading in readings if reading.handed is not None]
    assert (known[-1].day, known[-1].handed) == (date(2026, 9, 15), 3)
    owed = sum(line.figures.owed for line in papers(year).values())
    assert readings[-1].planned == owed
    assert [reading.planned for reading in readings] == sorted(reading.planned for reading in readings)
    assert readings[-1].handed is None


def test_curve_of_one_day_or_of_nothing_is_not_drawn():
    assert curves.curve([curves.Reading(date(2026, 9, 1), 1, 1)], 5) is None
    assert curves.curve([curves.Reading(date(2026, 9, day), 0, 0) for day in (1, 2)], 0) is None


@pytest.mark.parametrize(("total", "top"), [(1, 2), (9, 10), (41, 50), (151, 160), (801, 1000), (20_000, 20_000)])
def test_scale_ends_at_a_number_that_is_easy_to_halve(total, top):
    drawn = curves.curve([curves.Reading(date(2026, 9, 1), 0, 0), curves.Reading(date(2026, 9, 9), total, None)], total)

    assert [words for _, words in drawn.levels] == ["0", str(top // 2), str(top)]


# --- A unit's page --------------------------------------------------------------------------------------------


def test_unit_page_names_every_sheet_who_has_it_and_since_when(year):
    year.at("09-25")
    items = page(year.campus.head, unit="CW").context["items"]

    mine = next(item for item in items if item.submission.person == year.campus.clerk)
    assert (mine.waits_for, mine.due.relative, mine.since) == ("甲一", "逾期 5 天", 75)
    assert bool(mine.may_nudge)
    own = next(item for item in items if item.submission.person is None)
    assert own.waits_for == "联络员 乙一"


def test_unit_page_by_person_has_a_line_for_each_and_the_unit_apart(year):
    found = page(year.campus.head, unit="CW", view="people").context

    assert {line.person for line in found["people"]} == {year.campus.clerk, year.campus.head}
    assert [task.code for task in found["tasks"]] == ["personal-search", "personal-grading", "personal-control"]
    assert all(len(line.submissions) == 3 for line in found["people"])
    assert {sheet.task.code for sheet in found["own"]} >= {"powers", "unit-search"}


def test_only_what_the_reader_may_read_is_a_link(year):
    sheet = year.submit(year.sheet("personal-search"), year.points(year.sheet("personal-search"), point()))
    link = f'href="{reverse("submission_detail", args=[sheet.pk])}"'

    for view in ("", "people"):
        assert link in page(year.campus.head, unit="CW", view=view).content.decode()
        assert (
            link not in page(year.campus.office, unit="CW", view=view).content.decode()
        )  # it has not come to the office


# --- Scope ----------------------------------------------------------------------------------------------------


def test_head_sees_and_counts_the_own_unit_alone(year):
    owe(year, 5, unit=year.campus.other_unit)
    head, office = page(year.campus.head), page(year.campus.office)

    assert [line.unit.code for line in head.context["page"].rows] == ["CW"]
    assert head.context["figures"].owed == Submission.objects.filter(unit=year.campus.unit).count()
    assert (
        office.context["figures"].owed
        == head.context["figures"].owed + Submission.objects.exclude(unit=year.campus.unit).count()
    )
    assert year.campus.other_unit.name not in head.content.decode()


@pytest.mark.parametrize("unit", ["ZS", "JS", "ROOT", "no-such"])
def test_page_of_a_unit_that_is_not_the_readers_is_not_found(year, unit):
    page(year.campus.head, 404, unit=unit)


def test_counts_leave_out_what_was_cancelled(year):
    before = board(year).figures.owed
    Submission.objects.filter(task__code="personal-search", person=year.campus.clerk).update(state="cancelled")

    assert board(year).figures.owed == before - 1


# --- One click -------------------------------------------------------------------------------------------------


def test_one_click_on_the_board_urges_a_unit_and_leads_back(year):
    year.at("09-25")
    client = browser(year.campus.office)

    answer = client.post(reverse("progress_nudge"), {"unit": "CW", "back": "/board/?page=1"}, follow=True)

    assert answer.redirect_chain == [("/board/?page=1", 302)]
    people = Notification.objects.filter(kind="submission.nudge_late").count()
    assert f"已催办 {people} 人" in answer.content.decode()
    again = client.post(reverse("progress_nudge"), {"unit": "CW", "back": "https://example.com/"}, follow=True)
    assert again.redirect_chain == [("/progress/", 302)]
    assert f"没有新的催办；另有 {people} 人今天已催过，不再重复" in again.content.decode()


def test_list_finds_people_by_name_and_number_and_offers_the_year(year):
    client = browser(year.campus.office)

    found = client.get(reverse("progress_list"), {"person": "甲一"}).context["items"]
    by_number = client.get(reverse("progress_list"), {"person": "clerk"}).context["items"]

    assert {item.submission.person for item in found} == {year.campus.clerk}
    assert [item.submission.pk for item in found] == [item.submission.pk for item in by_number]
    assert client.get(reverse("progress_list"), {"year": "2019"}).status_code == 404
