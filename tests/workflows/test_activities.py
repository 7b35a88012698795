"""Meetings and education: who records them, who was expected, who came, what papers say of it (R0-15, R1-42, R3-09, R4-18)."""

import io

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from registers import audit
from registers.access import NotAllowed
from registers.models import AuditEntry
from tests import factories
from tests.access.hostile import BAD_DAYS
from tests.files import pdf, upload
from tests.noscript import Plain
from tests.workflows.test_logs import paper_of, words
from workflows import activities
from workflows.models import Activity, Attachment, Attendance

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

Mark = Attendance.Mark


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def values(year, **more):
    told = {"kind": "mobilisation", "title": "动员会", "held_on": year.clock.today, "place": "会议室", "host": "丙一"}
    return told | {"audience": "全体", "content": "布置任务"} | more


def record(year, *, unit=None, by=None, expected="everybody", numbers="", uploads=(), **more):
    return activities.enter(
        campaign=year.campaign,
        unit=unit or year.campus.unit,
        values=values(year, **more),
        expected=expected,
        numbers=numbers,
        uploads=uploads,
        actor=year.actor(by or year.campus.liaison),
        at=year.clock.now,
    )


def mark(year, activity, marks, *, by=None, **more):
    actor = year.actor(by or year.campus.liaison)
    return activities.mark(activity.pk, marks=marks, actor=actor, at=year.clock.now, **more)


def came(activity):
    return {row.user.number: row.mark for row in activity.attendances.select_related("user")}


def form(year, **more):
    told = {"unit": "CW", "expected": "everybody", "numbers": "", **values(year)}
    return told | {"held_on": year.clock.today.isoformat()} | more


# --- recording ---------------------------------------------------------------------------------------------


def test_everybody_of_the_unit_is_expected_and_present_at_first(year):
    activity = record(year)
    assert came(activity) == dict.fromkeys(["clerk", "colleague", "liaison", "member", "deputy", "head"], "present")


def test_people_who_hold_a_post_in_the_unit_are_expected_too(year):
    guest = factories.make_person("客人", year.campus.other_unit, number="guest")
    factories.make_post(year.campus.unit, "兼职", guest)
    left = factories.make_person("已离开", year.campus.unit, number="left", is_active=False)
    expected = came(record(year))
    assert "guest" in expected and left.number not in expected


def test_leaders_of_the_unit_or_of_all_units(year):
    assert set(came(record(year, expected="leaders"))) == {"liaison", "member", "deputy", "head"}
    school = record(year, unit=year.campus.root, by=year.campus.office, expected="leaders")
    assert set(came(school)) == {"liaison", "head", "other_head"}


def test_staff_numbers_are_pasted_in_any_shape(year):
    activity = record(year, expected="named", numbers="clerk，colleague\nother_head\n\n office ; clerk")
    assert set(came(activity)) == {"clerk", "colleague", "other_head", "office"}


def test_wrong_numbers_are_told_by_line_and_nothing_is_kept(year):
    factories.make_person("已离开", year.campus.unit, number="left", is_active=False)
    sent = form(year, numbers="clerk\nnobody\nleft", title="暗记标题", expected="named")
    answer = browser(year.campus.liaison).post(reverse("activity_add"), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "第 2 行：没有工号为“nobody”的人员" in page and "第 3 行：“left”（已离开）已不在岗" in page
    assert "暗记标题" in page and "clerk\nnobody\nleft" in page
    assert not Activity.objects.exists()


def test_recording_leads_to_the_list_of_who_came(year):
    answer = browser(year.campus.liaison).post(reverse("activity_add"), form(year, files=[pdf("签到表.pdf")]))
    activity = Activity.objects.get()
    assert answer.headers["Location"] == reverse("activity_attendance", args=[activity.pk])
    assert (activity.unit, activity.recorded_by, activity.attachments.get().name) == (
        year.campus.unit,
        year.campus.liaison,
        "签到表.pdf",
    )
    entry = AuditEntry.objects.get(act="activity.record")
    assert entry.detail["expected"] == 6 and "动员会" not in str(entry.detail)


def test_bad_file_keeps_the_form_and_records_nothing(year):
    answer = browser(year.campus.liaison).post(reverse("activity_add"), form(year, files=[upload("x.exe", b"MZ")]))
    assert answer.status_code == 422 and "x.exe" in answer.content.decode() and "布置任务" in answer.content.decode()
    assert not Activity.objects.exists() and not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "请填写主题"),
        ("title", "长" * 121, "主题最多 120 字，现有 121 字"),
        ("kind", "picnic", "种类的选项不存在"),
        ("kind", "", "请选择种类"),
        ("held_on", "", "请填写日期"),
        ("held_on", "2026-09-16", "不能晚于今天"),
        ("held_on", "2020-01-01", "早于2025年"),
        ("expected", "", "请选择应到人员"),
        ("unit", "ZS", "单位的选项不存在"),
        ("content", "长" * 5001, "主要内容最多 5000 字"),
    ],
)
def test_bad_input_is_named_with_its_remedy_and_kept(year, field, value, said):
    answer = browser(year.campus.liaison).post(reverse("activity_add"), form(year, place="暗记地点", **{field: value}))
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page and "暗记地点" in page
    assert not Activity.objects.exists()


