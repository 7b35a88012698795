"""What is sent to the doors and should not be: fields nobody asked for, other people's ids, numbers that are none, hostile text."""

import re
from html import unescape
from itertools import chain
from unicodedata import category

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse

from registers.models import RiskPoint
from tests.access.conftest import NOBODY, PASSWORD, STAFF, judged, typed
from tests.access.test_matrix import DOORS, behind, body, expected
from tests.access.test_scopes import OWN_MODELS
from workflows.models import Campaign, Draft, Objection, Submission
from workflows.sheets import sheet_for

pytestmark = pytest.mark.django_db

HOSTILE = {
    "nul": "前\x00后",
    "bidi": "前\u202e后\u2066",
    "bom": "\ufeff前后\u200b",
    "controls": "前\x08\x1b[31m后\r\n",
    "script": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "template": "{{7*7}}{% debug %}${7*7}#{7*7}",
    "quotes": "'\"`;--<!-- ]]>",
    "formula": "=1+1",
    "rare": "𠮷·阿卜杜拉𰻞",
    "nan": "NaN",
    "infinite": "1e999",
    "surrogate": "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
}
LONG = "长" * 70_000  # 210 KB
BAD_DAYS = [
    "2026-13-40",
    "0000-00-00",
    "99999-01-01",
    "9999-12-31",
    "明天",
    "2026-02-30",
    "NaN",
    "\x00",
    "2026-09-15T10:00",
]
BAD_IDS = [
    "0",
    "-1",
    "-0",
    "2147483648",
    "9223372036854775808",
    "1e3",
    "1.0",
    "NaN",
    "１２",
    "abc",
    "%00",
    "1%00",
    "1%0a",
    "..%2f1",
    "9" * 10_000,
]


NAMES_KEYS = ("key", "detail")  # they hold primary keys, which a database does not use again after a rollback


def row_of(value):
    return value if not isinstance(value, dict | list) else repr(value)


def snapshot():
    """All that is on record, comparable between two runs: rows in order, references by the place of what they refer to."""
    places = {
        model: {
            pk: place for place, pk in enumerate(model._default_manager.order_by("pk").values_list("pk", flat=True))
        }
        for model in OWN_MODELS
    }
    return {
        model._meta.label: [
            tuple(_values(row, fields, places)) for row in model._default_manager.order_by("pk").values()
        ]
        for model in OWN_MODELS
        for fields in [_compared(model)]
    }


def _compared(model):
    """The fields of a model that do not differ by chance, nor because a digest covers one that does."""
    return [
        field
        for field in model._meta.concrete_fields
        if not field.primary_key
        and not isinstance(field, models.UUIDField | models.BinaryField)
        and field.name not in ("hash", "previous_hash", "fingerprint", "digest", "content" if model is Draft else "")
    ]


def _values(row, fields, places):
    for field in fields:
        value = row[field.attname]
        if field.is_relation:
            yield places.get(field.related_model, {}).get(value, value)
        elif field.name in NAMES_KEYS:
            yield re.sub(r"\d+", "#", row_of(value))
        else:
            yield row_of(value)


def done(world, persona, door, kwargs, sent):
    """What a post did: its answer and the record afterwards; undone again."""
    browser = world.browsers[persona]
    with browser.undone():
        answer = browser.client.post(reverse(door, kwargs=kwargs), sent)
        return answer, snapshot()


# --- Fields nobody asked for -----------------------------------------------------------------------------


def open_doors(world):
    """Every way to change something: each door to each thing, by the first who may."""
    for door in DOORS:
        if door == "logout" or DOORS[door]["POST"] == 405:
            continue
        for name, (kwargs, sheet) in behind(world, door).items():
            persona = next((persona for persona in STAFF if expected(door, "POST", name, persona) in (200, 302)), None)
            if persona:
                yield pytest.param(door, name, persona, kwargs, body(world, door, sheet))


