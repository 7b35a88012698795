"""A body decides: in a meeting with its quorum, by what was recorded and signed, and what comes of it sheet by sheet."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from registers import audit
from registers.access import NotAllowed, can, people_who_may
from registers.models import RiskPoint
from registers.papers.compose import document_for
from registers.refusals import Refused, Stale
from registers.schemes import versions
from registers.schemes.bodies import Body
from registers.schemes.checking import loading
from tests.browser.pages import PASSWORD
from tests.personas import point, unit_point
from tests.stories import played_once
from tests.workflows import declared, signed
from workflows.compiled import minutes
from workflows.deadlines import days
from workflows.models import Campaign, CampaignTask, Meeting, MeetingBallot, Notification, Submission
from workflows.routing import bulk, reseating
from workflows.routing.meetings import agenda, deciding, recording
from workflows.sheets import documents, sheet_for

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]


@pytest.fixture
@played_once
def waiting(year):
    """A unit's grading sheet of two points past its notice: it waits for the school's leading group."""
    year.body()
    year.searched(unit_point("甲"), unit_point("乙", category="environment"), code="unit-search")
    sheet = year.sheet("unit-grading")
    sheet = year.submit(sheet, year.grades(sheet, "grade-2", "grade-3"))
    sheet = year.agree(sheet, year.campus.head, grades=year.as_proposed(sheet))
    year.at("09-28")
    year.sweep()
    return year.again(sheet)


def held(year, *sheets):
    """A meeting to which everybody came."""
    meeting = year.meeting(*sheets)
    year.attend(meeting)
    return meeting


def page(year, user, name, *arguments, **posted):
    client = Client()
    client.force_login(user, backend="registers.sessions.People")
    address = reverse(name, args=arguments)
    return client.post(address, posted) if posted else client.get(address)


# --- Nobody decides alone ----------------------------------------------------------------------------------


def test_sheet_waits_for_the_office_to_put_it_on_an_agenda_and_nobody_decides_alone(year, waiting):
    campus = year.campus
    assert (waiting.state, waiting.waiting_role) == ("in_review", "meeting")
    assert set(people_who_may("decide", waiting)) == {campus.office}
    for user in (campus.office, campus.chair):
        with pytest.raises((Refused, NotAllowed)):
            year.agree(waiting, user, grades=year.as_noticed(waiting))
    [row] = bulk.act(bulk.AGREE, {waiting.pk: waiting.version}, actor=year.actor(campus.office), at=year.clock.now)
    assert row.kind in ("refused", "singly")
    assert not can(year.actor(campus.office), "hand_over", waiting)
    assert reseating.reseat(at=year.clock.now) == 0
    assert year.again(waiting).version == waiting.version
    assert page(year, campus.office, "submission_review", waiting.pk).url == reverse("meeting_list")
    assert "待会议审议" in page(year, campus.office, "desk").content.decode()
    assert "1 张" in page(year, campus.office, "meeting_list").content.decode()


def test_members_are_called_with_day_and_place_and_once_more_when_it_moves(year, waiting):
    meeting = year.meeting(waiting)
    told = Notification.objects.filter(kind="meeting.called")
    assert set(told.values_list("recipient", flat=True)) == {user.pk for user in year.body()}
    assert "2026年9月28日，第一会议室" in told.first().text
    values = {name: getattr(meeting, name) for name in agenda.FIELDS} | {"place": "第二会议室"}
    said = {"actor": year.actor(year.campus.office), "at": year.clock.now}
    agenda.change(meeting.pk, values=values, seen_version=year.met(meeting).version, **said)
    assert told.count() == 2 * len(year.body())
    agenda.cancel(meeting.pk, reason="改期", **said)
    assert Notification.objects.filter(kind="meeting.cancelled", text__contains="改期").count() == len(year.body())
    assert list(agenda.waiting_for(year.campaign, "school-group")) == [waiting]


# --- Quorum and majority -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "members", "present", "favour"),
    [({}, 5, 3, 3), ({}, 4, 3, 3), ({"quorum": "two_thirds"}, 7, 5, 4), ({"quorum": "all", "at_least": 3}, 2, 3, 2)],
)
def test_quorum_and_majority_are_what_the_scheme_says(rules, members, present, favour):
    body = Body(label="组", role="school_group", **rules)
    assert (body.needed_present(members), body.needed_in_favour(members, present)) == (present, favour)
    counted = Body(label="组", role="school_group", counted="present", majority="two_thirds")
    assert counted.needed_in_favour(9, 5) == 4


def test_minutes_are_not_signed_before_everything_is_there(year, waiting):
    meeting, chair = year.meeting(waiting), year.campus.chair

    def refused():
        with pytest.raises(Refused) as found:
            year.sign_minutes(meeting)
        return str(found.value)

    assert "没有登记出席情况" in refused()
    others = [user.number for user in year.body()[1:]]
    year.attend(meeting, **dict.fromkeys(others, "absent"))
    assert "应到 3 人，实到 1 人，须 2 人以上" in refused()
    year.attend(meeting, **{others[0]: "present"})
    assert "第 1 项还没有结论" in refused()
    year.record_outcome(meeting, waiting, "agree", abstained=1)
    assert "赞成 1 人，须 2 人以上" in refused()
    year.record_outcome(meeting, waiting, "agree")
    with pytest.raises(NotAllowed):
        year.sign_minutes(meeting, by=year.campus.office)
    with pytest.raises(Stale):
        deciding.sign(meeting.pk, seen_digest="what stood there before", actor=year.actor(chair), at=year.clock.now)
    assert year.sign_minutes(meeting)[waiting.pk].result == "done"


def test_whoever_avoids_an_item_counts_neither_as_member_nor_as_vote(year, waiting):
    meeting, [chair, second, third] = held(year, waiting), year.body()
    year.record_outcome(meeting, waiting, "agree", avoid=(second.pk, third.pk))
    with pytest.raises(Refused, match="至少 2 人参加表决"):
        year.sign_minutes(meeting)
    year.record_outcome(meeting, waiting, "agree", avoid=(third.pk,))
    protocol = minutes.protocol_of(year.met(meeting), on=year.clock.today)
    assert set(protocol.items[0].tally.entitled) == {chair.pk, second.pk}
    assert protocol.item_rows()[0]["avoiding"] == third.name
    assert protocol.figures == "应到3人，实到3人"


# --- What was decided --------------------------------------------------------------------------------------


def test_agreed_sheet_is_filed_with_body_number_and_day_on_its_paper(year, waiting):
    meeting = held(year, waiting)
    assert year.agree_rest(meeting) == []
    [item] = year.sign_minutes(meeting).values()

    filed, decision = year.again(waiting), waiting.decisions.get(step="decide")
    assert (item.result, filed.state) == ("done", "filed")
    assert (decision.acting_role, decision.actor, decision.who) == ("school_group", year.campus.chair, "学校领导小组")
    paper = documents.document(filed)
    assert paper["signoffs"]["decide"]["opinion"] == "同意\n学校领导小组2026年第1次会议，2026年9月28日"
    assert {point.final_grade.code for point in RiskPoint.objects.in_force(year.clock.today)} == {"grade-2", "grade-3"}
    assert signed.faults([filed]) == []
    assert deciding.apply(meeting.pk, actor=year.actor(year.campus.chair), at=year.clock.now)[0].result == "done"
    assert waiting.decisions.filter(step="decide").count() == 1, "applied again, it does nothing again"
    assert deciding.finish_all(at=year.clock.now) == 0
    assert (
        "学校领导小组2026年第1次会议" in page(year, year.campus.liaison, "submission_detail", filed.pk).content.decode()
    )
    assert audit.verify()[1] == []


def test_nothing_is_agreed_before_somebody_says_so(year, waiting):
    meeting = held(year, waiting)
    assert [item.outcome for item in meeting.items.all()] == [""]
    content = page(year, year.campus.office, "meeting_item", meeting.items.get().pk).content.decode()
    assert "checked" not in content


def test_changed_grade_has_a_reason_and_is_what_comes_in_force(year, waiting):
    meeting = held(year, waiting)
    first = sheet_for(waiting).shown()[0].key
    with pytest.raises(Refused, match="第 1 项改了等级，请写明理由"):
        year.record_outcome(meeting, waiting, "agree", grades={first: ("grade-1", "")})
    year.record_outcome(meeting, waiting, "agree", grades={first: ("grade-1", "涉及大额资金")})
    assert "重新公示" in year.sign_minutes(meeting)[waiting.pk].result_words
    sheet = year.again(waiting)
    assert sheet.step == "publicise"  # the notice has shown another grade
    year.clock.set(f"{sheet.notices.latest('pk').ends_on} 23:00")
    year.clock.set(f"{days.add_days(year.clock.today, 1)} 06:00")
    year.sweep()
    year.meet(year.again(sheet))
    found = {point.content: point.final_grade.code for point in RiskPoint.objects.in_force(year.clock.today)}
    assert found == {"甲": "grade-1", "乙": "grade-3"}
    rows = year.met(meeting).minutes["agenda"]
    assert ([row["decided"] for row in rows], rows[0]["reason"]) == (["评定为一级", "评定为三级"], "涉及大额资金")


def test_returned_sheet_goes_back_with_words_and_day_line_by_line(year, waiting):
    meeting, day = held(year, waiting), year.clock.today.replace(day=30)
    second = sheet_for(waiting).shown()[1].key
    for wrong, why in (
        ({"redo_on": day}, "退回必须写明原因"),
        ({"words": "不准"}, "请填写限期"),
        ({"words": "不准", "redo_on": day, "returned": {second: " "}}, "第 2 项退回，请写明原因"),
    ):
        with pytest.raises(Refused, match=why):
            year.record_outcome(meeting, waiting, "return", **wrong)
    year.record_outcome(meeting, waiting, "return", words="查找不准", redo_on=day, returned={second: "表现形式不具体"})
    year.sign_minutes(meeting)

    sheet = year.again(waiting)
    assert (sheet.state, sheet.due_on) == ("returned", day)
    assert list(sheet.lines.values_list("verdict", "comment")) == [("accepted", ""), ("returned", "表现形式不具体")]
    assert sheet.decisions.get(verdict="return").meeting == meeting


def test_what_is_put_off_or_fails_waits_for_the_next_meeting_and_stops_no_other(year, waiting):
    meeting = held(year, waiting)
    added = {"actor": year.actor(year.campus.office), "at": year.clock.now}
    agenda.add_matter(meeting.pk, "听取汇报", **added)
    year.agree_rest(meeting)
    Submission.objects.filter(pk=waiting.pk).update(version=waiting.version + 1)  # somebody moved it meanwhile

    results = year.sign_minutes(meeting)

    assert (results[waiting.pk].result, results[None].result) == ("failed", "none")
    assert "已有变动" in results[waiting.pk].result_words
    again = year.again(waiting)
    assert list(agenda.waiting_for(year.campaign, "school-group")) == [again]
    later = held(year, again)
    year.record_outcome(later, again, "put_off", words="材料不全")
    assert year.sign_minutes(later)[again.pk].result_words == "缓议，留待下次会议"
    assert year.meet(again).state == "filed"


def test_meeting_whose_process_died_is_finished_by_the_sweep(year, waiting):
    meeting = held(year, waiting)
    year.agree_rest(meeting)
    digest = minutes.digest_of_minutes(minutes.protocol_of(year.met(meeting), on=year.clock.today).minutes())
    deciding._sign(meeting.pk, seen_digest=digest, actor=year.actor(year.campus.chair), at=year.clock.now)
    assert year.again(waiting).state == "in_review"
    year.sweep()
    assert year.again(waiting).state == "filed"


def test_leading_group_reads_and_returns_a_search_that_the_office_would_file(year, signed_search):
    """R1-21: the school group finds it inaccurate; it can do no more than that, the office still files."""
    meeting, chair = held(year, signed_search), year.campus.chair
    assert page(year, chair, "submission_detail", signed_search.pk).status_code == 200
    assert not can(year.actor(chair), "decide", signed_search)
    year.record_outcome(meeting, signed_search, "agree")
    assert year.sign_minutes(meeting)[signed_search.pk].result_words == "会议没有意见，仍由原环节办理"
    assert year.again(signed_search).state == "in_review"
    later = held(year, signed_search)
    day = year.clock.today.replace(day=29)
    year.record_outcome(later, signed_search, "return", words="查找不准确", redo_on=day)
    year.sign_minutes(later)
    assert year.again(signed_search).state == "returned"


@pytest.fixture
def signed_search(year):
    """The clerk's search, reviewed and signed, waiting for the office; the leading group has its members."""
    year.body()
    sheet = year.sheet("personal-search")
    return year.review(year.submit(sheet, year.points(sheet, point())))


