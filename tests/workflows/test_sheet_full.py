"""Sheets on which points are graded and given measures at once, and grades of whole posts."""

from datetime import date

import pytest
from django.urls import reverse

from registers import versions
from registers.models import ControlMeasure, Grade, GroupMember, Post, PostGrade, RiskCategory, RiskPoint, User
from tests.factories import appoint
from tests.noscript import Plain
from tests.workflows.test_every_scheme import Play
from workflows.models import Submission
from workflows.sheets import Incomplete, sheet_for
from workflows.sheets.composing import fields_of
from workflows.sheets.documents import document

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]
STAGES = ("prevention", "monitoring", "disposal")


@pytest.fixture
def make(make_campus, clock):
    def make(slug, **options):
        campus = make_campus(scheme=slug, **options)
        User.objects.filter(pk=campus.clerk.pk).update(rank="副科", is_party_member=True)
        return Play(campus, clock)

    return make


def put(play, content, *, grade="grade-1", measured=STAGES, **fields):
    """One point of the clerk's on record."""
    campus, scheme = play.campus, play.campus.scheme
    found = Grade.objects.filter(scheme=scheme, code=grade).first()
    weighed = {factor.code: factor.values[0].code for factor in play.rules.grading.factors}
    point = RiskPoint(
        level="personal",
        unit=campus.unit,
        post=campus.post,
        holder=campus.clerk,
        category=RiskCategory.objects.filter(scheme=scheme).first(),
        content=content,
        manifestation="表现",
        factors=weighed,
        final_grade=found,
        self_grade=found,
        **fields,
    )
    [point] = versions.load_history([point], on=play.clock.today.replace(year=2025))
    versions.load_history(
        [ControlMeasure(point_series=point.series, unit=campus.unit, stage=stage, text="旧措施") for stage in measured],
        on=play.clock.today.replace(year=2025),
    )
    return point


def sheet_of(play, code, **owner):
    found = Submission.objects.select_related("task__campaign__scheme", "unit", "post", "person")
    return found.get(task__code=code, **(owner or {"person": play.campus.clerk}))


def entries(sheet, **changes):
    """The offered entries, all kept but for what ``changes`` say of the one with that content."""
    content = sheet_for(sheet).content()
    for entry in content["entries"]:
        entry["change"] = "keep"
        entry.update(changes.get(entry["values"].get("content"), {}))
    return content


def faults(sheet, content):
    return [text for fields in sheet_for(sheet).faults(content).values() for text in fields.values()]


def test_point_without_a_grade_or_measures_is_not_kept(make):
    play = make("jiangsu-dynamic")
    put(play, "未定级", grade="none")
    put(play, "没有措施", measured=("prevention",))
    put(play, "齐全")
    sheet = sheet_of(play, "personal-register")
    assert sorted(faults(sheet, entries(sheet))) == [
        "该风险点尚未定级，不能沿用；请选择“修改”，补充各项因素。",
        "该风险点的防控措施不全，不能沿用；请选择“修改”，补充措施。",
    ]


def test_revision_closes_only_what_it_changed(make):
    play = make("jiangsu-dynamic")
    point = put(play, "旧写法")
    sheet = sheet_of(play, "personal-register")
    content = entries(sheet)
    content["entries"][0]["change"] = "revise"
    content["entries"][0]["values"] |= {"content": "新写法", "monitoring": "新的监控"}
    sheet_for(sheet).write(content)
    changes = {line.record.text: line.change for line in sheet.lines.exclude(measure=None).select_related("measure")}
    assert changes == {"旧措施": "keep", "新的监控": "revise"}
    assert sheet.lines.get(risk_point__isnull=False).risk_point.series == point.series


def test_grade_of_a_point_that_is_kept_stays_whatever_is_sent(make):
    play = make("jiangsu-dynamic")
    kept, revised = put(play, "沿用的"), put(play, "要改的")
    sheet = sheet_of(play, "personal-register")
    sheet_for(sheet).write(
        entries(
            sheet,
            要改的={"change": "revise", "values": {**entries(sheet)["entries"][1]["values"], "content": "改过的"}},
        )
    )
    typed = sheet_for(sheet)
    step = sheet.task.route_rules.steps[1]
    typed.set_grades(step, {entry.key: ("grade-3", "改判") for entry in typed.shown()})
    kept.refresh_from_db()
    assert kept.final_grade.code == "grade-1"
    assert RiskPoint.objects.get(content="改过的").final_grade.code == "grade-3"
    assert revised.pk