def unasked(world, sent):
    """A value for every field name of every model, for the sheet and for each of its entries, that ``sent`` does not hold."""
    values = {
        "unit": world.campus.other_unit.pk,
        "person": world.campus.colleague.pk,
        "holder": world.campus.colleague.pk,
        "state": "filed",
        "level": "school",
        "in_force_from": "2026-01-01",
        "until": "2026-01-01",
    }
    names = sorted(
        {name for model in OWN_MODELS for field in model._meta.concrete_fields for name in (field.name, field.attname)}
    )
    plain = {name: values.get(name.removesuffix("_id"), "1") for name in names}
    entries = {f"e-{key}-{name}": value for key in sent.get("entry", ()) for name, value in plain.items()}
    grades = {f"g-{key.removeprefix('e-')}": "grade-3" for key in sent if key.startswith("e-")}
    # These are what the forms ask for.
    asked = {
        "password",
        "number",
        "name",
        "text",
        "year",
        "unit",
        "on",
        "narrative",
        "work_plan",
        "to",
        "opinion",
        "redo_on",
        "handling",
        "complete",
    }
    return {
        name: value
        for name, value in chain(plain.items(), entries.items(), grades.items())
        if name not in sent and name not in asked and name.rsplit("-", 1)[-1] not in ASKS
    }


# The fields of an entry that sheets do ask for; a wrong value there is a wrong answer, not mass assignment.
ASKS = {
    "content",
    "manifestation",
    "finding_source",
    "nature",
    "power_item",
    "involved_posts",
    "category",
    "change",
    "reason",
    "grade",
    "number",
    "seat",
    "member_type",
    "name",
    "domain",
    "kind",
    "accountable_post",
    "legal_basis",
    "service_commitment",
    "time_limit",
    "discipline",
    "procedure",
    "check_and_balance",
    "complaint_channel",
    "remark",
}


def test_fields_nobody_asked_for_change_nothing(world):
    """The same post, with a value for every field of every model added, has the same effect to the row."""
    tried, wrong = 0, []
    for parameters in open_doors(world):
        door, name, persona, kwargs, sent = parameters.values
        plain, before = done(world, persona, door, kwargs, sent)
        more, after = done(world, persona, door, kwargs, {**unasked(world, sent), **sent})
        tried += 1
        if plain.status_code != more.status_code:
            wrong.append(f"{door} {name}: {plain.status_code} became {more.status_code}")
        wrong += [f"{door} {name}: {label} differs" for label in before if before[label] != after[label]]
    assert not wrong, "\n".join(wrong)
    assert tried > 25


def test_handed_in_sheet_brings_only_what_its_form_asks_for(world):
    """Typed or smuggled: grade, holder, unit and validity of a new point come from the sheet, never from the page."""
    sheet = world.year.again(world.sheets["draft"])
    sent = typed(sheet, submit="1")
    browser = world.browsers["clerk"]
    with browser.undone():
        answer = browser.client.post(reverse("submission_fill", args=[sheet.pk]), {**unasked(world, sent), **sent})
        assert answer.headers["Location"] == reverse("submission_detail", args=[sheet.pk])
        point = Submission.objects.get(pk=sheet.pk).lines.get().risk_point
        assert (point.unit, point.post, point.holder, point.level) == (
            sheet.unit,
            sheet.post,
            world.campus.clerk,
            "personal",
        )
        assert (point.in_force_from, point.in_force_until, point.self_grade, point.final_grade, point.factors) == (
            None,
            None,
            None,
            None,
            {},
        )


# --- Other people's things -------------------------------------------------------------------------------


def foreign_series(world):
    """Points that are none of the draft sheet's: the same clerk's on another post, the unit's, one still travelling."""
    texts = ("grave", "unit point", "review")
    return [str(RiskPoint.objects.filter(content=world.canaries[text]).latest("pk").series) for text in texts]


def test_category_of_every_entry_travels_with_the_page(world):
    sheet = world.year.again(world.sheets["draft"])
    browser = world.browsers["clerk"]
    page = browser.client.get(reverse("submission_fill", args=[sheet.pk])).content.decode()
    keys = re.findall(r'name="entry" value="([^"]+)"', page)
    assert keys
    for key in keys:
        assert re.search(rf'name="e-{key}-category" value="[^"]+"', page)
    fresh = browser.client.post(reverse("submission_entry", args=[sheet.pk]), {"add": "process"}).content.decode()
    (key,) = re.findall(r'name="entry" value="([^"]+)"', fresh)
    assert f'name="e-{key}-category" value="process"' in fresh


