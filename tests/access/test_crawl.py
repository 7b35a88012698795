"""A crawl of all links: nobody comes across what is not his to read."""

import json
import re
from functools import cache
from html import unescape
from io import BytesIO
from pathlib import Path
from urllib.parse import urljoin
from zipfile import ZipFile

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.urls import resolve, reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from registers import job_kinds
from registers.models import AuditEntry, Job, PowerItem
from tests.access import assessed, disclosed, dutied, inspected, ranked, warned
from tests.access.scopes import EVERYBODY, SCHOOL, SCHOOL_READERS
from tests.access.test_matrix import MATRIX, behind, expected, members
from tests.access.world import NOBODY, STAFF
from tests.once import remembered
from workflows.compiled import logs
from workflows.models import Notification, Submission
from workflows.views import records

pytestmark = [pytest.mark.django_db, pytest.mark.database("wide")]


# Who may come across what was typed, on any page or in any file.
SEEN_BY = {
    "draft": "clerk",
    "draft manifestation": "clerk",
    "redone": "clerk",
    "redone manifestation": "clerk",
    "unit draft": "liaison",
    "vote": "group",  # the clerk reads the ballots when the review is concluded
    "return": "clerk group",
    "review": "clerk group",
    "returned": "clerk group",
    "sign": "clerk group",
    "office": "clerk group chair office_staff",  # on the agenda of the leading group
    # The office filed these sheets before anybody knew the grade; the liaison reads the register.
    "slight": "clerk unit office_staff",
    "drafted": "clerk unit office_staff",
    "notice": "clerk unit office_staff",
    "grading": "clerk unit office_staff",
    "measures": "clerk unit office_staff",
    # Measures of grade 3 stay in the unit (R1-30), those of grade 1 are copied.
    "slight prevention": "clerk unit",
    "slight monitoring": "clerk unit",
    "slight disposal": "clerk unit",
    # How they are carried out is read like the measure.
    "progress": "clerk unit",
    "evidence": "clerk unit",
    # An inspector has the points of the unit that the school may read on his checklist.
    "grave": f"clerk unit inspector {SCHOOL_READERS}",
    "grave manifestation": f"clerk unit {SCHOOL_READERS}",
    "grave prevention": f"clerk unit inspector {SCHOOL_READERS}",
    "grave monitoring": f"clerk unit inspector {SCHOOL_READERS}",
    "grave disposal": f"clerk unit inspector {SCHOOL_READERS}",
    "head": "group leader",
    "power": f"{EVERYBODY} {NOBODY}",  # in the list that stands at the public door
    "unit point": f"{EVERYBODY} {NOBODY}",  # on notice in the whole school, which shows a unit's points
    "unit manifestation": f"staff_below unit {SCHOOL_READERS}",
    "objection": "colleague office",
    "anonymous objection": "office",
    "named objection": "office",
    "objector": "",  # under seal: only in answer to a reason, which the crawl does not give
    "clue": "",
    "addition to a clue": "",
    "unit minutes": f"staff_below unit {SCHOOL}",
    "school minutes": EVERYBODY,
    "unit circular": f"staff_below unit {SCHOOL}",
    "school circular": f"liaison head other_head {SCHOOL}",
    "held matter": "chair office_staff",
    "circulated matter": "chair office_staff",
    "file unit sheet": f"staff_below unit {SCHOOL}",
    "file school sheet": EVERYBODY,
    "file unit enclosure": f"staff_below unit {SCHOOL}",
    "file school enclosure": f"liaison head other_head {SCHOOL}",
    "file plan": "liaison",
    "suggestion": "colleague clerk group office",  # office staff of the unit itself keep out
    **inspected.SEEN_BY,
    **assessed.SEEN_BY,
    **warned.SEEN_BY,
    **dutied.SEEN_BY,
    **ranked.SEEN_BY,
    **disclosed.SEEN_BY,
    "robot": "",  # the key to a group's chat is shown to nobody again
}


SKIP = {"logout", "paper_blank", "paper_file", "password_change", "password_change_done"}  # the same for everybody


