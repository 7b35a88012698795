"""The site as its users see it: everything is found by the words on the screen."""

import re

PASSWORD = "password-for-tests"
# Whether a page whose scripts run asks if one is sure, before it does what a button says.
ASKS = """button => !document.documentElement.classList.contains("no-js")
    && Boolean(button.dataset.confirm || button.form?.dataset.confirm)"""


class Visitor:
    """A person at a browser."""

    def __init__(self, page):
        self.page = page

    # -- getting about ---------------------------------------------------------------------------------
    def sign_in(self, number, password=PASSWORD):
        self.page.goto("/login/")
        self.page.get_by_label("工号").fill(number)
        self.page.get_by_label("密码", exact=True).fill(password)
        self.page.get_by_role("button", name="登录", exact=True).click()
        self.page.wait_for_url("**/")
        return self

    def go(self, address):
        self.page.goto(address)
        return self

    def wait_until(self, happened):
        """Let the page go on until ``happened()``."""
        for _ in range(500):
            if happened():
                return
            self.page.wait_for_timeout(20)
        raise AssertionError("it did not happen within ten seconds")

    def text(self):
        return self.page.locator("main").inner_text()

    def press(self, name, within=None, *, settle=True):
        """Press a button by its words, and agree where the page asks whether one is sure; ``settle`` waits for what comes."""
        button = (within or self.page).get_by_role("button", name=name, exact=True).last
        asks = button.evaluate(ASKS)
        button.click()
        if asks:
            self.page.locator("dialog[open]").locator("button[value=yes]").click()
        if settle:
            self.page.wait_for_load_state()

    def send(self, name, within):
        """Press a button that leads to another page, and wait for that: one pressed while the page saves waits for the answer."""
        with self.page.expect_navigation():
            self.press(name, within=within, settle=False)

    def open_task(self, task, subject="", button="填写"):
        """From one's own to-do list into the sheet of ``task`` (and of ``subject``)."""
        self.go("/")
        todo = self.page.get_by_role("listitem").filter(has=self.page.get_by_role("link", name=task, exact=True))
        if subject:
            todo = todo.filter(has_text=subject)
        todo.get_by_role("link", name=button, exact=True).click()
        self.page.wait_for_load_state()
        return self

    def has_task(self, task, subject=""):
        self.go("/")
        todo = self.page.get_by_role("listitem").filter(has=self.page.get_by_role("link", name=task, exact=True))
        return (todo.filter(has_text=subject) if subject else todo).count() > 0

    def brought_into_view(self, place):
        """The words of a place far down a page, once the page has moved there and said at its edge that something is wrong."""
        self.wait_until(lambda: place.evaluate("p => p.getBoundingClientRect().bottom < innerHeight && scrollY > 0"))
        self.page.locator("[data-toasts]").get_by_role("alert").wait_for()
        return place.inner_text()

    # -- filling ---------------------------------------------------------------------------------------
    def section(self, heading):
        """The part of the form under a heading."""
        return self.page.locator("section.sheet-section").filter(
            has=self.page.get_by_role("heading", name=heading, exact=True)
        )

    def entries(self, heading=None):
        return (self.section(heading) if heading else self.page).get_by_role("article")

    def entry_of(self, text):
        return self.page.get_by_role("article").filter(has_text=text)

    def add_entry(self, heading):
        """Ask for one more entry; return it once it is there."""
        entries = self.entries(heading)
        before = entries.count()
        self.section(heading).get_by_role("button", name="增加一项").click()
        entries.nth(before).wait_for()
        return entries.nth(before)

    def type(self, entry, label, text):
        labelled(entry, label).fill(text)

    def choose(self, entry, legend, option):
        group = entry.get_by_role("group", name=re.compile(f"^{re.escape(legend)}"))
        group.get_by_label(option, exact=True).check()

    def select(self, entry, label, option):
        labelled(entry, label).select_option(label=option)

    def add_point(self, heading, content, manifestation="有此表现"):
        """One more risk point under a category."""
        entry = self.add_entry(heading)
        self.type(entry, "风险内容", content)
        self.type(entry, "表现形式", manifestation)
        self.choose(entry, "查找方式", "自己找")
        self.choose(entry, "风险性质", "廉（不廉洁行为）")
        return entry

    def wait_saved(self):
        """Until the page says that what was typed is on the server."""
        self.page.locator("[data-save-state=saved]").filter(has_text="已自动保存").wait_for()

    # -- reviewing -------------------------------------------------------------------------------------
    def line(self, text):
        """The line of a review page that holds ``text``."""
        return self.page.get_by_role("article").filter(has_text=text)

    def judge(self, text, verdict, comment="", legend="查找准不准"):
        line = self.line(text)
        self.choose(line, legend, verdict)
        if comment:
            labelled(line, "该项意见（将送达填报人）").fill(comment)

    def vote(self):
        """Judge every line that is not judged yet to be right, and the sheet to be complete."""
        place = self.page.locator("#vote")
        for box in place.locator("input[name=rest]").all():
            box.check()
        place.locator("input[name=complete][value=yes]").check()
        self.send("提交表决", within=place)

    def decide(self, button, *, opinion="", password="", redo_on=""):
        place = self.page.locator("#decide")
        for box in place.locator("input[name=rest]").all():
            box.check()
        if opinion:
            labelled(place, "意见").fill(opinion)
        if redo_on:
            labelled(place, "限期（退回时）").fill(redo_on)
        if password:
            labelled(place, "登录密码（签字确认）").fill(password)
        self.send(button, within=place)

    # -- taking home -----------------------------------------------------------------------------------
    def download(self, name, folder, role="link"):
        """Press a download; return the file's path under its own name."""
        with self.page.expect_download() as waiting:
            self.page.get_by_role(role, name=name, exact=True).click()
        path = folder / waiting.value.suggested_filename
        waiting.value.save_as(path)
        return path


class Seats:
    """The people of a story, each at a browser of his own. Sessions are over by the next day: whoever comes then signs in anew."""

    def __init__(self, site, first_time=None):
        self._site, self._first_time, self._visitors, self._signed_out = site, first_time, {}, set()

    def next_day(self):
        self._signed_out = set(self._visitors)

    def visitor(self, name):
        """Whoever has this name on the campus; ``first_time`` says how he comes, where he is not just signed in."""
        user = getattr(self._site.campus, name)
        if name not in self._visitors:
            self._visitors[name] = self._first_time(name, user) if self._first_time else self._site.visitor(user)
        elif name in self._signed_out:
            self._signed_out.remove(name)
            self._site.seat(self._visitors[name], user)
        return self._visitors[name]


def labelled(place, label):
    """The control behind a label, whether or not the label says that it must be filled."""
    return place.get_by_label(re.compile(rf"^\s*{re.escape(label)}\s*(\*（必填）|\*)?\s*$"))


def read(place):
    """What stands in a place, without empty lines."""
    return "\n".join(filter(None, place.inner_text().splitlines()))
