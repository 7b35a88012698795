"""A real browser in front of a real server: Debian's Chromium, never one that was downloaded."""

import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests import factories
from tests.browser.pages import Visitor

DESKTOP, PHONE = {"width": 1366, "height": 900}, {"width": 390, "height": 844}
PATIENCE = 15_000  # ms for anything to appear; a loaded machine is slow, a right answer still comes


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def chromium():
    """The browser, for this folder's tests alone: other tests must not see what it needs of Django."""
    found = shutil.which("chromium")
    assert found, "Chromium 没有安装，请运行 ./run setup"
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's event loop runs in this thread, and Django would take every query in it for a mistake.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


class Site:
    """The running site, its campus, its clock; browsers that come by. ``complaints`` is what their consoles said."""

    def __init__(self, browser, url, campus, clock):
        self.browser, self.url, self.campus, self.clock = browser, url, campus, clock
        self.complaints, self._contexts = [], []

    def visitor(self, user=None, *, viewport=DESKTOP, **options):
        """A fresh browser; ``user`` signs in with it at once."""
        context = self.browser.new_context(viewport=viewport, base_url=self.url, locale="zh-CN", **options)
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("response", self._answered)
        visitor = Visitor(page)
        if user is not None:
            visitor.sign_in(user.number)
        return visitor

    def _heard(self, message):
        # The browser repeats every refused request in its console; what matters of these is said by ``_answered``.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(f"{message.location.get('url')}: {message.text}")

    def _answered(self, response):
        missing = response.status == 404 and "/static/" in response.url
        if response.status >= 500 or missing:
            self.complaints.append(f"{response.url}: {response.status}")

    def close(self):
        for context in self._contexts:
            context.close()


@pytest.fixture
def make_site(chromium, live_server, transactional_db, clock):
    """Make the site with a campus; in the end no console may have complained, no answer been a failure."""
    sites = []

    def make(**options):
        site = Site(chromium, live_server.url, factories.Campus(**options), clock)
        sites.append(site)
        return site

    yield make
    for site in sites:
        site.close()
    assert not [complaint for site in sites for complaint in site.complaints]


@pytest.fixture
def site(make_site):
    return make_site()
