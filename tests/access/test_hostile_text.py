"""Hostile text is kept as text, and what is too much is refused."""

import re
from html import unescape
from unicodedata import category

import pytest
from django.test import Client
from django.urls import reverse

from tests.access.browsers import judged, typed
from tests.access.hostile import BAD_DAYS, HOSTILE
from tests.access.test_matrix import body
from tests.access.world import NOBODY
from workflows.models import Draft, Objection
from workflows.sheets import drafts, sheet_for

pytestmark = [pytest.mark.django_db, pytest.mark.database("postgresql")]


LONG = "长" * 70_000  # 210 KB
BY_SCRIPT = {"X-Requested-With": "fetch"}


def kept(text):
    """What of a typed text must be on the page that comes back: all but what nobody can see."""
    seen = (char for char in text.replace("\r\n", "\n") if char in "\n\t" or category(char) not in {"Cc", "Cf", "Cs"})
    return "".join(seen).strip()


def shows(answer, text):
    """Does the page hold the text, as text?"""
    page = answer.content.decode()
    assert "<script>alert" not in page and "onerror=alert" not in re.sub(r"&lt;.*?&gt;", "", page)
    assert not re.search(r"(?<!\{)\b49\b(?=\$)", page)
    return kept(text) in unescape(page)


SHEETS = [
    ("draft", "clerk"),
    ("grading", "clerk"),
    ("measures", "clerk"),
    ("unit draft", "liaison"),
    ("other powers", "typist"),
]


def fields_of(sheet, key):
    """The names a sheet's form gives its fields for one entry."""
    from workflows.forms.submissions import SheetForm  # noqa: PLC0415 (only here)

    form = SheetForm(sheet_for(sheet))
    section = "process" if sheet.task.brings == "points" else ""
    return [field.name for field in form.new_entry(section, key).fields]


def browser_of(world, persona):
    from tests.access.browsers import Browser  # noqa: PLC0415 (only here)

    return world.browsers.get(persona) or Browser(getattr(world.campus, persona))