# --- Circulated --------------------------------------------------------------------------------------------


def test_circulated_decision_is_carried_by_the_votes_each_member_gave(year, waiting):
    [chair, second, third] = year.body()
    meeting = year.meeting(waiting, form="circulated")
    item = meeting.items.get()

    def vote(user, choice, words=""):
        said = {"actor": year.actor(user), "at": year.clock.now}
        return recording.vote(meeting.pk, {item.pk: (choice, words)}, **said)

    with pytest.raises(NotAllowed):
        vote(year.campus.office, "agree")
    with pytest.raises(Refused, match="不同意，请写明意见"):
        vote(third, "against")
    vote(third, "against", "等级偏低")
    vote(chair, "agree")
    with pytest.raises(Refused, match="还有成员没有表决"):
        year.sign_minutes(meeting)
    vote(second, "agree")
    assert year.sign_minutes(meeting)[waiting.pk].result == "done"
    assert year.again(waiting).state == "filed"
    [row] = year.met(meeting).minutes["rows"]
    assert (row["votes"], row["words"]) == ("赞成2，反对1，弃权0", f"{third.name}（不同意）：等级偏低")
    assert MeetingBallot.objects.get(member=third).words == "等级偏低"


def test_circulated_sheet_that_is_not_carried_goes_to_a_meeting_which_changes_the_grade(year, waiting):
    """传签 decides on the sheet as it is: the page says so, and keeps what members say against a row for the meeting."""
    members = year.body()
    meeting = year.meeting(waiting, form="circulated")
    item, why = meeting.items.get(), "第 1 项应定一级"
    said = page(year, members[0], "meeting_detail", meeting.pk).content.decode()
    assert "传签就整张表表决。认为某一项的等级应当改，或者应当退回的，请投“不同意”" in said
    for member in members:
        recording.vote(meeting.pk, {item.pk: ("against", why)}, actor=year.actor(member), at=year.clock.now)
    assert why in page(year, year.campus.office, "meeting_detail", meeting.pk).content.decode()

    [item] = year.sign_minutes(meeting).values()

    assert (item.result, item.result_words) == ("none", "传签没有通过，请列入会议审议；改等级、退回在会上决定")
    assert year.again(waiting).state == "in_review"
    later, key = held(year, year.again(waiting)), waiting.lines.first().entry
    year.record_outcome(later, waiting, "agree", grades={str(key): ("grade-1", why)})
    assert year.sign_minutes(later)[waiting.pk].result == "done"
    assert waiting.decisions.filter(step="decide").count() == 1


