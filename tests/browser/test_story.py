"""The whole year of 001 in a browser: from a self-check to a signed register entry, an official paper and a ledger row."""

import subprocess
from collections import Counter

import openpyxl
import pytest

from registers import audit, jobs, versions
from registers.models import AuditEntry, RiskCategory, RiskPoint
from tests.browser import notice_pages
from tests.browser.conftest import PHONE
from tests.browser.pages import PASSWORD, Seats, read
from tests.factories import make_person, make_post
from workflows import sweeping
from workflows.messages import reminders

pytestmark = pytest.mark.database("site")

GROUP = "领导小组成员及工作计划"
SEARCH, GRADING, CONTROL = "个人岗位廉政风险自查", "个人岗位风险等级评估", "个人岗位廉能风险识别防控"
GRAVE, SLIGHT, VENDOR = "采购参数照抄一家", "报销单据积压", "试剂供应商请托"
# Last year's points, and what becomes of each.
KEPT, REVISED, RETIRED = "公章使用登记不全", "预算调整口头通知", "去年登记的制度漏洞"
REWORDED = "预算调整未经会议研究"
REMARK = "请写明是哪一类供应商"
MEASURES = {"前期预防": "两人经办", "中期监控": "每月抽查", "后期处置": "谈话提醒"}


@pytest.fixture
def stage(make_site):
    """The campus before the year: no leading group yet, three post holders, and three points of last year."""
    site = make_site(with_group=False)
    site.expect(422)  # what is wrong is refused with the page that says so
    campus = site.campus
    campus.junior = make_person("甲三", campus.unit, number="junior")
    campus.idle = make_person("甲四", campus.unit, number="idle")
    make_post(campus.unit, "出纳", campus.junior, domain="finance")
    make_post(campus.unit, "稽核", campus.idle, domain="finance")
    category = RiskCategory.objects.get(scheme=campus.scheme, code="regulation")
    points = [
        RiskPoint(
            unit=campus.unit,
            level="personal",
            post=campus.post,
            holder=campus.clerk,
            category=category,
            content=content,
            manifestation="去年的表现",
            finding_source="self",
            nature="integrity",
        )
        for content in (KEPT, REVISED, RETIRED)
    ]
    versions.load_history(points, on=site.clock.today.replace(year=2025))
    return site


# Who signs in through the login page when he first comes: at a desk, on a phone, and last of all.
AT_THE_DOOR = ("office", "junior", "auditor")


