"""Standing lists as versions of the register, results, where they hang, their files, and what was public when."""

import io
import zipfile
from datetime import date
from hashlib import sha256

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from docx import Document
from openpyxl.comments import Comment
from PIL import Image

from registers.access import NotAllowed
from registers.models import Job, PowerItem, ProcessStep
from registers.refusals import Refused
from registers.schemes.publicity import NoticeKind
from tests.stories import played_once
from tests.workflows.test_publicising import draft, release
from workflows.compiled import publications as papers
from workflows.models import Attachment, CalendarDay, Notification, Publication, PublicRecord
from workflows.publicity import (
    attaching,
    impacts,
    lists,
    periods,
    places,
    publishing,
    recording,
    releasing,
    reminding,
)

pytestmark = pytest.mark.database("both")


def kind_of(year, code):
    return next(kind for kind in year.campus.scheme.rules.notices if kind.code == code)


def draft_list(year, by=None, code="power-directory"):
    actor = year.actor(by or year.campus.liaison)
    unit, scheme = year.campus.unit, year.campus.scheme
    return publishing.draft_list(kind_of(year, code), scheme, unit, actor=actor, at=year.clock.now)


def publish(year, publication, by=None, **said):
    actor = year.actor(by or year.campus.head)
    return publishing.release(publication, actor=actor, at=year.clock.now, **{"reviewed": True, **said})


@pytest.fixture
@played_once
def first(year, powers):
    """The first version of the unit's list of powers."""
    return publish(year, draft_list(year))


def changed_power(year, **values):
    """The unit's power with other words, in force from today."""
    old = PowerItem.objects.open().get(unit=year.campus.unit)
    PowerItem.objects.filter(pk=old.pk).update(in_force_until=year.clock.today)
    old.pk, old.base_id, old.in_force_from = None, old.pk, year.clock.today
    for name, value in values.items():
        setattr(old, name, value)
    steps = list(ProcessStep.objects.filter(power_item=old.base_id))
    old.save(force_insert=True)
    for step in steps:
        step.pk, step.power_item = None, old
        step.save(force_insert=True)
    return old


# --- Standing lists ---------------------------------------------------------------------------------------


def test_list_is_drafted_by_one_released_by_another_and_names_nobody(year, first):
    assert (first.number, str(first.effective_on), len(first.items), first.changes) == (1, "2026-09-15", 1, [])
    assert year.campus.clerk.name not in str(first.items)  # who holds the post stands in the register beside it
    with pytest.raises(Refused, match="没有不同"):
        draft_list(year)
    Publication.objects.filter(pk=first.pk).update(ended_at=year.clock.now)
    again = draft_list(year, by=year.campus.head)
    with pytest.raises(Refused, match="已有一份草稿"):
        draft_list(year)
    with pytest.raises(NotAllowed, match="起草人不能发布"):
        publish(year, again, year.campus.head)
    with pytest.raises(NotAllowed, match="审核发布"):
        publish(year, again, year.campus.liaison)
    with pytest.raises(Refused, match="保密与个人信息审查"):
        publish(year, again, year.campus.leader, reviewed=False)
    told = Notification.objects.filter(kind="publication.draft", key=f"publication:{again.pk}")
    assert year.campus.leader.pk in told.values_list("recipient", flat=True)


def test_next_version_says_what_is_new_gone_and_changed_and_ends_the_one_before(year, first):
    year.at("10-12")
    old = changed_power(year, name="印章保管", legal_basis="印章管理办法")
    PowerItem.objects.create(
        unit=year.campus.unit, accountable_post=year.campus.post, name="新增事项", in_force_from=year.clock.today
    )
    made = draft_list(year)
    with pytest.raises(Refused, match="请写明变更说明"):
        publish(year, made)
    second = publish(year, made, explanation="职能调整。")

    assert [(row["item"], row["change"]) for row in second.changes] == [(1, "变更要素")] * 2 + [(2, "新增")]
    assert {row["element"]: row["after"] for row in second.changes[:2]} == {
        "权力（职权）名称": "印章保管", "行使依据": "印章管理办法",
    }  # fmt: skip
    first.refresh_from_db()
    assert (first.ended_at, first.ended_why, second.replaces) == (year.clock.now, "第 2 版发布", first)
    year.at("11-16")
    PowerItem.objects.filter(pk=old.pk).update(in_force_until=year.clock.today)
    third = publish(year, draft_list(year), explanation="取消。")
    assert [(row["item"], row["change"], row["name"]) for row in third.changes] == [(1, "取消", "印章保管")]
    assert [row["item"] for row in third.items] == [2]  # a number is never given to another
    paper = papers.paper_of(third, changes=True)
    assert [cell.text for cell in paper.body[0]][1:4] == ["1", "印章保管", "取消"]