# --- Documents and papers ----------------------------------------------------------------------------------


def test_papers_of_a_meeting(year, waiting):
    meeting = held(year, waiting)
    year.agree_rest(meeting)
    for slug in ("meeting-agenda", "meeting-minutes"):
        for form in ("xlsx", "docx"):
            answer = page(year, year.campus.chair, "meeting_file", meeting.pk, slug, form)
            assert (answer.status_code, len(answer.content) > 1000) == (200, True), (slug, form)
    protocol = minutes.protocol_of(year.met(meeting), on=year.clock.today)
    for name in ("meeting_agenda", "meeting_minutes"):
        assert declared.of_source(name, [document_for(name, protocol=protocol)]) == []
    [first, second] = protocol.agenda_rows()
    assert (first["content"].splitlines()[0], first["change"], first["grade"]) == ("甲", "内容不变，评定等级", "二级")
    assert (second["unit"], second["decided"]) == (year.campus.unit.name, "评定为三级")


def test_sheet_under_another_version_of_the_scheme_is_shown_in_its_own_words(year, waiting):
    """A change at any time follows the version that it was begun under, and comes before the same body."""
    rules = (settings.BASE_DIR / "fixtures" / "schemes" / "changchun-2016.yaml").read_text()
    later = rules.replace("label: 二级\n", "label: 乙等\n").replace("label: 学校领导小组审核评定,", "label: 审定,")
    scheme, _ = versions.store(*loading.read_text(later, "later.yaml"), at=year.clock.now)
    standing = Campaign.objects.create(
        institution=year.campus.root, year=2026, scheme=scheme, state=Campaign.State.STANDING, opened_at=year.clock.now
    )
    CampaignTask.objects.filter(pk=waiting.task_id).update(campaign=standing)
    meeting = year.meeting(matter="听取汇报")
    assert ">审定<" in page(year, year.campus.office, "meeting_agenda", meeting.pk).content.decode()
    said = {"actor": year.actor(year.campus.office), "at": year.clock.now}
    agenda.put_on(meeting.pk, {waiting.pk: waiting.version}, **said)
    year.attend(meeting)
    year.agree_rest(meeting)
    rows = minutes.protocol_of(year.met(meeting), on=year.clock.today).agenda_rows()
    assert [row["decided"] for row in rows][1:] == ["评定为乙等", "评定为三级"]


def test_chair_signs_on_the_page_with_his_password(year, waiting):
    meeting, chair = held(year, waiting), year.campus.chair
    year.agree_rest(meeting)
    digest = page(year, chair, "meeting_detail", meeting.pk).context["digest"]
    wrong = page(year, chair, "meeting_sign", meeting.pk, seen_digest=digest, password="wrong")
    assert (wrong.status_code, "密码不正确，纪要没有签署" in wrong.content.decode()) == (422, True)
    assert page(year, chair, "meeting_sign", meeting.pk, seen_digest=digest, password=PASSWORD).status_code == 302
    assert Meeting.objects.get().digest == digest
    assert year.again(waiting).state == "filed"
