"""Papers that nobody types say what happened, to whoever may know it."""

import io

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from registers.models import AuditEntry
from registers.schemes import versions
from tests.factories import make_scheme, moment
from tests.noscript import Plain
from tests.personas import point
from tests.stories import played_once
from workflows.compiled import logs
from workflows.sheets import documents, drafts
from workflows.views import records

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

UNIT_PAPERS = [
    "unit-ledger", "duty-list", "process-list", "regulation-directory", "search-log", "archive-cover", "annual-summary",
]  # fmt: skip


def paper_of(year, slug, reader=None):
    """A unit's compiled paper as its writers get it."""
    rules = year.campus.scheme.rules
    actor = year.actor(reader) if reader else None
    return logs.paper(rules.papers[slug], rules, unit=year.campus.unit, on=year.clock.today, reader=actor)


def words(paper):
    return "\n".join(cell.text for row in paper.body for cell in row)


@pytest.fixture
@played_once
def returned(year, submitted):
    """The clerk's sheet, voted on and sent back with a reason for its first line."""
    year.vote(submitted, year.campus.member, complete=False, opinion="缺少外部环境")
    year.vote(submitted, year.campus.deputy, opinion="同意")
    year.at("09-16")
    first = str(submitted.lines.first().entry)
    return year.send_back(submitted, year.campus.head, returned={first: "请写明环节"}, opinion="请补充后再报")


def test_log_holds_every_act_in_order(year, returned):
    found = words(paper_of(year, "search-log"))
    order = ["提交", "不同意：缺少外部环境", "退回：请补充后再报"]
    assert [found.index(text) for text in order] == sorted(found.index(text) for text in order)
    assert year.campus.member.name in found


def test_log_shows_a_reader_only_the_sheets_he_may_read(year, returned):
    assert "缺少外部环境" in words(paper_of(year, "search-log", year.campus.head))
    assert "缺少外部环境" not in words(paper_of(year, "search-log", year.campus.liaison))


def test_ledger_on_paper_holds_what_the_reader_may_read(year):
    year.searched(point("甲点"))
    everything = words(paper_of(year, "unit-ledger"))
    assert "甲点" in everything
    assert "甲点" in words(paper_of(year, "unit-ledger", year.campus.head))
    assert "甲点" not in words(paper_of(year, "unit-ledger", year.campus.leader))


def test_counts_add_up(year):
    year.searched(point("甲"), point("乙", category="morality"))
    year.graded("grade-1", "grade-3")
    rows = {row[0].text: row[1].text for row in paper_of(year, "annual-summary").body}
    assert (rows["风险点（个）"], rows["其中：一级"], rows["其中：二级"], rows["其中：三级"]) == ("2", "1", "0", "1")
    assert rows["公示（次）"] == "1"


def test_duties_powers_and_steps_stand_side_by_side(year, powers):
    found = words(paper_of(year, "duty-list"))
    assert "办理会计核算" in found
    assert "设备采购立项审核" in found
    assert "复核" in found


def test_return_notice_says_what_whom_and_until_when(year, returned):
    answer = browser(year.campus.clerk).get(reverse("submission_record", args=[returned.pk, "return-notice", "xlsx"]))
    text = cells(answer.content)
    assert f"{year.campus.clerk.name}：" in text
    assert "《个人岗位廉政风险自查表》" in text
    assert "请补充后再报" in text
    assert "请写明环节" in text
    assert AuditEntry.objects.filter(act="paper.export", actor=year.campus.clerk).exists()


def test_review_record_counts_the_verdicts_of_each_line(year, returned):
    answer = browser(year.campus.head).get(reverse("submission_record", args=[returned.pk, "review-record", "xlsx"]))
    text = cells(answer.content)
    for said in ("实到2人", "缺少外部环境", "退回。请补充后再报"):
        assert said in text


def test_whom_a_review_concerns_does_not_read_it_while_it_goes_on(year, submitted):
    year.vote(submitted, year.campus.member, opinion="有待商榷")
    address = reverse("submission_record", args=[submitted.pk, "review-record", "xlsx"])
    assert "有待商榷" in cells(browser(year.campus.head).get(address).content)
    assert "有待商榷" not in cells(browser(year.campus.clerk).get(address).content)


def test_letters_are_offered_once_there_is_something_to_say(year, submitted):
    page = browser(year.campus.head).get(reverse("submission_detail", args=[submitted.pk])).content.decode()
    assert "退回通知" not in page
    year.vote(submitted, year.campus.member)
    page = browser(year.campus.head).get(reverse("submission_detail", args=[submitted.pk])).content.decode()
    assert "集体审核记录" in page