def test_list_whose_register_has_changed_since_is_not_released_as_it_was_seen(year, powers):
    made = draft_list(year)
    seen = publishing.digest_of(publishing.preview(made, year.clock.today))
    changed_power(year, name="印章保管")
    with pytest.raises(Refused, match="登记册的内容刚有变动"):
        publish(year, made, seen_digest=seen)


def test_numbers_and_differences_of_lists():
    def row(key, name, **more):
        return {lists.KEY: key, "name": name, "unit": "甲", **more}

    one = lists.numbered([row("a", "子"), row("b", "丑")], [])
    two = lists.numbered([row("c", "寅"), row("b", "丑", unit="乙")], [one])
    three = lists.numbered([row("a", "子")], [one, two])
    assert [[r[lists.NUMBER] for r in version] for version in (one, two, three)] == [[1, 2], [2, 3], [1]]
    found = lists.differences(one, two, [["unit", "单位"], ["name", "事项"]])
    assert [(r["item"], r["change"], r["before"], r["after"]) for r in found] == [
        (1, "取消", "", ""), (2, "变更要素", "甲", "乙"), (3, "新增", "", ""),
    ]  # fmt: skip


def test_readers_of_a_list_keep_its_old_versions_and_lose_what_was_taken_down(year, first):
    campus = year.campus
    clerk, other = year.actor(campus.clerk), year.actor(campus.other_head)
    year.at("10-12")
    changed_power(year, name="印章保管")
    second = publish(year, draft_list(year), explanation="改名。")
    assert set(Publication.objects.visible_to(year.actor(campus.clerk))) == {first, second}
    with pytest.raises(Refused, match="请写明"):
        publishing.end(second, actor=year.actor(campus.head), why=" ", at=year.clock.now)
    publishing.end(second, actor=year.actor(campus.head), why="有误", at=year.clock.now)
    assert [list(Publication.objects.visible_to(actor)) for actor in (clerk, other)] == [[first], [first]]


# --- Results ----------------------------------------------------------------------------------------------


def result(year, **said):
    given = {
        "title": "考核结果通报",
        "blocks": ["一、总体情况"],
        "audience": "unit",
        "actor": year.actor(year.campus.liaison),
    }
    return publishing.draft_result(year.campus.scheme, year.campus.unit, at=year.clock.now, **{**given, **said})


def test_result_is_told_to_the_chosen_units_until_its_last_day(year):
    campus = year.campus
    with pytest.raises(Refused, match="请写明通报的内容"):
        result(year, blocks=[" "])
    with pytest.raises(Refused, match="请选择通报哪些单位"):
        result(year, audience="chosen")
    with pytest.raises(Refused, match="不能早于今天"):
        result(year, ends_on=date(2026, 9, 14))
    table = {"columns": [("unit", "单位"), ("band", "档次")], "rows": [{"unit": "财务处", "band": "优秀"}]}
    made = result(year, audience="chosen", units=[campus.other_unit], ends_on=date(2026, 9, 30), **table)
    reads = {who: year.actor(getattr(campus, who)) for who in ("other_head", "clerk")}
    assert not Publication.objects.visible_to(reads["other_head"]).exists()  # nobody has released it
    publish(year, made)
    assert [Publication.objects.visible_to(actor).exists() for actor in reads.values()] == [True, False]
    assert Notification.objects.filter(kind="publication.told").get().recipient == campus.other_head
    paper = papers.paper_of(Publication.objects.get(pk=made.pk))
    assert (paper.title, [cell.text for cell in paper.body[0]]) == ("考核结果通报", ["1", "财务处", "优秀"])
    assert "一、总体情况" in paper.paragraphs
    year.at("10-01")
    year.sweep()
    made.refresh_from_db()
    assert (made.ended_why, Publication.objects.visible_to(year.actor(campus.other_head)).exists()) == ("期满", False)


