"""What an inspection finds, from its record to the look back: owner, plan, one extension, a check by another, recurrence."""

from datetime import date
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.urls import reverse
from openpyxl import load_workbook

from registers.access import NotAllowed, can, people_who_may
from registers.models import AuditEntry, RiskPoint, User
from registers.refusals import Refused, Stale
from tests.factories import appoint, make_person
from tests.stories import played_once
from tests.workflows.test_inspections import TERMS, VALUES, Story, on_record
from workflows import sweeping
from workflows.compiled.inspections import rectification_ledger
from workflows.deadlines import days
from workflows.models import Finding, Inspection, Notification, Rectification
from workflows.sheets import sheet_for
from workflows.supervision import (
    blockers,
    findings,
    inspections,
    opinions,
    plans,
    rectification,
    rectification_reminding,
)
from workflows.views.submissions import because_of

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]
FOUND = {
    "fact": "抽查 20 份采购记录，3 份没有比价",
    "clause": "采购管理办法第八条",
    "cause": "经办人不熟悉规定",
    "kind": "limited",
    "demand": "补齐比价材料，完善内控",
    "due_on": date(2026, 11, 20),
}


def evidence(name="佐证.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.4 evidence")


class Found(Story):
    """An inspection that found something on a measure of the unit, up to its conclusion."""

    def find(self, **values):
        line = self.lines("measure")[0]
        leader = self.by(self.team[0])
        self.finding = findings.record(self.made.pk, values=FOUND | values, line=line, uploads=[evidence()], **leader)
        return self.finding

    def conclude(self):
        self.opine()
        head = self.by(self.campus.head)
        opinions.answer(self.made.pk, stand="accept", words="", seen_version=self.seen(), **head)
        opinions.conclude(self.made.pk, words="有一处问题", seen_version=self.seen(), **self.by(self.team[0]))

    def row(self):
        related = ("finding__inspection__plan__scheme", "finding__inspection__unit", "owner")
        return Rectification.objects.select_related(*related).get(finding=self.finding)

    def act(self, kind, by, *, files=(), words="已办", **said):
        row = self.row()
        return rectification.act(
            row.pk, kind, words=words, uploads=files, seen_version=row.version, **said, **self.by(by)
        )

    def close(self):
        self.act("plan", self.campus.head, owner=self.campus.clerk)
        self.act("ask", self.campus.clerk, files=[evidence()])
        self.act("closed", self.team[1])


@pytest.fixture
@played_once
def found(campus, clock):
    on_record(campus)
    story = Found(campus, clock)
    story.begin()
    story.find()
    return story


@pytest.fixture
@played_once
def issued(found):
    found.conclude()
    return found


def test_point_of_a_finding_is_not_lightened_until_it_is_put_right(issued):
    series, on = issued.finding.point_series, issued.clock.today
    assert blockers.on_points([series], on)[series] == ["检查发现的问题尚未销号，销号以后再计算"]
    assert series not in blockers.on_points([series], days.add_days(on, -1))
    assert blockers.on_points([uuid4()], on) == {}  # nothing of other points is read
    Rectification.objects.update(closed_at=issued.clock.now, closed_by=issued.campus.office)
    assert series not in blockers.on_points([series], on)


def test_finding_is_tied_to_the_line_and_hidden_from_the_unit_until_the_opinion(found):
    finding, campus = found.finding, found.campus
    assert finding.label == "2026-1-1"
    assert finding.measure_series == found.lines("measure")[0].measure_series
    assert found.find() == finding  # sent twice
    assert Finding.objects.count() == 1
    reads = lambda user: Finding.objects.visible_to(found.actor(user)).exists()  # noqa: E731
    assert [reads(user) for user in (*found.team, campus.office, campus.chair)] == [True] * 5
    assert not reads(campus.head)
    file = finding.attachments.get()
    assert not type(file).objects.visible_to(found.actor(campus.head)).exists()
    found.opine()
    assert reads(campus.head)
    assert type(file).objects.visible_to(found.actor(campus.head)).exists()
    assert not reads(campus.clerk)
    with pytest.raises(NotAllowed):
        findings.record(found.made.pk, values=FOUND, **found.by(campus.head))
    with pytest.raises(Refused, match="早于今天"):
        found.find(due_on=date(2026, 10, 1))
    assert "比价" not in str(list(AuditEntry.objects.values_list("detail", flat=True)))


def test_withdrawn_finding_is_not_to_be_put_right(found):
    findings.withdraw(found.finding.pk, reason="单位申辩成立", **found.by(found.team[0]))
    found.conclude()
    assert not Rectification.objects.exists()
    with pytest.raises(NotAllowed):
        findings.withdraw(found.finding.pk, reason="再撤", **found.by(found.team[0]))