def test_notice_as_a_letter_holds_what_the_notice_shows(year):
    sheet = year.searched(point("机密的风险点"))
    grading = year.sheet("personal-grading")
    grading = year.submit(grading, year.grades(grading, "grade-1"))
    year.agree(grading, year.campus.head, grades=year.as_proposed(grading))
    notice = grading.notices.get()
    year.at("09-17")
    text = cells(browser(year.campus.colleague).get(reverse("notice_file", args=[notice.pk, "xlsx"])).content)
    assert "关于财务处" in text
    assert "会计核算" in text
    assert "5个工作日" in text
    assert year.campus.clerk.name not in text
    assert "机密的风险点" not in text
    # What the rule book does not know is left to be written; whose notice it is, is known.
    assert "联系人：＿＿＿＿＿＿" in text
    assert "财务处（盖章）" in text
    assert year.campus.scheme.rules.identity.institution in text
    assert "“个人岗位风险等级评估”的有关内容予以公示（共1项" in text
    html = browser(year.campus.colleague).get(reverse("notice_html", args=[notice.pk])).content.decode()
    assert ("受理部门：" in html, "财务处（盖章）" in html, "机密的风险点" in html) == (True, True, False)
    page = browser(year.campus.colleague).get(reverse("notice_detail", args=[notice.pk])).content.decode()
    assert ("拟定等级" in page, "审定等级" in page) == (True, False)
    assert sheet.state == "filed"


def test_only_a_decided_paper_says_so(year):
    searched = year.sheet("personal-search")
    searched = year.submit(searched, year.points(searched, point("甲")))
    assert documents.document(searched)["marks"] == []

    year.at("09-16")
    filed = year.agree(year.review(searched), year.campus.office)

    assert filed.state == "filed"
    assert documents.document(filed)["marks"] == ["decided"]
    grading = year.sheet("unit-grading")
    marks = {step: documents._marks(grading, {step: {}}, filed=False) for step in ("sign", "decide")}
    assert marks == {"sign": [], "decide": ["decided"]}


def test_characters_that_print_as_boxes_are_named_on_every_page_before_somebody_signs(year):
    sheet = year.sheet("personal-search")
    content = year.points(sheet, point("甲\U000f1234"))
    drafts.save(sheet, content, actor=year.actor(year.campus.clerk), seen=0, at=year.clock.now)

    def shown(door, user):
        return browser(user).get(reverse(door, args=[sheet.pk])).content.decode()

    form = shown("submission_fill", year.campus.clerk)
    year.submit(sheet, content)
    readers = (shown("submission_review", year.campus.member), shown("submission_detail", year.campus.clerk))

    assert "（U+F1234）：第1项“风险内容”" in form
    # The paper's rows begin with categories in which nothing was found.
    assert all("（U+F1234）：第4行“风险内容及表现形式”" in page for page in readers)
    assert all("印成方框" in page for page in (form, *readers))


@pytest.mark.parametrize("slug", UNIT_PAPERS)
@pytest.mark.parametrize("form", ["pdf", "xlsx", "docx"])
def test_every_unit_paper_comes_as_a_file(year, returned, slug, form):
    answer = browser(year.campus.head).get(reverse("record_file", args=[year.campus.unit.code, slug, form]))
    assert answer.status_code == 200
    assert len(answer.content) > 1500


def test_score_sheet_is_there_where_something_is_scored(year, campus):
    address = reverse("record_file", args=[campus.unit.code, "assessment-sheet", "xlsx"])
    rules, unscored = campus.scheme.rules, {**campus.scheme.document, "assessment": {}}
    versions.store(rules, unscored, at=moment("2026-01-02 09:00"))
    assert browser(campus.head).get(address).status_code == 404
    make_scheme("imut-2011")
    campus.root.scheme_slug = "imut-2011"
    campus.root.save()
    text = cells(browser(campus.head).get(address).content)
    assert "教职工对防控工作的满意度" in text
    assert "责令" not in text


@pytest.mark.parametrize("slug", UNIT_PAPERS)
def test_every_unit_paper_shows_on_screen(year, returned, slug):
    page = browser(year.campus.head).get(reverse("record_detail", args=[year.campus.unit.code, slug])).content.decode()
    assert "paper-title" in page
    assert (
        browser(year.campus.clerk).get(reverse("record_detail", args=[year.campus.unit.code, slug])).status_code == 403
    )


def test_paper_too_long_to_be_laid_out_comes_as_a_workbook(year, returned, monkeypatch):
    monkeypatch.setattr(records, "MOST_ROWS", 2)
    reader, about = browser(year.campus.head), [year.campus.unit.code, "search-log"]
    page = reader.get(reverse("record_detail", args=about)).content.decode()
    assert "请下载 Excel" in page
    assert "paper-title" not in page
    for form, status in (("pdf", 422), ("docx", 422), ("xlsx", 200)):
        assert reader.get(reverse("record_file", args=[*about, form])).status_code == status


def test_ledger_says_how_many_points_stay_with_their_unit(year):
    year.searched(point("甲点"), point("乙点"))
    assert "另有" not in browser(year.campus.head).get(reverse("ledger")).content.decode()
    page = browser(year.campus.office).get(reverse("ledger")).content.decode()
    assert "甲点" not in page
    assert "按方案由单位留存" in page


def test_command_prints_a_compiled_paper(year, returned, tmp_path):
    out = tmp_path / "log.xlsx"
    call_command(
        "print_paper",
        "changchun-2016",
        "search-log",
        format="xlsx",
        output=str(out),
        unit=year.campus.unit.code,
        verbosity=0,
    )
    assert "缺少外部环境" in cells(out.read_bytes())
    with pytest.raises(CommandError, match="没有代码为“XX”的单位"):
        call_command("print_paper", "changchun-2016", "search-log", output=str(out), unit="XX")


def browser(user):
    return Plain(user).client


def cells(data):
    book = openpyxl.load_workbook(io.BytesIO(data))
    return "\n".join(
        str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None
    )