@pytest.mark.parametrize("said", [{"title": "联系13812345678"}, {"blocks": ["甲", "邮箱 u@qq.com"]}])
def test_result_with_a_telephone_or_a_mailbox_is_refused(year, said):
    with pytest.raises(Refused, match="不能发布"):
        publish(year, result(year, **said))


def test_database_refuses_a_second_list_in_force_and_a_release_by_the_drafter(year, first):
    copy = Publication.objects.get(pk=first.pk)
    copy.pk, copy.number = None, 2
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.filter(pk=first.pk).update(released_by=first.drafted_by)


# --- Days -------------------------------------------------------------------------------------------------


def notice_kind(**said):
    return NoticeKind(code="x", label="公示", verb="notice", **said)


@pytest.mark.parametrize(
    ("counts", "length", "on", "last"),
    [
        ("working", 5, date(2026, 9, 15), date(2026, 9, 22)),
        ("calendar", 5, date(2026, 9, 15), date(2026, 9, 21)),  # the 20th is a working Sunday only if the table says so
        ("calendar", 7, date(2026, 9, 15), date(2026, 9, 22)),
        ("calendar", 5, date(2026, 12, 29), date(2027, 1, 4)),
    ],
)
def test_days_are_counted_as_the_kind_says(db, counts, length, on, last):
    CalendarDay.objects.filter(day__range=(date(2026, 9, 15), date(2027, 1, 4))).delete()
    assert periods.period(notice_kind(counts=counts), length, on)[1] == last


def warned(year, first, last, **said):
    faults = periods.warnings(year.campus.scheme.rules, notice_kind(**said), first, last)
    return [word for text in faults for word in ("寒假", "暑假", "尚未载入") if word in text]


def test_vacation_and_unknown_calendar_are_said_before_release(year):
    CalendarDay.objects.create(day=date(2026, 10, 1), is_working=False)
    summer, winter, term = ((date(2026, month, 13), date(2026, month, 17)) for month in (7, 2, 4))
    assert warned(year, *summer) == ["暑假"]
    assert warned(year, *term) == []
    assert warned(year, *winter) == ["寒假"]
    assert warned(year, *winter, warn_vacation=False) == []
    assert warned(year, date(2031, 4, 14), date(2031, 4, 18)) == ["尚未载入"]
    assert warned(year, date(2026, 7, 6), date(2026, 7, 12)) == []  # less than half


# --- Where it hangs -----------------------------------------------------------------------------------------


@pytest.fixture
@played_once
def hanging(year, two):
    """A notice from 16 to 22 September that hangs on the board, and was to hang on the web site."""
    notice = release(year, draft(year), year.campus.leader)
    board, _ = notice.notice_places.all()
    places.post(board, year.clock.today, actor=year.actor(year.campus.liaison), at=year.clock.now)
    return notice


def on_desk(year, who):
    browser = Client()
    browser.force_login(getattr(year.campus, who))
    return "撤下清单" in browser.get(reverse("desk")).content.decode()


