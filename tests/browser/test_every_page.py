"""What holds on every page: nothing goes wrong behind the user's back, and a phone shows it without scrolling sideways."""

import pytest
from pypdf import PdfReader

from registers.models import RiskPoint
from tests.browser.conftest import DESKTOP, LEFT, PHONE
from tests.personas import point
from workflows.models import PublicityNotice

pytestmark = pytest.mark.database("site")


LISTS = (
    *(
        "/",
        "/inbox/",
        "/done/",
        "/campaign/",
        "/progress/",
        "/progress/?view=units",
        "/board/",
        "/risks/",
        "/powers/",
        "/ledger/",
    ),
    *("/units/", "/units/CW/", "/notices/", "/papers/", "/papers/annex-2/", "/audit/", "/password/"),
    *("/activities/", "/activities/add/", "/readings/", "/readings/add/", "/mobilisation/"),
    *("/disclosures/", "/disclosures/add/"),
    *(
        "/measures/",
        "/measures/?view=uncovered",
        "/hints/",
        "/regulations/",
        "/regulations/add/",
        "/regulations/import/",
    ),
)


def test_no_page_scrolls_sideways_on_a_phone(site, year):
    """With something in every list; forms, reviews, papers and single things too."""
    sheet = year.searched()
    grading = year.sheet("personal-grading")
    grading = year.submit(grading, year.grades(grading, "grade-1"))
    head = site.visitor(site.campus.head, viewport=PHONE)
    reviewed = head.go(f"/submissions/{grading.pk}/review/")
    assert "单位评估" in reviewed.text()
    wide = widths(head, f"/submissions/{grading.pk}/review/")
    year.agree(grading, site.campus.head, grades=year.as_proposed(grading))
    own = year.sheet("personal-search", site.campus.head)
    single = (
        f"/submissions/{sheet.pk}/",
        f"/submissions/{own.pk}/fill/",
        f"/notices/{PublicityNotice.objects.get().pk}/",
        f"/risks/{RiskPoint.objects.in_force(site.clock.today).get().series}/",
        f"/posts/{site.campus.post.code}/",
    )
    wide |= widths(head, *LISTS, *single)
    wide |= widths(site.visitor(site.campus.auditor, viewport=PHONE), "/", "/audit/")
    wide |= widths(
        site.visitor(site.campus.office, viewport=PHONE), "/", "/progress/", "/board/", "/campaign/", "/ledger/"
    )
    desk = ("/people/", "/people/add/", "/people/slips/", f"/people/{site.campus.clerk.pk}/", "/roles/", "/roles/add/")
    wide |= widths(site.visitor(site.campus.registrar, viewport=PHONE), *desk)
    assert {address: width for address, width in wide.items() if width > PHONE["width"]} == {}


def test_paper_and_ledger_are_read_without_losing_ones_way(site, year, tmp_path):
    """On a phone a paper is cards; printed from the browser each page has code and number; a ledger has both its bars."""
    sheet = year.searched(*(point(f"第{number}件" + "采购参数照抄某一品牌" * 8) for number in range(12)))
    phone = site.visitor(site.campus.head, viewport=PHONE).go(f"/submissions/{sheet.pk}/")
    sizes = "desk => [desk.scrollWidth, desk.clientWidth]"
    desk, room = phone.page.locator(".paper-desk").evaluate(sizes)
    assert desk <= room
    assert "第11件" in phone.page.locator(".paper-rows").inner_text()
    smallest = "cells => Math.min(...cells.map(cell => parseFloat(getComputedStyle(cell).fontSize)))"
    assert phone.page.locator(".paper-rows td").evaluate_all(smallest) >= 13

    head = site.visitor(site.campus.head).go(f"/submissions/{sheet.pk}/")
    head.page.pdf(path=tmp_path / "sheet.pdf", prefer_css_page_size=True)
    printed = [page.extract_text() for page in PdfReader(tmp_path / "sheet.pdf").pages]
    assert len(printed) > 1
    code = head.page.locator(".decision-head + * .code, .card-header .code").first.inner_text()
    for number, text in enumerate(printed, 1):
        assert f"核验码 {code}" in text
        assert f"— {number} —" in text

    window = head.go("/ledger/").page.locator(".table-window")
    window.evaluate("table => { table.scrollLeft = 5000; table.scrollTop = 5000 }")
    high, bottom, first, top, measure = window.evaluate(
        """table => {
            const place = found => table.querySelector(found).getBoundingClientRect(), own = table.getBoundingClientRect()
            return [own.height, table.scrollHeight, place("tbody tr:last-child td").left - own.left,
                    place("thead th").top - own.top, place("thead tr:last-child th:last-child").right - own.right]
        }"""
    )
    assert high < DESKTOP["height"] < bottom
    assert (abs(first) < 3, abs(top) < 3, measure < 0) == (True, True, True)


def widths(visitor, *addresses):
    """Address → how wide its page is. Each has to be the page itself, not one that it sends to instead."""
    found = {}
    for address in addresses:
        visitor.go(address)
        assert visitor.page.url.endswith(address), f"{address} leads to {visitor.page.url}"
        found[address] = visitor.page.evaluate("document.documentElement.scrollWidth")
    return found


# What the listeners of ``Site`` must hear; a listener that has gone deaf would let every test pass.
FAULTS = {
    "inline script": ("document.body.insertAdjacentElement('beforeend', Object.assign(document.createElement('script'),"
                      " {textContent: 'window.ran = 1'}))", "policy script-src"),
    "inline style": ("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')", "policy style-src"),
    "foreign picture": ("document.body.insertAdjacentHTML('beforeend', '<img src=\"http://192.0.2.1/x.png\">')",
                        "policy img-src"),
    "script that fails": ("setTimeout(() => { throw new Error('out of order') })", "out of order"),
    "word in the console": ("console.error('something is wrong')", "something is wrong"),
    "address that is missing": ("fetch('/static/js/missing.js')", "missing.js: 404"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_goes_wrong_on_a_page_is_heard(site, name):
    script, words = FAULTS[name]
    clerk = site.visitor(site.campus.clerk).go("/")
    assert site.verdict() == []
    clerk.page.evaluate(f"() => {{ {script} }}")
    clerk.wait_until(lambda: any(words in complaint for complaint in site.complaints))
    site.complaints = []
    assert clerk.page.evaluate("window.ran") is None


def test_what_was_expected_has_to_happen(site):
    site.visitor(site.campus.clerk).go("/")
    site.expect(409)
    assert site.verdict() == ["expected and not met: 409"]
    site._expected.clear()


def test_request_that_the_network_refuses_is_heard(site):
    clerk = site.visitor(site.campus.clerk).go("/")
    clerk.page.context.set_offline(True)
    clerk.page.evaluate("() => fetch('/inbox/').catch(() => 0)")
    heard, site.complaints = list(site.complaints), []
    assert any("net::ERR_INTERNET_DISCONNECTED" in complaint for complaint in heard), heard
    assert not any(LEFT in complaint for complaint in heard)
