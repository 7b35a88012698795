"""Windows of a browser that go from test to test, so that it need not start, read and translate everything again for each."""

from playwright.sync_api import Error

PATIENCE = 15_000  # ms for anything to appear; a loaded machine is slow, a right answer still comes
VIOLATIONS = """document.addEventListener("securitypolicyviolation", event =>
    console.error(`policy ${event.effectiveDirective}: ${event.blockedURI}`))"""
# A page of the site with nothing on it, which only the server of these tests has.
EMPTY = "/empty-page-of-the-tests/"
# What a page would still send when it is left, or after a pause, would come to the next test.
SAY_NO_MORE = """() => {
    for (let timer = setTimeout(() => 0); timer; timer--) clearTimeout(timer);
    window.fetch = () => new Promise(() => 0);
}"""
FORGET = "() => { localStorage.clear(); sessionStorage.clear(); }"


def emptied(start_response):
    """Answer a request for ``EMPTY``."""
    # As all pages of the site; one that says something else would be shown by another process.
    start_response("200 OK", [("Content-Type", "text/html"), ("Cross-Origin-Opener-Policy", "same-origin")])
    return [b"<!DOCTYPE html><link rel=icon href=data:,>"]


class Window:
    """A window with cookies and storage of its own. ``site`` hears what goes wrong in it."""

    def __init__(self, context, options):
        self.context, self.options, self.site = context, options, None
        context.set_default_timeout(PATIENCE)
        context.add_init_script(VIOLATIONS)
        # Of the context, so that tabs which a page opens are heard as well.
        context.on("console", self._heard)
        context.on("weberror", self._broke)
        context.on("requestfailed", self._failed)
        self.page = context.new_page()

    # Whoever is here now hears of it.
    def _heard(self, message):
        self.site.heard(message)

    def _broke(self, failure):
        self.site.broke(failure)

    def _failed(self, request):
        self.site.failed(request)

    def clean(self):
        """Leave the page and forget everybody; return whether nothing of a test is left.

        Whoever listens to a page for dialogs goes on doing so, so a test that does closes its page, and the window goes with it.
        """
        try:
            self.context.set_offline(False)
            self.page.unroute_all()
            self.page.evaluate(SAY_NO_MORE)
            self.page.goto(EMPTY)
            for tab in self.context.pages[1:]:
                tab.close()
            self.page.evaluate(FORGET)
            self.context.clear_cookies()
        except Error:  # closed by the test, or on its way to another page
            return False
        return True


class Windows:
    """Windows by the options that they were opened with; those that are free wait for the next who wants such a one."""

    def __init__(self, browser):
        self._browser, self._free = browser, []

    def take(self, site, **options):
        """A window with these options of Playwright, in which nobody has been, as far as a page of the site can tell."""
        window = next((free for free in reversed(self._free) if free.options == options), None)
        if window is None:
            window = Window(self._browser.new_context(**options), options)
        else:
            self._free.remove(window)
        window.site = site
        return window

    def give_back(self, windows):
        """Keep what is clean again; whoever comes next takes the first of them, which has been used most."""
        for window in reversed(windows):
            if window.clean():
                self._free.append(window)
            else:
                window.context.close()
