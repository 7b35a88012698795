"""Statements of duty, avoidance, leaving audits, planned education: who does what, who reads it, what is refused."""

import re
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from registers.access import NotAllowed, can
from registers.actors import Actor
from registers.models import AuditEntry, Grade, RiskCategory, RiskPoint, User
from registers.refusals import Refused, Stale
from tests import dutiful, factories
from tests.stories import played_once
from workflows import activities
from workflows.compiled import duties as papers
from workflows.compiled import education as plan_paper
from workflows.models import AvoidanceRecord, DutyStatement, EducationItem, LeavingAudit, Notification
from workflows.supervision import avoidances, duties, education

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

PASSWORD = "password-for-tests"


class Dutiful:
    """A campus whose rule book asks for everything, with two people in the office and heads everywhere."""

    def __init__(self, campus, clock):
        self.campus, self.clock = campus, clock
        clock.set("2026-09-21 10:00")
        campus.scheme = dutiful.ask(at=clock.now)
        self.second = factories.make_person("戊二", campus.office_unit, number="second")
        factories.appoint(self.second, campus.root, "office")
        factories.appoint(campus.other_head, campus.root, "discipline")

    def by(self, user):
        return {"actor": Actor(user, on=self.clock.today), "at": self.clock.now}

    def draft(self, *units, by=None):
        units = units or (self.campus.unit,)
        return duties.draft(self.campus.scheme, self.campus.root, units=units, **self.by(by or self.campus.office))

    def sent(self):
        [made] = self.draft()
        return duties.send(made.pk, seen_version=0, **self.by(self.campus.office))

    def declare(self, user, matter="本年度招聘", relation="spouse"):
        said = {"unit": user.unit, "relation": relation, "matter": matter}
        return avoidances.declare(self.campus.scheme, self.campus.root, **said, **self.by(user))

    def record(self, user, **more):
        said = {
            "post": "会计核算",
            "kind": "audit",
            "left_on": date(2026, 6, 30),
            "reference": "审〔2026〕7号",
            "audited_on": date(2026, 9, 1),
            "findings": 2,
            "kept_at": "审计处档案柜",
        } | more
        place = {"unit": self.campus.unit, "person": user}
        office = self.by(self.campus.office)
        return avoidances.record_audit(self.campus.scheme, self.campus.root, **place, values=said, **office)

    def plan(self, *, unit=None, by=None, **more):
        said = {"title": "警示教育", "kind": "case-report", "due_on": date(2026, 11, 30)}
        said |= {"flag": "", "rank": None, "domain": ""} | more
        place = {"unit": unit or self.campus.root, "values": said}
        return education.plan(self.campus.scheme, self.campus.root, **place, **self.by(by or self.campus.office))


@pytest.fixture
@played_once
def dutiful_campus(campus, clock):
    return Dutiful(campus, clock)


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def plain(answer):
    """The words of a page, without markup and blanks."""
    return re.sub(r"<[^>]+>|\s", "", answer.content.decode())


def readers(model):
    return {user.number for user in User.objects.all() if model.objects.visible_to(Actor(user)).exists()}


# --- statements --------------------------------------------------------------------------------------------