@pytest.mark.parametrize("day", BAD_DAYS)
def test_day_that_is_none_is_refused(year, day):
    answer = browser(year.campus.liaison).post(reverse("activity_add"), form(year, held_on=day))
    assert answer.status_code == 422


@pytest.mark.parametrize("who", ["clerk", "member", "leader", "registrar", "office", "other_head", "chair"])
def test_only_the_unit_records_for_itself(year, who):
    with pytest.raises(NotAllowed):
        record(year, by=getattr(year.campus, who))


def test_school_is_the_offices_to_record(year):
    for who in ("liaison", "head", "chair", "registrar"):
        with pytest.raises(NotAllowed):
            record(year, unit=year.campus.root, by=getattr(year.campus, who))
    assert record(year, unit=year.campus.root, by=year.campus.office, expected="leaders").of_school


# --- attendance --------------------------------------------------------------------------------------------


def test_marks_are_corrected_and_the_audit_keeps_what_they_replaced(year):
    campus, activity = year.campus, record(year)
    assert mark(year, activity, {campus.clerk.pk: Mark.ABSENT, campus.head.pk: Mark.PRESENT}) == 1
    assert mark(year, activity, {campus.clerk.pk: Mark.EXCUSED}) == 1
    history = AuditEntry.objects.filter(act="activity.attendance").order_by("sequence").values_list("detail", flat=True)
    assert [entry["marks"] for entry in history] == [
        [[campus.clerk.pk, "present", "absent"]],
        [[campus.clerk.pk, "absent", "excused"]],
    ]
    found = activities.counted(Activity.objects.all()).get()
    assert (found.expected, found.present, found.excused, found.absent) == (6, 5, 1, 0)
    assert audit.verify()[1] == []


def test_late_comers_are_added_and_people_taken_off(year):
    campus, activity = year.campus, record(year)
    mark(year, activity, {campus.head.pk: activities.OUT}, numbers="other_head", mark_as=Mark.EXCUSED)
    assert came(activity)["other_head"] == "excused" and "head" not in came(activity)


def test_attendance_is_ticked_on_the_page(year):
    campus, activity = year.campus, record(year)
    person = Plain(campus.liaison).go(reverse("activity_attendance", args=[activity.pk]))
    form_ = person.form("@data-guard-unsaved")
    [absent] = form_.xpath(f".//input[@name='a-{campus.clerk.pk}'][@value='absent']")
    for radio in form_.xpath(f".//input[@name='a-{campus.clerk.pk}']"):
        radio.attrib.pop("checked", None)
    absent.set("checked", "checked")
    form_.xpath(".//textarea[@name='numbers']")[0].text = "other_head"
    person.press(form_, address=reverse("activity_attendance", args=[activity.pk]))
    assert "已保存，改动 2 人" in person.words
    assert came(activity) == {
        **dict.fromkeys(["colleague", "liaison", "member", "deputy", "head", "other_head"], "present"),
        "clerk": "absent",
    }


def test_wrong_number_keeps_what_was_ticked(year):
    campus, activity = year.campus, record(year)
    sent = {"user": [campus.clerk.pk], f"a-{campus.clerk.pk}": "absent", "numbers": "nobody", "mark_as": "present"}
    answer = browser(campus.liaison).post(reverse("activity_attendance", args=[activity.pk]), sent)
    page = answer.content.decode()
    assert answer.status_code == 422 and "第 1 行" in page
    assert f'name="a-{campus.clerk.pk}" value="absent" checked' in page
    assert came(activity)["clerk"] == "present"