@pytest.mark.parametrize("change", ["keep", "revise", "retire"])
def test_entry_of_another_sheet_is_neither_shown_nor_touched(world, change):
    sheet = world.year.again(world.sheets["draft"])
    browser, foreign = world.browsers["clerk"], foreign_series(world)
    sent = typed(sheet)
    sent["entry"] = [*sent["entry"], *foreign]
    for key in foreign:
        base = RiskPoint.objects.filter(series=key).latest("pk").pk
        sent |= {
            f"e-{key}-change": change,
            f"e-{key}-base": base,
            f"e-{key}-series": key,
            f"e-{key}-reason": "撤销",
            f"e-{key}-category": "process",
            f"e-{key}-finding_source": "self",
            f"e-{key}-nature": "both",
            f"e-{key}-content": "新内容",
            f"e-{key}-manifestation": "新表现",
        }
    others = RiskPoint.objects.filter(series__in=foreign)
    before = list(others.order_by("pk").values())
    with browser.undone():
        for button in ("save", "submit"):
            answer = browser.client.post(reverse("submission_fill", args=[sheet.pk]), {**sent, button: "1"})
            assert answer.status_code in (302, 409, 422)
            page = browser.client.get(reverse("submission_detail", args=[sheet.pk]), follow=True).content.decode()
            assert [name for name in ("grave", "unit point", "review") if world.canaries[name] in page] == []
            sent["draft_version"] += 1
        assert list(others.order_by("pk").values()) == before
        lines = Submission.objects.get(pk=sheet.pk).lines.all()
        assert {line.change for line in lines} == {"add"}, "what is not on this sheet's record can only be new"
        assert {line.risk_point.post_id for line in lines} == {sheet.post_id}


def test_grades_are_given_to_the_points_of_the_sheet_only(world):
    """An entry smuggled into a grading sheet keeps it from being handed in; the foreign point keeps its grade."""
    sheet = world.year.again(world.sheets["grading"])
    foreign = foreign_series(world)[0]
    sent = typed(sheet, submit="1")
    sent["entry"] = [*sent["entry"], foreign]
    for key in sent["entry"]:
        sent |= {f"e-{key}-probability": "high", f"e-{key}-harm": "criminal"}
    browser = world.browsers["clerk"]
    with browser.undone():
        before = list(RiskPoint.objects.filter(series=foreign).values())
        assert browser.client.post(reverse("submission_fill", args=[sheet.pk]), sent).status_code == 422
        assert list(RiskPoint.objects.filter(series=foreign).values()) == before


def test_judgement_reaches_the_entries_of_the_sheet_only(world):
    """Verdicts named for another sheet's entries are dropped."""
    sheet, other = world.sheets["office"], world.sheets["sign"]
    keys = [str(line.entry) for line in other.lines.all()]
    sent = judged(
        sheet,
        "return",
        redo_on="2026-11-20",
        **{f"v-{key}": "no" for key in keys},
        **{f"c-{key}": "退" for key in keys},
    )
    browser = world.browsers["office"]
    with browser.undone():
        assert browser.client.post(reverse("submission_decide", args=[sheet.pk]), sent).status_code == 302
        assert {(line.verdict, line.comment) for line in other.lines.all()} == {("accepted", "")}


@pytest.mark.parametrize("to", ["clerk", "head", "insider", "office", "auditor"])
def test_sheet_is_handed_over_to_colleagues_in_the_same_part_only(world, to):
    sheet = world.sheets["office"]
    answer = world.browsers["office"].post(
        reverse("submission_hand_over", args=[sheet.pk]),
        {"seen_version": sheet.version, "to": getattr(world.campus, to).pk},
    )
    assert answer.status_code == 422


def test_draft_is_saved_under_the_name_of_who_typed_it(world):
    sheet = world.year.again(world.sheets["draft"])
    browser = world.browsers["clerk"]
    with browser.undone():
        browser.client.post(
            reverse("submission_save", args=[sheet.pk]),
            typed(sheet, saved_by=world.campus.head.pk, submission=world.sheets["review"].pk),
        )
        assert Draft.objects.get(pk=sheet.pk).saved_by == world.campus.clerk
        assert (
            not Draft.objects.filter(pk=world.sheets["review"].pk).exists()
            or Draft.objects.get(pk=world.sheets["review"].pk).version == 0
        )


