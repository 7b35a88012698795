"""The checklist of an inspection on a telephone: what is typed without network is there once the network is."""

import pytest

from tests.browser.conftest import PHONE
from tests.workflows.test_inspections import Story

pytestmark = pytest.mark.database("site")


def test_lines_typed_without_network_outlive_the_page(site):
    """The page is closed before the network is back; opened again it sends them all, and keeps none."""
    site.expect("net::ERR_INTERNET_DISCONNECTED")
    story = Story(site.campus, site.clock)
    story.begin()
    first, second = story.lines("item")[:2]
    address = f"/inspections/{story.made.pk}/check/"
    inspector = site.visitor(story.team[0], viewport=PHONE).go(address)
    context = inspector.page.context

    context.set_offline(True)
    line = inspector.page.locator(f"#check-{first.pk}")
    line.get_by_label("核查结果").select_option("part")
    line.get_by_label("得分").fill("7.5")
    for label, count in (("总数", "120"), ("抽查数", "20"), ("不符数", "3")):
        line.get_by_label(label).fill(count)
    line.get_by_label("核查情况").fill("第一行\n3 份没有比价")
    inspector.page.locator(f"#check-{second.pk}").get_by_label("核查情况").fill("话没有说完")
    line.get_by_text("网络不通，已存在本机").wait_for()
    assert "有 2 项还没有发送" in inspector.text()
    inspector.page.close()

    context.set_offline(False)
    inspector.page = context.new_page()
    inspector.go(address)
    inspector.page.get_by_text("全部内容已保存。").wait_for()
    for line in (first, second):
        line.refresh_from_db()
    assert (first.result, first.score, first.sampled_of, first.sampled, first.wrong) == ("part", 7.5, 120, 20, 3)
    assert (first.words, second.words) == ("第一行\n3 份没有比价", "话没有说完")
    assert {first.checked_by, second.checked_by} == {story.team[0]}
    assert inspector.page.evaluate("localStorage.length") == 0
    inspector.page.reload()
    again = inspector.page.locator(f"#check-{first.pk}")
    assert again.get_by_label("核查情况").input_value() == "第一行\n3 份没有比价"
    assert again.get_by_label("总数").input_value() == "120"