def test_retired_point_no_longer_counts_for_the_gravest_grade(make):
    play = make("jiangsu-dynamic")
    put(play, "最重的", grade="grade-1")
    put(play, "最轻的", grade="grade-3")
    sheet = sheet_of(play, "personal-register")
    content = entries(sheet, 最重的={"change": "retire"})
    next(entry for entry in content["entries"] if entry["change"] == "retire")["values"]["reason"] = "业务已取消"
    sheet_for(sheet).write(content)
    assert sheet_for(sheet).gravest_rank() == 3


def test_departing_from_the_proposal_needs_a_reason_on_the_same_sheet(make):
    play = make("jiangsu-dynamic")
    sheet = sheet_of(play, "personal-register")
    typed = sheet_for(sheet)
    values = {
        "category": "duty",
        "content": "甲",
        "manifestation": "乙",
        "probability": "high",
        "harm": "slight",
        "grade": "grade-3",
    }
    content = {"entries": [typed.new_entry(values | dict.fromkeys(STAGES, "措施"))], "values": {}}
    assert faults(sheet, content) == ["与建议等级不同，请写明理由。"]
    content["entries"][0]["values"]["grade_reason"] = "影响面小"
    assert faults(sheet, content) == []


def test_major_matter_forces_the_gravest_grade(make, make_campus):
    play = make("nwnu-2012")
    typed = sheet_for(sheet_of(play, "personal-search"))
    slight = {factor.code: factor.values[-1].code for factor in play.rules.grading.factors}
    assert typed.typed_proposal({"values": slight}).grade == "low"
    found = typed.typed_proposal({"values": slight | {"major_matter": "project"}})
    assert (found.grade, "三重一大" in found.reason) == ("high", True)


def test_post_is_graded_by_its_gravest_point(make):
    play = make("nwnu-2012")
    put(play, "中等的", grade="middle", measured=())
    put(play, "高的", grade="high", measured=())
    sheet = sheet_of(play, "post-grading", unit=play.campus.unit, person=None)
    typed = sheet_for(sheet)
    content = typed.content()
    posts = {grade.post_id: str(grade.series) for grade in typed.on_record()}
    assert set(posts) == set(Post.objects.filter(unit=play.campus.unit).values_list("pk", flat=True))
    proposed = {entry["key"]: typed.typed_proposal(entry) for entry in content["entries"]}
    own = proposed[posts[play.campus.post.pk]]
    assert own.grade == "high"
    assert "2 个已定级的风险点" in own.reason
    assert proposed[posts[play.campus.plain_post.pk]].grade == "low"
    for entry in content["entries"]:
        entry["values"]["grade"] = "middle"
    assert set(faults(sheet, content)) == {"与建议等级不同，请写明理由。"}
    with pytest.raises(Incomplete):
        typed.write(content)
    assert not PostGrade.objects.exists()


def test_post_that_came_meanwhile_is_not_forgotten(make):
    play = make("nwnu-2012")
    sheet = sheet_of(play, "post-grading", unit=play.campus.unit, person=None)
    content = sheet_for(sheet).content()
    Post.objects.create(unit=play.campus.unit, code="NEW", name="新设岗位")
    assert faults(sheet, content) == ["岗位已有变动，请刷新页面后重新核对。"]


def test_draft_that_names_a_post_which_is_gone_still_opens(make):
    play = make("nwnu-2012")
    sheet = sheet_of(play, "post-grading", unit=play.campus.unit, person=None)
    play.at(sheet.task.opens_on)
    address, liaison = reverse("submission_fill", args=[sheet.pk]), Plain(play.campus.liaison)
    form = liaison.go(address).form("@data-sheet")
    liaison.press(form, "save", "1", address)
    Post.objects.filter(pk=play.campus.plain_post.pk).update(closed_on=play.clock.today)
    form = liaison.go(address).form("@data-sheet")
    liaison.press(form, "submit", "1", address)
    sheet.refresh_from_db()
    assert sheet.state == "in_review", liaison.complaints
    assert not sheet.lines.filter(post_grade__post=play.campus.plain_post).exists()


