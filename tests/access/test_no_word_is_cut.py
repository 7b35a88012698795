"""Whatever is typed into any field of any page is stored whole, or refused with the numbers and given back (W7).

The forms are found by opening pages, the fields by reading their forms. A field gets a text that is one character longer than it
says it takes, and one of 25,000 characters. A choice gets a value that the page does not offer.
"""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.urls import resolve, reverse
from lxml import html

from tests.access.behind import DOORS, behind
from tests.access.browsers import PASSWORD
from tests.access.test_matrix import expected
from tests.access.world import STAFF
from tests.noscript import fill_in

pytestmark = [pytest.mark.django_db, pytest.mark.database("postgresql")]

VERY_LONG = 25_000
TEXTS = ".//textarea | .//input[not(@type) or @type='text' or @type='search' or @type='url' or @type='email']"
OUTSIDE = "//textarea[@form=$id] | //input[@type='text'][@form=$id]"  # in the rows of a table beside the form
CHOICES = ".//select | .//input[@type='radio'] | .//input[@type='checkbox'][@value='no']"
CHOICES_OUTSIDE = "//select[@form=$id] | //input[@type='radio'][@form=$id]"
OPENED = []  # the pages, read once for both tests
# Doors whose forms ask for no text, or only for passwords, names of accounts and years.
WITHOUT_TEXT = {
    "activity_delete",
    "adjustment_begin",
    "assessment_begin",
    "assessment_evidence",
    "assessment_lead",
    "assessment_show",
    "assessment_sign",
    "beginning_calendar",
    "beginning_mail",
    "campaign_close",
    "campaign_enrol",
    "campaign_open",
    "campaign_undo",
    "channel_choice",
    "demo_clock",
    "duty_draft",
    "duty_send",
    "duty_sign",
    "education_drop",
    "education_tie",
    "finding_adjust",
    "import_accept",
    "import_answer",
    "import_columns",
    "import_drop",
    "import_list",
    "import_tick",
    "inbox_read",
    "inspection_arrange",
    "inspection_item_drop",
    "inspection_notify",
    "inspection_plan",
    "inspection_sign",
    "job_cancel",
    "ledger_export",
    "login",
    "logout",
    "mail_again",
    "notice_attach",
    "notice_discard",
    "notice_draft",  # nothing waits for a notice here: workflows/test_publicising.py
    "notice_release",
    "objection_retract",
    "opinion_drop",
    "notice_return",  # the draft here has no rows: workflows/test_publicising.py
    "meeting_agree",
    "meeting_attendance",
    "meeting_call",
    "meeting_cancel",
    "meeting_document",
    "meeting_sign",
    "password_change",
    "person_disable",
    "person_enable",
    "person_leave",
    "person_slip",
    "person_transfer",
    "person_unlock",
    "phase_reopen",
    "planned_drop",
    "place_post",
    "place_take",
    "point_place",
    "progress_export",
    "progress_nudge",
    "progress_papers",
    "public_clue",  # first it asks whom it is about: workflows/test_public_answers.py
    "publication_attach",
    "publication_discard",
    "publication_draft",
    "publication_release",  # the list here has changed nothing: workflows/test_publishing.py
    "reading_confirm",
    "reading_withdraw",
    "record_bind",
    "robot_stop",
    "robot_test",
    "role_end",
    "domain_end",
    "roster_check",
    "scheme_choose",
    "scheme_discard",
    "scheme_publish",
    "slip_batch",
    "standin_end",
    "submission_again",
    "submission_entry",
    "submission_hand_over",
    "submission_nudge",
    "submission_recompile",
    "submission_withdraw",
    "suggestion_withdraw",
    "unit_alias_drop",
    "survey_add",
    "survey_close",
    "survey_draw",
    "survey_slips",
    "ranking_compute",
    "ranking_entry_drop",
    "ranking_release",
    "ranking_show",
    "risk_order_export",
}


def long_text(number, length):
    """A text without any character that a page or a database writes otherwise, whose head is found nowhere else."""
    head = f"HEAD{number:05d}"
    return head, head + "m" * (length - len(head) - 4) + "TAIL"


class Written:
    """The texts with a head that the statements of a block write."""

    def __init__(self, head):
        self.head, self.texts = head, set()

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith(("INSERT", "UPDATE")):
            for row in params if many else [params]:
                for value in row or ():
                    self.texts.update(re.findall(rf"{self.head}\w*", str(getattr(value, "obj", value))))
        return execute(sql, params, many, context)


def pages(world):
    """Every page that somebody who may post something about a thing can open about it: ``(persona, address, page)``."""
    opened = set()
    for door, methods in DOORS.items():
        if methods["POST"] == 405:
            continue
        for name, (kwargs, _) in behind(world, door).items():
            people = [persona for persona in STAFF if expected(door, "POST", name, persona) in (200, 302, 422)]
            for persona in [WHOSE[door]] if door in WHOSE else people[:1]:
                for page in (door, *BESIDE.get(door, ())):
                    yield from _page(world, page, name, kwargs, persona, opened)