class Story:
    """The acts of the year, each by the person whose it is, each through that person's own browser."""

    def __init__(self, site, folder):
        self.site, self.folder, self.campus = site, folder, site.campus
        self._seats = Seats(site, self._first_time)

    def at(self, day, hour=10):
        """Let it be that day; the worker does what it does every minute and every hour."""
        now = self.site.clock.set(f"2026-{day} {hour:02d}:00")
        sweeping.sweep(at=now)
        reminders.remind(at=now)
        self._seats.next_day()

    def _first_time(self, name, user):
        viewport = {"viewport": PHONE} if name == "junior" else {}
        if name not in AT_THE_DOOR:
            return self.site.visitor(user, **viewport)
        return self.site.visitor(**viewport).sign_in(user.number)

    def __getattr__(self, name):
        return self._seats.visitor(name)

    # -- before the review -----------------------------------------------------------------------------
    def campaign_opens(self):
        self.at("07-06")
        office = self.office.go("/campaign/")
        office.page.get_by_role("link", name="预览2026年度活动").click()
        office.page.wait_for_load_state()
        assert self.campus.unit.name in office.text()
        office.press("开展年度活动")
        assert "2026年风险岗位廉能管理已开展" in self.office.text()

    def group_is_filed(self):
        liaison, campus = self.liaison.open_task(GROUP), self.campus
        self._member(campus.head.number, "组长")
        liaison.page.locator("[name=work_plan]").fill("七月动员，九月审核，十一月防控。")
        liaison.press("提交")
        assert "领导小组应由3人以上组成，现为1人，请补充成员" in liaison.text()
        for user, seat in ((campus.deputy, "副组长"), (campus.member, "成员")):
            self._member(user.number, seat)
        liaison.press("提交")
        assert "已提交，进入审核" in liaison.text()
        self.head.open_task(GROUP, button="办理").decide("通过并签字", password=PASSWORD)
        self.office.open_task(GROUP, button="办理").decide("准予备案")

    def _member(self, number, seat):
        entry = self.liaison.add_entry(GROUP)
        self.liaison.type(entry, "工号", number)
        self.liaison.select(entry, "小组职务", seat)
        entry.get_by_label("人员类别").select_option(index=1)

    def clerk_searches(self):
        self.at("07-13")
        clerk = self.clerk.open_task(SEARCH)
        assert "2026年9月20日 24:00 截止" in clerk.text()
        choice = "去年登记的内容，今年"
        clerk.choose(clerk.entry_of(KEPT), choice, "沿用")
        clerk.choose(clerk.entry_of(REVISED), choice, "修改")
        clerk.type(clerk.entry_of(REVISED), "风险内容", REWORDED)
        clerk.choose(clerk.entry_of(RETIRED), choice, "撤销")
        clerk.type(clerk.entry_of(RETIRED), "撤销理由（撤销时必填）", "制度已修订")
        clerk.add_point("业务流程", GRAVE)
        clerk.add_point("外部环境", "供应商请托")
        clerk.press("提交")
        assert "已提交，进入审核" in clerk.text()

    def member_finds_fault(self):
        member = self.member.open_task(SEARCH, self.campus.clerk.name, "办理")
        assert "现行登记" in member.line(REWORDED).inner_text()
        assert REVISED in member.line(REWORDED).inner_text()
        member.judge("供应商请托", "不准", REMARK)
        member.vote()
        assert "表决已记录" in member.text()

    def head_sends_it_back(self):
        head = self.head.open_task(SEARCH, self.campus.clerk.name, "办理")
        assert f"成员意见（不准）\n{REMARK}\n{self.campus.member.name}" in read(head.line("供应商请托"))
        head.vote()
        head.judge("供应商请托", "不准", REMARK)
        head.decide("退回", redo_on="2026-07-20")
        assert "退回必须写明原因" in head.text()
        head.decide("退回", opinion="外部环境一项不够具体", redo_on="2026-07-20")
        assert f"已退回：{SEARCH}，{self.campus.clerk.name}" in head.text()

    def clerk_corrects(self):
        clerk = self.clerk.go("/inbox/")
        assert f"您的“{SEARCH}”被退回，请按意见修改，限 2026-07-20 前重新提交。" in clerk.text()
        clerk.open_task(SEARCH)
        assert "外部环境一项不够具体" in clerk.text()
        assert "2026年7月20日 24:00 截止" in clerk.text()
        returned = clerk.section("外部环境").get_by_role("article")
        assert f"该项审核意见\n{REMARK}" in read(returned)
        assert "已通过，改动后须重新审核" in clerk.section("业务流程").get_by_role("article").inner_text()
        clerk.type(returned, "风险内容", VENDOR)
        clerk.press("提交")
        assert "已提交，进入审核" in clerk.text()

    def second_round_is_about_one_line(self):
        """What was accepted stays so; the line that was sent back is judged anew, beside what was said of it."""
        member = self.member.open_task(SEARCH, self.campus.clerk.name, "办理")
        assert "第 2 轮" in member.text()
        for accepted in (GRAVE, KEPT, REWORDED, RETIRED):
            assert "此前已通过" in member.line(accepted).inner_text(), accepted
        again = read(member.line(VENDOR))
        assert "此前已通过" not in again
        assert "已退回 1 次" in again
        assert f"上次审核意见\n{REMARK}" in again

    def group_concludes(self, name):
        """The member and the head vote; the head concludes, and his one password signs as well."""
        self.member.open_task(SEARCH, name, "办理").vote()
        head = self.head.open_task(SEARCH, name, "办理")
        head.vote()
        head.decide("通过并签字", opinion="同意，请抓紧落实", password="a wrong password")
        assert "密码不正确，签字未生效" in head.text()
        assert head.page.locator("#decide").get_by_label("意见").input_value() == "同意，请抓紧落实"
        head.decide("通过并签字", password=PASSWORD)
        assert f"已办理：{SEARCH}，{name}" in head.text()
        self.office.open_task(SEARCH, name, "办理").decide("准予备案")

    def junior_searches(self):
        junior = self.junior.open_task(SEARCH)
        junior.add_point("工作效率", SLIGHT)
        junior.press("提交")

    # -- grading ---------------------------------------------------------------------------------------
    def grades_are_proposed(self):
        clerk = self.clerk.open_task(GRADING)
        for text, probability, harm in (
            (GRAVE, "高", "可能触犯国家法律，构成犯罪"),
            (VENDOR, "较高", "可能违反相关法规，受到纪律处分"),
            (REWORDED, "较高", "可能违反相关法规，受到纪律处分"),
            (KEPT, "较小", "可能造成不良社会影响或一定经济损失"),
        ):
            clerk.choose(clerk.entry_of(text), "发生几率", probability)
            clerk.choose(clerk.entry_of(text), "危害程度", harm)
        clerk.wait_saved()
        for text, grade in ((GRAVE, "一级"), (VENDOR, "二级"), (REWORDED, "二级"), (KEPT, "三级")):
            assert grade in clerk.entry_of(text).locator(".proposal").inner_text()
        assert clerk.entry_of(RETIRED).count() == 0
        clerk.press("提交")
        assert "已提交，进入审核" in clerk.text()
        junior = self.junior.open_task(GRADING)
        junior.choose(junior.entry_of(SLIGHT), "发生几率", "较小")
        junior.choose(junior.entry_of(SLIGHT), "危害程度", "可能造成不良社会影响或一定经济损失")
        junior.press("提交")

    def head_grades(self):
        """One grade departs from what the rule proposes: refused without a reason."""
        head = self.head.open_task(GRADING, self.campus.clerk.name, "办理")
        head.choose(head.line(VENDOR), "单位评估", "一级")
        head.decide("确定等级")
        assert "理由" in head.brought_into_view(head.line(VENDOR).locator(".field-error"))
        assert head.line(VENDOR).get_by_label("一级", exact=True).is_checked()
        head.line(VENDOR).get_by_label("理由（与建议等级不同时必填）").fill("近年该类问题多发")
        head.decide("确定等级")
        assert "已办理" in head.text()
        self.head.open_task(GRADING, self.campus.junior.name, "办理").decide("确定等级")

    def notice_runs(self):
        self.at("07-14")  # the day after it was released
        notices = self.colleague.go("/notices/")
        [row] = notices.page.get_by_role("row").filter(has_text="公示中").all()
        row.get_by_role("link", name=f"关于财务处{GRADING}结果的公示").click()
        notices.page.get_by_role("heading", name="公示内容").wait_for()
        assert "2026-07-14 至 2026-07-20" in notices.text()  # five working days from the day after
        assert [secret for secret in (GRAVE, VENDOR, self.campus.clerk.name) if secret in notices.text()] == []
        assert not self.head.has_task(GRADING)
        self.at("07-28")
        for name in (self.campus.clerk.name, self.campus.junior.name):
            head = self.head.open_task(GRADING, name, "办理")
            if name == self.campus.clerk.name:  # the rule would have it otherwise: whoever decides says why
                head.line(VENDOR).get_by_label("理由（与建议等级不同时必填）").fill("公示无异议，维持一级")
            head.decide("确定等级")
            self.office.open_task(GRADING, name, "办理").decide("准予备案")

    # -- controls --------------------------------------------------------------------------------------
    def measures_are_taken(self):
        self.at("11-02")
        for visitor in (self.clerk, self.junior):
            visitor.open_task(CONTROL)
            for entry in visitor.entries().all():
                for label, text in MEASURES.items():
                    visitor.type(entry, label, text)
            visitor.press("提交")
            assert "已提交，进入审核" in visitor.text()
        for name in (self.campus.clerk.name, self.campus.junior.name):
            self.head.open_task(CONTROL, name, "办理").decide("通过并签字", password=PASSWORD)
            assert f"已办理：{CONTROL}，{name}" in self.head.text()