def test_finding_is_put_right_and_closed_by_another(issued, client):
    campus, leader = issued.campus, issued.team[0]
    row = issued.row()
    assert row.due_on == FOUND["due_on"]
    assert row.plan_due_on == days.add_working_days(date(2026, 10, 8), 15)
    with pytest.raises(NotAllowed, match="先报送整改方案"):
        issued.act("ask", campus.head, files=[evidence()])
    with pytest.raises(Refused, match="整改责任人"):
        issued.act("plan", campus.head)
    with pytest.raises(NotAllowed):
        issued.act("plan", campus.other_head, owner=campus.clerk)
    issued.act("plan", campus.liaison, owner=campus.clerk, words="补材料、修办法")
    assert Finding.objects.visible_to(issued.actor(campus.clerk)).exists()  # who puts it right has to know it
    message = Notification.objects.get(kind="rectification.plan")
    assert message.recipient == campus.clerk
    client.force_login(campus.clerk)
    answer = client.post(reverse("inbox_read"), {"message": message.pk})
    assert answer.url == reverse("finding_list")
    assert issued.finding.label in client.get(answer.url).content.decode()
    with pytest.raises(Refused, match="佐证"):
        issued.act("ask", campus.clerk)
    issued.act("ask", campus.clerk, files=[evidence()])
    for own in (campus.clerk, campus.head, campus.liaison):
        with pytest.raises(NotAllowed):
            issued.act("closed", own)
    issued.act("returned", leader, words="只补了两份")
    with pytest.raises(Refused, match="佐证"):
        issued.act("ask", campus.head)  # what lay before the return is not enough
    issued.act("ask", campus.head, files=[evidence("新佐证.pdf")])
    issued.act("closed", campus.office, words="核对无误")
    row = issued.row()
    assert (row.closed_by, row.look_back_on) == (campus.office, date(2027, 4, 8))
    assert [step.kind for step in row.steps.all()] == ["plan", "ask", "returned", "ask", "closed"]
    with pytest.raises(NotAllowed, match="已经销号"):
        issued.act("progress", campus.head)


def test_day_is_moved_once_by_the_office(issued):
    campus, later = issued.campus, date(2026, 12, 10)
    issued.act("plan", campus.head, owner=campus.clerk)
    with pytest.raises(Refused, match="应晚于"):
        issued.act("ask_time", campus.head, until=FOUND["due_on"])
    issued.act("ask_time", campus.head, until=later)
    with pytest.raises(NotAllowed):
        issued.act("time", campus.head)
    issued.act("time", campus.office)
    assert issued.row().due_on == later
    with pytest.raises(NotAllowed, match="只能申请延长一次"):
        issued.act("ask_time", campus.head, until=date(2027, 1, 10))


def test_what_is_closed_waits_for_nobody_and_who_is_asked_may_answer(issued):
    """The request for a later day ends with the closing; messages go to exactly those who may do what is asked."""
    campus = issued.campus
    issued.act("plan", campus.head, owner=campus.clerk)
    with pytest.raises(Refused, match="最多上传 10 个文件"):
        issued.act("progress", campus.head, files=[evidence(f"佐证{number}.pdf") for number in range(11)])
    appoint(issued.team[2], campus.unit, "liaison")  # no longer a stranger to the unit
    for kind, action, said in (("ask_time", "grant", {"until": date(2026, 12, 10)}), ("ask", "recheck", {})):
        issued.act(kind, campus.head, files=[evidence()], **said)
        told = {row.recipient for row in Notification.objects.filter(kind=f"rectification.{kind}")}
        may = {user for user in User.objects.all() if can(issued.actor(user), action, issued.row())}
        assert told == may
    assert {campus.office, issued.team[0], issued.team[1]} <= may
    issued.act("closed", issued.team[1])
    assert can(issued.actor(campus.office), "grant", issued.row()).reason == "该问题已经销号。"


def test_step_sent_twice_is_one_and_a_late_window_is_told(issued):
    row = issued.row()
    said = {"words": "方案", "owner": issued.campus.clerk, "seen_version": row.version}
    first = rectification.act(row.pk, "plan", **said, **issued.by(issued.campus.head))
    assert rectification.act(row.pk, "plan", **said, **issued.by(issued.campus.head)) == first
    with pytest.raises(Stale):
        rectification.act(row.pk, "progress", words="另一窗口", seen_version=0, **issued.by(issued.campus.head))