def test_page_from_before_a_post_went_is_told_to_look_again(make):
    play = make("nwnu-2012")
    sheet = sheet_of(play, "post-grading", unit=play.campus.unit, person=None)
    play.at(sheet.task.opens_on)
    address, liaison = reverse("submission_fill", args=[sheet.pk]), Plain(play.campus.liaison)
    form = liaison.go(address).form("@data-sheet")
    Post.objects.filter(pk=play.campus.plain_post.pk).update(closed_on=play.clock.today)
    liaison.press(form, "submit", "1", address)
    assert "岗位已有变动，请刷新页面后重新核对。" in liaison.words
    liaison.press(liaison.go(address).form("@data-sheet"), "submit", "1", address)
    sheet.refresh_from_db()
    assert sheet.state == "in_review"


@pytest.mark.parametrize(
    ("contacts", "phone", "fault"),
    [
        (["", ""], "0431-0000000", "应指定且只指定一名联系人。"),
        (["是", "是"], "0431-0000000", "应指定且只指定一名联系人。"),
        (["是", ""], "", "请填写联系人的联系电话。"),
        (["是", ""], "打我手机", "“联系电话”只能由数字、空格、短横和括号组成，最多 30 位。"),
        (["是", ""], "(0431) 8888-6666", None),
    ],
)
def test_group_names_one_contact_with_a_telephone(make, contacts, phone, fault):
    play = make("nwnu-2012", with_group=False)
    campus = play.campus
    sheet = sheet_of(play, "group", unit=campus.unit, person=None)
    typed = sheet_for(sheet)
    people = zip((campus.head, campus.deputy), ("leader", "deputy"), contacts, strict=True)
    rows = [
        typed.new_entry({"number": user.number, "seat": seat, "contact": contact, "phone": phone if contact else ""})
        for user, seat, contact in people
    ]
    content = {"entries": rows, "values": {"work_plan": "每月一次例会。"}}
    assert faults(sheet, content) == ([fault] if fault else [])
    if fault is None:
        typed.write(content)
        assert GroupMember.objects.get(is_contact=True).phone == phone


@pytest.mark.parametrize(
    ("seats", "fault"),
    [
        (("leader", "leader", "member"), None),
        (("leader", "leader", "leader"), "领导小组应有组长，最多 2 名，现为 3 名。"),
        (("deputy", "member", "member"), "领导小组应有组长，最多 2 名，现为 0 名。"),
    ],
)
def test_party_and_administration_lead_the_group_together_without_a_plan(make, seats, fault):
    """Where the rule book says so: R3-02, R3-08."""
    play = make("nwnu-2012", with_group=False)
    campus = play.campus
    sheet = sheet_of(play, "group", unit=campus.unit, person=None)
    typed = sheet_for(sheet)
    people = zip((campus.head, campus.deputy, campus.member), seats, strict=True)
    rows = [typed.new_entry({"number": user.number, "seat": seat}) for user, seat in people]
    rows[0]["values"] |= {"contact": "是", "phone": "0931-000000"}
    content = {"entries": rows, "values": {}}
    assert faults(sheet, content) == ([fault] if fault else [])
    assert [field.name for field in typed.sheet_fields()] == []
    if fault is None:
        typed.write(content)
        seated = sheet.group.members.order_by("pk").values_list("user__number", "seat")
        assert (sheet.group.work_plan, list(seated)) == (
            "",
            [("head", "leader"), ("deputy", "leader"), ("member", "member")],
        )


def test_paper_names_both_heads_of_a_unit(make):
    """Party and administration have a head each."""
    play = make("nwnu-2012")
    appoint(play.campus.deputy, play.campus.unit, "unit_head")
    sheet = sheet_of(play, "unit-search", unit=play.campus.unit, person=None)
    heads = sorted((play.campus.head, play.campus.deputy), key=lambda user: (user.sort_key, user.number))
    assert fields_of(sheet, on=date(2026, 7, 12))["unit.head"] == "、".join(user.name for user in heads)


def test_units_table_lists_its_peoples_points_after_its_own(make, monkeypatch):
    """Where the paper says so, and the sheets of the people are decided by themselves (``includes``)."""
    play = make("nwnu-2012")
    put(play, "个人的风险点", grade="high", measured=())
    sheet = sheet_of(play, "unit-search", unit=play.campus.unit, person=None)
    listing = sheet.task.paper_rules.model_copy(update={"includes": "personal"})
    monkeypatch.setattr(type(sheet.task), "paper_rules", property(lambda task: listing))
    rows = document(sheet)["rows"]
    assert [(row["content"], row["grade"], row["post_and_person"]) for row in rows] == [
        ("个人的风险点", "高", f"会计核算\n{play.campus.clerk.name}"),
    ]
