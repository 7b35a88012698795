"""Nothing typed is lost: a reviewer's draft, two windows, a form sent twice, a sheet taken back meanwhile (W8, R13, R14)."""

import pytest
from django.test import Client
from django.urls import reverse

from registers.text import is_blank
from tests.noscript import Plain
from tests.personas import point
from tests.stories import played_once
from workflows.models import Draft, ReviewDraft, ReviewVote, Submission
from workflows.routing import routes
from workflows.sheets import drafts, sheet_for

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

WORDS = "请写明是哪一类采购，\n并说明谁来复核"
BY_SCRIPT = {"X-Requested-With": "fetch"}


@pytest.fixture
@played_once
def in_review(year):
    sheet = year.sheet("personal-search")
    content = year.points(sheet, point("甲"), point("乙"))
    drafts.save(sheet, content, actor=year.actor(year.campus.clerk), seen=0, at=year.clock.now)
    return year.submit(sheet, content)


def reviewing(user, sheet):
    return Plain(user).go(reverse("submission_review", args=[sheet.pk]))


def form_of(page, condition="@id='review-form'", **changed):
    """What the form on a page sends, with ``changed`` over it."""
    sent = {}
    for name, text in page.form(condition).form_values():
        sent.setdefault(name, []).append(text.removeprefix("\n"))  # which a browser takes for the mark of the page
    return sent | changed


def keep(page, sheet, **typed):
    url = reverse("submission_review_save", args=[sheet.pk])
    return page.client.post(url, form_of(page, **typed), headers=BY_SCRIPT)


def typed_in(page, name):
    [control] = page.page.xpath(f".//*[@name='{name}'][self::textarea or @type='text']")
    return (control.value or "").strip()


# -- what a reviewer types -----------------------------------------------------------------------------------


def test_words_of_a_reviewer_are_there_again_for_him_alone(year, in_review):
    member, deputy, key = year.campus.member, year.campus.deputy, sheet_for(in_review).shown()[0].key
    typed = {f"v-{key}": "no", f"c-{key}": WORDS, "remark": "总体尚可", "password": "geheim", "state": "filed"}

    assert keep(reviewing(member, in_review), in_review, **typed).json()["version"] == 1

    assert "password" not in ReviewDraft.objects.get().content
    page = reviewing(member, in_review)
    assert (typed_in(page, f"c-{key}"), typed_in(page, "remark")) == (WORDS, "总体尚可")
    assert page.page.xpath(f".//input[@name='v-{key}'][@value='no'][@checked]")
    assert "已恢复您" in page.words
    assert "总体尚可" not in reviewing(deputy, in_review).words + typed_in(reviewing(deputy, in_review), "remark")
    assert not ReviewVote.objects.exists()


def test_reviewers_draft_goes_when_he_has_voted_and_belongs_to_one_version(year, in_review):
    campus = year.campus
    for user in (campus.member, campus.deputy):
        keep(reviewing(user, in_review), in_review, remark="写到一半")
    year.vote(in_review, campus.member)
    assert ReviewDraft.objects.get().reviewer == campus.deputy
    ReviewVote.objects.all().delete()
    sheet = routes.withdraw(
        in_review.pk, actor=year.actor(campus.clerk), seen_version=in_review.version, at=year.clock.now
    ).submission
    sheet = year.submit(year.again(sheet), year.points(sheet, point("丙")))

    page = reviewing(campus.deputy, sheet)

    assert typed_in(page, "remark") == ""
    assert keep(page, sheet, remark="新的一稿").json()["version"] == 2
    assert typed_in(reviewing(campus.deputy, sheet), "remark") == "新的一稿"


def test_second_window_of_a_reviewer_does_not_write_over_the_first(year, in_review):
    first, second = (reviewing(year.campus.member, in_review) for _ in range(2))
    assert keep(first, in_review, remark="第一个窗口").status_code == 200

    answer = keep(second, in_review, remark="第二个窗口")

    assert answer.status_code == 409
    assert "没有覆盖" in answer.json()["message"]
    assert ReviewDraft.objects.get().content["remark"] == "第一个窗口"


def test_opinion_typed_below_a_vote_stays_and_a_vote_typed_above_a_decision_is_not_dropped(year, in_review):
    head, url = year.campus.head, reverse("submission_vote", args=[in_review.pk])
    page = reviewing(head, in_review)
    sent = form_of(page, complete="yes", rest="yes", opinion="集体意见写到一半")

    assert page.client.post(url, sent).status_code == 302

    page = reviewing(head, in_review)
    assert typed_in(page, "opinion") == "集体意见写到一半"
    year.vote(in_review, year.campus.member)
    sent = form_of(page, remark="又想到一点", verdict="agree", password="password-for-tests")
    answer = page.client.post(reverse("submission_decide", args=[in_review.pk]), sent)
    assert answer.status_code == 422
    assert "“我的表决”中写的意见还没有提交" in answer.content.decode()


