"""A browser that leaves no trace, and what the forms of a sheet post."""

from contextlib import contextmanager

from django.db import connection, transaction
from django.test import Client
from django.utils.http import urlencode

from registers import job_kinds, jobs  # noqa: F401 (job_kinds registers the kinds of jobs)
from workflows.sheets import sheet_for

PASSWORD = "password-for-tests"
PLAIN_FORM = "application/x-www-form-urlencoded"


def plain(data):
    """Return form data as a form without files sends it, which is written and read faster than one with them."""
    return urlencode(data, doseq=True)


class Writes:
    """The tables that the statements of a block change."""

    def __init__(self):
        self.tables = []

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            words = sql.split(None, 5)[1:5]
            self.tables.append(next(word for word in words if word not in ("INTO", "OR", "IGNORE", "FROM")).strip('"'))
        return execute(sql, params, many, context)


class Browser:
    """A persona's browser whose requests leave no trace.

    Changes to the database and to cookies are undone after each request. ``shown``: the address of every page that was there
    when it was opened (``open``) → its status and the tables that it changed, for whoever wants to know no more of it.
    """

    def __init__(self, user, **options):
        self.user, self.client, self.shown = user, Client(raise_request_exception=False, **options), {}
        if user is not None:
            self.client.force_login(user, backend="registers.sessions.People")
        self._cookies = {name: morsel.value for name, morsel in self.client.cookies.items()}

    @contextmanager
    def undone(self):
        """Undo everything that happens inside the block."""
        with transaction.atomic():
            try:
                yield self
            finally:
                transaction.set_rollback(True)
                self.client.cookies.clear()
                for name, value in self._cookies.items():
                    self.client.cookies[name] = value

    def get(self, url, data=None, **more):
        return self.request("get", url, data, **more)

    def post(self, url, data=None, **more):
        return self.request("post", url, data, **more)

    def watched(self, method, url, data=None):
        """Send a request; return the answer and the tables that it changed. No file is sent this way."""
        writes, more = Writes(), {}
        if method == "post":
            data, more = plain(data or {}), {"content_type": PLAIN_FORM}
        with connection.execute_wrapper(writes):
            answer = self.request(method, url, data, **more)
        return answer, writes.tables

    def open(self, url):
        """Open a page, remember in ``shown`` what came of it, and return the answer."""
        answer, tables = self.watched("get", url)
        if answer.status_code in (200, 302):
            self.shown[url] = answer.status_code, tables
        return answer

    def request(self, method, url, data=None, **more):
        with self.undone():
            return getattr(self.client, method)(url, data or {}, **more)


def typed(sheet, **more):
    """Return what the form of ``sheet`` posts when its page is opened and sent off as it is."""
    content = sheet_for(sheet).content()
    draft = getattr(sheet, "draft", None)
    data = {
        "entry": [entry["key"] for entry in content["entries"]],
        "seen_version": sheet.version,
        "draft_version": draft.version if draft else 0,
        **content["values"],
    }
    for entry in content["entries"]:
        data |= {
            f"e-{entry['key']}-{name}": value for name, value in {**entry["values"], "change": entry["change"]}.items()
        }
    return {**data, **more}


def judged(sheet, verdict="agree", **more):
    """Return a reviewer's form data: a verdict with everything that any step may ask for."""
    data = {
        "seen_version": sheet.version,
        "verdict": verdict,
        "opinion": "意见",
        "password": PASSWORD,
        "complete": "yes",
    }
    for entry in sheet_for(sheet).shown():
        data |= {f"v-{entry.key}": "yes", f"c-{entry.key}": ""}
        if "proposal" in entry.details:
            data |= {f"g-{entry.key}": entry.details["proposal"].grade, f"r-{entry.key}": ""}
    return {**data, **more}
