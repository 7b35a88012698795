"""A notice from its draft to the decision, past an objection that a student raises on his telephone without a login."""

import pytest

from tests import meeting_pages
from tests.browser import notice_pages
from tests.browser.conftest import PHONE
from tests.browser.pages import Seats
from tests.doors import open_door, solved, unpublished
from workflows import sweeping

pytestmark = pytest.mark.database("site")

TASK, GRAVER = "单位风险等级评估", ("高", "可能触犯国家法律，构成犯罪")
FITS = "document.documentElement.scrollWidth <= innerWidth"  # nothing sticks out of the screen


class Days:
    """The days of the story, and its people."""

    def __init__(self, site, year):
        self.year, self._seats = year, Seats(site)

    def at(self, day):
        sweeping.sweep(at=self.year.at(day))
        self._seats.next_day()

    def __getattr__(self, name):
        return self._seats.visitor(name)


def objected(student, year, title):
    """Object on the telephone; return the receipt code."""
    student.go("/login/").page.get_by_role("link", name="公开窗口").click()
    student.page.get_by_role("link", name=title).click()
    assert student.page.evaluate(FITS)
    student.page.get_by_role("link", name="提出异议").click()
    student.page.get_by_label("等级", exact=True).check()
    student.page.locator("[name=row]").select_option(index=2)  # after the whole, the first row
    student.page.locator("[name=text]").fill("审批金额已经提高，等级偏低。")
    student.page.locator("[name=answer]").fill(solved(student.page.content())["answer"])
    year.clock.set("2026-09-17 10:01")
    student.press("提交异议")
    assert "只显示这一次" in student.text()
    assert student.page.evaluate(FITS)
    return student.page.locator(".slip-code").inner_text()


def test_student_objects_on_his_telephone_and_the_row_is_corrected_published_again_and_decided(site, year):
    sheet, days = unpublished(year), Days(site, year)
    notice_pages.publish(days.office, days.chair)
    first = sheet.notices.get()
    days.at("09-17")
    open_door(at=year.clock.now)

    student = site.visitor(viewport=PHONE)
    code = objected(student, year, first.title)
    office = days.office.go("/")
    office.page.get_by_role("listitem").filter(has_text=first.title).get_by_role(
        "link", name="处理", exact=True
    ).click()
    assert "匿名" in office.text()
    office.page.get_by_label("处理结论").select_option(label="成立")
    office.page.locator("[name=handling]").fill("经核查属实，已退回更正。")
    office.press("记录处理情况")
    student.page.get_by_role("link", name="查询", exact=True).last.click()
    student.page.get_by_label("查询码").fill(code)
    student.press("查询")
    assert "经核查属实，已退回更正。" in student.text()
    assert student.page.evaluate(FITS)

    liaison = days.liaison.open_task(TASK)
    assert "经核查属实" in liaison.text()
    for label, value in zip(("发生几率", "危害程度"), GRAVER, strict=True):
        liaison.choose(liaison.entry_of("机密内容"), label, value)
    liaison.wait_saved()
    liaison.press("提交")
    days.head.open_task(TASK, button="办理").decide("确定等级")
    notice_pages.publish(days.office, days.chair)
    days.at("09-18")
    second = sheet.notices.exclude(pk=first.pk).get()
    student.go("/public/").page.get_by_role("link", name=second.title).click()
    assert "一级" in student.text()

    site.expect(410)
    days.at("09-25")
    assert "公示已结束" in student.go(f"/public/notices/{second.pk}/").text()
    sheet = year.again(sheet)
    assert sheet.step == "decide"
    year.body()
    meeting_pages.hold(sheet, organiser=site.campus.office)
    days.at("09-26")
    assert "一级" in days.liaison.go(f"/submissions/{sheet.pk}/").text()
    assert year.again(sheet).state == "filed"