@pytest.mark.parametrize(
    "sent", [{"user": ["x", "-1", "9" * 30]}, {"a-1": "gone"}, {"mark_as": "nonsense"}, {"page": "x"}]
)
def test_nonsense_changes_nothing(year, sent):
    activity = record(year)
    answer = browser(year.campus.liaison).post(reverse("activity_attendance", args=[activity.pk]), sent)
    assert answer.status_code == (422 if "mark_as" in sent else 302)
    assert set(came(activity).values()) == {"present"} and len(came(activity)) == 6


def test_people_see_their_own_attendance_and_leaders_the_list(year):
    campus, activity = year.campus, record(year)
    mark(year, activity, {campus.colleague.pk: Mark.ABSENT})
    own = browser(campus.colleague).get(reverse("activity_detail", args=[activity.pk])).content.decode()
    assert "缺席" in own and campus.clerk.name not in own
    listed = browser(campus.head).get(reverse("activity_detail", args=[activity.pk])).content.decode()
    assert campus.clerk.name in listed and "应到 6 人，实到 5 人，请假 0 人，缺席 1 人" in listed


def test_head_sees_at_the_schools_meeting_only_his_own_people(year):
    school = record(year, unit=year.campus.root, by=year.campus.office, expected="leaders")
    page = browser(year.campus.head).get(reverse("activity_detail", args=[school.pk])).content.decode()
    assert "本单位人员：应到 2 人" in page and year.campus.other_head.name not in page


# --- correcting --------------------------------------------------------------------------------------------


def change(year, activity, *, seen=0, by=None, dropped=(), uploads=(), **more):
    return activities.change(
        activity.pk,
        values=values(year, **more),
        seen_version=seen,
        dropped=dropped,
        uploads=uploads,
        actor=year.actor(by or year.campus.liaison),
        at=year.clock.now,
    )


def test_correction_is_on_record_without_words(year):
    activity = record(year)
    changed = change(year, activity, title="改后的标题")
    assert (changed.title, changed.version) == ("改后的标题", 1)
    detail = AuditEntry.objects.get(act="activity.change").detail
    assert detail["fields"] == ["title"] and detail["before"] != detail["digest"]
    assert "改后" not in str(detail)


def test_later_correction_does_not_overwrite_an_earlier_one(year):
    activity = record(year)
    change(year, activity, title="先改的", by=year.campus.head)
    url = reverse("activity_edit", args=[activity.pk])
    answer = browser(year.campus.liaison).post(url, {**form(year, title="后改的"), "seen_version": 0})
    page = answer.content.decode()
    assert answer.status_code == 422 and "刚被别人修改过" in page and "后改的" in page
    assert Activity.objects.get().title == "先改的"
    assert browser(year.campus.liaison).post(url, {**form(year, title="后改的"), "seen_version": 1}).status_code == 302
    assert Activity.objects.get().title == "后改的"


def test_files_of_a_record_are_exchanged(year):
    activity = record(year, uploads=[pdf("旧.pdf")])
    change(year, activity, dropped=[activity.attachments.get().pk], uploads=[pdf("新.pdf", text=b"2")])
    assert [file.name for file in activity.attachments.all()] == ["新.pdf"]
    assert Attachment.objects.count() == 1


def test_record_is_deleted_by_its_recorder_on_the_same_day_only(year):
    activity = record(year, uploads=[pdf()])
    with pytest.raises(NotAllowed, match="只有登记人"):
        activities.delete(activity.pk, actor=year.actor(year.campus.head), at=year.clock.now)
    year.at("09-16")
    with pytest.raises(NotAllowed, match="登记当天"):
        activities.delete(activity.pk, actor=year.actor(year.campus.liaison), at=year.clock.now)
    year.at("09-15", hour=23)
    activities.delete(activity.pk, actor=year.actor(year.campus.liaison), at=year.clock.now)
    assert not Activity.objects.exists() and not Attachment.objects.exists() and not Attendance.objects.exists()
    assert AuditEntry.objects.filter(act="activity.delete").count() == 1


def test_void_needs_a_reason_and_counts_no_more(year):
    activity = record(year)
    year.at("09-16")
    client = browser(year.campus.head)
    assert client.post(reverse("activity_void", args=[activity.pk]), {"reason": "  "}).status_code == 422
    assert client.post(reverse("activity_void", args=[activity.pk]), {"reason": "重复登记"}).status_code == 302
    assert "重复登记" in client.get(reverse("activity_detail", args=[activity.pk])).content.decode()
    assert "没有登记会议" in client.get(reverse("activity_list")).content.decode()
    assert "动员会" in client.get(reverse("activity_list") + "?void=1").content.decode()
    for act in (lambda: change(year, activity), lambda: mark(year, activity, {})):
        with pytest.raises(NotAllowed, match="已作废"):
            act()
    assert "动员会" not in words(paper_of(year, "activity-list"))
    assert ("会议和教育活动（次）", 0) in counts(year)