def test_office_drafts_from_the_scheme_and_the_head_signs_on_the_pages(dutiful_campus):
    """The whole way, as browsers go it: drafted, sent, sent back, changed, sent again, signed, printed."""
    campus, office, head = (
        dutiful_campus.campus,
        browser(dutiful_campus.campus.office),
        browser(dutiful_campus.campus.head),
    )
    units = [campus.unit.code, campus.other_unit.code]
    assert office.post(reverse("duty_draft"), {"units": units}).status_code == 302
    assert office.post(reverse("duty_draft"), {"units": units}).status_code == 302  # nothing is drafted twice
    assert DutyStatement.objects.count() == 2
    made = DutyStatement.objects.get(unit=campus.unit)
    page = reverse("duty_detail", args=[made.pk])
    assert head.get(page).status_code == 404  # a draft is the office's
    assert office.post(reverse("duty_send", args=[made.pk]), {"seen_version": "0"}).status_code == 302
    assert "要求修改" in head.get(page).content.decode()
    assert head.post(reverse("duty_send_back", args=[made.pk]), {"reply": "", "seen_version": "1"}).status_code == 422
    told = head.post(reverse("duty_send_back", args=[made.pk]), {"reply": "第二项太笼统", "seen_version": "1"})
    assert told.status_code == 302
    edit = reverse("duty_edit", args=[made.pk])
    assert "第二项太笼统" in office.get(edit).content.decode()
    parts = {f"part-{code}": f"{text}补充。" for code, text in made.parts.items()}
    assert office.post(edit, parts | {"seen_version": "0"}).status_code == 422  # somebody was faster
    assert office.post(edit, parts | {"seen_version": "2"}).status_code == 302
    assert office.post(reverse("duty_send", args=[made.pk]), {"seen_version": "3"}).status_code == 302
    made.refresh_from_db()
    digest = duties.digest_to_sign(made)
    wrong = head.post(reverse("duty_sign", args=[made.pk]), {"password": "no", "seen_digest": digest})
    assert wrong.status_code == 422
    signed = head.post(reverse("duty_sign", args=[made.pk]), {"password": PASSWORD, "seen_digest": digest})
    assert signed.status_code == 302
    made.refresh_from_db()
    assert (made.signed_by, made.signed_digest, made.stage[0]) == (campus.head, digest, "已签")
    acts = list(AuditEntry.objects.filter(act__startswith="duty.").order_by("pk").values_list("act", flat=True))
    way = ["send", "send_back", "change", "send", "not_signed", "sign"]
    assert acts == [f"duty.{act}" for act in ["draft", "draft", *way]]
    assert "未签1，" in plain(office.get(reverse("duty_list")))
    assert browser(campus.clerk).get(page).status_code == 200  # once signed, the unit reads it
    assert browser(campus.other_head).get(page).status_code == 404
    for form in ("docx", "xlsx"):  # one paper goes through all writers in registers/test_papers.py
        assert head.get(reverse("duty_file", args=[made.pk, form])).status_code == 200


def test_paper_says_every_part_and_who_signed(dutiful_campus):
    made = dutiful_campus.sent()
    _, layout = papers.of(made)
    assert papers.about_statement(layout, made)["fields"]["signed_by"] == ""
    made = duties.sign(
        made.pk, seen_digest=duties.digest_to_sign(made), **dutiful_campus.by(dutiful_campus.campus.head)
    )
    document = papers.about_statement(layout, made)
    assert [row["part"] for row in document["rows"]] == [label for label, _ in made.shown]
    assert document["fields"]["signed_by"] == "丙一"
    assert document["title"] == "2026年度廉政风险防控责任书"


def test_nobody_signs_for_another_nor_what_he_sent_nor_what_he_has_not_seen(dutiful_campus):
    campus = dutiful_campus.campus
    made = dutiful_campus.sent()
    digest = duties.digest_to_sign(made)
    for user in (campus.deputy, campus.leader, campus.office, campus.other_head):
        with pytest.raises(NotAllowed):
            duties.sign(made.pk, seen_digest=digest, **dutiful_campus.by(user))
    with pytest.raises(Stale):
        duties.sign(made.pk, seen_digest="0" * 64, **dutiful_campus.by(campus.head))
    factories.appoint(campus.office, campus.unit, "unit_head")
    assert "送签人" in can(Actor(campus.office), "sign", made).reason
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyStatement.objects.filter(pk=made.pk).update(
            signed_by=campus.office, signed_at=dutiful_campus.clock.now, signed_digest=digest
        )
    DutyStatement.objects.update(reply="", sent_at=None, sent_by=None)
    with pytest.raises(NotAllowed, match="还没有送签"):
        duties.sign(made.pk, seen_digest=digest, **dutiful_campus.by(campus.head))


