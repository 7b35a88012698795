"""The whole year of 001 in a browser: from a self-check to a signed register entry, an official paper and a ledger row."""

import subprocess

import openpyxl
import pytest

from registers import audit, jobs, versions
from registers.models import RiskCategory, RiskPoint
from tests.browser.conftest import PHONE
from tests.browser.pages import PASSWORD
from tests.factories import make_person, make_post
from workflows import reminders, sweeping

GROUP = "领导小组成员及工作计划"
SEARCH, GRADING, CONTROL = "个人岗位廉政风险自查", "个人岗位风险等级评估", "个人岗位廉能风险识别防控"
GRAVE, SLIGHT = "采购参数照抄一家", "报销单据积压"
MEASURES = {"前期预防": "两人经办", "中期监控": "每月抽查", "后期处置": "谈话提醒"}


@pytest.fixture
def stage(make_site):
    """The campus before the year: no leading group yet, two post holders, and a point of last year."""
    site = make_site(with_group=False)
    campus = site.campus
    campus.junior = make_person("甲三", campus.unit, number="junior")
    make_post(campus.unit, "出纳", campus.junior, domain="finance")
    old = RiskPoint.objects.create(
        unit=campus.unit,
        level="personal",
        post=campus.post,
        holder=campus.clerk,
        category=RiskCategory.objects.get(scheme=campus.scheme, code="regulation"),
        content="去年登记的制度漏洞",
        manifestation="去年的表现",
        finding_source="self",
        nature="integrity",
    )
    versions.enter_into_force(old, on=site.clock.today.replace(year=2025))
    return site


class Story:
    """The acts of the year, each by the person whose it is, each through that person's own browser."""

    def __init__(self, site, folder):
        self.site, self.folder, self.campus = site, folder, site.campus
        self._visitors = {}

    def at(self, day, hour=10):
        """Let it be that day; the worker does what it does every minute and every hour, and everybody signs in anew."""
        self._visitors = {}
        now = self.site.clock.set(f"2026-{day} {hour:02d}:00")
        sweeping.sweep(at=now)
        reminders.remind(at=now)

    def __getattr__(self, name):
        if name not in self._visitors:
            viewport = {"viewport": PHONE} if name == "junior" else {}
            self._visitors[name] = self.site.visitor(getattr(self.campus, name), **viewport)
        return self._visitors[name]

    # -- before the review -----------------------------------------------------------------------------
    def campaign_opens(self):
        self.at("07-06")
        self.office.go("/campaign/").press("开展年度活动")
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
        clerk.choose(clerk.entry_of("去年登记的制度漏洞"), "去年登记的内容，今年", "撤销")
        clerk.type(clerk.entry_of("去年登记的制度漏洞"), "撤销理由（撤销时必填）", "制度已修订")
        clerk.add_point("业务流程", GRAVE)
        clerk.add_point("外部环境", "供应商请托")
        clerk.press("提交")
        assert "已提交，进入审核" in clerk.text()

    def member_finds_fault(self):
        member = self.member.open_task(SEARCH, self.campus.clerk.name, "办理")
        member.judge("供应商请托", "不准", "请写明是哪一类供应商")
        member.press("提交表决")
        assert "表决已记录" in member.text()

    def head_sends_it_back(self):
        head = self.head.open_task(SEARCH, self.campus.clerk.name, "办理")
        head.press("提交表决")
        head.judge("供应商请托", "不准", "请写明是哪一类供应商")
        head.decide("退回", redo_on="2026-07-20")
        assert "退回必须写明原因" in head.text()
        head.judge("供应商请托", "不准", "请写明是哪一类供应商")
        head.decide("退回", opinion="外部环境一项不够具体", redo_on="2026-07-20")
        assert f"已退回：{SEARCH}，{self.campus.clerk.name}" in head.text()

    def clerk_corrects(self):
        clerk = self.clerk.go("/inbox/")
        assert "被退回，请按意见修改" in clerk.text()
        clerk.open_task(SEARCH)
        assert "外部环境一项不够具体" in clerk.text()
        returned = clerk.section("外部环境").get_by_role("article")
        assert "请写明是哪一类供应商" in returned.inner_text()
        assert "已通过，改动后须重新审核" in clerk.section("业务流程").get_by_role("article").inner_text()
        clerk.type(returned, "风险内容", "试剂供应商请托")
        clerk.press("提交")
        assert "已提交，进入审核" in clerk.text()

    def group_concludes(self, name):
        """The member and the head vote; the head concludes, and his one password signs as well."""
        self.member.open_task(SEARCH, name, "办理").press("提交表决")
        head = self.head.open_task(SEARCH, name, "办理")
        head.press("提交表决")
        head.decide("通过并签字", password="a wrong password")
        assert "密码不正确，签字未生效" in head.text()
        head.decide("通过并签字", password=PASSWORD)
        assert "已办理" in head.text()
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
            ("试剂供应商请托", "较高", "可能违反相关法规，受到纪律处分"),
        ):
            clerk.choose(clerk.entry_of(text), "发生几率", probability)
            clerk.choose(clerk.entry_of(text), "危害程度", harm)
        clerk.wait_saved()
        assert "一级" in clerk.entry_of(GRAVE).locator(".proposal").inner_text()
        clerk.press("提交")
        junior = self.junior.open_task(GRADING)
        junior.choose(junior.entry_of(SLIGHT), "发生几率", "较小")
        junior.choose(junior.entry_of(SLIGHT), "危害程度", "可能造成不良社会影响或一定经济损失")
        junior.press("提交")

    def head_grades(self):
        """One grade departs from what the rule proposes: refused without a reason."""
        head = self.head.open_task(GRADING, self.campus.clerk.name, "办理")
        line = head.line("试剂供应商请托")
        head.choose(line, "单位评估", "一级")
        head.decide("确定等级")
        assert "理由" in head.line("试剂供应商请托").locator(".field-error").inner_text()
        head.line("试剂供应商请托").get_by_label("理由（与建议等级不同时必填）").fill("近年该类问题多发")
        head.decide("确定等级")
        assert "已办理" in head.text()
        self.head.open_task(GRADING, self.campus.junior.name, "办理").decide("确定等级")

    def notice_runs(self):
        self.at("07-14")  # the day after it was decided
        notices = self.colleague.go("/notices/")
        assert "公示中" in notices.text()
        assert not self.head.has_task(GRADING)
        self.at("07-28")
        for name in (self.campus.clerk.name, self.campus.junior.name):
            self.head.open_task(GRADING, name, "办理").decide("确定等级")
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