def test_what_comes_back_is_opened_again(issued, clock):
    issued.close()
    row = issued.row()
    assert not can(issued.actor(issued.team[0]), "look_back", row)
    clock.set(f"{row.look_back_on} 10:00")
    issued.act("recurred", issued.team[0], words="又有一份没有比价")
    row = issued.row()
    assert (row.closed_at, row.owner) == (None, issued.campus.clerk)
    assert row.stage[0] == "待报方案"
    assert row.due_on == days.add_days(clock.today, 30)
    issued.act("plan", issued.campus.head, owner=issued.campus.clerk, words="第二份方案")
    unit = issued.campus.unit
    [line] = rectification_ledger(unit=unit, units=[unit.pk], on=clock.today, rules=None)["rows"]
    assert line["plan"] == "第二份方案"
    assert line["progress"][0].endswith("报送整改方案：已办")


def test_same_fault_in_a_later_inspection_names_the_first(issued):
    """A second inspection of the same unit, on the same measure."""
    office = issued.by(issued.campus.office)
    item = plans.add(issued.plan, values=VALUES | {"kind": "look_back", "title": "回头看"}, **office)
    issued.made = inspections.make(item.pk, unit=issued.campus.unit, people=issued.team, values=TERMS, **office)
    for person in issued.team:
        inspections.declare(issued.made.pk, avoids=False, reason="", **issued.by(person))
    inspections.notify(issued.made.pk, **office)
    first = issued.finding
    assert issued.find().recurrence_of == first


def test_overdue_rises_as_the_scheme_says_and_is_said_once(issued, clock):
    campus = issued.campus
    soon = days.add_days(FOUND["due_on"], -2)
    clock.set(f"{soon} 09:00")
    rectification.act(
        issued.row().pk, "plan", words="方案", owner=campus.clerk, seen_version=0, **issued.by(campus.head)
    )
    rectification_reminding.remind(at=clock.now)
    due = Notification.objects.filter(kind="rectification.due")
    assert {row.recipient for row in due} == {campus.head, campus.liaison, campus.clerk}
    late = Notification.objects.filter(kind="rectification.overdue")
    assert not late.exists()
    for after, heard in ((1, campus.head), (5, campus.leader), (10, campus.office)):
        clock.set(f"{days.add_working_days(FOUND['due_on'], after)} 09:00")
        assert not late.filter(recipient=campus.office).exists()
        sweeping.each_hour(at=clock.now)
        sent = late.count()
        sweeping.each_hour(at=clock.now)
        assert late.count() == sent
        assert late.filter(recipient=heard).exists()
    assert "比价" not in "".join(late.values_list("text", flat=True))


def test_what_waits_for_an_answer_is_said_once_to_those_who_may_give_it(issued, clock):
    campus = issued.campus
    issued.act("plan", campus.head, owner=campus.clerk)
    issued.act("ask_time", campus.head, until=date(2026, 12, 10))
    waiting = Notification.objects.filter(kind="rectification.waiting")
    heard = lambda: {row.recipient for row in waiting.all()}  # noqa: E731
    rectification_reminding.remind(at=clock.now)
    assert not heard()
    clock.set(f"{days.add_days(FOUND['due_on'], -3)} 09:00")
    rectification_reminding.remind(at=clock.now)
    assert heard() == set(people_who_may("grant", issued.row()))
    issued.act("time", campus.office)
    waiting.delete()
    issued.act("ask", campus.clerk, files=[evidence()])
    for days_later, told in ((2, set()), (3, set(people_who_may("recheck", issued.row())))):
        clock.set(f"{days.add_working_days(days.add_days(FOUND['due_on'], -3), days_later)} 09:00")
        rectification_reminding.remind(at=clock.now)
        assert heard() == told, days_later
    rectification_reminding.remind(at=clock.now)
    assert waiting.count() == len(told) > 1


def test_what_is_signed_are_the_findings_as_well(issued):
    made = Inspection.objects.get()
    before = opinions.digest_to_sign(made)
    Finding.objects.update(fact="抽查 20 份采购记录，5 份没有比价")
    assert opinions.digest_to_sign(made) != before
    Finding.objects.update(fact=FOUND["fact"])
    assert opinions.digest_to_sign(made) == before


def test_change_of_the_register_names_the_finding(issued):
    sheet = findings.propose(issued.finding.pk, **issued.by(issued.campus.liaison))
    assert list(sheet.findings.all()) == [issued.finding]
    point = RiskPoint.objects.get(series=issued.finding.point_series)
    assert [entry["key"] for entry in sheet_for(sheet).content()["entries"]] == [str(point.series)]
    assert findings.propose(issued.finding.pk, **issued.by(issued.campus.liaison)) == sheet
    with pytest.raises(NotAllowed):
        findings.propose(issued.finding.pk, **issued.by(issued.campus.clerk))