def test_from_a_self_check_to_a_ledger_row(stage, tmp_path):
    story = Story(stage, tmp_path)
    story.campaign_opens()
    story.group_is_filed()
    story.clerk_searches()
    story.member_finds_fault()
    story.head_sends_it_back()
    story.clerk_corrects()
    story.second_round_is_about_one_line()
    story.group_concludes(stage.campus.clerk.name)
    story.junior_searches()
    story.group_concludes(stage.campus.junior.name)
    story.grades_are_proposed()
    story.head_grades()
    notice_pages.publish(story.liaison, story.head)
    story.notice_runs()
    reminded(story)
    story.measures_are_taken()
    copied_by_grade(story)
    on_paper(story)
    in_the_ledger(story)
    on_record(story)


def reminded(story):
    """Whoever has not done what is due hears of it on working days, once a day; his head as well once it is three days late."""
    for day, hour in (("09-17", 8), ("09-18", 8), ("09-20", 8), ("09-21", 8), ("09-21", 9), ("09-22", 8), ("09-23", 8)):
        story.at(day, hour)
    story.idle.go("/inbox/")
    told = story.idle.page.get_by_role("row").filter(has_text="项提醒").all_inner_texts()
    assert [row.strip().splitlines()[0] for row in told] == [
        "当日有 1 项提醒：1 项已逾期。",
        "当日有 1 项提醒：1 项已逾期。",
        "当日有 1 项提醒：1 项即将截止。",
        "当日有 1 项提醒：1 项即将截止。",
    ]
    assert [day in row for day, row in zip(("09-23", "09-21", "09-18", "09-17"), told, strict=True)] == [True] * 4
    assert SEARCH in told[0]  # the lines of the latest lie open
    head = story.head.go("/inbox/")
    told = head.page.get_by_role("row").filter(has_text="所负责单位有").first.inner_text()
    assert "2026-09-23 08:00" in told
    assert story.campus.idle.name in told
    assert "逾期" not in story.junior.go("/inbox/").text()  # who has handed in is left alone
    assert story.idle.has_task(SEARCH)
    assert "逾期 3 天" in story.idle.text()


