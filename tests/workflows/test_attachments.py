"""Files that people hand in: which are taken, under what name, who reads them, and that they are part of what is signed."""

import io
import time
import zipfile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registers import audit
from registers.access import NotAllowed
from registers.models import AuditEntry, LeadingGroup
from registers.papers.compose import compose
from registers.refusals import Refused
from registers.text import digest_of
from tests import factories
from tests.files import JPG, OLE, PDF, PNG, package, pdf, upload
from tests.noscript import Plain
from workflows import attachments
from workflows.models import Attachment, Draft, FiledPaper, Submission
from workflows.sheets import documents, sheet_for

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

DOCX, XLSX, PPTX = package("word/document.xml"), package("xl/workbook.xml"), package("ppt/presentation.xml")


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def keep(year, *uploads, by=None):
    actor = year.actor(by or year.campus.liaison)
    return [attachments.keep(file, actor=actor, at=year.clock.now) for file in uploads]


def parts_of(content):
    """What a file holds: an office file by its parts, which are packed anew, any other by its bytes."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as package_:
        return {name: package_.read(name) for name in package_.namelist()}


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("计划.pdf", PDF, "pdf"),
        ("照片.JPEG", JPG, "jpg"),
        ("签到表.png", PNG, "png"),
        ("工作计划.docx", DOCX, "docx"),
        ("名单.xlsx", XLSX, "xlsx"),
        ("课件.pptx", PPTX, "pptx"),
        ("最终.版本.2.pdf", PDF, "pdf"),
    ],
)
def test_office_files_and_pictures_are_taken(year, name, content, kind):
    # What the browser calls it does not count.
    [kept] = keep(year, upload(name, content, "text/html"))
    assert (kept.kind, kept.size) == (kind, len(bytes(kept.content)))
    assert parts_of(bytes(kept.content)) == parts_of(content)
    assert AuditEntry.objects.filter(act="attachment.keep", about=f"workflows.attachment:{kept.pk}").count() == 1


BAD = {
    "macros": ("a.docm", package("word/document.xml", "word/vbaProject.bin"), "宏"),
    "macros under another name": ("a.docx", package("word/document.xml", "word/vbaProject.bin"), "宏"),
    "old macro sheets": ("a.xlsx", package("xl/workbook.xml", "xl/macrosheets/sheet1.xml"), "宏"),
    "controls": ("a.docx", package("word/document.xml", "word/activeX/activeX1.xml"), "宏"),
    "macro book without macros": ("a.xlsm", XLSX, "类型"),
    "two endings": ("a.pdf.exe", PDF, "类型"),
    "ending in a dot": ("a.pdf.", PDF, "类型"),
    "no ending": ("计划", PDF, "类型"),
    "a program that calls itself pdf": ("a.pdf", b"MZ\x90\x00" + b"\x00" * 60, "类型"),
    "a picture that calls itself pdf": ("a.pdf", PNG, "类型"),
    "a page": ("a.pdf", b"<html><script>alert(1)</script>", "类型"),
    "a drawing with script": ("a.svg", b"<svg onload='alert(1)'/>", "类型"),
    "a text": ("a.txt", b"x", "类型"),
    "empty": ("a.pdf", b"", "空的"),
    "too large": ("a.pdf", PDF + b"\x00" * attachments.LARGEST, "10 MB"),
    "a zip that is no office file": ("a.docx", package("readme.txt"), "类型"),
    "folders without the table of types": ("a.docx", package("word/document.xml", types=False), "类型"),
    "a broken zip": ("a.docx", DOCX[: len(DOCX) // 2], "类型"),
    "a zip with password": ("a.docx", package("word/document.xml", locked=True), "密码"),
    "an office file with password": ("a.docx", OLE, "密码"),
    "an old office file": ("a.doc", OLE, "旧版"),
    "a pdf with password": ("a.pdf", PDF + b"trailer << /Encrypt 5 0 R >>", "密码"),
    "a sheet that calls itself text": ("a.docx", XLSX, "类型"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_file_is_refused_by_name_with_a_remedy(year, case):
    name, content, why = BAD[case]
    with pytest.raises(Refused) as refused:
        keep(year, upload(name, content))
    said = str(refused.value)
    assert why in said and "没有保存" in said and attachments.tidy(name) in said
    assert not Attachment.objects.exists()


def test_zip_of_a_million_entries_is_not_even_listed(year):
    """Only the table of contents is read, and none that is larger than an office file's; nothing is ever unpacked."""
    bomb = package("word/document.xml", *(f"word/{number:060d}" for number in range(12_000)))
    started = time.monotonic()
    with pytest.raises(Refused):
        keep(year, upload("a.docx", bomb))
    assert time.monotonic() - started < 1
    # One entry that would unpack to 5 GB is told by its name like any other.
    assert attachments.kind_of(DOCX) == ("docx", "")


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/计划.pdf", "计划.pdf"),
        ("C:\\Users\\x\\计划.pdf", "计划.pdf"),
        ("计划\u202efdp.pdf", "计划fdp.pdf"),
        ("计\r\n划.pdf", "计  划.pdf"),
        ("计\x00划.pdf", "计划.pdf"),
        ("  计划.pdf  ", "计划.pdf"),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
        ("", "未命名"),
        ("😀.pdf", "😀.pdf"),
        ("." + "x" * 300, "." + "x" * 119),
    ],
)
def test_name_is_kept_without_tricks(sent, shown):
    assert attachments.tidy(sent) == shown
    assert len(shown) <= attachments.NAME