@pytest.mark.parametrize(("name", "persona"), SHEETS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_text_in_a_sheet_is_kept_as_text(world, name, persona, text):
    """Saved, saved by script, handed in: never an error, and what was typed is on the page that comes back."""
    sheet = world.year.again(world.sheets[name])
    url = reverse("submission_fill", args=[sheet.pk])
    data = filled(sheet, text)
    browser = browser_of(world, persona)
    with browser.undone():
        saved = browser.client.post(reverse("submission_save", args=[sheet.pk]), data)
        assert saved.status_code == 200
        page = browser.client.get(url)
        assert page.status_code == 200
        assert sheet.task.brings == "grades" or shows(page, text)
        handed = browser.client.post(url, {**data, "draft_version": saved.json()["version"], "submit": "1"})
        assert handed.status_code in (302, 422)
        if handed.status_code == 422:
            assert sheet.task.brings == "grades" or shows(handed, text)
        else:
            assert shows(browser.client.get(reverse("submission_detail", args=[sheet.pk])), text)


def filled(sheet, text):
    """A form of ``sheet`` with ``text`` in every field, choices and texts alike."""
    data = typed(sheet)
    keys = data["entry"] or ["00000000-0000-4000-8000-000000000001"]
    data["entry"] = keys
    for key in keys:
        data |= dict.fromkeys(fields_of(sheet, key), text)
        if sheet.task.brings == "points":
            data[f"e-{key}-category"] = "process"
    return data | {"work_plan": text, "narrative": text}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_text_in_valid_choices_travels_as_text(world, text):
    """A sheet whose choices are right is handed in, and reviewed, with the text as it was typed."""
    sheet = world.year.again(world.sheets["draft"])
    data = typed(sheet, submit="1")
    key = data["entry"][0]
    data |= {f"e-{key}-content": text, f"e-{key}-manifestation": text}
    with world.browsers["clerk"].undone():
        assert world.browsers["clerk"].client.post(reverse("submission_fill", args=[sheet.pk]), data).status_code == 302
        for persona, door in (
            ("clerk", "submission_detail"),
            ("member", "submission_review"),
            ("head", "submission_detail"),
        ):
            assert shows(world.browsers[persona].client.get(reverse(door, args=[sheet.pk])), text), (persona, door)
        for form in ("xlsx", "docx"):
            assert (
                world.browsers["head"].client.get(reverse("submission_file", args=[sheet.pk, form])).status_code == 200
            )


@pytest.mark.parametrize("text", [*HOSTILE.values(), LONG], ids=[*HOSTILE, "long"])
def test_hostile_words_of_a_reviewer_are_kept(world, text):
    """With a reason missing or too long the sheet stays where it is, and every word that was typed comes back."""
    sheet = world.sheets["sign"]
    key = str(sheet.lines.get().entry)
    url = reverse("submission_decide", args=[sheet.pk])
    head = world.browsers["head"]
    for more in ({"redo_on": "2026-13-40", "opinion": text}, {"redo_on": "", "opinion": text}):
        answer = head.post(url, judged(sheet, "return", **more, **{f"v-{key}": "no", f"c-{key}": text}))
        assert answer.status_code == 422
        assert shows(answer, text)
    assert head.post(url, judged(sheet, password=text)).status_code == 422


@pytest.mark.parametrize("day", BAD_DAYS)
def test_redo_day_that_is_none_is_refused(world, day):
    sheet = world.sheets["sign"]
    answer = world.browsers["head"].post(
        reverse("submission_decide", args=[sheet.pk]), judged(sheet, "return", opinion="请补充", redo_on=day)
    )
    assert answer.status_code == 422
    assert shows(answer, "请补充")


@pytest.mark.parametrize("text", [*HOSTILE.values(), LONG, "", "   "], ids=[*HOSTILE, "long", "empty", "blank"])
def test_hostile_objection_is_kept(world, text):
    url = reverse("notice_detail", args=[world.school_notice.pk])
    browser = world.browsers["clerk"]
    with browser.undone():
        answer = browser.client.post(url, {"row": "0", "text": text})
        if answer.status_code == 302:
            assert Objection.objects.filter(author=world.campus.clerk, notice=world.school_notice).exists()
            answer = browser.client.get(url)
        else:
            assert answer.status_code == 422
        assert shows(answer, text)


@pytest.mark.parametrize("text", [*HOSTILE.values(), LONG, "", "   "], ids=[*HOSTILE, "long", "empty", "blank"])
def test_hostile_words_about_an_objection_are_kept(world, text):
    browser = world.browsers["office"]
    with browser.undone():
        answer = browser.client.post(
            reverse("objection_handle", args=[world.objection.pk]), {"finding": "rejected", "handling": text}
        )
        if answer.status_code == 302:
            assert Objection.objects.get(pk=world.objection.pk).handled_at
            answer = browser.client.get(answer.headers["Location"])
        else:
            assert answer.status_code == 422
        assert shows(answer, text)


@pytest.mark.parametrize("text", [*HOSTILE.values(), LONG], ids=[*HOSTILE, "long"])
@pytest.mark.parametrize("door", ["activity_add", "reading_add"])
def test_hostile_words_of_a_meeting_or_document_are_kept(world, door, text):
    """Recorded, published or refused: never an error, and shown as text wherever they stand."""
    browser = world.browsers["liaison"]
    names = {"activity_add": ("place", "content", "numbers", "host"), "reading_add": ("text", "due_on")}[door]
    for name in ("title", *names):
        sent = body(world, door, None) | {name: text}
        with browser.undone():
            answer = browser.client.post(reverse(door), sent)
            assert answer.status_code in (302, 422), name
            if answer.status_code == 302:
                detail = answer.headers["Location"].replace("attendance/", "")
                answer = browser.client.get(detail)
            assert name == "numbers" or shows(answer, text), name


@pytest.mark.parametrize("text", [*HOSTILE.values(), LONG], ids=[*HOSTILE, "long"])
def test_hostile_text_at_the_login_is_refused(world, text):
    browser = world.browsers[NOBODY]
    for sent in (
        {"username": text, "password": "x"},
        {"username": "clerk", "password": text},
        {"username": text, "password": text, "next": text},
    ):
        assert browser.post(reverse("login"), sent).status_code == 422
    sent = {"old_password": text, "new_password1": text, "new_password2": text}
    assert world.browsers["clerk"].post(reverse("password_change"), sent).status_code == 422


def test_overlong_text_is_named_and_kept_whole(world):
    """200 KB pasted into a field: the sheet is not handed in, the field says so and keeps every character."""
    sheet = world.year.again(world.sheets["draft"])
    data = typed(sheet, submit="1")
    key = data["entry"][0]
    answer = world.browsers["clerk"].post(
        reverse("submission_fill", args=[sheet.pk]), {**data, f"e-{key}-content": LONG}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert re.search(r"“风险内容”最多 \d+ 字，现有 70000 字", page)
    assert LONG in page


def test_sheet_of_many_fields_is_saved(world):
    """2500 fields are a long sheet, not an attack."""
    sheet = world.year.again(world.sheets["draft"])
    data = typed(sheet)
    keys = [f"00000000-0000-4000-8000-{number:012d}" for number in range(drafts.MOST_ENTRIES - 1)]
    data["entry"] = [*data["entry"], *keys]
    for key in keys:
        data |= {
            f"e-{key}-{name}": f"{name}{key[-3:]}"
            for name in ("category", "content", "manifestation", "finding_source", "nature")
        }
    browser = world.browsers["clerk"]
    with browser.undone():
        assert browser.client.post(reverse("submission_save", args=[sheet.pk]), data).status_code == 200
        assert len(Draft.objects.get(pk=sheet.pk).content["entries"]) == len(keys) + 1
        data["entry"].append("00000000-0000-4000-8000-999999999999")
        answer = browser.client.post(reverse("submission_save", args=[sheet.pk]), data, headers=BY_SCRIPT)
        assert answer.status_code == 422
        assert "一张表最多 500 项，现有 501 项" in answer.json()["message"]
        assert len(Draft.objects.get(pk=sheet.pk).content["entries"]) == len(keys) + 1


def test_sheet_of_too_many_characters_is_refused_with_the_number(world):
    sheet = world.year.again(world.sheets["draft"])
    data = typed(sheet)
    data[f"e-{data['entry'][0]}-content"] = "长" * (drafts.MOST_CHARACTERS + 1)
    answer = world.browsers["clerk"].post(reverse("submission_save", args=[sheet.pk]), data, headers=BY_SCRIPT)
    assert answer.status_code == 422
    assert "一张表最多写 500000 字，现有 5000" in answer.json()["message"]


def test_flood_of_fields_is_refused_without_trace(world):
    sheet = world.year.again(world.sheets["draft"])
    flood = {f"x{number}": "1" for number in range(20_001)}
    answer = world.browsers["clerk"].post(reverse("submission_save", args=[sheet.pk]), flood)
    assert answer.status_code == 413
    assert "一次最多 20000 个字段" in answer.content.decode()


def test_body_beyond_all_measure_is_refused(world):
    sheet = world.year.again(world.sheets["draft"])
    answer = world.browsers["clerk"].post(reverse("submission_save", args=[sheet.pk]), {"x": "a" * 11_000_000})
    assert answer.status_code == 413
    assert "10 MB" in answer.content.decode()


@pytest.mark.parametrize(
    "key", ["", "x", "0", "../../etc", "<b>", "00000000-0000-4000-8000-00000000000G", "e" * 800, "\x00"]
)
def test_entry_without_a_proper_key_is_ignored(world, key):
    sheet = world.year.again(world.sheets["draft"])
    data = typed(sheet)
    before = sheet.draft.content["entries"]
    browser = world.browsers["clerk"]
    with browser.undone():
        sent = {**data, "entry": [*data["entry"], key, *data["entry"]], f"e-{key}-content": "混入", "save": "1"}
        assert browser.client.post(reverse("submission_fill", args=[sheet.pk]), sent).status_code == 302
        assert [entry["key"] for entry in Draft.objects.get(pk=sheet.pk).content["entries"]] == [
            entry["key"] for entry in before
        ]


@pytest.mark.parametrize("section", ["", "no-such", "<script>alert(1)</script>", "\x00", "x" * 10_000])
def test_entry_for_an_unknown_section_is_no_error(world, section):
    sheet = world.year.again(world.sheets["draft"])
    browser = world.browsers["clerk"]
    with browser.undone():
        assert shows(browser.client.post(reverse("submission_entry", args=[sheet.pk]), {"add": section}), "")
        assert (
            browser.client.post(reverse("submission_fill", args=[sheet.pk]), typed(sheet, add=section)).status_code
            == 302
        )
        assert shows(browser.client.get(reverse("submission_fill", args=[sheet.pk])), "")


def test_broken_body_is_a_bad_request(world):
    client = Client(raise_request_exception=False)
    client.cookies.update(world.browsers["clerk"].client.cookies)
    url = reverse("submission_save", args=[world.sheets["draft"].pk])
    for content_type, sent in (
        ("multipart/form-data; boundary=x", b"--y broken"),
        ("multipart/form-data", b"x"),
        ("application/json", b"{"),
        ("application/x-www-form-urlencoded; charset=nonsense", b"a=%ff%fe"),
        ("application/x-www-form-urlencoded", b"\xff\xfe%zz=&&&=;=%"),
    ):
        assert client.generic("POST", url, sent, content_type=content_type).status_code in (400, 409), content_type