def test_what_hangs_after_the_end_stands_on_the_desk_until_it_is_taken_down(year, hanging):
    campus = year.campus
    assert [place.label for place in hanging.notice_places.all()] == ["单位公告栏", "单位网站"]
    assert not on_desk(year, "liaison")
    year.at("09-23")
    year.sweep()
    assert [on_desk(year, who) for who in ("liaison", "leader", "head", "clerk")] == [True, True, False, False]
    reminding.remind(at=year.at("09-23"))
    reminding.remind(at=year.at("09-23", hour=11))
    told = Notification.objects.filter(kind="notice.take_down")
    assert {row.recipient for row in told} == {campus.liaison, campus.leader}
    assert "单位公告栏尚未撤下" in told.first().text and "单位网站" not in told.first().text
    board, web = hanging.notice_places.all()
    actor = year.actor(campus.liaison)
    for day, fault in ((date(2026, 9, 24), "不能晚于今天"), (date(2026, 9, 14), "不能早于张贴")):
        with pytest.raises(Refused, match=fault):
            places.take(board, day, actor=actor, at=year.clock.now)
    with pytest.raises(NotAllowed, match="尚未登记张贴"):
        places.take(web, year.clock.today, actor=actor, at=year.clock.now)
    with pytest.raises(NotAllowed):
        places.take(board, year.clock.today, actor=year.actor(campus.clerk), at=year.clock.now)
    places.take(board, year.clock.today, actor=actor, at=year.clock.now)
    assert not on_desk(year, "liaison")

    hanging.refresh_from_db()
    paper = papers.closing_of(hanging)
    rows = [[cell.text for cell in row] for row in paper.body]
    assert rows[0][1:] == ["本系统页面", campus.leader.name, "2026-09-16", "自动撤下", "2026-09-23"]
    assert rows[1][1:] == ["单位公告栏", campus.liaison.name, "2026-09-15", campus.liaison.name, "2026-09-23"]
    assert "公示结论：无异议。" in paper.paragraphs


def test_places_and_days_are_recorded_on_the_page(year, hanging):
    browser = Client()
    browser.force_login(year.campus.liaison)
    page = reverse("notice_detail", args=[hanging.pk])
    web = hanging.notice_places.last()
    refused = browser.post(reverse("place_post", args=[web.pk]), {"on": "2026-09-31"})
    assert (refused.status_code, "2026-09-31" in refused.content.decode()) == (422, True)
    assert browser.post(reverse("place_post", args=[web.pk]), {"on": "2026-09-15"}).status_code == 302
    twice = browser.post(reverse("notice_place_add", args=[hanging.pk]), {"label": "单位网站"})
    assert (twice.status_code, "已经在列" in twice.content.decode()) == (422, True)
    assert browser.post(reverse("notice_place_add", args=[hanging.pk]), {"label": "大厅"}).status_code == 302
    assert "大厅" in browser.get(page).content.decode()


def test_drafts_that_wait_are_reminded_of_by_working_days(year, two):
    reminding.remind(at=year.at("09-16"))
    texts = list(Notification.objects.filter(kind="notice.draft_waits").values_list("text", flat=True))
    assert texts and all("请起草公示" in text for text in texts)
    made = draft(year)
    draft_day = result(year)
    year.at("09-18")
    reminding.remind(at=year.clock.now)
    waits = Notification.objects.filter(kind="notice.draft_waits", created_at=year.clock.now)
    assert {(row.key, row.recipient.number) for row in waits if row.key.startswith("draft:")} == {
        (f"draft:{made.pk}:1", "leader")
    }
    assert any(row.key == f"publication:{draft_day.pk}:1" for row in waits)


# --- After the end, and what was public when ---------------------------------------------------------------


def test_notice_kept_without_names_loses_them_after_its_last_day(year, hanging):
    type(hanging).objects.filter(pk=hanging.pk).update(
        after_end="nameless", items=[{**item, "person": "张某"} for item in hanging.items]
    )
    hanging.refresh_from_db()
    year.at("09-18")
    year.sweep()
    year.at("09-23")
    year.sweep()
    browser = Client()
    browser.force_login(year.campus.colleague)
    page = browser.get(reverse("notice_detail", args=[hanging.pk]))
    assert (page.status_code, "张某" in page.content.decode()) == (200, False)
    assert "张某" not in browser.get(reverse("notice_html", args=[hanging.pk])).content.decode()
    [record] = PublicRecord.objects.filter(notice=hanging)
    assert (str(record.first_day), str(record.last_day)) == ("2026-09-16", "2026-09-22")
    assert "张某" in bytes(record.content).decode()  # what was public on those days
    assert sha256(bytes(record.content)).hexdigest() == record.digest