@pytest.fixture
def group(year):
    """The unit's group list with two members more than typed nothing yet."""
    return year.sheet("group")


def fill_url(sheet):
    return reverse("submission_fill", args=[sheet.pk])


def form_of(year, sheet, **more):
    """What the group list's form posts, with three members and no typed plan."""
    content = year.group(
        sheet,
        (year.campus.head, "leader"),
        (year.campus.deputy, "deputy"),
        (year.campus.member, "member"),
        work_plan="",
    )
    draft = getattr(Submission.objects.select_related("draft").get(pk=sheet.pk), "draft", None)
    data = {
        "entry": [entry["key"] for entry in content["entries"]],
        "seen_version": year.again(sheet).version,
        "draft_version": draft.version if draft else 0,
        "work_plan": "",
    }
    for entry in content["entries"]:
        data |= {f"e-{entry['key']}-{name}": value for name, value in entry["values"].items()}
    return data | more


def test_file_is_added_and_removed_while_the_sheet_is_the_fillers(year, group):
    client = browser(year.campus.liaison)
    answer = client.post(fill_url(group), form_of(year, group, attach="1", files=[pdf()], work_plan="已写一半"))
    assert (answer.status_code, answer.headers["Location"]) == (302, fill_url(group) + "#files")
    page = client.get(fill_url(group)).content.decode()
    assert "计划.pdf" in page and "已写一半" in page, "adding a file loses no typed text"
    kept = group.attachments.get()
    client.post(fill_url(group), form_of(year, group, attach="1", drop=[kept.pk]))
    assert not group.attachments.exists() and not Attachment.objects.exists(), "what nothing holds is gone"
    acts = AuditEntry.objects.filter(act__startswith="attachment.").order_by("sequence").values_list("act", flat=True)
    assert list(acts) == ["attachment.keep", "attachment.drop"]


def test_plan_may_be_uploaded_instead_of_typed(year, group):
    client = browser(year.campus.liaison)
    refused = client.post(fill_url(group), form_of(year, group, submit="1"))
    assert refused.status_code == 422 and "上传工作计划文件" in refused.content.decode()
    # The chosen file goes with the button that hands the sheet in.
    client.post(fill_url(group), form_of(year, group, submit="1", files=[pdf("计划书.pdf")]))
    assert year.again(group).state == "in_review"
    assert LeadingGroup.objects.get(since=None).work_plan == "见附件：计划书.pdf"


def test_bad_file_hands_nothing_in_and_loses_no_text(year, group):
    client = browser(year.campus.liaison)
    sent = form_of(year, group, submit="1", work_plan="写好的计划", files=[pdf(), upload("x.exe", b"MZ")])
    answer = client.post(fill_url(group), sent)
    page = answer.content.decode()
    assert answer.status_code == 422 and "x.exe" in page and "写好的计划" in page
    assert year.again(group).state == "open" and not Attachment.objects.exists(), "all or none"
    assert "写好的计划" in client.get(fill_url(group)).content.decode()