def copied_by_grade(story):
    """A sheet with a point of level one or two comes to the office, one with level three stays in the unit."""
    office = story.office.go("/progress/?task=personal-control")
    rows = office.page.get_by_role("row")
    assert rows.filter(has_text=story.campus.clerk.name).get_by_role("link", name=CONTROL).count() == 1
    assert rows.filter(has_text=story.campus.junior.name).count() == 1
    assert rows.filter(has_text=story.campus.junior.name).get_by_role("link", name=CONTROL).count() == 0
    told = office.go("/inbox/").page.get_by_role("row").filter(has_text="已抄送备查，无须办理")
    assert [story.campus.clerk.name in row for row in told.all_inner_texts()] == [True]
    assert not office.has_task(CONTROL)


def printed(visitor, task, folder):
    """The text of the PDF of one's own filed sheet, as one finds it under 已办; without spaces and line breaks."""
    visitor.go("/done/")
    row = visitor.page.get_by_role("row").filter(has=visitor.page.get_by_role("link", name=task, exact=True)).first
    assert "已办结" in row.inner_text()
    row.get_by_role("link", name=task, exact=True).click()
    visitor.page.get_by_role("heading", name="办理记录").wait_for()
    assert "内容已封存" in visitor.text()
    path = visitor.download("PDF", folder)
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    return "".join(text.split())


