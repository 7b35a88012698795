"""What others suggest to a post holder: made, answered, shown to whom it may be shown."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from registers.access import NotAllowed, can
from registers.models import AuditEntry
from registers.refusals import Refused
from tests.personas import point
from workflows import suggestions
from workflows.compiled import logs
from workflows.models import Notification, Suggestion
from workflows.sheets import sheet_for

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


@pytest.fixture
def suggest(year):
    """Suggest something to the clerk's post, or to ``unit``."""

    def make(who="colleague", content="发票审核流于形式", *, unit=None, **said):
        return suggestions.suggest(
            year.campaign,
            unit=unit or year.campus.unit,
            post=None if unit else year.campus.post,
            actor=year.actor(getattr(year.campus, who)),
            at=year.clock.now,
            content=content,
            **said,
        )

    return make


def browser(user):
    client = Client()
    client.force_login(user, backend="registers.sessions.People")
    return client


def form_of(year, sheet, **more):
    return {"seen_version": sheet.version, "draft_version": draft_version(sheet), **more}


def draft_version(sheet):
    draft = type(sheet).objects.select_related("draft").get(pk=sheet.pk)
    return draft.draft.version if hasattr(draft, "draft") else 0


# --- Making one ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "source", "peer"),
    [
        ("colleague", "peers", True),
        ("other_head", "peers", True),
        ("auditor", "peers", True),
        ("head", "leader", False),
        ("leader", "leader", False),
        ("member", "organisation", False),
        ("office", "organisation", False),
    ],
)
def test_one_speaks_as_what_one_is(suggest, who, source, peer):
    suggestion = suggest(who)
    assert (suggestion.source, suggestion.peer) == (source, peer)


def test_author_chooses_where_the_scheme_knows_no_such_way(make_campus, clock, db):
    rules = make_campus(scheme="imut-2011").scheme.rules
    assert [item.code for item in suggestions.sources_for(rules, "peers")] == ["peers"]
    assert [item.code for item in suggestions.sources_for(rules, "leader")] == ["duty", "system", "peers"]


def test_holder_hears_that_there_is_something_and_not_what(year, suggest):
    suggest()
    [told] = Notification.objects.filter(kind="suggestion.make")
    assert told.recipient == year.campus.clerk
    assert "发票" not in told.text
    assert "甲二" not in told.text
    suggest(unit=year.campus.unit)
    assert set(Notification.objects.filter(kind="suggestion.make").values_list("recipient__number", flat=True)) == {
        "clerk",
        "liaison",
    }
    entry = AuditEntry.objects.filter(act="suggestion.make").first()
    assert set(entry.detail) == {"digest"}


def test_nobody_suggests_to_himself_or_twice_or_all_day(year, suggest):
    with pytest.raises(Refused, match="您本人的岗位"):
        suggest("clerk")
    suggest()
    with pytest.raises(Refused, match="同样内容"):
        suggest(content=" 发票审核 流于形式")
    suggest("deputy")
    for number in range(suggestions.DAILY - 1):
        suggest(content=f"另一条{number}")
    with pytest.raises(Refused, match="每天最多提 20 条"):
        suggest(content="再一条")
    year.at("09-16")
    suggest(content="再一条")


def test_database_refuses_the_same_text_twice(year, suggest):
    first = suggest()
    again = Suggestion.objects.get(pk=first.pk)
    again.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save(force_insert=True)


def test_own_suggestion_is_taken_back_while_it_is_unanswered(year, suggest):
    suggestion, campus = suggest(), year.campus
    for who in (campus.clerk, campus.head, campus.office):
        with pytest.raises(NotAllowed):
            suggestions.withdraw(suggestion.pk, actor=year.actor(who), at=year.clock.now)
    suggestions.withdraw(suggestion.pk, actor=year.actor(campus.colleague), at=year.clock.now)
    assert not Suggestion.objects.visible_to(year.actor(campus.clerk)).exists()
    assert Suggestion.objects.visible_to(year.actor(campus.colleague)).exists()
    suggest()
    with pytest.raises(NotAllowed, match="已经撤回"):
        suggestions.withdraw(suggestion.pk, actor=year.actor(campus.colleague), at=year.clock.now)


# --- Who reads it, and who is told the author ------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "reads", "knows"),
    [
        ("colleague", True, True),
        ("clerk", True, False),
        ("head", True, True),
        ("member", True, True),
        ("office", True, True),
        ("liaison", False, False),
        ("other_head", False, False),
        ("leader", False, False),
        ("chair", False, False),
        ("registrar", False, False),
        ("sys_admin", False, False),
        ("auditor", False, False),
    ],
)
def test_colleague_is_named_to_few_and_never_to_the_holder(year, suggest, who, reads, knows):
    suggestion, actor = suggest(), year.actor(getattr(year.campus, who))
    assert Suggestion.objects.visible_to(actor).exists() is reads
    assert bool(can(actor, "know_author", suggestion)) is knows


