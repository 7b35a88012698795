"""What a page costs: the same number of queries for one thing as for thirty, and the number itself (style 15, reliability §6)."""

import re
from datetime import UTC

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse

from tests import factories
from tests.access.browsers import typed
from tests.clock import Clock
from tests.crowds import Crowd, Stage, analyse_too_early, asked

pytestmark = [pytest.mark.django_db, pytest.mark.database("postgresql")]

FEW, MANY, ENTRIES = 1, 30, 20
LIMIT = 25

# page → (who opens it, address, queries). Change a number only together with the reason why a page has to ask more.
PAGES = {
    # One each for notices to draft or release, for letters, for assessments, for lists, for what hangs, and one for all that waits
    # beside sheets: what is late to be made public, statements, avoidance, audits. One for the tasks that the sheets share.
    # A head has one more, for what is left to him by vacant posts.
    "desk": ("head", "desk", {}, 22),
    "desk of the office": ("office", "desk", {}, 23),  # one for meetings to which he is called, one for working days
    "desk of a post holder": ("clerk", "desk", {}, 11),
    "review_queue": ("head", "review_queue", {}, 15),
    "comparison": ("head", "comparison", {"unit": "CW"}, 18),
    "suggestion_list": ("clerk", "suggestion_list", {"view": "received"}, 6),
    "suggestion_make": ("clerk", "suggestion_make", {"q": "岗位"}, 8),
    "adjustment_list": ("office", "adjustment_list", {"unit": "CW"}, 12),  # one for the unit that is chosen
    "done_list": ("head", "done_list", {}, 10),
    "inbox": ("head", "inbox", {}, 15),  # five for the lines of its digests
    "robot_list": ("liaison", "robot_list", {}, 10),
    "campaign": ("office", "campaign", {}, 14),
    # Holders of five roles, and the preview of the campaign. Two for what is kept of them where it takes long.
    "beginning": ("registrar", "beginning", {}, 24),
    # Who acts in every unit: appointments, groups, the office's own posts, instead of the liaisons alone. One looks for what is kept.
    "campaign_plan": ("office", "campaign_plan", {"year": "2027"}, 21),
    "campaign_enrol": ("office", "campaign_enrol", {}, 21),
    "campaign_people": (
        "office",
        "campaign_people",
        {},
        16,
    ),  # one looks for the kept list, one reads the people of the page
    "roster_list": ("office", "roster_list", {}, 9),
    "progress_list": ("office", "progress_list", {}, 19),
    "progress_list by unit": ("office", "progress_list", {"view": "units"}, 15),
    "mobilisation_list": ("office", "mobilisation_list", {}, 16),
    "meeting_list": ("office", "meeting_list", {}, 11),
    "meeting_detail": ("office", "meeting_detail", {"pk": "meeting"}, 11),
    "meeting_agenda": ("office", "meeting_agenda", {"pk": "meeting"}, 13),
    "activity_list": ("head", "activity_list", {}, 14),
    "activity_list of the office": ("office", "activity_list", {}, 13),
    "activity_detail": ("head", "activity_detail", {"pk": "activity"}, 13),
    "activity_attendance": ("liaison", "activity_attendance", {"pk": "activity"}, 10),
    "disclosure_list": ("head", "disclosure_list", {}, 14),
    "disclosure_list of a colleague": ("clerk", "disclosure_list", {}, 9),
    "disclosure_detail": ("head", "disclosure_detail", {"pk": "disclosure"}, 12),
    "reading_list": ("clerk", "reading_list", {}, 9),
    "reading_list of the office": ("office", "reading_list", {}, 13),
    "reading_detail": ("head", "reading_detail", {"pk": "reading"}, 14),
    "reading_receipts": ("head", "reading_receipts", {"pk": "reading"}, 12),
    # One query for the sheets that nobody can take; six for the grades of all points, which are kept where they take long.
    "board": ("office", "board", {}, 24),
    # Of a unit one more for the measures of those who lead.
    "board of a unit": ("office", "board", {"unit": "CW"}, 21),
    "board of a unit by person": ("office", "board", {"unit": "CW", "view": "people"}, 21),
    "risk_list": ("head", "risk_list", {}, 14),
    "risk_list of the office": ("office", "risk_list", {"q": "风险"}, 14),
    "risk_order": ("head", "risk_order", {}, 17),
    "risk_order of powers": ("office", "risk_order", {"what": "powers"}, 17),
    "power_list": ("clerk", "power_list", {}, 10),
    "power_detail": ("clerk", "power_detail", {"series": "power"}, 11),
    "ledger": ("office", "ledger", {"unit": "ROOT"}, 23),
    "unit_list": ("clerk", "unit_list", {}, 9),
    "unit_detail": ("clerk", "unit_detail", {"code": "CW"}, 14),
    "unit_detail of the school": ("registrar", "unit_detail", {"code": "ROOT"}, 19),
    "unit_desk": ("registrar", "unit_desk", {}, 13),
    "unit_keep": ("registrar", "unit_keep", {"code": "CW"}, 11),
    "post_desk": ("registrar", "post_desk", {}, 11),
    "post_detail": ("head", "post_detail", {"code": "post"}, 19),
    "risk_detail": ("head", "risk_detail", {"series": "point"}, 13),
    "notice_list": ("head", "notice_list", {}, 10),
    # Of its objections: working days, names and who opened them today, additions, files; what was corrected.
    "notice_detail": ("office", "notice_detail", {"pk": "notice"}, 21),
    "deadline_change": ("office", "deadline_change", {"pk": "task"}, 10),
    "standin_list": ("registrar", "standin_list", {}, 8),
    "standin_add": ("leader", "standin_add", {}, 8),
    "people_desk": ("registrar", "people_desk", {"q": "a", "unit": "CW"}, 11),
    "person_detail": ("registrar", "person_detail", {"pk": "person"}, 17),
    "slip_batch": ("registrar", "slip_batch", {}, 11),
    "role_desk": ("registrar", "role_desk", {"unit": "CW"}, 10),
    "role_add": ("registrar", "role_add", {}, 10),
    "role_end": ("registrar", "role_end", {"pk": "appointment"}, 8),
    "leader_list": ("clerk", "leader_list", {}, 11),
    "audit_list": ("auditor", "audit_list", {}, 8),
    "paper_list": ("clerk", "paper_list", {}, 6),
    "record_list": ("head", "record_list", {"code": "CW"}, 10),
    "scheme_list": ("registrar", "scheme_list", {}, 11),
    "scheme_preview, calendar": ("registrar", "scheme_preview", {"pk": "scheme", "part": "calendar"}, 9),
    "scheme_preview, routes": ("registrar", "scheme_preview", {"pk": "scheme", "part": "routes"}, 8),
}
# One sheet with one entry, and with twenty.
SHEETS = {
    # One for the powers of the unit, on which its points stand, and one for the working days.
    "submission_fill": ("clerk", "submission_fill", "points", 12),
    "submission_fill, grades": ("clerk", "submission_fill", "grades", 10),
    "submission_fill, group": ("liaison", "submission_fill", "group", 13),
    "submission_review": ("member", "submission_review", "review", 19),
    "submission_review, grades": ("head", "submission_review", "graded", 21),
    # One query for who stands in for whom the sheet is about: the members it concerns are not among those who decide.
    "submission_detail": ("member", "submission_detail", "review", 18),
    "submission_detail, grades": ("head", "submission_detail", "graded", 18),
}


