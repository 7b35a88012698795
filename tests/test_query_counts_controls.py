"""What the pages of measures, regulations and hints cost: the same for one of everything as for thirty."""

import pytest
from django.urls import reverse

from registers.models import ControlMeasure, ProcessStep, Regulation, RegulationPower, RiskPoint
from registers.responsible import together
from tests.crowds import Crowd, analyse_too_early, asked
from tests.test_query_counts import FEW, LIMIT, MANY, Undone, report
from workflows.models import MeasureProgress

pytestmark = [pytest.mark.django_db, pytest.mark.database("postgresql")]

# page → (who opens it, address, its arguments, what is asked for, queries).
PAGES = {
    "measure_list": ("head", "measure_list", {}, {}, 23),
    "measure_list of the office": (
        "office",
        "measure_list",
        {},
        {"unit": "CW"},
        24,
    ),  # the units below it are found first
    "measure_list, mine": ("clerk", "measure_list", {}, {"view": "mine"}, 8),
    "measure_list, check": ("office", "measure_list", {}, {"view": "check"}, 15),
    "measure_list, uncovered": ("office", "measure_list", {}, {"view": "uncovered"}, 13),
    "measure_detail": ("head", "measure_detail", {"series": "measure"}, {}, 20),
    "residual_list": ("office", "residual_list", {}, {}, 25),
    "regulation_list": ("head", "regulation_list", {}, {}, 10),
    "regulation_detail": ("clerk", "regulation_detail", {"pk": "regulation"}, {}, 8),
    "regulation_edit": ("head", "regulation_edit", {"pk": "regulation"}, {}, 12),
    "hint_list": ("office", "hint_list", {}, {}, 15),
    "unit_detail of its head": ("head", "unit_detail", {"code": "unit"}, {}, 23),
}


class Controlled(Crowd):
    """The crowd, every measure of it with somebody, a day, a regulation and a record; every power resting on a regulation."""

    measure = regulation = None

    def _register(self):
        super()._register()
        made = Regulation.objects.create(unit=self.campus.unit, name=f"制度{self.size}")
        self.regulation = self.regulation or made
        named = together([self.campus.head, self.campus.unit])
        ControlMeasure.objects.update(responsible=named, due_on=self.clock.today, regulation=self.regulation)
        self.measure = self.measure or ControlMeasure.objects.order_by("pk").first()
        bare = RiskPoint.objects.create(
            unit=self.campus.unit,
            level="unit",
            category=self.category,
            content=f"无措施{self.size}",
            in_force_from=self.clock.today,
            final_grade=self.grades[1],
        )
        assert not ControlMeasure.objects.filter(point_series=bare.series).exists()
        MeasureProgress.objects.create(
            measure=self.measure, state="under_way", text="在办", by=self.person, at=self.clock.now
        )
        ProcessStep.objects.update(procedure="审核", post_name=self.post.name)
        steps = ProcessStep.objects.order_by("-pk").select_related("power_item")
        RegulationPower.objects.create(regulation=self.regulation, power_series=steps[0].power_item.series)

    def queries(self, page):
        persona, door, arguments, data, _ = PAGES[page]
        things = {"measure": self.measure.series, "regulation": self.regulation.pk, "unit": self.campus.unit.code}
        url = reverse(door, kwargs={name: things[value] for name, value in arguments.items()})
        return asked(getattr(self.campus, persona), url, data)


@pytest.fixture(scope="module")
def pages(django_db_setup, django_db_blocker):
    """page → its queries with few and with many of everything."""
    with django_db_blocker.unblock(), Undone() as clock:
        crowd = Controlled(clock)
        crowd.grow(FEW)
        crowd.queries("measure_list")  # what is read once a process is not the page's
        few = {page: crowd.queries(page) for page in PAGES}
        crowd.grow(MANY)
        analyse_too_early()  # the worst plans that a young site meets: a page that cannot bear them does not answer
        return {page: (few[page], crowd.queries(page)) for page in PAGES}


@pytest.mark.parametrize("page", PAGES)
def test_page_costs_the_same_for_one_and_for_thirty(pages, page):
    few, many = pages[page]
    assert (len(few), len(many)) == (PAGES[page][-1],) * 2, report(few, many)
    assert len(few) <= LIMIT