def test_head_does_not_learn_who_suggested_something_to_his_own_post(year):
    campus = year.campus
    suggestion = suggestions.suggest(
        year.campaign,
        unit=campus.unit,
        post=campus.head_post,
        actor=year.actor(campus.colleague),
        at=year.clock.now,
        content="一支笔审批",
    )
    assert not can(year.actor(campus.head), "know_author", suggestion)
    assert can(year.actor(campus.member), "know_author", suggestion)
    assert "甲二" not in browser(campus.head).get(reverse("suggestion_list") + "?view=received").content.decode()


def test_leader_speaks_by_name(year, suggest):
    assert can(year.actor(year.campus.clerk), "know_author", suggest("leader"))
    page = browser(year.campus.clerk).get(reverse("suggestion_list") + "?view=received").content.decode()
    assert "丁一" in page


# --- Answering it ----------------------------------------------------------------------------------------


def test_suggestion_is_taken_over_into_the_draft_and_adopted_with_the_sheet(year, suggest):
    suggestion, sheet = suggest(category="morality", manifestation="不看附件就签字"), year.sheet("personal-search")
    client, address = browser(year.campus.clerk), reverse("submission_fill", args=[sheet.pk])
    page = client.get(address).content.decode()
    assert "发票审核流于形式" in page
    assert "群众提" in page
    assert "甲二" not in page

    answer = client.post(address, form_of(year, sheet, adopt=suggestion.pk))

    assert answer.status_code == 302
    [entry] = year.again(sheet).draft.content["entries"]
    assert entry["values"] == {
        "category": "morality",
        "content": "发票审核流于形式",
        "manifestation": "不看附件就签字",
        "finding_source": "peers",
    }
    suggestion.refresh_from_db()
    assert suggestion.outcome == ""
    assert "已写入草稿" in client.get(address).content.decode()
    entry["values"]["nature"] = "integrity"
    year.submit(sheet, {"entries": [entry], "values": {}})
    suggestion.refresh_from_db()
    assert (suggestion.outcome, suggestion.answered_by, str(suggestion.entry)) == (
        "adopted",
        year.campus.clerk,
        entry["key"],
    )
    [told] = Notification.objects.filter(kind="suggestion.answer")
    assert (told.recipient, "已采纳" in told.text) == (year.campus.colleague, True)


def test_entry_that_is_thrown_out_again_leaves_the_suggestion_open(year, suggest):
    suggestion, sheet, actor = suggest(), year.sheet("personal-search"), year.actor(year.campus.clerk)
    entry = suggestions.take_over(suggestion.pk, sheet, sheet_for(sheet), actor=actor, category="process")
    year.submit(sheet, year.points(sheet, point("别的")))
    suggestion.refresh_from_db()
    assert (suggestion.outcome, suggestion.entry) == ("", None)
    sheet = year.withdraw(year.again(sheet))
    entry = suggestions.take_over(suggestion.pk, sheet, sheet_for(sheet), actor=actor, category="process")
    entry["values"] |= {"nature": "integrity", "manifestation": "表现"}
    sheet = year.submit(sheet, {"entries": [entry], "values": {}})
    suggestion.refresh_from_db()
    assert suggestion.outcome == "adopted"
    year.submit(year.withdraw(sheet), year.points(sheet, point("别的")))
    suggestion.refresh_from_db()
    assert (suggestion.outcome, suggestion.answered_at) == ("", None)


def test_suggestion_without_a_category_is_put_where_the_holder_says(year, suggest):
    suggestion, sheet = suggest(), year.sheet("personal-search")
    client, address = browser(year.campus.clerk), reverse("submission_fill", args=[sheet.pk])
    foreign = {f"adopt-category-{suggestion.pk}": "nonsense"}
    for more, words in (({}, "请先选择写入哪一类"), (foreign, "所选的风险类别不在本表之内")):
        answer = client.post(address, form_of(year, sheet, adopt=suggestion.pk, **more))
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
    done = client.post(
        address, form_of(year, sheet, adopt=suggestion.pk, **{f"adopt-category-{suggestion.pk}": "morality"})
    )
    assert done.status_code == 302
    assert year.again(sheet).draft.content["entries"][0]["values"]["category"] == "morality"


def test_declining_wants_a_reason(year, suggest):
    suggestion, sheet = suggest(), year.sheet("personal-search")
    client, address = browser(year.campus.clerk), reverse("submission_fill", args=[sheet.pk])
    for more in ({}, {f"decline-{suggestion.pk}": "  "}):
        answer = client.post(address, form_of(year, sheet, decline=suggestion.pk, **more))
        assert answer.status_code == 422
        assert "不采纳须写明理由" in answer.content.decode()
    assert (
        client.post(
            address, form_of(year, sheet, decline=suggestion.pk, **{f"decline-{suggestion.pk}": "已由两人复核"})
        ).status_code
        == 302
    )
    suggestion.refresh_from_db()
    assert (suggestion.outcome, suggestion.answer) == ("declined", "已由两人复核")
    again = client.post(
        address, form_of(year, sheet, decline=suggestion.pk, **{f"decline-{suggestion.pk}": "另一个理由"})
    )
    assert again.status_code == 422
    assert "已撤回或已有答复" in again.content.decode()
    with pytest.raises(NotAllowed, match="已有答复"):
        suggestions.withdraw(suggestion.pk, actor=year.actor(year.campus.colleague), at=year.clock.now)