class Crawl:
    """Everything one persona gets to see: follows the links of every page, opens every address of the site, reads every file.

    Links with filters are not followed, there is no end to their combinations; those that show the most are guessed.
    """

    def __init__(self, world, persona):
        self.world, self.persona, self.browser = world, persona, world.browsers[persona]
        # Name of what was typed → where it was found first.
        self.seen, self.opened = {}, set()
        waiting = [reverse("desk"), *self._guessed()]
        while waiting:
            url = shown_at(waiting.pop())
            if url not in self.opened:
                self.opened.add(url)
                waiting.extend(self._open(url))

    def _guessed(self):
        """Addresses nobody linked to: what the matrix opens to this persona, every other sheet, lists with their filters."""
        for door in MATRIX["doors"]:
            for name, (kwargs, _) in behind(self.world, door).items():
                if door not in SKIP and expected(door, "GET", name, self.persona) in (200, 302):
                    yield reverse(door, kwargs=kwargs)
        tried = {sheet.pk for name, sheet in self.world.sheets.items() if name in MATRIX["sheets"]}
        for pk in Submission.objects.exclude(pk__in=tried).values_list("pk", flat=True):
            yield reverse("submission_detail", args=[pk])
        for series in PowerItem.objects.exclude(in_force_from=None).values_list("series", flat=True):
            yield reverse("power_detail", args=[series]) + "?risks=1"
        for unit in ("ROOT", "CW", "ZS"):
            yield reverse("ledger") + f"?unit={unit}"
        yield reverse("risk_list") + "?q=暗记"
        yield reverse("measure_list") + "?view="
        yield reverse("measure_list") + "?view=uncovered"
        yield reverse("progress_list") + "?view=units"
        yield reverse("suggestion_list") + "?view=received"
        yield reverse("comparison") + "?unit=CW"
        for post in self.world.posts.values():
            yield reverse("comparison") + f"?post={post.code}&then=2026-09-14"
        yield reverse("board") + "?unit=CW&view=people"
        yield reverse("progress_list") + "?state=waiting"

    def _open(self, url):
        answer = self.browser.open(url)
        assert answer.status_code < 500, f"{self.persona}: {url} answers {answer.status_code}"
        if answer.status_code in (301, 302):
            return [answer.headers["Location"]]
        kind = answer.headers["Content-Type"]
        reader = next((read for name, read in READERS.items() if name in kind), bytes.decode)
        text = reader(b"".join(answer.streaming_content) if answer.streaming else answer.content)
        for name in typed_in(self.world, unescape(text)):
            self.seen.setdefault(name, url)
        if answer.status_code != 200 or "html" not in kind:
            return []
        return {
            found
            for found in (urljoin(url, unescape(link)) for link in re.findall(r'href="([^"#?]+)"', text))
            if leads_on(found)
        }


@cache
def canaries(world):
    """What finds any canary in a text, and the name of each. A number keeps them apart, so none stands within another."""
    names = {typed: name for name, typed in world.canaries.items()}
    return re.compile("|".join(map(re.escape, names))), names


def typed_in(world, text):
    """The names of the canaries in a text. A page may break a line anywhere."""
    found, names = canaries(world)
    return {names[typed] for typed in found.findall("".join(text.split()))}


@cache
def leads_on(url):
    """Whether the crawl follows a link."""
    return (
        url.startswith("/")
        and not url.startswith("/static/")
        and resolve(url).url_name not in SKIP
        and not url.endswith(("pdf", "docx"))
    )


@cache
def shown_at(url):
    """Return the address itself, or of the page that shows what the file at this address holds: a paper about a unit.

    ``test_file_of_a_paper_about_a_unit_is_what_its_page_shows`` says that it does.
    """
    found = resolve(url.partition("?")[0])
    if found.url_name != "record_file":
        return url
    return reverse("record_detail", kwargs={name: value for name, value in found.kwargs.items() if name != "form"})


@cache
def cells(content):
    """All the text of a workbook."""
    book = load_workbook(BytesIO(content), read_only=True)
    return "\n".join(
        str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row if value is not None
    )


@cache
def words(content):
    """All the text of a PDF."""
    return "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


@pytest.fixture(scope="module", autouse=True)
def compiled_once():
    """Compile each paper about a unit once for each reader: its page and its file ask for the same, and the crawl changes nothing."""

    def said(layout, rules, *, unit, on, reader):
        return layout.title, unit.pk, on, reader.user_id

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logs, "paper", remembered(logs.paper, said))
        yield


def packed(content):
    """All the text of the files of an archive, and their names."""
    with ZipFile(BytesIO(content)) as pack:
        inside = {name: pack.read(name) for name in pack.namelist()}
    readers = {".xlsx": cells, ".pdf": words}
    return "\n".join(f"{name} {readers[Path(name).suffix](file)}" for name, file in inside.items())


READERS = {"spreadsheet": cells, "pdf": words, "zip": packed}


def expected_for(world, persona):
    """The names of the texts a persona may come across; a manifestation goes where its content goes unless it is named."""
    found = set()
    for name in world.canaries:
        people = SEEN_BY[name] if name in SEEN_BY else SEEN_BY[name.removesuffix(" manifestation")]
        if persona in members(people):
            found.add(name)
    return found