def test_ten_files_are_enough(year, group):
    client = browser(year.campus.liaison)
    ten = [pdf(f"{number}.pdf", text=str(number).encode()) for number in range(10)]
    client.post(fill_url(group), form_of(year, group, attach="1", files=ten))
    assert group.attachments.count() == 10
    answer = client.post(fill_url(group), form_of(year, group, attach="1", files=[pdf("11.pdf")]))
    assert answer.status_code == 422 and "最多上传 10 个" in answer.content.decode()
    assert group.attachments.count() == 10


def test_same_file_twice_is_one(year, group):
    client = browser(year.campus.liaison)
    for _ in range(2):
        client.post(fill_url(group), form_of(year, group, attach="1", files=[pdf()]))
    client.post(fill_url(group), form_of(year, group, attach="1", files=[pdf("另一名.pdf"), pdf("另一名.pdf")]))
    assert sorted(group.attachments.values_list("name", flat=True)) == ["另一名.pdf", "计划.pdf"]


def test_sheet_without_files_takes_none(year):
    sheet = year.sheet("personal-search")
    client = browser(year.campus.clerk)
    assert 'type="file"' not in client.get(fill_url(sheet)).content.decode()
    answer = client.post(fill_url(sheet), {"draft_version": 0, "save": "1", "files": [pdf()]})
    assert answer.status_code == 422 and "不收附件" in answer.content.decode()
    assert not Attachment.objects.exists()


def handed_in(year, group, *files):
    change(year, group, uploads=files)
    content = year.group(
        group, (year.campus.head, "leader"), (year.campus.deputy, "deputy"), (year.campus.member, "member")
    )
    return year.submit(group, content)


def change(year, sheet, *, uploads=(), dropped=(), by=None):
    actor = year.actor(by or year.campus.liaison)
    return attachments.change_files(sheet.pk, uploads=uploads, dropped=dropped, actor=actor, at=year.clock.now)


def test_nobody_changes_files_under_review(year, group):
    sheet = handed_in(year, group, pdf())
    for user in (year.campus.liaison, year.campus.head, year.campus.office):
        with pytest.raises(NotAllowed):
            change(year, sheet, uploads=[pdf("另.pdf")], by=user)
    assert sheet.attachments.count() == 1


def test_reviewers_and_the_sheets_page_show_the_files(year, group):
    sheet = handed_in(year, group, pdf("计划书.pdf"))
    link = reverse("attachment_file", args=[sheet.attachments.get().pk])
    client = browser(year.campus.head)
    for door in ("submission_review", "submission_detail"):
        page = client.get(reverse(door, args=[sheet.pk])).content.decode()
        assert "计划书.pdf" in page and link in page
    # The office reads it once the sheet has come to it.
    assert browser(year.campus.office).get(link).status_code == 404
    year.agree(sheet, year.campus.head, signed=True)
    assert browser(year.campus.office).get(link).status_code == 200


def test_files_are_part_of_what_is_signed(year, group):
    change(year, group, uploads=[pdf()])
    with_one = documents.digest(year.again(group))
    change(year, group, uploads=[pdf(text=b"other bytes")])
    with_two = documents.digest(year.again(group))
    change(year, group, dropped=list(group.attachments.values_list("pk", flat=True)))
    without = documents.digest(year.again(group))
    assert len({with_one, with_two, without}) == 3


def test_digest_of_a_sheet_without_files_is_as_it_always_was(year, submitted):
    """What was signed before sheets could have files must still verify."""
    content = documents.Composition(submitted).content
    old = digest_of({part: content[part] for part in ("fields", "rows", "retired", "title")})
    assert documents.digest(submitted) == old


def test_filed_paper_names_its_files_for_good(year, group):
    sheet = handed_in(year, group, pdf("计划书.pdf"))
    year.agree(year.agree(sheet, year.campus.head, signed=True), year.campus.office)
    paper = FiledPaper.objects.get(submission=sheet)
    digest = sheet.attachments.get().digest
    assert paper.document["attachments"] == [["计划书.pdf", digest]]
    assert digest_of(paper.document) == paper.digest
    printed = compose(sheet.task.paper_rules, documents.document(year.again(sheet)))
    assert any("计划书.pdf" in note and digest[:8].upper() in note for note in printed.notes)