def on_paper(story):
    """附件2 and 附件4 as PDF: sealed, with title, points, grades, measures and signatures, and nothing that was retired."""
    campus, copy = story.campus, "报学校领导小组办公室备份"
    everybody = (campus.clerk.name, campus.head.name, GRAVE, VENDOR, KEPT, REWORDED)
    search = printed(story.clerk, SEARCH, story.folder)
    for words in ("附件2", "个人岗位廉政风险自查表", campus.office.name, *everybody):
        assert words in search, words
    control = printed(story.clerk, CONTROL, story.folder)
    for words in ("附件4", "个人岗位廉能风险识别防控表", "一级", "二级", "三级", copy, *MEASURES.values(), *everybody):
        assert words in control, words
    for paper in (search, control):
        assert RETIRED not in paper
        assert REVISED not in paper
    slight = printed(story.junior, CONTROL, story.folder)
    assert SLIGHT in slight
    assert copy not in slight


def in_the_ledger(story):
    """The head's ledger on screen and as a workbook: a row per point, with grade and measures."""
    grades = {GRAVE: "一级", VENDOR: "一级", REWORDED: "二级", KEPT: "三级", SLIGHT: "三级"}
    head = story.head.go("/ledger/")
    for content, grade in grades.items():
        assert grade in head.page.get_by_role("row").filter(has_text=content).inner_text(), content
    head.press("导出 Excel")
    jobs.work(at=story.site.clock.now)
    head.page.get_by_role("link", name="下载").wait_for()
    book = openpyxl.load_workbook(head.download("下载", story.folder))
    rows = list(book["财务处"].iter_rows(values_only=True))
    start = next(place for place, row in enumerate(rows) if row[0] == "序号")
    found = [dict(zip(rows[start], row, strict=True)) for row in rows[start + 1 :] if row[7]]
    assert {row["风险内容"]: row["风险等级"] for row in found} == grades
    for row in found:
        assert {label: row[label] for label in MEASURES} == MEASURES
        assert row["单位"] == "财务处"
        assert row["责任领导"] == story.campus.leader.name
        assert row["责任人"] == (story.campus.junior if row["风险内容"] == SLIGHT else story.campus.clerk).name
    # What was kept or revised goes on under the day of its first filing.
    first = {row["风险内容"]: str(row["备案日期"])[:10] for row in found}
    assert first == {
        GRAVE: "2026-07-13",
        VENDOR: "2026-07-13",
        SLIGHT: "2026-07-13",
        **dict.fromkeys((KEPT, REWORDED), "2025-09-15"),
    }
    summary = [row for row in book["汇总"].iter_rows(values_only=True) if row[0] == "财务处"]
    assert [row[1:] for row in summary] == [(2, 1, 2, 0, 5)]


# How often each act of the story is on record. A signature that settles two steps writes one agreement for each.
ACTS = {
    "campaign.open": 1,
    "submission.submit": 8,
    "submission.vote": 6,
    "submission.return": 1,
    "submission.agree": 16,
    "submission.automatic": 3,
    "submission.not_signed": 2,
    **dict.fromkeys(("notice.draft", "notice.release", "notice.clear"), 1),
    "paper.export": 3,
    "ledger.export": 1,
}


def on_record(story):
    """The chain holds, every act is in it as often as it was done, and the auditor can read it."""
    entries, breaks = audit.verify()
    assert breaks == []
    found = Counter(AuditEntry.objects.values_list("act", flat=True))
    assert entries == found.total()
    assert {act: found[act] for act in ACTS} == ACTS
    auditor = story.auditor.go("/audit/").text()
    for label in ("导出台账", "导出表格", "登录"):
        assert label in auditor, label