def test_from_a_self_check_to_a_ledger_row(stage, tmp_path):
    story = Story(stage, tmp_path)
    story.campaign_opens()
    story.group_is_filed()
    story.clerk_searches()
    story.member_finds_fault()
    story.head_sends_it_back()
    story.clerk_corrects()
    story.group_concludes(stage.campus.clerk.name)
    story.junior_searches()
    story.group_concludes(stage.campus.junior.name)
    story.grades_are_proposed()
    story.head_grades()
    story.notice_runs()
    reminded(story)
    story.measures_are_taken()
    copied_by_grade(story)
    on_paper(story)
    in_the_ledger(story)
    assert audit.verify()[1] == []


def reminded(story):
    """Whoever has not done what is due hears of it, his head as well once it is late."""
    story.at("09-17", 8)
    story.at("09-20", 8)
    story.at("09-21", 8)
    head = story.head.go("/inbox/").text()
    assert f"“{SEARCH}”（填报，财务处）将于9月20日 24:00 截止" in head
    assert f"“{SEARCH}”（填报，财务处）今天 24:00 截止" in head
    assert f"“{SEARCH}”（填报，财务处）已逾期，请尽快办理" in head
    assert "逾期" not in story.junior.go("/inbox/").text()  # who has handed in is left alone


def copied_by_grade(story):
    """A sheet with a point of level one or two comes to the office, one with level three stays in the unit."""
    office = story.office.go("/progress/?task=personal-control")
    rows = office.page.get_by_role("row")
    assert rows.filter(has_text=story.campus.clerk.name).get_by_role("link", name=CONTROL).count() == 1
    assert rows.filter(has_text=story.campus.junior.name).get_by_role("link", name=CONTROL).count() == 0


def on_paper(story):
    """附件4 as PDF: sealed, with its title, points, grades, measures and signature."""
    clerk = story.clerk.go("/done/")
    clerk.page.get_by_role("link", name=CONTROL).first.click()
    assert "内容已封存" in clerk.text()
    path = clerk.download("PDF", story.folder)
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    squeezed = "".join(text.split())
    for words in ("附件4", story.campus.clerk.name, GRAVE, "试剂供应商请托", "一级", *MEASURES.values()):
        assert words in squeezed, words
    assert story.campus.head.name in squeezed
    assert "去年登记的制度漏洞" not in squeezed


def in_the_ledger(story):
    """The head's ledger on screen and as a workbook: a row per point, with grade and measures."""
    head = story.head.go("/ledger/")
    assert GRAVE in head.text()
    assert SLIGHT in head.text()
    head.press("导出 Excel")
    jobs.work(at=story.site.clock.now)
    head.page.get_by_role("link", name="下载").wait_for()
    book = openpyxl.load_workbook(head.download("下载", story.folder))
    rows = list(book["财务处"].iter_rows(values_only=True))
    heading = next(row for row in rows if row[0] == "序号")
    found = {
        row[7]: dict(zip(heading, row, strict=True)) for row in rows if row[7] in (GRAVE, SLIGHT, "试剂供应商请托")
    }
    assert {content: row["风险等级"] for content, row in found.items()} == {
        GRAVE: "一级",
        "试剂供应商请托": "一级",
        SLIGHT: "三级",
    }
    for row in found.values():
        assert {label: row[label] for label in MEASURES} == MEASURES
    assert found[GRAVE]["责任人"] == story.campus.clerk.name
    summary = [row for row in book["汇总"].iter_rows(values_only=True) if row[0] == "财务处"]
    assert [row[1:] for row in summary] == [(2, 0, 1, 0, 3)]