def test_a_unit_without_a_head_and_an_empty_part_are_said_before_sending(dutiful_campus):
    campus, office = dutiful_campus.campus, dutiful_campus.by(dutiful_campus.campus.office)
    [made] = dutiful_campus.draft(campus.unit)
    parts = dict.fromkeys(made.parts, "")
    duties.change(made.pk, parts=parts, seen_version=0, **office)
    with pytest.raises(Refused, match="还没有写：第一责任人"):
        duties.send(made.pk, seen_version=1, **office)
    campus.head.appointments.all().delete()
    duties.change(made.pk, parts=dict.fromkeys(parts, "写好"), seen_version=1, **office)
    with pytest.raises(Refused, match="没有可以签字的负责人"):
        duties.send(made.pk, seen_version=2, **office)
    with pytest.raises(NotAllowed):  # the office's own unit is left to the school's bodies
        dutiful_campus.draft(campus.office_unit)


# --- avoidance and leaving audits --------------------------------------------------------------------------


def test_declared_by_oneself_decided_by_another_and_read_by_few(dutiful_campus):
    campus = dutiful_campus.campus
    record = dutiful_campus.declare(campus.clerk)
    assert dutiful_campus.declare(campus.clerk) == record
    assert {row.recipient.number for row in Notification.objects.filter(kind="avoidance.declare")} == {"head"}
    for user in (campus.clerk, campus.colleague, campus.leader):
        with pytest.raises(NotAllowed):
            avoidances.decide(record.pk, outcome="avoid", words="由他人办理", **dutiful_campus.by(user))
    with pytest.raises(Refused, match="由谁接手"):
        avoidances.decide(record.pk, outcome="avoid", words="", **dutiful_campus.by(campus.head))
    avoidances.decide(record.pk, outcome="avoid", words="由甲二办理", **dutiful_campus.by(campus.head))
    with pytest.raises(NotAllowed, match="已经作出决定"):
        avoidances.decide(record.pk, outcome="none", words="不需要", **dutiful_campus.by(campus.office))
    assert readers(AvoidanceRecord) == {"clerk", "head", "office", "second", "other_head"}


def test_heads_own_climbs_to_the_office(dutiful_campus):
    campus = dutiful_campus.campus
    record = dutiful_campus.declare(campus.head)
    with pytest.raises(NotAllowed, match="回避"):
        avoidances.decide(record.pk, outcome="none", words="无关", **dutiful_campus.by(campus.head))
    told = {row.recipient.number for row in Notification.objects.filter(kind="avoidance.declare")}
    assert told == {"office", "second"}
    away = factories.appoint(campus.colleague, campus.unit, "unit_head")
    away.acting_for, away.until = campus.head, date(2026, 12, 31)
    away.save()
    assert readers(AvoidanceRecord) == {"head", "office", "second", "other_head"}  # not who stands in for him
    decided = avoidances.decide(record.pk, outcome="none", words="无关", **dutiful_campus.by(campus.office))
    assert decided.decided_by == campus.office
    with pytest.raises(IntegrityError), transaction.atomic():
        AvoidanceRecord.objects.filter(pk=record.pk).update(decided_by=campus.head)


def test_avoidance_and_audit_on_the_pages(dutiful_campus):
    campus = dutiful_campus.campus
    clerk, head, office = (browser(user) for user in (campus.clerk, campus.head, campus.office))
    said = {"relation": "interest", "matter": "物业招标"}
    assert clerk.post(reverse("avoidance_add"), said | {"relation": "friend"}).status_code == 422
    assert clerk.post(reverse("avoidance_add"), said).status_code == 302
    record = AvoidanceRecord.objects.get()
    decide = reverse("avoidance_decide", args=[record.pk])
    assert browser(campus.colleague).get(decide).status_code == 404
    assert "物业招标" in head.get(decide).content.decode()
    assert head.post(decide, {"outcome": "avoid", "words": "由甲二办理"}).status_code == 302
    assert "由甲二办理" in clerk.get(reverse("avoidance_list")).content.decode()
    audit = {"unit": campus.unit.code, "person": "clerk", "post": "会计核算", "kind": "audit", "left_on": "2026-06-30"}
    audit |= {"reference": "审〔2026〕7号", "audited_on": "2026-09-01", "findings": "2", "kept_at": "档案柜"}
    late = office.post(reverse("leaving_audit_add"), audit | {"audited_on": "2027-01-01"})
    assert late.status_code == 422 and "不能晚于今天" in late.content.decode()
    assert office.post(reverse("leaving_audit_add"), audit).status_code == 302
    assert "审〔2026〕7号" in clerk.get(reverse("avoidance_list")).content.decode()
    assert "审〔2026〕7号" not in browser(campus.colleague).get(reverse("avoidance_list")).content.decode()


