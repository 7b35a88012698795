"""The pages of warnings, from the proposal to the lifting, and the papers with each."""

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

from registers.models import RiskPoint
from tests.stories import played_once
from tests.workflows.test_inspections import on_record
from tests.workflows.warned import BLANK, TALK, TEXTS
from workflows.compiled import warnings as papers
from workflows.models import Commendation, Notification, RiskWarning
from workflows.supervision.warnings import proposing

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]
TYPED = {name: value or "" for name, value in BLANK.items()} | TEXTS


@pytest.fixture
@played_once
def proposed(warned):
    """The unit has a point of the first grade and no measure against it, which a rule has seen."""
    _, warned.point = on_record(warned.campus)
    proposing.propose(at=warned.clock.now)
    warned.made = RiskWarning.objects.get()
    return warned


def page(client, user, name, *args, **query):
    client.force_login(user)
    return client.get(reverse(name, args=args), query)


def post(client, user, name, pk, data):
    client.force_login(user)
    return client.post(reverse(name, args=[pk]), data)


def seen(story):
    return {"seen_version": RiskWarning.objects.get(pk=story.made.pk).version}


def test_proposal_becomes_a_draft(proposed, client):
    campus, pk = proposed.campus, proposed.made.pk
    desk = page(client, campus.office, "desk").content.decode()
    assert "系统建议" in desk
    listed = page(client, campus.office, "warning_list", stage="proposed").content.decode()
    assert "没有防控措施" in listed
    assert page(client, campus.head, "warning_detail", pk).status_code == 404
    detail = page(client, campus.office, "warning_detail", pk).content.decode()
    assert "没有发出任何文书" in detail and "文书签发审批笺" not in detail
    edit = page(client, campus.office, "warning_edit", pk).content.decode()
    assert str(proposed.point.series) in edit
    typed = TYPED | {"kind": "rectification_order", "level": "yellow", "points": [str(proposed.point.series)]}
    bad = post(client, campus.office, "warning_edit", pk, typed | {"kind": "accountability"} | seen(proposed))
    assert bad.status_code == 422
    assert "请清空事实" in bad.content.decode()
    assert TEXTS["facts"] in bad.content.decode()
    assert post(client, campus.office, "warning_edit", pk, typed | seen(proposed)).status_code == 302
    assert "文书签发审批笺" in page(client, campus.office, "warning_detail", pk).content.decode()
    faster = post(client, campus.office, "warning_edit", pk, typed | {"seen_version": 0})
    assert faster.status_code == 422
    assert "刚被他人修改" in faster.content.decode()


def test_letter_is_issued_by_another_answered_and_lifted(warned, client, clock):
    campus = warned.campus
    pk = warned.draft().pk
    step = lambda user, kind, words="", **more: post(  # noqa: E731
        client, user, "warning_step", pk, {"kind": kind, "words": words, **more} | seen(warned)
    )
    assert step(campus.office, "hand_in").status_code == 302
    assert step(campus.office, "issue").status_code == 403  # his own hand-in
    assert "待签发" in page(client, warned.second, "desk").content.decode()
    assert step(warned.second, "issue").status_code == 302
    letter = page(client, campus.head, "warning_detail", pk).content.decode()
    assert TEXTS["facts"] in letter
    assert "经办人提出" not in letter  # from what it came is the office's
    assert warned.second.name not in letter  # who issued it is not on what the addressee gets
    assert "文书签发审批笺" not in letter
    client.force_login(campus.head)
    message = Notification.objects.get(kind="warning.issue")
    assert client.post(reverse("inbox_read"), {"message": message.pk}).url == reverse("warning_list")
    assert step(campus.head, "receive").status_code == 302
    assert "待答复" in page(client, campus.head, "desk").content.decode()
    assert step(campus.head, "answer").status_code == 422
    refused = step(campus.head, "answer", "已办", files=SimpleUploadedFile("a.exe", b"MZ"))
    assert refused.status_code == 422
    assert "不受支持" in refused.content.decode()
    proof = SimpleUploadedFile("佐证.pdf", b"%PDF-1.4 proof")
    assert step(campus.head, "answer", "已办", files=proof).status_code == 302
    lost = step(campus.office, "ask_again", "不够具体", follows="accountability")
    assert lost.status_code == 422  # what would be dropped without a word
    assert step(campus.office, "accept").status_code == 302
    clock.set("2026-11-30 10:00")
    assert step(campus.office, "lift").status_code == 302
    assert "没有文书" in page(client, campus.head, "warning_list").content.decode()
    assert "已解除" in page(client, campus.head, "warning_list", stage="lifted").content.decode()