def test_required_file_is_asked_for_in_a_sentence(year, monkeypatch, group):
    rules = year.campus.scheme.rules.task("group").model_copy(update={"attachments": "required"})
    sheet = sheet_for(group)
    sheet.task_rules = rules
    content = year.group(
        group, (year.campus.head, "leader"), (year.campus.deputy, "deputy"), (year.campus.member, "member")
    )
    assert sheet.faults(content) == {"": {"files": "请上传附件：工作计划。"}}
    change(year, group, uploads=[pdf()])
    assert sheet.faults(content) == {}


def test_file_is_for_keeping_and_never_shown_in_place(year, group):
    sheet = handed_in(year, group, pdf('计划 "甲"; 二.pdf'))
    kept = sheet.attachments.get()
    answer = browser(year.campus.liaison).get(
        reverse("attachment_file", args=[kept.pk]), headers={"Range": "bytes=0-3"}
    )
    assert answer.status_code == 200 and answer.content == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E8%AE%A1%E5%88%92")
    assert '"' not in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "no-store"
    assert AuditEntry.objects.filter(act="attachment.open", actor=year.campus.liaison).count() == 1


def test_strangers_get_what_does_not_exist(year, group):
    kept = handed_in(year, group, pdf()).attachments.get()
    there, nowhere = (reverse("attachment_file", args=[pk]) for pk in (kept.pk, 10**6))
    for user in (year.campus.clerk, year.campus.other_head, year.campus.sys_admin):
        client = browser(user)
        assert client.get(there).status_code == client.get(nowhere).status_code == 404
        assert client.get(there).content == client.get(nowhere).content


def test_lists_never_read_the_bytes(year, group):
    sheet = handed_in(year, group, pdf())
    client = browser(year.campus.head)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get(reverse("submission_review", args=[sheet.pk]))
    read = [query["sql"] for query in captured if '"workflows_attachment"."content"' in query["sql"]]
    assert read == []


@pytest.mark.parametrize(
    ("limits", "files", "words"),
    [
        ({"FORM_FILES_MAX_SIZE": 2_000}, [b"\x00" * 4000], "所选文件合计超过"),
        ({"FORM_FILES_MOST": 2}, [b"1", b"2", b"3"], "一次最多选 2 个文件，现选了 3 个"),
    ],
)
def test_too_many_or_too_large_files_are_refused_and_the_form_is_kept(year, settings, group, limits, files, words):
    for name, limit in limits.items():
        setattr(settings, name, limit)
    client = browser(year.campus.liaison)
    sent = form_of(year, group, attach="1", files=[pdf(text=text) for text in files]) | {"work_plan": "写了很久的计划"}
    answer = client.post(fill_url(group), sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "写了很久的计划" in answer.content.decode()
    assert Draft.objects.get(pk=group.pk).content["values"]["work_plan"] == "写了很久的计划"
    assert not Attachment.objects.exists()


def test_request_beyond_all_measure_is_not_read(year, settings, group):
    settings.FORM_FILES_MAX_SIZE = 500
    answer = browser(year.campus.liaison).post(
        fill_url(group), form_of(year, group, attach="1", files=[pdf(text=b"\x00" * 4000)])
    )
    assert answer.status_code == 413
    assert "所选文件过多或过大" in answer.content.decode()


def test_audit_chain_holds_after_files_came_and_went(year, group):
    change(year, group, uploads=[pdf()])
    change(year, group, dropped=[group.attachments.get().pk])
    assert audit.verify()[1] == []


def test_file_can_be_chosen_without_script(year, group):
    page = Plain(year.campus.liaison).go(fill_url(group)).page
    [form] = page.xpath(".//form[@data-sheet]")
    assert form.get("enctype") == "multipart/form-data"
    [chooser] = form.xpath(".//input[@type='file']")
    assert (chooser.get("name"), chooser.get("multiple") is not None) == ("files", True)
    assert form.xpath(".//button[@name='attach']")


def test_people_of_another_unit_cannot_drop_files(year, group):
    change(year, group, uploads=[pdf()])
    typist = factories.make_person("乙五", year.campus.other_unit)
    factories.appoint(typist, year.campus.other_unit, "liaison")
    other = year.sheet("group", year.campus.other_unit)
    browser(typist).post(
        fill_url(other), {"draft_version": 0, "attach": "1", "drop": [group.attachments.get().pk], "work_plan": ""}
    )
    assert group.attachments.count() == 1