@pytest.mark.parametrize("button", ["adopt", "decline"])
def test_suggestion_for_somebody_else_is_not_answered(year, suggest, button):
    foreign = suggestions.suggest(
        year.campaign,
        unit=year.campus.unit,
        post=year.campus.head_post,
        actor=year.actor(year.campus.clerk),
        at=year.clock.now,
        content="一支笔审批",
    )
    sheet = year.sheet("personal-search")
    client, address = browser(year.campus.clerk), reverse("submission_fill", args=[sheet.pk])
    for key, status in ((foreign.pk, 422), (10**6, 404), ("x", 404), ("9" * 30, 404)):
        assert (
            client.post(address, form_of(year, sheet, **{button: key}, **{f"decline-{key}": "不"})).status_code
            == status
        )
    foreign.refresh_from_db()
    assert (foreign.outcome, foreign.entry) == ("", None)
    assert draft_version(sheet) == 0


def test_unit_is_answered_for_by_its_liaison(year, suggest):
    suggestion, sheet = suggest("member", unit=year.campus.unit), year.sheet("unit-search")
    page = browser(year.campus.liaison).get(reverse("submission_fill", args=[sheet.pk])).content.decode()
    assert "发票审核流于形式" in page
    assert "乙二" in page
    assert list(suggestions.for_submission(year.sheet("personal-search"))) == []
    assert list(suggestions.for_submission(sheet)) == [suggestion]
    assert list(suggestions.for_submission(year.sheet("powers"))) == []


# --- Where it shows --------------------------------------------------------------------------------------


def test_reviewers_see_what_was_left_unanswered(year, suggest):
    suggest()
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point("别的")))
    page = browser(year.campus.member).get(reverse("submission_review", args=[sheet.pk])).content.decode()
    assert "发票审核流于形式" in page
    assert "尚未答复" in page
    queue = browser(year.campus.member).get(reverse("review_queue")).content.decode()
    assert "1 条建议尚未答复" in queue


def test_search_log_keeps_suggestions_and_answers_without_naming_colleagues(year, suggest):
    campus = year.campus
    first, _ = suggest(), suggest("leader", "大额支付无人复核")
    suggestions.decline(
        first.pk,
        year.sheet("personal-search"),
        actor=year.actor(campus.clerk),
        at=year.clock.now,
        answer="已有两人复核",
    )
    log = logs.search_log(
        unit=campus.unit,
        units=[campus.unit],
        on=year.clock.today,
        rules=campus.scheme.rules,
        reader=year.actor(campus.head),
    )
    told = [(row["task"], row["step"], row["person"], row["text"]) for row in log["rows"]]
    assert told == [
        ("群众提", "提出建议", "群众", "发票审核流于形式"),
        ("群众提", "答复建议", "甲一", "未采纳：已有两人复核"),
        ("领导点", "提出建议", "丁一", "大额支付无人复核"),
    ]
    unread = logs.search_log(
        unit=campus.unit,
        units=[campus.unit],
        on=year.clock.today,
        rules=campus.scheme.rules,
        reader=year.actor(campus.liaison),
    )
    assert unread["rows"] == []


# --- The pages -------------------------------------------------------------------------------------------


def test_page_finds_the_post_and_takes_the_suggestion(year):
    campus, client = year.campus, browser(year.campus.colleague)
    address = reverse("suggestion_make")
    assert "会计核算" in client.get(address, {"q": "会计"}).content.decode()
    assert "没有找到这样的岗位" in client.get(address, {"q": "无此岗位"}).content.decode()
    assert "看不到是谁提的" in client.get(address, {"post": campus.post.code}).content.decode()
    assert client.get(address, {"post": "no-such"}).status_code == 404
    empty = client.post(address, {"post": campus.post.code, "content": " ", "manifestation": "只写了表现"})
    assert empty.status_code == 422
    assert "请填写风险内容" in empty.content.decode()
    assert "只写了表现" in empty.content.decode()
    done = client.post(address, {"post": campus.post.code, "content": "重复报销", "category": "process"}, follow=True)
    assert "重复报销" in done.content.decode()
    twice = client.post(address, {"post": campus.post.code, "content": "重复报销"})
    assert (twice.status_code, "同样内容" in twice.content.decode()) == (422, True)
    assert client.post(address, {"post": campus.post.code, "content": "另", "category": "nonsense"}).status_code == 422


def test_without_a_campaign_there_is_nothing_to_suggest_to(campus, clock):
    page = browser(campus.colleague).get(reverse("suggestion_make"), {"post": campus.post.code})
    assert "没有进行中的年度活动" in page.content.decode()
    assert (
        browser(campus.colleague)
        .post(reverse("suggestion_make"), {"post": campus.post.code, "content": "重复报销"})
        .status_code
        == 422
    )