def test_warning_by_hand_from_an_event_and_its_delivery(warned, client, clock):
    campus = warned.campus
    point, _ = on_record(campus)
    add = reverse("warning_add") + f"?point={point.series}"
    assert add in page(client, campus.office, "risk_detail", point.series).content.decode()
    assert add not in page(client, campus.head, "risk_detail", point.series).content.decode()
    client.force_login(campus.office)
    assert "财务处" in client.get(add).content.decode()
    typed = TYPED | {"kind": "rectification_order", "level": "red", "unit": campus.unit.code, "person": ""}
    assert client.post(add, typed | {"kind": ""}).status_code == 422
    assert client.post(add, typed | {"person": "nobody"}).status_code == 422
    url = client.post(add, typed).url
    warned.made = RiskWarning.objects.get()
    assert url == reverse("warning_detail", args=[warned.made.pk])
    assert warned.made.points.get().series == point.series
    assert page(client, campus.head, "warning_add").status_code == 403
    warned.act("hand_in", campus.office)
    warned.act("issue", warned.second)
    receipt = {
        "way": "direct",
        "received_on": "2026-09-21",
        "place": "",
        "signed_by": "",
        "substitute": "",
        "refused": "yes",
    }
    receipt |= {"refusal": "不认可", "witness": "", "servers": "戊一、戊二", "remark": ""} | seen(warned)
    assert page(client, campus.office, "warning_deliver", warned.made.pk).status_code == 200
    bad = post(client, campus.office, "warning_deliver", warned.made.pk, receipt)
    assert "见证人" in bad.content.decode()
    assert (
        post(client, campus.office, "warning_deliver", warned.made.pk, receipt | {"witness": "庚一"}).status_code == 302
    )
    shown = page(client, campus.head, "warning_detail", warned.made.pk).content.decode()
    assert "不认可（见证人庚一）" in re.sub(r"\s", "", shown)
    wrong = page(client, campus.office, "warning_correct", warned.made.pk).content.decode()
    assert "庚一" in wrong  # it begins with what was recorded
    right = receipt | {"witness": "庚二", "reason": "见证人写错"} | seen(warned)
    assert post(client, campus.office, "warning_correct", warned.made.pk, right | {"reason": ""}).status_code == 422
    assert post(client, campus.office, "warning_correct", warned.made.pk, right).status_code == 302
    shown = re.sub(r"\s", "", page(client, campus.head, "warning_detail", warned.made.pk).content.decode())
    assert "见证人庚二" in shown
    assert "（见证人庚一）</del>" in shown
    warned.answer()
    warned.act("accept", campus.office)
    clock.set("2026-11-30 10:00")
    warned.act("lift", campus.office)
    visit = {"visited_on": "2026-11-30", "result": "part", "words": "仍有一份没有补", "again_on": ""}
    assert page(client, campus.office, "warning_visit", warned.made.pk).status_code == 200
    assert post(client, campus.office, "warning_visit", warned.made.pk, visit | seen(warned)).status_code == 422
    assert (
        post(
            client, campus.office, "warning_visit", warned.made.pk, visit | {"result": "holds"} | seen(warned)
        ).status_code
        == 302
    )
    assert "仍有一份没有补" in page(client, campus.office, "warning_detail", warned.made.pk).content.decode()
    assert "仍有一份没有补" not in page(client, campus.head, "warning_detail", warned.made.pk).content.decode()


def test_talk_outcome_analysis_and_figures(warned, client):
    campus = warned.campus
    point, other = on_record(campus)
    RiskPoint.objects.filter(pk=other.pk).update(unit=campus.other_unit)
    pk = warned.issue("reminder_talk", person=campus.clerk, points=[point.series]).pk
    assert page(client, campus.clerk, "warning_detail", pk).status_code == 404
    said = {name: value for name, value in TALK.items() if name != "signed"}
    said |= {"held_on": "2026-09-21", "starts_at": "09:00", "ends_at": "09:40", "signed": "yes"} | seen(warned)
    assert post(client, campus.office, "warning_talk", pk, said | {"ends_at": "25:00"}).status_code == 422
    assert post(client, campus.office, "warning_talk", pk, said).status_code == 302
    own = page(client, campus.clerk, "warning_detail", pk).content.decode()
    assert TEXTS["facts"] in own
    assert TALK["said"] not in own
    outcome = {"person": "clerk", "form": "1", "decided_on": "2026-09-21", "reference": "", "kept_at": ""}
    assert page(client, campus.office, "warning_outcome", pk).status_code == 200
    assert post(client, campus.office, "warning_outcome", pk, outcome | {"form": "3"}).status_code == 422
    assert post(client, campus.office, "warning_outcome", pk, outcome).status_code == 302
    analysis = {"causes": "案情", "gaps": "没有复核", "education": "", "points": [str(other.series)]}
    assert "招生就业处" in page(client, campus.office, "warning_analysis", pk).content.decode()
    assert post(client, campus.office, "warning_analysis", pk, analysis).status_code == 302
    inside = page(client, campus.office, "warning_detail", pk).content.decode()
    assert all(text in inside for text in ("第一种形态", "案情", "还没有新的防控措施", TALK["said"]))
    figures = page(client, campus.chair, "warning_figures").content.decode()
    assert "1 人" in re.sub(r"\s+", " ", figures)
    assert page(client, campus.head, "warning_figures").status_code == 403