def test_who_left_a_grave_domain_is_listed_until_audited(dutiful_campus):
    campus, on = dutiful_campus.campus, dutiful_campus.clock.today
    tenure = campus.post.incumbencies.get()
    tenure.until = date(2026, 6, 30)
    tenure.save()
    asked = lambda: list(avoidances.not_audited(campus.scheme.rules, [campus.unit.pk], on=on))  # noqa: E731
    assert asked() == [tenure]
    assert list(avoidances.not_audited(campus.scheme.rules, [campus.other_unit.pk], on=on)) == []
    made = dutiful_campus.record(campus.clerk)
    assert dutiful_campus.record(campus.clerk) == made and asked() == []
    with pytest.raises(Refused, match="已经登记过"):
        dutiful_campus.record(campus.clerk, findings=3)
    assert readers(LeavingAudit) == {"clerk", "head", "office", "second", "other_head"}


# --- education ---------------------------------------------------------------------------------------------


def grave(campus, post, rank):
    return RiskPoint.objects.create(
        content="风险",
        unit=post.unit,
        post=post,
        holder=campus.clerk,
        level="personal",
        category=RiskCategory.objects.get(scheme=campus.scheme, code="process"),
        final_grade=Grade.objects.get(scheme=campus.scheme, rank=rank),
        in_force_from="2026-01-01",
    )


def reached(dutiful_campus):
    """Post → (items meant for it, items that reached it), as the head of the unit is shown."""
    campus, on = dutiful_campus.campus, dutiful_campus.clock.today
    points = RiskPoint.objects.visible_to(Actor(campus.head, on=on)).in_force(on)
    items = list(EducationItem.objects.filter(year=on.year))
    return {
        one.post.name: (one.meant, one.reached) for one in education.reach(items, points, campus.scheme.rules, on=on)
    }


def test_posts_are_reached_by_what_was_held_for_them(year):
    """Each condition of an item narrows the posts that it is meant for, and only who came is reached."""
    story = Dutiful(year.campus, year.clock)
    campus = story.campus
    for post, rank in ((campus.post, 1), (campus.plain_post, 2), (campus.head_post, 2)):
        grave(campus, post, rank)
    slight = factories.make_post(campus.unit, "收发", campus.liaison)
    grave(campus, slight, 3)
    story.plan(title="全员")
    story.plan(title="一级", rank=1)
    story.plan(title="财务", domain="finance")
    story.plan(title="领导", flag="leaders")
    story.plan(title="单位", unit=campus.unit, by=campus.liaison)
    with pytest.raises(NotAllowed):
        story.plan(title="越权", unit=campus.other_unit, by=campus.liaison)
    with pytest.raises(Refused, match="2026 年内"):
        story.plan(title="明年", due_on=date(2027, 1, 1))
    meant = {name: set(titles) for name, (titles, _) in reached(story).items()}
    assert meant == {
        "会计核算": {"全员", "一级", "财务", "单位"},
        "档案管理": {"全员", "单位"},
        "处长": {"全员", "财务", "领导", "单位"},
    }
    told = {"kind": "mobilisation", "title": "警示教育会", "held_on": year.clock.today, "place": "", "host": ""}
    held = activities.enter(
        campaign=year.campaign,
        unit=campus.unit,
        values=told | {"audience": "", "content": ""},
        expected="everybody",
        **story.by(campus.liaison),
    )
    activities.mark(held.pk, marks={campus.colleague.pk: "absent"}, **story.by(campus.liaison))
    item = EducationItem.objects.get(title="单位")
    assert {titles for _, titles in reached(story).values()} == {()}
    education.tie(item.pk, activities=[held.pk], **story.by(campus.liaison))
    assert {name: titles for name, (_, titles) in reached(story).items()} == {
        "会计核算": ("单位",),
        "档案管理": (),
        "处长": ("单位",),
    }
    with pytest.raises(NotAllowed, match="已经开展"):
        education.drop(item.pk, **story.by(campus.liaison))
    said = {"unit": campus.unit, "units": [campus.unit], "on": year.clock.today, "rules": campus.scheme.rules}
    [row] = plan_paper.education_plan(**said, reader=year.actor(campus.liaison))["rows"]
    assert (row["title"], row["meant"], row["held"], row["state"]) == ("单位", "全部岗位", "警示教育会", "已开展")
    assert plan_paper.education_plan(**said, reader=year.actor(campus.other_head))["rows"] == []
    page = browser(campus.liaison).get(reverse("record_detail", args=[campus.unit.code, "education-plan"]))
    assert "警示教育会" in plain(page)
    assert "3个岗位，已教育到2个" in plain(browser(campus.head).get(reverse("education_list")))
    missed = plain(browser(campus.head).get(reverse("education_list"), {"view": "missed"}))
    assert "档案管理" in missed and "会计核算" not in missed
    activities.void(held.pk, reason="登记有误", **story.by(campus.liaison))
    assert {titles for _, titles in reached(story).values()} == {()}
    assert [row["state"] for row in plan_paper.education_plan(**said)["rows"]] == ["未开展"]