class Undone:
    """A stretch of the year of a campus that leaves no trace."""

    def __enter__(self):
        start = factories.moment("2026-09-15 10:00")
        self.travel = time_machine.travel(start.astimezone(UTC), tick=False)
        self.atomic = transaction.atomic()
        traveller = self.travel.start()
        self.atomic.__enter__()
        return Clock(traveller, start)

    def __exit__(self, *error):
        transaction.set_rollback(True)
        self.atomic.__exit__(*error)
        self.travel.stop()


@pytest.fixture(scope="module")
def pages(django_db_setup, django_db_blocker):
    """page → its queries with few and with many of everything."""
    with django_db_blocker.unblock(), Undone() as clock:
        crowd = Crowd(clock)
        crowd.grow(FEW)
        crowd.queries(*PAGES["desk"][:3])  # what is read once a process is not the page's
        few = {page: crowd.queries(*found[:3]) for page, found in PAGES.items()}
        crowd.grow(MANY)
        analyse_too_early()  # the worst plans that a young site meets: a page that cannot bear them does not answer
        return {page: (few[page], crowd.queries(*PAGES[page][:3])) for page in PAGES}


@pytest.fixture(scope="module")
def sheets(django_db_setup, django_db_blocker):
    """page → its queries for a sheet of one entry and for one of twenty."""
    found = {}
    with django_db_blocker.unblock():
        for entries in (1, ENTRIES):
            with Undone() as clock:
                stage = Stage(clock, entries)
                for page, (persona, door, name, _) in SHEETS.items():
                    user, url = getattr(stage.campus, persona), reverse(door, args=[stage.sheets[name].pk])
                    asked(user, url)
                    found.setdefault(page, []).append(asked(user, url))
                saving = stage.sheets["points"]
                found.setdefault("saving", []).append(
                    asked(
                        stage.campus.clerk,
                        reverse("submission_save", args=[saving.pk]),
                        post=typed(stage.year.again(saving)),
                    )
                )
    return found


def report(few, many):
    """What a failure prints: the statements by their shape, how often each with few and with many; what grew comes last."""
    shapes = {}
    for number, statements in enumerate((few, many)):
        for sql in statements:
            shape = re.sub(r"SELECT .*? FROM", "SELECT … FROM", re.sub(r"'[^']*'|\b\d+\b", "?", sql)).replace('"', "")[
                :200
            ]
            shapes.setdefault(shape, [0, 0])[number] += 1
    lines = [
        f"{first:3} → {second:3}  {shape}"
        for shape, (first, second) in sorted(shapes.items(), key=lambda item: item[1][1] - item[1][0])
    ]
    return "\n".join(["", *lines])


@pytest.mark.parametrize("page", PAGES)
def test_list_costs_the_same_for_one_and_for_thirty(pages, page):
    few, many = pages[page]
    assert (len(few), len(many)) == (PAGES[page][-1],) * 2, report(few, many)
    assert len(few) < LIMIT


@pytest.mark.parametrize("page", SHEETS)
def test_sheet_costs_the_same_for_one_entry_and_for_twenty(sheets, page):
    few, many = sheets[page]
    assert (len(few), len(many)) == (SHEETS[page][-1],) * 2, report(few, many)


def test_saving_while_one_types_writes_once(sheets):
    """Autosave is one statement, whatever the size of the sheet; the session of a reader is not touched."""
    for statements in sheets["saving"]:
        written = [sql for sql in statements if sql.startswith(("INSERT", "UPDATE", "DELETE"))]
        assert len(written) == 1, written
    few, many = sheets["saving"]
    assert len(few) == len(many), report(few, many)