def test_sheet_says_why_it_was_proposed(issued, client):
    """Whoever decides on the change sees the finding, as far as he may read it."""
    sheet = findings.propose(issued.finding.pk, **issued.by(issued.campus.liaison))
    shown = lambda user: because_of(issued.actor(user), sheet)  # noqa: E731
    assert shown(issued.campus.liaison) == shown(issued.campus.head) == [issued.finding]
    assert shown(issued.campus.colleague) == []
    page = render_to_string("workflows/_because_of.html", {"findings": shown(issued.campus.head)})
    assert issued.finding.label in page


def test_pages_from_the_record_to_the_closing(found, client):
    campus = found.campus
    client.force_login(found.team[0])
    add = reverse("finding_add", args=[found.made.pk])
    posted = FOUND | {"due_on": "2026-11-20", "fact": "没有公示结果"}
    bad = client.post(add, posted | {"fact": "", "files": SimpleUploadedFile("a.exe", b"MZ")})
    assert bad.status_code == 422
    assert "补齐比价材料" in bad.content.decode()
    url = client.post(add, posted).url
    assert client.get(url).status_code == 200
    edit = f"{url}edit/"
    assert client.post(edit, posted | {"fact": "没有公示", "seen_version": "0"}).status_code == 302
    assert client.post(edit, posted | {"seen_version": "0"}).status_code == 422  # somebody was faster
    found.conclude()
    step = f"{url}step/"
    client.force_login(campus.head)
    assert client.post(step, {"kind": "plan", "words": "方案", "seen_version": "0"}).status_code == 422
    plan = {"kind": "plan", "words": "方案", "owner": campus.clerk.number, "seen_version": "0"}
    assert client.post(step, plan).status_code == 302
    early = client.post(step, plan | {"kind": "progress", "seen_version": "1", "until": "2027-01-05"})
    assert early.status_code == 422  # a day that would be dropped without a word
    assert "只有“报送整改方案”时填写" in early.content.decode()
    assert "只有“申请延期”时填写" in early.content.decode()
    assert "2027-01-05" in early.content.decode()
    assert "选过的文件请再选一次" in early.content.decode()
    ask = {"kind": "ask", "words": "已完成", "seen_version": "1", "files": evidence()}
    assert client.post(step, ask).status_code == 302
    assert client.post(step, {"kind": "closed", "words": "自己销", "seen_version": "2"}).status_code == 403
    client.force_login(found.team[1])
    assert client.post(step, {"kind": "closed", "words": "核对无误", "seen_version": "2"}).status_code == 302
    ledger = client.get(reverse("finding_list") + "?stage=closed").content.decode()
    assert "没有公示" in ledger
    assert "3 份没有比价" not in ledger
    client.force_login(make_person("外人", campus.other_unit))
    assert client.get(url).status_code == 404
    assert "没有整改事项" in client.get(reverse("finding_list")).content.decode()
    assert Inspection.objects.get().findings.count() == 2


def test_papers_say_what_was_found_and_done(issued, client):
    """Each as PDF, Word and workbook; the unit's and the team's hold the same; nobody else gets one."""
    issued.close()
    made, campus = issued.made, issued.campus
    slugs = [
        "inspection-notice",
        "inspection-record",
        "rectification-notice",
        "rectification-report",
        "rectification-closing",
    ]
    client.force_login(campus.head)
    page = client.get(reverse("inspection_detail", args=[made.pk])).content.decode()
    for slug in slugs:
        assert reverse("inspection_file", args=[made.pk, slug, "pdf"]) in page
        answer = client.get(reverse("inspection_file", args=[made.pk, slug, "xlsx"]))
        cells = [str(cell.value) for row in load_workbook(BytesIO(answer.content)).active for cell in row if cell.value]
        text = "\n".join(cells)
        assert made.label in text
        if slug.startswith("rectification"):
            assert FOUND["fact"] in text
            assert issued.finding.label in cells
        if slug == "rectification-closing":
            assert f"{issued.team[1].name}（原检查组）" in text
            assert "2027" in text  # the look back
    for form, begins in (("pdf", b"%PDF"), ("docx", b"PK")):
        answer = client.get(reverse("inspection_file", args=[made.pk, "rectification-notice", form]))
        assert answer.content.startswith(begins)
    ledger = client.get(reverse("record_file", args=[campus.unit.code, "rectification-ledger", "xlsx"]))
    text = str([cell.value for row in load_workbook(BytesIO(ledger.content)).active for cell in row])
    assert FOUND["cause"] in text
    assert campus.clerk.name in text
    client.force_login(campus.other_head)
    assert client.get(reverse("inspection_file", args=[made.pk, slugs[0], "pdf"])).status_code == 404