# -- what became of a sheet ----------------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["submission_vote", "submission_decide"])
def test_reviewer_of_a_sheet_that_was_taken_back_learns_it_and_has_his_words(year, in_review, door):
    head, clerk = year.campus.head, year.campus.clerk
    page, key = reviewing(head, in_review), sheet_for(in_review).shown()[1].key
    sent = form_of(page, **{f"c-{key}": WORDS, "opinion": "写了很久", "verdict": "agree"})
    routes.withdraw(in_review.pk, actor=year.actor(clerk), seen_version=in_review.version, at=year.clock.now)

    answer = page.client.post(reverse(door, args=[in_review.pk]), sent)

    words = answer.content.decode()
    assert answer.status_code == 409
    assert "撤回" in words and "第 2 项意见" in words and WORDS in words and "写了很久" in words
    # Nobody else learns that there is such a sheet, whatever mark he sends.
    stranger = Client()
    stranger.force_login(year.campus.other_head)
    assert stranger.post(reverse(door, args=[in_review.pk]), sent).status_code == 404


def test_second_decider_has_his_words_back(year, in_review):
    head = year.campus.head
    for voter in (year.campus.member, head):
        year.vote(in_review, voter)
    page = reviewing(head, in_review)
    sent = form_of(page, opinion="写了很久", remark="", verdict="agree", password="password-for-tests")
    year.agree(in_review, head)

    answer = page.client.post(reverse("submission_decide", args=[in_review.pk]), sent)

    assert answer.status_code == 409
    assert "写了很久" in answer.content.decode()


# -- a filler's form -----------------------------------------------------------------------------------------


def filling(year):
    sheet = year.sheet("personal-search")
    page = Plain(year.campus.clerk).go(reverse("submission_fill", args=[sheet.pk]))
    return sheet, page


@pytest.fixture
def two_windows(year):
    """A draft of two points, and two windows that show it."""
    sheet = year.sheet("personal-search")
    content = year.points(sheet, point("甲"), point("乙"))
    drafts.save(sheet, content, actor=year.actor(year.campus.clerk), seen=0, at=year.clock.now)
    return sheet, [entry["key"] for entry in content["entries"]], filling(year)[1], filling(year)[1]


def save(page, sheet, sent):
    return page.client.post(reverse("submission_fill", args=[sheet.pk]), {**sent, "save": "1"})


def test_two_windows_are_compared_and_each_field_is_chosen(year, two_windows):
    sheet, (first, second), one, other = two_windows
    sent = form_of(
        one, "@data-sheet", **{f"e-{first}-content": "甲，另一窗口改的", f"e-{second}-content": "乙，另一窗口改的"}
    )
    new = "11111111-1111-4111-8111-111111111111"
    sent |= {"entry": [*sent["entry"], new], f"e-{new}-category": "process", f"e-{new}-content": "另一窗口新增的"}
    assert save(one, sheet, sent).status_code == 302

    mine = {f"e-{first}-content": "甲，本窗口改的", f"e-{second}-content": "乙，本窗口改的"}
    answer = save(other, sheet, form_of(other, "@data-sheet", **mine))

    assert answer.status_code == 409
    page = other._show(answer)
    for text in ("甲，另一窗口改的", "乙，另一窗口改的", "另一窗口新增的"):
        assert text in page.words
    assert typed_in(page, f"e-{first}-content") == "甲，本窗口改的"
    chosen = form_of(page, "@data-sheet") | {"theirs": [f"e-{second}-content"]}
    assert chosen["keep"] == [new]
    assert save(page, sheet, chosen).status_code == 302
    kept = Draft.objects.get().content["entries"]
    assert [entry["values"]["content"] for entry in kept] == ["甲，本窗口改的", "乙，另一窗口改的", "另一窗口新增的"]


def test_same_words_saved_twice_are_no_conflict(year, two_windows):
    """The answer to the first was lost, or came when the page had been left."""
    sheet, (first, _), page, _ = two_windows
    sent = form_of(page, "@data-sheet", **{f"e-{first}-content": "临走时写的"})
    url = reverse("submission_save", args=[sheet.pk])

    versions = [page.client.post(url, sent, headers=BY_SCRIPT).json()["version"] for _ in range(2)]

    assert versions == [2, 2]


def test_save_without_any_entry_leaves_them_and_an_empty_form_removes_them(year, two_windows):
    sheet, _, page, _ = two_windows
    url, sent = reverse("submission_save", args=[sheet.pk]), form_of(page, "@data-sheet")
    assert page.client.post(url, {"draft_version": "1"}, headers=BY_SCRIPT).status_code == 200
    assert len(Draft.objects.get().content["entries"]) == 2

    assert page.client.post(url, sent | {"entry": "", "draft_version": "2"}, headers=BY_SCRIPT).status_code == 200

    assert Draft.objects.get().content["entries"] == []