# Where the form stands whose door takes no GET.
BESIDE = {
    "submission_save": ["submission_fill"],
    "submission_vote": ["submission_review"],
    "submission_decide": ["submission_review"],
    "submission_review_save": ["submission_review"],
    "objection_handle": ["notice_detail"],
    "objection_extend": ["notice_detail"],
    "objection_name": ["notice_detail"],
    "clue_handle": ["clue_detail"],
    "notice_place_add": ["notice_detail"],
    "publication_place_add": ["publication_detail"],
    "publication_end": ["publication_detail"],
    "robot_add": ["robot_list"],
    "scheme_begin": ["scheme_list"],
    "activity_void": ["activity_detail"],
    "disclosure_void": ["disclosure_detail"],
    "meeting_vote": ["meeting_detail"],
    "assessment_confirm": ["assessment_detail"],
    "inspection_declare": ["inspection_detail"],
    "inspection_check_save": ["inspection_check"],
    "inspection_own_save": ["inspection_own_check"],
    "finding_step": ["finding_detail"],
    "warning_step": ["warning_detail"],
    "duty_send_back": ["duty_detail"],
    "measure_check": ["measure_detail"],
    "unit_alias_add": ["unit_keep"],
}
WHOSE = {"review_queue": "head"}  # whose page has something on it
ASKED = {"suggestion_make": "?post={post}"}  # what a page has to be asked for before it shows its form


def _page(world, door, name, kwargs, persona, opened):
    things = behind(world, door)
    for found in [things[name][0]] if name in things else [found for found, _ in things.values()]:
        if (door, str(found), persona) in opened or DOORS.get(door, {}).get("GET", 405) == 405:
            continue
        opened.add((door, str(found), persona))
        address = reverse(door, kwargs=found) + ASKED.get(door, "").format(post=world.posts["draft"].code)
        answer = world.browsers[persona].get(address)
        if answer.status_code == 200 and "html" in answer.headers["Content-Type"]:
            yield persona, address, html.fromstring(answer.content.decode())


def _name(text):
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "#", text)


def buttons(form, address):
    """Every way to send a form: ``(address, name, value)``, the autosave among them."""
    found = form.xpath(".//button[not(@type='button') and not(@disabled)]")
    for button in found:
        if button.get("name") not in ("remove", "add", "adopt"):
            action = button.get("formaction") or form.get("action") or address
            yield action, button.get("name") or "", button.get("value") or ""
    if form.get("data-save-url"):
        yield form.get("data-save-url"), "", ""


def sent(form, control, text, name, value):
    data = {}
    for key, typed in form.form_values():
        data.setdefault(key, []).append(typed)
    data[control.name] = [text]
    if name:
        data[name] = [value]
    if "password" in data:
        data["password"] = [PASSWORD]
    return data


def cases(world, inside=TEXTS, outside=OUTSIDE):
    """Every field of every form, by every button, once: ``(persona, address, form, control, button)``."""
    seen = set()
    OPENED.extend([] if OPENED else pages(world))
    for persona, address, page in OPENED:
        for form in page.xpath(".//form[@method='post']"):
            fill_in(form)
            for action, name, value in buttons(form, address):
                door = resolve(urlsplit(action).path).url_name
                beside = page.xpath(outside, id=form.get("id") or "-")
                for control in [*form.xpath(inside), *beside]:
                    case = (door, name, value if not value.isdigit() else "#", _name(control.name or ""))
                    if control.name and case not in seen:
                        seen.add(case)
                        yield case, persona, action, form, control, (name, value)


def test_text_of_any_field_is_stored_whole_or_refused_with_the_numbers(world):
    wrong, tried, number = [], set(), 0
    for case, persona, action, form, control, (name, value) in cases(world):
        assert control.get("maxlength") is None, f"{case}: a browser cuts what is pasted here"
        limit, once = int(control.get("data-limit") or 0), (case[0], case[-1])
        for length in {limit + 1 if limit else VERY_LONG} | ({VERY_LONG} if once not in tried else set()):
            number += 1
            head, text = long_text(number, length)
            browser, written = world.browsers[persona], Written(head)
            with browser.undone(), connection.execute_wrapper(written):
                answer = browser.client.post(action, sent(form, control, text, name, value))
            page, refused = unescape(answer.content.decode()), answer.status_code >= 400
            if written.texts - {text}:
                wrong.append(f"{case}: of {length} characters {max(map(len, written.texts))} were stored")
            elif not written.texts and text not in page:
                wrong.append(f"{case}: {length} characters are neither stored nor given back ({answer.status_code})")
            elif refused and limit and f"现有 {length} 字" not in page:
                wrong.append(f"{case}: refused ({answer.status_code}) without the numbers")
        tried.add(once)
    assert not wrong, f"{len(wrong)} of {number}:\n" + "\n".join(wrong)
    reached = {door for door, _ in tried}
    unreached = {door for door, methods in DOORS.items() if methods["POST"] != 405} - reached
    assert unreached == WITHOUT_TEXT, " ".join(sorted(unreached ^ WITHOUT_TEXT))


def test_choice_that_no_page_offers_is_refused(world):
    """A draft keeps whatever was typed: it is asked when it is handed in."""
    taken, tried = [], set()
    for case, persona, action, form, control, (name, value) in cases(world, CHOICES, CHOICES_OUTSIDE):
        door, button, *_ = case
        if door in ("submission_save", "submission_review_save") or button in ("save", "attach", "decline"):
            continue
        if door == "submission_fill" and control.name.startswith("adopt-category-"):
            continue  # it is read with the button that adopts: workflows/test_suggestions.py
        tried.add((door, _name(control.name)))
        data = sent(form, control, "no-such", name, value)
        if door == "activity_attendance":  # a wrong number is a reason of its own
            data["numbers"] = [""]
        browser = world.browsers[persona]
        with browser.undone():
            if browser.client.post(action, data).status_code < 400:
                taken.append(case)
    assert len(tried) > 30
    assert taken == []