def test_commendation_is_for_everybody_and_accountability_for_the_office(warned, client):
    campus = warned.campus
    words = {
        "unit": "CW",
        "person": "",
        "title": "先进单位",
        "words": "措施落实好",
        "decided_by": "党委",
        "reference": "",
    }
    client.force_login(campus.office)
    assert client.post(reverse("commendation_add"), words | {"decided_on": "2027-01-01"}).status_code == 422
    assert client.post(reverse("commendation_add"), words | {"decided_on": "2026-09-01"}).status_code == 302
    assert Commendation.objects.get().unit == campus.unit
    kept = {"unit": "CW", "person": "clerk", "decided_by": "党委", "reference": "校纪一号", "decided_on": "2026-09-01"}
    assert client.post(reverse("accountability_add"), kept | {"kept_at": "纪委档案室"}).status_code == 302
    assert "校纪一号" in page(client, campus.office, "commendation_list").content.decode()
    shown = page(client, campus.clerk, "commendation_list").content.decode()
    assert "先进单位" in shown
    assert "校纪一号" not in shown
    assert page(client, campus.clerk, "commendation_add").status_code == 403
    assert page(client, campus.head, "accountability_add").status_code == 403


# --- Papers ------------------------------------------------------------------------------------------------


def words_of(answer, form):
    if form == "xlsx":
        book = load_workbook(BytesIO(answer.content))
        return "".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell)
    document = Document(BytesIO(answer.content))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_letter_receipt_and_approval_are_one_paper_in_every_form(warned, client):
    campus = warned.campus
    pk = warned.issue(audience="发文部门").pk
    warned.deliver(substitute="")
    for form in ("xlsx", "docx"):
        client.force_login(campus.head)
        letter = words_of(client.get(reverse("warning_file", args=[pk, "rectification-order", form])), form)
        assert all(
            text in letter for text in (TEXTS["facts"], TEXTS["basis"], TEXTS["demands"], "责改〔2026〕1号", "财务处")
        )
        assert "15个工作日内书面答复" in letter.replace(" ", "")
        assert warned.second.name not in letter  # who issued it stands on the approval sheet
        receipt = words_of(client.get(reverse("warning_file", args=[pk, "service-receipt", form])), form)
        assert "丙一" in receipt
        assert "直接送达" in receipt
        assert client.get(reverse("warning_file", args=[pk, "warning-approval", form])).status_code == 404
        client.force_login(campus.office)
        approval = words_of(client.get(reverse("warning_file", args=[pk, "warning-approval", form])), form)
        assert warned.second.name in approval
        assert campus.office.name in approval
    client.force_login(campus.clerk)
    assert client.get(reverse("warning_file", args=[pk, "rectification-order", "xlsx"])).status_code == 404
    client.force_login(campus.head)
    pdf = client.get(reverse("warning_file", args=[pk, "rectification-order", "pdf"]))
    assert pdf.content.startswith(b"%PDF")


def test_talk_is_printed_for_the_office_alone(warned, client):
    pk = warned.issue("reminder_talk", person=warned.campus.clerk).pk
    warned.talk()
    client.force_login(warned.campus.office)
    record = words_of(client.get(reverse("warning_file", args=[pk, "talk-record", "docx"])), "docx")
    assert all(
        text in record for text in (TALK["said"], TALK["statement"], "2026-09-21 09:00", warned.campus.clerk.name)
    )
    assert papers.of(warned.row(), inside=False) == {}
    client.force_login(warned.campus.clerk)
    assert client.get(reverse("warning_file", args=[pk, "talk-record", "docx"])).status_code == 404