# --- Numbers that are none -------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", BAD_IDS, ids=lambda bad: bad[:20])
def test_address_with_a_bad_id_is_not_found(world, bad):
    wrong = []
    for door in DOORS:
        for kwargs, _ in behind(world, door).values():
            name = next((name for name in ("pk", "series", "code", "slug") if name in kwargs), None)
            if name is None:
                continue
            parts = reverse(door, kwargs=kwargs).split("/")
            parts[2] = bad
            for method in ("get", "post"):
                status = world.browsers["office"].request(method, "/".join(parts)).status_code
                if status not in (400, 404, 405):
                    wrong.append(f"{method} {door}: {status}")
            break
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("bad", [*BAD_IDS, "", "\x00", "' OR 1=1", "[]", "a" * 10_000], ids=lambda bad: bad[:20])
def test_form_with_a_bad_id_or_version_is_refused(world, bad):
    office, head, sheet = world.browsers["office"], world.browsers["head"], world.sheets["office"]
    sign = world.sheets["sign"]
    sent = {
        "to": office.post(reverse("submission_hand_over", args=[sheet.pk]), {"seen_version": sheet.version, "to": bad}),
        "seen": office.post(reverse("submission_decide", args=[sheet.pk]), judged(sheet, seen_version=bad)),
        "seen at hand-over": office.post(
            reverse("submission_hand_over", args=[sheet.pk]), {"seen_version": bad, "to": world.campus.second.pk}
        ),
        "seen at a vote": world.browsers["member"].post(
            reverse("submission_vote", args=[world.sheets["review"].pk]), {"seen_version": bad, "complete": "yes"}
        ),
        "verdict": head.post(reverse("submission_decide", args=[sign.pk]), judged(sign, bad)),
        "complete": head.post(
            reverse("submission_vote", args=[world.sheets["review"].pk]),
            judged(world.sheets["review"], complete=bad or "vielleicht"),
        ),
        "unit": office.post(reverse("ledger_export"), {"unit": bad}),
    }
    assert {
        what: answer.status_code for what, answer in sent.items() if answer.status_code not in (404, 409, 422)
    } == {}


@pytest.mark.parametrize("bad", [*BAD_IDS, "", "\x00"], ids=lambda bad: bad[:20])
def test_draft_with_a_bad_version_overwrites_nothing(world, bad):
    sheet = world.year.again(world.sheets["draft"])
    if bad in ("0", "-0"):
        bad = "7"  # a plain wrong one
    answer = world.browsers["clerk"].post(reverse("submission_save", args=[sheet.pk]), typed(sheet, draft_version=bad))
    assert answer.status_code == 409
    assert "另一窗口" in answer.json()["message"]


@pytest.mark.parametrize(
    "bad", ["NaN", "1e999", "-0", "2026.5", "", "二〇二七", "99999999999999999999", "1999", "2101", "\x00"]
)
def test_campaign_of_no_year_is_not_opened(world, bad):
    browser = world.browsers["registrar"]
    with browser.undone():
        answer = browser.client.post(reverse("campaign_open"), {"year": bad}, follow=True)
        assert Campaign.objects.count() == 1
        assert "2000 至 2100" in answer.content.decode()


def test_message_of_somebody_else_is_not_found(world):
    mine, other = world.campus.head.notifications.first(), world.campus.clerk.notifications.first()
    browser = world.browsers["head"]
    for bad in (other.pk, 0, 2**63, "9" * 5000):
        assert browser.post(reverse("inbox_read"), {"message": bad}).status_code == 404
    assert browser.post(reverse("inbox_read"), {"message": mine.pk}).status_code == 302


# --- Lists with nonsense in their address ----------------------------------------------------------------

LISTS = [
    "desk",
    "done_list",
    "inbox",
    "campaign",
    "progress_list",
    "risk_list",
    "power_list",
    "ledger",
    "unit_list",
    "notice_list",
    "audit_list",
    "paper_list",
]
FILTERS = (
    "page",
    "q",
    "category",
    "grade",
    "unit",
    "domain",
    "act",
    "number",
    "task",
    "state",
    "view",
    "on",
    "order_by",
    "sort",
)