def test_plan_on_the_pages(dutiful_campus):
    campus = dutiful_campus.campus
    office = browser(campus.office)
    said = {
        "unit": "ROOT",
        "title": "专题讲座",
        "kind": campus.scheme.rules.activities[-1].code,
        "due_on": "2026-10-31",
    }
    kinds = [kind.code for kind in campus.scheme.rules.activities if kind.purpose == "education"]
    said |= {"kind": kinds[0], "flag": "key", "rank": "1", "domain": "finance"}
    assert office.post(reverse("education_add"), said | {"due_on": "2026-02-30"}).status_code == 422
    for _ in range(2):
        assert office.post(reverse("education_add"), said).status_code == 302
    item = EducationItem.objects.get()
    edit = reverse("education_edit", args=[item.pk])
    changed = {name: said[name] for name in said if name != "unit"} | {"title": "专题辅导", "rank": ""}
    assert office.post(edit, changed | {"seen_version": "0"}).status_code == 302
    assert office.post(edit, changed | {"seen_version": "0"}).status_code == 422
    item.refresh_from_db()
    assert (item.title, item.rank, item.flag) == ("专题辅导", None, "key")
    assert browser(campus.clerk).get(reverse("education_detail", args=[item.pk])).status_code == 200
    assert browser(campus.clerk).post(reverse("education_drop", args=[item.pk])).status_code == 403
    assert office.post(reverse("education_drop", args=[item.pk])).status_code == 302
    assert not EducationItem.objects.exists()


# --- what a scheme does not ask for ------------------------------------------------------------------------


def test_what_the_scheme_does_not_ask_for_is_refused_and_not_in_the_menu(year, clock):
    campus = year.campus
    office, shared = browser(campus.office), {"actor": Actor(campus.office), "at": clock.now}
    assert 'href="/duties/"' not in office.get(reverse("desk")).content.decode()
    assert "没有要求" in office.get(reverse("duty_list")).content.decode()
    with pytest.raises(Refused, match="没有要求"):
        duties.draft(campus.scheme, campus.root, units=[campus.unit], **shared)
    with pytest.raises(Refused, match="没有要求"):
        education.plan(campus.scheme, campus.root, unit=campus.root, values={}, **shared)
    with pytest.raises(Refused, match="没有这种关系"):
        avoidances.declare(campus.scheme, campus.root, unit=campus.unit, relation="spouse", matter="事", **shared)
    asks = dutiful.ask(at=clock.now)
    assert asks.rules.duties.has_pages
    year.campaign.delete()
    assert 'href="/duties/"' in office.get(reverse("desk")).content.decode()
