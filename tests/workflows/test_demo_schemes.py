"""The demo campus under every rule book: a story without a refusal, something to do, and every paper in every format."""

import io
import re

import openpyxl
import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.test import override_settings

from registers import audit, clock
from registers.models import RiskPoint, Scheme, Unit, User
from registers.papers import pages, xlsx
from registers.papers.compose import compose, empty
from registers.schemes.checking import loading
from tests import factories
from tests.longer import longer
from tests.walking import ANSWERS, pages_of
from tests.workflows import whole
from tests.workflows.test_demo import desk_of, run
from workflows.compiled import logs
from workflows.models import Inspection, Rectification, Submission
from workflows.sheets.documents import document

pytestmark = pytest.mark.database("wide")

SLUGS = sorted(path.stem for path in (django_settings.BASE_DIR / "fixtures" / "schemes").glob("*.yaml"))
PLAYED = {"imut-2011", "tongliao5-2022"}  # whole years of them are played, by the same players, in test_whole_year.py
# The demo of changchun-2016 is looked through in test_demo.py.
OTHERS = [
    pytest.param(slug, marks=longer("its year is played in test_whole_year.py") if slug in PLAYED else ())
    for slug in SLUGS
    if slug != "changchun-2016"
]


@pytest.mark.django_db
@pytest.mark.parametrize("slug", OTHERS)
def test_demo_plays_under_every_rule_book(slug):
    factories.make_scheme(slug)
    with override_settings(DEMO=True):
        said = run(scheme=slug, size="school")
        assert "停在了原处" not in said
        assert Unit.objects.get(parent=None).scheme_slug == slug
        states = set(Submission.objects.values_list("state", flat=True))
        assert {"open", "in_review", "filed"} <= states
        assert RiskPoint.objects.in_force(clock.today()).count() > 150
        assert audit.verify()[1] == []
        for number in ("1001", "1004"):
            assert desk_of(User.objects.get(number=number))
        assert [row.findings.count() for row in Inspection.objects.exclude(concluded_at=None)] == [2]
        assert {row.stage[0] for row in Rectification.objects.all()} == {"整改中", "待报方案"}
        _every_filed_sheet_prints()
        assert set(pages_of(User.objects.get(number="3001")).values()) <= ANSWERS
        if Scheme.objects.in_use().rules.has_year_round_task:  # no year of it is played in test_whole_year.py
            assert whole.compare(Scheme.objects.in_use())["unit-ledger"] > 150


def _every_filed_sheet_prints():
    """One sheet of each kind, as it was frozen, on paper and as a workbook that holds its rows."""
    seen = set()
    for sheet in (
        Submission.objects.filter(state="filed").with_rules().select_related("unit", "post", "person", "group")
    ):
        if sheet.task.paper in seen:
            continue
        seen.add(sheet.task.paper)
        paper = compose(sheet.task.paper_rules, document(sheet))
        assert pages.to_pdf([paper]).startswith(b"%PDF")
        book = openpyxl.load_workbook(io.BytesIO(xlsx.to_xlsx([paper])))
        found = " ".join(str(cell.value) for row in book.active.iter_rows() for cell in row if cell.value)
        assert sheet.task.paper_rules.title in found
    assert seen
    unit = Unit.objects.get(code="CW01")
    rules = Scheme.objects.in_use().rules
    for layout in logs.papers_about(rules, "unit").values():
        paper = logs.paper(layout, rules, unit=unit, on=clock.today())
        assert xlsx.to_xlsx([paper])


@pytest.mark.once
@pytest.mark.parametrize("slug", SLUGS)
def test_every_blank_paper_says_its_title_and_what_is_asked(slug):
    """That each can be printed and written is proved with the writers."""
    rules, _ = loading.read(django_settings.BASE_DIR / "fixtures" / "schemes" / f"{slug}.yaml")
    for name, layout in rules.papers.items():
        words = re.sub(r"<[^>]*>", "", pages.to_html(empty(layout, rules)))
        assert layout.title in words, name
        assert all(cell.label in words for row in layout.header for cell in row), name


@pytest.mark.django_db
def test_all_five_load(capsys):
    call_command("load_schemes", verbosity=0)
    assert sorted(Scheme.objects.filter(is_current=True).values_list("slug", flat=True)) == SLUGS
    assert all(scheme.source for scheme in Scheme.objects.all())
    call_command("load_schemes", verbosity=0)
    assert Scheme.objects.count() == len(SLUGS) == 5
