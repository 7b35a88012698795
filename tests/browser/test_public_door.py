"""A visitor with a telephone and no login objects, the office finds him right, and he reads the answer by his code."""

import pytest

from tests.browser.conftest import PHONE
from tests.doors import open_door, published, solved

pytestmark = pytest.mark.database("site")


def test_visitor_objects_without_a_login_and_follows_the_answer(site, year):
    notice = published(year, "unit-grading")
    year.at("09-17")
    open_door(at=year.clock.now)

    visitor = site.visitor(viewport=PHONE).go("/public/")
    visitor.page.get_by_role("link", name=notice.title).click()
    visitor.page.get_by_role("link", name="提出异议").click()
    visitor.page.get_by_label("等级", exact=True).check()
    visitor.page.locator("[name=row]").select_option(index=2)  # after the whole, the first row
    visitor.page.locator("[name=text]").fill("审批金额已经提高，等级偏低。")
    visitor.page.locator("[name=answer]").fill(solved(visitor.page.content())["answer"])
    year.clock.set("2026-09-17 10:01")
    visitor.press("提交异议")
    code = visitor.page.locator(".slip-code").inner_text()
    assert "只显示这一次" in visitor.text()
    width = "document.documentElement.scrollWidth <= innerWidth"
    assert visitor.page.evaluate(width)  # nothing sticks out of the screen

    office = site.visitor(year.campus.office).go(f"/notices/{notice.pk}/")
    assert "匿名" in office.text()
    office.page.get_by_label("处理结论").select_option(label="成立")
    office.page.locator("[name=handling]").fill("经核查属实，已退回更正。")
    office.press("记录处理情况")
    assert notice.sheets.get().state == "returned"

    visitor.page.get_by_role("link", name="查询", exact=True).last.click()
    visitor.page.get_by_label("查询码").fill(code)
    visitor.press("查询")
    assert "已办结" in visitor.text()
    assert "经核查属实，已退回更正。" in visitor.text()
    assert visitor.page.evaluate(width)