@pytest.mark.parametrize("persona", [*STAFF, NOBODY])
def test_nobody_comes_across_what_is_not_his_to_read(world, persona):
    crawl = Crawl(world, persona)

    expected = expected_for(world, persona)
    leaked = {name: url for name, url in crawl.seen.items() if name not in expected}
    assert not leaked, f"{persona} reads what he must not: {leaked}"
    assert set(crawl.seen) == expected, f"{persona} nowhere finds {expected - set(crawl.seen)}"
    assert len(crawl.opened) > 30


OPENED = {
    "7": {"anonymous objection"},
    "8": {"named objection"},
    "9": {"clue", "addition to a clue"},
    "A": set(),
}


@pytest.mark.parametrize("sign", OPENED)
def test_receipt_code_opens_what_was_sent_with_it_and_nothing_else(world, sign):
    answer = world.browsers[NOBODY].post(reverse("public_receipt"), {"code": sign * 20})
    assert typed_in(world, unescape(answer.content.decode())) == OPENED[sign]


def test_canaries_could_leak(world):
    """The crawl would be worth nothing if everybody could read everything, or somebody nothing."""
    for name in world.canaries:
        readers = [persona for persona in STAFF if name in expected_for(world, persona)]
        assert bool(readers) == (SEEN_BY.get(name) != ""), name
    kept = [
        name
        for name in world.canaries
        if len([persona for persona in STAFF if name in expected_for(world, persona)]) < len(STAFF)
    ]
    assert len(kept) > 30


@pytest.mark.parametrize("persona", ["liaison", "head", "leader", "office", "chair", "registrar"])
def test_ledger_as_a_file_holds_what_its_reader_may_read(world, persona, tmp_path):
    unit = world.campus.unit if persona in ("liaison", "head", "leader") else world.campus.root
    work = job_kinds.ledger({"unit": unit.code, "on": world.clock.today.isoformat()}, getattr(world.campus, persona))
    work.write(tmp_path / work.name, work.items)

    found = typed_in(world, cells((tmp_path / work.name).read_bytes()))
    in_ledger = {
        name
        for name in world.canaries
        if name.split()[0] in ("slight", "grave", "drafted", "notice", "grading", "measures")
        or name in ("unit point", "unit manifestation")
    }
    if persona in ("office", "registrar"):  # the office has read the search sheets of others, which is not the register
        in_ledger = {name for name in in_ledger if name.split()[0] in ("grave", "unit")}
    # The registrar files what the office keeps, and reads none of it on a page.
    assert found == in_ledger & expected_for(world, "chair" if persona == "registrar" else persona)


def test_paper_as_a_file_shows_what_the_page_shows(world):
    """The three kinds of files come from one document; the PDF stands for the two that the crawl leaves out."""
    answer = world.browsers["office"].get(reverse("submission_file", args=[world.sheets["grave"].pk, "pdf"]))

    found = typed_in(world, words(answer.content))
    assert found == {"grave", "grave manifestation", "grave prevention", "grave monitoring", "grave disposal"}


@pytest.mark.parametrize("persona", ["liaison", "chair"])
def test_file_of_a_paper_about_a_unit_is_what_its_page_shows(world, persona, monkeypatch):
    """The same paper, compiled for the same reader."""
    shown = []
    for name, place in (("_shown", 3), ("download", 0)):
        monkeypatch.setattr(
            records, name, lambda request, *said, place=place: shown.append(said[place]) or HttpResponse()
        )
    unit = world.campus.unit
    for slug in logs.papers_about(world.campus.scheme.rules, "unit"):
        address = {"code": unit.code, "slug": slug}
        for url in (
            reverse("record_detail", kwargs=address),
            reverse("record_file", kwargs={**address, "form": "xlsx"}),
        ):
            assert world.browsers[persona].get(url).status_code == 200
        page, file = shown.pop(), shown.pop()
        assert (
            page is file
        )  # of ``compiled_once``: compiled by the same rules of the same unit on the same day for the same reader


def test_what_was_typed_is_in_no_message_log_or_session(world):
    """Messages, the audit chain, job arguments and sessions hold ids, digests and the words of the system."""
    kept = [
        *Notification.objects.values_list("text", "key"),
        *Job.objects.values_list("parameters", "file_name"),
        *AuditEntry.objects.values_list("detail", "about"),
        *((row.get_decoded(),) for row in Session.objects.all()),
    ]
    text = json.dumps(kept, ensure_ascii=False, default=str)
    assert len(kept) > 100
    assert typed_in(world, text) == set()