@pytest.mark.parametrize(
    "bad",
    [
        "0",
        "-1",
        "1e3",
        "abc",
        "",
        "99999999999999999999",
        "１",
        "10001",
        "None",
        "__proto__",
        "pk__gt=0",
        *HOSTILE.values(),
        *BAD_DAYS,
        "x" * 10_000,
    ],
    ids=lambda bad: repr(bad)[:20],
)
def test_list_with_nonsense_in_its_address_is_a_list(world, bad):
    wrong = []
    for door in LISTS:
        data = dict.fromkeys(FILTERS, bad)
        if door == "ledger":
            data.pop("unit")
        answer = world.browsers["office"].get(reverse(door), data)
        if answer.status_code != 200 or "<script>alert" in answer.content.decode():
            wrong.append(f"{door}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("bad", ["no-such", "x" * 10_000, *HOSTILE.values()], ids=lambda bad: repr(bad)[:20])
def test_ledger_of_an_unknown_unit_is_not_found(world, bad):
    assert world.browsers["office"].get(reverse("ledger"), {"unit": bad}).status_code == 404


def test_repeated_filter_counts_once(world):
    answer = world.browsers["office"].get(reverse("risk_list") + "?grade=grade-1&grade=grade-2&page=1&page=2")
    assert answer.status_code == 200


# --- Where one is sent -----------------------------------------------------------------------------------

ELSEWHERE = [
    "//evil.example",
    "https://evil.example",
    "https:evil.example",
    "http:///evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "///evil.example",
    "javascript:alert(1)",
    "%0d%0aLocation:evil",
    "\r\nSet-Cookie: a=b",
    "//evil.example/%2f..",
    "data:text/html,x",
    "\x00//evil.example",
    " //evil.example",
]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_login_leads_home_and_not_elsewhere(world, elsewhere):
    answer = world.browsers[NOBODY].post(
        reverse("login"), {"username": "clerk", "password": PASSWORD, "next": elsewhere}
    )
    assert answer.status_code == 302
    assert re.fullmatch(r"/([^/\\].*)?", answer.headers["Location"]), answer.headers["Location"]
    assert "evil" not in answer.headers["Location"] or answer.headers["Location"].startswith("/%")


def test_login_leads_to_the_page_that_was_asked_for(world):
    wanted = reverse("risk_list")
    answer = world.browsers[NOBODY].post(
        reverse("login") + f"?next={wanted}", {"username": "clerk", "password": PASSWORD, "next": wanted}
    )
    assert answer.headers["Location"] == wanted


@pytest.mark.parametrize("elsewhere", [*ELSEWHERE, "/progress/\r\nSet-Cookie: a=b", "/progress//evil", "/desk/"])
def test_nudge_leads_back_to_the_progress_page(world, elsewhere):
    answer = world.browsers["liaison"].post(
        reverse("submission_nudge", args=[world.sheets["draft"].pk]), {"back": elsewhere}
    )
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/progress/")
    assert "\n" not in answer.headers["Location"]


# --- Hostile text ----------------------------------------------------------------------------------------


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
    from tests.access.conftest import Browser  # noqa: PLC0415 (only here)

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
    assert answer.status_code == (302 if day == "9999-12-31" else 422)
    if answer.status_code == 422:
        assert shows(answer, "请补充")


@pytest.mark.parametrize("text", [*HOSTILE.values(), LONG, "", "   "], ids=[*HOSTILE, "long", "empty", "blank"])
def test_hostile_objection_is_kept(world, text):
    url = reverse("notice_detail", args=[world.school_notice.pk])
    browser = world.browsers["clerk"]
    with browser.undone():
        answer = browser.client.post(url, {"text": text})
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
        answer = browser.client.post(reverse("objection_handle", args=[world.objection.pk]), {"handling": text})
        if answer.status_code == 302:
            assert Objection.objects.get(pk=world.objection.pk).handled_at
            answer = browser.client.get(answer.headers["Location"])
        else:
            assert answer.status_code == 422
        assert shows(answer, text)


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


def test_overlong_text_is_named_and_kept_as_far_as_it_goes(world):
    """200 KB pasted into a field: the sheet is not handed in, the field says so and keeps the beginning."""
    sheet = world.year.again(world.sheets["draft"])
    data = typed(sheet, submit="1")
    key = data["entry"][0]
    answer = world.browsers["clerk"].post(
        reverse("submission_fill", args=[sheet.pk]), {**data, f"e-{key}-content": LONG}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert re.search(r"“风险内容”最多 \d+ 字", page)
    assert LONG[:20_000] in page


def test_sheet_of_many_fields_is_saved(world):
    """3000 fields are a long sheet, not an attack."""
    sheet = world.year.again(world.sheets["draft"])
    data = typed(sheet)
    keys = [f"00000000-0000-4000-8000-{number:012d}" for number in range(600)]
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


def test_flood_of_fields_is_refused_without_trace(world):
    sheet = world.year.again(world.sheets["draft"])
    flood = {f"x{number}": "1" for number in range(20_001)}
    answer = world.browsers["clerk"].post(reverse("submission_save", args=[sheet.pk]), flood)
    assert answer.status_code == 400
    assert "没有看懂" in answer.content.decode()


def test_body_beyond_all_measure_is_refused(world):
    sheet = world.year.again(world.sheets["draft"])
    answer = world.browsers["clerk"].post(reverse("submission_save", args=[sheet.pk]), {"x": "a" * 11_000_000})
    assert answer.status_code in (400, 413)


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
