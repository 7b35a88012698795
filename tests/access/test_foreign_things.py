"""Other people's ids, and numbers that are none, lead nowhere."""

import re
from urllib.parse import unquote

import pytest
from django.urls import is_valid_path, reverse

from registers.models import RiskPoint
from tests.access.browsers import judged, typed
from tests.access.test_matrix import DOORS, behind
from workflows.models import Campaign, Draft, Submission

pytestmark = [pytest.mark.django_db, pytest.mark.database("wide")]


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


@pytest.mark.parametrize("bad", BAD_IDS, ids=lambda bad: bad[:20])
def test_address_with_a_bad_id_is_not_found(world, bad):
    """Addresses that lead to no view are all answered by the same page, so one of them is enough."""
    wrong, tried = [], {}
    for door in DOORS:
        kwargs, _ = next(iter(behind(world, door).values()))
        name = next((name for name in ("pk", "series", "code", "slug") if name in kwargs), None)
        if name is None:
            continue
        parts = reverse(door, kwargs=kwargs).split("/")
        parts[2] = bad
        url = "/".join(parts)
        tried.setdefault(url if leads_to_a_view(url) else None, (door, url))
    for door, url in tried.values():
        browser = world.browsers["registrar" if door.startswith(("scheme_", "person_", "role_")) else "office"]
        for method in ("get", "post"):
            status = browser.request(method, url).status_code
            if status not in (400, 404, 405):
                wrong.append(f"{method} {door}: {status}")
    assert not wrong, "\n".join(wrong)


def leads_to_a_view(url):
    """Whether a view answers, or would at the address with a slash, to which people are sent on."""
    return any(is_valid_path(unquote(url) + end) for end in ("", "/"))


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
    browser, before = world.browsers["registrar"], Campaign.objects.count()
    with browser.undone():
        answer = browser.client.post(reverse("campaign_open"), {"year": bad}, follow=True)
        assert Campaign.objects.count() == before
        assert "2000 至 2100" in answer.content.decode()


def test_message_of_somebody_else_is_not_found(world):
    mine, other = world.campus.head.notifications.first(), world.campus.clerk.notifications.first()
    browser = world.browsers["head"]
    for bad in (other.pk, 0, 2**63, "9" * 5000):
        assert browser.post(reverse("inbox_read"), {"message": bad}).status_code == 404
    assert browser.post(reverse("inbox_read"), {"message": mine.pk}).status_code == 302
