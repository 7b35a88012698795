"""Windows go from test to test, and whoever comes next finds nothing of whoever has left."""

import pytest

from tests.browser.test_form import SEARCH, kept

pytestmark = pytest.mark.database("site")


def test_next_visitor_finds_nothing_of_the_last(site, year):
    """Neither cookies nor storage, no network that is off and nobody who holds requests; words half typed are not sent."""
    clerk = site.visitor(site.campus.clerk).open_task(SEARCH)
    entry = clerk.add_entry("业务流程")
    clerk.type(entry, "风险内容", "保存过的")
    clerk.wait_saved()
    page = clerk.page
    page.evaluate("() => { localStorage.setItem('left', 1); sessionStorage.setItem('left', 1); }")
    page.route("**/*", lambda route: route.abort())
    clerk.type(entry, "风险内容", "没有说完")
    other = page.context.new_page()
    page.context.set_offline(True)
    site.all_leave()

    stranger = site.visitor()
    assert stranger.page is page
    assert other.is_closed()
    stranger.go("/")
    assert page.url.partition("?")[0].endswith("/login/")
    assert page.evaluate("[localStorage.getItem('left'), sessionStorage.getItem('left')]") == [None, None]
    assert kept(site.campus.clerk) == ["保存过的"]
    assert site.complaints == []


def test_window_whose_page_was_closed_goes_to_nobody(site):
    first = site.visitor()
    first.page.close()
    site.all_leave()
    assert site.visitor().page is not first.page


def test_visitors_at_the_same_time_have_windows_of_their_own(site):
    first, second = site.visitor(site.campus.clerk).go("/"), site.visitor().go("/")
    assert first.page.context is not second.page.context
    assert second.page.url.partition("?")[0].endswith("/login/")
    assert first.page.reload().url.endswith("/")
