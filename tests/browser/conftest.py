"""A real browser in front of a real server: Debian's Chromium, never one that was downloaded."""

import os
import shutil
from typing import NamedTuple
from wsgiref.util import request_uri

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import Client
from playwright.sync_api import sync_playwright

from tests.browser.pages import Visitor
from tests.browser.windows import EMPTY, Windows, emptied

DESKTOP, PHONE = {"width": 1366, "height": 900}, {"width": 390, "height": 844}


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


# What Playwright switches off, but for PaintHolding: a page is drawn first when there is something to see, as for everybody. It is
# off there for the sake of clicks into frames of other sites, and here is none. RenderDocument would make everything that draws
# anew for every page. The two together are a sixth of the time of a page. Chromium heeds the last list that it is given.
SWITCHED_OFF = (
    *("RenderDocument", "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "ThirdPartyStoragePartitioning"),
    *("AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled"),
    "PreconnectToSearch",
)


@pytest.fixture(scope="package")
def chromium():
    """The windows of a browser, for this folder's tests alone: others must not see what it needs of Django."""
    # The same engine without the desktop around it, where it is installed: two thirds of the processor time.
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert found, "Chromium 没有安装，请运行 ./run setup"
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's event loop runs in this thread, and Django would take every query in it for a mistake.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        patch.setattr(StaticFilesHandler, "serve", _to_be_kept(StaticFilesHandler.serve))
        patch.setattr(StaticFilesHandler, "__call__", _overheard(StaticFilesHandler.__call__))
        # Root cannot have Chromium's sandbox; anybody else keeps it.
        arguments = [f"--disable-features={','.join(SWITCHED_OFF)}", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield Windows(browser)
        browser.close()


def _to_be_kept(serve):
    """Let browsers keep static files, as they may in service; asking for two dozen again was half of what a page costs."""

    def serve_once(handler, request):
        response = serve(handler, request)
        # Ten years, because the server's clock and the browser's are far apart.
        response["Cache-Control"] = "max-age=315360000"
        return response

    return serve_once


class Answer(NamedTuple):
    """The head of an answer of the server; names of headers are in small letters."""

    method: str
    url: str
    status: int
    headers: dict


LISTENERS = []


def _overheard(serve):
    """Let ``LISTENERS`` hear of every answer. To hear of them from the browser took as much again as to load the pages."""

    def serve_aloud(handler, environ, start_response):
        if environ["PATH_INFO"] == EMPTY:
            return emptied(start_response)

        def start(status, headers, *failure):
            url = request_uri(environ)
            answer = Answer(
                environ["REQUEST_METHOD"], url, int(status[:3]), {name.lower(): value for name, value in headers}
            )
            for listener in LISTENERS:
                listener(answer)
            return start_response(status, headers, *failure)

        return serve(handler, environ, start)

    return serve_aloud


# The browser's own voice for a request that was refused; what was refused is heard of by ``_answered`` and ``failed``.
ECHO = "Failed to load resource"
# A page that is left gives up what it still asks for, and so does a tab that turns out to hold a download.
LEFT = "net::ERR_ABORTED"


class Site:
    """The running site, its campus, its clock; browsers that come by.

    ``complaints`` is what went wrong under way, on every page of every browser: words in a console, a script that failed,
    a breach of the content policy or a page without one, a request that failed or was refused. A test in which something
    has to be refused says so beforehand (``expect``), and then it must be.
    """

    def __init__(self, windows, url, campus, clock):
        self.url, self.campus, self.clock = url, campus, clock
        self.complaints, self._windows, self._taken, self._expected, self._met = [], windows, [], set(), set()
        LISTENERS.append(self._answered)

    def visitor(self, user=None, *, viewport=DESKTOP, **options):
        """A browser that knows nothing of anybody, in which ``user`` is signed in (``seat``)."""
        # Each frame of a fading button is drawn: a twelfth of the time of a page. On phones things move as for most people.
        motion = "no-preference" if viewport == PHONE else "reduce"
        options = {"viewport": viewport, "base_url": self.url, "locale": "zh-CN", "reduced_motion": motion, **options}
        window = self._windows.take(self, **options)
        self._taken.append(window)
        visitor = Visitor(window.page)
        if user is not None:
            self.seat(visitor, user)
        return visitor

    def seat(self, visitor, user):
        """Let ``user`` be signed in at this browser instead of whoever was, with a session that begins now.

        It is made on the server, without the login page and its entry in the audit chain (for these: ``Visitor.sign_in``).
        """
        client = Client()
        client.force_login(user, backend="registers.sessions.People")
        session = client.cookies[settings.SESSION_COOKIE_NAME]
        visitor.page.context.clear_cookies()
        visitor.page.context.add_cookies([{"name": session.key, "value": session.value, "url": self.url}])

    def expect(self, *refusals):
        """Statuses (and errors of the network) that this test brings about."""
        self._expected.update(refusals)

    def heard(self, message):
        if message.type in ("error", "warning") and ECHO not in message.text:
            self.complaints.append(f"{message.location.get('url')}: {message.text}")

    def _answered(self, answer):
        if answer.status in self._expected:
            self._met.add(answer.status)
        elif answer.status >= 400:
            self.complaints.append(f"{answer.method} {answer.url}: {answer.status}")
        if answer.headers.get("content-type", "").startswith("text/html") and not policy(answer):
            self.complaints.append(f"{answer.url}: no content policy, or a loose one")

    def broke(self, failure):
        self.complaints.append(f"{failure.page.url}: {failure.error}")

    def failed(self, request):
        if request.failure in self._expected:
            self._met.add(request.failure)
        elif request.failure != LEFT:
            self.complaints.append(f"{request.method} {request.url}: {request.failure}")

    def all_leave(self):
        """Let everybody's window go to whoever comes next."""
        self._windows.give_back(self._taken)
        self._taken.clear()

    def close(self):
        self.all_leave()
        LISTENERS.remove(self._answered)

    def verdict(self):
        """What went wrong, and what should have and did not."""
        return [*self.complaints, *(f"expected and not met: {refusal}" for refusal in self._expected - self._met)]


def policy(response):
    """Whether the browser is told to run the site's own scripts and styles only."""
    # The directives come in another order with every start of the server.
    said = {part.strip() for part in response.headers.get("content-security-policy", "").split(";")}
    return {"default-src 'self'", "script-src 'self'", "style-src 'self'", "object-src 'none'"} <= said


@pytest.fixture
def make_site(chromium, live_server, transactional_db, make_campus, clock):
    """Make the site with a campus; in the end nothing may have gone wrong on any page (``Site``).

    The clock stands still for the server alone: the browser's goes on, and takes no cookie for expired, because Django
    sends their age in seconds (Max-Age) as well, which goes before the date.
    """
    sites = []

    def make(**options):
        site = Site(chromium, live_server.url, make_campus(**options), clock)
        sites.append(site)
        return site

    yield make
    for site in sites:
        site.close()
    assert [fault for site in sites for fault in site.verdict()] == []


@pytest.fixture
def site(make_site):
    return make_site()


@pytest.fixture
def year(site, beginnings):
    """The campaign of the year, open at the site's campus since July."""
    return beginnings.year(site.campus, site.clock)