def test_nothing_changes_after_the_campaign(year):
    activity = record(year)
    year.campaign.state, year.campaign.closed_at = "closed", year.clock.now
    year.campaign.save()
    with pytest.raises(NotAllowed, match="已经结束"):
        change(year, activity)


# --- lists and papers --------------------------------------------------------------------------------------


def test_list_is_filtered(year):
    record(year, title="财务动员")
    record(year, title="廉政课", kind="education")
    record(year, unit=year.campus.root, by=year.campus.office, expected="leaders", title="全校大会")
    client = browser(year.campus.head)

    def shown(query):
        page = client.get(reverse("activity_list") + query).content.decode()
        return {title for title in ("财务动员", "廉政课", "全校大会") if title in page}

    assert shown("") == {"财务动员", "廉政课", "全校大会"}
    assert shown("?purpose=education") == {"廉政课"}
    assert shown("?kind=mobilisation&unit=CW") == {"财务动员"}
    assert shown("?unit=ROOT") == {"全校大会"}
    assert shown("?unit=nope&purpose=<script>") == set()
    assert shown("?purpose=%00") == {"财务动员", "廉政课", "全校大会"}


def test_people_of_other_units_do_not_know_of_it(year):
    activity = record(year, title="财务动员")
    client = browser(year.campus.other_head)
    assert "财务动员" not in client.get(reverse("activity_list")).content.decode()
    assert client.get(reverse("activity_detail", args=[activity.pk])).status_code == 404


def test_whoever_was_expected_reads_it_wherever_he_works(year):
    activity = record(year, numbers="other_head")
    assert browser(year.campus.other_head).get(reverse("activity_detail", args=[activity.pk])).status_code == 200


def counts(year):
    return [(row[-2].text, int(row[-1].text)) for row in paper_of(year, "annual-summary").body]


def test_activities_are_in_the_search_log_and_the_annual_summary(year):
    activity = record(year)
    record(year, kind="talk", title="廉政谈话", expected="named", numbers="clerk")
    mark(year, activity, {year.campus.clerk.pk: Mark.ABSENT})
    log = words(paper_of(year, "search-log"))
    assert "动员会（应到6人，实到5人）" in log
    found = counts(year)
    assert ("会议和教育活动（次）", 2) in found
    assert ("其中：动员部署", 1) in found and ("其中：日常监督", 1) in found
    assert ("参加会议和教育活动（人次）", 6) in found


def test_record_is_a_paper_with_what_the_reader_may_see(year):
    activity = record(year, uploads=[pdf("签到表.pdf")])
    url = reverse("activity_file", args=[activity.pk, "xlsx"])

    def cells(user):
        answer = browser(user).get(url)
        assert answer.status_code == 200
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        return "\n".join(str(cell.value) for row in book.active for cell in row if cell.value)

    whole = cells(year.campus.head)
    assert "应到6人，实到6人" in whole and year.campus.clerk.name in whole and "布置任务" in whole
    assert "签到表.pdf" in whole
    own = cells(year.campus.colleague)
    assert year.campus.colleague.name in own and year.campus.clerk.name not in own and "应到6人" not in own


@pytest.mark.parametrize("form_", ["pdf", "docx"])
def test_record_comes_in_every_form(year, form_):
    activity = record(year)
    answer = browser(year.campus.head).get(reverse("activity_file", args=[activity.pk, form_]))
    assert answer.status_code == 200 and len(answer.content) > 2000


def test_list_of_a_unit_is_a_paper_on_screen(year):
    record(year)
    page = browser(year.campus.head).get(reverse("record_detail", args=["CW", "activity-list"])).content.decode()
    assert "会议和教育活动一览表" in page and "2026年9月15日" in page


@pytest.mark.parametrize("slug", ["jiangsu-dynamic", "tongliao5-2022", "nwnu-2012", "imut-2011", "changchun-2016"])
def test_every_rule_book_knows_its_meetings(slug):
    kinds = factories.make_scheme(slug).rules.activities
    assert {kind.purpose for kind in kinds} >= {"mobilisation", "education"}
    assert all(kind.source for kind in kinds)