def test_what_is_removed_is_gone_with_its_copies(year, hanging):
    job = Job.objects.create(
        kind="paper", owner=year.campus.clerk, created_at=year.clock.now, finished_at=year.clock.now, content=b"x",
        parameters={"path": reverse("notice_file", args=[hanging.pk, "pdf"]), "form": "pdf"},
    )  # fmt: skip
    other = Job.objects.create(
        kind="paper", owner=year.campus.clerk, created_at=year.clock.now, content=b"x",
        parameters={"path": f"/notices/{hanging.pk}1/notice.pdf", "form": "pdf"},
    )  # fmt: skip
    year.at("09-23")
    year.sweep()
    browser = Client()
    browser.force_login(year.campus.colleague)
    for door in ("notice_detail", "notice_html"):
        assert browser.get(reverse(door, args=[hanging.pk])).status_code == 404
    job.refresh_from_db()
    other.refresh_from_db()
    assert (job.content, bytes(other.content)) == (None, b"x")


def test_record_grows_by_the_day_and_begins_anew_when_the_page_changes(year, first):
    recording.record_all(at=year.at("09-16"))
    assert recording.record_all(at=year.at("09-16", hour=11)) == 0
    recording.record_all(at=year.at("09-18"))
    Publication.objects.filter(pk=first.pk).update(title="改了标题")
    recording.record_all(at=year.at("09-19"))
    days = [(str(row.first_day), str(row.last_day)) for row in PublicRecord.objects.filter(publication=first)]
    assert days == [("2026-09-15", "2026-09-18"), ("2026-09-19", "2026-09-19")]


# --- Names ------------------------------------------------------------------------------------------------


def test_notice_with_names_needs_an_assessment_of_its_columns(year, two, monkeypatch):
    made = draft(year)
    rows = releasing.preview(made)
    named = [{**row, "person": "张某"} for row in rows]
    monkeypatch.setattr("workflows.publicity.showing.items", lambda task, sheets: named)
    with pytest.raises(Refused, match="须先由学校领导小组办公室作出个人信息保护影响评估"):
        release(year, made)
    said = {"purpose": "监督", "risk": "可认出本人", "measures": "只显示姓氏", "at": year.clock.now}
    office, kind = year.actor(year.campus.office), made.kind_rules
    with pytest.raises(NotAllowed):
        impacts.assess(made.task.campaign.scheme, kind, fields=[], actor=year.actor(year.campus.head), **said)
    impacts.assess(made.task.campaign.scheme, kind, fields=["person"], actor=office, **said)
    with pytest.raises(Refused, match="重新评估"):
        release(year, made)
    whole = impacts.assess(
        made.task.campaign.scheme, kind, fields=["person", *(field for field, _ in made.columns)], actor=office, **said
    )
    assert release(year, made).impact == whole


# --- Files ------------------------------------------------------------------------------------------------

IDENTITY = "11010519491231002X"


