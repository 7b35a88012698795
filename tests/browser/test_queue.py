"""Ticking many sheets in a browser: all of the page at once, one password, the result of each."""

import pytest

from tests.browser.conftest import PHONE
from tests.browser.pages import PASSWORD
from tests.personas import point

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database("site")]


@pytest.fixture
def waiting(site, year):
    """The clerk's, the head's and the liaison's search sheets wait for the group, which has two votes of theirs still to give."""
    for owner in (site.campus.clerk, site.campus.head):
        sheet = year.sheet("personal-search", owner)
        year.submit(sheet, year.points(sheet, point(f"{owner.name}的风险")))
    return year


@pytest.mark.parametrize("viewport", [None, PHONE])
def test_all_of_the_page_are_ticked_and_signed_with_one_password(site, waiting, viewport):
    options = {"viewport": viewport} if viewport else {}
    member = site.visitor(site.campus.member, **options).go("/queue/")
    assert member.page.get_by_role("checkbox", name="勾选").count() == 2
    member.page.locator("main details").first.locator("summary").click()
    assert "的风险" in member.text()
    for box in member.page.get_by_role("checkbox", name="勾选").all():
        box.check()
    member.press("表决同意")
    assert "2 张全部办理完毕" in member.text()
    head = site.visitor(site.campus.head, **options).go("/queue/")
    if viewport is None:
        head.page.get_by_role("checkbox", name="全选本页").check()
        assert head.page.get_by_role("checkbox", name="勾选", checked=True).count() == 1
    else:
        head.page.get_by_role("checkbox", name="勾选").check()
    head.press("表决同意")
    assert "1 张全部办理完毕" in head.text()
    site.expect(422)
    head.go("/queue/")
    head.page.get_by_role("checkbox", name="勾选").check()
    head.page.get_by_label("登录密码（签字确认）").fill("wrong-password")
    head.press("通过所选")
    assert "密码不正确，一张都没有办理" in head.text()
    assert head.page.get_by_role("checkbox", name="勾选", checked=True).count() == 1
    head.page.get_by_label("登录密码（签字确认）").fill(PASSWORD)
    head.press("通过所选")
    assert "1 张全部办理完毕" in head.text()
    assert waiting.sheet("personal-search").step == "file", "summed up and signed in one act"