def test_form_that_was_handed_in_says_so_when_it_is_sent_again(year, two_windows):
    sheet, (first, _), page, _ = two_windows
    url, sent = reverse("submission_fill", args=[sheet.pk]), form_of(page, "@data-sheet") | {"submit": "1"}
    assert page.client.post(url, sent).status_code == 302

    again = page.client.post(url, sent, follow=True)
    assert again.redirect_chain == [(reverse("submission_detail", args=[sheet.pk]), 302)]
    assert "该表已于 2026-09-15" in again.content.decode() and "不必再次提交" in again.content.decode()

    other = sent | {f"e-{first}-content": "提交之后又写的一句"}
    answer = page.client.post(url, other, headers={"Origin": "http://testserver"})
    assert answer.status_code == 409
    assert "与提交的不同，没有保存" in answer.content.decode()
    assert "提交之后又写的一句" in answer.content.decode()
    assert Submission.objects.get(pk=sheet.pk).decisions.count() == 1


# -- what comes in -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["x", "YES", "no ", "1"])
def test_verdict_that_no_page_offers_counts_as_none(year, in_review, said):
    key, page = sheet_for(in_review).shown()[0].key, reviewing(year.campus.head, in_review)
    for door, more in (
        ("submission_vote", {}),
        ("submission_decide", {"verdict": "agree", "password": "password-for-tests"}),
    ):
        sent = form_of(page, complete="yes", rest="yes", opinion="写好的", **{f"v-{key}": said}, **more)
        answer = page.client.post(reverse(door, args=[in_review.pk]), sent)
        assert answer.status_code == 422
        assert "没有这样的意见，请重新选择" in answer.content.decode()
        assert "写好的" in answer.content.decode()
    assert not ReviewVote.objects.exists()


def test_field_that_came_twice_with_different_texts_is_refused_and_both_come_back(year, two_windows):
    sheet, (first, _), page, _ = two_windows
    sent = form_of(page, "@data-sheet", **{f"e-{first}-content": ["前一个", "后一个"]})

    answer = page.client.post(
        reverse("submission_fill", args=[sheet.pk]), sent, headers={"Origin": "http://testserver"}
    )

    assert answer.status_code == 422
    assert "出现了两次" in answer.content.decode()
    assert "前一个" in answer.content.decode() and "后一个" in answer.content.decode()
    assert Draft.objects.get().version == 1


@pytest.mark.parametrize("kind", ["urlencoded", "multipart"])
def test_text_that_is_no_utf_8_is_refused_and_a_pasted_mark_is_kept(year, two_windows, kind):
    sheet, (first, _), page, _ = two_windows
    name, url = f"e-{first}-content", reverse("submission_save", args=[sheet.pk])

    def send(raw):
        if kind == "urlencoded":
            body = f"draft_version=1&entry={first}&{name}=".encode() + raw
            return page.client.generic(
                "POST", url, body, content_type="application/x-www-form-urlencoded", headers=BY_SCRIPT
            )
        parts = {"draft_version": b"1", "entry": first.encode(), name: raw}
        body = b"".join(
            b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (key.encode(), text)
            for key, text in parts.items()
        )
        return page.client.generic(
            "POST", url, body + b"--x--\r\n", content_type="multipart/form-data; boundary=x", headers=BY_SCRIPT
        )

    assert send("采购".encode("gbk")).status_code == 400
    assert "UTF-8" in send("采购".encode("gbk")).json()["message"]
    assert Draft.objects.get().version == 1
    assert send("采\ufffd购".encode()).status_code == 200
    assert Draft.objects.get().content["entries"][0]["values"]["content"] == "采\ufffd购"


@pytest.mark.parametrize(
    "blank", ["\u3164", "\u2800", "\u00ad\u00ad", "\ufe0f", " \u3164\n\u115f\u2800 ", "\U000e0100"]
)
def test_text_of_characters_that_show_nothing_is_none(year, in_review, blank):
    assert is_blank(blank)
    page, key = reviewing(year.campus.member, in_review), sheet_for(in_review).shown()[0].key
    sent = form_of(page, complete="yes", rest="yes", **{f"v-{key}": "no", f"c-{key}": blank})

    answer = page.client.post(reverse("submission_vote", args=[in_review.pk]), sent)

    assert answer.status_code == 422
    assert "请写明意见" in answer.content.decode()


@pytest.mark.parametrize("text", ["", "  \n", "甲", "葛\U000e0100", "❤\ufe0f", "软\u00ad连"])
def test_text_that_shows_something_stays_as_it_is(text):
    assert not is_blank(text)