def workbook(put):
    book = openpyxl.Workbook()
    put(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def hidden_row(book):
    book.active["A5"] = f"身份证 {IDENTITY[:6]} {IDENTITY[6:]}"
    book.active.row_dimensions[5].hidden = True


def hidden_sheet(book):
    sheet = book.create_sheet("附")
    sheet["Z9"] = IDENTITY
    sheet.sheet_state = "hidden"


def comment(book):
    book.active["A1"].comment = Comment("电话１３８１２３４５６７８", "某")


def as_number(book):
    book.active["B2"] = 110105194912310020


def property_of(book):
    book.properties.description = "联系 u@qq.com"


def mail_link(book):
    book.active["A1"] = "联系"
    book.active["A1"].hyperlink = "mailto:u@qq.com"


def letter(*runs, header="", author="张三"):
    document = Document()
    paragraph = document.add_paragraph()
    for run in runs:
        paragraph.add_run(run)
    document.sections[0].header.paragraphs[0].text = header
    document.core_properties.author = author
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def pdf(text):
    """One page with a line of text, as small as a PDF can be."""
    words = f"BT /F 12 Tf 50 700 Td ({text}) Tj ET"
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"
    font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    stream = f"<</Length {len(words)}>>stream\n{words}\nendstream"
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", page, stream, font]
    written, places_of = "%PDF-1.4\n", []
    for number, text_of in enumerate(objects, 1):
        places_of.append(len(written))
        written += f"{number} 0 obj{text_of}endobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places_of)
    end = f"xref\n0 6\n0000000000 65535 f \n{table}trailer<</Root 1 0 R/Size 6>>\nstartxref\n{len(written)}\n%%EOF"
    return (written + end).encode()


LEAKING = {
    "hidden row": ("名单.xlsx", lambda: workbook(hidden_row), "身份证号"),
    "hidden sheet": ("名单.xlsx", lambda: workbook(hidden_sheet), "身份证号"),
    "comment": ("名单.xlsx", lambda: workbook(comment), "批注中有手机号码"),
    "number of a cell": ("名单.xlsx", lambda: workbook(as_number), "身份证号"),
    "link": ("名单.xlsx", lambda: workbook(mail_link), "电子邮箱"),
    "property": ("名单.xlsx", lambda: workbook(property_of), "文档属性中有电子邮箱"),
    "cut into runs": ("说明.docx", lambda: letter("联系138", "1234", "5678"), "正文中有手机号码"),
    "header": ("说明.docx", lambda: letter("甲", header="家住朝阳路"), "页眉中有住址"),
    "page": ("说明.pdf", lambda: pdf(f"No {IDENTITY}"), "第 1 页中有身份证号"),
    "name": ("13812345678.docx", lambda: letter("甲"), "文件名“13812345678.docx”中有手机号码"),
}


def attach(year, about, name, content):
    upload = SimpleUploadedFile(name, content)
    return attaching.attach(about, [upload], actor=year.actor(year.campus.liaison), at=year.clock.now)


@pytest.mark.parametrize("case", LEAKING)
def test_file_with_something_personal_is_not_kept(year, case):
    name, make, fault = LEAKING[case]
    made = result(year)
    with pytest.raises(Refused, match=fault):
        attach(year, made, name, make())
    assert not made.attachments.exists()


def test_clean_file_is_kept_without_its_author_and_pictures_without_exif(year):
    made = result(year)
    assert attach(year, made, "说明.docx", letter("依据校发〔2026〕12号文件，共 5 个工作日。")) == 1
    kept = bytes(made.attachments.get().content)
    core = zipfile.ZipFile(io.BytesIO(kept)).read("docProps/core.xml").decode()
    assert "张三" not in core
    assert Document(io.BytesIO(kept)).paragraphs[0].text.startswith("依据校发")
    picture, exif = io.BytesIO(), Image.Exif()
    exif[0x013B] = "张三"
    Image.new("RGB", (8, 8)).save(picture, "JPEG", exif=exif)
    attach(year, made, "照片.jpg", picture.getvalue())
    photo = Image.open(io.BytesIO(bytes(made.attachments.get(kind="jpg").content)))
    assert (photo.size, dict(photo.getexif())) == ((8, 8), {})


def test_files_are_attached_to_drafts_on_the_page_and_read_with_them(year):
    made = result(year)
    browser = Client()
    browser.force_login(year.campus.liaison)
    address = reverse("publication_attach", args=[made.pk])
    bad = browser.post(address, {"files": [SimpleUploadedFile("a.docx", letter(IDENTITY))]})
    assert (bad.status_code, "身份证号（110…2X）" in bad.content.decode()) == (422, True)
    assert browser.post(address, {"files": [SimpleUploadedFile("a.docx", letter("甲"))]}).status_code == 302
    file = made.attachments.get()
    publish(year, made)
    reader = Client()
    reader.force_login(year.campus.clerk)
    assert reader.get(reverse("attachment_file", args=[file.pk])).status_code == 200
    assert browser.post(address, {"drop": [file.pk]}).status_code == 403
    publishing.end(made, actor=year.actor(year.campus.head), why="有误", at=year.clock.now)
    assert reader.get(reverse("attachment_file", args=[file.pk])).status_code == 404


def test_files_of_a_draft_that_is_thrown_away_are_deleted(year):
    made = result(year)
    attach(year, made, "说明.docx", letter("甲"))
    publishing.discard(made, actor=year.actor(year.campus.liaison), at=year.clock.now)
    assert not Attachment.objects.exists()
